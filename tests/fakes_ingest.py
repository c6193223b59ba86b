"""What an ingest needs in tests: progress that remembers, an embedder that counts, a place to work in."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.ingest_report import IngestReport, LectureResult, PlannedLecture
from retrieval.course_records.manifest import Manifest, read_manifest
from retrieval.embedding import Embedder, Vectors
from retrieval.index import CourseIndexes
from retrieval.ingest import ingest_course
from retrieval.verify import verify_course
from tests.fakes_embedder import FakeEmbedder
from tests.making_courses import SMALL_WINDOWS


class RememberedProgress:
    """Keeps every call as a line; `at_step` is called with the number of calls so far, counted from 1."""

    def __init__(self, at_step: Callable[[int], None] = lambda _: None) -> None:
        self.lines: list[str] = []
        self._at_step = at_step

    def planned(self, lectures: Sequence[PlannedLecture]) -> None:
        self._keep("planned " + " ".join(f"{each.lecture.lecture_id}:{each.change}" for each in lectures))

    def lecture_started(self, planned: PlannedLecture) -> None:
        self._keep(f"started {planned.lecture.lecture_id}")

    def segments_embedded(self, planned: PlannedLecture, *, done: int, total: int) -> None:
        self._keep(f"embedded {planned.lecture.lecture_id} {done}/{total}")

    def lecture_finished(self, planned: PlannedLecture, result: LectureResult) -> None:
        self._keep(f"finished {planned.lecture.lecture_id} {result.change}")

    def _keep(self, line: str) -> None:
        self.lines.append(line)
        self._at_step(len(self.lines))


class CountingEmbedder(FakeEmbedder):
    """Remembers the passages that it was given."""

    def __init__(self, dimension: int = 64) -> None:
        super().__init__(dimension)
        self.passages: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages.extend(texts)
        return super().embed_passages(texts)


class IngestPlace:
    """A source folder and a data folder, and an ingest from one to the other."""

    def __init__(self, root: Path) -> None:
        self.source, self.data = root / "source", root / "data"
        self.source.mkdir()

    def ingest(
        self,
        path: Path | None = None,
        *,
        embedder: Embedder | None = None,
        progress: RememberedProgress | None = None,
        remove_missing: bool = False,
    ) -> IngestReport:
        return ingest_course(
            path or self.source,
            data=self.data,
            course="ml",
            embedder=embedder or FakeEmbedder(),
            windows=SMALL_WINDOWS,
            progress=progress,
            remove_missing=remove_missing,
        )

    @property
    def manifest(self) -> Manifest:
        return read_manifest(find_course_folder(self.data, "ml").manifest)

    def ids(self, lecture_id: str) -> list[int]:
        record = self.manifest.record(lecture_id)
        assert record is not None
        return [segment.corpus_id for segment in record.segments]

    def assert_sound(self) -> None:
        assert verify_course("ml", data=self.data).faults == ()


def describe_index(data: Path, course: str) -> dict[int, tuple[object, ...]]:
    """All that questions are answered with, by corpus id: segment with cues and lecture, text hash, vector."""
    manifest = read_manifest(find_course_folder(data, course).manifest)
    index = CourseIndexes(data / "index", embedder=manifest.embedder, dimension=manifest.dimension).open(course)
    rows = {row.corpus_id: row.content_hash for row in index.rows_for_verify()}
    found = index.found(list(rows))
    return {id_: (asdict(found[id_][0]), rows[id_], found[id_][1].tolist()) for id_ in sorted(rows)}
