import os
from pathlib import Path

import pytest

from retrieval.course_sources.course_file import CourseSource
from retrieval.segment import SourceRefused
from retrieval.sources import read_source
from tests.making_courses import spoken, write_captions, write_course


def _lectures(course: CourseSource) -> list[object]:
    """What must be the same after a course file was written and read again."""
    return [(source.lecture, source.captions.resolve()) for source in course.lectures]


def test_a_folder_with_a_course_file_is_read_as_it_says(tmp_path: Path) -> None:
    write_course(tmp_path, {"um": spoken("a", 2), "dois": spoken("b", 2)}, title="Cálculo")
    by_folder = read_source(tmp_path, kept_folder=tmp_path / "kept")
    by_file = read_source(tmp_path / "course.toml", kept_folder=tmp_path / "kept")
    assert by_folder == by_file
    assert by_folder.title == "Cálculo"
    assert [source.lecture.lecture_id for source in by_folder.lectures] == ["um", "dois"]


def test_a_bare_folder_gets_a_course_file_that_says_the_same(tmp_path: Path) -> None:
    for name in ('Aula "1": [-dQw4w9WgXc].pt.vtt', "d'água.en.vtt", "Função.pt.srt"):
        write_captions(tmp_path / name, spoken(name, 3))
    drafted = read_source(tmp_path, kept_folder=tmp_path / "kept")
    assert f"{tmp_path / 'course.toml'} was written" in drafted.warnings[0]
    again = read_source(tmp_path, kept_folder=tmp_path / "kept")
    assert _lectures(again) == _lectures(drafted)
    assert (again.title, again.language) == (drafted.title, "pt")
    assert not any("was written" in warning for warning in again.warnings)


def test_a_folder_that_cannot_be_written_to_has_its_course_file_kept_elsewhere(tmp_path: Path) -> None:
    folder, kept = _unwritable_folder(tmp_path), tmp_path / "kept"
    write_captions(folder / "Aula 1.pt.vtt", spoken("a", 3))
    drafted = read_source(folder, kept_folder=kept)
    assert drafted.course_file == kept / "course.toml"
    assert f'folder = "{folder}"' in (kept / "course.toml").read_text(encoding="utf-8")
    edited = (kept / "course.toml").read_text(encoding="utf-8").replace('title = "Aula 1"', 'title = "Limites"')
    (kept / "course.toml").write_text(edited, encoding="utf-8")
    again = read_source(folder, kept_folder=kept)
    assert [source.lecture.title for source in again.lectures] == ["Limites"]
    assert again.lectures[0].captions == folder / "Aula 1.pt.vtt"


def _unwritable_folder(parent: Path) -> Path:
    """A folder whose path is so long that captions fit into it, but no temporary file with its longer name.

    Rights would not do: the superuser, who may run the tests, writes everywhere.
    """
    room = os.pathconf(parent, "PC_PATH_MAX") - len(str(parent)) - len("/Aula 1.pt.vtt") - 4
    parts = ["x" * 100] * (room // 101)
    folder = parent.joinpath(*parts, "y" * (room % 101 - 1)) if room % 101 > 1 else parent.joinpath(*parts)
    folder.mkdir(parents=True)
    return folder


def test_captions_that_are_not_listed_are_named_with_the_block_to_paste(tmp_path: Path) -> None:
    write_course(tmp_path, {"um": spoken("a", 2)})
    write_captions(tmp_path / "Aula 2 [dQw4w9WgXcQ].pt.vtt", spoken("b", 2))
    write_captions(tmp_path / "aula 0.srt", spoken("the listed lecture in another format", 2))
    course = read_source(tmp_path, kept_folder=tmp_path / "kept")
    (warning,) = course.warnings
    block = warning[warning.index("[[lectures]]") :]
    assert "aula 0" not in warning
    with (tmp_path / "course.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + block)
    course = read_source(tmp_path, kept_folder=tmp_path / "kept")
    assert course.warnings == ()
    assert [source.lecture.lecture_id for source in course.lectures] == ["um", "dQw4w9WgXcQ"]


def test_one_caption_file_is_one_lecture_of_a_course_without_a_title(tmp_path: Path) -> None:
    path = write_captions(tmp_path / "Aula 3.pt.vtt", spoken("a", 3))
    course = read_source(path, kept_folder=tmp_path / "kept")
    assert not course.is_whole
    assert [source.lecture.title for source in course.lectures] == ["Aula 3"]
    assert not (tmp_path / "course.toml").exists()


def test_one_caption_file_beside_a_course_file_is_the_lecture_listed_there(tmp_path: Path) -> None:
    write_course(tmp_path, {"um": spoken("a", 2), "dois": spoken("b", 2)})
    course = read_source(tmp_path / "aula 1.vtt", kept_folder=tmp_path / "kept")
    assert [source.lecture.lecture_id for source in course.lectures] == ["dois"]
    assert not course.is_whole
    other = write_captions(tmp_path / "other.vtt", spoken("c", 2))
    with pytest.raises(SourceRefused, match=r"is not listed in .*Add this block(.|\n)*captions = \"other.vtt\""):
        read_source(other, kept_folder=tmp_path / "kept")


def test_what_is_no_source_is_refused_with_what_would_be(tmp_path: Path) -> None:
    (tmp_path / "lecture.mp4").touch()
    (tmp_path / "empty").mkdir()
    for name, words in (
        ("none", "There is no"),
        ("lecture.mp4", "neither a folder nor"),
        ("empty", "holds no captions"),
    ):
        with pytest.raises(SourceRefused, match=words):
            read_source(tmp_path / name, kept_folder=tmp_path / "kept")


def test_a_course_file_of_the_instructor_names_no_other_folder(tmp_path: Path) -> None:
    write_course(tmp_path, {"um": spoken("a", 2)})
    text = (tmp_path / "course.toml").read_text(encoding="utf-8")
    (tmp_path / "course.toml").write_text(f'folder = "/"\n{text}', encoding="utf-8")
    with pytest.raises(SourceRefused, match="folder: is not a key"):
        read_source(tmp_path, kept_folder=tmp_path / "kept")


def test_a_pipe_is_named_and_not_waited_for(tmp_path: Path) -> None:
    for name in ("a.vtt", "course.toml"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(SourceRefused, match=f"{name} is a pipe"):
            read_source(tmp_path / name, kept_folder=tmp_path / "kept")


def test_a_course_file_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "course.toml")
    with pytest.raises(SourceRefused, match="a pipe, not a course file"):
        read_source(tmp_path, kept_folder=tmp_path / "kept")


def test_a_folder_that_is_listed_as_captions_is_named_as_what_it_is(tmp_path: Path) -> None:
    write_course(tmp_path, {"um": spoken("a", 2)})
    (tmp_path / "aula 0.vtt").unlink()
    (tmp_path / "aula 0.vtt").mkdir()
    with pytest.raises(SourceRefused, match=r"'aula 0.vtt' is a folder, not a caption file"):
        read_source(tmp_path, kept_folder=tmp_path / "kept")
