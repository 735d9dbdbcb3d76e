"""Looking at a source: the same guard, doors and limits as the crawl's."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core import ports
from core.clock import FixedClock, SystemClock
from core.errors import AddressRefused, FetchError
from core.i18n import catalogue
from core.records import Lease
from core.settings import CrawlSettings, KeepSettings
from core.urls import host_of
from crawlers.crawl_hold import PREFIX
from crawlers.etiquette.guard import AddressGuard, private_hosts
from crawlers.fetch.visit import Visitor
from store.sqlite.leases import Leases
from store.sqlite.record import Record, open_record
from tests.crawlers.test_fetch_forward import REFRESH
from tests.fakes.crawling import NOON
from tests.fakes.web import Reply, Site, article, html, redirect


def _visitor(site: Site, leases: ports.Leases | None = None, **over: Any) -> Visitor:
    guard = AddressGuard(private=private_hosts([site.netloc]))
    return Visitor(CrawlSettings(pace=0, **over), guard, FixedClock(NOON), "diembao/1 (+a@b.vn)", leases)


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


class _Passing(Leases):
    """A crawl that gives its host back once somebody else has asked for it."""

    crawls: Lease | None = None

    def take(self, names: Sequence[str], holder: str, seconds: float) -> list[Lease]:
        """See core.ports.Leases."""
        taken = super().take(names, holder, seconds)
        if not taken and self.crawls is not None:
            self.release(self.crawls, 0.0)
        return taken


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "r.sqlite3", clock=SystemClock(), keep=KeepSettings()) as kept:
        yield kept


def _lent(leases: ports.Leases, site: Site, holder: str) -> Lease | None:
    return next(iter(leases.take([PREFIX + host_of(site.url("/"))], holder, 45)), None)


def test_a_host_that_a_crawl_asks_is_not_asked_beside_it(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.fetch.visit.PATIENCE", 0.0)
    with Site() as site:
        site.routes |= {"/a": article("A")}
        assert _lent(record.leases, site, "crawl-1")
        visit = _visitor(site, leases=record.leases)
        with pytest.raises(FetchError) as refused:
            visit(site.url("/a"))
        visit.close()
        assert (refused.value.reason, site.seen) == ("host-busy", [])
        assert "reason.host-busy" in catalogue()


def test_a_host_is_waited_for_and_given_back_with_the_time_of_the_last_request(record: Record) -> None:
    leases = _Passing(record.database, SystemClock())
    with Site() as site:
        site.routes |= {"/a": article("A")}
        leases.crawls = _lent(leases, site, "crawl-1")
        visit = _visitor(site, leases=leases)
        assert visit(site.url("/a")).status == 200
        assert _lent(leases, site, "crawl-1") is None, "the crawl's turn is after it"
        visit.close()
        again = _lent(leases, site, "crawl-1")
        assert again is not None and again.ago is not None and again.ago < 45, "whose pace begins at that request"
