import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from config.settings import WindowSettings
from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.ingest_report import IngestReport
from retrieval.course_records.manifest import read_manifest
from retrieval.embedding import Embedder, Vectors
from retrieval.index import CourseIndexes
from retrieval.index_parts.rows import Filters
from retrieval.ingest import ingest_course
from retrieval.rebuild import rebuild_course
from retrieval.segment import CourseUnknown, EmbedderUnavailable
from retrieval.verify import verify_course
from tests.fakes_embedder import FakeEmbedder
from tests.fakes_ingest import IngestPlace, RememberedProgress, describe_index
from tests.making_courses import SMALL_WINDOWS, spoken, write_course


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A course of two lectures, 4 + 2 segments, whose source is gone."""
    source = tmp_path / "source"
    source.mkdir()
    write_course(source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    ingest_course(source, data=tmp_path / "data", course="ml", embedder=FakeEmbedder(), windows=SMALL_WINDOWS)
    shutil.rmtree(source)
    return tmp_path / "data"


def _rebuild(
    data: Path,
    *,
    embedder: Embedder | None = None,
    windows: WindowSettings = SMALL_WINDOWS,
    progress: RememberedProgress | None = None,
) -> IngestReport:
    return rebuild_course("ml", data=data, embedder=embedder or FakeEmbedder(), windows=windows, progress=progress)


def _lose_index(data: Path) -> None:
    shutil.rmtree(data / "index")


def _empty_table_files(data: Path) -> None:
    for path in (data / "index").rglob("*.lance"):
        if path.is_file():
            path.write_bytes(b"")


def _spoil_versions(data: Path) -> None:
    for path in (data / "index").rglob("*.manifest"):
        path.write_bytes(b"\xff" * 100)


def _spoil_current(data: Path) -> None:
    for path in (data / "index").glob("*.json"):
        path.write_bytes(b"{")


@pytest.mark.parametrize("damage", [_lose_index, _empty_table_files, _spoil_versions, _spoil_current])
def test_a_lost_or_damaged_index_is_made_anew_with_the_same_rows(data: Path, damage: Callable[[Path], None]) -> None:
    before, manifest = describe_index(data, "ml"), read_manifest(find_course_folder(data, "ml").manifest)
    damage(data)
    assert not verify_course("ml", data=data).is_sound
    report = _rebuild(data)
    assert (report.is_complete, report.segments, report.embedded) == (True, 6, 6)
    assert describe_index(data, "ml") == before
    assert read_manifest(find_course_folder(data, "ml").manifest) == manifest
    assert verify_course("ml", data=data).is_sound


def test_another_embedder_keeps_the_corpus_ids(data: Path) -> None:
    texts = {id_: row[0] for id_, row in describe_index(data, "ml").items()}
    _rebuild(data, embedder=FakeEmbedder(32))
    assert {id_: row[0] for id_, row in describe_index(data, "ml").items()} == texts
    assert read_manifest(find_course_folder(data, "ml").manifest).dimension == 32
    assert verify_course("ml", data=data).is_sound


def test_other_windows_give_new_segments_new_ids(data: Path) -> None:
    """Windows of 40 s: 2 + 1 segments, none as before, so 7, 8, 9 follow on 1 to 6."""
    _rebuild(data, windows=SMALL_WINDOWS.model_copy(update={"seconds": 40.0}))
    assert list(describe_index(data, "ml")) == [7, 8, 9]
    assert verify_course("ml", data=data).is_sound


def test_a_lecture_whose_kept_captions_are_damaged_is_left_out_and_reported(data: Path) -> None:
    folder = find_course_folder(data, "ml")
    kept = folder.captions / read_manifest(folder.manifest).lectures[0].captions
    kept.write_bytes(kept.read_bytes()[:-1])
    report = _rebuild(data)
    assert [result.lecture.lecture_id for result in report.failures] == ["a"]
    assert "gone or damaged" in report.failures[0].failure
    assert list(describe_index(data, "ml")) == [5, 6]
    found = verify_course("ml", data=data)
    assert {str(fault.kind) for fault in found.faults} == {"missing", "captions", "unsettled"}
    assert found.fix == "Run: lectern ingest ml PATH, with the folder it came from"


def test_where_no_lecture_can_be_made_the_old_index_stays(data: Path) -> None:
    before = describe_index(data, "ml")
    shutil.rmtree(find_course_folder(data, "ml").captions)
    assert len(_rebuild(data).failures) == 2
    assert describe_index(data, "ml") == before


class _Unavailable(FakeEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise EmbedderUnavailable("The endpoint does not answer.")


def test_an_embedder_that_does_not_answer_leaves_the_old_index(data: Path) -> None:
    before, manifest = describe_index(data, "ml"), find_course_folder(data, "ml").manifest.read_bytes()
    with pytest.raises(EmbedderUnavailable):
        _rebuild(data, embedder=_Unavailable())
    assert describe_index(data, "ml") == before
    assert find_course_folder(data, "ml").manifest.read_bytes() == manifest


def test_a_course_is_served_while_it_is_rebuilt(data: Path) -> None:
    """A reader asks without a break through five rebuilds and finds all six segments each time."""
    counts, faults, over = [], [], threading.Event()
    indexes = CourseIndexes(data / "index", embedder=FakeEmbedder().name, dimension=64)
    question = FakeEmbedder().embed_query("vetores")

    def ask() -> None:
        while not over.is_set():
            try:
                counts.append(len(indexes.open("ml").dense(question, 10, Filters())))
            except Exception as error:  # noqa: BLE001 (whatever a reader meets is a fault)
                faults.append(error)

    reader = threading.Thread(target=ask)
    reader.start()
    for _ in range(5):
        _rebuild(data)
    over.set()
    reader.join()
    assert faults == []
    assert np.unique(counts).tolist() == [6]


def test_an_unknown_course_is_refused_without_a_trace(tmp_path: Path) -> None:
    with pytest.raises(CourseUnknown, match="lectern ingest ml PATH"):
        _rebuild(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_progress_weighs_lectures_by_their_captions(data: Path) -> None:
    progress = RememberedProgress()
    _rebuild(data, progress=progress)
    assert progress.lines == [
        "planned a:changed b:changed",
        *("started a", "embedded a 4/4", "finished a changed"),
        *("started b", "embedded b 2/2", "finished b changed"),
    ]


def test_what_is_wrong_with_newer_captions_stays_noted(tmp_path: Path) -> None:
    place = IngestPlace(tmp_path)
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    (place.source / "aula 0.vtt").write_bytes(b"\x00\x01 not captions")
    (failure,) = place.ingest().failures
    report = _rebuild(place.data)
    assert [record.failure for record in place.manifest.lectures] == [failure.failure, ""]
    assert report.results[0].warnings == (
        f"Made from the captions of before; the newer ones failed: {failure.failure}",
    )
    place.assert_sound()


def test_kept_captions_that_came_back_clear_the_note_of_their_loss(data: Path) -> None:
    folder = find_course_folder(data, "ml")
    kept = folder.captions / read_manifest(folder.manifest).lectures[0].captions
    content = kept.read_bytes()
    kept.unlink()
    assert len(_rebuild(data).failures) == 1
    kept.write_bytes(content)
    assert _rebuild(data).is_complete
    assert [record.failure for record in read_manifest(folder.manifest).lectures] == ["", ""]
    assert verify_course("ml", data=data).is_sound
