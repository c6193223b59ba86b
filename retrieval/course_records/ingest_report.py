"""What an ingest tells while it runs, and what it did in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from retrieval.course_records.lecture_segments import LectureSegments
from retrieval.segment import Lecture


class Change(StrEnum):
    """What an ingest finds, or did, with a lecture."""

    NEW = "new"
    CHANGED = "changed"
    DETAILS = "details"  # only url, date or visible_from: nothing to embed
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLecture:
    """A lecture that an ingest will visit; `caption_bytes` weighs the work, 0 where nothing is to be embedded."""

    lecture: Lecture
    change: Change
    caption_bytes: int


class IngestProgress(Protocol):
    """Watches an ingest or a rebuild; called on the thread that does the work."""

    def planned(self, lectures: Sequence[PlannedLecture]) -> None:
        """Called once, before the first lecture."""
        ...

    def lecture_started(self, planned: PlannedLecture) -> None:
        """A lecture's captions are about to be read; unchanged lectures are started too."""
        ...

    def segments_embedded(self, planned: PlannedLecture, *, done: int, total: int) -> None:
        """`done` of the lecture's `total` segments have vectors."""
        ...

    def lecture_finished(self, planned: PlannedLecture, result: "LectureResult") -> None:
        """The lecture is in the index and the manifest, or `result` says why it is not."""
        ...


class Unwatched:
    """Progress that nobody looks at."""

    def planned(self, lectures: Sequence[PlannedLecture]) -> None:
        """Pass over."""

    def lecture_started(self, planned: PlannedLecture) -> None:
        """Pass over."""

    def segments_embedded(self, planned: PlannedLecture, *, done: int, total: int) -> None:
        """Pass over."""

    def lecture_finished(self, planned: PlannedLecture, result: "LectureResult") -> None:
        """Pass over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LectureResult:
    """What became of one lecture. `tokens` were sent to the embedder, for `embedded` of its `segments`."""

    lecture: Lecture
    change: Change
    cues: int = 0
    segments: int = 0
    embedded: int = 0
    tokens: int = 0
    warnings: tuple[str, ...] = ()
    failure: str = ""


def result_of_segments(lecture: Lecture, made: LectureSegments, change: Change) -> LectureResult:
    """What became of a lecture whose segments were made now."""
    return LectureResult(
        lecture=lecture,
        change=change,
        cues=made.cues,
        segments=len(made.segments),
        embedded=made.embedded,
        tokens=made.tokens,
        warnings=made.warnings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest or a rebuild did. `warnings` are the source's; each result has those of its captions."""

    course: str
    title: str
    results: tuple[LectureResult, ...]
    warnings: tuple[str, ...] = ()
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether every lecture of the source is in the index."""
        return not self.failures

    @property
    def failures(self) -> tuple[LectureResult, ...]:
        """The lectures that could not be ingested."""
        return self.having(Change.FAILED)

    @property
    def cues(self) -> int:
        """Cues of all lectures that were visited and are in the index."""
        return sum(result.cues for result in self.results if result.change is not Change.REMOVED)

    @property
    def segments(self) -> int:
        """Segments of all lectures that were visited and are in the index."""
        return sum(result.segments for result in self.results if result.change is not Change.REMOVED)

    @property
    def embedded(self) -> int:
        """Segments that were embedded now; the others had their vectors."""
        return sum(result.embedded for result in self.results)

    @property
    def tokens(self) -> int:
        """Tokens that were embedded now."""
        return sum(result.tokens for result in self.results)

    def having(self, change: Change) -> tuple[LectureResult, ...]:
        """The lectures of one kind of result."""
        return tuple(result for result in self.results if result.change is change)
