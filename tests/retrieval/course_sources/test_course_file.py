import unicodedata
from pathlib import Path

import pytest

from retrieval.course_sources.course_file import default_lecture_id, read_course_file, slug
from retrieval.segment import SourceRefused
from tests.making_courses import spoken, write_captions


def _write(folder: Path, *lectures: str) -> Path:
    path = folder / "course.toml"
    blocks = [f"[[lectures]]\ntitle = 'Aula'\n{lecture}\n" for lecture in lectures]
    path.write_text("title = 'Curso'\nlanguage = 'pt'\n" + "".join(blocks), encoding="utf-8")
    return path


def test_a_lecture_takes_the_courses_language_unless_it_has_its_own(tmp_path: Path) -> None:
    write_captions(tmp_path / "a.vtt", spoken("a", 2))
    write_captions(tmp_path / "sub" / "b.vtt", spoken("b", 2))
    course = read_course_file(
        _write(tmp_path, "captions = 'a.vtt'\nurl = 'https://x.org'", "captions = 'sub/b.vtt'\nlanguage = 'en'")
    )
    assert [source.lecture.language for source in course.lectures] == ["pt", "en"]
    assert [source.lecture.lecture_id for source in course.lectures] == ["a", "b"]
    assert course.warnings == ('No url is known for "Aula": answers give the time in words, without a link.',)


def test_missing_files_and_doubles_are_named_together(tmp_path: Path) -> None:
    write_captions(tmp_path / "a.vtt", spoken("a", 2))
    path = _write(
        tmp_path, "captions = 'a.vtt'\nid = 'x'", "captions = 'none.vtt'\nid = 'x'", "captions = './a.vtt'\nid = 'y'"
    )
    with pytest.raises(SourceRefused) as caught:
        read_course_file(path)
    assert str(caught.value).count("belongs to 2 lectures; give each an id of its own") == 2
    assert str(caught.value).count("is named by another lecture too") == 2
    assert "there is no file 'none.vtt'" in str(caught.value)
    assert f"{path} has 5 faults:" in str(caught.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_captions(tmp_path / "secret.vtt", spoken("a", 2))
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "a.vtt").symlink_to(tmp_path / "secret.vtt")
    with pytest.raises(SourceRefused, match="is a link to a place outside"):
        read_course_file(_write(folder, "captions = 'a.vtt'"))


@pytest.mark.parametrize(("stored", "typed"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_name_is_found_however_its_accents_are_composed(tmp_path: Path, stored: str, typed: str) -> None:
    name = "Função [um] d'água.vtt"
    kept = write_captions(tmp_path / unicodedata.normalize(stored, name), spoken("a", 2))  # type: ignore[arg-type]
    course = read_course_file(_write(tmp_path, f'captions = "{unicodedata.normalize(typed, name)}"'))  # type: ignore[arg-type]
    assert course.lectures[0].captions == kept
    assert course.lectures[0].lecture.lecture_id == "funcao-um-d-agua"


def test_a_file_too_large_for_a_course_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    with path.open("wb") as file:
        file.truncate(4_000_001)
    with pytest.raises(SourceRefused, match="too large"):
        read_course_file(path)


@pytest.mark.parametrize(
    ("captions", "lecture_id"),
    [
        ("Aula [-dQw4w9WgXc].pt.vtt", "-dQw4w9WgXc"),
        ("unidade 1/Aula 1 – Função.pt.vtt", "aula-1-funcao"),
        ("講義.vtt", "講義"),
    ],
)
def test_the_id_of_a_lecture_is_its_videos_else_its_files(captions: str, lecture_id: str) -> None:
    assert default_lecture_id(captions) == lecture_id


def test_an_id_outlives_a_new_title_and_a_new_url(tmp_path: Path) -> None:
    write_captions(tmp_path / "a.vtt", spoken("a", 2))
    before = read_course_file(_write(tmp_path, "captions = 'a.vtt'")).lectures[0].lecture
    path = _write(tmp_path, "captions = 'a.vtt'\nurl = 'https://youtu.be/dQw4w9WgXcQ'")
    path.write_text(path.read_text().replace("Aula", "Outra"))
    after = read_course_file(path).lectures[0].lecture
    assert (before.title, after.title) == ("Aula", "Outra")
    assert before.lecture_id == after.lecture_id == "a"


def test_a_slug_has_no_dash_at_its_ends_also_when_shortened() -> None:
    assert slug("  Função [2] – Árvore ") == "funcao-2-arvore"
    assert slug("a" * 59 + " b") == "a" * 59
    assert slug("講義") == ""
