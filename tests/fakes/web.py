"""Web servers on loopback that answer as they are told and remember what they were asked."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]  # lower-case names
    at: float  # monotonic seconds


@dataclass(frozen=True)
class Reply:
    """An answer. With `raw`, what is written to the socket in its place; `cut`: so many bytes of the body only."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    raw: Callable[[socket.socket], None] | None = None

    @property
    def octets(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


Route = Reply | Callable[[Seen], Reply]


def html(body: str, **headers: str) -> Reply:
    """A page."""
    return Reply(body=body, headers={"Content-Type": "text/html; charset=utf-8", **headers})


def xml(body: str, **headers: str) -> Reply:
    """A feed or a sitemap."""
    return Reply(body=body, headers={"Content-Type": "application/xml; charset=utf-8", **headers})


def redirect(to: str, status: int = 302, body: bytes = b"", **headers: str) -> Reply:
    """A redirect."""
    return Reply(status=status, headers={"Location": to, **headers}, body=body)


def reset(connection: socket.socket) -> None:
    """Drop the connection without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def article(title: str, text: str = "Nội dung bài viết mẫu.") -> Reply:
    """An article page."""
    return html(f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
                f"<p>{text}</p></article></body></html>")  # fmt: skip


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Clients that go away in the middle are what the tests are about."""


class Site:
    """A server at one loopback address; robots.txt and tdmrep.json are 404 unless they are given."""

    def __init__(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Route] = {}
        self.seen: list[Seen] = []
        self.underway = 0
        self.most_underway = 0
        self._lock = threading.Lock()
        self._server = _Quiet((address, 0), self._handler())
        self.address, self.port = address, self._server.server_port
        self.scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"{self.scheme}://{self.address}:{self.port}{path}"

    @property
    def netloc(self) -> str:
        return f"{self.address}:{self.port}"

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [seen.path for seen in self.seen]

    def asked(self, path: str) -> list[Seen]:
        """The requests for one path."""
        return [seen for seen in self.seen if seen.path == path]

    def feed(self, path: str, *pages: str, ttl: int | None = None, extra: str = "", **headers: str) -> None:
        """Serve a feed that lists pages of this site by their paths."""
        items = "".join(
            f"<item><title>Tin {n}</title><link>{self.url(page)}</link></item>" for n, page in enumerate(pages)
        )
        minutes = f"<ttl>{ttl}</ttl>" if ttl is not None else ""
        self.routes[path] = xml(f'<rss version="2.0"><channel><title>t</title>{minutes}{extra}{items}</channel></rss>',
                                **headers)  # fmt: skip

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                seen = Seen(self.path, {k.lower(): v for k, v in self.headers.items()}, time.monotonic())
                with site._counted(seen):
                    route = site.routes.get(self.path, Reply(status=404))
                    self._send(route(seen) if callable(route) else route)

            def _send(self, reply: Reply) -> None:
                if reply.raw is not None:
                    self.close_connection = True
                    self.wfile.flush()
                    reply.raw(self.connection)
                    return
                body = reply.octets
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if reply.cut is not None:
                    self.wfile.write(body[: reply.cut])
                    self.close_connection = True
                elif reply.status != 304:
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

            def finish(self) -> None:
                with suppress(OSError):
                    super().finish()

        return Handler

    @contextmanager
    def _counted(self, seen: Seen) -> Iterator[None]:
        with self._lock:
            self.seen.append(seen)
            self.underway += 1
            self.most_underway = max(self.most_underway, self.underway)
        try:
            yield
        except (BrokenPipeError, ConnectionError):
            pass
        finally:
            with self._lock:
                self.underway -= 1


def sitemap(site: Site, *pages: str) -> Reply:
    """A sitemap of pages of the site."""
    rows = "".join(f"<url><loc>{site.url(page)}</loc><lastmod>2026-03-05T03:00:00Z</lastmod></url>" for page in pages)
    return xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>')


def index(site: Site, *names: str) -> Reply:
    """An index of sitemaps of the site."""
    rows = "".join(f"<sitemap><loc>{site.url(name)}</loc></sitemap>" for name in names)
    return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>')
