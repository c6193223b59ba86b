"""The timings of a subtitle file and the lines under each: the one walk that WebVTT, SRT and SBV share.

Own code, where webvtt-py and pysubs2 would serve but for three things that a caption file needs here: they give no line
numbers, so no fault can be named; they leave cues with an unreadable time out without a word (webvtt-py) or run
them into the cue before (pysubs2); and they drop YouTube's word times. The tests read the same files with both.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from retrieval.caption_formats.clock import Span, is_cut_timing, looks_like_timing
from retrieval.caption_formats.raw_cue import Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A timing and every line up to the next one. The lines before the first timing are a block without a span.

    `line` is the timing's own number, counted from 1 (0 before the first timing), so `lines[0]` is `line + 1`.
    """

    line: int
    span: Span | None
    lines: tuple[str, ...]


def split_blocks(lines: Sequence[str], *, match_timing: Callable[[str], Span | None]) -> list[Block]:
    """Cut a file at its timings, whether or not blank lines stand between the cues."""
    timings = [(number, span) for number, line in enumerate(lines, start=1) if (span := match_timing(line))]
    starts: list[tuple[int, Span | None]] = [(0, None), *timings]
    ends = [number - 1 for number, _ in timings] + [len(lines)]
    return [
        Block(line=number, span=span, lines=tuple(lines[number:end]))
        for (number, span), end in zip(starts, ends, strict=True)
    ]


def drop_cut_timing(lines: Sequence[str]) -> tuple[Sequence[str], list[Unreadable]]:
    """Leave out the beginning of a timing that ends the file, as a download cut short leaves it, with its counter.

    It stands after a blank line, with or without a counter between: right under another timing, "12:30" is spoken.
    """
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if not end or not is_cut_timing(lines[end - 1]):
        return lines, []
    first = end - 1
    if first and lines[first - 1].strip().isdecimal():
        first -= 1
    if not first or lines[first - 1].strip():
        return lines, []
    return lines[:first], [Unreadable(where=f"line {end}", line=end)]


def find_unreadable(lines: Iterable[str], *, first_line: int) -> list[Unreadable]:
    """Name the lines that were meant as timings. `first_line` is the number of the first of them."""
    return [
        Unreadable(where=f"line {number}", line=number)
        for number, line in enumerate(lines, start=first_line)
        if looks_like_timing(line)
    ]
