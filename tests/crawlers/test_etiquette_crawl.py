"""Facts of etiquette as a server sees them: real crawls against servers on loopback, politeness on where it matters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from core.clock import FixedClock
from core.errors import ConfigError
from core.records import EndpointStatus
from crawlers.etiquette.pace import Pace
from tests.fakes.crawling import NOON, Crawled, paper, publisher
from tests.fakes.web import Reply, Seen, Site, article, html, redirect, reset, xml


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.feed("/rss", "/a.htm")
        site.routes["/a.htm"] = article("A")
        yield site


def _next(crawl: Crawled, site: Site) -> datetime:
    due = crawl.ledger.states[site.url("/rss")].next_poll
    assert due
    return due


# --- who asks


def test_the_crawler_names_itself_with_a_contact(site: Site) -> None:
    Crawled().run(paper(site), contact="https://thongtin.example/lien-he")
    agents = {seen.headers["user-agent"] for seen in site.seen}
    assert agents == {"diembao/1.2.3 (+https://thongtin.example/lien-he)"}
    sent = {name for seen in site.seen for name in seen.headers}
    assert not sent & {"cookie", "authorization", "referer", "proxy-authorization"}


def test_nobody_is_asked_without_a_contact() -> None:
    with pytest.raises(ConfigError, match=r"crawl\.contact"):
        Crawled().run(publisher("bao", "https://bao.example/", "https://bao.example/rss"))


def test_politeness_can_be_off_only_for_private_hosts() -> None:
    with pytest.raises(ConfigError, match=r"crawl\.polite"):
        Crawled().run(publisher("bao", "https://bao.example/", "https://bao.example/rss"), contact="a@b.vn")


# --- robots.txt


def test_disallowed_pages_and_feeds_are_not_asked_for(site: Site) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /a.htm\nDisallow: /secret")
    crawl = Crawled()
    crawl.run(paper(site, "/rss", "/secret.rss"))
    assert "/a.htm" not in site.paths() and "/secret.rss" not in site.paths()
    assert crawl.ledger.reasons == {"robots": 1}
    assert crawl.ledger.states[site.url("/secret.rss")].status is EndpointStatus.DISALLOWED


@pytest.mark.parametrize("reply", [Reply(status=404), Reply(status=403), Reply(status=410)])
def test_a_refused_robots_txt_restricts_nothing(site: Site, reply: Reply) -> None:
    site.routes["/robots.txt"] = reply
    crawl = Crawled()
    crawl.run(paper(site))
    assert len(crawl.pages) == 1


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=503), Reply(status=429), Reply(raw=reset)])
def test_nothing_is_asked_while_robots_txt_cannot_be_had(site: Site, reply: Reply) -> None:
    site.routes["/robots.txt"] = reply
    crawl = Crawled()
    crawl.run(paper(site))
    assert set(site.paths()) == {"/robots.txt"}
    state = crawl.ledger.states[site.url("/rss")]
    assert (state.status, state.reason) == (EndpointStatus.DISALLOWED, "robots-unreachable")


def test_the_crawl_goes_on_when_robots_txt_answers_again(site: Site) -> None:
    site.routes["/robots.txt"] = lambda seen: (
        Reply(status=503, headers={"Retry-After": "1"}) if len(site.asked("/robots.txt")) < 3 else Reply(status=404)
    )
    crawl = Crawled()
    crawl.run(paper(site))
    assert len(crawl.pages) == 1 and crawl.ledger.states[site.url("/rss")].status is EndpointStatus.OK
    first = next(n for n, path in enumerate(site.paths()) if path != "/robots.txt")
    assert site.paths()[:first] == ["/robots.txt"] * 3


def test_robots_txt_is_asked_for_once_and_remembered_across_runs(site: Site) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /x")
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for hours, asked in ((0, 1), (1, 1), (22, 1), (2, 2)):
        clock.move(timedelta(hours=hours))
        crawl.run(paper(site))
        assert len(site.asked("/robots.txt")) == asked
        assert len(site.asked("/.well-known/tdmrep.json")) == (
            1 if asked == 1 else len(site.asked("/.well-known/tdmrep.json"))
        )


def test_robots_txt_may_redirect_to_another_host(site: Site) -> None:
    with Site() as other:
        other.routes["/r"] = Reply("User-agent: *\nDisallow: /a.htm")
        site.routes["/robots.txt"] = redirect(other.url("/r"), 301)
        Crawled().run(paper(site))
        assert "/a.htm" not in site.paths() and "/rss" in site.paths()


def test_a_robots_txt_of_many_megabytes_is_cut_not_refused(site: Site) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /a.htm\n" + "# x\n" * 1_000_000)
    Crawled().run(paper(site))
    assert "/rss" in site.paths() and "/a.htm" not in site.paths()


# --- pace


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """Host -> when the crawl began each request to it, on its own clock: a server may see two closer together."""
    begun: dict[str, list[float]] = {}
    turn = Pace.turn

    @asynccontextmanager
    async def noted(
        self: Pace, host: str, seconds: float, slots: asyncio.Semaphore | None = None
    ) -> AsyncIterator[None]:
        async with turn(self, host, seconds, slots):
            begun.setdefault(host, []).append(asyncio.get_running_loop().time())
            yield

    monkeypatch.setattr(Pace, "turn", noted)
    return begun


def _shortest_pause(starts: list[float]) -> float:
    return round(min(later - earlier for earlier, later in pairwise(starts)), 3)


def test_one_request_at_a_time_with_a_pause_between_starts(starts: dict[str, list[float]]) -> None:
    with Site("127.0.2.1") as one, Site("127.0.2.2") as two:
        for site in (one, two):
            paths = [f"/{n}.htm" for n in range(4)]
            site.feed("/rss", *paths)
            site.routes |= {path: article(path) for path in paths}
        crawl = Crawled()
        crawl.run(paper(one), paper(two, source="hai", pace=0.2), polite=True, pace=0.01)
        assert len(crawl.pages) == 8
        assert _shortest_pause(starts["127.0.2.1"]) >= 0.01
        assert _shortest_pause(starts["127.0.2.2"]) >= 0.2
        assert (one.most_underway, two.most_underway) == (1, 1)
        assert one.seen[-1].at < two.seen[-1].at  # a slow host holds nobody up


def test_crawl_delay_slows_the_pace_down(site: Site, starts: dict[str, list[float]]) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 0.15")
    Crawled().run(paper(site), polite=True, pace=0.01)
    ((_, *after_robots),) = starts.values()
    assert _shortest_pause(after_robots) >= 0.15


# --- conditional requests


def test_an_unchanged_feed_answers_304_and_is_left_alone_for_longer(site: Site) -> None:
    def feed(seen: Seen) -> Reply:
        if seen.headers.get("if-none-match") == '"v1"' and "if-modified-since" in seen.headers:
            return Reply(status=304, headers={"ETag": '"v1"'})
        return xml(
            f"<rss version='2.0'><channel><item><link>{site.url('/a.htm')}</link></item></channel></rss>",
            ETag='"v1"',
            **{"Last-Modified": "Thu, 05 Mar 2026 04:00:00 GMT"},
        )

    site.routes["/rss"] = feed
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    crawl.run(paper(site))
    first = crawl.ledger.states[site.url("/rss")]
    clock.move(first.interval + timedelta(seconds=1))
    crawl.run(paper(site))
    second = crawl.ledger.states[site.url("/rss")]
    assert [("if-none-match" in seen.headers) for seen in site.asked("/rss")] == [False, True]
    assert second.status is EndpointStatus.OK and second.interval > first.interval
    assert second.last_full == first.last_full
    assert first.last_success and second.last_success and second.last_success > first.last_success
    assert len(site.asked("/a.htm")) == 1


def test_304s_for_longer_than_the_usual_rhythm_are_not_believed(site: Site) -> None:
    site.routes["/rss"] = lambda seen: (
        Reply(status=304)
        if "if-none-match" in seen.headers
        else xml("<rss version='2.0'><channel></channel></rss>", ETag='"same"')
    )
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for _ in range(12):
        crawl.run(paper(site))
        clock.move(_next(crawl, site) - clock.now())
    conditional = ["if-none-match" in seen.headers for seen in site.asked("/rss")]
    assert conditional[0] is False and conditional[1] is True
    assert False in conditional[2:]


def test_an_endpoint_is_not_asked_before_its_time(site: Site) -> None:
    site.feed("/rss", "/a.htm", ttl=90, **{"Cache-Control": "max-age=7200"})
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for minutes in (0, 60, 59):
        clock.move(timedelta(minutes=minutes))
        crawl.run(paper(site))
    assert len(site.asked("/rss")) == 1
    clock.move(timedelta(minutes=2))
    crawl.run(paper(site))
    assert len(site.asked("/rss")) == 2


def test_skip_hours_are_kept(site: Site) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(5, 20))
    site.feed("/rss", "/a.htm", extra=f"<skipHours>{hours}</skipHours>")
    crawl = Crawled()
    crawl.run(paper(site))
    assert _next(crawl, site).hour == 20


@pytest.mark.parametrize("wish", ["<ttl>300</ttl>", "<skipHours><hour>9</hour></skipHours>"])
def test_what_a_feed_wishes_holds_when_it_answers_304(site: Site, wish: str) -> None:
    item = f"<item><link>{site.url('/a.htm')}</link></item>"
    site.routes["/rss"] = lambda seen: (
        Reply(status=304)
        if "if-none-match" in seen.headers
        else xml(f"<rss version='2.0'><channel>{wish}{item}</channel></rss>", ETag='"1"')
    )
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    asked: list[datetime] = []
    while clock.now() < NOON + timedelta(hours=10):
        crawl.run(paper(site), poll_shortest=3_000)
        asked.append(clock.now())
        clock.move(_next(crawl, site) - clock.now())
    assert any("if-none-match" in seen.headers for seen in site.asked("/rss"))
    if "ttl" in wish:
        assert min(later - earlier for earlier, later in pairwise(asked)) >= timedelta(minutes=300)
    else:
        assert 9 not in {at.hour for at in asked} and 10 in {at.hour for at in asked}


def test_a_feed_that_wishes_nothing_any_more_is_asked_as_before(site: Site) -> None:
    site.feed("/rss", "/a.htm", ttl=300)
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    crawl.run(paper(site))
    site.feed("/rss", "/a.htm", ETag='"2"')
    clock.move(timedelta(hours=5))
    crawl.run(paper(site))
    site.routes["/rss"] = Reply(status=304)
    clock.move(_next(crawl, site) - clock.now())
    crawl.run(paper(site))
    assert _next(crawl, site) - clock.now() < timedelta(hours=5)


# --- trouble


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(site: Site, status: int) -> None:
    site.routes["/a.htm"] = lambda seen: (
        Reply(status=status, headers={"Retry-After": "1"}) if len(site.asked("/a.htm")) == 1 else article("A")
    )
    crawl = Crawled()
    crawl.run(paper(site))
    first, second = site.asked("/a.htm")
    assert second.at - first.at >= 1
    assert len(crawl.pages) == 1 and ("later", crawl.pages[0].entry and _id(site), f"http-{status}") in crawl.ledger.log


def _id(site: Site) -> str:
    from core.urls import article_id

    return article_id(site.url("/a.htm"))


def test_a_wait_longer_than_a_single_crawl_is_left_to_the_next_one(site: Site) -> None:
    site.routes["/a.htm"] = Reply(status=503, headers={"Retry-After": "3600"})
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    crawl.run(paper(site))
    crawl.run(paper(site))
    assert len(site.asked("/a.htm")) == 1
    site.routes["/a.htm"] = article("A")
    clock.move(timedelta(hours=1))
    crawl.run(paper(site))
    assert len(crawl.pages) == 1


@pytest.mark.parametrize("named", ["0", "5", "Wed, 04 Mar 2026 04:00:00 GMT"])
def test_a_page_outlasts_an_outage_of_hours_though_the_host_says_soon(site: Site, named: str) -> None:
    site.routes["/a.htm"] = Reply(status=503, headers={"Retry-After": named})
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for _ in range(24):
        crawl.run(paper(site), wait=0)
        clock.move(timedelta(minutes=5))
    assert not crawl.ledger.outcome and len(site.asked("/a.htm")) <= 8
    site.routes["/a.htm"] = article("A")
    clock.move(timedelta(hours=3))
    crawl.run(paper(site), wait=0)
    assert len(crawl.pages) == 1


def test_a_feed_that_says_now_again_and_again_is_not_asked_without_a_pause(site: Site) -> None:
    site.routes["/rss"] = Reply(status=503, headers={"Retry-After": "0"})
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for _ in range(120):
        crawl.run(paper(site), wait=0)
        clock.move(timedelta(seconds=30))
    assert len(site.asked("/rss")) <= 12


def test_a_polite_crawl_leaves_a_host_alone_that_asks_for_it() -> None:
    with Site() as site:
        paths = [f"/{n}.htm" for n in range(6)]
        site.feed("/rss", *paths)
        site.routes |= dict.fromkeys(paths, Reply(status=429, headers={"Retry-After": "3600"}))
        crawl = Crawled()
        crawl.run(paper(site), polite=True, pace=0.01)
        assert len([path for path in site.paths() if path.endswith(".htm")]) == 1
        assert len(crawl.ledger.queue) == 6


# --- blocks and reservations


def test_a_host_that_blocks_page_after_page_is_not_asked_for_all_the_others() -> None:
    with Site() as site:
        paths = [f"/{n}.htm" for n in range(12)]
        site.feed("/rss", *paths)
        site.routes |= dict.fromkeys(paths, Reply(status=403))
        crawl = Crawled()
        crawl.run(paper(site), polite=True, pace=0.01)
        assert len([path for path in site.paths() if path.endswith(".htm")]) == 3
        assert len(crawl.ledger.queue) == 12  # nothing is lost: they are tried again later


def test_a_feed_that_is_missing_for_minutes_is_not_left_alone_for_a_day(site: Site) -> None:
    site.routes["/rss"] = Reply(status=404)
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    waits: list[timedelta] = []
    for _ in range(12):
        crawl.run(paper(site), wait=0)
        waits.append(_next(crawl, site) - clock.now())
        clock.move(waits[-1])
    assert waits[0] == timedelta(minutes=10) and waits[-1] == timedelta(hours=24) and waits == sorted(waits)
    site.feed("/rss")
    crawl.run(paper(site))
    assert crawl.ledger.states[site.url("/rss")].status is EndpointStatus.OK


def test_a_feed_that_moved_and_then_fails_is_asked_at_its_own_address_again(site: Site) -> None:
    site.routes["/rss"] = redirect("/new", 301)
    site.feed("/new")
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    crawl.run(paper(site))
    site.routes["/new"] = Reply(status=500)
    site.feed("/rss")
    for _ in range(8):
        clock.move(timedelta(days=1))
        crawl.run(paper(site), wait=0)
    state = crawl.ledger.states[site.url("/rss")]
    assert state.status is EndpointStatus.OK and state.moved_to == ""


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=403), "status-403"),
        (html("<title>Just a moment...</title>"), "challenge"),
        (html('<form class="g-recaptcha">Bạn không phải là robot?</form>'), "captcha"),
        (Reply(status=302, headers={"Location": "?again", "Set-Cookie": "seen=1"}), "cookies"),
    ],
)
def test_a_blocked_source_is_blocked_never_without_news(site: Site, reply: Reply, reason: str) -> None:
    site.feed("/other", "/b.htm")
    site.routes |= dict.fromkeys(("/rss", "/rss?again", "/b.htm", "/b.htm?again"), reply)
    crawl = Crawled()
    crawl.run(paper(site, "/rss", "/other"))
    state = crawl.ledger.states[site.url("/rss")]
    assert (state.status, state.reason) == (EndpointStatus.BLOCKED, reason)
    assert crawl.reason(site, "/b.htm") == "blocked" and not crawl.pages


def test_a_consent_wall_on_another_host_is_a_block(site: Site) -> None:
    site.routes["/a.htm"] = redirect("https://consent.example.vn/?continue=/a.htm")
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.reason(site, "/a.htm") == "blocked" and list(crawl.ledger.queue)  # it is tried again


def test_a_reservation_is_recorded_per_source_and_goes_with_the_page(site: Site) -> None:
    site.feed("/rss", "/a.htm", "/free/b.htm", "/c.htm")
    site.routes |= {
        "/.well-known/tdmrep.json": Reply(
            json.dumps([{"location": "/free/*", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}])
        ),
        "/free/b.htm": article("B"),
        "/c.htm": html("<html><head><meta name=tdm-reservation content=0></head><article>C</article>"),
    }
    crawl = Crawled()
    crawl.run(paper(site))
    assert {page.url: page.reserved for page in crawl.pages} == {
        site.url("/a.htm"): True,
        site.url("/free/b.htm"): False,
        site.url("/c.htm"): False,
    }
    assert crawl.ledger.reserved == {"bao_mau": True}
    assert len(site.asked("/.well-known/tdmrep.json")) == 1


@pytest.mark.parametrize("passing", [Reply(status=503), Reply(status=429), Reply("[]", cut=1)])
def test_a_reservation_that_could_not_be_had_at_first_is_asked_for_again(site: Site, passing: Reply) -> None:
    file = "/.well-known/tdmrep.json"
    rules = Reply(json.dumps([{"location": "/", "tdm-reservation": 1}]))
    site.routes[file] = lambda seen: passing if len(site.asked(file)) == 1 else rules
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    crawl.run(paper(site))
    assert crawl.ledger.reserved == {}  # nothing is said of it yet
    site.feed("/rss", "/b.htm")
    site.routes["/b.htm"] = article("B")
    clock.move(timedelta(hours=2))
    crawl.run(paper(site))
    assert crawl.pages[-1].reserved and crawl.ledger.reserved == {"bao_mau": True}


def test_an_absent_reservation_is_asked_about_daily(site: Site) -> None:
    clock = FixedClock(NOON)
    crawl = Crawled(clock=clock)
    for n in range(3):
        site.feed("/rss", f"/{n}.htm")
        site.routes[f"/{n}.htm"] = article("A")
        crawl.run(paper(site))
        clock.move(timedelta(hours=7))
    assert len(site.asked("/.well-known/tdmrep.json")) == 1 and len(crawl.pages) == 3


def test_a_header_reserves_a_page(site: Site) -> None:
    site.routes["/a.htm"] = html("<article>A</article>", **{"TDM-Reservation": "1"})
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.pages[0].reserved and crawl.ledger.reserved == {"bao_mau": False}
