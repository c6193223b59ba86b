import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.lock import LOCK_FILE, InstanceLock, InstanceRunning, hold_instance_lock
from bot.store.sql_log import open_log
from tests.examples import NOON, make_exchange

HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.store.lock import hold_instance_lock

with hold_instance_lock(Path(sys.argv[1]), now=datetime(2025, 3, 10, 8, 30, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""
SECOND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.store.lock import InstanceRunning, hold_instance_lock

try:
    with hold_instance_lock(Path(sys.argv[1]), now=datetime.now(UTC)):
        print("held")
except InstanceRunning as error:
    sys.exit(str(error))
"""


def _run_holder(folder: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_process_is_refused_and_told_who_was_first_and_since_when(tmp_path: Path) -> None:
    holder = _run_holder(tmp_path)
    second = subprocess.run([sys.executable, "-c", SECOND, str(tmp_path)], capture_output=True, text=True, check=False)
    holder.communicate("")
    assert second.returncode == 1
    assert f"process {holder.pid} on " in second.stderr
    assert "since 2025-03-10T08:30:00+00:00" in second.stderr
    assert str(tmp_path) in second.stderr


def test_a_lock_whose_holder_was_killed_is_free(tmp_path: Path) -> None:
    holder = _run_holder(tmp_path)
    holder.kill()
    holder.communicate()
    with hold_instance_lock(tmp_path, now=NOON) as lock:
        assert lock.folder == tmp_path
    assert (tmp_path / LOCK_FILE).exists()


def test_the_lock_is_free_again_after_it_was_let_go(tmp_path: Path) -> None:
    for _ in range(2):
        with hold_instance_lock(tmp_path, now=NOON), pytest.raises(InstanceRunning), _again(tmp_path):
            pass


def test_a_note_that_cannot_be_read_still_refuses(tmp_path: Path) -> None:
    with hold_instance_lock(tmp_path, now=NOON):
        (tmp_path / LOCK_FILE).write_text("half a no")
        with pytest.raises(InstanceRunning, match=r"already running .* \(unknown\)") as refused, _again(tmp_path):
            pass
    assert refused.value.holder is None


async def test_opening_a_log_takes_the_lock_of_its_folder(tmp_path: Path) -> None:
    async with open_log(tmp_path / "log.sqlite3", now=NOON) as log:
        with pytest.raises(InstanceRunning, match="since 2025-03-10T12:00:00"):
            async with open_log(tmp_path / "log.sqlite3", now=datetime.now(UTC)):
                pass
        assert await log.record(make_exchange()) == 1


async def test_a_lock_that_is_held_already_is_used(tmp_path: Path) -> None:
    with hold_instance_lock(tmp_path, now=NOON) as lock:
        async with open_log(tmp_path / "log.sqlite3", now=NOON, lock=lock) as log:
            assert await log.record(make_exchange()) == 1
        with pytest.raises(ValueError, match="not of the folder"):
            async with open_log(tmp_path / "other" / "log.sqlite3", now=NOON, lock=lock):
                pass
        with pytest.raises(InstanceRunning), _again(tmp_path):
            pass


def _again(folder: Path) -> AbstractContextManager[InstanceLock]:
    return hold_instance_lock(folder, now=NOON)
