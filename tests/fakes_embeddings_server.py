"""An OpenAI-compatible embeddings server on loopback that answers, or misbehaves, as a test tells it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """One scripted reply; `body` None answers in earnest, with [length of the text, 1] for each text."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    trickle_seconds: float = 0.0
    hang_up: bool = False


@dataclass
class Script:
    """A server's replies, in turn, the last one for ever, and what it was asked."""

    url: str
    replies: list[Reply]
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, str | list[str]]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def scripted_server() -> Iterator[Script]:
    """Serve a script, which answers in earnest until its replies are set, on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    script = Script(url=f"http://127.0.0.1:{server.server_port}", replies=[Reply()])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            _answer(self, script)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def embeddings(vectors: list[list[float]]) -> bytes:
    """An answer with the last text first, as a server that answers in parallel may give it."""
    data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    return json.dumps({"object": "list", "data": data[::-1], "model": "m"}).encode()


def _answer(handler: BaseHTTPRequestHandler, script: Script) -> None:
    body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
    script.paths.append(handler.path)
    script.bodies.append(body)
    script.keys.append(handler.headers.get("Authorization"))
    reply = script.next_reply()
    if reply.hang_up:
        return
    content = reply.body if reply.body is not None else embeddings([[len(t), 1.0] for t in body["input"]])
    handler.send_response_only(reply.status)  # without a Date of its own
    for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    try:
        for start in range(0, len(content), 8 if reply.trickle_seconds else len(content) or 1):
            handler.wfile.write(content[start : start + 8] if reply.trickle_seconds else content)
            time.sleep(reply.trickle_seconds)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the client gave up, which is what the test is about
