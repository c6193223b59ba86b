from pathlib import Path

from retrieval.captions import parse_captions, read_captions
from retrieval.segment import Word

FILES = Path(__file__).parents[1] / "captions"

# A tilde stands for the blank that YouTube writes on the empty line of the two.
ROLLING = """WEBVTT
Kind: captions
Language: pt

00:00:00.160 --> 00:00:02.470 align:start position:0%
~
olá<00:00:00.480><c> e</c><00:00:00.640><c> bem-vindos</c>

00:00:02.470 --> 00:00:02.480 align:start position:0%
olá e bem-vindos
~

00:00:02.480 --> 00:00:04.100 align:start position:0%
olá e bem-vindos
okay

00:00:04.100 --> 00:00:04.110 align:start position:0%
okay
~

00:00:04.110 --> 00:00:06.000 align:start position:0%
okay
okay

00:00:06.000 --> 00:00:06.010 align:start position:0%
okay
~

00:00:06.010 --> 00:00:08.000 align:start position:0%
okay
hoje<00:00:06.500><c> vamos</c>
""".replace("~", " ")

EXPECTED = [(0.16, 2.47, "olá e bem-vindos"), (2.48, 4.1, "okay"), (4.11, 6.0, "okay"), (6.01, 8.0, "hoje vamos")]


def told(text: str, name: str = "aula.vtt") -> list[tuple[float, float, str]]:
    cues = parse_captions(text.encode(), name=name).cues
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in cues]


def test_each_rolling_line_is_heard_once() -> None:
    assert told(ROLLING) == EXPECTED


def test_word_times_are_kept() -> None:
    first = parse_captions(ROLLING.encode(), name="aula.vtt").cues[0]
    assert first.words == (
        Word(text="olá", start_seconds=0.16),
        Word(text="e", start_seconds=0.48),
        Word(text="bem-vindos", start_seconds=0.64),
    )


def test_rolling_lines_whose_blanks_an_editor_stripped_are_heard_once() -> None:
    stripped = "\n".join(line.rstrip() for line in ROLLING.split("\n"))
    assert told(stripped) == EXPECTED


def test_rolling_lines_converted_to_srt_are_heard_once() -> None:
    srt = (
        "1\n00:00:00,160 --> 00:00:02,470\nolá a todos\n\n2\n00:00:02,470 --> 00:00:02,480\nolá a todos\n\n"
        "3\n00:00:02,480 --> 00:00:04,100\nolá a todos\nbem-vindos\n\n4\n00:00:04,100 --> 00:00:04,110\nbem-vindos\n\n"
        "5\n00:00:04,110 --> 00:00:06,000\nbem-vindos\nhoje vamos\n"
    )
    assert told(srt, "aula.srt") == [(0.16, 2.47, "olá a todos"), (2.48, 4.1, "bem-vindos"), (4.11, 6.0, "hoje vamos")]


def test_a_sentence_said_twice_in_plain_captions_stays_twice() -> None:
    plain = "WEBVTT\n\n00:01.000 --> 00:02.000\nsim\n\n00:02.000 --> 00:03.000\nsim\n\n00:03.000 --> 00:04.000\nnão\n"
    assert [text for _, _, text in told(plain)] == ["sim", "sim", "não"]


def test_json3_gives_lines_with_word_times() -> None:
    captions = read_captions(FILES / "Aula 1 - Introdução [-aB3dE_fG1h].pt-orig.json3")
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in captions.cues] == [
        (0.16, 2.48, "olá e bem-vindos"),
        # Shown until 6.48 s, but the next line begins at 5 s.
        (2.48, 5.0, "hoje vamos ver redes"),
        (5.0, 7.0, "fim & recomeço"),
    ]
    assert captions.cues[0].words[1] == Word(text="e", start_seconds=0.48)
    # The appended " redes" goes on with its line, at its own time.
    assert captions.cues[1].words[-1] == Word(text="redes", start_seconds=3.9)
    assert captions.cues[2].words == ()
    assert (captions.format, captions.language, captions.warnings) == ("json3", "pt", ())
