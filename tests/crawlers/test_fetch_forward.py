"""Pages that are redirects themselves: followed as those of HTTP are, through the same doors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.crawling import Crawled, paper
from tests.fakes.web import Site, article, html


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.feed("/rss", "/a.htm")
        yield site


REFRESH = '<html><head><meta http-equiv="Refresh" content="0; URL={}"></head><body>Chuyển trang...</body></html>'


@pytest.mark.parametrize("lead", ["/b.htm", "'b.htm'", "/b.htm?x=1&amp;y=2"])
def test_a_page_that_only_leads_on_is_followed(site: Site, lead: str) -> None:
    site.routes |= {"/a.htm": html(REFRESH.format(lead)), "/b.htm": article("B"), "/b.htm?x=1&y=2": article("B")}
    crawl = Crawled()
    crawl.run(paper(site))
    (page,) = crawl.pages
    assert b"<h1>B</h1>" in page.body and page.final_url.startswith(site.url("/b.htm"))


@pytest.mark.parametrize(
    ("lead", "reason"),
    [
        ("http://169.254.169.254/", "address-refused"),
        ("file:///etc/passwd", "address-refused"),
        ("https://www.facebook.com/x", "door"),
        ("https://khac.example/", "off-publisher"),
        ("/a.htm", "redirects"),
    ],
)
def test_a_page_leads_on_to_nowhere_else_than_a_redirect(site: Site, lead: str, reason: str) -> None:
    site.routes["/a.htm"] = html(REFRESH.format(lead))
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.reason(site, "/a.htm") == reason and not crawl.pages


@pytest.mark.parametrize(
    "page",
    [
        REFRESH.format("/b.htm").replace('"0;', '"600;'),
        REFRESH.format("/a.htm#moi").replace('"0;', '"5;'),
        REFRESH.format("/b.htm").replace("<meta", "<noscript><meta").replace("</head>", "</noscript></head>"),
        REFRESH.format("/b.htm") + "<p>Bài viết</p>" * 2_000,
    ],
)
def test_a_page_that_reloads_itself_is_a_page(site: Site, page: str) -> None:
    site.routes["/a.htm"] = html(page)
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.bodies == {site.url("/a.htm"): page.encode()}
