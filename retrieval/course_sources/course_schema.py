"""What a course.toml may hold: its keys, the checks of each value, and every fault as a sentence with its fix."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from retrieval.course_sources.caption_names import CAPTION_EXTENSIONS, is_caption_name


class CourseFaults(ValueError):
    """The text is no course file; `sentences` holds one for each fault."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def parse_course(content: bytes, *, may_name_folder: bool = False) -> "CourseTable":
    """Read the bytes of a course file. Raises CourseFaults with all that is wrong with its keys and values."""
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CourseFaults([f"line {line} is not UTF-8 text; save the file as UTF-8"]) from error
    except tomllib.TOMLDecodeError as error:
        raise CourseFaults([f"this is not valid TOML: {error}; texts stand in double quotes"]) from error
    except RecursionError as error:
        raise CourseFaults(
            ["brackets or tables stand too deep in one another; keep to the keys of a course"]
        ) from error
    return _check_table(table, _KeptCourseTable if may_name_folder else CourseTable)


_TOO_DEEP = "brackets or tables stand too deep in one another; keep to the keys of a course"


def _check_table(table: Mapping[str, object], schema: "type[CourseTable]") -> "CourseTable":
    try:
        return schema.model_validate(table)
    except ValidationError as error:
        # Lectures with faults do not count for pydantic, which then finds too few: that is no fault of its own.
        faults = [fault for fault in error.errors() if not (fault["type"] == "too_short" and table.get("lectures"))]
        raise CourseFaults([_sentence(fault, table) for fault in faults]) from error
    except RecursionError as error:
        raise CourseFaults(
            ["brackets or tables stand too deep in one another; keep to the keys of a course"]
        ) from error


def name_place(number: int, title: str) -> str:
    """How faults name a lecture: by its position, from 1, and its title."""
    shown = title if len(title) <= LONGEST_TITLE else f"{title[:40]}…"
    return f'lecture {number} ("{shown}")' if title else f"lecture {number}"


def is_web_address(value: str) -> bool:
    """Whether a text is an http or https address with a host and nothing invisible in it."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and value.isprintable() and " " not in value


# A shift to another offset must not leave the years that a computer knows.
_FIRST_YEAR, _LAST_YEAR = 1900, 9998
# Titles stand beside every answer and in every embedded text; the longest real ones have some 120.
LONGEST_TITLE = 200


def _check_text(value: str) -> str:
    plain = unicodedata.normalize("NFC", " ".join(value.split()))
    if not plain:
        raise ValueError("is empty; write a text")
    if not plain.isprintable():
        raise ValueError("holds invisible control signs; type it anew")
    return plain


def _check_url(value: str) -> str:
    value = value.strip()
    if value and not is_web_address(value):
        raise ValueError(f"{value!r} is not a web address; write one that begins with https:// or http://")
    return value


def _check_language(value: str) -> str:
    value = value.strip()
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError(f'{value!r} is not a language code; write one such as "pt", "pt-BR" or "en"')
    return value


def _check_captions(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value:
        raise ValueError(
            f"{value!r} is no path inside the course's folder; copy the file there and write folders with /"
        )
    if not is_caption_name(path.name):
        known = ", ".join(f".{extension}" for extension in sorted(CAPTION_EXTENSIONS))
        raise ValueError(f"{value!r} is no caption file; its name must end in one of {known}")
    return str(path)


def _check_day(value: object) -> object:
    day = _read_moment(value)
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError(f"{_shown(value)} is not a day; write year-month-day, such as 2026-03-31")
    return day


def _check_moment(value: object) -> object:
    moment = _read_moment(value)
    if moment is None:
        raise ValueError(f"{_shown(value)} is no moment; write 2026-03-31 or 2026-03-31T18:00:00")
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"{_shown(value)} lies outside of the years {_FIRST_YEAR} to {_LAST_YEAR}; correct it")
    # Without an offset it is the local time of this machine, which is what an instructor's clock shows.
    return moment.astimezone()


def _read_moment(value: object) -> date | datetime | None:
    """A day or a moment, as TOML knows them or in quotes; None for anything else."""
    if not isinstance(value, str):
        return value if isinstance(value, date) else None
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(value.strip())
        except ValueError:
            continue
    return None


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else repr(value)


_Text = Annotated[str, AfterValidator(_check_text)]
_Title = Annotated[_Text, Field(max_length=LONGEST_TITLE)]
_Language = Annotated[str, AfterValidator(_check_language)]
_Day = Annotated[date, BeforeValidator(_check_day)]
_Moment = Annotated[datetime, BeforeValidator(_check_moment)]


class LectureTable(BaseModel):
    """One [[lectures]] block."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[_Text, Field(max_length=100)] | None = None
    title: _Title
    url: Annotated[str, AfterValidator(_check_url)] = ""
    captions: Annotated[str, AfterValidator(_check_captions)]
    date: _Day | None = None
    visible_from: _Moment | None = None
    language: _Language | None = None


class CourseTable(BaseModel):
    """A whole course file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: _Title
    language: _Language
    lectures: tuple[LectureTable, ...] = Field(min_length=1)


class _KeptCourseTable(CourseTable):
    """A course file that Lectern keeps for a folder it cannot write to."""

    folder: str


_FIXES = {
    "title": 'title = "Introdução ao Aprendizado de Máquina"',
    "language": 'language = "pt"',
    "captions": 'captions = "Aula 1.vtt"',
    "folder": "folder = …",
    "lectures": "a [[lectures]] block for each lecture",
}
_COURSE_KEYS = ("title", "language", "lectures")


def _sentence(fault: ErrorDetails, table: Mapping[str, object]) -> str:
    location = fault["loc"]
    in_lecture = len(location) > 2 and location[0] == "lectures"
    key = str(location[2] if in_lecture else location[0])
    place = f"{name_place(*_lecture_at(table, int(location[1])))}, {key}" if in_lecture else key
    return (
        f"{place}: {_fault_and_fix(fault, key, known=tuple(LectureTable.model_fields) if in_lecture else _COURSE_KEYS)}"
    )


def _lecture_at(table: Mapping[str, object], index: int) -> tuple[int, str]:
    lectures = table.get("lectures")
    entry = lectures[index] if isinstance(lectures, list) else None
    title = entry.get("title") if isinstance(entry, dict) else None
    return index + 1, title if isinstance(title, str) else ""


def _fault_and_fix(fault: ErrorDetails, key: str, *, known: Sequence[str]) -> str:
    match fault["type"]:
        case "missing":
            return f"is missing; add {_FIXES.get(key, key)}"
        case "extra_forbidden":
            near = get_close_matches(key, known, n=1)
            fix = f"write {near[0]}" if near else f"the keys are {', '.join(known)}"
            return f"is not a key of a course file; {fix}"
        case "value_error":
            return fault["msg"].removeprefix("Value error, ")
        case "string_type":
            return f"{_shown(fault['input'])} is not a text; put it in double quotes"
        case "string_too_long" | "too_long":
            return f"is longer than {fault.get('ctx', {}).get('max_length')} signs; shorten it"
        case "tuple_type" if isinstance(fault["input"], dict):
            return "is one table; write [[lectures]], in two brackets, before each lecture"
        case "tuple_type" | "model_type" | "too_short":
            return f"holds no lectures; write {_FIXES['lectures']}"
        case _:
            return f"{fault['msg']}; {_shown(fault['input'])} was given"
