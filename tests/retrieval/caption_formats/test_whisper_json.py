import json

import pytest

from retrieval.captions import CaptionFile, parse_captions
from retrieval.segment import CaptionsRefused, Word


def read(value: object, name: str = "aula.json") -> CaptionFile:
    return parse_captions(json.dumps(value).encode(), name=name)


OPENAI = {
    "text": " Bom dia. Redes.",
    "segments": [
        {
            "id": 0,
            "seek": 0,
            "start": 0.0,
            "end": 1.5,
            "text": " Bom dia.",
            "tokens": [1, 2],
            "words": [
                {"word": " Bom", "start": 0.0, "end": 0.4, "probability": 0.9},
                {"word": " dia.", "start": 0.5, "end": 1.5, "probability": 0.9},
            ],
        },
        {"id": 1, "seek": 0, "start": 1.5, "end": 3.0, "text": " Redes.", "tokens": [3]},
    ],
    "language": "pt",
}
WORDS = (Word(text="Bom", start_seconds=0.0), Word(text="dia.", start_seconds=0.5))
TIMESTAMPED_WORDS = [
    {"text": "Bom", "start": 0.0, "end": 0.4, "confidence": 0.9},
    {"text": "dia.", "start": 0.5, "end": 1.5, "confidence": 0.8},
]
BARE = [[1, 0, 0.0, 1.5, " Bom dia.", [1], 0.0, -0.2, 1.1, 0.0, [[0.0, 0.4, " Bom", 0.9], [0.5, 1.5, " dia.", 0.9]]]]


@pytest.mark.parametrize(
    ("value", "language"),
    [
        (OPENAI, "pt"),
        (OPENAI["segments"], None),
        ({"segments": OPENAI["segments"], "info": {"language": "pt"}}, "pt"),
        (
            {
                "language": "pt",
                "segments": [{"start": 0.0, "end": 1.5, "text": "Bom dia.", "words": TIMESTAMPED_WORDS}],
            },
            "pt",
        ),
        (BARE, None),
    ],
    ids=["openai-whisper", "faster-whisper list", "faster-whisper", "whisper-timestamped", "faster-whisper tuples"],
)
def test_each_shape_gives_text_and_word_times(value: object, language: str | None) -> None:
    captions = read(value)
    first = captions.cues[0]
    assert (first.start_seconds, first.end_seconds, first.text, first.words) == (0.0, 1.5, "Bom dia.", WORDS)
    assert (captions.format, captions.language, captions.warnings) == ("whisper", language, ())


def test_what_whisper_writes_is_plain_text() -> None:
    assert read([{"start": 1, "end": 2, "text": " a < b, R&amp;D <i> "}]).cues[0].text == "a < b, R&amp;D <i>"


def test_a_numeral_without_a_time_begins_with_the_word_before() -> None:
    words = [{"word": "em", "start": 1.0, "end": 1.2, "score": 0.9}, {"word": "2024"}]
    cue = read({"segments": [{"start": 1.0, "end": 2.0, "text": "em 2024", "words": words}]}).cues[0]
    assert cue.words == (Word(text="em", start_seconds=1.0), Word(text="2024", start_seconds=1.0))


def test_a_segment_without_a_time_is_named() -> None:
    captions = read([{"start": 1, "end": 2, "text": "a"}, {"start": None, "end": 4, "text": "b"}])
    assert [cue.text for cue in captions.cues] == ["a"]
    assert captions.warnings == ("Left out for a time that cannot be read: 1 cue at segment 2.",)


def test_times_that_are_no_numbers_are_not_used() -> None:
    text = (
        '[{"start": 1, "end": Infinity, "text": "a"}, {"start": NaN, "end": 9, "text": "b"}, {"start": 5, "text": "c"}]'
    )
    captions = parse_captions(text.encode(), name="aula.json")
    # "a" has no usable end: one word takes a second at least.
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in captions.cues] == [(1, 2, "a"), (5, 6, "c")]


def test_a_cut_off_file_is_refused_with_the_line() -> None:
    text = json.dumps(OPENAI, indent=1)
    cut = text[: text.index("Redes.")]
    with pytest.raises(CaptionsRefused, match="cut off") as caught:
        parse_captions(cut.encode(), name="aula.json")
    # The top-level "text" on line 2 holds the first "Redes."
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" + "9" * 5_000 + "]", '{"a": }', "{}", '{"segments": []}', "[]", '{"events": {}}']
)
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(CaptionsRefused):
        parse_captions(text.encode(), name="aula.json")
