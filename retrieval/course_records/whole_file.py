"""Files that are there whole or not at all, also after a power cut: written beside their place, synced, renamed."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

# Left behind only by a process that was killed while writing; swept by the next ingest.
UNFINISHED_SUFFIX = ".unfinished"
_CHUNK_BYTES = 1 << 20


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path`, replacing what was there. Raises OSError and leaves the old file and no other."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    _place(path, write)


def copy_file(source: Path, path: Path) -> str:
    """Copy `source` to `path` and return the SHA-256 of what was copied, in hex. Raises OSError, leaving nothing."""
    digest = hashlib.sha256()

    def write(file: BinaryIO) -> None:
        for chunk in _chunks(source):
            digest.update(chunk)
            file.write(chunk)

    _place(path, write)
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def sweep_unfinished(folder: Path) -> None:
    """Remove what killed writers left in a folder that the caller has locked."""
    for path in folder.glob(f"*{UNFINISHED_SUFFIX}"):
        path.unlink(missing_ok=True)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _place(path: Path, write: Callable[[BinaryIO], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{secrets.token_hex(8)}{UNFINISHED_SUFFIX}")
    try:
        with unfinished.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when the folder that holds the name is synced too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
