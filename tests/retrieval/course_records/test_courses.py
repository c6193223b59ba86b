from pathlib import Path

from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.courses import list_courses
from retrieval.ingest import ingest_course
from tests.fakes_embedder import FakeEmbedder
from tests.making_courses import SMALL_WINDOWS, spoken, write_course


def test_courses_are_listed_by_name_and_a_damaged_one_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    source = write_course(tmp_path / "source", {"a": spoken("vetores", 4)})
    for course in ("b", "a"):
        ingest_course(source, data=tmp_path / "data", course=course, embedder=FakeEmbedder(), windows=SMALL_WINDOWS)
    find_course_folder(tmp_path / "data", "a").manifest.write_text("{")
    damaged, sound = list_courses(tmp_path / "data")
    assert (damaged.course, damaged.manifest) == ("a", None)
    assert "is damaged" in damaged.fault
    assert sound.manifest is not None
    assert (sound.course, sound.manifest.title, sound.fault) == ("b", "Curso", "")


def test_an_empty_data_folder_has_no_courses(tmp_path: Path) -> None:
    assert list_courses(tmp_path / "none") == ()
