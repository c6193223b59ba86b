"""Nouns of retrieval: Lecture, Cue, Segment, Passage, and the errors that name what is wrong and what mends it."""

from dataclasses import dataclass
from datetime import date as Date  # the field `date` hides the name in its class
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One spoken word and the second it begins, where the captions know it."""

    text: str
    start_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One timed line of a caption file; `words` is empty where the format has no word times."""

    start_seconds: float
    end_seconds: float
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lecture:
    """One recording of a course. `lecture_id` is stable within the course; `url` is empty where none is known."""

    lecture_id: str
    title: str
    url: str
    language: str
    date: Date | None = None
    visible_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An overlapping window of a lecture's cues: the unit of retrieval. `corpus_id` is unique within its course."""

    corpus_id: int
    lecture: Lecture
    start_seconds: float
    end_seconds: float
    text: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A segment as found for a question.

    `score` is the cosine of question and segment, `fused_score` what the final order rests on; ranks count from 1 and
    are None where that search did not find the segment.
    """

    segment: Segment
    rank: int
    score: float | None
    fused_score: float
    rank_by_meaning: int | None
    rank_by_words: int | None


class RetrievalError(Exception):
    """An expected fault of captions, sources, embedder or index: what is wrong, and the step that mends it."""

    def __init__(self, fault: str, *, fix: str = "") -> None:
        super().__init__(f"{fault} {fix}".strip())
        self.fault = fault
        self.fix = fix


class CaptionsRefused(RetrievalError):
    """A caption file cannot be understood; `line` counts from 1 and is None where no line is to blame."""

    def __init__(self, fault: str, *, file: str, line: int | None = None, fix: str = "") -> None:
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {fault}", fix=fix)
        self.file = file
        self.line = line


class SourceRefused(RetrievalError):
    """A course folder or its course.toml cannot be used as it stands."""


class EmbedderUnavailable(RetrievalError):
    """The embedder cannot be loaded or did not answer."""


class CourseUnknown(RetrievalError):
    """Nothing has been ingested under this course name."""


class LectureUnknown(RetrievalError):
    """The course has no lecture with this id."""


class IndexMismatch(RetrievalError):
    """The index was built with another embedder, dimension or schema than the settings name."""


class IndexDamaged(RetrievalError):
    """The index lacks rows or holds rows that its manifest does not know."""
