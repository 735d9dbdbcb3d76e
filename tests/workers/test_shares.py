"""Single crawls side by side: each goes on while another has hosts to spare, so that none reads the press alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from app.run import supervisor
from core.clock import FixedClock
from core.records import Entry, PollState
from core.settings import KeepSettings
from core.urls import host_of
from crawlers import crawl_hold, crawl_loop
from crawlers.crawl_hold import Alone, HeldElsewhereError, Shared
from crawlers.spider import PressSpider
from store.sqlite.leases import Leases
from store.sqlite.record import open_record
from tests.fakes.crawling import NOON, Crawled, paper
from tests.fakes.web import Site, article, index, sitemap

SECONDS = 45.0
HOSTS = ["a.vn", "b.vn", "c.vn"]


Begin = Callable[[str], Shared]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begins a worker of a name; all at the same moment."""
    monkeypatch.setattr(crawl_hold, "_now", lambda: 100.0)
    clock = FixedClock(NOON)
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:

        def worker(name: str) -> Shared:
            one = Shared(Leases(record.database, clock), name, "here", seconds=SECONDS, timeout=1)
            one.keep([])
            return one

        yield worker


@pytest.fixture
def workers(begin: Begin) -> tuple[Shared, Shared]:
    """Two that began at the same moment: the first had counted before the second was heard of."""
    return begin("first"), begin("second")


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


def test_what_is_beyond_its_share_is_not_asked_any_more(begin: Begin) -> None:
    """Not even between the files of one sitemap, which may take minutes: another waits for it."""
    first = begin("first")
    assert first.take(HOSTS) == set(HOSTS)
    second = begin("second")
    assert not first.alone()
    assert first.keep(HOSTS) == {"a.vn"}
    with pytest.raises(HeldElsewhereError):
        first.enter("a.vn")
    first.enter("b.vn")
    assert first.keep(["b.vn", "c.vn"]) == frozenset(), "given back once nothing of it is under way"
    assert second.take(HOSTS) == {"a.vn"}
    second.enter("a.vn")


class _Passing(Alone):
    """Passes its host on after so many uses, and has it back when it has looked for it so often."""

    def __init__(self, uses: int, away: int) -> None:
        self._uses, self._away = uses, away

    def enter(self, host: str) -> float | None:
        if not self._uses and self._away:
            raise HeldElsewhereError(host)
        self._uses -= self._uses > 0
        return None

    def take(self, hosts: Collection[str]) -> frozenset[str]:
        if self._uses or not hosts:
            return frozenset(hosts)
        self._away -= self._away > 0
        return frozenset() if self._away else frozenset(hosts)

    def alone(self) -> bool:
        return not self._away


def test_an_index_that_passes_on_halfway_has_not_failed_and_is_read_from_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PressSpider, "_hold", lambda _: _Passing(uses=4, away=50))
    monkeypatch.setattr(crawl_loop, "TICK", 0.01)
    with Site() as site:
        pages = [f"/tin-moi-{n}-100012.htm" for n in (1, 2, 3)]
        site.routes["/index.xml"] = index(site, "/1.xml", "/2.xml", "/3.xml")
        for n, page in enumerate(pages, 1):
            site.routes |= {f"/{n}.xml": sitemap(site, page), page: article("A")}
        crawl, press = Crawled(), paper(site, "/index.xml", kind="sitemap")
        stats = crawl.run(press)
    assert sorted(page.url for page in crawl.pages) == [site.url(page) for page in pages]
    assert stats.polls == {"ok": 1}
    assert site.paths().count("/1.xml") == 2, "for the one that began and for the one that went on"


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
        crawl.run(press, lease=2)
    assert [host_of(page.url) for page in crawl.pages] == [host_of(site.url("/"))] * waiting
    assert bool(giver.left) is not waiting


def test_a_role_that_is_named_twice_runs_twice(tmp_path: Path) -> None:
    """So a machine with two cores is given two crawls."""
    children = supervisor(("crawl", "crawl", "deliver"), [], tmp_path).children
    assert [child.role for child in children] == ["crawl", "crawl", "deliver"]
