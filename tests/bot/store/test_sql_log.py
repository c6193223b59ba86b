import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from bot.store.log import Log, LogUnavailable, as_logged
from bot.store.sql_log import open_log
from retrieval.segment import Cue
from tests.contracts.log import LogContract
from tests.examples import (
    NOON,
    make_answer,
    make_citation,
    make_exchange,
    make_feedback,
    make_lecture,
    make_passage,
    make_question,
    make_segment,
)


class TestSqlLogOnSqlite(LogContract):
    @pytest.fixture
    async def log(self, tmp_path: Path) -> AsyncIterator[Log]:
        async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
            yield log


async def test_what_was_recorded_is_there_after_the_log_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "dados da turma, 50% [α]?" / "log.sqlite3"
    async with open_log(path, now=NOON) as log:
        await log.record(make_exchange("first"))
        await log.add_feedback(make_feedback("first"))
    async with open_log(path, now=NOON) as log:
        assert await log.find("first") == as_logged(make_exchange("first"))
        assert await log.feedback("first") == (make_feedback("first"),)
        assert await log.record(make_exchange("second")) == 2


async def test_a_whole_record_of_the_method_can_be_told_from_the_log_alone(tmp_path: Path) -> None:
    # Ten segments of about two minutes and 2,000 characters, cosines with sixteen digits, corpus ids as they come.
    scores = [0.8816606402397156, 0.8802908062934875, 0.8790091872215271, 0.8740182518959045, 0.8738342523574829]
    corpus_ids = [6812, 6697, 7021, 6824, 7955, 6864, 6783, 7970, 6821, 6865]
    passages = tuple(
        make_passage(
            make_segment(
                corpus_id,
                lecture=make_lecture(f"aula-{rank}", url=f"https://youtu.be/video{rank:06}"),
                cues=(Cue(start_seconds=2902.0 + rank, end_seconds=3028.0 + rank, text="então tipo assim né " * 100),),
            ),
            rank=rank,
            score=scores[(rank - 1) % 5],
            fused_score=scores[(rank - 1) % 5],
            rank_by_meaning=rank,
            rank_by_words=None,
        )
        for rank, corpus_id in enumerate(corpus_ids, start=1)
    )
    answer = make_answer("Há duas filas [1].", citations=(make_citation(1, passage=passages[2]),))
    exchange = make_exchange(question=make_question("Como?"), passages=passages, answer=answer)
    async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
        await log.record(exchange)
    async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
        (found,) = await log.latest()
    assert [passage.segment.corpus_id for passage in found.passages] == corpus_ids
    assert [passage.score for passage in found.passages] == scores * 2
    assert {len(passage.segment.text) for passage in found.passages} == {2000}
    assert found.passages[0].segment.lecture.url == "https://youtu.be/video000001"
    assert (found.passages[0].segment.start_seconds, found.passages[0].segment.end_seconds) == (2903.0, 3029.0)
    assert found == as_logged(exchange)


async def test_tasks_cancelled_at_any_moment_leave_a_log_that_works_without_gaps(tmp_path: Path) -> None:
    random = Random(7)
    async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
        acknowledged: dict[str, int] = {}

        async def record(name: str) -> None:
            acknowledged[name] = await log.record(make_exchange(name))

        for turn in range(60):
            task = asyncio.create_task(record(f"x{turn}"))
            await asyncio.sleep(random.uniform(0.0, 0.008))
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        last = await log.record(make_exchange("last"))
        kept = await log.latest(limit=100)
    names = [exchange.exchange_id for exchange in reversed(kept)]
    assert len(names) == last  # numbers without gaps: as many exchanges as the highest number
    assert all(names[number - 1] == name for name, number in acknowledged.items())


async def test_a_closed_log_leaves_no_thread_and_no_side_files(tmp_path: Path) -> None:
    before = threading.active_count()
    async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
        await log.record(make_exchange())
        assert (tmp_path / "log.sqlite3-wal").exists()
    names = {thread.name for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}
    assert names == set()
    assert threading.active_count() <= before + 1  # asyncio keeps the thread of its executor
    assert set(_modes(tmp_path)) == {"lectern.lock", "log.sqlite3"}


async def test_nobody_else_can_read_the_log_of_what_students_asked(tmp_path: Path) -> None:
    async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
        await log.record(make_exchange())
        modes = _modes(tmp_path)
    assert modes == dict.fromkeys(("lectern.lock", "log.sqlite3", "log.sqlite3-shm", "log.sqlite3-wal"), 0o600)


async def test_a_reader_works_beside_a_running_bot_and_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON) as running, open_log(path, now=NOON, read_only=True) as reader:
        await running.record(make_exchange("first"))
        assert [exchange.exchange_id for exchange in await reader.latest()] == ["first"]
        await running.record(make_exchange("second"))
        assert [exchange.exchange_id for exchange in await reader.latest()] == ["second", "first"]
        with pytest.raises(LogUnavailable, match="cannot be written"):
            await reader.record(make_exchange("third"))
        assert await running.record(make_exchange("third")) == 3


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
