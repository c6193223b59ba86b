"""What `lectern check` verifies: settings' parts one by one, each with a sentence and what mends it."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from bot.assembly import LOG_FILE, SECRET_FILE, embedder_of, open_language_model, open_log_of
from bot.llm import check_endpoint
from bot.platforms.rendering import counted
from bot.pseudonyms import Pseudonyms
from bot.store.lock import InstanceRunning, hold_instance_lock
from bot.store.log import LogUnavailable
from bot.store.log_file import is_sound
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
    folder = check_data_folder(data)
    yield folder
    if folder.state is State.GOOD:
        yield check_lock(data, now=datetime.now(UTC))
    yield check_sqlite(sqlite3.sqlite_version_info)
    yield await _check_log(settings, data)
    embedder, check = _check_embedder(settings)
    yield check
    for check in _check_courses(data, embedder):
        yield check
    yield await _check_language_model(settings)


def check_data_folder(data: Path) -> Check:
    """Say whether the folder can be written to, by writing; one that is not there yet is not made."""
    name = "data folder"
    if not data.exists():
        return Check(name=name, state=State.NOTE, sentence=f"{data} does not exist yet; the first ingest makes it")
    probe = data / ".lectern-check"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        fix = "Give this user the right to write there, or name another folder with --data."
        return Check(name=name, state=State.FAULT, sentence=f"{data}: {error.strerror}. {fix}")
    with_settings = "" if not (data / "lectern.toml").is_file() else ", with its own lectern.toml"
    return Check(name=name, state=State.GOOD, sentence=f"{data}{with_settings}")


def check_sqlite(version: tuple[int, ...]) -> Check:
    """Say whether this SQLite needs the care that Lectern takes: one writing process, held by a lock."""
    written = ".".join(map(str, version))
    if version >= FIXED_SQLITE:
        return Check(name="SQLite", state=State.GOOD, sentence=written)
    sentence = f"{written}: fine with one writing process, which the lock on the data folder makes sure of"
    return Check(name="SQLite", state=State.GOOD, sentence=sentence)


async def _check_log(settings: Settings, data: Path) -> Check:
    path = data / LOG_FILE
    if not settings.log.database_url and not path.exists():
        return Check(name="log", state=State.NOTE, sentence="none yet; the first question makes it")
    try:
        if not settings.log.database_url:
            await asyncio.to_thread(is_sound, path)
        async with open_log_of(settings, data=data, read_only=True) as log:
            latest = await log.latest(limit=1)
        Pseudonyms.load(data / SECRET_FILE, may_make=False)
    except LogUnavailable as error:
        return Check(name="log", state=State.FAULT, sentence=str(error))
    when = f"last question {latest[0].question.asked_at:%Y-%m-%d %H:%M} UTC" if latest else "no question yet"
    return Check(name="log", state=State.GOOD, sentence=f"sound, {when}")


def check_lock(data: Path, *, now: datetime) -> Check:
    """Say whether another Lectern works on this folder just now."""
    try:
        with hold_instance_lock(data, now=now):
            return Check(name="lock", state=State.GOOD, sentence="free: no other Lectern works on this folder")
    except InstanceRunning as error:
        return Check(name="lock", state=State.NOTE, sentence=error.fault)
    except LogUnavailable as error:
        return Check(name="lock", state=State.FAULT, sentence=str(error))


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
