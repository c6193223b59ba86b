"""SQLAlchemy's engine for the log: for SQLite one careful connection, for a server whatever its URL says."""

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

# The execution option that carries the words a transaction on SQLite begins with.
BEGIN = "lectern_begin"

# A transaction takes about a millisecond; who waits for this long waits for something broken.
_TURN_SECONDS = 30.0


def sqlite_engine(
    path: Path, *, read_only: bool = False, enforce_foreign_keys: bool = True, busy_seconds: float = 5.0
) -> AsyncEngine:
    """Return an engine of exactly one connection: tasks take turns, each with a whole transaction.

    Two writing connections can corrupt a WAL file in SQLite before 3.51.3 (https://www.sqlite.org/wal.html, "the
    WAL-reset bug"). A read-only connection neither writes nor checkpoints, so it is safe beside a running bot.
    """
    query = {"uri": "true", "mode": "ro" if read_only else "rw"}
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=path.absolute().as_uri(), query=query),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_TURN_SECONDS,
        connect_args={"timeout": busy_seconds},
    )
    _take_over_transactions(engine)
    pragmas = [f"foreign_keys = {'ON' if enforce_foreign_keys else 'OFF'}"]
    if not read_only:
        pragmas += ["journal_mode = WAL", "synchronous = FULL"]
    _on_connect(engine, pragmas)
    return engine


def server_engine(url: URL) -> AsyncEngine:
    """Return an engine for a database server; connections that died in the pool are noticed before their use."""
    return create_async_engine(url, pool_pre_ping=True, pool_timeout=_TURN_SECONDS)


def _on_connect(engine: AsyncEngine, pragmas: list[str]) -> None:
    def set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", set_pragmas)


def _take_over_transactions(engine: AsyncEngine) -> None:
    """Begin transactions ourselves: Python's driver begins none for SELECT and DDL (SQLAlchemy, SQLite dialect)."""

    def leave_transactions_alone(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(str(connection.get_execution_options().get(BEGIN, "BEGIN")))

    event.listen(engine.sync_engine, "connect", leave_transactions_alone)
    event.listen(engine.sync_engine, "begin", begin)
