"""Why a connection to an endpoint failed, read from the exception and all that led to it."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2

from bot.endpoint.bounds import TooLarge


def shown_address(base_url: str) -> str:
    """Scheme, host and port: all that a sentence needs of an address."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def kind_of_connection_fault(error: BaseException) -> str:
    """Return dns, refused, certificate, connect_timeout, bad_address or too_large; connection where none is known."""
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                return "dns"
            case ConnectionRefusedError():
                return "refused"
            case ssl.SSLCertVerificationError():
                return "certificate"
            case TooLarge():
                return "too_large"
            case httpx2.ConnectTimeout():
                return "connect_timeout"
            case httpx2.UnsupportedProtocol() | httpx2.LocalProtocolError():
                return "bad_address"
    return "connection"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it, outermost first; groups (happy eyeballs tries several addresses) included."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
