"""A vendor that answers as told, over real HTTP on localhost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], Any]


class Asked(str):
    """What a request asked for: the path with its query; method, headers and body beside it."""

    method: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def answering(answer: Callable[[Asked, int], Answer]) -> Iterator[str]:
    """Serve what `answer` says of (what was asked, number of the request); gives the server's address."""
    numbers = iter(range(1_000_000))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.path)
            asked.method, asked.headers = self.command, dict(self.headers.items())
            asked.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answer(asked, next(numbers))
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_GET

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
