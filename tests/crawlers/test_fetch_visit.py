"""Looking at a source: the same guard, doors and limits as the crawl's."""

from __future__ import annotations

import gzip
import socket
import threading
from typing import Any

import pytest

from core.clock import FixedClock
from core.errors import AddressRefused, FetchError
from core.settings import CrawlSettings
from crawlers.etiquette.guard import AddressGuard, private_hosts
from crawlers.fetch.visit import Visitor
from tests.crawlers.test_fetch_forward import REFRESH
from tests.fakes.crawling import NOON
from tests.fakes.web import Reply, Site, article, html, redirect


def _visitor(site: Site, **over: Any) -> Visitor:
    guard = AddressGuard(private=private_hosts([site.netloc]))
    return Visitor(CrawlSettings(pace=0, **over), guard, FixedClock(NOON), "diembao/1 (+a@b.vn)")


def test_an_address_is_fetched_and_an_error_status_is_an_answer() -> None:
    with Site() as site:
        site.routes |= {"/a": article("A"), "/b": redirect("/a#x", 301)}
        visit = _visitor(site)
        page = visit(site.url("/b"))
        assert (page.status, page.final_url, page.body) == (200, site.url("/a"), article("A").octets)
        assert visit(site.url("/none")).status == 404
        assert {seen.headers["user-agent"] for seen in site.seen} == {"diembao/1 (+a@b.vn)"}
        visit.close()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/", "address-refused"),
        ("file:///etc/passwd", "address-refused"),
        ("https://www.facebook.com/x", "door"),
        ("/loop", "redirects"),
    ],
)
def test_a_redirect_goes_through_guard_and_doors(target: str, reason: str) -> None:
    with Site() as site:
        site.routes |= {"/a": redirect(target), "/meta": html(REFRESH.format(target)), "/loop": redirect("/loop")}
        for path in ("/a", "/meta"):
            with pytest.raises(FetchError) as refused:
                _visitor(site)(site.url(path))
            assert refused.value.reason == reason


def test_a_front_page_that_only_leads_on_is_followed_and_a_wall_is_shown() -> None:
    with Site() as site:
        wall = REFRESH.format("/wall").replace("<head>", "<head><title>Just a moment...</title>")
        site.routes |= {"/": html(REFRESH.format("/vi")), "/vi": article("A"), "/wall": html(wall)}
        visit = _visitor(site)
        assert visit(site.url("/")).final_url == site.url("/vi")
        assert visit(site.url("/wall")).body == wall.encode()


def test_a_bomb_and_a_drip_end() -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n")
        while not over.wait(0.05):
            connection.sendall(b"x")

    with Site() as site:
        site.routes |= {
            "/bomb": Reply(gzip.compress(b"\0" * 30_000_000), headers={"Content-Encoding": "gzip"}),
            "/drip": Reply(raw=drip),
        }
        with pytest.raises(FetchError) as large:
            _visitor(site, max_bytes=1_000_000)(site.url("/bomb"))
        with pytest.raises(FetchError) as slow:
            _visitor(site, timeout=0.3)(site.url("/drip"))
        over.set()
        assert (large.value.reason, slow.value.reason) == ("too-large", "timeout")


def test_an_address_that_is_not_named_is_refused() -> None:
    with Site() as site, pytest.raises(AddressRefused):
        _visitor(site)("http://127.0.0.1:1/")
