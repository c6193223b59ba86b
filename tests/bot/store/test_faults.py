"""Each fault is a real one: SQLite meets it in a real file and Lectern says what it is and what mends it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from bot.store.database import Database
from bot.store.engine import sqlite_engine
from bot.store.log import LogUnavailable, as_logged
from bot.store.opening import open_database
from bot.store.sql_log import SqlLog, open_log
from tests.examples import NOON, make_exchange, make_feedback


async def test_a_full_disk_loses_nothing_acknowledged_and_the_log_goes_on_when_there_is_space(tmp_path: Path) -> None:
    async with open_database(tmp_path / "log.sqlite3", now=NOON) as database:
        log = SqlLog(database)
        await _limit_pages(database, 60)
        acknowledged = await _record_until_refused(log)
        assert acknowledged > 1
        with pytest.raises(LogUnavailable, match=r"disk of the log .*log\.sqlite3 is full\. Free some space"):
            await log.record(make_exchange("still full"))
        assert len(await log.latest(limit=1000)) == acknowledged
        await _limit_pages(database, 10_000)
        assert await log.record(make_exchange("after")) == acknowledged + 1


async def test_a_log_locked_by_another_program_says_so_and_goes_on_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON) as log:
        await log.record(make_exchange("before"))
    engine = sqlite_engine(path, busy_seconds=0.05)
    log = SqlLog(Database(engine, place=str(path)))
    with _locked(path):
        with pytest.raises(LogUnavailable, match=r"keeps the log .* locked\. Close what has it open"):
            await log.record(make_exchange("during"))
        assert await log.find("before") == as_logged(make_exchange("before"))
    assert await log.record(make_exchange("after")) == 2
    await engine.dispose()


async def test_a_log_that_may_not_be_written_says_so_and_can_still_be_read(tmp_path: Path) -> None:
    async with open_database(tmp_path / "log.sqlite3", now=NOON) as database:
        log = SqlLog(database)
        await log.record(make_exchange("before"))
        await database.read(lambda connection: connection.exec_driver_sql("PRAGMA query_only = ON"))
        with pytest.raises(LogUnavailable, match="cannot be written"):
            await log.add_feedback(make_feedback("before"))
        assert await log.find("before") == as_logged(make_exchange("before"))


async def test_a_corrupted_page_refuses_to_start_and_names_the_way_back(tmp_path: Path) -> None:
    path = await _filled_log(tmp_path)
    _overwrite_root_page(path, table="passages")
    with pytest.raises(LogUnavailable, match="is damaged") as refused:
        async with open_log(path, now=NOON):
            pass
    assert "restore" in refused.value.fix
    assert str(tmp_path / "backups") in refused.value.fix


async def test_a_reader_that_meets_a_corrupted_page_names_the_way_back(tmp_path: Path) -> None:
    path = await _filled_log(tmp_path)
    _overwrite_root_page(path, table="passages")
    async with open_log(path, now=NOON, read_only=True) as log:
        with pytest.raises(LogUnavailable, match=r"is damaged .*malformed.* Stop Lectern"):
            await log.latest()


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "log.sqlite3"
    path.write_bytes(b"not a database at all " * 1000)
    with pytest.raises(LogUnavailable, match="is damaged"):
        async with open_log(path, now=NOON, read_only=read_only):
            pass
    assert path.read_bytes() == b"not a database at all " * 1000


async def test_a_log_cut_short_is_refused(tmp_path: Path) -> None:
    path = await _filled_log(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(LogUnavailable, match="is damaged"):
        async with open_log(path, now=NOON):
            pass


async def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file, not a folder")
    with pytest.raises(LogUnavailable, match=r"occupied cannot be used .* See that it exists"):
        async with open_log(tmp_path / "occupied" / "log.sqlite3", now=NOON):
            pass


async def test_reading_a_log_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="There is no log"):
        async with open_log(tmp_path / "log.sqlite3", now=NOON, read_only=True):
            pass
    assert _files(tmp_path) == []


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(LogUnavailable, match=r"cannot be (reached|used)") as refused:
        async with open_log("postgresql+asyncpg://lectern:geheim@127.0.0.1:1/lectern", now=NOON):
            pass
    assert "lectern:***@127.0.0.1:1/lectern" in refused.value.fault
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("not a url", "cannot be read"),
        ("mysterious://lectern@localhost/lectern", "cannot be used"),
        ("sqlite://", "is no file"),
        ("sqlite+aiosqlite:///:memory:", "is no file"),
    ],
)
async def test_an_address_that_cannot_be_used_says_how_to_write_one(url: str, fault: str) -> None:
    with pytest.raises(LogUnavailable, match=fault) as refused:
        async with open_log(url, now=NOON):
            pass
    assert "://" in refused.value.fix


async def test_a_sqlite_address_is_opened_with_the_same_care_as_a_path(tmp_path: Path) -> None:
    async with open_log(f"sqlite+aiosqlite:///{tmp_path / 'log.sqlite3'}", now=NOON) as log:
        assert await log.record(make_exchange()) == 1
        assert "lectern.lock" in _files(tmp_path)


async def _record_until_refused(log: SqlLog) -> int:
    acknowledged = 0
    with suppress(LogUnavailable):
        while True:
            assert await log.record(make_exchange(f"x{acknowledged + 1}")) == acknowledged + 1
            acknowledged += 1
    return acknowledged


async def _limit_pages(database: Database, pages: int) -> None:
    await database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def _filled_log(folder: Path) -> Path:
    path = folder / "log.sqlite3"
    async with open_log(path, now=NOON) as log:
        for turn in range(5):
            await log.record(make_exchange(f"x{turn}"))
    return path


def _overwrite_root_page(path: Path, *, table: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * page_bytes)
        file.write(b"\xa5" * page_bytes)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
