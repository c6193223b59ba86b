"""A scripted chat endpoint on 127.0.0.1: a plain asyncio server, so that it can lie, stall and break off at any byte.

Each script plays the answer to one request. `play` queues scripts; the last one repeats.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

JSON = "application/json"
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """What the endpoint was sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, object]


class Connection:
    """One request's connection, as a script sees it."""

    def __init__(self, request: ReceivedRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def until_hung_up(self) -> None:
        """Send nothing more and wait until the client closes."""
        await self._reader.read()

    def reset(self) -> None:
        """End the connection with a TCP reset instead of a clean end."""
        linger_for_no_time = struct.pack("ii", 1, 0)
        connection: socket.socket = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_for_no_time)
        self._writer.transport.abort()


Script = Callable[[Connection], Awaitable[None]]


class ScriptedServer:
    """Plays scripts to whoever connects; use as `async with ScriptedServer() as server`."""

    def __init__(self) -> None:
        self.requests: list[ReceivedRequest] = []
        self.hung_up = asyncio.Event()
        self._scripts: list[Script] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "ScriptedServer":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def play(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self.requests.clear()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            request = await _read_request(reader)
            self.requests.append(request)
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
            try:
                await script(Connection(request, reader, writer))
            except ConnectionError:
                self.hung_up.set()
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> ReceivedRequest:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return ReceivedRequest(path=lines[0].split(" ")[1], headers=headers, body=json.loads(body) if body else {})


# The bytes of answers.


def head(status: int = 200, *, content_type: str = EVENTS, headers: dict[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {content_type}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def event(data: object) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def delta(finish_reason: str | None = None, **fields: object) -> bytes:
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": finish_reason}]})


def usage(prompt_tokens: int = 11, completion_tokens: int = 7) -> bytes:
    return event({"choices": [], "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}})


DONE = event(b"[DONE]")
ROLE = delta(role="assistant", content="")


def texts(*parts: str) -> bytes:
    return b"".join(delta(content=part) for part in parts)


def chunked(body: bytes) -> bytes:
    """The body in HTTP chunks of 40 bytes, so that chunk and event ends rarely meet."""
    pieces = [body[start : start + 40] for start in range(0, len(body), 40)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


# Scripts.


def sends(*pieces: bytes) -> Script:
    """Send these bytes as they are, then end cleanly."""

    async def script(connection: Connection) -> None:
        for piece in pieces:
            await connection.send(piece)

    return script


def streams(*events: bytes) -> Script:
    """Stream these events with a status of 200, then end cleanly."""
    return sends(head(), *events)


def answers(*parts: str, finish_reason: str = "stop") -> Script:
    """Stream a good answer in these parts, with usage."""
    return streams(ROLE, texts(*parts), delta(finish_reason), usage(), DONE)


def status(code: int, body: object = None, *, headers: dict[str, str] | None = None) -> Script:
    """Refuse with a status; the body is JSON."""
    return sends(head(code, content_type=JSON, headers=headers), json.dumps(body or {"error": "no"}).encode())


def says_in_json(body: object) -> Script:
    """Answer a stream request with one JSON body."""
    return sends(head(content_type=JSON), body if isinstance(body, bytes) else json.dumps(body).encode())


def resets_after(*pieces: bytes) -> Script:
    """Send these bytes, then reset the connection."""

    async def script(connection: Connection) -> None:
        await sends(*pieces)(connection)
        # A reset discards what the client has not read yet.
        await asyncio.sleep(0.01)
        connection.reset()

    return script


def stalls_after(*pieces: bytes) -> Script:
    """Send these bytes, then nothing, with the connection open."""

    async def script(connection: Connection) -> None:
        await sends(*pieces)(connection)
        await connection.until_hung_up()
        raise ConnectionAbortedError

    return script


def repeats(piece: bytes, *, after: bytes = b"", every_seconds: float = 0.0) -> Script:
    """Send the same bytes for ever."""

    async def script(connection: Connection) -> None:
        await connection.send(head() + after)
        while True:
            await connection.send(piece)
            await asyncio.sleep(every_seconds)

    return script


def refuses_parameters(*names: str, then: Script) -> Script:
    """Refuse requests that carry one of these parameters with a 400 that names it; else go on with `then`."""

    async def script(connection: Connection) -> None:
        for name in names:
            if name in connection.request.body:
                error = {"error": {"message": f"Unsupported parameter: '{name}'.", "code": "unsupported_parameter"}}
                return await status(400, error)(connection)
        return await then(connection)

    return script


START = head() + ROLE + texts("The answer ", "begins")
LOGIN_PAGE = head(content_type="text/html; charset=utf-8") + b"<html><form>Sign in</form></html>"

# Everything that brings no complete text, by the cause it must end with.
FAULTS: dict[str, tuple[Script, str]] = {
    "429 without Retry-After": (status(429), "rate_limited"),
    "429 with a short Retry-After": (status(429, headers={"Retry-After": "0"}), "rate_limited"),
    "429 with a long Retry-After": (status(429, headers={"Retry-After": "21"}), "rate_limited"),
    "429 for lack of credit": (status(429, {"error": {"code": "insufficient_quota"}}), "no_credit"),
    "500": (status(500), "server_error"),
    "502 with a web page": (sends(head(502, content_type="text/html"), b"<h1>Bad gateway</h1>"), "server_error"),
    "503": (status(503), "server_error"),
    "503 whose body stalls": (stalls_after(head(503, content_type=JSON), b'{"err'), "stalled"),
    "400": (status(400), "bad_request"),
    "401": (status(401, {"error": {"message": "Incorrect API key: very-secret"}}), "bad_key"),
    "403": (status(403), "forbidden"),
    "404 of a path": (status(404, {"error": {"message": "File Not Found", "code": 404}}), "wrong_path"),
    "404 of a model": (status(404, {"error": {"message": "The model `x.1` does not exist"}}), "unknown_model"),
    "prompt too long": (status(400, {"error": {"code": "context_length_exceeded"}}), "too_long"),
    "prompt too long, llama.cpp": (status(400, {"error": {"type": "exceed_context_size_error"}}), "too_long"),
    "redirection": (status(307, headers={"Location": "https://elsewhere.invalid/v1"}), "redirected"),
    "login page": (sends(LOGIN_PAGE), "not_an_endpoint"),
    "closed without a byte": (sends(), "connection"),
    "reset without a byte": (resets_after(), "connection"),
    "not HTTP": (sends(b"SSH-2.0-OpenSSH_9.6\r\n"), "connection"),
    "reset in mid-stream": (resets_after(START), "cut"),
    "HTTP chunk cut": (sends(head(headers={"Transfer-Encoding": "chunked"}), b"ff\r\n", texts("Half")), "cut"),
    "clean end without finish reason": (sends(START), "cut"),
    "done without finish reason": (sends(START, DONE), "cut"),
    "clean end without any event": (sends(head()), "cut"),
    "end in mid-event": (sends(START, delta("stop")[:-1]), "cut"),
    "unknown finish reason": (sends(START, delta("abort"), DONE), "cut"),
    "error event": (sends(START, event({"error": {"code": 502, "message": "Provider disconnected"}})), "error_event"),
    "error event of length": (sends(START, event({"error": {"message": "exceeds the context window"}})), "too_long"),
    "content filter": (sends(START, delta("content_filter"), DONE), "content_filter"),
    "empty text": (answers(), "empty"),
    "white space alone": (answers(" \n", "\t "), "empty"),
    "thinking alone": (answers("<think>Well, ", "hm</think> "), "empty"),
    "no first byte": (stalls_after(), "stalled"),
    "no first token": (stalls_after(head(), ROLE), "stalled"),
    "stall in mid-stream": (stalls_after(START), "stalled"),
    "pings alone": (repeats(b": still here\n\n", every_seconds=0.02), "stalled"),
    "empty chunks alone": (repeats(ROLE, every_seconds=0.02), "stalled"),
    "drips for ever": (repeats(texts("drip "), every_seconds=0.1), "timeout"),
    "thinks for ever": (repeats(delta(reasoning_content="hm"), every_seconds=0.1), "timeout"),
    "invalid JSON in a chunk": (sends(START, event(b'{"choices": [{')), "malformed"),
    "invalid UTF-8 in a chunk": (sends(START, b'data: "\xff\xfe"\n\n'), "malformed"),
    "chunk of another shape": (sends(START, event({"choices": "none"})), "malformed"),
    "chunk that is a list": (sends(START, event([1, 2])), "malformed"),
    "chunk nested too deep": (sends(START, event(b"[" * 100_000)), "malformed"),
    "JSON body cut": (says_in_json(b'{"choices": [{"message": {"content": "Ha'), "malformed"),
    "JSON body with an error": (says_in_json({"error": {"message": "overloaded"}}), "error_event"),
    "JSON body without end": (sends(head(content_type=JSON), b" " * 2_000_000), "malformed"),
    "error body without end": (sends(head(503, content_type=JSON), b" " * 2_000_000), "malformed"),
}
