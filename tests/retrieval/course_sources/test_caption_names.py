import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.course_sources.caption_names import CaptionName, is_caption_name, parse_caption_name, sort_caption_names


@pytest.mark.parametrize(
    ("name", "title", "video_id", "language"),
    [
        ("Aula 1 - Introdução [dQw4w9WgXcQ].pt-BR.vtt", "Aula 1 - Introdução", "dQw4w9WgXcQ", "pt-BR"),
        ("Title [-abc_DEF123].en.srt", "Title", "-abc_DEF123", "en"),
        ("x.pt-orig.json3", "x", None, "pt"),
        ("lecture.json", "lecture", None, None),
        ("Panorama [2024] [a1B2c3D4e5F].es.vtt", "Panorama [2024]", "a1B2c3D4e5F", "es"),
        ("-abc_DEF123.en.vtt", "-abc_DEF123", "-abc_DEF123", "en"),
        ("dQw4w9WgXcQ.vtt", "dQw4w9WgXcQ", "dQw4w9WgXcQ", None),
        ("[dQw4w9WgXcQ].vtt", "dQw4w9WgXcQ", "dQw4w9WgXcQ", None),
        ("-Aula com traço.srt", "-Aula com traço", None, None),
        ("Seminário [76979871].pt.vtt", "Seminário", "76979871", "pt"),
        (
            "Aula [0d3f1b6a-8c5e-4b7a-9a52-adf400c0ffee].vtt",
            "Aula",
            "0d3f1b6a-8c5e-4b7a-9a52-adf400c0ffee",
            None,
        ),
        ("Aula [1_ab12cd34].vtt", "Aula", "1_ab12cd34", None),
        ("O que é IA？ Parte 1⧸2 [a1B2c3D4e5F].en-nP7-2PuUl7o.vtt", "O que é IA? Parte 1/2", "a1B2c3D4e5F", "en"),
        ("Aula.zh-Hans.vtt", "Aula", None, "zh-Hans"),
        ("aula.mp4.srt", "aula", None, None),
        ("aula.pt.mp4.pt.srt", "aula.pt", None, "pt"),
        ("AULA.PT.VTT", "AULA", None, "pt"),
        ("Vol. 2.vtt", "Vol. 2", None, None),
        (".vtt", ".vtt", None, None),
    ],
)
def test_a_name_tells_title_video_and_language(
    name: str, title: str, video_id: str | None, language: str | None
) -> None:
    assert parse_caption_name(name) == CaptionName(title=title, video_id=video_id, language=language)


@pytest.mark.parametrize("name", ["Aula [2024].vtt", "Aula [apresentada].vtt", "Aula [Provisional].vtt", "Aula [].vtt"])
def test_a_remark_in_brackets_is_no_video_id(name: str) -> None:
    assert parse_caption_name(name).video_id is None


@pytest.mark.parametrize("name", ["Lecture-001.vtt", "lecture_001.vtt", "Aula01Intro.vtt", "INTRODUCTIO.vtt"])
def test_a_plain_name_of_eleven_signs_is_no_video_id(name: str) -> None:
    assert parse_caption_name(name).video_id is None
    assert parse_caption_name(name).title == name.removesuffix(".vtt")


def test_a_word_before_the_extension_is_no_language_unless_it_is_one() -> None:
    assert parse_caption_name("notes.old.vtt") == CaptionName(title="notes.old", video_id=None, language=None)


def test_an_accent_written_as_two_signs_is_joined() -> None:
    assert parse_caption_name("Introduc\u0327a\u0303o.vtt").title == "Introdução"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Aula.vtt", True),
        ("Aula.SRT", True),
        ("-Aula.sbv", True),
        ("Aula.json3", True),
        ("Aula.json", True),
        ("Aula.info.json", False),
        ("Aula.live_chat.json", False),
        ("._Aula.vtt", False),
        ("Aula.mp4", False),
        ("course.toml", False),
        ("vtt", False),
    ],
)
def test_only_captions_are_taken_from_a_folder(name: str, expected: bool) -> None:
    assert is_caption_name(name) is expected


def test_lectures_are_sorted_as_people_count() -> None:
    names = ["Aula 10.vtt", "aula 2.vtt", "Aula 1.vtt", "Aula 1.info.json", "course.toml"]
    assert sort_caption_names(names) == ("Aula 1.vtt", "aula 2.vtt", "Aula 10.vtt")


@given(st.text(min_size=1))
def test_any_name_has_a_title(name: str) -> None:
    assert parse_caption_name(name).title


@given(st.lists(st.text()))
def test_any_folder_can_be_sorted(names: list[str]) -> None:
    assert set(sort_caption_names(names)) == {name for name in names if is_caption_name(name)}
