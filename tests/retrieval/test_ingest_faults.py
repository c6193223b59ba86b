import os
import resource
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.captions import LARGEST_FILE_BYTES
from retrieval.course_records.course_folder import DataFolderRefused, find_course_folder
from retrieval.course_records.course_lock import CourseBusy, hold_course
from retrieval.course_records.ingest_report import IngestReport
from retrieval.embedding import Vectors
from retrieval.segment import EmbedderUnavailable, IndexDamaged, IndexMismatch, SourceRefused
from tests.fakes_embedder import FakeEmbedder
from tests.fakes_ingest import CountingEmbedder, IngestPlace, describe_index
from tests.making_courses import spoken, write_captions, write_course


@pytest.fixture
def place(tmp_path: Path) -> IngestPlace:
    return IngestPlace(tmp_path)


def _changes(report: IngestReport) -> list[str]:
    return [str(result.change) for result in report.results]


def test_one_bad_lecture_does_not_stop_the_others_and_keeps_its_older_rows(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4), "c": spoken("grafos", 4)})
    (place.source / "aula 2.vtt").write_bytes(b"\x00\x01 not captions")
    place.ingest()
    before = describe_index(place.data, "ml")
    (place.source / "aula 0.vtt").write_bytes(b"\x00\x01 not captions")
    report = place.ingest()
    assert (_changes(report), report.is_complete) == (["failed", "unchanged", "failed"], False)
    assert "aula 0.vtt" in report.failures[0].failure
    assert describe_index(place.data, "ml") == before
    assert [bool(record.failure) for record in place.manifest.lectures] == [True, False]
    write_captions(place.source / "aula 0.vtt", spoken("vetores", 4))
    place.ingest()
    assert place.manifest.lectures[0].failure == ""
    place.assert_sound()


def test_other_settings_than_those_of_the_index_are_refused(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    with pytest.raises(IndexMismatch, match="lectern index rebuild ml"):
        place.ingest(embedder=FakeEmbedder(32))


def test_a_lost_index_is_made_again_with_the_same_ids(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    before = describe_index(place.data, "ml")
    shutil.rmtree(place.data / "index")
    assert _changes(place.ingest()) == ["changed", "changed"]
    assert describe_index(place.data, "ml") == before
    place.assert_sound()


def test_a_damaged_index_is_refused_with_the_command_that_mends_it(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 8)})
    place.ingest()
    for path in (place.data / "index").rglob("data/*.lance"):
        path.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        place.ingest()


def test_a_lost_manifest_is_made_again_with_the_ids_of_the_index(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    before, manifest = describe_index(place.data, "ml"), place.manifest
    find_course_folder(place.data, "ml").manifest.unlink()
    embedder = CountingEmbedder()
    place.ingest(embedder=embedder)
    assert (describe_index(place.data, "ml"), place.manifest, embedder.passages) == (before, manifest, [])


def test_two_ingests_at_once_are_refused_with_the_holders_pid(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    with (
        hold_course(find_course_folder(place.data, "ml").folder),
        pytest.raises(CourseBusy, match=rf"pid {os.getpid()}\b"),
    ):
        place.ingest()


class _BrokenEmbedder(FakeEmbedder):
    """Embeds one batch, then no more."""

    calls = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.calls > 1:
            raise EmbedderUnavailable("The endpoint does not answer.", fix="Start it.")
        return super().embed_passages(texts)


def test_an_embedder_that_fails_stops_the_ingest_and_the_next_goes_on_there(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    with pytest.raises(EmbedderUnavailable):
        place.ingest(embedder=_BrokenEmbedder())
    assert _changes(place.ingest()) == ["unchanged", "new"]
    place.assert_sound()


@pytest.mark.parametrize("largest_file_bytes", [3_000, 20_000, 40_000])
def test_a_full_disk_stops_the_ingest_with_nothing_half_written(place: IngestPlace, largest_file_bytes: int) -> None:
    """A limit on the size of files makes writing fail midway, as a full disk does: in the copy of captions of 30 kB, or
    in LanceDB's file of 200 segments."""
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    before = describe_index(place.data, "ml")
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 400)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file_bytes, limits[1]))
    try:
        with pytest.raises(DataFolderRefused, match=r"cannot be written to: File too large\. Free space"):
            place.ingest()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(place.data.rglob("*.unfinished")) == []
    assert describe_index(place.data, "ml") == before
    assert _changes(place.ingest()) == ["unchanged", "new"]
    place.assert_sound()


def test_a_data_folder_that_cannot_be_written_to_is_named(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.data.write_text("a file stands where the folder should be")
    with pytest.raises(DataFolderRefused, match=r"data cannot be written to: Not a directory"):
        place.ingest()


def test_a_refused_source_leaves_no_trace(place: IngestPlace) -> None:
    with pytest.raises(SourceRefused):
        place.ingest()
    assert not place.data.exists()


def test_captions_that_became_too_large_fail_unread_and_keep_their_rows(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    before = describe_index(place.data, "ml")
    with (place.source / "aula 0.vtt").open("r+b") as file:
        # Sparse: takes no room on the disk.
        file.truncate(LARGEST_FILE_BYTES + 1)
    (failure,) = place.ingest().failures
    assert "too large for captions" in failure.failure
    assert describe_index(place.data, "ml") == before
