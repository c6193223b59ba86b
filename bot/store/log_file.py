"""The log's file on the disk, before the engine opens it: private, sound, and copied when asked."""

import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.store.faults import backup_folder, damaged, unavailable
from bot.store.log import LogUnavailable

# A check reads every page, about 1 GB a second from memory: start-up waits for that long and no longer.
CHECK_SECONDS = 10.0
_STEPS_BETWEEN_LOOKS = 10_000  # virtual machine steps between two looks at the clock, well under a millisecond
_PAGES_AT_ONCE = 1_000


def prepare_file(path: Path) -> None:
    """Make an empty file that only this user can read, where there is none; SQLite gives its side files that mode.

    Raises LogUnavailable where the system refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise unavailable(error, log=str(path)) from error


def refuse_unreadable(path: Path) -> None:
    """Raise LogUnavailable where there is no log at `path`, or none that this user can read."""
    if not path.exists():
        raise LogUnavailable(
            f"There is no log at {path} yet.", fix="Ask a question first, or name another data folder."
        )
    try:
        with closing(_connect_reading(path)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        raise unavailable(error, log=str(path)) from error


def is_sound(path: Path, *, within_seconds: float = CHECK_SECONDS) -> bool:
    """Check the file's structure; False where the time was up before the end and nothing was wrong so far.

    Raises:
        LogUnavailable: the file is damaged, is no database, or cannot be read.
    """
    until = time.monotonic() + within_seconds
    try:
        with closing(_connect_reading(path)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
            finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            return False
        raise unavailable(error, log=str(path)) from error
    if finding != "ok":
        raise damaged(path, " ".join(str(finding).split()))
    return True


def back_up(path: Path, *, version: str, now: datetime) -> Path:
    """Copy the log while it is at rest and return the copy, named by schema version and UTC time. It is kept for good.

    Raises:
        LogUnavailable: the copy could not be made; nothing is left of it.
    """
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = backup_folder(path) / f"{path.stem}-{version}-{moment}{path.suffix}"
    unfinished = copy.with_name(copy.name + ".unfinished")
    prepare_file(unfinished)
    try:
        with closing(_connect_reading(path)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target, pages=_PAGES_AT_ONCE)
        _sync(unfinished)
        unfinished.rename(copy)
        _sync(copy.parent)
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error, log=str(copy)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return copy


def _connect_reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
