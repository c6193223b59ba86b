"""YouTube's rolling captions: two lines that scroll, so that each line is shown up to three times. Pure.

A cue shows the line before and, below it, the new one with word times; a cue of 10 ms then shows the new line alone.
Converters to SRT keep the repeats and drop the word times, so repeats count as evidence too.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from retrieval.caption_formats.clock import parse_clock
from retrieval.caption_formats.raw_cue import RawCue, ShownCue
from retrieval.segment import Word


def hear_cues(shown: Sequence[ShownCue], *, strip: Callable[[str], str]) -> tuple[RawCue, ...]:
    """Turn what is shown into what is heard: each rolling line once, where it first appears, with its word times.

    `strip` removes the format's markup. Cues that show nothing new, or no words, are dropped.
    """
    plain = [_plain_lines(cue, strip=strip) for cue in shown]
    has_word_times = any(_WORD_TIME.search(raw) for lines in plain for raw, _ in lines)
    is_rolling = _is_rolling(shown, plain, share=0.25 if has_word_times else 0.5)
    heard: list[RawCue] = []
    before: tuple[str, ...] = ()
    starts_track = False
    for index, cue in enumerate(shown):
        starts_track = starts_track or cue.starts_track
        lines = tuple(text for _, text in plain[index])
        has_gap = index > 0 and cue.start_seconds > shown[index - 1].end_seconds + _TRANSITION_SECONDS
        kept = _count_repeated(before, plain[index], cue=cue, has_gap=has_gap) if is_rolling else 0
        before = lines if lines else before
        if text := " ".join(lines[kept:]):
            raw = "\n".join(raw for raw, _ in plain[index][kept:])
            words = _words(raw, start_seconds=cue.start_seconds, strip=strip) if has_word_times else ()
            heard.append(_raw_cue(cue, text, words, starts_track=starts_track))
            starts_track = False
    return tuple(heard)


# A line as written and as heard.
_Line = tuple[str, str]

_WORD_TIME = re.compile(r"<([0-9]{1,3}:[0-9:]{2,8}[.,][0-9]{1,6})>")

# YouTube's transition cues last 10 ms; some converters round them to a frame.
_TRANSITION_SECONDS = 0.05


def _plain_lines(cue: ShownCue, *, strip: Callable[[str], str]) -> tuple[_Line, ...]:
    # A tag may span lines; only then are the lines of a cue read as one.
    if len(cue.lines) > 1 and any(line.count("<") != line.count(">") for line in cue.lines):
        joined = "\n".join(cue.lines)
        text = strip(joined)
        return ((joined, text),) if text else ()
    return tuple((line, text) for line in cue.lines if (text := strip(line)))


def _is_rolling(shown: Sequence[ShownCue], plain: Sequence[tuple[_Line, ...]], *, share: float) -> bool:
    """Whether at least `share` of the cues begin with the line shown last, and some of them scroll."""
    lit = [(cue, lines) for cue, lines in zip(shown, plain, strict=True) if lines]
    repeats = [(cue, lines) for (_, above), (cue, lines) in pairwise(lit) if lines[0][1] == above[-1][1]]
    scrolls = any(len(lines) > 1 or _is_transition(cue) for cue, lines in repeats)
    return scrolls and len(repeats) >= share * (len(lit) - 1)


def _is_transition(cue: ShownCue) -> bool:
    return cue.end_seconds - cue.start_seconds <= _TRANSITION_SECONDS


def _count_repeated(before: tuple[str, ...], lines: tuple[_Line, ...], *, cue: ShownCue, has_gap: bool) -> int:
    """How many of a cue's first lines only repeat the last lines shown. A line with word times is always new."""
    new_from = next((number for number, (raw, _) in enumerate(lines) if _WORD_TIME.search(raw)), len(lines))
    texts = tuple(text for _, text in lines)
    longest = min(len(before), new_from, len(lines) - 1)
    # "okay" above "okay" is said twice: some line is new where a cue has a line to spare.
    for count in range(min(longest, _LINES_ON_SCREEN), 0, -1):
        if before[-count:] == texts[:count]:
            return count
    is_all_shown = new_from == len(lines) and before[-len(lines) :] == texts
    return len(lines) if is_all_shown and (_is_transition(cue) or not has_gap) else 0


# Broadcast captions roll up to four lines; more would make a hostile cue slow.
_LINES_ON_SCREEN = 4


def _raw_cue(cue: ShownCue, text: str, words: tuple[Word, ...], *, starts_track: bool) -> RawCue:
    return RawCue(
        start_seconds=cue.start_seconds,
        end_seconds=cue.end_seconds,
        text=text,
        where=f"line {cue.line}",
        words=words,
        starts_track=starts_track,
    )


def _words(raw: str, *, start_seconds: float, strip: Callable[[str], str]) -> tuple[Word, ...]:
    """Read `one<00:00:01.200><c> two</c>` as words with their times; a lone word begins with its cue."""
    first, *timed = _WORD_TIME.split(raw)
    if not timed:
        text = strip(raw)
        return (Word(text=text, start_seconds=start_seconds),) if text and " " not in text else ()
    pieces = [(start_seconds, first)]
    for clock, piece in zip(timed[::2], timed[1::2], strict=True):
        seconds = parse_clock(clock)
        pieces.append((pieces[-1][0] if seconds is None else seconds, piece))
    return tuple(Word(text=word, start_seconds=seconds) for seconds, piece in pieces for word in strip(piece).split())
