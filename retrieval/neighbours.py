"""Overlapping neighbours among the passages of a question become one source to read, quote and show."""

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.segment import Cue, Lecture, Passage, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One unbroken part of a lecture: the passages it was found by, best first, and their cues, each once, in order."""

    passages: tuple[Passage, ...]
    cues: tuple[Cue, ...]

    @property
    def lecture(self) -> Lecture:
        """The lecture the source is a part of."""
        return self.passages[0].segment.lecture

    @property
    def start_seconds(self) -> float:
        """Where its first cue begins."""
        return self.cues[0].start_seconds

    @property
    def end_seconds(self) -> float:
        """Where its last cue ends."""
        return max(cue.end_seconds for cue in self.cues)

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(cue.text for cue in self.cues)

    def passage_at(self, second: float) -> Passage:
        """Return the best-ranked passage that `second` lies in, or the nearest one."""
        return min(self.passages, key=lambda passage: _distance(passage.segment, second))


def merge_neighbours(passages: Sequence[Passage]) -> tuple[Source, ...]:
    """Merge passages of one lecture that overlap in time; sources come in the order of their best passage."""
    groups: list[list[Passage]] = []
    for passage in passages:
        if not passage.segment.cues:
            continue
        touching = [group for group in groups if any(_overlap(passage.segment, other.segment) for other in group)]
        merged = [*(member for group in touching for member in group), passage]
        place = min((groups.index(group) for group in touching), default=len(groups))
        groups = [group for group in groups if group not in touching]
        groups.insert(place, merged)
    return tuple(_source(sorted(group, key=lambda member: member.rank)) for group in groups)


def _overlap(one: Segment, other: Segment) -> bool:
    if one.lecture.lecture_id != other.lecture.lecture_id:
        return False
    return one.start_seconds <= other.end_seconds and other.start_seconds <= one.end_seconds


def _source(group: Sequence[Passage]) -> Source:
    cues = {cue: None for passage in group for cue in passage.segment.cues}
    return Source(passages=tuple(group), cues=tuple(sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds))))


def _distance(segment: Segment, second: float) -> float:
    return max(segment.start_seconds - second, second - segment.end_seconds, 0.0)
