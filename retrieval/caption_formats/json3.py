"""YouTube's json3: timed events made of `segs`, each word with its offset. No library reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.caption_formats.json_values import as_dict, as_list, as_number, as_text
from retrieval.caption_formats.raw_cue import RawCaptions, RawCue, Unreadable
from retrieval.caption_formats.spoken_text import strip_subtitle
from retrieval.segment import Word


def read_json3(events: Sequence[object]) -> RawCaptions:
    """Read the `events` of a json3 file.

    Events without `segs` set up windows and say nothing. An event with `aAppend` goes on with the line before it,
    unless a newline has closed that line. Milliseconds in the file, seconds here.
    """
    lines: list[_Line] = []
    unreadable: list[Unreadable] = []
    for number, value in enumerate(events, start=1):
        event = as_dict(value)
        segs = as_list(event.get("segs"))
        start = as_number(event.get("tStartMs", 0))
        if start is None:
            unreadable += [Unreadable(where=f"event {number}")] if segs else []
        elif segs:
            _add_event(lines, event, segs, start_ms=start, where=f"event {number}")
    ends = [*(line.pieces[0][0] for line in lines[1:]), None]
    cues = (_raw_cue(line, next_start_ms=end) for line, end in zip(lines, ends, strict=False))
    return RawCaptions(cues=tuple(cue for cue in cues if cue.text), unreadable=tuple(unreadable))


# The live captions of some channels append to one line for minutes; a cue should stay short enough to point at.
_LONGEST_LINE_MS = 20_000


@dataclass(slots=True)
class _Line:
    """A line as it grows. `pieces` are pairs of milliseconds and text."""

    where: str
    pieces: list[tuple[float, str]] = field(default_factory=list)
    end_ms: float | None = None
    is_closed: bool = False
    has_offsets: bool = False


def _add_event(
    lines: list[_Line], event: dict[str, object], segs: list[object], *, start_ms: float, where: str
) -> None:
    offsets = [as_number(as_dict(seg).get("tOffsetMs")) for seg in segs]
    texts = [as_text(as_dict(seg).get("utf8")) for seg in segs]
    whole = "".join(texts)
    is_appended = bool(event.get("aAppend")) and bool(lines)
    if is_appended and not whole.strip():
        lines[-1].is_closed = lines[-1].is_closed or "\n" in whole
        return
    if not whole.strip():
        return
    goes_on = (
        is_appended
        and not lines[-1].is_closed
        and not whole.startswith("\n")
        and start_ms - lines[-1].pieces[0][0] <= _LONGEST_LINE_MS
    )
    if not goes_on:
        lines.append(_Line(where=where))
    line = lines[-1]
    line.pieces += [(start_ms + (offset or 0), text) for offset, text in zip(offsets, texts, strict=True)]
    line.has_offsets = line.has_offsets or goes_on or any(offset is not None for offset in offsets)
    line.is_closed = is_appended and whole.endswith("\n")
    duration = as_number(event.get("dDurationMs"))
    if duration is not None:
        line.end_ms = max(line.end_ms or 0, start_ms + duration)


def _raw_cue(line: _Line, *, next_start_ms: float | None) -> RawCue:
    start_ms = line.pieces[0][0]
    end_ms = line.end_ms
    # A line stays on screen while the next one is spoken: its words end where the next one begins.
    if end_ms is not None and next_start_ms is not None and start_ms < next_start_ms < end_ms:
        end_ms = next_start_ms
    text = strip_subtitle("".join(text for _, text in line.pieces))
    return RawCue(
        start_seconds=start_ms / 1000,
        end_seconds=None if end_ms is None else end_ms / 1000,
        text=text,
        where=line.where,
        words=_words(line) if line.has_offsets or " " not in text else (),
    )


def _words(line: _Line) -> tuple[Word, ...]:
    return tuple(
        Word(text=word, start_seconds=milliseconds / 1000)
        for milliseconds, text in line.pieces
        for word in strip_subtitle(text).split()
    )
