"""What `lectern check` verifies: settings' parts one by one, each with a sentence and what mends it."""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.assembly import LOG_FILE, embedder_of, open_language_model, open_log_of
from bot.llm import check_endpoint
from bot.platforms.rendering import counted
from bot.store.log import LogUnavailable
from config.settings import Settings
from retrieval.course_records.course_folder import INDEX_FOLDER
from retrieval.course_records.courses import list_courses
from retrieval.embedding import Embedder
from retrieval.index import CourseIndexes
from retrieval.segment import RetrievalError
from retrieval.verify import verify_course

# Two processes that write one database in WAL mode can corrupt it in all versions before this one.
FIXED_SQLITE = (3, 51, 3)


class State(StrEnum):
    """How a check ended; a note is worth knowing and stops nothing."""

    GOOD = "good"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    sentence: str


async def run_checks(settings: Settings, *, data: Path) -> AsyncIterator[Check]:
    """Look at everything a bot needs, one after the other; a fault does not stop the rest."""
    yield check_data_folder(data)
    yield check_sqlite(sqlite3.sqlite_version_info)
    yield await _check_log(settings, data)
    embedder, check = _check_embedder(settings)
    yield check
    for check in _check_courses(data, embedder):
        yield check
    yield await _check_language_model(settings)


def check_data_folder(data: Path) -> Check:
    """Say whether the folder can be written to, by writing."""
    probe = data / ".lectern-check"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        fix = "Give this user the right to write there, or name another folder with --data."
        return Check(name="data folder", state=State.FAULT, sentence=f"{data}: {error.strerror}. {fix}")
    with_settings = "" if not (data / "lectern.toml").is_file() else ", with its own lectern.toml"
    return Check(name="data folder", state=State.GOOD, sentence=f"{data}{with_settings}")


def check_sqlite(version: tuple[int, ...]) -> Check:
    """Say whether this SQLite needs the care that Lectern takes: one writing process, held by a lock."""
    written = ".".join(map(str, version))
    if version >= FIXED_SQLITE:
        return Check(name="SQLite", state=State.GOOD, sentence=written)
    sentence = f"{written}: fine with one writing process, which the lock on the data folder makes sure of"
    return Check(name="SQLite", state=State.GOOD, sentence=sentence)


async def _check_log(settings: Settings, data: Path) -> Check:
    if not settings.log.database_url and not (data / LOG_FILE).exists():
        return Check(name="log", state=State.NOTE, sentence="none yet; the first question makes it")
    try:
        async with open_log_of(settings, data=data, read_only=True) as log:
            latest = await log.latest(limit=1)
    except LogUnavailable as error:
        return Check(name="log", state=State.FAULT, sentence=str(error))
    when = f"last question {latest[0].question.asked_at:%Y-%m-%d %H:%M} UTC" if latest else "no question yet"
    return Check(name="log", state=State.GOOD, sentence=when)


def _check_embedder(settings: Settings) -> tuple[Embedder | None, Check]:
    began = time.monotonic()
    try:
        embedder = embedder_of(settings)
        embedder.embed_query("Lectern?")
    except RetrievalError as error:
        return None, Check(name="embedder", state=State.FAULT, sentence=str(error))
    sentence = f"{embedder.name}, {embedder.dimension} dimensions, answered in {time.monotonic() - began:.2f} s"
    return embedder, Check(name="embedder", state=State.GOOD, sentence=sentence)


def _check_courses(data: Path, embedder: Embedder | None) -> Iterator[Check]:
    listed = list_courses(data)
    if not listed:
        yield Check(name="courses", state=State.NOTE, sentence="none yet; run: lectern ingest COURSE PATH")
    for course in listed:
        yield _check_course(course.course, data, embedder)


def _check_course(course: str, data: Path, embedder: Embedder | None) -> Check:
    name = f"course {course}"
    try:
        if embedder is not None:
            CourseIndexes(data / INDEX_FOLDER, embedder=embedder.name, dimension=embedder.dimension).open(course)
        report = verify_course(course, data=data)
    except RetrievalError as error:
        return Check(name=name, state=State.FAULT, sentence=str(error))
    if not report.is_sound:
        return Check(name=name, state=State.FAULT, sentence=f"{report.faults[0].sentence} {report.fix}")
    sentence = f"{counted(report.lectures, 'lecture')}, {counted(report.segments, 'segment')}, sound"
    return Check(name=name, state=State.GOOD, sentence=sentence)


async def _check_language_model(settings: Settings) -> Check:
    if not settings.llm.is_configured:
        sentence = "none configured: answers are the lecturer's own words (llm.base_url, llm.model)"
        return Check(name="language model", state=State.NOTE, sentence=sentence)
    async with open_language_model(settings) as model:
        found = await check_endpoint(model, clock=time.monotonic)
    return Check(name="language model", state=State.GOOD if found.ok else State.FAULT, sentence=found.sentence)
