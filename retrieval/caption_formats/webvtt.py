"""WebVTT: from lines to cues as shown. Notes, styles, regions, ids and settings stay out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.caption_formats.blocks import Block, find_unreadable, split_blocks
from retrieval.caption_formats.clock import match_arrow_timing
from retrieval.caption_formats.raw_cue import ShownCaptions, ShownCue, Unreadable


def read_webvtt(lines: Sequence[str]) -> ShownCaptions:
    """Read WebVTT (W3C, sec. 4). Kinder than the standard where words would be lost: see `_read_paragraphs`."""
    blocks = split_blocks(lines, match_timing=match_arrow_timing)
    found = _Found()
    for index, block in enumerate(blocks):
        cue_lines = block.lines if index == len(blocks) - 1 else _without_next_id(block.lines)
        starts_track = found.header_seen
        found.header_seen = False
        text = _read_paragraphs(block, cue_lines, found=found)
        if block.span:
            start, end = block.span
            found.cues.append(
                ShownCue(start_seconds=start, end_seconds=end, lines=text, line=block.line, starts_track=starts_track)
            )
    warnings = [
        f"{what}: {len(places)}, the first at line {places[0]}."
        for what, places in (("Paragraphs without a time were left out", found.ignored), (_JOINED, found.joined))
        if places
    ]
    return ShownCaptions(
        cues=tuple(found.cues),
        unreadable=tuple(found.unreadable),
        warnings=tuple(warnings),
        language=_language(blocks[0].lines),
    )


_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)|Region:")
_HEADER = re.compile(r"\ufeff?WEBVTT(?:\s|$)")
_LANGUAGE = re.compile(r"\s{0,9}Language\s{0,9}:\s{0,9}([A-Za-z0-9-]{2,35})\s{0,9}", re.IGNORECASE)
_JOINED = "Paragraphs after a blank line were read as text of the cue before"


@dataclass(slots=True)
class _Found:
    cues: list[ShownCue] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)
    header_seen: bool = False


def _without_next_id(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Take the next cue's id off: the line right before its timing, unless that line can only be this cue's text."""
    if not lines or not lines[-1].strip():
        return lines
    is_alone = len(lines) > 1 and not lines[-2].strip()
    is_counter = len(lines) > 1 and lines[-1].strip().isdecimal()
    return lines[:-1] if is_alone or is_counter else lines


def _read_paragraphs(block: Block, lines: tuple[str, ...], *, found: _Found) -> tuple[str, ...]:
    """Return the text lines of a block's cue, and note in `found` what else its lines hold.

    By the standard a blank line ends a cue and what follows without a time is dropped. But editors that strip trailing
    blanks empty the first line of YouTube's cues, and people leave blank lines inside cues: such text is spoken.
    """
    text: list[str] = []
    is_text_open = block.span is not None
    for offset, paragraph in _paragraphs(lines):
        number = block.line + 1 + offset
        if _HEADER.match(paragraph[0]) and (number > 1 or not block.line):
            found.header_seen, is_text_open = bool(found.cues) or block.span is not None, False
        elif _NO_CUE.match(paragraph[0]):
            is_text_open = False
        elif faults := find_unreadable(paragraph, first_line=number):
            fault = (faults[0].line or number) - number
            text += paragraph[:fault] if is_text_open and offset == 0 else ()
            found.unreadable.extend(faults)
            is_text_open = False
        elif is_text_open and (offset == 0 or not any(text) or " " in paragraph[0].strip()):
            found.joined.extend([number] if any(text) else [])
            text += paragraph
        elif is_text_open:
            found.ignored.append(number)
    return tuple(text)


def _paragraphs(lines: tuple[str, ...]) -> list[tuple[int, tuple[str, ...]]]:
    """Cut at empty lines; a line of blanks is text, as YouTube writes it. Each with the offset of its first line."""
    paragraphs: list[tuple[int, tuple[str, ...]]] = []
    start = 0
    for end in (*(number for number, line in enumerate(lines) if not line), len(lines)):
        if end > start:
            paragraphs.append((start, lines[start:end]))
        start = end + 1
    return paragraphs


def _language(header: tuple[str, ...]) -> str | None:
    return next((match[1] for line in header[:50] if (match := _LANGUAGE.fullmatch(line))), None)
