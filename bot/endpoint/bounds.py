"""Bounds in bytes: a line of a stream or an error that never ends is not gathered until the memory is full."""

from collections.abc import AsyncGenerator, AsyncIterator

import httpx2

from bot.endpoint.reply import MAX_CHARACTERS

# A whole answer in one JSON body: the text, escaped, and what surrounds it. Errors are smaller.
MAX_BODY_BYTES = 8 * MAX_CHARACTERS
# The most tokens the settings allow (32,768), each in an event of 500 bytes.
MAX_STREAM_BYTES = 256 * MAX_CHARACTERS


class TooLarge(httpx2.ReadError):
    """More was sent than will be read. An error of httpx2, so that openai closes the response as after any other."""


async def bound_response(response: httpx2.Response) -> None:
    """Let no more of the response be read than an answer can take; an event hook of httpx2.

    Bytes are counted as they are sent, so compressed responses are to be declined in the request.
    """
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    is_body = not response.is_success or "json" in response.headers.get("content-type", "").lower()
    response.stream = _Bounded(response.stream, max_bytes=MAX_BODY_BYTES if is_body else MAX_STREAM_BYTES)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, *, max_bytes: int) -> None:
        self._stream = stream
        self._bytes_left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._stream)
        try:
            async for part in parts:
                self._bytes_left -= len(part)
                if self._bytes_left < 0:
                    raise TooLarge("the response is larger than will be read")
                yield part
        finally:
            # A reader who stops early is not to leave it to the garbage collector to free the connection.
            if isinstance(parts, AsyncGenerator):
                await parts.aclose()

    async def aclose(self) -> None:
        await self._stream.aclose()
