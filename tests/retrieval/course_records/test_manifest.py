from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from retrieval.course_records.manifest import (
    LectureRecord,
    Manifest,
    SegmentRecord,
    read_manifest,
    refuse_other_settings,
    write_manifest,
)
from retrieval.segment import CourseUnknown, IndexDamaged, IndexMismatch, Lecture
from tests.fakes_embedder import FakeEmbedder
from tests.making_courses import SMALL_WINDOWS

_MANIFEST = Manifest(
    course="ml", title="Curso", language="pt", embedder="fake/64", dimension=64, windows=SMALL_WINDOWS, next_corpus_id=3
)


def _record(lecture_id: str, *ids: int) -> LectureRecord:
    lecture = Lecture(
        lecture_id=lecture_id,
        title="Função d'Água",
        url="",
        language="pt",
        date=date(2026, 3, 31),
        visible_from=datetime.fromisoformat("2026-03-31T18:00:00-03:00"),
    )
    return LectureRecord(
        lecture=lecture,
        captions="abc.vtt",
        captions_sha256="abc",
        cues=3,
        header="Curso",
        segments=tuple(SegmentRecord(corpus_id=id_, text_hash=f"h{id_}") for id_ in ids),
        warnings=("A warning.",),
    )


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    manifest = _MANIFEST.with_lecture(_record("-d'Q", 1, 2), next_corpus_id=3)
    write_manifest(tmp_path / "manifest.json", manifest)
    assert read_manifest(tmp_path / "manifest.json") == manifest


def test_a_lecture_takes_the_place_of_its_older_record_or_the_last() -> None:
    manifest = _MANIFEST
    for record in (_record("a", 1), _record("b", 2), _record("a", 3)):
        manifest = manifest.with_lecture(record, next_corpus_id=4)
    assert manifest.lectures == (_record("a", 3), _record("b", 2))
    assert manifest.without_lectures(["a"]).lectures == (_record("b", 2),)
    assert manifest.without_lectures(["a"]).next_corpus_id == 4


def test_a_course_without_a_manifest_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(CourseUnknown, match="Run: lectern ingest ml PATH"):
        read_manifest(tmp_path / "ml" / "manifest.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema_version": 1}', b"\xff\xfe"])
def test_a_damaged_manifest_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"manifest.json is damaged.*Put a backup"):
        read_manifest(tmp_path / "manifest.json")


def test_a_manifest_of_a_newer_lectern_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path / "manifest.json", replace(_MANIFEST, schema_version=99))
    with pytest.raises(IndexDamaged, match="newer Lectern"):
        read_manifest(tmp_path / "manifest.json")


def test_other_settings_are_refused_with_the_command_that_mends_it() -> None:
    refuse_other_settings(_MANIFEST, embedder=FakeEmbedder(64), windows=SMALL_WINDOWS)
    with pytest.raises(IndexMismatch) as caught:
        refuse_other_settings(
            _MANIFEST, embedder=FakeEmbedder(32), windows=SMALL_WINDOWS.model_copy(update={"seconds": 60.0})
        )
    assert caught.value.fix == "Run: lectern index rebuild ml"
    assert "embedder is fake/64 in the index and fake/32 now" in caught.value.fault
    assert "windows is seconds=20.0" in caught.value.fault


def test_a_manifest_that_is_a_folder_is_named_with_the_step(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(IndexDamaged, match=r"manifest.json cannot be read: .*backup"):
        read_manifest(tmp_path / "manifest.json")


def test_below_a_file_there_is_no_course(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(CourseUnknown):
        read_manifest(tmp_path / "data" / "courses" / "ml" / "manifest.json")
