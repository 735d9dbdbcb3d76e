"""From a home page to a declaration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigError, FetchError
from crawlers import autodiscover
from crawlers.publishers import load_dir, shipped
from tests.fakes.site import Site

HOME = "https://www.bao.example.vn/"
FEED = (
    '<rss version="2.0"><channel><title>Báo</title><item>'
    "<title>Tin</title><link>/tin-1.html</link></item></channel></rss>"
)
FRONT = """<!doctype html><html lang="vi-VN"><head><title>Tin mới | Báo Ví dụ</title>
<meta property="og:site_name" content="Báo Ví dụ">
<link rel="alternate" type="application/rss+xml" href="/rss/the-thao.rss">
<link rel="alternate" type="application/rss+xml" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" href="https://feeds.feedburner.com/bao">
</head><body><a href="/rss.html">RSS</a>
<a href="https://www.facebook.com/bao">FB</a><a href="/thoi-su">Thời sự</a></body>"""
FEEDS = """<html><body><ul><li><a href="/rss/thoi-su.rss">Thời sự</a></li>
<li><a href="/rss/home.rss">Trang chủ</a></li>
<li><a href="/rss/ban-doc.rss">Bạn đọc</a></li>
<li><a href="https://khac.example.com/rss/a.rss">Báo bạn</a></li></ul></body>"""
ROBOTS = (
    "User-agent: *\nDisallow: /tim-kiem\n"
    "Sitemap: https://bao.example.vn/sitemap.xml\nSitemap: https://khac.example.com/s.xml\n"
)


def site(**more: str) -> Site:
    return Site({HOME: FRONT, f"{HOME}rss.html": FEEDS, f"{HOME}robots.txt": ROBOTS, **more})


def test_feeds_sitemaps_and_name_are_proposed() -> None:
    asked = site()
    found = autodiscover.propose(HOME, asked)
    assert (found.name, found.language, found.refused) == ("Báo Ví dụ", "vi", "")
    assert found.feeds == (f"{HOME}rss/home.rss", f"{HOME}rss/the-thao.rss", f"{HOME}rss/thoi-su.rss")
    assert found.sitemaps == ("https://bao.example.vn/sitemap.xml",)
    assert found.sections == ()
    assert len(asked.asked) <= 5


def test_feeds_are_read_from_where_the_page_says() -> None:
    front = FRONT.replace("<head>", '<head><base href="/vi/">').replace('href="/rss.html"', 'href="tin/rss.html"')
    listed = '<base href="/vi/kenh/"><a href="../home.rss">Trang chủ</a>'
    found = autodiscover.propose(HOME, Site({HOME: front, f"{HOME}vi/tin/rss.html": listed}))
    assert found.feeds == (f"{HOME}vi/home.rss", f"{HOME}rss/the-thao.rss")


def test_a_site_without_feeds_becomes_a_section_page() -> None:
    found = autodiscover.propose(HOME, Site({HOME: "<html><body><a href='/tin-tuc'>Tin tức</a></body></html>"}))
    assert (found.feeds, found.sitemaps, found.sections) == ((), (), (HOME,))
    assert any("robots.txt: HTTP 404" in note for note in found.notes)


def test_a_feed_given_itself_belongs_to_its_site() -> None:
    found = autodiscover.propose(f"{HOME}rss/home.rss", site(**{f"{HOME}rss/home.rss": FEED}))
    assert (found.home, found.feeds[0], found.name) == (HOME, f"{HOME}rss/home.rss", "Báo Ví dụ")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://www.facebook.com/bao", "source.social_network"),
        ("https://ai.blogspot.com/", "source.blog"),
        ("https://rsshub.app/x", "source.bridge"),
        (f"{HOME}comments/feed/", "source.comments"),
        ("file:///etc/passwd", "source.not_an_address"),
    ],
)
def test_what_is_no_publisher_is_refused_unasked(url: str, reason: str) -> None:
    asked = site()
    found = autodiscover.propose(url, asked)
    assert (found.refused, asked.asked) == (reason, [])
    with pytest.raises(ConfigError):
        autodiscover.declaration(found, source="x", kind="newspaper", licence="GP 1/GP-BVHTTDL")


def test_a_home_page_that_leads_to_a_platform_is_refused() -> None:
    found = autodiscover.propose(
        HOME, Site({HOME: "-> https://www.facebook.com/bao", "https://www.facebook.com/bao": FEED})
    )
    assert found.refused == "source.social_network"


def test_a_home_page_that_does_not_come_says_so() -> None:
    with pytest.raises(FetchError, match="timeout"):
        autodiscover.propose(HOME, Site({HOME: FetchError("timeout", reason="timeout")}))


@pytest.mark.parametrize(("kind", "licence"), [("", "GP 1/GP-BVHTTDL"), ("blog", "GP 1/GP-BVHTTDL"), ("newspaper", ""),
                                               ("newspaper", "  1 ")])  # fmt: skip
def test_kind_and_licence_must_be_given(kind: str, licence: str) -> None:
    found = autodiscover.propose(HOME, site())
    with pytest.raises(ConfigError, match="kind of publisher and its licence"):
        autodiscover.declaration(found, source="bao", kind=kind, licence=licence)


def test_the_file_written_is_the_one_that_loads(tmp_path: Path) -> None:
    found = autodiscover.propose(HOME, site())
    declared = autodiscover.declaration(
        found, source="bao", kind="newspaper", licence='Số "1/GP-BVHTTDL"', name="Báo Ví dụ", province="51"
    )
    file = autodiscover.write_declaration(tmp_path, declared, known=shipped())
    (loaded,) = load_dir(tmp_path)
    assert (file.name, loaded.id, loaded.licence, loaded.province) == ("bao.toml", "bao", 'Số "1/GP-BVHTTDL"', "51")
    assert [endpoint.url for endpoint in loaded.endpoints] == [*found.feeds, *found.sitemaps]
    assert loaded.verified is False
    with pytest.raises(ConfigError, match="exists already"):
        autodiscover.write_declaration(tmp_path, declared)
    with pytest.raises(ConfigError, match="declared twice"):
        autodiscover.write_declaration(tmp_path, declared, known=load_dir(tmp_path))


def test_a_publisher_already_declared_is_refused(tmp_path: Path) -> None:
    proposal = autodiscover.Proposal(home="https://www.vov.vn/", feeds=("https://vov.vn/rss/khac.rss",))
    declared = autodiscover.declaration(proposal, source="vov2", kind="broadcaster", licence="GP 1/GP-BVHTTDL")
    with pytest.raises(ConfigError, match="already declared"):
        autodiscover.write_declaration(tmp_path, declared, known=shipped())


def test_ids_come_from_host_names() -> None:
    assert autodiscover.proposed_id("https://www.baogialai.com.vn/") == "baogialai"
    assert autodiscover.proposed_id("https://thanhhoa.gov.vn/") == "thanhhoa"
