"""One recording's timeline, mended in the order of the file: hours that wrapped to 0:00, and a second track.

Both look alike, for the times fall back to the start. They differ in what the text does: after a wrap it goes on, in a
second track it says the same minutes again. Where neither can be shown, the file is refused. Pure.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from retrieval.caption_formats.clock import say_time
from retrieval.caption_formats.raw_cue import RawCue
from retrieval.segment import CaptionsRefused, Word


def unwrap_hours(cues: Sequence[RawCue]) -> tuple[tuple[RawCue, ...], tuple[str, ...]]:
    """Add the hours that an exporter of MM:SS left out, each time the cues fall from about 59:59 to about 0:00."""
    wraps = _find_wraps(cues)
    if not wraps:
        return tuple(cues), ()
    bounds = [0, *wraps, len(cues)]
    unwrapped = [
        _shift(cue, HOUR_SECONDS * hours)
        for hours, (begin, end) in enumerate(pairwise(bounds))
        for cue in cues[begin:end]
    ]
    places = ", ".join(cues[index].where for index in wraps)
    return tuple(unwrapped), (f"The times fall back to 0:00 after 59:59 at {places}: hours were added from there on.",)


def keep_first_track(cues: Sequence[RawCue], *, name: str) -> tuple[tuple[RawCue, ...], tuple[str, ...]]:
    """Keep the first of two tracks pasted into one file.

    Raises:
        CaptionsRefused: two stretches speak at the same time and nothing shows that they are the same recording.
    """
    begin = _find_restart(cues)
    if begin is None:
        return tuple(cues), ()
    first, second = cues[:begin], cues[begin:]
    if not _is_same_recording(first, second):
        raise CaptionsRefused(
            f"the times start again at {say_time(max(0, second[0].start_seconds))} and it cannot be told whether a "
            "second track or another recording follows.",
            file=name,
            line=_line(second[0]),
            fix="Give each recording a caption file of its own.",
        )
    return tuple(first), (
        f"A second track of {len(second)} cues starts at {second[0].where}; only the first track is used.",
    )


HOUR_SECONDS = 3600.0

# A pause of more than five minutes around the full hour is taken for something else.
_WRAP_MARGIN_SECONDS = 300.0


def _find_wraps(cues: Sequence[RawCue]) -> list[int]:
    # An exporter that drops the hours never writes a start of an hour or more.
    if any(cue.start_seconds >= HOUR_SECONDS + 1 for cue in cues):
        return []
    wraps = [
        index
        for index, (before, after) in enumerate(pairwise(cues), start=1)
        if before.start_seconds > HOUR_SECONDS - _WRAP_MARGIN_SECONDS
        and after.start_seconds < _WRAP_MARGIN_SECONDS
        and (index + 1 == len(cues) or cues[index + 1].start_seconds < HOUR_SECONDS / 2)
    ]
    falls = sum(after.start_seconds < before.start_seconds for before, after in pairwise(cues))
    # In a shuffled file such falls happen by chance, among many others.
    is_orderly = falls - len(wraps) <= max(1, len(cues) // 20)
    if not wraps or not is_orderly or any(cues[index].starts_track for index in wraps):
        return []
    begin, end = wraps[0], (*wraps, len(cues))[1]
    return [] if _is_translation(cues[:begin], cues[begin:end]) else wraps


def _shift(cue: RawCue, seconds: float) -> RawCue:
    end = cue.end_seconds
    # The last cue before the full hour ends after it: 59:58 --> 00:02.
    if end is not None and end < cue.start_seconds and cue.start_seconds > HOUR_SECONDS - _WRAP_MARGIN_SECONDS:
        end += HOUR_SECONDS
    return replace(
        cue,
        start_seconds=cue.start_seconds + seconds,
        end_seconds=None if end is None else end + seconds,
        words=tuple(_shift_word(word, cue, seconds) for word in cue.words),
    )


def _shift_word(word: Word, cue: RawCue, seconds: float) -> Word:
    is_wrapped = word.start_seconds < cue.start_seconds - HOUR_SECONDS / 2
    return Word(text=word.text, start_seconds=word.start_seconds + seconds + (HOUR_SECONDS if is_wrapped else 0))


def _find_restart(cues: Sequence[RawCue]) -> int | None:
    """Find where a stretch begins that speaks at the same time as what stands before it. Moved cues fill gaps."""
    if not cues:
        return None
    falls: list[tuple[float, int]] = []
    marked: list[int] = []
    earliest = latest = cues[0].start_seconds
    for index, (before, cue) in enumerate(pairwise(cues), start=1):
        if cue.start_seconds < before.start_seconds:
            marked += [index] if cue.starts_track else []
            if latest - cue.start_seconds > (latest - earliest) / 2:
                falls.append((latest - cue.start_seconds, index))
        earliest, latest = min(earliest, cue.start_seconds), max(latest, cue.start_seconds)
    # A shuffled file has a fall at every other cue; the deepest show whether anything collides.
    deepest = [index for _, index in sorted(falls, key=lambda fall: (-fall[0], fall[1]))[:4]]
    for index in sorted({*marked[:2], *deepest}):
        is_long_enough = cues[index].starts_track or min(index, len(cues) - index) >= _SHORTEST_TRACK
        if is_long_enough and _collide(cues[:index], cues[index:]):
            return index
    return None


# Fewer cues that collide are a fault of a few times, not a track.
_SHORTEST_TRACK = 3


def _collide(first: Sequence[RawCue], second: Sequence[RawCue]) -> bool:
    """Whether half of either stretch is spoken while the other speaks; a few early cues may just be out of place."""
    return _share_colliding(first, second) >= 0.5 or (len(first) >= 10 and _share_colliding(second, first) >= 0.5)


def _share_colliding(first: Sequence[RawCue], second: Sequence[RawCue]) -> float:
    """Share of the second stretch's cues that speak for half of their time while the first one speaks too."""
    spoken = sorted((cue.start_seconds, _end(cue)) for cue in first)
    starts = [start for start, _ in spoken]
    colliding = 0
    # A thousand cues spread over the stretch tell its share to a few hundredths.
    sample = second[:: max(1, len(second) // 1000)]
    for cue in sample:
        at = bisect_right(starts, cue.start_seconds)
        nearby = spoken[max(0, at - 1) : at + 2]
        shared = sum(max(0.0, min(end, _end(cue)) - max(start, cue.start_seconds)) for start, end in nearby)
        colliding += shared >= 0.5 * (_end(cue) - cue.start_seconds)
    return colliding / len(sample)


def _end(cue: RawCue) -> float:
    return cue.start_seconds + 1.0 if cue.end_seconds is None else max(cue.end_seconds, cue.start_seconds + 0.001)


def _is_same_recording(first: Sequence[RawCue], second: Sequence[RawCue]) -> bool:
    if _share_of_same_texts(first, second) >= 0.5 or _share_of_same_times(first, second) >= 0.5:
        return True
    ends = max(_end(cue) for cue in first), max(_end(cue) for cue in second)
    # Translations cut their cues anew but end with the recording. Two parts of a lecture seldom end alike, and if they
    # do, their common words give them away.
    shared = _share_of_common_words(first, second)
    return min(ends) >= 0.9 * max(ends) and (shared is None or shared < 0.7)


def _is_translation(first: Sequence[RawCue], second: Sequence[RawCue]) -> bool:
    """Whether a stretch that may be the next hour is the same hour again, repeated or translated."""
    shared = _share_of_common_words(first, second)
    if shared is not None and shared < 0.4:
        return True
    said = {(round(cue.start_seconds), cue.text) for cue in first}
    repeated = sum((round(cue.start_seconds), cue.text) in said for cue in second)
    # A few phrases that come round and round prove nothing.
    if repeated >= 0.5 * len(second) and len({cue.text for cue in first}) >= 0.5 * len(first):
        return True
    # Cues on a grid (one every five seconds) coincide in every hour; speech does not.
    gaps = {round((after.start_seconds - before.start_seconds) * 10) for before, after in pairwise(second)}
    return len(gaps) > 10 and _share_of_same_times(first, second) >= 0.5


def _share_of_same_times(first: Sequence[RawCue], second: Sequence[RawCue]) -> float:
    times = {round(cue.start_seconds * 10) + step for cue in first for step in (-1, 0, 1)}
    return sum(round(cue.start_seconds * 10) in times for cue in second) / len(second)


def _share_of_same_texts(first: Sequence[RawCue], second: Sequence[RawCue]) -> float:
    texts = {cue.text.casefold() for cue in first}
    return sum(cue.text.casefold() in texts for cue in second) / len(second)


def _share_of_common_words(first: Sequence[RawCue], second: Sequence[RawCue]) -> float | None:
    """Share of the second stretch's thirty commonest words that the first one uses: about 1 in one language.

    None where too few words recur to tell.
    """
    first_words, second_words = _count_words(first), _count_words(second)
    common = [word for word, count in second_words.most_common(30) if count >= 3]
    if len(common) < 15 or first_words.total() < 200:
        return None
    return sum(word in first_words for word in common) / len(common)


def _count_words(cues: Sequence[RawCue]) -> Counter[str]:
    return Counter(word.strip(".,;:!?…").casefold() for cue in cues for word in cue.text.split())


def _line(cue: RawCue) -> int | None:
    kind, _, number = cue.where.rpartition(" ")
    return int(number) if kind == "line" else None
