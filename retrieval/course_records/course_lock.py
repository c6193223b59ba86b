"""One writer a course: a lock that the system itself releases when its holder dies, so it can never be stale."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.segment import RetrievalError

_LOCK_FILE = ".lock"


class CourseBusy(RetrievalError):
    """Another process is writing this course; `pid` is None where it could not be read."""

    def __init__(self, fault: str, *, pid: int | None, fix: str = "") -> None:
        super().__init__(fault, fix=fix)
        self.pid = pid


@contextmanager
def hold_course(course_folder: Path) -> Iterator[None]:
    """Hold the course for writing, or raise CourseBusy at once. Readers need no lock.

    The file stays when the lock is released: removing it would let two writers lock two files of one name.
    """
    course_folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(course_folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, course_folder.name)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, course: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        pid = _holder(descriptor)
        raise CourseBusy(
            f"Course {course!r} is being written by another process (pid {pid if pid else 'unknown'}).",
            pid=pid,
            fix="Wait until it has ended, then run this again.",
        ) from error


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() else None
