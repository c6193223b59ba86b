"""SubRip (SRT) and YouTube's SubViewer (SBV): from lines to cues as shown."""

import re
from collections.abc import Sequence

from retrieval.caption_formats.blocks import Block, find_unreadable, split_blocks
from retrieval.caption_formats.clock import looks_like_timing, match_arrow_timing, match_comma_timing
from retrieval.caption_formats.raw_cue import ShownCaptions, ShownCue, Unreadable


def read_srt(lines: Sequence[str]) -> ShownCaptions:
    """Read SRT, with or without counters; a blank line inside a cue does not end it."""
    blocks = split_blocks(lines, match_timing=match_arrow_timing)
    cues: list[ShownCue] = []
    unreadable: list[Unreadable] = []
    counter: int | None = None
    missing = 0
    for index, block in enumerate(blocks):
        is_last = index == len(blocks) - 1
        body, next_counter = (block.lines, None) if is_last else _split_counter(block.lines, after=counter)
        text, faults = _cut_at_fault(block, body)
        unreadable += faults
        if block.span:
            is_restart = counter == 1 and len(cues) > 1
            cues.append(_shown(block, text, starts_track=is_restart))
            missing += counter is None
        counter = next_counter
    warning = f"{missing} of {len(cues)} cues have no counter; they are read all the same."
    return ShownCaptions(cues=tuple(cues), unreadable=tuple(unreadable), warnings=(warning,) if missing else ())


def read_sbv(lines: Sequence[str]) -> ShownCaptions:
    """Read SBV: a line with both times, then the text up to the next one."""
    blocks = split_blocks(lines, match_timing=match_comma_timing)
    cues: list[ShownCue] = []
    unreadable: list[Unreadable] = []
    for block in blocks:
        faults = [number for number, line in enumerate(block.lines) if _SBV_FAULT.fullmatch(line)]
        text = block.lines[: faults[0]] if faults else block.lines
        unreadable += [Unreadable(where=f"line {n}", line=n) for n in (block.line + 1 + fault for fault in faults)]
        if block.span:
            cues.append(_shown(block, text, starts_track=False))
    return ShownCaptions(cues=tuple(cues), unreadable=tuple(unreadable))


_COUNTER = re.compile(r"\s{0,20}([0-9]{1,9})\s{0,20}")
_SBV_FAULT = re.compile(r"\s{0,20}-?[0-9]{0,6}:[^,\s]{1,20}\s?,\s?[^,\s]{0,6}:[^,\s]{1,20}\s{0,20}")


def _split_counter(lines: tuple[str, ...], *, after: int | None) -> tuple[tuple[str, ...], int | None]:
    """Take the next cue's counter off the end of a cue's lines.

    It stands right before the timing. With blank lines between (files spaced twice) only the number that follows
    `after` is a counter: a cue may say "2024" and no more.
    """
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    match = _COUNTER.fullmatch(lines[end - 1]) if end else None
    if match is None:
        return lines, None
    counter = int(match[1])
    if end == len(lines) or counter == (after or 0) + 1:
        return lines[: end - 1], counter
    return lines, None


def _cut_at_fault(block: Block, lines: tuple[str, ...]) -> tuple[tuple[str, ...], list[Unreadable]]:
    """Keep what stands before a timing that cannot be read: what follows it has no time."""
    fault = next((number for number, line in enumerate(lines) if looks_like_timing(line)), None)
    if fault is None:
        return lines, []
    kept, _ = _split_counter(lines[:fault], after=None)
    return kept, find_unreadable(lines[fault:], first_line=block.line + 1 + fault)


def _shown(block: Block, lines: tuple[str, ...], *, starts_track: bool) -> ShownCue:
    start, end = block.span or (0.0, 0.0)
    return ShownCue(start_seconds=start, end_seconds=end, lines=lines, line=block.line, starts_track=starts_track)
