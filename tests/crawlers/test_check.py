"""What `sources check` finds out of a source."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from core.errors import ExtractError, FetchError
from core.records import Article, Endpoint, FetchedPage, Published, Publisher, PublisherKind
from crawlers.check import check_source
from tests.fakes.site import AT, Site

HOME = "https://bao.example.vn/"
FEED, MAP, LIST = f"{HOME}rss/home.rss", f"{HOME}sitemap.xml", f"{HOME}thoi-su"
BAO = Publisher(
    id="bao", name="Báo", kind=PublisherKind.NEWSPAPER, licence="x", home=HOME,
    endpoints=(
        Endpoint(source="bao", kind="feed", url=FEED),
        Endpoint(source="bao", kind="sitemap", url=MAP),
        Endpoint(source="bao", kind="section", url=LIST),
    ),
)  # fmt: skip
RSS = (
    '<rss version="2.0"><channel><title>B</title>'
    + "".join(
        f"<item><title>Tin {n}</title><link>{HOME}tin-{n}.html</link>"
        f"<pubDate>Fri, 20 Nov 2026 1{n}:00:00 +0700</pubDate></item>"
        for n in range(3)
    )
    + "<item><title>x</title><link>https://khac.example.com/1</link></item></channel></rss>"
)
INDEX = f"<sitemapindex><sitemap><loc>{HOME}sitemap-2026-11-20.xml</loc></sitemap></sitemapindex>"
DAY = f"<urlset><url><loc>{HOME}bai-cua-ban-do-1.html</loc><lastmod>2026-11-20</lastmod></url></urlset>"
LONG = "mua-lon-tren-dien-rong-ngay-thu"
PAGE = "<html><body>" + "".join(
    f'<h3><a href="/{LONG}-{n}-{n}2345.html">Mưa lớn trên diện rộng ngày thứ {n}</a></h3>' for n in range(9)
)


class Reads:
    """An extractor that can read every page but those that say "nothing"."""

    def extract(self, page: FetchedPage, publisher: Publisher | None) -> Article:
        if b"nothing" in page.body:
            raise ExtractError("no body", reason="no-body")
        published = Published(at=AT, provenance="meta")
        text = page.body.decode()
        return Article(
            id="x", url=page.url, source="bao", title="t", lead="", paragraphs=(text,), captions=(),
            published=published, fetched_at=AT,
        )  # fmt: skip


def pages() -> dict[str, str | bytes | tuple[int, str] | FetchError]:
    return {
        FEED: RSS, MAP: INDEX, f"{HOME}sitemap-2026-11-20.xml": DAY, LIST: PAGE,
        f"{HOME}robots.txt": "User-agent: *\nDisallow: /tim-kiem\nCrawl-delay: 3\n",
        **{f"{HOME}tin-{n}.html": "<html><body>một bài đọc được</body></html>" for n in range(3)},
        f"{HOME}bai-cua-ban-do-1.html": "<html><body>một bài đọc được</body></html>",
        **{f"{HOME}{LONG}-{n}-{n}2345.html": "<html><body>bài</body></html>" for n in range(9)},
    }  # fmt: skip


def test_a_source_that_answers() -> None:
    report = check_source(BAO, Site(pages()), Reads(), AT)
    assert (report.verified, report.extracts, report.reserved) == (True, True, False)
    assert (report.robots, report.delay) == ("rules", 3.0)
    feed, sitemap, section = report.endpoints
    assert (feed.format, feed.items, feed.refused, feed.charset, feed.status) == ("rss-2.0", 3, 1, "utf-8", 200)
    assert feed.newest == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert (sitemap.format, sitemap.items) == ("sitemap", 1)
    assert (section.format, section.items, section.newest) == ("section", 9, None)
    assert {sample.url for sample in report.samples} == {
        f"{HOME}tin-0.html", f"{HOME}bai-cua-ban-do-1.html", f"{HOME}mua-lon-tren-dien-rong-ngay-thu-0-02345.html",
    }  # fmt: skip


def test_what_is_wrong_is_named() -> None:
    changed = pages() | {
        FEED: FetchError("no answer", reason="timeout"),
        MAP: "<html><body>404</body></html>",
        LIST: (403, "Forbidden"),
        f"{HOME}robots.txt": FetchError("no answer", reason="timeout"),
    }
    report = check_source(BAO, Site(changed), Reads(), AT)
    assert (report.robots, report.robots_reason) == ("closed", "timeout")
    assert {endpoint.reason for endpoint in report.endpoints} == {"robots"}
    report = check_source(BAO, Site(changed | {f"{HOME}robots.txt": (404, "")}), Reads(), AT)
    assert [endpoint.reason for endpoint in report.endpoints] == ["timeout", "not-a-sitemap", "blocked"]
    assert (report.verified, report.extracts) == (False, False)


def test_robots_and_redirects() -> None:
    moved = f"{HOME}rss/moi.rss"
    changed = pages() | {FEED: f"-> {moved}", moved: RSS, f"{HOME}robots.txt": "User-agent: *\nDisallow: /thoi-su\n"}
    feed, _, section = check_source(BAO, Site(changed), Reads(), AT).endpoints
    assert (feed.moved_to, feed.answers) == (moved, True)
    assert (section.allowed, section.reason, section.answers) == (False, "robots", False)
    away = changed | {FEED: "-> https://www.facebook.com/bao", "https://www.facebook.com/bao": RSS}
    site = Site(away)
    feed = check_source(BAO, site, Reads(), AT).endpoints[0]
    assert (feed.reason, feed.items) == ("door", 0)


def test_a_feed_on_another_host_is_read_as_the_crawl_reads_it() -> None:
    away = "https://khac.example.com/feed"
    changed = pages() | {FEED: f"-> {away}", away: RSS}
    feed = check_source(BAO, Site(changed), Reads(), AT).endpoints[0]
    assert (feed.reason, feed.items, feed.refused, feed.moved_to, feed.answers) == ("", 3, 1, away, True)
    theirs = changed | {away: RSS.replace(HOME, "https://khac.example.com/")}
    feed = check_source(BAO, Site(theirs), Reads(), AT).endpoints[0]
    assert (feed.reason, feed.items, feed.moved_to, feed.answers) == ("off-publisher", 0, away, False)


def test_a_page_may_lead_to_another_declared_publisher_as_in_a_crawl() -> None:
    away = "https://khac.example.com/tin-0.html"
    changed = pages() | {f"{HOME}tin-0.html": f"-> {away}", away: "<html><body>một bài</body></html>"}
    other = replace(BAO, id="khac", home="https://khac.example.com/", endpoints=())
    assert "off-publisher" in {s.reason for s in check_source(BAO, Site(changed), Reads(), AT).samples}
    assert {s.reason for s in check_source(BAO, Site(changed), Reads(), AT, others=[BAO, other]).samples} == {""}


def test_reservation_and_pages_that_cannot_be_read() -> None:
    rules = json.dumps([{"location": "/*", "tdm-reservation": 1}])
    changed = pages() | {
        f"{HOME}.well-known/tdmrep.json": rules,
        f"{HOME}tin-0.html": "<html><body>nothing</body></html>",
    }
    report = check_source(BAO, Site(changed), Reads(), AT)
    assert (report.reserved, report.extracts) == (True, False)
    assert [sample.reason for sample in report.samples if sample.reason] == ["no-body"]


def test_the_report_is_plain_json() -> None:
    found = json.loads(json.dumps(check_source(BAO, Site(pages()), Reads(), AT).as_dict(), ensure_ascii=False))
    assert found["verified"] is True
    assert found["endpoints"][0]["newest"] == "2026-11-20T05:00:00+00:00"
    assert found["endpoints"][0]["answers"] is True
    assert "một bài" not in json.dumps(found, ensure_ascii=False)


def test_a_source_without_endpoints_is_not_verified() -> None:
    report = check_source(replace(BAO, endpoints=()), Site({}), Reads(), AT)
    assert (report.verified, report.extracts, report.robots) == (False, False, "free")
