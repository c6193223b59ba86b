import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.links import DeepLink, link_at


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.youtube.com/watch?v=-aB3", "https://www.youtube.com/watch?v=-aB3&t=95s"),
        ("https://youtube.com/watch?v=x&list=PL1&t=12s", "https://youtube.com/watch?v=x&list=PL1&t=95s"),
        ("https://www.youtube.com/watch?t=1m2s&v=x#t=9", "https://www.youtube.com/watch?v=x&t=95s"),
        ("https://m.youtube.com/watch?v=x&time_continue=3", "https://m.youtube.com/watch?v=x&t=95s"),
        ("https://youtu.be/x?si=abc&t=4", "https://youtu.be/x?si=abc&t=95s"),
        ("https://www.youtube.com/live/x?feature=share", "https://www.youtube.com/live/x?feature=share&t=95s"),
        ("https://www.youtube.com/shorts/x", "https://www.youtube.com/watch?v=x&t=95s"),
        ("https://www.youtube.com/embed/x?rel=0&start=3", "https://www.youtube.com/embed/x?rel=0&start=95"),
        ("https://www.youtube-nocookie.com/embed/x", "https://www.youtube-nocookie.com/embed/x?start=95"),
        ("https://vimeo.com/12345/abcdef?share=copy#t=3s", "https://vimeo.com/12345/abcdef?share=copy#t=95s"),
        ("https://player.vimeo.com/video/12345?h=ab", "https://player.vimeo.com/video/12345?h=ab#t=95s"),
        (
            "https://uni.hosted.panopto.com/Panopto/Pages/Viewer.aspx?id=f97c-1&start=0",
            "https://uni.hosted.panopto.com/Panopto/Pages/Viewer.aspx?id=f97c-1&start=95",
        ),
        (
            "https://mediaspace.uni.edu/media/t/1_2rc7uxir?st=4",
            "https://mediaspace.uni.edu/media/t/1_2rc7uxir?kalturaStartTime=95",
        ),
        (
            "https://video.uni.edu/media/Aula+1/0_abcd1234/555",
            "https://video.uni.edu/media/Aula+1/0_abcd1234/555?kalturaStartTime=95",
        ),
        (
            "https://cdnapisec.kaltura.com/p/1/sp/100/embedIframeJs/uiconf_id/2?entry_id=1_a",
            "https://cdnapisec.kaltura.com/p/1/sp/100/embedIframeJs/uiconf_id/2?entry_id=1_a"
            "&flashvars[mediaProxy.mediaPlayFrom]=95",
        ),
        ("https://uni.edu/aulas/aula 1.mp4", "https://uni.edu/aulas/aula%201.mp4#t=95"),
        ("http://uni.edu:8080/a.MP3?key=1#t=3", "http://uni.edu:8080/a.MP3?key=1#t=95"),
    ],
)
def test_a_known_host_opens_at_the_second(url: str, expected: str) -> None:
    assert link_at(url, 95.9) == DeepLink(url=expected, opens_at_second=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://uni.edu/aula/3?x=1#top",
        "https://www.youtube.com/playlist?list=PL1",
        "https://www.youtube.com/@canal",
        "https://vimeo.com/professor",
        "https://corp.kaltura.com/about",
        "https://notyoutube.com/watch?v=x",
        "https://youtube.com.evil.example/watch?v=x",
    ],
)
def test_an_unknown_page_keeps_its_plain_link(url: str) -> None:
    assert link_at(url, 95.9) == DeepLink(url=url, opens_at_second=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://uni.edu/a.mp4",
        "//uni.edu/a.mp4",
        "https://",
        "https://user:secret@uni.edu/a.mp4",
        "https://youtube.com@evil.example/watch?v=x",
        "https://uni.edu:port/a.mp4",
        "https://[broken/a.mp4",
        "java\nscript:alert(1)",
        "https://uni.edu/\x00.mp4",
    ],
)
def test_what_is_no_web_address_gives_no_link(url: str) -> None:
    assert link_at(url, 1) == DeepLink(url="", opens_at_second=False)


def test_a_time_before_the_start_is_the_start() -> None:
    assert link_at("https://youtu.be/x", -3.2).url == "https://youtu.be/x?t=0s"


def test_a_time_that_is_no_number_gives_the_plain_link() -> None:
    assert link_at("https://youtu.be/x", math.nan) == DeepLink(url="https://youtu.be/x", opens_at_second=False)


@given(st.text(max_size=200), st.floats())
def test_any_text_gives_a_web_link_or_none(url: str, seconds: float) -> None:
    link = link_at(url, seconds).url
    assert link == "" or link.startswith(("http://", "https://"))
    assert not set(link) & set(' "<>`\n\r\t\x00')


@given(st.integers(min_value=0, max_value=10**6))
def test_linking_a_link_again_replaces_its_second(second: int) -> None:
    once = link_at("https://www.youtube.com/watch?v=x&list=y", 12)
    again = link_at(once.url, second)
    assert again == link_at("https://www.youtube.com/watch?v=x&list=y", second)
