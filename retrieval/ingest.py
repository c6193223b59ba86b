"""An ingest: a source's lectures become a course's index, one after the other, as far as they are new or changed."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.settings import WindowSettings
from retrieval.course_records.course_folder import (
    CourseFolder,
    DataFolderRefused,
    find_course_folder,
    naming_the_folder,
)
from retrieval.course_records.course_lock import hold_course
from retrieval.course_records.course_writer import CourseWriter
from retrieval.course_records.ingest_plan import Visit, plan_visits
from retrieval.course_records.ingest_report import (
    Change,
    IngestProgress,
    IngestReport,
    LectureResult,
    PlannedLecture,
    Unwatched,
    result_of_segments,
)
from retrieval.course_records.lecture_segments import Recipe
from retrieval.course_records.manifest import LectureRecord, Manifest, read_manifest, refuse_other_settings
from retrieval.course_records.whole_file import sweep_unfinished
from retrieval.course_sources.course_file import CourseSource
from retrieval.embedding import Embedder
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.segment import CourseUnknown, EmbedderUnavailable, RetrievalError
from retrieval.sources import read_source

_log = logging.getLogger(__name__)

# Each lecture is a commit of its own; some 250 of them without compaction make queries seven times slower.
_LECTURES_BETWEEN_OPTIMIZE = 64


def ingest_course(
    path: Path,
    *,
    data: Path,
    course: str,
    embedder: Embedder,
    windows: WindowSettings,
    progress: IngestProgress | None = None,
    remove_missing: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> IngestReport:
    """Bring a course up to date with its source. Blocking; readers are served all the while.

    A lecture is new, changed (captions, title, language), changed in details alone, or left as it is. Lectures that the
    source no longer has are removed with `remove_missing`, else kept and named. A lecture that fails is in the report
    and keeps its older rows; the others go on.

    Raises:
        SourceRefused: the source or the course's name cannot be used.
        IndexMismatch, IndexDamaged: made with another embedder or windows, or unreadable; name the command to run.
        CourseBusy: another process is writing the course.
        EmbedderUnavailable, DataFolderRefused: stopped; what was finished is kept, and the next ingest goes on there.
    """
    began = clock()
    folder = find_course_folder(data, course)
    with naming_the_folder(data):
        source = read_source(path, kept_folder=folder.folder)
        with hold_course(folder.folder):
            ingest = _open(folder, source, embedder=embedder, windows=windows, progress=progress or Unwatched())
            results = ingest.run(remove_missing=remove_missing)
    manifest = ingest.writer.manifest
    return IngestReport(
        course=course,
        title=manifest.title,
        results=results,
        warnings=(*source.warnings, *ingest.warn_of_missing(remove_missing=remove_missing)),
        seconds=clock() - began,
    )


def _open(
    folder: CourseFolder,
    source: CourseSource,
    *,
    embedder: Embedder,
    windows: WindowSettings,
    progress: IngestProgress,
) -> "_Ingest":
    manifest = _find_manifest(folder, source, embedder=embedder, windows=windows)
    sweep_unfinished(folder.folder)
    sweep_unfinished(folder.captions)
    recipe = Recipe(course_title=source.title or manifest.title, embedder=embedder, windows=windows)
    index, rows = _open_index(folder, embedder)
    writer = CourseWriter(folder=folder, index=index, recipe=recipe, manifest=manifest)
    return _Ingest(source=source, writer=writer, progress=progress, known=manifest, rows=rows)


def _open_index(folder: CourseFolder, embedder: Embedder) -> tuple[CourseIndex, Mapping[str, int]]:
    """The course's index and the number of segments of each of its lectures. Raises IndexDamaged."""
    indexes = CourseIndexes(folder.index, embedder=embedder.name, dimension=embedder.dimension)
    index = indexes.open_or_create(folder.course)
    return index, index.lectures()


def _find_manifest(
    folder: CourseFolder, source: CourseSource, *, embedder: Embedder, windows: WindowSettings
) -> Manifest:
    try:
        manifest = read_manifest(folder.manifest)
    except CourseUnknown:
        return Manifest(
            course=folder.course,
            title=source.title or folder.course,
            language=source.language,
            embedder=embedder.name,
            dimension=embedder.dimension,
            windows=windows,
        )
    refuse_other_settings(manifest, embedder=embedder, windows=windows)
    return manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ingest:
    """One run over a source. `known` is the manifest as it was before, `rows` the lectures' numbers of segments."""

    source: CourseSource
    writer: CourseWriter
    progress: IngestProgress
    known: Manifest
    rows: Mapping[str, int]

    def run(self, *, remove_missing: bool) -> tuple[LectureResult, ...]:
        visits = plan_visits(self.source, self.known, recipe=self.writer.recipe, rows=self.rows)
        self.progress.planned([visit.planned for visit in visits])
        results = [self._visit_in_turn(number, visit) for number, visit in enumerate(visits, start=1)]
        removed = list(self._missing()) if remove_missing else []
        whole = self.source if self.source.is_whole else None
        self.writer.finish(
            title=self.writer.recipe.course_title,
            language=whole.language if whole else self.known.language,
            order=[source.lecture.lecture_id for source in whole.lectures] if whole else (),
            remove=[record.lecture.lecture_id for record in removed],
        )
        return (*results, *(_result_of_record(record, Change.REMOVED) for record in removed))

    def warn_of_missing(self, *, remove_missing: bool) -> Iterator[str]:
        titles = [f'"{record.lecture.title}"' for record in self._missing()]
        if titles and not remove_missing:
            yield (
                f"The source no longer has {', '.join(titles)}: kept. "
                "To remove what the source no longer has, ingest again with --remove-missing."
            )

    def _missing(self) -> Iterator[LectureRecord]:
        """Lectures that the source no longer has; a single caption file says nothing about the others."""
        present = {source.lecture.lecture_id for source in self.source.lectures}
        if self.source.is_whole:
            yield from (record for record in self.known.lectures if record.lecture.lecture_id not in present)

    def _visit_in_turn(self, number: int, visit: Visit) -> LectureResult:
        self.progress.lecture_started(visit.planned)
        result = self._visit_safely(visit)
        self.progress.lecture_finished(visit.planned, result)
        if number % _LECTURES_BETWEEN_OPTIMIZE == 0:
            self.writer.index.optimize()
        return result

    def _visit_safely(self, visit: Visit) -> LectureResult:
        """The boundary of one lecture: its faults are its own, those of embedder and disk are everybody's."""
        lecture = visit.source.lecture
        try:
            return self._visit(visit)
        except (EmbedderUnavailable, DataFolderRefused):
            raise
        except RetrievalError as error:
            failure = str(error)
        except OSError as error:
            failure = f"{visit.source.captions} cannot be read: {error.strerror or error}."
        except Exception as error:  # noqa: BLE001 (the named boundary of one lecture: the others go on)
            _log.exception("lecture %s of course %s failed", lecture.lecture_id, self.known.course)
            failure = f"{type(error).__name__}: {error}"
        self.writer.note_failure(lecture.lecture_id, failure)
        return LectureResult(lecture=lecture, change=Change.FAILED, failure=failure)

    def _visit(self, visit: Visit) -> LectureResult:
        lecture, change = visit.source.lecture, visit.planned.change
        if change is Change.DETAILS:
            self.writer.put_details(lecture)
        if change in (Change.DETAILS, Change.UNCHANGED):
            self.writer.note_failure(lecture.lecture_id, "")
            return _result_of_record(self.writer.record(lecture.lecture_id), change)
        made = self.writer.put_lecture(
            lecture,
            visit.source.captions,
            captions_sha256=visit.captions_sha256,
            on_embedded=partial(self._tell, visit.planned),
        )
        return result_of_segments(lecture, made, change)

    def _tell(self, planned: PlannedLecture, done: int, total: int) -> None:
        self.progress.segments_embedded(planned, done=done, total=total)


def _result_of_record(record: LectureRecord, change: Change) -> LectureResult:
    return LectureResult(
        lecture=record.lecture, change=change, cues=record.cues, segments=len(record.segments), warnings=record.warnings
    )
