"""Cues become windows: overlapping stretches of a lecture that the embedder reads to the end.

A window's end is chosen near the wished length, where the lecturer pauses or ends a sentence; the next one begins about
`overlap_seconds` before that end. The embedder's own token count decides over the clock.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from retrieval.cue_splitting import split_cue
from retrieval.segment import Cue

# Speech within 45 s of silence is mostly a pause for the board or an exercise; longer ones are breaks, after which the
# subject is new, and a window across one would show a link span in which nobody speaks.
LONG_SILENCE_SECONDS = 45.0
# An end may come this much before or after the wished length, to fall on a pause.
_EARLIEST, _LATEST = 0.8, 1.1
# Less new speech than this is no window of its own ("see you on Thursday") but goes with the one before.
_TINY_SECONDS = 20.0
# A limit that leaves less than this beside prefix and header is a mistake in the settings.
_LEAST_ROOM = 8
_SENTENCE_END = re.compile(r"[.!?…。？！][\"'»”’)\]]*\s*$")
# Titles help retrieval in a few words; this keeps them below a tenth of a window (some 30 tokens of Portuguese).
_COURSE_CHARACTERS, _LECTURE_CHARACTERS = 40, 70
_HEADER_CHARACTERS = _COURSE_CHARACTERS + _LECTURE_CHARACTERS + len(" · ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some cues in a row. `text` is their texts joined by a space, whitespace folded; the header is not in it."""

    cues: tuple[Cue, ...]
    start_seconds: float
    end_seconds: float
    text: str


def cut_windows(
    cues: Sequence[Cue],
    *,
    seconds: float = 120.0,
    overlap_seconds: float = 30.0,
    max_tokens: int = 480,
    count_tokens: Callable[[str], int],
    header: str = "",
) -> tuple[Window, ...]:
    """Cut cues, given in order of time, into windows of about `seconds`.

    Every cue with a word in it is in at least one window. `count_tokens(embedded_text(header, window.text))` is at most
    `max_tokens` for every window (hand in at most the embedder's `max_tokens`). A cue that is too long for one window
    by itself, in tokens or in seconds, is split into several, with times from its words or in proportion.

    Raises:
        ValueError: the overlap is more than half a window, or the limit leaves no room for text beside the header.
    """
    if not 0 <= overlap_seconds <= seconds / 2 or seconds <= 0:
        raise ValueError(f"windows of {seconds} s cannot overlap by {overlap_seconds} s: at most half, at least 0")
    scale = _Scale.of(count_tokens, header=header, max_tokens=max_tokens)
    if scale.room < _LEAST_ROOM:
        raise ValueError(f"max_tokens={max_tokens} leaves no room for text beside the header {header!r}")
    spoken = [cue for cue in cues if cue.text.strip()]
    parts = [part for cue in spoken for part in split_cue(cue, tokens=scale.cost, room=scale.room, seconds=seconds)]
    return tuple(
        window
        for run in _runs(parts)
        for window in _cut_run(_Run.of(run, scale.cost), scale, seconds=seconds, overlap_seconds=overlap_seconds)
    )


def embedded_text(header: str, text: str) -> str:
    """What the embedder is given for a window; a header of any length is shortened, so it never eats the window."""
    short = _shortened(header, _HEADER_CHARACTERS)
    return f"{short}: {text}" if short else text


def segment_header(course_title: str, lecture_title: str) -> str:
    """The header of all windows of a lecture: both titles, shortened."""
    titles = (_shortened(course_title, _COURSE_CHARACTERS), _shortened(lecture_title, _LECTURE_CHARACTERS))
    return " · ".join(title for title in titles if title)


def _shortened(title: str, characters: int) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", title).split())
    if len(folded) <= characters:
        return folded
    cut = folded[: characters - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[characters // 2 :] else cut) + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Weighs texts in tokens, each as it will be read: behind the prefix and the header."""

    cost: Callable[[str], int]
    fits: Callable[[Sequence[Cue]], bool]
    room: int

    @classmethod
    def of(cls, count_tokens: Callable[[str], int], *, header: str, max_tokens: int) -> "_Scale":
        """Take the tokens that a text adds behind another word: exact where words are tokenized apart, as E5's are."""
        before = count_tokens(embedded_text(header, "a"))

        @cache
        def cost(text: str) -> int:
            return max(1, count_tokens(embedded_text(header, f"a {text}")) - before)

        def fits(cues: Sequence[Cue]) -> bool:
            return count_tokens(embedded_text(header, _joined(cues))) <= max_tokens

        return cls(cost=cost, fits=fits, room=max_tokens - before)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Cues without a long silence between them, with the tokens of the first n of them in `tokens_before[n]`."""

    cues: tuple[Cue, ...]
    tokens_before: tuple[int, ...]

    @classmethod
    def of(cls, cues: Sequence[Cue], cost: Callable[[str], int]) -> "_Run":
        return cls(cues=tuple(cues), tokens_before=tuple(accumulate((cost(cue.text) for cue in cues), initial=0)))

    def tokens(self, first: int, stop: int) -> int:
        return self.tokens_before[stop] - self.tokens_before[first]

    def end(self, stop: int) -> float:
        """When the cue before `stop` ends, or the next begins if that is earlier."""
        end = self.cues[stop - 1].end_seconds
        return end if stop == len(self.cues) else min(end, self.cues[stop].start_seconds)

    def span(self, first: int, stop: int) -> float:
        """Seconds from the start of cue `first` to the end before `stop`: a window's length, or what two share."""
        return self.end(stop) - self.cues[first].start_seconds if first < stop else 0.0

    def rest(self, stop: int) -> float:
        """How good a place to cut the one before cue `stop` is: 1 for a sentence's end, up to 1 for a pause of 1 s."""
        if stop == len(self.cues):
            return 2.0
        pause = self.cues[stop].start_seconds - self.end(stop)
        return min(pause, 1.0) + (1.0 if _SENTENCE_END.search(self.cues[stop - 1].text) else 0.0)


def _runs(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    run: list[Cue] = []
    for cue in cues:
        if run and cue.start_seconds - run[-1].end_seconds > LONG_SILENCE_SECONDS:
            yield run
            run = []
        run.append(cue)
    if run:
        yield run


def _cut_run(run: _Run, scale: _Scale, *, seconds: float, overlap_seconds: float) -> Iterator[Window]:
    first = covered = 0
    while covered < len(run.cues):
        stop = _stop(run, first, covered=covered, room=scale.room, seconds=seconds)
        while stop - first > 1 and not scale.fits(run.cues[first:stop]):  # a tokenizer that counts more for the whole
            first, stop = (first, stop - 1) if stop - 1 > covered else (first + 1, stop)
        yield _window(run.cues[first:stop])
        covered = stop
        if covered < len(run.cues):
            first = _next_first(run, first, stop, room=scale.room, overlap_share=overlap_seconds / seconds)


def _stop(run: _Run, first: int, *, covered: int, room: int, seconds: float) -> int:
    """Choose where the window from cue `first` stops; it holds at least cue `covered`, the first that none has yet."""
    last = len(run.cues)
    furthest = covered + 1
    while furthest < last and _may_stop_at(run, first, furthest + 1, room=room, seconds=seconds):
        furthest += 1
    if furthest == last:
        return last
    length = min(seconds, run.span(first, furthest))
    slack = length * (1 - _EARLIEST) or 1.0
    near = [stop for stop in range(covered + 1, furthest) if run.span(first, stop) >= _EARLIEST * length]
    stop = max([*near, furthest], key=lambda stop: run.rest(stop) - abs(run.span(first, stop) - length) / slack)
    tail_is_tiny = run.end(last) - run.end(stop) < _TINY_SECONDS
    return last if tail_is_tiny and run.tokens(first, last) <= room else stop


def _may_stop_at(run: _Run, first: int, stop: int, *, room: int, seconds: float) -> bool:
    return run.tokens(first, stop) <= room and run.span(first, stop) <= _LATEST * seconds


def _next_first(run: _Run, first: int, stop: int, *, room: int, overlap_share: float) -> int:
    """Choose where the next window begins: about the wished overlap before `stop`, leaving room for the cue there."""
    length = run.span(first, stop)
    wish = overlap_share * length
    able = [
        start
        for start in range(first + 1, stop + 1)
        if run.span(start, stop) <= length / 2 and run.tokens(start, stop + 1) <= room
    ]
    near = [start for start in able if 0.5 * wish <= run.span(start, stop) <= 1.2 * wish]
    if near:
        return max(near, key=lambda start: run.rest(start) - abs(run.span(start, stop) - wish) / (wish or 1.0))
    return min(able, key=lambda start: abs(run.span(start, stop) - wish))


def _window(cues: tuple[Cue, ...]) -> Window:
    end_seconds = max(cue.end_seconds for cue in cues)
    return Window(cues=cues, start_seconds=cues[0].start_seconds, end_seconds=end_seconds, text=_joined(cues))


def _joined(cues: Sequence[Cue]) -> str:
    return " ".join(" ".join(cue.text for cue in cues).split())
