"""The log in a SQL database: the port Log on SQLite, and on whatever else SQLAlchemy reaches."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import RowMapping, Select, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.exchange import Exchange, Feedback
from bot.store.database import Database, insert_if_absent
from bot.store.lock import InstanceLock
from bot.store.log import as_logged, feedback_as_logged
from bot.store.opening import open_database
from bot.store.rows import citation_rows, exchange_from, exchange_row, feedback_from, feedback_row, passage_rows
from bot.store.schema import citations, courses, exchanges, feedback_events, passages
from bot.store.schema_versions import SchemaPart


@asynccontextmanager
async def open_log(
    location: Path | str,
    *,
    now: datetime,
    read_only: bool = False,
    lock: InstanceLock | None = None,
    more_parts: Sequence[SchemaPart] = (),
) -> AsyncIterator["SqlLog"]:
    """Open the log at a path or URL; see `open_database` for what the arguments mean and what is raised."""
    async with open_database(location, now=now, read_only=read_only, lock=lock, more_parts=more_parts) as database:
        yield SqlLog(database)


class SqlLog:
    """The log in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, exchange: Exchange) -> int:
        """Keep an exchange and return its number within its course. Recording twice changes nothing."""
        kept = as_logged(exchange)
        return await self._database.write(lambda connection: _record(connection, kept))

    async def find(self, exchange_id: str) -> Exchange | None:
        """Return one exchange as logged, or None."""
        wanted = select(exchanges).where(exchanges.c.exchange_id == exchange_id)
        found = await self._database.read(lambda connection: _exchanges(connection, wanted))
        return found[0] if found else None

    async def latest(self, *, course: str | None = None, limit: int = 20) -> tuple[Exchange, ...]:
        """Return the exchanges recorded last, newest first."""
        of_all = select(exchanges).order_by(exchanges.c.sequence.desc()).limit(limit)
        wanted = of_all if course is None else of_all.where(exchanges.c.course == course)
        return await self._database.read(lambda connection: _exchanges(connection, wanted))

    async def add_feedback(self, feedback: Feedback) -> None:
        """Add one event; the same event again changes nothing. Raises LookupError for an unknown exchange."""
        kept = feedback_as_logged(feedback)
        await self._database.write(lambda connection: _add_feedback(connection, kept))

    async def feedback(self, exchange_id: str) -> tuple[Feedback, ...]:
        """Return all events of an exchange in the order they were added."""
        return await self._database.read(lambda connection: _feedback(connection, exchange_id))


async def _record(connection: AsyncConnection, exchange: Exchange) -> int:
    # Taking the course's row first makes whoever records in the same course wait, on a server too.
    number = 1 + await _last_number(connection, exchange.question.course)
    known = await _number_of(connection, exchange.exchange_id)
    if known is not None:
        return known
    await _insert(connection, exchange, number=number)
    return number


async def _last_number(connection: AsyncConnection, course: str) -> int:
    await connection.execute(
        insert_if_absent(courses, dialect=connection.dialect.name), {"name": course, "last_number": 0}
    )
    locked = select(courses.c.last_number).where(courses.c.name == course).with_for_update()
    return int((await connection.execute(locked)).scalar_one())


async def _number_of(connection: AsyncConnection, exchange_id: str) -> int | None:
    known = select(exchanges.c.number).where(exchanges.c.exchange_id == exchange_id)
    return (await connection.execute(known)).scalar_one_or_none()


async def _insert(connection: AsyncConnection, exchange: Exchange, *, number: int) -> None:
    course = exchange.question.course
    await connection.execute(update(courses).where(courses.c.name == course).values(last_number=number))
    await connection.execute(insert(exchanges), exchange_row(exchange, number=number))
    for table, rows in ((passages, passage_rows(exchange)), (citations, citation_rows(exchange))):
        if rows:
            await connection.execute(insert(table), rows)


async def _exchanges(connection: AsyncConnection, wanted: Select[tuple[object, ...]]) -> tuple[Exchange, ...]:
    rows = (await connection.execute(wanted)).mappings().all()
    ids = [row["exchange_id"] for row in rows]
    found = await _rows_by_exchange(connection, passages, ids)
    cited = await _rows_by_exchange(connection, citations, ids)
    return tuple(
        exchange_from(row, passages=found.get(exchange_id, ()), citations=cited.get(exchange_id, ()))
        for exchange_id, row in zip(ids, rows, strict=True)
    )


async def _rows_by_exchange(
    connection: AsyncConnection, table: Table, exchange_ids: Iterable[str]
) -> dict[str, list[RowMapping]]:
    wanted = select(table).where(table.c.exchange_id.in_(list(exchange_ids)))
    rows = (await connection.execute(wanted.order_by(table.c.exchange_id, table.c.position))).mappings()
    return {exchange_id: list(group) for exchange_id, group in groupby(rows, key=lambda row: row["exchange_id"])}


async def _add_feedback(connection: AsyncConnection, feedback: Feedback) -> None:
    if await _number_of(connection, feedback.exchange_id) is None:
        raise LookupError(f"No exchange {feedback.exchange_id} in the log.")
    insertion = insert_if_absent(feedback_events, dialect=connection.dialect.name)
    await connection.execute(insertion, feedback_row(feedback))


async def _feedback(connection: AsyncConnection, exchange_id: str) -> tuple[Feedback, ...]:
    events = select(feedback_events).where(feedback_events.c.exchange_id == exchange_id)
    rows = await connection.execute(events.order_by(feedback_events.c.sequence))
    return tuple(feedback_from(row) for row in rows.mappings())
