"""The instance lock: one data folder, one writing process. The system frees it however its holder dies."""

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.store.log import LogUnavailable

LOCK_FILE = "lectern.lock"
_NOTE_BYTES = 4096
# Half a second in all: a holder writes its note within milliseconds of its lock.
_LOOKS_FOR_NOTE = 10
_SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceLock:
    """Proof that this process holds `folder`."""

    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a data folder, as noted in its lock file; `since` is UTC in ISO 8601."""

    pid: int
    since: str
    host: str


class InstanceRunning(LogUnavailable):
    """Another process holds the data folder; `holder` is None where its note cannot be read."""

    def __init__(self, folder: Path, holder: Holder | None) -> None:
        who = "unknown" if holder is None else f"process {holder.pid} on {holder.host}, since {holder.since}"
        super().__init__(
            f"Another Lectern is already running on the data folder {folder} ({who}).",
            fix="Stop that one first, or give this one a folder of its own with --data.",
        )
        self.folder = folder
        self.holder = holder


@contextmanager
def hold_instance_lock(folder: Path, *, now: datetime) -> Iterator[InstanceLock]:
    """Hold the data folder for writing, noting who does since when, or raise InstanceRunning at once.

    Raises LogUnavailable where the folder cannot be used at all.
    The file stays behind: removing it would let two processes lock two files of one name.
    """
    descriptor = _open(folder / LOCK_FILE)
    try:
        _lock(descriptor, folder)
        _note(descriptor, Holder(pid=os.getpid(), since=_seconds(now), host=os.uname().nodename))
        yield InstanceLock(folder=folder)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LogUnavailable(
            f"The data folder {path.parent} cannot be used ({error.strerror}).",
            fix="See that it exists, has space, and that this user may read and write it.",
        ) from error


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        raise InstanceRunning(folder, _await_note(descriptor)) from error


def _note(descriptor: int, holder: Holder) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(holder)).encode() + b"\n", 0)


def _await_note(descriptor: int) -> Holder | None:
    """Read the holder's note; it may have locked a moment ago and be about to write it."""
    for _ in range(_LOOKS_FOR_NOTE):
        if (holder := _read_note(descriptor)) is not None:
            return holder
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return None


def _read_note(descriptor: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(descriptor, _NOTE_BYTES, 0)))
    except (ValueError, TypeError):  # the holder has locked and not yet written
        return None


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
