"""The manifest of a course: what was ingested and under which ids, so that the index can be checked and made anew."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from config.settings import WindowSettings
from retrieval.course_records.whole_file import replace_file
from retrieval.embedding import Embedder
from retrieval.segment import CourseUnknown, IndexDamaged, IndexMismatch, Lecture

SCHEMA_VERSION = 1
# Ids count from 1, so that no id is ever mistaken for "none".
FIRST_CORPUS_ID = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRecord:
    """A segment of the index. `text_hash` names the embedded text, header included."""

    corpus_id: int
    text_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LectureRecord:
    """A lecture as it is in the index. `header` is what was embedded before each of its segments' texts.

    `captions` names the kept copy; `failure` says why a newer version of the captions is not in the index, or is empty.
    `is_settled` is False while rows are being replaced: after a crash they may be the recorded ones or newer ones.
    """

    lecture: Lecture
    captions: str
    captions_sha256: str
    cues: int
    header: str
    segments: tuple[SegmentRecord, ...]
    warnings: tuple[str, ...] = ()
    failure: str = ""
    is_settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A course as ingested. `next_corpus_id` only grows: an id is never given twice, also not after a removal."""

    schema_version: int = SCHEMA_VERSION
    course: str
    title: str
    language: str
    embedder: str
    dimension: int
    windows: WindowSettings
    next_corpus_id: int = FIRST_CORPUS_ID
    lectures: tuple[LectureRecord, ...] = ()

    def record(self, lecture_id: str) -> LectureRecord | None:
        """The lecture of that id, or None."""
        return next((record for record in self.lectures if record.lecture.lecture_id == lecture_id), None)

    def with_lecture(self, record: LectureRecord, *, next_corpus_id: int) -> "Manifest":
        """With a lecture put in the place of its older record, or added at the end."""
        lecture_id = record.lecture.lecture_id
        if self.record(lecture_id) is None:
            lectures = (*self.lectures, record)
        else:
            lectures = tuple(record if old.lecture.lecture_id == lecture_id else old for old in self.lectures)
        return replace(self, lectures=lectures, next_corpus_id=next_corpus_id)

    def without_lectures(self, lecture_ids: Iterable[str]) -> "Manifest":
        """Without some lectures; their ids stay spent."""
        gone = set(lecture_ids)
        return replace(self, lectures=tuple(old for old in self.lectures if old.lecture.lecture_id not in gone))


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        CourseUnknown: there is none.
        IndexDamaged: it cannot be read, or a newer Lectern wrote it.
    """
    course = path.parent.name
    try:
        manifest = TypeAdapter(Manifest).validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CourseUnknown(f"There is no course {course!r}.", fix=f"Run: lectern ingest {course} PATH") from error
    except ValidationError as error:
        raise IndexDamaged(
            f"{path} is damaged: {error.errors()[0]['msg']}.",
            fix="Put a backup in its place; without one move it away and ingest the course anew.",
        ) from error
    except OSError as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error.strerror}.", fix="Mend its rights, or put a backup in its place."
        ) from error
    if manifest.schema_version > SCHEMA_VERSION:
        raise IndexDamaged(f"{path} was written by a newer Lectern.", fix="Use that version, or a newer one.")
    return manifest


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the older one, durable when this returns; an OSError leaves the older one."""
    replace_file(path, TypeAdapter(Manifest).dump_json(manifest, indent=1))


def refuse_other_settings(manifest: Manifest, *, embedder: Embedder, windows: WindowSettings) -> None:
    """Check that segments made now fit those of the index.

    Raises:
        IndexMismatch: names each setting that differs, and the command that makes the index anew.
    """
    compared = {
        "embedder": (manifest.embedder, embedder.name),
        "dimension": (manifest.dimension, embedder.dimension),
        "windows": (manifest.windows, windows),
    }
    changed = [f"{key} is {old} in the index and {new} now" for key, (old, new) in compared.items() if old != new]
    if changed:
        raise IndexMismatch(
            f"Course {manifest.course!r} was ingested with other settings: {'; '.join(changed)}.",
            fix=f"Run: lectern index rebuild {manifest.course}",
        )
