"""A crawl from end to end: what is new is found, read once, and survives trouble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.records import EndpointStatus
from tests.fakes.crawling import Crawled, paper
from tests.fakes.web import Reply, Site, article, redirect, reset, xml


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def test_every_page_of_a_feed_is_read_once(site: Site) -> None:
    site.feed("/rss", "/a.htm", "/b.htm")
    site.routes |= {"/a.htm": article("A"), "/b.htm": article("B")}
    crawl = Crawled()
    stats = crawl.run(paper(site))
    assert sorted(site.paths()) == ["/.well-known/tdmrep.json", "/a.htm", "/b.htm", "/robots.txt", "/rss"]
    assert {page.url for page in crawl.pages} == {site.url("/a.htm"), site.url("/b.htm")}
    assert stats.pages == {"stopped": 2} and stats.found == 2 and stats.left == 0
    assert stats.sent == sum(stats.requests.values()) == 5
