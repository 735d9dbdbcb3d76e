"""Single crawls side by side: each goes on while another has hosts to spare, so that none reads the press alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from app.run import supervisor
from core.clock import FixedClock
from core.records import Entry, PollState
from core.settings import KeepSettings
from core.urls import host_of
from crawlers import crawl_hold, crawl_loop
from crawlers.crawl_hold import Alone, Shared
from crawlers.spider import PressSpider
from store.sqlite.leases import Leases
from store.sqlite.record import open_record
from tests.fakes.crawling import NOON, Crawled, paper
from tests.fakes.web import Site, article

SECONDS = 45.0
HOSTS = ["a.vn", "b.vn", "c.vn"]


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Shared, Shared]]:
    """Two that began at the same moment: the first had counted before the second was heard of."""
    monkeypatch.setattr(crawl_hold, "_now", lambda: 100.0)
    clock = FixedClock(NOON)
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
        leases = Leases(record.database, clock)
        first, second = (Shared(leases, name, "here", seconds=SECONDS, timeout=1) for name in ("first", "second"))
        for one in (first, second):
            one.keep([])
        yield first, second


def test_one_that_began_at_the_same_moment_is_heard_of_when_it_matters(workers: tuple[Shared, Shared]) -> None:
    first, second = workers
    assert not first.alone()
    second.end()
    assert first.alone()


def test_who_holds_more_than_its_share_has_hosts_to_spare(workers: tuple[Shared, Shared]) -> None:
    first, second = workers
    assert not first.alone() and not first.spare()
    assert len(second.take(HOSTS)) == 2
    assert first.spare() and not second.spare()
    second.keep(HOSTS[:1])
    assert not first.spare(), "one host each is nobody's surplus"


class _Giver(Alone):
    """Another worker has every host; it passes them on when it was asked so often whether it has some to spare."""

    def __init__(self, often: int) -> None:
        self.left = often

    def take(self, hosts: Collection[str]) -> frozenset[str]:
        return frozenset() if self.left else frozenset(hosts)

    def spare(self) -> bool:
        self.left -= self.left > 0
        return self.left > 0


@pytest.mark.parametrize("waiting", [True, False])
def test_a_single_crawl_stays_while_pages_wait_at_hosts_to_spare(
    monkeypatch: pytest.MonkeyPatch, waiting: bool
) -> None:
    giver = _Giver(4)
    monkeypatch.setattr(PressSpider, "_hold", lambda _: giver)
    monkeypatch.setattr(crawl_loop, "TICK", 0.01)
    with Site() as site:
        site.feed("/rss")
        site.routes["/a.htm"] = article("A")
        crawl, press = Crawled(), paper(site)
        found = [Entry(source=press.id, url=site.url("/a.htm"), found_in="feed")] if waiting else []
        crawl.ledger.save_poll(PollState(endpoint=press.endpoints[0]), found, NOON)
        crawl.run(press)
    assert [host_of(page.url) for page in crawl.pages] == [host_of(site.url("/"))] * waiting
    assert bool(giver.left) is not waiting


def test_a_role_that_is_named_twice_runs_twice(tmp_path: Path) -> None:
    """So a machine with two cores is given two crawls."""
    children = supervisor(("crawl", "crawl", "deliver"), [], tmp_path).children
    assert [child.role for child in children] == ["crawl", "crawl", "deliver"]
