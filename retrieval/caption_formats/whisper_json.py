"""Whisper's JSON as openai-whisper, faster-whisper, whisper-timestamped and WhisperX write it, with word times.

pysubs2 reads the first of these shapes, but without the words.
"""

from collections.abc import Sequence

from retrieval.caption_formats.json_values import as_dict, as_list, as_number, as_text
from retrieval.caption_formats.raw_cue import RawCaptions, RawCue, Unreadable
from retrieval.caption_formats.spoken_text import fold_text
from retrieval.segment import Word


def read_whisper(segments: Sequence[object], *, language: str | None) -> RawCaptions:
    """Read segments with `start`, `end` (seconds), `text` and perhaps `words`."""
    cues: list[RawCue] = []
    unreadable: list[Unreadable] = []
    for number, value in enumerate(segments, start=1):
        segment = as_dict(value) or _named(as_list(value))
        words = _words(as_list(segment.get("words")))
        text = fold_text(as_text(segment.get("text"))) or " ".join(word.text for word in words)
        start = as_number(segment.get("start"))
        if start is None and words:
            start = words[0].start_seconds
        if start is None:
            unreadable += [Unreadable(where=f"segment {number}")] if text or not segment else []
        elif text:
            end = as_number(segment.get("end"))
            cues.append(RawCue(start_seconds=start, end_seconds=end, text=text, where=f"segment {number}", words=words))
    return RawCaptions(cues=tuple(cues), unreadable=tuple(unreadable), language=language)


def _named(values: list[object]) -> dict[str, object]:
    """Name the fields of a segment that an early faster-whisper wrote as a bare list (its segments were tuples)."""
    if len(values) < 5:
        return {}
    words = next((value for value in values[5:] if _are_bare_words(value)), None)
    return {"start": values[2], "end": values[3], "text": values[4], "words": words}


def _are_bare_words(value: object) -> bool:
    first = as_list(next(iter(as_list(value)), None))
    return len(first) == 4 and isinstance(first[2], str)


def _words(values: list[object]) -> tuple[Word, ...]:
    words: list[Word] = []
    for value in values:
        bare = as_list(value)
        word = {"start": bare[0], "word": bare[2]} if len(bare) == 4 else as_dict(value)
        text = fold_text(as_text(word.get("word")) or as_text(word.get("text")))
        start = as_number(word.get("start"))
        # WhisperX leaves times out for numerals: they begin no earlier than the word before.
        if start is None and words:
            start = words[-1].start_seconds
        if text and start is not None:
            words.append(Word(text=text, start_seconds=start))
    return tuple(words)
