"""The sample press over HTTP on loopback, an address per publisher. `python -m sample.server --port N`."""

from __future__ import annotations

import argparse
import errno
import hashlib
import signal
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import urlsplit

from core.clock import Clock, SystemClock
from core.errors import ConfigError
from core.records import Publisher
from sample import render
from sample.articles import NOTICE, load
from sample.edition import Item, items, section_slug
from sample.houses import HOUSES, House, declare, publishers

__all__ = ["DEFAULT_PORT", "SamplePress", "publishers"]

DEFAULT_PORT: Final = 8766
"""For the demonstration. An article's identity contains its port: another port would be another press."""

_TRIES: Final = 20
_SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360"/></svg>'


@dataclass(frozen=True, slots=True)
class _Answer:
    body: bytes
    content_type: str
    modified: datetime | None = None
    status: HTTPStatus = HTTPStatus.OK


class SamplePress:
    """All houses, each on its own loopback address and all on one port.

    Where the system has no address but 127.0.0.1 (macOS), each house gets a port of its own there. What is dated
    after `clock`'s present can't be read yet. `hits` counts answers by house, path and status.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.hits: Counter[tuple[str, str, int]] = Counter()
        self.bases: dict[str, str] = {}
        self.opened = self.clock.now()
        self._changed_at: datetime | None = None
        self._servers: list[ThreadingHTTPServer] = []

    def start(self, port: int = 0) -> int:
        """Listen and serve; 0 takes a port from the system. Returns the port of the first house.

        Raises ConfigError where the port is taken.
        """
        self.opened = self.clock.now()
        self._servers = _listen(port)
        for house, server in zip(HOUSES, self._servers, strict=True):
            host, own_port = server.server_address[:2]
            self.bases[house.id] = f"http://{host!s}:{own_port}"
            server.RequestHandlerClass = _handler(self, house)
            threading.Thread(target=server.serve_forever, args=(0.05,), name=house.id, daemon=True).start()
        return int(self._servers[0].server_address[1])

    def stop(self) -> None:
        """Stop serving and free the port."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers = []

    def __enter__(self) -> Self:
        if not self._servers:
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def change(self) -> None:
        """Show the changed texts from now on."""
        self._changed_at = self.clock.now()

    def publishers(self) -> tuple[Publisher, ...]:
        """The houses at the addresses on which they listen."""
        return declare(self.bases)

    def items(self, house: str | None = None) -> list[Item]:
        """What can be read now, of one house or of all, newest first."""
        found = items(load(), self.opened, self.clock.now(), self._changed_at)
        return [item for item in found if house in (None, item.article.house)]

    def url(self, item: Item) -> str:
        """Address of an item's page."""
        return self.bases[item.article.house] + item.path

    def answer(self, house: House, path: str) -> _Answer:
        """What the house says to a GET of the path."""
        shown = self.items(house.id)
        newest = max((item.modified for item in shown), default=self.opened)
        made = self._machine_readable(house, path, shown)
        if made is not None:
            return _Answer(*made, modified=newest)
        html = f"text/html; charset={house.charset}" if house.charset == "utf-8" else "text/html"
        item = next((item for item in shown if item.path == path), None)
        if item is not None:
            return _Answer(render.article_page(house, self.bases[house.id], item, shown), html, item.modified)
        listed = _listed(path, shown)
        if listed is None:
            return _Answer("Không tìm thấy trang".encode(), "text/plain; charset=utf-8", None, HTTPStatus.NOT_FOUND)
        heading, part = listed
        return _Answer(render.list_page(house, self.bases[house.id], part, shown, heading), html, newest)

    def _machine_readable(self, house: House, path: str, shown: list[Item]) -> tuple[bytes, str] | None:
        """Body and content type of a feed, sitemap, robots.txt or picture at the path, or None."""
        base = self.bases[house.id]
        kind = next((kind for kind, address in house.endpoints if address == path), None)
        sitemaps = any(kind == "sitemap" for kind, _ in house.endpoints)
        if kind == "feed":
            mime = "application/atom+xml" if house.feed == "atom" else "application/rss+xml"
            return render.feed(house, base, shown), f"{mime}; charset=utf-8"
        if kind == "sitemap":
            return render.sitemap_index(house, base, shown), "application/xml"
        if sitemaps and path == render.NEWS_SITEMAP:
            return render.news_sitemap(house, base, shown, self.clock.now()), "application/xml"
        if sitemaps and path == render.FULL_SITEMAP:
            return render.full_sitemap(house, base, shown), "application/gzip"
        if house.robots and path == "/robots.txt":
            return _robots(house, base), "text/plain; charset=utf-8"
        return (_SVG, "image/svg+xml") if path.startswith("/anh/") else None


def _listed(path: str, shown: list[Item]) -> tuple[str, list[Item]] | None:
    """Heading and items of a front or section page, or None where there is none at the path."""
    if path in ("/", "/tin-tuc"):
        return "Tin mới", shown
    slug = path.rstrip("/").rsplit("/", 1)[-1]
    part = [item for item in shown if section_slug(item.article.section) == slug]
    return (part[0].article.section, part) if part else None


def _robots(house: House, base: str) -> bytes:
    sitemaps = [f"Sitemap: {base}{path}" for kind, path in house.endpoints if kind == "sitemap"]
    return "\n".join([f"# {NOTICE}", "User-agent: *", "Disallow: /tim-kiem", *sitemaps, ""]).encode()


def _handler(press: SamplePress, house: House) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "BaoMau/1"

        def do_GET(self) -> None:
            self._send(with_body=True)

        def do_HEAD(self) -> None:
            self._send(with_body=False)

        def _send(self, *, with_body: bool) -> None:
            path = urlsplit(self.path).path
            answer = press.answer(house, path)
            etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            known = answer.status == HTTPStatus.OK and _unchanged(self.headers, etag, answer.modified)
            status = HTTPStatus.NOT_MODIFIED if known else answer.status
            press.hits[house.id, path, int(status)] += 1
            self.send_response(status)
            self.send_header("ETag", etag)
            if answer.modified:
                self.send_header("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True))
            if not known:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if with_body and not known:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Silent: `hits` counts."""

    return Handler


def _unchanged(headers: object, etag: str, modified: datetime | None) -> bool:
    """RFC 9110, 13.1: If-None-Match decides where it is given, else If-Modified-Since."""
    get = headers.get  # type: ignore[attr-defined]
    if get("If-None-Match"):
        return etag in get("If-None-Match")
    if not get("If-Modified-Since") or modified is None:
        return False
    try:
        return bool(modified.replace(microsecond=0) <= parsedate_to_datetime(get("If-Modified-Since")))
    except (TypeError, ValueError):
        return False


class _Server(ThreadingHTTPServer):
    """A reader that goes away in the middle of an answer is no news."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _listen(port: int) -> list[ThreadingHTTPServer]:
    for _ in range(_TRIES):
        opened: list[ThreadingHTTPServer] = []
        try:
            for house in HOUSES:
                opened.append(_bind(house.address, opened[0].server_address[1] if opened else port))
        except OSError as error:
            for server in opened:
                server.server_close()
            if error.errno == errno.EADDRNOTAVAIL:
                return [_bind("127.0.0.1", port + n if port else 0) for n in range(len(HOUSES))]
            if port:
                raise ConfigError(f"sample press: port {port} can't be used ({error}); choose another") from None
        else:
            return opened
    raise ConfigError(f"sample press: no port found that is free on all of {HOUSES[0].address} and its neighbours")


def _bind(address: str, port: int) -> ThreadingHTTPServer:
    server = _Server((address, port), BaseHTTPRequestHandler, bind_and_activate=False)
    server.daemon_threads = True
    try:
        server.server_bind()
        server.server_activate()
    except OSError:
        server.server_close()
        raise
    return server


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sample.server", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    press = SamplePress()
    try:
        press.start(parser.parse_args().port)
    except ConfigError as error:
        sys.exit(str(error))
    for publisher in press.publishers():
        sys.stdout.write(f"{publisher.home}\t{publisher.name}\n")
    sys.stdout.flush()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()
    press.stop()


if __name__ == "__main__":
    main()
