"""TLS is verified, and behind an outbound proxy only listed names are asked."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from twisted.internet.defer import succeed
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.web.client import BrowserLikePolicyForHTTPS

from app import sources
from core.errors import AddressRefused, ConfigError
from core.settings import CrawlSettings, Settings
from crawlers.autodiscover import Proposal
from tests.fakes.crawling import Crawled, paper, publisher
from tests.fakes.web import Reply, Site, article, redirect


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "press.example").configure_cert(context)
    with Site(tls=context) as site:
        site.feed("/rss", "/a.htm")
        site.routes["/a.htm"] = article("A")
        yield site


def test_a_trusted_certificate_is_taken(secure: Site, authority: trustme.CA) -> None:
    root = trustRootFromCertificates([Certificate.loadPEM(authority.cert_pem.bytes())])
    crawl = Crawled()
    crawl.run(paper(secure), tls=lambda: BrowserLikePolicyForHTTPS(root))
    assert crawl.bodies == {secure.url("/a.htm"): article("A").octets}


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Site) -> None:
    crawl = Crawled()
    crawl.run(paper(secure), wait=0)
    assert secure.paths() == []
    assert crawl.ledger.states[secure.url("/rss")].reason == "robots-unreachable"


def test_a_certificate_for_another_host_is_refused(secure: Site, authority: trustme.CA) -> None:
    root = trustRootFromCertificates([Certificate.loadPEM(authority.cert_pem.bytes())])
    home = f"https://other.example:{secure.port}/"
    crawl = Crawled()
    crawl.run(
        publisher("x", home, home + "rss"),
        tls=lambda: BrowserLikePolicyForHTTPS(root),
        resolver=lambda host, port: succeed(["127.0.0.1"]),
        private_hosts=("other.example",),
        wait=0,
    )
    assert secure.paths() == []


# --- behind a proxy


@pytest.fixture
def proxy() -> Iterator[Site]:
    """A forward proxy: it is asked with whole addresses and answers for all hosts."""
    with Site() as proxy:
        base = "http://bao.example"
        proxy.routes |= {
            base + "/rss": Reply(
                f"<rss version='2.0'><channel><item><link>{base}/a.htm</link></item>"
                f"<item><link>{base}/b.htm</link></item></channel></rss>",
                headers={"Content-Type": "application/xml"},
            ),
            base + "/a.htm": article("A"),
            base + "/b.htm": redirect("http://elsewhere.example/x"),
            "http://elsewhere.example/x": article("X"),
        }
        yield proxy


BEHIND: dict[str, Any] = {"contact": "a@b.vn", "polite": True, "pace": 0, "private_hosts": ()}


def test_the_proxy_is_asked_and_the_operator_is_told_what_is_checked(
    proxy: Site, caplog: pytest.LogCaptureFixture
) -> None:
    crawl = Crawled()
    paper_ = publisher("bao", "http://bao.example/", "http://bao.example/rss")
    with caplog.at_level(logging.WARNING):
        crawl.run(paper_, proxy=f"http://user:pa%20ss@127.0.0.1:{proxy.port}", proxy_allow=("cdn.example",), **BEHIND)
    assert [page.url for page in crawl.pages] == ["http://bao.example/a.htm"]
    assert {seen.headers["proxy-authorization"] for seen in proxy.seen} == {"Basic dXNlcjpwYSBzcw=="}
    told = [record for record in caplog.records if "the proxy resolves names by itself" in record.getMessage()]
    assert len(told) == 1 and "cdn.example" in told[0].getMessage() and "pa%20ss" not in caplog.text


def test_behind_a_proxy_a_name_that_nobody_listed_is_not_asked(proxy: Site) -> None:
    crawl = Crawled()
    crawl.run(
        publisher("bao", "http://bao.example/", "http://bao.example/rss"),
        proxy=f"http://127.0.0.1:{proxy.port}",
        door=lambda url, owner: None,
        **BEHIND,
    )
    assert "http://elsewhere.example/x" not in proxy.paths()
    assert crawl.ledger.reasons == {"address-refused": 1}


def test_behind_a_proxy_a_source_is_found_where_the_operator_has_listed_its_host(proxy: Site) -> None:
    def at(url: str) -> Proposal:
        crawl = CrawlSettings(
            contact="a@b.vn", pace=0, proxy=f"http://127.0.0.1:{proxy.port}", proxy_allow=("bao.example",)
        )
        return sources.found_at(Settings(crawl=crawl), url)

    assert at("http://bao.example/rss").feeds == ("http://bao.example/rss",)
    with pytest.raises(AddressRefused, match="proxy_allow"):
        at("http://elsewhere.example/x")
    assert "http://elsewhere.example/x" not in proxy.paths()


def test_a_bomb_through_the_proxy_is_cut_too(proxy: Site) -> None:
    import gzip

    proxy.routes["http://bao.example/a.htm"] = Reply(
        gzip.compress(b"\0" * 40_000_000), headers={"Content-Encoding": "gzip"}
    )
    crawl = Crawled()
    crawl.run(
        publisher("bao", "http://bao.example/", "http://bao.example/rss"),
        proxy=f"http://127.0.0.1:{proxy.port}",
        max_bytes=1_000_000,
        **BEHIND,
    )
    assert crawl.ledger.reasons["too-large"] == 1


def test_a_proxy_that_is_no_address_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigError, match=r"crawl\.proxy"):
        Crawled().run(publisher("bao", "http://bao.example/", "http://bao.example/rss"), proxy="proxy:3128", **BEHIND)
