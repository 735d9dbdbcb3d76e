"""Publishers only (Phạm vi): no door lets in a person, a platform, a bridge or comments, and no byline comes through.

Doors: the command, OPML, a declaration file, a redirect, links off the host in feeds, sitemaps and section pages.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import ConfigError, ExtractError
from core.records import Article, Endpoint, FetchedPage, Publisher, PublisherKind
from crawlers import autodiscover, feeds, opml, sections, sitemaps
from crawlers.check import check_source
from crawlers.discovery import Discovery
from crawlers.publishers import load_dir
from tests.fakes.site import AT, Site

HOME = "https://bao.example.vn/"
LICENCE = "GP 1/GP-BVHTTDL"
BAO = Publisher(
    id="bao", name="Báo", kind=PublisherKind.NEWSPAPER, licence=LICENCE, home=HOME,
    endpoints=(Endpoint(source="bao", kind="feed", url=f"{HOME}rss/home.rss"),),
)  # fmt: skip
NOT_PUBLISHERS = (
    "https://www.facebook.com/nguoi.dung.canary",
    "https://x.com/canary",
    "https://www.tiktok.com/@canary",
    "https://www.youtube.com/@canary",
    "https://t.me/s/canary",
    "https://zalo.me/0900000000",
    "https://canary.blogspot.com/feeds/posts/default",
    "https://canary.wordpress.com/feed/",
    "https://medium.com/feed/@canary",
    "https://canary.substack.com/feed",
    "https://voz.vn/t/canary.1/",
    "https://www.facebook.com/groups/canary",
    "https://rsshub.app/facebook/page/canary",
    "https://rss-bridge.org/bridge01/?action=display&bridge=Facebook&u=canary",
    "https://nitter.net/canary/rss",
    "https://fetchrss.com/rss/canary.xml",
    "https://rss.app/feeds/canary.xml",
    "https://bao.example.vn/comments/feed/",
    "https://bao.example.vn/?feed=comments-rss2",
    "https://bao.example.vn/author/canary/feed/",
    "https://bao.example.vn/tac-gia/canary-12.html",
    "https://bao.example.vn/ban-doc/canary-1.html",
    "https://bao.example.vn/dien-dan/canary-1.html",
)


def declaration(**changed: str) -> str:
    values = {"home": HOME, "feeds": f"{HOME}rss/home.rss", "hosts": "", "kind": "newspaper", **changed}
    hosts = f'hosts = ["{values["hosts"]}"]\n' if values["hosts"] else ""
    hosts += f'channels_page = "{values["page"]}"\n' if values.get("page") else ""
    return (
        f'id = "bao"\nname = "Báo Ví dụ"\nkind = "{values["kind"]}"\nlicence = "{LICENCE}"\nhome = "{values["home"]}"\n'
        f'feeds = ["{values["feeds"]}"]\n{hosts}address_source = "its own page of feeds"\n'
    )


def test_a_publisher_is_let_in(tmp_path: Path) -> None:
    """The control: what the tests below change is otherwise taken at every door."""
    (tmp_path / "bao.toml").write_text(declaration(), encoding="utf-8")
    assert [publisher.id for publisher in load_dir(tmp_path)] == ["bao"]
    body = f'<opml version="2.0"><body><outline text="x" xmlUrl="{HOME}rss/home.rss"/></body></opml>'.encode()
    assert opml.import_opml(body, kind="newspaper", licence=LICENCE)[0].declared
    rss = f'<rss version="2.0"><channel><item><title>x</title><link>{HOME}tin-1.html</link></item></channel></rss>'
    assert len(read(feeds.parse, rss).entries) == 1
    front = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss/home.rss"></head></html>'
    assert autodiscover.propose(HOME, Site({HOME: front})).feeds == (f"{HOME}rss/home.rss",)


@pytest.mark.parametrize("url", NOT_PUBLISHERS)
class TestNoDoorLetsItIn:
    """Each door with each address."""

    def test_the_command(self, url: str) -> None:
        site = Site({url: "<html></html>"})
        found = autodiscover.propose(url, site)
        assert found.refused
        assert site.asked == []
        with pytest.raises(ConfigError):
            autodiscover.declaration(found, source="bao", kind="newspaper", licence=LICENCE)

    def test_a_home_page_that_names_it(self, url: str) -> None:
        front = f'<html><head><link rel="alternate" type="application/rss+xml" href="{url}"></head></html>'
        found = autodiscover.propose(HOME, Site({HOME: front, f"{HOME}robots.txt": f"Sitemap: {url}\n"}))
        assert (found.feeds, found.sitemaps) == ((), ())

    def test_opml(self, url: str) -> None:
        escaped = url.replace("&", "&amp;")
        body = f'<opml version="2.0"><body><outline text="x" xmlUrl="{escaped}"/></body></opml>'.encode()
        (found,) = opml.import_opml(body, kind="newspaper", licence=LICENCE)
        assert found.refused
        assert found.declared is None

    def test_a_declaration_file(self, url: str, tmp_path: Path) -> None:
        for changed in ({"feeds": url}, {"home": url}):
            (tmp_path / "bao.toml").write_text(declaration(**changed), encoding="utf-8")
            with pytest.raises(ConfigError, match=r"bao\.toml: (home|feeds): "):
                load_dir(tmp_path)

    def test_a_redirect(self, url: str) -> None:
        rss = f'<rss version="2.0"><channel><item><title>x</title><link>{HOME}tin-1.html</link></item></channel></rss>'
        site = Site({BAO.endpoints[0].url: f"-> {url}", url: rss})
        report = check_source(BAO, site, NothingToRead(), AT)
        assert (report.endpoints[0].reason, report.samples) == ("door", ())

    def test_links_in_a_feed_a_sitemap_and_a_section_page(self, url: str) -> None:
        escaped = url.replace("&", "&amp;")
        rss = f'<rss version="2.0"><channel><item><title>x</title><link>{escaped}</link></item></channel></rss>'
        urlset = f"<urlset><url><loc>{escaped}</loc><lastmod>2026-11-20</lastmod></url></urlset>"
        index = f"<sitemapindex><sitemap><loc>{escaped}</loc></sitemap></sitemapindex>"
        rows = "".join(f'<h3><a href="{escaped}">Một tiêu đề đủ dài để giống bài báo {n}</a></h3>' for n in range(9))
        for said in (
            read(feeds.parse, rss),
            read(sitemaps.parse, urlset),
            read(sitemaps.parse, index),
            read(sections.parse, f"<html><body>{rows}"),
        ):
            assert (said.entries, said.nested) == ((), ())


COMMENTS = (
    f"<rss version='2.0'><channel><item><title>Bởi: Canary</title><link>{HOME}tin-1.html#comment-12</link></item>"
    "</channel></rss>",
    f"<rss version='2.0'><channel><item><title>Bởi: Canary</title><link>{HOME}tin-1.html</link>"
    f"<guid isPermaLink='false'>{HOME}?p=1#comment-12</guid></item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'><title>x</title><entry>"
    f"<id>1</id><title>Canary</title><link href='{HOME}tin-1.html'/><thr:in-reply-to ref='tag:1'/></entry></feed>",
    json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": "1", "url": f"{HOME}tin-1.html#comment-12", "title": "Canary"}]}),
)  # fmt: skip


@pytest.mark.parametrize("body", COMMENTS)
def test_a_feed_of_comments_is_known_by_what_it_holds(body: str) -> None:
    """A post's own feed of comments has an address like any other ("/2026/11/tin-1/feed/")."""
    said = read(feeds.parse, body)
    assert (said.entries, said.problem, said.broken) == ((), "comments", True)
    url = f"{HOME}2026/11/tin-1/feed/"
    assert autodiscover.propose(url, Site({url: body})).refused == "source.comments"


@pytest.mark.parametrize(
    "url",
    [f"{HOME}tim-kiem?q=canary", f"{HOME}tag/canary", f"{HOME}?s=canary&feed=rss2", "https://www.google.com/alerts/feeds/1/2"],
)  # fmt: skip
def test_no_source_is_made_of_typed_words(url: str, tmp_path: Path) -> None:
    """Nothing can be set to watch for a name: neither by the command nor by a list, a file or a page that names it."""
    assert autodiscover.propose(url, Site({url: "<html></html>"})).refused == "source.search"
    escaped = url.replace("&", "&amp;")
    body = f'<opml version="2.0"><body><outline text="x" xmlUrl="{escaped}"/></body></opml>'.encode()
    assert opml.import_opml(body, kind="newspaper", licence=LICENCE)[0].refused == "source.search"
    (tmp_path / "bao.toml").write_text(declaration(feeds=url), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bao\.toml: feeds: "):
        load_dir(tmp_path)
    front = f'<html><head><link rel="alternate" type="application/rss+xml" href="{escaped}"></head></html>'
    assert autodiscover.propose(HOME, Site({HOME: front})).feeds == ()


class NothingToRead:
    """An extractor that must not be asked."""

    def extract(self, page: FetchedPage, publisher: Publisher | None) -> Article:
        raise ExtractError(f"asked for {page.url}")


def read(parse: object, body: str) -> Discovery:
    found = parse(  # type: ignore[operator]
        body.encode(), endpoint=BAO.endpoints[0], url=HOME, fetched_at=datetime(2026, 11, 21, tzinfo=UTC), headers={},
        publisher=BAO,
    )  # fmt: skip
    assert isinstance(found, Discovery)
    return found


@pytest.mark.parametrize(
    "host", ["facebook.com", "youtube.com", "canary.blogspot.com", "rsshub.app", "forum.example.vn"]
)
def test_a_declaration_cannot_open_a_platform_by_naming_it_as_a_host(host: str, tmp_path: Path) -> None:
    (tmp_path / "bao.toml").write_text(declaration(hosts=host), encoding="utf-8")
    with pytest.raises(ConfigError, match="hosts"):
        load_dir(tmp_path)


def test_a_publishers_own_channel_only_where_its_declaration_names_it(tmp_path: Path) -> None:
    (tmp_path / "bao.toml").write_text(declaration(hosts="youtube.com/@kenhbao", page=HOME), encoding="utf-8")
    (own,) = load_dir(tmp_path)
    rows = "".join(
        f"<item><title>x</title><link>https://www.youtube.com/{channel}/videos</link></item>"
        for channel in ("@kenhbao", "@canary")
    )
    body = f'<rss version="2.0"><channel>{rows}</channel></rss>'.encode()
    said = feeds.parse(body, endpoint=own.endpoints[0], url=HOME, fetched_at=AT, headers={}, publisher=own)
    assert [entry.url for entry in said.entries] == ["https://www.youtube.com/@kenhbao/videos"]


@pytest.mark.parametrize(
    "host",
    ["voz.vn/u/canary.1", "canary.wordpress.com/feed", "canary.blogspot.com/feeds", "rsshub.app/facebook/page/canary",
     "reddit.com/user/canary", "linkedin.com/profile/canary", "trang.example.vn/canary", "youtube.com/author/canary"],
)  # fmt: skip
def test_a_forum_a_blog_host_and_a_profile_have_no_channels(host: str, tmp_path: Path) -> None:
    (tmp_path / "bao.toml").write_text(declaration(hosts=host, page=HOME), encoding="utf-8")
    with pytest.raises(ConfigError, match="hosts"):
        load_dir(tmp_path)


@pytest.mark.parametrize("page", ["", "https://www.facebook.com/nguyenvana", "https://khac.example.com/"])
def test_a_channel_needs_a_page_of_the_publishers_own_that_links_to_it(page: str, tmp_path: Path) -> None:
    (tmp_path / "bao.toml").write_text(declaration(hosts="facebook.com/nguyenvana", page=page), encoding="utf-8")
    with pytest.raises(ConfigError, match="channels_page"):
        load_dir(tmp_path)


@pytest.mark.parametrize("kind", ["blog", "person", "group", "forum", "social_network", "influencer", ""])
def test_kinds_are_a_closed_list(kind: str, tmp_path: Path) -> None:
    (tmp_path / "bao.toml").write_text(declaration(kind=kind), encoding="utf-8")
    with pytest.raises(ConfigError, match="kind"):
        load_dir(tmp_path)


def test_a_declaration_names_its_licence(tmp_path: Path) -> None:
    for licence in ("", "   ", "1"):
        (tmp_path / "bao.toml").write_text(declaration().replace(LICENCE, licence), encoding="utf-8")
        with pytest.raises(ConfigError, match="licence"):
            load_dir(tmp_path)


def test_no_byline_of_any_kind_comes_through() -> None:
    canary = "Nguyễn Canary"
    rss = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:x="http://purl.org/dc/elements/1.1/">'
        f"<channel><managingEditor>{canary}</managingEditor><dc:creator>{canary}</dc:creator><item><title>Tin</title>"
        f"<link>{HOME}tin-1.html</link><dc:creator>{canary}</dc:creator><x:creator>{canary}</x:creator>"
        f"<author>a@b.vn ({canary})</author><dc:contributor>{canary}</dc:contributor>"
        f"<media:credit>{canary}</media:credit>"
        f'<description>&lt;div class="author"&gt;{canary}&lt;/div&gt;Mưa lớn.&lt;span itemprop="author"&gt;{canary}'
        "&lt;/span&gt;</description></item></channel></rss>"
    )
    people = [{"name": canary}]
    row = {
        "id": "1",
        "url": f"{HOME}tin-1.html",
        "title": "Tin",
        "summary": "Mưa lớn.",
        "authors": people,
        "author": people,
    }
    json_feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "authors": people, "items": [row]})
    urlset = (
        f"<urlset><url><loc>{HOME}tin-1.html</loc><lastmod>2026-11-20</lastmod><news:news><news:title>Tin</news:title>"
        f"<news:author>{canary}</news:author><news:keywords>{canary}</news:keywords></news:news></url></urlset>"
    ).replace("<urlset>", '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">')
    page = "<html><body>" + "".join(
        f'<div class="item"><h3>'
        f'<a href="/mua-lon-keo-dai-nhieu-ngay-{n}1234.html">Mưa lớn kéo dài nhiều ngày qua {n}</a></h3>'
        f'<a href="/tac-gia/nguyen-canary-1.html">{canary}</a><span class="author">{canary}</span></div>'
        for n in range(6)
    )
    cards = "<html><body>" + "".join(
        f'<a class="card" href="/mua-lon-keo-dai-nhieu-ngay-{n}1234.html"><b>Mưa lớn kéo dài nhiều ngày qua {n}</b>'
        f'<span class="card-author">{canary}</span></a>'
        for n in range(6)
    )
    for said in (read(feeds.parse, rss), read(feeds.parse, json_feed), read(sitemaps.parse, urlset),
                 read(sections.parse, page), read(sections.parse, cards)):  # fmt: skip
        assert said.entries
        assert "canary" not in repr(said).lower()
