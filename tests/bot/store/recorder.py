"""A process to be killed: records exchanges with feedback without end, and tells of each once it is acknowledged."""

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from bot.store.sql_log import open_log
from tests.examples import make_exchange, make_feedback, make_question

Told: TypeAlias = tuple[str, str, int]


def record_without_end(path: Path, life: int, told: "Connection[Told, Told]") -> None:
    """Record in two courses at once; `told` gets ("recorded" or "rated", exchange id, number) after each commit."""
    asyncio.run(_record(path, life, told))


async def _record(path: Path, life: int, told: "Connection[Told, Told]") -> None:
    async with open_log(path, now=datetime.now(UTC)) as log, asyncio.TaskGroup() as tasks:

        async def ask(course: str) -> None:
            for turn in range(1_000_000):
                name = f"{course}-{life}-{turn}"
                number = await log.record(make_exchange(name, question=make_question(course=course)))
                told.send(("recorded", name, number))
                await log.add_feedback(make_feedback(name))
                told.send(("rated", name, number))

        for course in ("redes", "grafos"):
            tasks.create_task(ask(course))
