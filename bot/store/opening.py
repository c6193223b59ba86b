"""Opening the log's database: locked, checked, backed up and migrated before anyone uses it, closed cleanly after."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import Database
from bot.store.engine import server_engine, sqlite_engine
from bot.store.faults import DATABASE_ERRORS, unavailable
from bot.store.lock import InstanceLock, hold_instance_lock
from bot.store.log import LogUnavailable
from bot.store.log_file import back_up, is_sound, prepare_file, refuse_unreadable
from bot.store.schema_versions import LOG_PART, PartState, SchemaPart, migrate, read_states

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(
    location: Path | str,
    *,
    now: datetime,
    read_only: bool = False,
    lock: InstanceLock | None = None,
    more_parts: Sequence[SchemaPart] = (),
) -> AsyncIterator[Database]:
    """Open the database at a path (SQLite) or URL (a server, or SQLite again) and bring its schema to ours.

    A file is opened for writing under the instance lock of its folder: `lock` where the caller holds it already.
    `read_only` needs no lock, works beside a running bot, and neither checks nor migrates. `now` names a backup.

    Raises:
        InstanceRunning: another process writes in this folder.
        LogUnavailable: missing, damaged, of a newer or (read only) older schema, or not to be opened.
    """
    parts = (LOG_PART, *more_parts)
    place = _place_of(location)
    if isinstance(place, URL):
        opened = _open_server(place, parts)
    elif read_only:
        opened = _open_reading(place, parts)
    else:
        opened = _open_writing(place, parts, now=now, lock=lock)
    async with opened as database:
        yield database


def _place_of(location: Path | str) -> Path | URL:
    """A SQLite URL is its file's path: with it come the lock, the checks and the one connection."""
    if isinstance(location, Path):
        return location
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise LogUnavailable(
            "The log's database URL cannot be read.", fix="Write it as postgresql+asyncpg://user@host/name."
        ) from error
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or url.database == ":memory:" or url.query:
        raise LogUnavailable(
            f"The log {url} is no file.", fix="Give a file, as in sqlite:////var/lib/lectern/log.sqlite3."
        )
    return Path(url.database)


@asynccontextmanager
async def _open_writing(
    path: Path, parts: Sequence[SchemaPart], *, now: datetime, lock: InstanceLock | None
) -> AsyncIterator[Database]:
    if lock is not None and lock.folder.absolute() != path.parent.absolute():
        raise ValueError(f"The lock held is of {lock.folder}, not of the folder of {path}.")
    with hold_instance_lock(path.parent, now=now) if lock is None else nullcontext():
        await asyncio.to_thread(_check, path)
        async with _disposing(sqlite_engine(path, enforce_foreign_keys=False)) as engine:
            await _bring_forward(engine, path, parts, now=now)
        async with _disposing(sqlite_engine(path)) as engine:
            yield Database(engine, place=str(path))


@asynccontextmanager
async def _open_reading(path: Path, parts: Sequence[SchemaPart]) -> AsyncIterator[Database]:
    await asyncio.to_thread(refuse_unreadable, path)
    async with _disposing(sqlite_engine(path, read_only=True)) as engine:
        if _behind(await _states(engine, parts, place=str(path))):
            raise LogUnavailable(
                f"The log {path} was written by an older Lectern.",
                fix="Start this Lectern on it once: it makes a backup and migrates the log.",
            )
        yield Database(engine, place=str(path))


@asynccontextmanager
async def _open_server(url: URL, parts: Sequence[SchemaPart]) -> AsyncIterator[Database]:
    place = url.render_as_string(hide_password=True)
    async with _disposing(_server_engine(url)) as engine:
        states = await _states(engine, parts, place=place)
        if _behind(states):
            await _migrate(engine, states, place=place)
        yield Database(engine, place=place)


def _server_engine(url: URL) -> AsyncEngine:
    try:
        return server_engine(url)
    except (ArgumentError, InvalidRequestError, ModuleNotFoundError) as error:
        raise LogUnavailable(
            f"The log {url.render_as_string(hide_password=True)} cannot be used: {error}.",
            fix="Name an asynchronous driver, as in postgresql+asyncpg://user@host/name, and install it (pip install "
            "asyncpg).",
        ) from error


@asynccontextmanager
async def _disposing(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    try:
        yield engine
    finally:
        await engine.dispose()


def _check(path: Path) -> None:
    prepare_file(path)
    if not is_sound(path):
        logger.warning("%s is too large to be checked whole at start-up; the part looked at is sound.", path)


async def _bring_forward(engine: AsyncEngine, path: Path, parts: Sequence[SchemaPart], *, now: datetime) -> None:
    states = await _states(engine, parts, place=str(path))
    if not _behind(states):
        return
    version = "-".join(f"{state.part.name}_{state.found}" for state in states if state.found)
    if version:
        copy = await asyncio.to_thread(back_up, path, version=version, now=now)
        logger.info("Copied %s to %s before migrating it.", path, copy)
    await _migrate(engine, states, place=str(path))


def _behind(states: Sequence[PartState]) -> bool:
    return any(state.found != state.known for state in states)


async def _states(engine: AsyncEngine, parts: Sequence[SchemaPart], *, place: str) -> tuple[PartState, ...]:
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(read_states, parts, log=place)
    except DATABASE_ERRORS as error:
        raise unavailable(error, log=place) from error


async def _migrate(engine: AsyncEngine, states: Sequence[PartState], *, place: str) -> None:
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate, states)
            await connection.run_sync(_refuse_orphans)
    except DATABASE_ERRORS as error:
        raise unavailable(error, log=place) from error


def _refuse_orphans(connection: Connection) -> None:
    """Foreign keys are not enforced while SQLite migrates: a table that is rebuilt would take its children along."""
    if connection.dialect.name == "sqlite":
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
        if orphans:
            raise LogUnavailable(
                f"Migrating the log left {len(orphans)} rows without what they belong to; nothing was changed.",
                fix="Go on with the Lectern you had, and report this.",
            )
