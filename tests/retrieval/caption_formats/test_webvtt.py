import pytest

from retrieval.captions import CaptionFile, parse_captions
from retrieval.segment import CaptionsRefused


def read(text: str) -> CaptionFile:
    return parse_captions(text.encode(), name="aula.vtt")


def told(text: str) -> list[tuple[float, float, str]]:
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in read(text).cues]


NASTY = """WEBVTT - Aula 1
Kind: captions
Language: pt-BR

STYLE
::cue(.speaker) { color: rgb(204, 204, 204); }

REGION
id:fred width:40% lines:3

NOTE um comentário

NOTE
com duas linhas
00:01 não é tempo

intro
00:01.000 --> 00:02.500 position:10%,line-left align:start size:35%
<v.loud Ana Souza>Bom dia,</v> <i>turma</i> &amp; todos

2
00:00:03.000 --> 00:00:04.000
<c.yellow.bg_blue>uma</c>\u200e  rede
neural &lt;b&gt; &quot;x&quot;&nbsp;y

00:00:05.000 --> 00:00:06.000

00:00:07.000 --> 00:00:08.000
<lang en>deep <b>learning</b></lang>
"""


def test_only_the_spoken_words_are_left() -> None:
    assert told(NASTY) == [
        (1.0, 2.5, "Bom dia, turma & todos"),
        (3.0, 4.0, 'uma rede neural <b> "x" y'),
        (7.0, 8.0, "deep learning"),
    ]


def test_notes_styles_and_regions_are_no_reason_to_warn() -> None:
    assert read(NASTY).warnings == ()
    assert read(NASTY).language == "pt-BR"
    assert read(NASTY).format == "vtt"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_any_line_end_will_do(line_end: str) -> None:
    assert told(NASTY.replace("\n", line_end)) == told(NASTY)


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("0:02.0", 2.0), ("00:02", 2.0), ("00:00:02,250", 2.25), ("75:30.000", 4530.0), ("123:00:00.000", None)],
)
def test_times_may_be_short_or_long(clock: str, seconds: float | None) -> None:
    text = f"WEBVTT\n\n00:01.000 --> 00:01.500\num\n\n{clock} --> 80:00.000\ndois\n"
    # 123 hours are no lecture: that cue is left out.
    assert [cue.start_seconds for cue in read(text).cues] == [1.0] + ([] if seconds is None else [seconds])


def test_a_cue_with_a_bad_time_is_left_out_and_named() -> None:
    captions = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\num\n\n00:0x.000 --> 00:04.000\ndois\n\n00:05.000 --> 00:06.000\ntrês\n"
    )
    assert [cue.text for cue in captions.cues] == ["um", "três"]
    # WEBVTT is line 1, so the second timing is line 6.
    assert captions.warnings == ("Left out for a time that cannot be read: 1 cue at line 6.",)


@pytest.mark.parametrize("bad", ["00:99.000 --> 00:99.500", "aa:bb --> cc:dd", "00:03.000 -->", "--> 00:04.000"])
def test_times_that_are_none_are_not_text(bad: str) -> None:
    captions = read(f"WEBVTT\n\n00:01.000 --> 00:02.000\num\n\nid\n{bad}\ndois\n\n00:05.000 --> 00:06.000\ntrês\n")
    assert [cue.text for cue in captions.cues] == ["um", "três"]
    assert "line 7" in captions.warnings[0]


def test_more_bad_cues_than_good_ones_are_refused_with_the_first_line() -> None:
    with pytest.raises(CaptionsRefused, match="2 of 3 cues") as caught:
        read("WEBVTT\n\n00:01.000 --> 00:02.000\num\n\nxx:03 --> xx:04\ndois\n\nxx:05 --> xx:06\ntrês\n")
    assert caught.value.line == 6


def test_text_after_a_blank_line_is_spoken_too() -> None:
    captions = read("WEBVTT\n\n00:01.000 --> 00:02.000\num\n\nmais duas palavras\n\n00:05.000 --> 00:06.000\ntrês\n")
    assert [cue.text for cue in captions.cues] == ["um mais duas palavras", "três"]
    assert "line 6" in captions.warnings[0]


def test_a_second_paragraph_of_a_note_is_not_spoken() -> None:
    captions = read("WEBVTT\n\n00:01.000 --> 00:02.000\num\n\nNOTE a\n\nainda a nota\n\n00:05.000 --> 00:06.000\nb\n")
    assert [cue.text for cue in captions.cues] == ["um", "b"]


def test_cues_without_blank_lines_between_are_read() -> None:
    assert told("WEBVTT\n00:01.000 --> 00:02.000\num\n2\n00:02.000 --> 00:03.000\ndois") == [
        (1.0, 2.0, "um"),
        (2.0, 3.0, "dois"),
    ]


def test_a_missing_header_is_stated() -> None:
    captions = read("00:01.000 --> 00:02.000\n<v Ana>um\n")
    assert [cue.text for cue in captions.cues] == ["um"]
    assert captions.warnings == ("The line WEBVTT is missing at the top.",)


def test_less_than_signs_that_are_no_tags_stay() -> None:
    assert told("WEBVTT\n\n00:01.000 --> 00:02.000\nse a < b e c > d\n") == [(1.0, 2.0, "se a < b e c > d")]


def test_a_tag_may_span_two_lines() -> None:
    assert told("WEBVTT\n\n00:01.000 --> 00:02.000\n<v\nAna>um dois\n") == [(1.0, 2.0, "um dois")]


def test_hidden_and_control_signs_are_removed() -> None:
    hidden = "\u202eu\u2066m\x07 \u00addo\u200bis\U000e0041\ufeff"
    assert told(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{hidden}\n") == [(1.0, 2.0, "um dois")]
