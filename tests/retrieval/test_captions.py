"""The same short lecture in every format, and what must hold of any file whatever."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pysubs2
import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.captions import CaptionFile, parse_captions, read_captions
from retrieval.segment import CaptionsRefused, Cue

# Start, end and text of each cue, in seconds.
Lecture: TypeAlias = list[tuple[float, float, str]]

FILES = Path(__file__).parent / "captions"

LECTURE = [
    (1.0, 3.5, "Bom dia, turma."),
    (3.5, 7.25, "Hoje: o gradiente & a taxa de aprendizado."),
    (3600.0, 3602.0, "Até amanhã!"),
]


def told(cues: tuple[Cue, ...]) -> Lecture:
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in cues]


@pytest.mark.parametrize(
    ("name", "format_", "language", "warnings"),
    [
        ("Aula 2 - Gradiente (parte 1) [dQw4w9WgXcQ].pt-BR.vtt", "vtt", "pt-BR", 0),
        ("Aula 2.srt", "srt", None, 0),
        # Windows-1252, and no counters.
        ("Aula 2 antiga.srt", "srt", None, 2),
        ("aula-2.sbv", "sbv", None, 0),
        ("Aula 2.pt.json3", "json3", "pt", 0),
        ("aula 2 openai-whisper.json", "whisper", "pt", 0),
        ("aula 2 faster-whisper.json", "whisper", None, 0),
        ("aula 2 whisper-timestamped.json", "whisper", "pt", 0),
    ],
)
def test_every_format_tells_the_same_lecture(name: str, format_: str, language: str | None, warnings: int) -> None:
    captions = read_captions(FILES / name)
    assert told(captions.cues) == LECTURE
    assert (captions.format, captions.language, len(captions.warnings)) == (format_, language, warnings)


@pytest.mark.parametrize("name", ["Aula 2.pt.json3", "aula 2 openai-whisper.json", "aula 2 whisper-timestamped.json"])
def test_word_times_are_kept_where_there_are_any(name: str) -> None:
    words = read_captions(FILES / name).cues[0].words
    assert [(word.text, word.start_seconds) for word in words] == [("Bom", 1.0), ("dia,", 1.4), ("turma.", 1.9)]


def check_sound(captions: CaptionFile) -> None:
    assert captions.cues
    for cue in captions.cues:
        assert 0 <= cue.start_seconds < cue.end_seconds
        assert cue.text == " ".join(cue.text.split()) != ""
        assert cue.text.encode().decode() == cue.text
        assert all(cue.start_seconds <= word.start_seconds <= cue.end_seconds for word in cue.words)
    for cue, after in zip(captions.cues, captions.cues[1:], strict=False):
        assert cue.end_seconds <= after.start_seconds


def check_refused_or_sound(raw: bytes, name: str) -> None:
    try:
        captions = parse_captions(raw, name=name)
    except CaptionsRefused:
        return
    check_sound(captions)


NAMES = st.sampled_from(["a.vtt", "a.srt", "a.sbv", "a.json3", "a.json", "-a [b].vtt", "a"])

# Pieces that the formats are made of, so that random files come near to captions.
PIECES = st.sampled_from(
    [
        "WEBVTT",
        "\n",
        "\n\n",
        "\r",
        " ",
        "1",
        "00:00:01.000",
        "00:59:59,900",
        "59:58.000",
        "0:00:02.000",
        "-00:00:01.000",
        "99:99:99.999",
        " --> ",
        "-->",
        ",",
        "NOTE",
        "STYLE",
        "okay",
        "olá mundo",
        "<c>",
        "</c>",
        "<00:00:01.500>",
        "<v Ana>",
        "&amp;",
        "<",
        "{\\an8}",
        "\u202e",
        "\x00",
        "\ufeff",
        "[",
        "{",
        '"start": 1',
        '{"segments": [',
        "]}",
    ]
)


@settings(deadline=None)
@given(st.binary(), NAMES)
def test_any_bytes_are_refused_or_sound(raw: bytes, name: str) -> None:
    check_refused_or_sound(raw, name)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES), NAMES, st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp1252"]))
def test_any_text_of_caption_pieces_is_refused_or_sound(pieces: list[str], name: str, encoding: str) -> None:
    check_refused_or_sound("".join(pieces).encode(encoding, "ignore"), name)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "segments",
                    "events",
                    "segs",
                    "utf8",
                    "tStartMs",
                    "dDurationMs",
                    "tOffsetMs",
                    "aAppend",
                    "start",
                    "end",
                    "text",
                    "words",
                    "word",
                    "language",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON_VALUES, NAMES)
def test_any_json_is_refused_or_sound(value: object, name: str) -> None:
    check_refused_or_sound(json.dumps(value).encode(), name)


WORD = st.text(alphabet="abcdefãçéõú", min_size=1, max_size=8)
TEXT = st.lists(WORD, min_size=1, max_size=6).map(" ".join)


@st.composite
def lectures(draw: st.DrawFn) -> Lecture:
    """Ordered cues without overlap, in whole milliseconds, at most two hours."""
    moment = draw(st.integers(min_value=0, max_value=5_000))
    cues = []
    for text in draw(st.lists(TEXT, min_size=1, max_size=12)):
        length = draw(st.integers(min_value=200, max_value=20_000))
        cues.append((moment / 1000, (moment + length) / 1000, text))
        moment += length + draw(st.integers(min_value=60, max_value=500_000))
    return cues


def clock(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"


def as_vtt(cues: Lecture) -> str:
    body = "".join(f"{clock(start, '.')} --> {clock(end, '.')}\n{text}\n\n" for start, end, text in cues)
    return f"WEBVTT\n\n{body}"


def as_srt(cues: Lecture) -> str:
    return "".join(
        f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(cues, start=1)
    )


def as_sbv(cues: Lecture) -> str:
    return "".join(f"{clock(start, '.')},{clock(end, '.')}\n{text}\n\n" for start, end, text in cues)


def as_json3(cues: Lecture) -> str:
    events = [
        {"tStartMs": round(start * 1000), "dDurationMs": round((end - start) * 1000), "segs": [{"utf8": text}]}
        for start, end, text in cues
    ]
    return json.dumps({"events": events})


def as_whisper(cues: Lecture) -> str:
    return json.dumps({"segments": [{"start": start, "end": end, "text": f" {text}"} for start, end, text in cues]})


def as_rolling(cues: Lecture) -> str:
    """Render as YouTube does: the line before above the new one with word times, then the new line alone for 10 ms."""
    blocks = ["WEBVTT\nKind: captions\nLanguage: pt\n"]
    above = " "
    for start, end, text in cues:
        first, *others = text.split()
        timed = first + "".join(f"<{clock(start + 0.1, '.')}><c> {word}</c>" for word in others)
        blocks.append(f"{clock(start, '.')} --> {clock(end, '.')} align:start position:0%\n{above}\n{timed}\n")
        blocks.append(f"{clock(end, '.')} --> {clock(end + 0.01, '.')} align:start position:0%\n{text}\n \n")
        above = text
    return "\n".join(blocks)


@pytest.mark.parametrize(
    ("render", "name"),
    [
        (as_vtt, "a.vtt"),
        (as_srt, "a.srt"),
        (as_sbv, "a.sbv"),
        (as_json3, "a.json3"),
        (as_whisper, "a.json"),
        (as_rolling, "a.vtt"),
    ],
)
@settings(deadline=None)
@given(cues=lectures())
def test_cues_come_back_from_every_format(render: Callable[[Lecture], str], name: str, cues: Lecture) -> None:
    captions = parse_captions(render(cues).encode(), name=name)
    assert told(captions.cues) == cues
    assert captions.warnings == ()


@settings(deadline=None)
@given(lectures())
def test_webvtt_py_and_pysubs2_read_the_same_cues(cues: Lecture) -> None:
    ours = told(parse_captions(as_vtt(cues).encode(), name="a.vtt").cues)
    theirs = [
        (caption.start_time.in_milliseconds() / 1000, caption.end_time.in_milliseconds() / 1000, caption.text)
        for caption in webvtt.from_string(as_vtt(cues)).captions
    ]
    assert ours == theirs
    subtitles = pysubs2.SSAFile.from_string(as_srt(cues), format_="srt")
    assert ours == [(event.start / 1000, event.end / 1000, event.plaintext) for event in subtitles]


HOSTILE = {
    "open tags": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<a" * 400_000,
    "open overrides": "1\n00:00:01,000 --> 00:00:02,000\n" + "{\\" * 400_000,
    "blanks": "1\n00:00:01,000 --> 00:00:02,000\n" + " " * 800_000 + "x",
    "ampersands": "1\n00:00:01,000 --> 00:00:02,000\n" + "&a" * 400_000,
    "breaks": "1\n00:00:01,000 --> 00:00:02,000\n" + "<br" * 300_000,
    "digits": "1\n00:00:01,000 --> 00:00:02,000\n" + "1" * 800_000,
    "half timings": "1\n00:00:01,000 --> 00:00:02,000\nx\n" + "00:00:01,000 --\n" * 50_000,
    "empty lines": "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n" + "\n" * 800_000,
    "paragraphs": "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n" + "a b\n\n" * 150_000,
    "one start": "1\n00:00:01,000 --> 00:00:02,000\nolá\n\n2\n00:00:01,000 --> 00:00:02,000\nx\n\n" * 10_000,
    "falling": "".join(as_srt([(30_000 - n, 30_000 - n + 1, f"x {n}")]) for n in range(15_000)),
    "appended": json.dumps({"events": [{"tStartMs": n, "aAppend": 1, "segs": [{"utf8": "a"}]} for n in range(30_000)]}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_take_no_longer_than_their_size(kind: str) -> None:
    began = time.perf_counter()
    check_refused_or_sound(HOSTILE[kind].encode(), "a.srt")
    # Under a second on a slow machine; anything quadratic takes minutes at this size.
    assert time.perf_counter() - began < 20
