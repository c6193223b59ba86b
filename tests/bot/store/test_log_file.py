import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.log import LogUnavailable
from bot.store.log_file import back_up, is_sound, prepare_file
from tests.examples import NOON


def test_a_large_file_is_checked_for_so_long_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO numbers (text) VALUES (?)", [("né " * 20,) for _ in range(20_000)])
    assert is_sound(path)
    assert not is_sound(path, within_seconds=-1.0)


def test_an_empty_file_is_sound(tmp_path: Path) -> None:
    prepare_file(tmp_path / "new" / "log.sqlite3")
    assert is_sound(tmp_path / "new" / "log.sqlite3")


def test_a_copy_holds_what_was_committed_even_where_it_is_still_in_the_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.execute("INSERT INTO words VALUES ('rede')")
        copy = back_up(path, version="0001", now=NOON)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT word FROM words").fetchall() == [("rede",)]
    assert [path.name for path in copy.parent.iterdir()] == ["log-0001-20250310T120000000000Z.sqlite3"]


def test_a_copy_that_cannot_be_made_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite3").write_bytes(b"not a database at all " * 1000)
    with pytest.raises(LogUnavailable, match="damaged"):
        back_up(tmp_path / "log.sqlite3", version="0001", now=NOON)
    assert list((tmp_path / "backups").iterdir()) == []
