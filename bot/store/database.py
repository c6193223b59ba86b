"""The database of the log in use: whole transactions that tasks take in turn. All tables go through it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeAlias, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import BEGIN
from bot.store.faults import DATABASE_ERRORS, unavailable

Result = TypeVar("Result")
Work: TypeAlias = Callable[[AsyncConnection], Awaitable[Result]]


class Database:
    """Runs transactions; `place` names the file or server in errors, without a password.

    A task that is cancelled meanwhile waits until its transaction has ended, and is cancelled then: a connection given
    up in the middle would be replaced by a second one while it still holds the file's lock.
    """

    def __init__(self, engine: AsyncEngine, *, place: str) -> None:
        self._reader = engine
        # The lock is taken at the start: a transaction that reads first and writes later could not wait for it.
        self._writer = engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        self._place = place

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` on one state of the database. Raises LogUnavailable, and what `work` raises."""
        return await _to_its_end(self._read(work))

    async def write(self, work: Work[Result]) -> Result:
        """Run `work` all or nothing: durable on return, undone by any exception. Raises LogUnavailable, and those."""
        return await _to_its_end(self._write(work))

    async def _read(self, work: Work[Result]) -> Result:
        try:
            async with self._reader.connect() as connection:
                return await work(connection)
        except DATABASE_ERRORS as error:
            raise unavailable(error, log=self._place) from error

    async def _write(self, work: Work[Result]) -> Result:
        try:
            async with self._writer.begin() as connection:
                return await work(connection)
        except DATABASE_ERRORS as error:
            raise unavailable(error, log=self._place) from error


def insert_if_absent(table: Table, *, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that a row with the same key turns into nothing: the one statement the databases word apart."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


async def _to_its_end(transaction: Coroutine[None, None, Result]) -> Result:
    running = asyncio.ensure_future(transaction)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError:
                continue  # cancelled once more: it ends soon, every wait in it is bounded
        if not running.cancelled():
            running.exception()  # looked at, so that asyncio does not report it as forgotten
        raise
