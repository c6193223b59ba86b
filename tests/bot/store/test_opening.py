"""Opening a log of another time: older, newer, with a part more or a part less, and when a migration fails."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bot.exchange import Thumb
from bot.store.database import Database
from bot.store.log import LogUnavailable, as_logged
from bot.store.opening import open_database
from bot.store.schema import metadata
from bot.store.schema_versions import SchemaPart
from bot.store.sql_log import SqlLog, open_log
from tests.bot.store.released import as_released
from tests.examples import NOON, make_exchange, make_feedback

RELEASED = Path(__file__).parent / "released"

LABELS = "op.create_table('labels', sa.Column('exchange_id', sa.Text, sa.ForeignKey('exchanges.exchange_id')))"
LABEL_COLUMN = "op.add_column('labels', sa.Column('label', sa.Text))"
REBUILD = """with op.batch_alter_table('exchanges') as table:
        table.alter_column('reason', new_column_name='why')
        table.add_column(sa.Column('channel', sa.Text))"""
ORPHANS = "op.execute('DELETE FROM exchanges')"
HALF_WAY = "op.create_table('half', sa.Column('x', sa.Text)); op.execute('INSERT INTO nowhere VALUES (1)')"


def _part(folder: Path, *steps: str, name: str = "evaluation") -> SchemaPart:
    """A schema part with one version for each step."""
    versions = folder / name
    versions.mkdir(exist_ok=True)
    for number, step in enumerate(steps, start=1):
        before = f"'{name}_{number - 1}'" if number > 1 else "None"
        (versions / f"{number}.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n\n"
            f"revision = '{name}_{number}'\ndown_revision = {before}\n\n\ndef upgrade():\n    {step}\n"
        )
    return SchemaPart(name=name, versions=versions)


async def test_the_migrations_build_the_tables_the_code_uses(tmp_path: Path) -> None:
    async with open_log(tmp_path / "log.sqlite3", now=NOON):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    with engine.connect() as connection:
        options = {"version_table": "schema_version_log", "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


async def test_a_new_log_needs_no_backup(tmp_path: Path) -> None:
    async with open_log(tmp_path / "log.sqlite3", now=NOON):
        pass
    assert not _backups(tmp_path)


@pytest.mark.parametrize("version", sorted(path.stem for path in RELEASED.glob("*.sql")))
async def test_a_log_of_every_released_schema_opens_with_its_rows(tmp_path: Path, version: str) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((RELEASED / f"{version}.sql").read_text(encoding="utf-8"))
    async with open_log(path, now=NOON) as log:
        first, second = as_released()
        assert await log.latest() == (as_logged(second), as_logged(first))
        assert [event.thumb for event in await log.feedback(first.exchange_id)] == [Thumb.HELPFUL, Thumb.NOT_HELPFUL]
        assert await log.record(make_exchange("new")) == 3


async def test_another_part_brings_its_tables_after_a_backup_that_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON) as log:
        await log.record(make_exchange())
    now = datetime(2025, 4, 1, 7, 5, 9, tzinfo=UTC)
    async with open_log(path, now=now, more_parts=[_part(tmp_path, LABELS)]) as log:
        assert await log.record(make_exchange("second")) == 2
    assert {"labels", "schema_version_evaluation"} <= _tables(path)
    (copy,) = _backups(tmp_path)
    assert copy.name == "log-log_0001-20250401T070509000000Z.sqlite3"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "labels" not in _tables(copy)
    async with open_log(copy, now=NOON) as log:
        assert await log.latest() == (as_logged(make_exchange()),)


async def test_every_part_is_brought_forward_step_by_step(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON, more_parts=[_part(tmp_path, LABELS)]):
        pass
    async with open_log(path, now=NOON, more_parts=[_part(tmp_path, LABELS, LABEL_COLUMN)]):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO labels (exchange_id, label) VALUES (NULL, 'C')")
    (copy,) = _backups(tmp_path)
    assert copy.name.startswith("log-log_0001-evaluation_evaluation_1-")


async def test_an_up_to_date_log_is_opened_without_another_backup(tmp_path: Path) -> None:
    part = _part(tmp_path, LABELS)
    for _ in range(3):
        async with open_log(tmp_path / "log.sqlite3", now=NOON, more_parts=[part]):
            pass
    assert not _backups(tmp_path)


async def test_a_log_keeps_opening_when_a_part_is_switched_off(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON, more_parts=[_part(tmp_path, LABELS)]) as log:
        await log.record(make_exchange())
    async with open_log(path, now=NOON) as log:
        assert await log.record(make_exchange("second")) == 2


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_log_of_a_newer_lectern_is_refused_and_left_as_it_is(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON):
        pass
    _execute(path, "UPDATE schema_version_log SET version_num = '0099'")
    before = path.read_bytes()
    with pytest.raises(LogUnavailable, match=r"newer Lectern.*version 0099.*knows up to \d{4}.* Install that newer"):
        async with open_log(path, now=NOON, read_only=read_only):
            pass
    assert path.read_bytes() == before
    assert not _backups(tmp_path)


async def test_a_reader_does_not_migrate_but_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON):
        pass
    with pytest.raises(LogUnavailable, match=r"older Lectern.*Start this Lectern on it once"):
        async with open_log(path, now=NOON, read_only=True, more_parts=[_part(tmp_path, LABELS)]):
            pass
    assert "labels" not in _tables(path)


async def test_a_table_can_be_rebuilt_without_losing_the_rows_that_belong_to_it(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON) as log:
        await log.record(make_exchange())
        await log.add_feedback(make_feedback())
    async with open_database(path, now=NOON, more_parts=[_part(tmp_path, REBUILD)]) as database:
        assert await _value(database, "SELECT count(*) FROM exchanges WHERE why IS NULL") == 1
        assert await _value(database, "SELECT count(*) FROM passages") == 10
        assert await _value(database, "PRAGMA foreign_keys") == 1
        assert await SqlLog(database).feedback("exchange-1") == (make_feedback(),)


@pytest.mark.parametrize(
    ("steps", "fault"),
    [((LABELS, HALF_WAY), "no such table: nowhere"), ((LABELS, ORPHANS), "left 11 rows without what they belong to")],
)
async def test_a_migration_that_fails_changes_nothing_and_the_copy_is_there(
    tmp_path: Path, steps: tuple[str, ...], fault: str
) -> None:
    path = tmp_path / "log.sqlite3"
    async with open_log(path, now=NOON) as log:
        await log.record(make_exchange())
    before = _tables(path)
    with pytest.raises(LogUnavailable, match=fault):
        async with open_log(path, now=NOON, more_parts=[_part(tmp_path, *steps)]):
            pass
    assert _tables(path) == before
    assert len(_backups(tmp_path)) == 1
    async with open_log(path, now=NOON) as log:
        assert await log.latest() == (as_logged(make_exchange()),)


async def test_a_log_in_use_has_durable_commits_and_enforced_references(tmp_path: Path) -> None:
    async with open_database(tmp_path / "log.sqlite3", now=NOON) as database:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        values = [await _value(database, f"PRAGMA {pragma}") for pragma in pragmas]
    assert values == ["wal", 2, 1, 5000]  # 2 is FULL (https://www.sqlite.org/pragma.html#pragma_synchronous)


async def _value(database: Database, statement: str) -> object:
    rows = await database.read(lambda connection: connection.exec_driver_sql(statement))
    return rows.scalar_one()


def _backups(folder: Path) -> list[Path]:
    return sorted((folder / "backups").glob("*"))


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
