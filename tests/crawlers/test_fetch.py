"""Hostile servers, by real crawls: private addresses, redirects, what is carried from host to host."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred, succeed

from core.records import EndpointStatus, PollState
from tests.fakes.crawling import Crawled, paper, publisher
from tests.fakes.web import Reply, Site, article, redirect


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.feed("/rss", "/a.htm")
        site.routes["/a.htm"] = article("A")
        yield site


# --- private addresses, at entry, at connect time, at a hop


def _resolver(*answers: Sequence[str]) -> Callable[[str, int], Deferred[Sequence[str]]]:
    turns = iter(answers)
    last: list[Sequence[str]] = [()]

    def resolve(host: str, port: int) -> Deferred[Sequence[str]]:
        last[0] = next(turns, last[0])
        return succeed(last[0])

    return resolve


@pytest.mark.parametrize("home", ["http://169.254.169.254/", "http://10.1.2.3/", "http://[::ffff:100.64.0.1]/"])
def test_a_source_at_a_private_address_is_refused_at_entry(home: str) -> None:
    crawl = Crawled()
    crawl.run(publisher("x", home, home + "rss"), contact="a@b.vn", polite=True)
    (state,) = crawl.ledger.states.values()
    assert (state.status, state.reason) == (EndpointStatus.FAILING, "address-refused")
    assert crawl.stats is not None and crawl.stats.sent == 0


@pytest.mark.parametrize(
    "records", [["127.0.0.1"], ["8.8.8.8", "192.168.0.1"], ["::1"], ["169.254.1.1"], ["0.0.0.0"], ["::ffff:10.0.0.1"]]
)
def test_a_name_that_resolves_to_a_private_address_is_refused_where_the_connection_is_made(
    site: Site, records: list[str]
) -> None:
    name = f"http://bao.example:{site.port}"
    crawl = Crawled()
    crawl.run(publisher("x", name + "/", name + "/rss"), contact="a@b.vn", polite=True, resolver=_resolver(records))
    assert site.seen == []
    (state,) = crawl.ledger.states.values()
    assert state.reason == "robots-unreachable"


def test_a_name_that_changes_between_two_look_ups_is_refused(site: Site) -> None:
    """DNS rebinding: the name led to the press when robots.txt was asked for, and to loopback afterwards."""
    name = f"http://press.example:{site.port}"
    crawl = Crawled()
    site.routes["/robots.txt"] = Reply(status=404, headers={"Connection": "close"})
    crawl.run(
        publisher("x", name + "/", name + "/rss"),
        private_hosts=("press.example",),
        resolver=_resolver(["127.0.0.1"], ["169.254.169.254"]),
    )
    assert site.paths() == ["/robots.txt"]
    (state,) = crawl.ledger.states.values()
    assert state.reason == "address-refused"


def test_a_named_host_may_be_private(site: Site) -> None:
    name = f"http://press.example:{site.port}"
    site.feed("/rss")
    crawl = Crawled()
    crawl.run(
        publisher("x", name + "/", name + "/rss"), private_hosts=("press.example",), resolver=_resolver(["127.0.0.1"])
    )
    assert "/rss" in site.paths()


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/",
        "http://127.0.0.1:1/",
        "http://2130706433/",
        "http://[::1]/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/html,<p>x",
        "s3://bucket/x",
        "gopher://127.0.0.1/",
        "http://169.254.169.254\\@bao.example/",
    ],
)
@pytest.mark.parametrize("from_feed", [True, False])
def test_a_redirect_to_a_refused_address_ends_there(site: Site, target: str, from_feed: bool) -> None:
    site.routes["/rss" if from_feed else "/a.htm"] = redirect(target)
    crawl = Crawled()
    crawl.run(paper(site), private_hosts=(site.netloc,))
    reason = crawl.ledger.states[site.url("/rss")].reason if from_feed else crawl.reason(site, "/a.htm")
    assert reason == "address-refused"
    assert not crawl.pages


# --- redirects between hosts


def test_a_page_that_leads_off_the_publishers_hosts_is_refused(site: Site) -> None:
    with Site("127.0.2.9") as other:
        other.routes["/x"] = article("X")
        site.routes["/a.htm"] = redirect(other.url("/x"))
        crawl = Crawled()
        crawl.run(paper(site))
        assert crawl.reason(site, "/a.htm") == "off-publisher" and other.paths() == []
        again = Crawled()
        again.run(paper(site), paper(other, source="khac"))
        assert [page.final_url for page in again.pages] == [other.url("/x")]  # another listed publisher


def test_a_feed_that_has_moved_is_followed_and_remembered(site: Site) -> None:
    with Site("127.0.2.9") as other:
        other.feed("/feed")
        site.routes["/rss"] = redirect(other.url("/feed"), 301)
        site.routes["/tmp"] = redirect(other.url("/feed"), 302)
        crawl = Crawled()
        crawl.run(paper(site, "/rss", "/tmp"))
        states = crawl.ledger.states
        assert states[site.url("/rss")].moved_to == other.url("/feed")
        assert states[site.url("/tmp")].moved_to == ""
        states[site.url("/rss")] = replace_next(states[site.url("/rss")])
        crawl.run(paper(site, "/rss"))
        assert len(site.asked("/rss")) == 1 and len(other.asked("/feed")) == 3


@pytest.mark.parametrize("status", [301, 302])
def test_a_feed_that_has_become_another_papers_is_not_without_news(site: Site, status: int) -> None:
    with Site("127.0.2.9") as other:
        other.feed("/feed", "/theirs.htm")
        site.routes["/rss"] = redirect(other.url("/feed"), status)
        crawl = Crawled()
        crawl.run(paper(site))
        state = crawl.ledger.states[site.url("/rss")]
        assert (state.status, state.reason) == (EndpointStatus.BROKEN, "off-publisher")
        assert state.moved_to == (other.url("/feed") if status == 301 else "")  # shown with it
        again = Crawled()
        again.run(paper(site, hosts=("127.0.2.9",)))  # once its declaration names the host
        assert other.paths()[-1] == "/theirs.htm"
        assert again.ledger.states[site.url("/rss")].status is EndpointStatus.OK


def replace_next(state: PollState) -> PollState:
    return replace(state, next_poll=None)


@pytest.mark.parametrize("target", ["https://www.facebook.com/bao", "https://bao.blogspot.com/feeds/posts/default"])
def test_no_redirect_leads_to_a_social_network_or_a_blog(site: Site, target: str) -> None:
    site.routes["/rss"] = redirect(target, 301)
    crawl = Crawled()
    crawl.run(paper(site))
    state = crawl.ledger.states[site.url("/rss")]
    assert (state.reason, state.moved_to) == ("door", "")


def test_redirects_in_a_circle_end(site: Site) -> None:
    site.routes |= {"/a.htm": redirect("/b.htm"), "/b.htm": redirect("/a.htm")}
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.reason(site, "/a.htm") == "redirects"
    site.routes |= {f"/{n}": redirect(f"/{n + 1}") for n in range(40)} | {"/rss": redirect("/0")}
    again = Crawled()
    again.run(paper(site))
    assert again.ledger.states[site.url("/rss")].reason == "redirects"
    assert len(site.paths()) < 20


# --- cookies, credentials and referrers


def test_nothing_is_carried_from_host_to_host(site: Site) -> None:
    with Site("127.0.2.9") as other:
        other.feed("/feed", ETag='"theirs"')
        headers = {
            "Set-Cookie": "session=secret; Path=/",
            "WWW-Authenticate": "Basic",
            "Referrer-Policy": "subprocess.getoutput",
        }
        site.routes["/rss"] = Reply(status=302, headers={"Location": other.url("/feed"), **headers})
        crawl = Crawled()
        crawl.run(paper(site))
        crawl.run(paper(site))
        sent = {name for seen in (*site.seen, *other.seen) for name in seen.headers}
        assert not sent & {"cookie", "authorization", "referer"}
