"""A rebuild: a course's index made anew from the kept captions, beside the old one, and switched in one step.

It needs neither the instructor's folder nor the old index, so it mends a lost or damaged one and moves to another
embedder. The ids are in the manifest before the switch: a rebuild cut short there is repeated with the same ids.
"""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from config.settings import WindowSettings
from retrieval.course_records.corpus_ids import KnownIds, gather_ids
from retrieval.course_records.course_folder import CourseFolder, find_course_folder, naming_the_folder
from retrieval.course_records.course_lock import hold_course
from retrieval.course_records.course_writer import record_lecture
from retrieval.course_records.ingest_report import (
    Change,
    IngestProgress,
    IngestReport,
    LectureResult,
    PlannedLecture,
    Unwatched,
    result_of_segments,
)
from retrieval.course_records.lecture_segments import Recipe, make_segments
from retrieval.course_records.manifest import LectureRecord, Manifest, read_manifest, write_manifest
from retrieval.course_records.whole_file import hash_file, sweep_unfinished
from retrieval.embedding import Embedder
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.segment import CaptionsRefused


def rebuild_course(
    course: str,
    *,
    data: Path,
    embedder: Embedder,
    windows: WindowSettings,
    progress: IngestProgress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> IngestReport:
    """Make a course's index anew. Blocking; readers are served from the old index until the switch.

    Segments whose embedded text stays keep their corpus ids. A lecture whose kept captions are gone or damaged is left
    out and reported; ingesting the course from its source brings it back. If none can be made, the old index stays.

    Raises:
        CourseUnknown: nothing was ingested under that name.
        IndexDamaged: the manifest cannot be read.
        CourseBusy: another process is writing the course.
        EmbedderUnavailable, DataFolderRefused: the old index stays.
    """
    began = clock()
    folder = find_course_folder(data, course)
    read_manifest(folder.manifest)  # an unknown course is refused before a folder is made for its lock
    with naming_the_folder(data), hold_course(folder.folder):
        sweep_unfinished(folder.folder)
        old = read_manifest(folder.manifest)
        recipe = Recipe(course_title=old.title, embedder=embedder, windows=windows)
        indexes = CourseIndexes(folder.index, embedder=embedder.name, dimension=embedder.dimension)
        rebuild = _Rebuild(
            folder=folder,
            index=indexes.start_rebuild(course),
            recipe=recipe,
            progress=progress or Unwatched(),
            manifest=replace(old, embedder=embedder.name, dimension=embedder.dimension, windows=windows),
        )
        results = rebuild.run(old.lectures)
        made = {result.lecture.lecture_id for result in results if result.change is Change.CHANGED}
        if made or not results:
            rebuild.switch(indexes, made=made)
    return IngestReport(course=course, title=old.title, results=results, seconds=clock() - began)


@dataclass(slots=True, kw_only=True)
class _Rebuild:
    """One rebuild. `manifest` grows with each lecture and is written only around the switch."""

    folder: CourseFolder
    index: CourseIndex
    recipe: Recipe
    progress: IngestProgress
    manifest: Manifest

    def run(self, records: tuple[LectureRecord, ...]) -> tuple[LectureResult, ...]:
        """Make every lecture anew."""
        plan = [(record, self._plan(record)) for record in records]
        self.progress.planned([planned for _, planned in plan])
        return tuple(self._visit(record, planned) for record, planned in plan)

    def switch(self, indexes: CourseIndexes, *, made: Set[str]) -> None:
        """Write the ids, make the new index the current one, then call the lectures in it settled."""
        write_manifest(self.folder.manifest, self.manifest)
        indexes.finish_rebuild(self.index)
        settled = tuple(
            replace(record, is_settled=record.lecture.lecture_id in made) for record in self.manifest.lectures
        )
        write_manifest(self.folder.manifest, replace(self.manifest, lectures=settled))

    def _plan(self, record: LectureRecord) -> PlannedLecture:
        kept = self.folder.captions / record.captions
        size = kept.stat().st_size if kept.is_file() else 0
        return PlannedLecture(lecture=record.lecture, change=Change.CHANGED, caption_bytes=size)

    def _visit(self, record: LectureRecord, planned: PlannedLecture) -> LectureResult:
        self.progress.lecture_started(planned)
        try:
            result = self._make(record, planned)
        except CaptionsRefused as error:
            self._put(replace(record, failure=str(error), is_settled=False), self.manifest.next_corpus_id)
            result = LectureResult(lecture=record.lecture, change=Change.FAILED, failure=str(error))
        self.progress.lecture_finished(planned, result)
        return result

    def _make(self, record: LectureRecord, planned: PlannedLecture) -> LectureResult:
        kept = self.folder.captions / record.captions
        if not kept.is_file() or hash_file(kept) != record.captions_sha256:
            raise CaptionsRefused("the kept copy is gone or damaged.", file=kept.name, fix="Ingest the course again.")
        made = make_segments(
            record.lecture,
            kept,
            recipe=self.recipe,
            known_ids=KnownIds(by_text_hash=gather_ids((each.text_hash, each.corpus_id) for each in record.segments)),
            next_corpus_id=self.manifest.next_corpus_id,
            find_vectors=self.index.vectors_by_text_hash,
            on_embedded=partial(self._tell, planned),
        )
        lecture, sha256 = record.lecture, record.captions_sha256
        self.index.replace_lecture(lecture.lecture_id, made.segments, made.vectors, text_hashes=made.text_hashes)
        new = record_lecture(
            record.lecture,
            made,
            captions=kept.name,
            sha256=sha256,
            recipe=self.recipe,
            is_settled=False,
        )
        # What is wrong with newer captions is still true; a fault of the kept ones, which unsettles, is mended now.
        newer = record.failure if record.is_settled else ""
        self._put(replace(new, failure=newer), made.next_corpus_id)
        result = result_of_segments(lecture, made, Change.CHANGED)
        return replace(result, warnings=(*result.warnings, *_warn_of_newer(newer)))

    def _put(self, record: LectureRecord, next_corpus_id: int) -> None:
        self.manifest = self.manifest.with_lecture(record, next_corpus_id=next_corpus_id)

    def _tell(self, planned: PlannedLecture, done: int, total: int) -> None:
        self.progress.segments_embedded(planned, done=done, total=total)


def _warn_of_newer(failure: str) -> tuple[str, ...]:
    return (f"Made from the captions of before; the newer ones failed: {failure}",) if failure else ()
