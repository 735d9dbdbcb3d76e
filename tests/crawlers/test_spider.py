"""A crawl from end to end: what is new is found, read once, and survives trouble."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors import ExtractError, StoreError
from core.records import EndpointStatus, Entry, FetchedPage, PendingPage, PollState
from core.urls import article_id
from crawlers import crawl_page, crawl_poll
from crawlers.discovery import Discovery
from crawlers.etiquette import robots
from crawlers.spider import Stop
from crawlers.spider import crawl as run_crawl
from tests.fakes.crawling import NOON, Crawled, paper, publisher
from tests.fakes.ledger import MemoryLedger
from tests.fakes.web import Reply, Route, Site, article, html, index, redirect, reset, sitemap

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


# --- finding and reading


def test_every_page_of_a_feed_is_read_once_with_the_least_requests(site: Site) -> None:
    site.feed("/rss", "/a.htm", "/b.htm")
    site.routes |= {"/a.htm": article("A"), "/b.htm": article("B")}
    crawl = Crawled()
    stats = crawl.run(paper(site))
    assert sorted(site.paths()) == ["/.well-known/tdmrep.json", "/a.htm", "/b.htm", "/robots.txt", "/rss"]
    assert {page.url for page in crawl.pages} == {site.url("/a.htm"), site.url("/b.htm")}
    assert stats.pages == {"stopped": 2} and stats.found == 2 and stats.left == 0 and stats.read == 2
    assert stats.sent == sum(stats.requests.values()) == 5
    crawl.run(paper(site))
    assert len(site.seen) == 5  # nothing is due, nothing is asked


def test_a_page_comes_with_what_was_said_of_it(site: Site) -> None:
    site.feed("/rss", "/a.htm")
    site.routes["/a.htm"] = article("A")
    crawl = Crawled()
    crawl.run(paper(site))
    (page,) = crawl.pages
    assert page.source == "bao_mau" and page.entry is not None and page.entry.title == "Tin 0"
    assert page.headers["content-type"] == "text/html; charset=utf-8" and page.fetched_at == NOON
    assert page.status == 200 and page.body == article("A").octets and page.final_url == page.url


def test_one_article_is_fetched_once_whatever_address_leads_to_it(site: Site) -> None:
    forms = ["/tin-1.htm", "/tin-1.htm?utm_source=rss&fbclid=x", "/tin-1.htm#binh-luan", "/tin-1.htm/"]
    site.feed("/rss", *forms)
    site.routes["/site.xml"] = sitemap(site, "/tin-1.htm?ref=home", "/tin-1.htm")
    site.routes |= dict.fromkeys(forms, article("Một"))
    crawl = Crawled()
    crawl.run(paper(site, "/rss"), paper(site, "/site.xml", source="bao_hai", kind="sitemap"))
    assert len(crawl.pages) == 1
    assert len([path for path in site.paths() if path.startswith("/tin-1")]) == 1


def test_a_short_address_that_leads_to_a_read_article_is_the_same(site: Site) -> None:
    site.feed("/rss", "/a.htm", "/short/1")
    site.routes |= {"/a.htm": article("A"), "/short/1": redirect("/a.htm", 301)}
    crawl = Crawled()
    stats = crawl.run(paper(site), concurrency=1)
    assert stats.pages == {"stopped": 1, "same": 1}
    assert crawl.ledger.outcome[article_id(site.url("/short/1"))] == "same"


def test_an_index_is_read_whole_once_and_then_only_its_newest_part(site: Site) -> None:
    days = [f"/sitemap-2026-03-0{day}.xml" for day in range(1, 6)]
    for day in days:
        site.routes[day] = sitemap(site, f"/tin{day}.htm")
        site.routes[f"/tin{day}.htm"] = article(day)
    site.routes["/sitemap.xml"] = index(site, *days)
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    crawl.run(paper(site, "/sitemap.xml", kind="sitemap"))
    assert len(crawl.pages) == 5 and all(len(site.asked(day)) == 1 for day in days)
    clock.move(timedelta(days=1))
    site.routes[days[-1]] = sitemap(site, f"/tin{days[-1]}.htm", "/tin-moi-trong-ngay-100012.htm")
    site.routes["/tin-moi-trong-ngay-100012.htm"] = article("Mới")
    crawl.run(paper(site, "/sitemap.xml", kind="sitemap"))
    assert len(crawl.pages) == 6
    assert [len(site.asked(day)) for day in days] == [1, 1, 1, 2, 2]


def test_pages_of_a_section_are_found(site: Site) -> None:
    titles = [f"Khánh thành cây cầu thứ {n} qua sông Trà Bồng sau hai năm thi công" for n in range(24)]
    paths = [f"/khanh-thanh-cay-cau-thu-{n}-qua-song-tra-bong-post10{n:03}.html" for n in range(24)]
    links = "".join(f'<article><h3><a href="{p}">{t}</a></h3></article>' for p, t in zip(paths, titles, strict=True))
    site.routes["/thoi-su/"] = html(f"<!doctype html><html><body><nav><a href='/'>Trang chủ</a></nav>{links}</body>")
    site.routes |= {path: article(title) for path, title in zip(paths, titles, strict=True)}
    crawl = Crawled()
    crawl.run(paper(site, "/thoi-su/", kind="section"))
    assert len(crawl.pages) == len(paths)


def test_what_was_learned_of_a_section_is_given_to_its_parser_the_next_time(site: Site) -> None:
    given = []

    def parse(body: bytes, *, state: PollState, **_: object) -> Discovery:
        given.append(state.link_shape)
        return Discovery(format="section", link_shape=state.link_shape + "x")

    site.routes["/muc/"] = html("<p>Mục</p>")
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for _ in range(3):
        plan = crawl.plan([paper(site, "/muc/", kind="section")])
        run_crawl(replace(plan, parse={"section": parse}))
        clock.move(timedelta(days=2))
    assert given == ["", "x", "xx"]


# --- trouble


def test_what_happens_to_one_page_stops_no_other(site: Site) -> None:
    def on_page(page: FetchedPage, pending: PendingPage) -> str:
        if page.url.endswith("b.htm"):
            raise ExtractError("no readable article", reason="no-body")
        return crawl.read(page, pending)

    site.feed("/rss", "/a.htm", "/b.htm", "/c.htm", "/gone.htm", "/away.htm", "/too-long.htm")
    site.routes |= {path: article(path) for path in ("/a.htm", "/b.htm", "/c.htm")}
    site.routes |= {"/away.htm": Reply(status=410), "/too-long.htm": Reply(status=414)}
    crawl = Crawled()
    stats = crawl.run(paper(site), on_page=on_page)
    assert {page.url for page in crawl.pages} == {site.url("/a.htm"), site.url("/c.htm")}
    assert crawl.ledger.reasons == {"no-body": 1, "gone": 2, "http-414": 1}
    assert stats.pages == {"stopped": 2, "failed: no-body": 1, "failed: gone": 2, "failed: http-414": 1}


def test_a_page_that_could_not_be_kept_for_the_records_sake_is_read_again(site: Site) -> None:
    site.feed("/rss", "/a.htm")
    site.routes["/a.htm"] = article("A")
    away = [StoreError("record: the connection broke; it is made again by itself")]

    def on_page(page: FetchedPage, pending: PendingPage) -> str:
        if away:
            raise away.pop()
        return crawl.read(page, pending)

    crawl = Crawled()
    stats = crawl.run(paper(site), on_page=on_page)
    assert crawl.bodies.keys() == {site.url("/a.htm")}
    assert crawl.ledger.log == [("later", article_id(site.url("/a.htm")), "record"),
                                ("stopped", article_id(site.url("/a.htm")), "")]  # fmt: skip
    assert stats.pages == {"later: record": 1, "stopped": 1}


def test_a_bug_stops_the_crawl_loudly(site: Site) -> None:
    site.feed("/rss", "/a.htm")
    site.routes["/a.htm"] = article("A")

    def on_page(page: FetchedPage, pending: PendingPage) -> str:
        raise ZeroDivisionError("a bug")

    crawl = Crawled()
    with pytest.raises(ZeroDivisionError, match="a bug"):
        crawl.run(paper(site), on_page=on_page)
    assert len(crawl.ledger.queue) == 1  # the page is still pending
    crawl.run(paper(site))
    assert len(crawl.pages) == 1


def test_one_publishers_trouble_stops_no_other(site: Site) -> None:
    site.feed("/rss", "/a.htm")
    site.routes |= {"/a.htm": article("A"), "/broken": html("<p>no feed</p>"), "/503": Reply(status=503)}
    crawl = Crawled()
    crawl.run(
        publisher("dead", "http://127.0.2.77:9/", "http://127.0.2.77:9/rss"),
        paper(site, "/broken", "/gone", "/503", source="hong"),
        paper(site),
        wait=0,
    )
    assert len(crawl.pages) == 1
    states = {url: (state.status, state.reason) for url, state in crawl.ledger.states.items()}
    assert states[site.url("/broken")] == (EndpointStatus.BROKEN, "not-a-feed")
    assert states[site.url("/gone")] == (EndpointStatus.GONE, "gone")
    assert states[site.url("/503")] == (EndpointStatus.FAILING, "http-503")
    assert states["http://127.0.2.77:9/rss"] == (EndpointStatus.DISALLOWED, "robots-unreachable")


def test_a_page_is_given_up_after_the_attempts_allowed(site: Site) -> None:
    site.feed("/rss", "/a.htm")
    site.routes["/a.htm"] = Reply(status=500)
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for _ in range(6):
        crawl.run(paper(site), attempts=3, wait=0)
        clock.move(timedelta(hours=1))
    assert len(site.asked("/a.htm")) == 3 and crawl.ledger.reasons == {"http-500": 1}


def test_a_crawl_under_faults_reads_every_item_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the rates of the replay's faults and more, from a seed."""
    monkeypatch.setattr(crawl_page, "FIRST_WAIT", timedelta(milliseconds=20))
    monkeypatch.setattr(crawl_poll, "FIRST_WAIT", timedelta(milliseconds=20))
    monkeypatch.setattr(robots, "ASK_AGAIN", (timedelta(milliseconds=20), timedelta(seconds=1)))
    dice = random.Random(7)
    paths = [f"/tin-{n}.htm" for n in range(150)]

    def fault() -> Reply | None:
        roll = dice.random()
        if roll < 0.10:
            return Reply(status=503, headers={"Retry-After": "1"})
        if roll < 0.15:
            return Reply(raw=reset)
        if roll < 0.20:
            return Reply("x" * 4_000, cut=2_000)
        return None

    def faulty(reply: Route) -> Route:
        assert isinstance(reply, Reply)
        return lambda seen: fault() or reply

    with Site() as site:
        site.feed("/rss", *paths)
        site.routes["/rss"] = faulty(site.routes["/rss"])
        site.routes["/robots.txt"] = faulty(Reply(status=404))
        site.routes |= {path: faulty(article(path)) for path in paths}
        crawl = Crawled()
        stats = crawl.run(paper(site), wait=60)
    assert sorted(page.url for page in crawl.pages) == sorted(site.url(path) for path in paths)
    assert {page.body for page in crawl.pages} == {article(path).octets for path in paths}
    assert stats.pages["stopped"] == 150 and stats.pages["later: http-503"] and stats.left == 0
    assert not crawl.ledger.queue


# --- going on, and ending


def test_a_continuous_crawl_goes_on_until_it_is_stopped(site: Site) -> None:
    site.feed("/rss", "/1.htm")
    site.routes |= {"/1.htm": article("1"), "/2.htm": article("2")}
    clock, stop = FixedClock(NOON), Stop()
    crawl = Crawled(clock=clock)

    def on_page(page: FetchedPage, pending: PendingPage) -> str:
        outcome = crawl.read(page, pending)
        if page.url.endswith("1.htm"):
            site.feed("/rss", "/1.htm", "/2.htm")
            clock.move(timedelta(days=1))
        else:
            threading.Thread(target=stop).start()
        return outcome

    stats = crawl.run(paper(site), on_page=on_page, once=False, stop=stop)
    assert stats.pages == {"stopped": 2} and len(site.asked("/rss")) == 2


def test_what_was_under_way_when_the_crawl_was_stopped_is_still_pending(site: Site) -> None:
    paths = [f"/{n}.htm" for n in range(30)]
    site.feed("/rss", *paths)
    site.routes |= {path: article(path) for path in paths}
    stop = Stop()
    crawl = Crawled()

    def on_page(page: FetchedPage, pending: PendingPage) -> str:
        if len(crawl.pages) == 4:
            stop()
        return crawl.read(page, pending)

    crawl.run(paper(site), on_page=on_page, stop=stop, concurrency=2)
    read = len(crawl.pages)
    assert 5 <= read < 30 and len(crawl.ledger.queue) == 30 - read
    crawl.run(paper(site))
    assert len({page.url for page in crawl.pages}) == len(crawl.pages) == 30


_CHILD = """
import sys
from datetime import UTC, datetime
from tests.fakes.crawling import Crawled, publisher
home = sys.argv[1]
crawl = Crawled()
def on_page(page, pending):
    print(page.url, flush=True)
    return crawl.read(page, pending)
stats = crawl.run(publisher("bao", home, home + "rss"), on_page=on_page, once=False, signals=True)
print("ended", stats.read, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_continuous_crawl_cleanly(site: Site, number: int) -> None:
    site.feed("/rss", "/a.htm")
    site.routes["/a.htm"] = article("A")
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, site.url()], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == site.url("/a.htm")
        child.send_signal(number)
        assert child.stdout.readline().strip() == "ended 1"
    assert child.returncode == 0


def test_a_page_put_off_by_an_earlier_run_is_not_asked_before_its_time(site: Site) -> None:
    site.feed("/rss", "/a.htm")
    site.routes["/a.htm"] = article("A")
    ledger = MemoryLedger()
    crawl = Crawled(ledger=ledger)
    crawl.run(paper(site, "/none"))
    entry = replace(_entry(site), url=site.url("/a.htm"))
    key = article_id(entry.url)
    ledger.queue[key] = PendingPage(id=key, entry=entry, found_at=NOON, attempts=1, due=NOON + timedelta(hours=2))
    crawl.run(paper(site, "/none"))
    assert site.asked("/a.htm") == [] and key in ledger.queue


def _entry(site: Site) -> Entry:
    return Entry(source="bao_mau", url=site.url("/x"), found_in=site.url("/none"))


def test_seen_requests_are_what_the_statistics_say(site: Site) -> None:
    site.feed("/rss", *(f"/{n}.htm" for n in range(20)))
    site.routes |= {f"/{n}.htm": article(str(n)) for n in range(20)}
    crawl = Crawled()
    stats = crawl.run(paper(site))
    assert stats.sent == len(site.seen) and stats.requests["page"] == 20
    assert stats.bytes >= sum(len(body) for body in crawl.bodies.values())
