"""The database of the log in use: whole transactions that tasks take in turn. All tables go through it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.engine import BEGIN
from bot.store.faults import unavailable


class Database:
    """Hands out transactions; `place` names the file or server in errors, without a password."""

    def __init__(self, engine: AsyncEngine, *, place: str) -> None:
        self._reader = engine
        # The lock is taken at the start: a transaction that reads first and writes later could not wait for it.
        self._writer = engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        self._place = place

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Read from one state of the database. Raises LogUnavailable."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise unavailable(error, log=self._place) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Write all or nothing: durable when left, undone by any exception. Raises LogUnavailable."""
        try:
            async with self._writer.begin() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise unavailable(error, log=self._place) from error


def insert_if_absent(table: Table, *, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that a row with the same key turns into nothing: the one statement the databases word apart."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()
