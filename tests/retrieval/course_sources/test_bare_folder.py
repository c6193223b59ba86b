import json
import os
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from retrieval.captions import LARGEST_FILE_BYTES
from retrieval.course_sources.bare_folder import draft_course, draft_lecture, list_captions
from retrieval.segment import SourceRefused
from tests.making_courses import spoken, write_captions

_ENGLISH = ["So this is what we have and that is how you are going to see it", "and they can have this for what it is"]


def _info(folder: Path, name: str, **values: object) -> None:
    (folder / f"{name}.info.json").write_text(json.dumps({"formats": [{}], **values}), encoding="utf-8")


def test_lectures_come_in_the_order_people_count(tmp_path: Path) -> None:
    for name in ("Aula 10.vtt", "Aula 2.vtt", "aula 1.srt"):
        write_captions(tmp_path / name, spoken(name, 3))
    assert [source.lecture.title for source in draft_course(tmp_path).lectures] == ["aula 1", "Aula 2", "Aula 10"]


def test_what_yt_dlp_leaves_tells_title_url_date_and_language(tmp_path: Path) -> None:
    name = "Aula 1： Função [-dQw4w9WgXc]"
    write_captions(tmp_path / f"{name}.pt-BR.vtt", spoken("a", 3))
    _info(
        tmp_path,
        name,
        title="Aula 1: Função\u2028",
        webpage_url="https://www.youtube.com/watch?v=-dQw4w9WgXc",
        upload_date="20260331",
        language="pt-BR",
        playlist_title="Cálculo I",
        duration=30,
    )
    course = draft_course(tmp_path)
    (source,) = course.lectures
    assert (course.title, course.language) == ("Cálculo I", "pt")
    assert source.lecture.lecture_id == "-dQw4w9WgXc"
    assert source.lecture.title == "Aula 1: Função"
    assert source.lecture.url == "https://www.youtube.com/watch?v=-dQw4w9WgXc"
    assert (source.lecture.date, source.lecture.language) == (date(2026, 3, 31), "pt")


def test_without_an_info_file_the_name_tells_the_video(tmp_path: Path) -> None:
    write_captions(tmp_path / "Aula 1 [-dQw4w9WgXc].pt.vtt", spoken("a", 3))
    lecture = draft_course(tmp_path).lectures[0].lecture
    assert (lecture.title, lecture.url) == ("Aula 1", "https://www.youtube.com/watch?v=-dQw4w9WgXc")


def test_rubbish_in_an_info_file_tells_nothing(tmp_path: Path) -> None:
    write_captions(tmp_path / "Aula 1.vtt", spoken("a", 3))
    _info(tmp_path, "Aula 1", title="", webpage_url="javascript:x", upload_date="ontem", language="Klingon (fast)")
    write_captions(tmp_path / "Aula 2.vtt", spoken("a", 3))
    (tmp_path / "Aula 2.info.json").write_text("{", encoding="utf-8")
    course = draft_course(tmp_path)
    assert [source.lecture.title for source in course.lectures] == ["Aula 1", "Aula 2"]
    assert [(source.lecture.url, source.lecture.date) for source in course.lectures] == [("", None), ("", None)]
    assert course.warnings == (
        'No url is known for "Aula 1", "Aula 2": answers give the time in words, without a link.',
    )


def test_one_file_of_a_recording_is_used_and_the_others_are_named(tmp_path: Path) -> None:
    stem = "Aula [dQw4w9WgXcQ]"
    for tag in ("pt", "en", "pt-orig"):
        write_captions(tmp_path / f"{stem}.{tag}.vtt", spoken("a", 3))
    _info(tmp_path, stem, subtitles={"pt": [], "en": []}, automatic_captions={"pt-orig": []}, language="pt")
    course = draft_course(tmp_path)
    assert [source.captions.name for source in course.lectures] == [f"{stem}.pt.vtt"]
    assert f"'{stem}.pt.vtt' is used, not '{stem}.en.vtt', '{stem}.pt-orig.vtt'." in course.warnings


def test_what_a_machine_heard_is_preferred_to_what_a_machine_translated(tmp_path: Path) -> None:
    """Three Portuguese lectures make a Portuguese course; the English one has automatic captions in both."""
    for number in range(3):
        write_captions(tmp_path / f"Aula {number}.pt.vtt", spoken("a", 3))
    stem = "Guest [dQw4w9WgXcQ]"
    write_captions(tmp_path / f"{stem}.pt.vtt", spoken("a", 3))
    write_captions(tmp_path / f"{stem}.en-orig.vtt", _ENGLISH)
    _info(tmp_path, stem, automatic_captions={"pt": [], "en-orig": []}, language="en")
    course = draft_course(tmp_path)
    assert course.language == "pt"
    assert course.lectures[-1].captions.name == f"{stem}.en-orig.vtt"
    assert course.lectures[-1].lecture.language == "en"


def test_of_whispers_formats_the_one_with_word_times_is_used(tmp_path: Path) -> None:
    for ending in ("srt", "vtt", "tsv", "txt"):
        write_captions(tmp_path / f"aula.{ending}", spoken("a", 3))
    (tmp_path / "aula.json").write_text(json.dumps({"text": "x" * 100_000, "segments": []}), encoding="utf-8")
    (source,) = draft_course(tmp_path).lectures
    assert source.captions.name == "aula.json"


def test_json_that_is_no_captions_is_left_out_with_a_warning(tmp_path: Path) -> None:
    write_captions(tmp_path / "aula.vtt", spoken("a", 3))
    (tmp_path / "aula.json").write_text('{"grades": []}', encoding="utf-8")
    course = draft_course(tmp_path)
    assert [source.captions.name for source in course.lectures] == ["aula.vtt"]
    assert "'aula.json' was left out: it is JSON" in course.warnings[0]


def test_a_language_that_nothing_names_is_guessed_and_the_majority_is_the_courses(tmp_path: Path) -> None:
    portuguese = ["Então isso não é uma função mas a gente vai ver aqui que também é como você está com ela"]
    for name, sentences in (("a", portuguese), ("b", _ENGLISH), ("c", portuguese), ("d", ["Hm"])):
        write_captions(tmp_path / f"{name}.vtt", sentences)
    course = draft_course(tmp_path)
    assert course.language == "pt"
    assert [source.lecture.language for source in course.lectures] == ["pt", "en", "pt", "pt"]


def test_lectures_whose_names_give_the_same_id_are_told_apart(tmp_path: Path) -> None:
    write_captions(tmp_path / "Aula 1.vtt", spoken("a", 3))
    write_captions(tmp_path / "aula-1.vtt", spoken("b", 3))
    assert {source.lecture.lecture_id for source in draft_course(tmp_path).lectures} == {"aula-1", "aula-1-2"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_with_accents_spaces_and_signs_become_plain_titles(tmp_path: Path, form: str) -> None:
    name = unicodedata.normalize(form, "Função d'Água (cont.) #2")  # type: ignore[arg-type]
    write_captions(tmp_path / f"{name}.pt.vtt", spoken("a", 3))
    lecture = draft_lecture(tmp_path / f"{name}.pt.vtt").lecture
    assert (lecture.title, lecture.lecture_id) == ("Função d'Água (cont.) #2", "funcao-d-agua-cont-2")


def test_names_that_cannot_be_written_down_and_links_elsewhere_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    write_captions(folder / "good.vtt", spoken("a", 3))
    (folder / "fun\udce7ao.vtt").write_text("WEBVTT")
    (folder / "two\nlines.vtt").write_text("WEBVTT")
    (folder / "back\\slash.vtt").write_text("WEBVTT")
    (folder / "link.vtt").symlink_to(write_captions(tmp_path / "secret.vtt", spoken("b", 3)))
    assert [path.name for path in list_captions(folder)] == ["good.vtt"]
    assert sum("was left out" in warning for warning in draft_course(folder).warnings) == 4


def test_folders_in_the_folder_are_not_read_but_named_where_nothing_else_is_there(tmp_path: Path) -> None:
    write_captions(tmp_path / "unit 1" / "a.vtt", spoken("a", 3))
    with pytest.raises(SourceRefused, match=r"holds no captions\. Folders in it do: unit 1"):
        draft_course(tmp_path)


@pytest.mark.parametrize("name", ["export.json", "disk.srt"])
def test_a_file_too_large_for_captions_is_left_out_unread(tmp_path: Path, name: str) -> None:
    write_captions(tmp_path / "Aula 1.vtt", spoken("vetores", 3))
    with (tmp_path / name).open("wb") as file:
        # Sparse: takes no room on the disk.
        file.truncate(LARGEST_FILE_BYTES + 1)
    course = draft_course(tmp_path)
    assert [source.lecture.title for source in course.lectures] == ["Aula 1"]
    assert f"'{name}' was left out: it has 67 MB, more than captions have." in course.warnings


def test_a_long_title_is_cut_to_what_a_course_file_may_hold(tmp_path: Path) -> None:
    write_captions(tmp_path / "a.vtt", spoken("vetores", 3))
    _info(tmp_path, "a", title="Título " * 100)
    assert len(draft_lecture(tmp_path / "a.vtt").lecture.title) <= 200


def test_an_info_file_that_is_a_pipe_tells_nothing(tmp_path: Path) -> None:
    write_captions(tmp_path / "a.vtt", spoken("vetores", 3))
    os.mkfifo(tmp_path / "a.info.json")
    assert draft_lecture(tmp_path / "a.vtt").lecture.title == "a"
