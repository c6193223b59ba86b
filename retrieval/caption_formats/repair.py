"""From raw cues in any order to cues in order, without overlap, each with a positive length; every repair is stated.

Pure. `read_captions` calls `repair_cues`; what looks like wrapped hours or a second track is `timeline.py`'s business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from retrieval.caption_formats.clock import say_time
from retrieval.caption_formats.raw_cue import RawCue
from retrieval.caption_formats.timeline import keep_first_track, unwrap_hours
from retrieval.segment import Cue, Word


def repair_cues(cues: Sequence[RawCue], *, name: str) -> tuple[tuple[Cue, ...], tuple[str, ...]]:
    """Return the cues in order and a sentence for each kind of repair, with its count and first place.

    Raises:
        CaptionsRefused: the times start again and it cannot be told what follows.
    """
    warnings: list[str] = []
    for repair in (_drop_absurd, unwrap_hours, lambda kept: keep_first_track(kept, name=name)):
        cues, said = repair(cues)
        warnings += said
    for mend in (_sort, _drop_repeats, _join_simultaneous, _give_lengths, _clip_overlaps):
        cues, said = mend(cues)
        warnings += said
    return tuple(_cue(cue) for cue in cues), tuple(warnings)


_Mended = tuple[tuple[RawCue, ...], tuple[str, ...]]

# No lecture is longer than a day; a start beyond it is a fault of the exporter.
_LONGEST_SECONDS = 24 * 3600.0

# Lecturers speak about 150 words a minute.
_WORDS_PER_SECOND = 2.5

# Whisper and converters round; less than a frame of overlap is not worth a sentence.
_FRAME_SECONDS = 0.05


def _drop_absurd(cues: Sequence[RawCue]) -> _Mended:
    dropped = [cue for cue in cues if not _is_sane(cue)]
    early = [cue for cue in cues if _is_sane(cue) and cue.start_seconds < 0]
    kept = tuple(replace(cue, start_seconds=max(0.0, cue.start_seconds)) for cue in cues if _is_sane(cue))
    return kept, (
        *_say(dropped, "Left out for a time before 0:00 or after 24 hours"),
        *_say(early, "Moved to 0:00, for they start before it"),
    )


def _is_sane(cue: RawCue) -> bool:
    ends_before_zero = cue.start_seconds < 0 and (cue.end_seconds is None or cue.end_seconds <= 0)
    return cue.start_seconds < _LONGEST_SECONDS and not ends_before_zero


def _sort(cues: Sequence[RawCue]) -> _Mended:
    late = [after for before, after in pairwise(cues) if after.start_seconds < before.start_seconds]
    ordered = tuple(sorted(cues, key=lambda cue: cue.start_seconds))
    return ordered, _say(late, "Out of order in the file and sorted")


def _drop_repeats(cues: Sequence[RawCue]) -> _Mended:
    """Drop a cue that says what the one before it still says: the same text again while it is shown."""
    kept: list[RawCue] = []
    repeated: list[RawCue] = []
    for cue in cues:
        last = kept[-1] if kept else None
        if last and cue.text == last.text and cue.start_seconds < max(_end(last), last.start_seconds + 0.001):
            kept[-1] = replace(last, end_seconds=max(_end(last), _end(cue)))
            repeated.append(cue)
        else:
            kept.append(cue)
    return tuple(kept), _say(repeated, "Left out, for they repeat the text already shown")


def _join_simultaneous(cues: Sequence[RawCue]) -> _Mended:
    """Join cues that start at the same time: neither can be clipped to the other without losing its words."""
    joined: list[RawCue] = []
    extra: list[RawCue] = []
    for _, group in groupby(cues, key=lambda cue: round(cue.start_seconds * 1000)):
        members = tuple(group)
        joined.append(_join(members) if len(members) > 1 else members[0])
        extra += members[1:]
    return tuple(joined), _say(extra, "Joined to the cue that starts at the same time")


def _join(members: tuple[RawCue, ...]) -> RawCue:
    distinct = tuple({cue.text: cue for cue in members}.values())
    words = tuple(word for cue in distinct for word in cue.words) if all(cue.words for cue in distinct) else ()
    return replace(
        members[0],
        end_seconds=max(_end(cue) for cue in members),
        text=" ".join(cue.text for cue in distinct),
        words=words,
    )


def _give_lengths(cues: Sequence[RawCue]) -> _Mended:
    """Give cues without a usable end the time their words take to say."""
    mended: list[RawCue] = []
    wrong: list[RawCue] = []
    for cue, after in zip(cues, [*cues[1:], None], strict=False):
        if _has_length(cue):
            mended.append(cue)
            continue
        end = cue.start_seconds + max(1.0, len(cue.text.split()) / _WORDS_PER_SECOND)
        mended.append(replace(cue, end_seconds=end if after is None else min(end, after.start_seconds)))
        # A format may leave ends out; an end that is there and wrong is worth a sentence.
        if cue.end_seconds is not None:
            wrong.append(cue)
    return tuple(mended), _say(wrong, "Given a likely end, for they end before they begin or after 24 hours")


def _has_length(cue: RawCue) -> bool:
    return cue.end_seconds is not None and cue.start_seconds + 0.001 <= cue.end_seconds <= _LONGEST_SECONDS


def _clip_overlaps(cues: Sequence[RawCue]) -> _Mended:
    clipped: list[RawCue] = []
    overlapping: list[RawCue] = []
    for cue, after in zip(cues, [*cues[1:], None], strict=False):
        end = _end(cue)
        if after is None or end <= after.start_seconds:
            clipped.append(cue)
            continue
        clipped.append(replace(cue, end_seconds=after.start_seconds))
        if end - after.start_seconds > _FRAME_SECONDS:
            overlapping.append(cue)
    return tuple(clipped), _say(overlapping, "Ended where the next cue begins, for they overlapped it")


def _end(cue: RawCue) -> float:
    return cue.start_seconds if cue.end_seconds is None else cue.end_seconds


def _say(cues: Sequence[RawCue], what: str) -> tuple[str, ...]:
    if not cues:
        return ()
    first = cues[0]
    counted = "1 cue" if len(cues) == 1 else f"{len(cues)} cues, the first"
    return (f"{what}: {counted} at {say_time(max(0.0, first.start_seconds))} ({first.where}).",)


def _cue(cue: RawCue) -> Cue:
    start, end = round(cue.start_seconds, 3), round(_end(cue), 3)
    return Cue(start_seconds=start, end_seconds=end, text=cue.text, words=_ordered(cue.words, start=start, end=end))


def _ordered(words: Iterable[Word], *, start: float, end: float) -> tuple[Word, ...]:
    """Keep word times in order and within their cue, for a clipped cue's last words may fall behind it."""
    ordered: list[Word] = []
    earliest = start
    for word in words:
        earliest = min(max(earliest, round(word.start_seconds, 3)), end)
        ordered.append(Word(text=word.text, start_seconds=earliest))
    return tuple(ordered)
