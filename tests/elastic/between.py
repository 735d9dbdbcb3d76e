"""What may stand between us and the server: answers of its own for a while, a stop in the middle, nobody at home."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(kw_only=True)
class Between:
    """Passes requests on to the server unless `instead` says what to answer: (status, JSON body)."""

    url: str = ""
    instead: Callable[[str, str, bytes], tuple[int, object] | None] = lambda _method, _path, _body: None
    seen: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def between(server: str) -> Iterator[Between]:
    """A relay before the server's address, on a port of its own."""
    made = Between()
    target = urlsplit(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer in two writes would wait 40 ms for the acknowledgement of the first

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.seen.append((self.command, self.path))
            made.headers.append(dict(self.headers))
            said = made.instead(self.command, self.path, body)
            if said is not None:
                self._answer(said[0], json.dumps(said[1]).encode(), "application/json")
                return
            far = http.client.HTTPConnection(target.hostname or "", target.port, timeout=90)
            kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            far.request(self.command, self.path, body, kept)
            answer = far.getresponse()
            self._answer(answer.status, answer.read(), answer.getheader("Content-Type", "application/json"))
            far.close()

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - names that the library asks for

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    relay = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=relay.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{relay.server_address[1]}"
    try:
        yield made
    finally:
        relay.shutdown()
        relay.server_close()
