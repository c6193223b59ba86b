"""What a fault of the database means for whoever runs Lectern: SQLite's and SQLAlchemy's errors as LogUnavailable."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.log import LogUnavailable

_KEPT = "Nothing that was acknowledged is lost, and Lectern goes on by itself."

# By the first words of SQLite's result codes (https://www.sqlite.org/rescode.html); {log} is the file.
_BY_CODE = {
    "FULL": ("The disk of the log {log} is full.", f"Free some space. {_KEPT}"),
    "BUSY": ("Another program keeps the log {log} locked.", f"Close what has it open for writing. {_KEPT}"),
    "LOCKED": ("Another program keeps the log {log} locked.", f"Close what has it open for writing. {_KEPT}"),
    "READONLY": (
        "The log {log} cannot be written.",
        f"Give this user the right to write the file and its folder. {_KEPT}",
    ),
    "PERM": ("The log {log} may not be opened.", "Give this user the right to read and write the file."),
    "CANTOPEN": (
        "The log {log} cannot be opened.",
        "See that the data folder exists and that this user may read and write it.",
    ),
    "IOERR": ("The disk of the log {log} fails.", "See what the system reports about the disk, then start again."),
}


# What reading and writing can raise: SQLAlchemy's own, SQLite's before SQLAlchemy sees it, and the system's.
DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError)


def unavailable(error: SQLAlchemyError | sqlite3.Error | OSError, *, log: str) -> LogUnavailable:
    """Return what to tell the operator about such an error; `log` is the file or the server, without a password."""
    if isinstance(error, OSError):
        return LogUnavailable(
            f"The log {log} cannot be reached ({error.strerror or error}).",
            fix="See that its folder or server is there, has space, and lets this user read and write.",
        )
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = (getattr(cause, "sqlite_errorname", "") or "").removeprefix("SQLITE_")
    if code.startswith(("CORRUPT", "NOTADB")):
        return damaged(Path(log), str(cause))
    for start, (fault, fix) in _BY_CODE.items():
        if code.startswith(start):
            return LogUnavailable(fault.format(log=log), fix=fix)
    if isinstance(error, PoolTimeout):
        return LogUnavailable(f"The log {log} is busy: no turn came up in time.", fix="Try again in a moment.")
    return LogUnavailable(f"The log {log} failed: {cause}.", fix="See the program's log for what went before.")


def damaged(path: Path, finding: str) -> LogUnavailable:
    """Return what to tell the operator about a corrupted file: which, how, and the way back."""
    copies = backup_folder(path)
    return LogUnavailable(
        f"The log {path} is damaged ({finding}).",
        fix=f"Stop Lectern, move {path.name}, {path.name}-wal and {path.name}-shm elsewhere, and restore: put your "
        f"newest backup (copies made before migrations are in {copies}) in their place as {path.name}, or save what "
        f"is readable with `sqlite3 {path.name} .recover`.",
    )


def backup_folder(path: Path) -> Path:
    """Return the folder where copies of the log at `path` are kept."""
    return path.parent / "backups"
