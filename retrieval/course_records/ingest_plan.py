"""What an ingest will do with each lecture of a source, found by comparing it with the manifest and the index."""

from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.captions import LARGEST_FILE_BYTES
from retrieval.course_records.ingest_report import Change, PlannedLecture
from retrieval.course_records.lecture_segments import Recipe
from retrieval.course_records.manifest import LectureRecord, Manifest
from retrieval.course_records.whole_file import hash_file
from retrieval.course_sources.course_file import CourseSource, LectureSource
from retrieval.segment import Lecture

# What stands for the hash of captions that are too large or cannot be read: it equals no hash, and reading them will
# name the fault.
_UNREADABLE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A lecture of the source, what is to be done with it, and the hash of its captions at this moment."""

    source: LectureSource
    planned: PlannedLecture
    captions_sha256: str


def plan_visits(
    source: CourseSource, manifest: Manifest, *, recipe: Recipe, rows: Mapping[str, int]
) -> tuple[Visit, ...]:
    """Compare each lecture with what is known of it; `rows` are the numbers of segments in the index by lecture id."""
    return tuple(
        _plan(each, manifest.record(each.lecture.lecture_id), recipe=recipe, rows=rows.get(each.lecture.lecture_id, 0))
        for each in source.lectures
    )


def _plan(source: LectureSource, record: LectureRecord | None, *, recipe: Recipe, rows: int) -> Visit:
    try:
        size = source.captions.stat().st_size
        sha256 = hash_file(source.captions) if size <= LARGEST_FILE_BYTES else _UNREADABLE
    except OSError:
        sha256, size = _UNREADABLE, 0
    lecture = source.lecture
    if record is None:
        change = Change.NEW
    elif _rows_stay(record, lecture, sha256=sha256, header=recipe.header(lecture), rows=rows):
        change = Change.UNCHANGED if record.lecture == lecture else Change.DETAILS
    else:
        change = Change.CHANGED
    weight = size if change in (Change.NEW, Change.CHANGED) else 0
    planned = PlannedLecture(lecture=lecture, change=change, caption_bytes=weight)
    return Visit(source=source, planned=planned, captions_sha256=sha256)


def _rows_stay(record: LectureRecord, lecture: Lecture, *, sha256: str, header: str, rows: int) -> bool:
    """Whether text, vectors and words of the lecture's rows are those that this source would give."""
    return (
        record.is_settled
        and record.captions_sha256 == sha256
        and record.header == header
        and len(record.segments) == rows
        and (record.lecture.title, record.lecture.language) == (lecture.title, lecture.language)
    )
