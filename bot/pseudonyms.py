"""Pseudonyms: the same person is always the same opaque word in the log, and nobody without the secret can tell who."""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from bot.store.log import LogUnavailable

_SECRET_BYTES = 32
_DIGITS = 32  # 128 bits: two people never share one, and it is short enough to read in a report
_DOMAIN = b"lectern asker v1"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretRefused(LogUnavailable):
    """The file of the secret cannot be trusted as it is."""


class Pseudonyms:
    """Turns people of platforms into pseudonyms, with HMAC-SHA256 (RFC 2104) under one secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SECRET_BYTES:
            raise ValueError(f"The secret has {len(secret)} bytes; it needs {_SECRET_BYTES}.")
        self._secret = secret

    @classmethod
    def load(cls, path: Path, *, may_make: bool = True) -> "Pseudonyms":
        """Read the secret at `path`, made on the first start where it may be.

        Raises:
            SecretRefused: it is open to others, cut or unreadable, or missing where `may_make` is False.
        """
        try:
            if not path.exists():
                if not may_make:
                    raise SecretRefused(
                        f"The secret of the pseudonyms {path} is missing, but there is a log whose pseudonyms it made.",
                        fix="Restore it from a backup, or move the log away to start anew.",
                    )
                _make_secret(path)
            return cls(_read_secret(path))
        except OSError as error:
            raise SecretRefused(
                f"The secret of the pseudonyms {path} cannot be read or made ({error.strerror}).",
                fix="See that the data folder exists and that this user may read and write it.",
            ) from error

    def asker(self, platform: str, person_id: str) -> str:
        """Return the pseudonym of a person of a platform: 32 hexadecimal digits."""
        # Lengths keep the parts apart: ("a", "bc") is not ("ab", "c"), whatever characters they hold.
        parts = (platform.encode(), person_id.encode())
        message = _DOMAIN + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:_DIGITS]


def _make_secret(path: Path) -> None:
    """Write a new secret, whole or not at all; where another process was faster, its secret stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        _link_if_absent(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _link_if_absent(unfinished: Path, path: Path) -> None:
    try:
        path.hardlink_to(unfinished)  # unlike a rename, a link never replaces what is there
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_secret(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise SecretRefused(f"The secret of the pseudonyms {path} can be read by others.", fix=f"Run: chmod 600 {path}")
    secret = path.read_bytes()
    if len(secret) < _SECRET_BYTES:
        raise SecretRefused(
            f"The secret of the pseudonyms {path} is cut: {len(secret)} bytes of {_SECRET_BYTES}.",
            fix="Restore it from a backup. Only where there is none: delete it, and a new one is made, under which "
            "everyone gets a new pseudonym.",
        )
    return secret
