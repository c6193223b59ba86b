"""Puts one lecture at a time into a course's index and manifest, so that a crash between any two steps can be mended.

The order is: the kept copy of the captions; the manifest's note that the lecture's rows are changing; the rows, in one
commit; the manifest's record of them. Whoever finds the note does the lecture again, and ends with the same rows.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.course_records.corpus_ids import KnownIds, gather_ids
from retrieval.course_records.course_folder import CourseFolder, naming_the_folder
from retrieval.course_records.lecture_segments import LectureSegments, OnEmbedded, Recipe, make_segments
from retrieval.course_records.manifest import LectureRecord, Manifest, SegmentRecord, write_manifest
from retrieval.course_records.whole_file import copy_file, hash_file
from retrieval.index import CourseIndex
from retrieval.segment import CaptionsRefused, Lecture


@dataclass(slots=True, kw_only=True)
class CourseWriter:
    """The one writer of a course, which holds its lock. `manifest` is always what the file says."""

    folder: CourseFolder
    index: CourseIndex
    recipe: Recipe
    manifest: Manifest

    def put_lecture(
        self, lecture: Lecture, captions: Path, *, captions_sha256: str, on_embedded: OnEmbedded
    ) -> LectureSegments:
        """Make a lecture's segments and store them in place of its older ones.

        Raises:
            CaptionsRefused: the captions cannot be understood; the lecture stays as it was.
            EmbedderUnavailable: the lecture stays as it was.
            DataFolderRefused: nothing, or only a part that the next ingest mends, was written.
        """
        made = make_segments(
            lecture,
            captions,
            recipe=self.recipe,
            known_ids=self._known_ids(lecture.lecture_id),
            next_corpus_id=max(self.manifest.next_corpus_id, self.index.next_corpus_id()),
            find_vectors=self.index.vectors_by_text_hash,
            on_embedded=on_embedded,
        )
        with naming_the_folder(self.folder.data):
            kept = self._keep(captions, captions_sha256)
            self._unsettle(lecture.lecture_id)
            self.index.replace_lecture(lecture.lecture_id, made.segments, made.vectors, text_hashes=made.text_hashes)
            record = record_lecture(lecture, made, captions=kept, sha256=captions_sha256, recipe=self.recipe)
            self._write(self.manifest.with_lecture(record, next_corpus_id=made.next_corpus_id))
        return made

    def put_details(self, lecture: Lecture) -> None:
        """Store url, date and visible_from of a lecture whose captions, title and language are as they were."""
        record = self.record(lecture.lecture_id)
        with naming_the_folder(self.folder.data):
            self._unsettle(lecture.lecture_id)
            self.index.update_lecture_details(lecture)
            self._put_record(replace(record, lecture=lecture, failure=""))

    def note_failure(self, lecture_id: str, failure: str) -> None:
        """Remember why a lecture's newer captions are not in the index; a lecture never ingested has no record."""
        record = self.manifest.record(lecture_id)
        if record is not None and record.failure != failure:
            with naming_the_folder(self.folder.data):
                self._put_record(replace(record, failure=failure))

    def finish(self, *, title: str, language: str, order: Collection[str], remove: Collection[str]) -> None:
        """Put the course's own details and the lectures' order into the manifest, and tidy up index and folder.

        The manifest forgets what is removed before the index does: the next ingest then ends a removal cut short.
        """
        position = {lecture_id: number for number, lecture_id in enumerate(order)}
        kept = self.manifest.without_lectures(remove)
        lectures = sorted(kept.lectures, key=lambda record: position.get(record.lecture.lecture_id, len(position)))
        next_corpus_id = max(kept.next_corpus_id, self.index.next_corpus_id())
        changed = replace(kept, title=title, language=language, lectures=tuple(lectures), next_corpus_id=next_corpus_id)
        with naming_the_folder(self.folder.data):
            if changed != self.manifest or not self.folder.manifest.exists():
                self._write(changed)
            for lecture_id in set(self.index.lectures()) - {record.lecture.lecture_id for record in lectures}:
                self.index.delete_lecture(lecture_id)
            self._drop_captions_of_nobody()
            self.index.optimize()

    def record(self, lecture_id: str) -> LectureRecord:
        """The manifest's record of a lecture that is in it. Raises LookupError for another."""
        record = self.manifest.record(lecture_id)
        if record is None:
            raise LookupError(f"lecture {lecture_id!r} is not in the manifest")
        return record

    def _known_ids(self, lecture_id: str) -> KnownIds:
        """Ids that the lecture had: as recorded, and as found in the index, also after a crash before the record."""
        record = self.manifest.record(lecture_id)
        foreign = {
            segment.corpus_id
            for other in self.manifest.lectures
            if other.lecture.lecture_id != lecture_id
            for segment in other.segments
        }
        rows = [(row.text, row.corpus_id) for row in self.index.segments(lecture_id) if row.corpus_id not in foreign]
        return KnownIds(
            by_text_hash=gather_ids((each.text_hash, each.corpus_id) for each in (record.segments if record else ())),
            by_text=gather_ids(rows),
        )

    def _keep(self, captions: Path, sha256: str) -> str:
        kept = self.folder.captions / f"{sha256}{captions.suffix.lower()}"
        if hash_file(captions) != sha256:
            raise CaptionsRefused("the file changed while it was read.", file=str(captions), fix="Ingest again.")
        if not kept.exists() or hash_file(kept) != sha256:
            copy_file(captions, kept)
        return kept.name

    def _unsettle(self, lecture_id: str) -> None:
        record = self.manifest.record(lecture_id)
        if record is not None and record.is_settled:
            self._put_record(replace(record, is_settled=False))

    def _put_record(self, record: LectureRecord) -> None:
        self._write(self.manifest.with_lecture(record, next_corpus_id=self.manifest.next_corpus_id))

    def _write(self, manifest: Manifest) -> None:
        write_manifest(self.folder.manifest, manifest)
        self.manifest = manifest

    def _drop_captions_of_nobody(self) -> None:
        named = {record.captions for record in self.manifest.lectures}
        for path in self.folder.captions.glob("*"):
            if path.name not in named:
                path.unlink()


def record_lecture(
    lecture: Lecture, made: LectureSegments, *, captions: str, sha256: str, recipe: Recipe, is_settled: bool = True
) -> LectureRecord:
    """The manifest's record of a lecture that was made."""
    pairs = zip(made.segments, made.text_hashes, strict=True)
    return LectureRecord(
        lecture=lecture,
        captions=captions,
        captions_sha256=sha256,
        cues=made.cues,
        header=recipe.header(lecture),
        segments=tuple(SegmentRecord(corpus_id=segment.corpus_id, text_hash=key) for segment, key in pairs),
        warnings=made.warnings,
        is_settled=is_settled,
    )
