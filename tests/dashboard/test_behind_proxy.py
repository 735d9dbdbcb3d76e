"""Behind a real proxy that puts the pages under a path: every link, form, asset and redirect stays under it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import uvicorn

from core.access import Level
from core.clock import FixedClock
from core.settings import Settings
from dashboard.app import create_app
from store.sqlite.record import Record
from tests.dashboard.conftest import MORNING, make_user, open_session
from tests.fakes.differ import differ
from tests.fakes.reading import FakePress

PREFIX = "/diem-bao"
ADDRESS = re.compile(r"""(?:href|src|action)="([^"]*)\"""")
_HOP = {"connection", "transfer-encoding", "keep-alive", "server", "date", "content-length"}


class Proxy(BaseHTTPRequestHandler):
    """Takes PREFIX away, says so, and passes the rest on. Anything outside PREFIX is another application's."""

    inner = ""
    strays: list[str]

    def do_GET(self) -> None:
        if not self.path.startswith(f"{PREFIX}/"):
            self.strays.append(self.path)
            self.send_error(404)
            return
        length = int(self.headers.get("content-length", 0))
        told = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        told |= {"X-Forwarded-Prefix": PREFIX, "X-Forwarded-For": "203.0.113.9"}
        answer = httpx.request(
            self.command, self.inner + self.path.removeprefix(PREFIX), headers=told, content=self.rfile.read(length),
            follow_redirects=False,
        )  # fmt: skip
        self.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name.lower() not in _HOP | {"content-encoding"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the library


@pytest.fixture
def proxied(press: FakePress, record: Record) -> Iterator[tuple[str, type[Proxy]]]:
    """The address of the pages behind the proxy, and the proxy."""
    handler = Proxy
    handler.strays = []
    front = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    base = f"http://127.0.0.1:{front.server_address[1]}"
    app = create_app(
        reading=press, search=press, desks=press, corrections=press, differ=differ, publishers=press.publishers,
        clock=FixedClock(MORNING), settings=Settings(public_url=f"{base}{PREFIX}"), people=record.people,
        audit=record.audit,
    )  # fmt: skip
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", proxy_headers=False))
        handler.inner = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threads = [
            threading.Thread(target=server.run, args=([listener],), daemon=True),
            threading.Thread(target=front.serve_forever, daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield base, handler
        finally:
            front.shutdown()
            server.should_exit = True
            for thread in threads:
                thread.join(timeout=10)


def own(base: str, page: httpx.Response) -> set[str]:
    """Addresses of ours that a page names: links, forms and assets."""
    found = (urljoin(str(page.url), unescape(given)) for given in ADDRESS.findall(page.text))
    return {address.partition("#")[0] for address in found if address.startswith(f"{base}/")}


def test_every_link_form_asset_and_redirect_stays_under_the_prefix(
    proxied: tuple[str, type[Proxy]], record: Record
) -> None:
    base, proxy = proxied
    user = make_user(record, Level.ADMINISTRATOR, "binh_son")
    with httpx.Client(follow_redirects=True) as browser:
        login = browser.get(f"{base}{PREFIX}/canh-bao")
        assert urlsplit(str(login.url)).path == f"{PREFIX}/dang-nhap"
        browser.cookies.set("vao", open_session(record, user))
        waiting, seen = {f"{base}{PREFIX}/"}, set[str]()
        while waiting and len(seen) < 120:
            address = waiting.pop()
            seen.add(address)
            page = browser.get(address)
            assert page.status_code in {200, 404, 405, 400, 429}, (address, page.status_code)
            if page.headers["content-type"].startswith("text/html"):
                waiting |= {one for one in own(base, page) if "lang=" not in one and "/xuat" not in one} - seen
    assert proxy.strays == []
    assert len(seen) > 40 and all(urlsplit(one).path.startswith(f"{PREFIX}/") for one in seen)
    assert any(one.rpartition("?")[0].endswith("style.css") for one in seen)


@pytest.mark.parametrize("file", ["deploy/nginx.conf", "docs/operate.md"])
def test_the_shown_proxy_lets_no_visitor_speak_in_its_name(file: str) -> None:
    """What is believed of a trusted proxy it says itself, or takes away: nginx passes on what a visitor sent."""
    shown = (Path(__file__).parents[2] / file).read_text(encoding="utf-8")
    (pages,) = re.findall(r"location / \{(.*?)\n\s+\}", shown, re.DOTALL)
    told = dict(re.findall(r"proxy_set_header (\S+) (\S+?);", pages))
    assert told == {"Host": "$host", "X-Forwarded-For": "$remote_addr", "X-Forwarded-Prefix": '""'}
