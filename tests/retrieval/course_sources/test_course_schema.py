from datetime import date, datetime, time

import pytest

from retrieval.course_sources.course_schema import CourseFaults, parse_course

_HEAD = 'title = "Curso"\nlanguage = "pt"\n[[lectures]]\ntitle = "Aula 1"\ncaptions = "a.vtt"\n'


def _faults(text: str) -> tuple[str, ...]:
    with pytest.raises(CourseFaults) as caught:
        parse_course(text.encode())
    return caught.value.sentences


def test_a_whole_course_file_is_read() -> None:
    course = parse_course((_HEAD + 'id = "um"\nurl = "https://example.org/1"\ndate = 2026-03-31\n').encode())
    (lecture,) = course.lectures
    assert (course.title, course.language, lecture.id, lecture.url) == ("Curso", "pt", "um", "https://example.org/1")
    assert (lecture.date, lecture.visible_from, lecture.language) == (date(2026, 3, 31), None, None)


def test_a_mark_of_byte_order_and_windows_line_ends_are_read() -> None:
    assert parse_course(b"\xef\xbb\xbf" + _HEAD.replace("\n", "\r\n").encode()).title == "Curso"


def test_every_fault_is_named_at_once_with_lecture_key_and_fix() -> None:
    faults = _faults(
        'titel = "x"\nlanguage = "portugues"\n'
        '[[lectures]]\ntitle = "Aula 1"\nurl = "ftp://x"\ncaptions = "../x.vtt"\ndate = "31/12/2026"\n'
        "visible_from = 3\n"
        '[[lectures]]\ntitle = 3\nid = ""\n'
    )
    assert faults == (
        'title: is missing; add title = "Introdução ao Aprendizado de Máquina"',
        'language: \'portugues\' is not a language code; write one such as "pt", "pt-BR" or "en"',
        "lecture 1 (\"Aula 1\"), url: 'ftp://x' is not a web address; write one that begins with https:// or http://",
        "lecture 1 (\"Aula 1\"), captions: '../x.vtt' is no path inside the course's folder; "
        "copy the file there and write folders with /",
        "lecture 1 (\"Aula 1\"), date: '31/12/2026' is not a day; write year-month-day, such as 2026-03-31",
        'lecture 1 ("Aula 1"), visible_from: 3 is no moment; write 2026-03-31 or 2026-03-31T18:00:00',
        "lecture 2, id: is empty; write a text",
        "lecture 2, title: 3 is not a text; put it in double quotes",
        'lecture 2, captions: is missing; add captions = "Aula 1.vtt"',
        "titel: is not a key of a course file; write title",
    )


@pytest.mark.parametrize("captions", ["/etc/a.vtt", "b\\a.vtt", "b/../a.vtt", "a.mp4", "x.info.json", ""])
def test_captions_stay_in_the_folder_and_are_captions(captions: str) -> None:
    (fault,) = _faults(f"title = 'T'\nlanguage = 'pt'\n[[lectures]]\ntitle = 'A'\ncaptions = '{captions}'\n")
    assert "captions:" in fault


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "example.org/1", "https://a b", "http://[x", "//a/c"]
)
def test_a_url_is_a_web_address_or_empty(url: str) -> None:
    (fault,) = _faults(_HEAD + f"url = '{url}'\n")
    assert "is not a web address" in fault
    assert parse_course((_HEAD + "url = ' '\n").encode()).lectures[0].url == ""


@pytest.mark.parametrize("day", ["2026-02-30", '"ontem"', "2026-03-31T10:00:00", "2026", "true", "10:00:00"])
def test_a_date_is_a_day(day: str) -> None:
    assert len(_faults(_HEAD + f"date = {day}\n")) == 1


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-31", datetime.combine(date(2026, 3, 31), time()).astimezone()),
        ("2026-03-31T18:00:00", datetime(2026, 3, 31, 18).astimezone()),
        ('"2026-03-31 18:00"', datetime(2026, 3, 31, 18).astimezone()),
        ("2026-03-31T18:00:00-03:00", datetime.fromisoformat("2026-03-31T21:00:00+00:00")),
    ],
)
def test_visible_from_without_an_offset_is_local_time(written: str, moment: datetime) -> None:
    seen = parse_course((_HEAD + f"visible_from = {written}\n").encode()).lectures[0].visible_from
    assert seen == moment
    assert seen is not None
    assert seen.tzinfo is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"title = ", "not valid TOML"),
        (b"title = 'a'\nlanguage = 'pt'\nx = '\xe7'\n", "line 3 is not UTF-8"),
        (b"title = 'a'\nlanguage = 'pt'\n", "lectures: is missing"),
        (b"title = 'a'\nlanguage = 'pt'\nlectures = []\n", "lectures: holds no lectures"),
        (b"title = 'a'\nlanguage = 'pt'\nlectures = 3\n", "lectures: holds no lectures"),
        (b"title = 'a'\nlanguage = 'pt'\nlectures = [1]\n", "lectures: holds no lectures"),
        (b"title = 'a\\u0007b'\nlanguage = 'pt'\n", "lectures"),
        (b"title = \"a\\u0007b\"\nlanguage = 'pt'\nlectures = []\n", "invisible control signs"),
        (_HEAD.replace("title", "folder = '/'\ntitle", 1).encode(), "folder: is not a key"),
    ],
)
def test_what_is_no_course_file_says_why(content: bytes, words: str) -> None:
    with pytest.raises(CourseFaults) as caught:
        parse_course(content)
    assert words in str(caught.value)


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", '"0001-01-01T00:00:00+12:00"', "9999-12-31"])
def test_a_moment_that_no_clock_reaches_is_refused(moment: str) -> None:
    (fault,) = _faults(_HEAD + f"visible_from = {moment}\n")
    assert "outside of the years 1900 to 9998" in fault


@pytest.mark.parametrize("deep", ["[" * 5000, "{a=" * 5000])
def test_a_course_file_nested_too_deep_is_refused(deep: str) -> None:
    (fault,) = _faults(f"title = {deep}")
    assert "too deep" in fault


def test_keys_nested_too_deep_are_refused() -> None:
    assert len(_faults(_HEAD + ".".join("a" * 5000) + " = 1\n")) == 1


def test_a_title_has_at_most_200_signs() -> None:
    title = "Á" * 200
    assert parse_course(_HEAD.replace("Aula 1", title).encode()).lectures[0].title == title
    (fault,) = _faults(_HEAD.replace("Aula 1", title + "B"))
    assert fault == f'lecture 1 ("{"Á" * 40}…"), title: is longer than 200 signs; shorten it'
    assert _faults(_HEAD.replace("Curso", title + "B")) == ("title: is longer than 200 signs; shorten it",)


def test_one_table_of_lectures_is_told_of_its_second_brackets() -> None:
    faults = _faults(_HEAD.replace("[[lectures]]", "[lectures]"))
    assert faults == ("lectures: is one table; write [[lectures]], in two brackets, before each lecture",)
