"""A process that records is killed at random moments; what it had acknowledged is there afterwards."""

import signal
import time
from collections import defaultdict
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from random import Random

from bot.store.log_file import is_sound
from bot.store.sql_log import open_log
from tests.bot.store.recorder import Told, record_without_end
from tests.examples import NOON

KILLS = 15


def _record_until_killed(path: Path, *, life: int, after_seconds: float) -> list[Told]:
    """Run the recorder, kill it so long after its first acknowledgement, and return all it told."""
    processes = get_context("forkserver")  # a fresh process each time, with the imports done once
    processes.set_forkserver_preload(["tests.bot.store.recorder"])
    listening, telling = processes.Pipe(duplex=False)
    recorder = processes.Process(target=record_without_end, args=(path, life, telling))
    recorder.start()
    telling.close()
    told = [listening.recv()]
    time.sleep(after_seconds)
    recorder.kill()
    recorder.join()
    assert recorder.exitcode == -signal.SIGKILL
    with suppress(EOFError):
        while True:
            told.append(listening.recv())
    listening.close()
    recorder.close()
    return told


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    random = Random(42)
    acknowledged: dict[str, int] = {}
    rated: set[str] = set()
    for life in range(KILLS):
        for event, name, number in _record_until_killed(path, life=life, after_seconds=random.uniform(0.0, 0.12)):
            if event == "recorded":
                acknowledged[name] = number
            else:
                rated.add(name)
        assert is_sound(path)
    assert len(acknowledged) >= KILLS
    async with open_log(path, now=NOON) as log:
        kept = await log.latest(limit=1_000_000)
        numbers = {exchange.exchange_id: await log.record(exchange) for exchange in kept}
        assert {name: numbers.get(name) for name in acknowledged} == acknowledged
        assert [name for name in rated if len(await log.feedback(name)) != 1] == []
    by_course = defaultdict(list)
    for exchange in kept:
        by_course[exchange.question.course].append(numbers[exchange.exchange_id])
    for found in by_course.values():
        assert sorted(found) == list(range(1, len(found) + 1))
    # One exchange of each course can be committed and not yet acknowledged at each kill.
    assert len(kept) - len(acknowledged) <= 2 * KILLS
