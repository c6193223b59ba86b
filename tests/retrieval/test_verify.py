import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.manifest import Manifest, read_manifest, write_manifest
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.ingest import ingest_course
from retrieval.segment import CourseUnknown
from retrieval.verify import verify_course
from tests.fakes_embedder import FakeEmbedder
from tests.making_courses import SMALL_WINDOWS, spoken, write_course


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A course of two lectures, 4 + 2 segments, ids 1 to 6."""
    (tmp_path / "source").mkdir()
    source = write_course(tmp_path / "source", {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    ingest_course(source, data=tmp_path / "data", course="ml", embedder=FakeEmbedder(), windows=SMALL_WINDOWS)
    return tmp_path / "data"


def _index(data: Path) -> CourseIndex:
    return CourseIndexes(data / "index", embedder=FakeEmbedder().name, dimension=64).open("ml")


def _manifest(data: Path) -> Manifest:
    return read_manifest(find_course_folder(data, "ml").manifest)


def _found(data: Path) -> dict[str, tuple[int, ...]]:
    return {str(fault.kind): fault.corpus_ids for fault in verify_course("ml", data=data).faults}


def test_a_fresh_index_is_sound(data: Path) -> None:
    report = verify_course("ml", data=data)
    assert (report.is_sound, report.lectures, report.segments, report.fix) == (True, 2, 6, "")


def test_rows_that_are_missing_are_named(data: Path) -> None:
    _index(data).delete_lecture("b")
    report = verify_course("ml", data=data)
    assert [fault.sentence for fault in report.faults] == ["Recorded but not in the index: 2 segments (5, 6)."]
    assert report.fix == "Run: lectern index rebuild ml"


def test_rows_that_the_manifest_does_not_know_are_named(data: Path) -> None:
    manifest = _manifest(data)
    write_manifest(find_course_folder(data, "ml").manifest, manifest.without_lectures(["b"]))
    assert _found(data) == {"unknown": (5, 6)}


def test_a_vector_that_is_not_of_length_one_is_found(data: Path) -> None:
    index, record = _index(data), _manifest(data).lectures[1]
    vectors = np.full((2, 64), 0.5, dtype=np.float32)
    hashes = [segment.text_hash for segment in record.segments]
    index.replace_lecture("b", list(index.segments("b")), vectors, text_hashes=hashes)
    assert _found(data) == {"altered": (5, 6)}


def test_another_text_under_the_same_hash_is_found(data: Path) -> None:
    index, record = _index(data), _manifest(data).lectures[1]
    segments = [replace(segment, text="Outra coisa.") for segment in index.segments("b")]
    vectors = FakeEmbedder().embed_passages([segment.text for segment in segments])
    hashes = [segment.text_hash for segment in record.segments]
    index.replace_lecture("b", segments, vectors, text_hashes=hashes)
    assert _found(data) == {"altered": (5, 6)}


def test_details_that_differ_from_the_manifest_are_found(data: Path) -> None:
    index, record = _index(data), _manifest(data).lectures[1]
    index.update_lecture_details(replace(record.lecture, url="https://example.org/elsewhere"))
    assert _found(data) == {"altered": (5, 6)}


def test_flipped_bytes_are_found_wherever_they_fall_on_text_or_vectors(data: Path) -> None:
    """A bit of every letter v in the table's files: in the texts, and wherever else it turns up."""
    for path in (data / "index").rglob("*.lance"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"vetores", b"vetoret"))
    assert set(_found(data)) & {"altered", "unreadable"}


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_file_of_the_table_that_is_damaged_is_found(data: Path, share: float) -> None:
    """64 bytes somewhere in each data file become others: more than any padding between columns."""
    for path in (data / "index").rglob("data/*.lance"):
        content = bytearray(path.read_bytes())
        first = int(len(content) * share)
        content[first : first + 64] = bytes(byte ^ 0xFF for byte in content[first : first + 64])
        path.write_bytes(content)
    assert set(_found(data)) & {"altered", "unreadable", "missing"}


def test_an_index_that_is_gone_is_named_with_the_command_that_mends_it(data: Path) -> None:
    for path in (data / "index").glob("*.json"):
        path.unlink()
    report = verify_course("ml", data=data)
    assert [str(fault.kind) for fault in report.faults] == ["unreadable"]
    assert report.fix == "Run: lectern index rebuild ml"


def test_a_full_text_that_is_gone_is_found(data: Path) -> None:
    for folder in (data / "index").glob("*.lance/_indices"):
        shutil.rmtree(folder)
    report = verify_course("ml", data=data)
    assert [str(fault.kind) for fault in report.faults] == ["words"]
    assert report.fix == "Run: lectern index rebuild ml"


def test_kept_captions_that_changed_are_found(data: Path) -> None:
    kept = find_course_folder(data, "ml").captions / _manifest(data).lectures[0].captions
    kept.write_bytes(kept.read_bytes().replace(b"Sobre", b"SObre"))
    report = verify_course("ml", data=data)
    assert [fault.sentence for fault in report.faults] == ['The kept captions of "Aula a" are gone or damaged.']
    assert report.fix == "Run: lectern ingest ml PATH, with the folder it came from"


def test_an_ingest_that_was_cut_short_is_named(data: Path) -> None:
    manifest = _manifest(data)
    record = replace(manifest.lectures[0], is_settled=False)
    path = find_course_folder(data, "ml").manifest
    write_manifest(path, manifest.with_lecture(record, next_corpus_id=manifest.next_corpus_id))
    assert _found(data) == {"unsettled": ()}


def test_a_title_with_braces_is_only_a_title(data: Path) -> None:
    path = find_course_folder(data, "ml").manifest
    path.write_text(path.read_text().replace(json.dumps("Aula b"), json.dumps("{0} {x}")))
    assert _found(data) == {"altered": (5, 6)}


def test_an_unknown_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseUnknown, match="lectern ingest ml PATH"):
        verify_course("ml", data=tmp_path)
    assert list(tmp_path.iterdir()) == []
