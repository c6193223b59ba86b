import pytest

from retrieval.captions import CaptionFile, parse_captions
from retrieval.segment import CaptionsRefused


def read(text: str, name: str = "aula.srt") -> CaptionFile:
    return parse_captions(text.encode(), name=name)


def told(text: str, name: str = "aula.srt") -> list[tuple[float, float, str]]:
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in read(text, name).cues]


def test_tags_overrides_and_coordinates_are_not_spoken() -> None:
    text = (
        "1\n00:00:01,500 --> 00:00:02,500 X1:40 X2:600 Y1:20 Y2:50\n"
        '{\\an8}<font color="#ff0000"><i>Bom</i> dia</font>,<br/>turma\n\n'
        "2\n00:00:03.000 --> 00:00:04.000\n{\\i1}uma{\\i0}\\Nrede &amp; um List<String>\n"
    )
    assert told(text) == [(1.5, 2.5, "Bom dia, turma"), (3.0, 4.0, "uma rede & um List<String>")]


def test_a_number_may_be_all_that_is_said() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n2024\n\n2\n00:00:03,000 --> 00:00:04,000\n42\n"
    assert [text for _, _, text in told(text)] == ["2024", "42"]
    assert read(text).warnings == ()


def test_missing_counters_are_stated() -> None:
    captions = read("00:00:01,000 --> 00:00:02,000\num\n\n00:00:03,000 --> 00:00:04,000\ndois\n")
    assert [cue.text for cue in captions.cues] == ["um", "dois"]
    assert captions.warnings == ("2 of 2 cues have no counter; they are read all the same.",)


def test_a_file_spaced_twice_is_read() -> None:
    text = "1\n\n00:00:01,000 --> 00:00:02,000\n\num\n\n\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\ndois\n"
    assert [text for _, _, text in told(text)] == ["um", "dois"]


def test_a_blank_line_inside_a_cue_does_not_end_it() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\num\n\ndois\n\n2\n00:00:03,000 --> 00:00:04,000\ntrês\n"
    assert [text for _, _, text in told(text)] == ["um dois", "três"]


def test_cues_without_blank_lines_between_are_read() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\num\n2\n00:00:03,000 --> 00:00:04,000\ndois\n"
    assert [text for _, _, text in told(text)] == ["um", "dois"]


@pytest.mark.parametrize("bad", ["00:00:0x,000 --> 00:00:03,000", "00:00:99,000 --> 00:01:99,000", "nada --> 00:00:03"])
def test_a_cue_with_a_bad_time_is_left_out_with_its_text(bad: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\num\n\n2\n{bad}\ndois\n\n3\n00:00:05,000 --> 00:00:06,000\ntrês\n"
    assert [text for _, _, text in told(text)] == ["um", "três"]
    assert read(text).warnings == ("Left out for a time that cannot be read: 1 cue at line 6.",)


def test_a_bad_first_time_is_named_too() -> None:
    text = "1\n00:00:zz,000 --> 00:00:03,000\num\n\n2\n00:00:05,000 --> 00:00:06,000\ndois\n"
    assert [text for _, _, text in told(text)] == ["dois"]
    assert "line 2" in read(text).warnings[0]


def test_empty_cues_are_dropped() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\n<i> </i>\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\nx\n"
    )
    assert told(text) == [(5.0, 6.0, "x")]


def test_an_arrow_in_speech_is_text() -> None:
    assert [text for _, _, text in told("1\n00:00:01,000 --> 00:00:02,000\nde A --> B\n")] == ["de A --> B"]


def test_sbv_is_read() -> None:
    text = "0:00:01.000,0:00:02.500\num[br]dois\ntrês\n\n1:00:03.000,1:00:04.000\nquatro\n"
    assert told(text, "aula.sbv") == [(1.0, 2.5, "um dois três"), (3603.0, 3604.0, "quatro")]


def test_a_bad_sbv_time_is_named() -> None:
    text = "0:00:01.000,0:00:02.500\num\n\n0:0x:03.000,0:00:04.000\ndois\n\n0:00:05.000,0:00:06.000\ntrês\n"
    assert [text for _, _, text in told(text, "aula.sbv")] == ["um", "três"]
    assert "line 4" in read(text, "aula.sbv").warnings[0]


def test_content_decides_before_the_extension() -> None:
    assert read("1\n00:00:01,000 --> 00:00:02,000\num\n", "aula.sbv").format == "srt"
    assert read("WEBVTT\n\n00:01.000 --> 00:02.000\num\n", "aula.srt").format == "vtt"
    assert read("0:00:01.000,0:00:02.500\num\n", "aula.vtt").format == "sbv"


def test_text_without_times_is_refused() -> None:
    with pytest.raises(CaptionsRefused, match="no cue times were found"):
        read("Olá, turma. Hoje vamos ver redes neurais.\n", "notas.srt")
