"""Publishers only, where addresses come in while the program runs: links and redirects of the crawl, addresses that an
officer pastes, items entered by hand, updates of data, and who may add a source.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import crawling, sources, updates, wiring
from app.addresses import PastedAddresses
from app.world import World
from core.clock import FixedClock, SystemClock
from core.errors import ConfigError
from core.records import AddressAnswer, Endpoint, Publisher, PublisherKind
from core.settings import CrawlSettings, Settings, UpdateSettings
from crawlers import autodiscover, feeds, opml, sections, sitemaps
from crawlers.check import check_source
from crawlers.publishers import load_dir
from nlp.desks import load_desk
from store.sqlite.record import Record
from tests.dashboard.test_labels import send
from tests.dashboard.working import Addresses, at_work, browser_of
from tests.data import ROOT
from tests.fakes.records import NOON
from tests.fakes.site import AT
from tests.fakes.site import Site as Pages
from tests.fakes.web import Reply, Site, article, redirect, xml
from tests.scope.test_publishers_only import BAO, HOME, NothingToRead, declaration, read

ELSEWHERE = "https://khac.example.com/tin-1.html"
"""An ordinary address, and no host of the publisher's."""
ON_OWN_HOST = (
    f"{HOME}rss-bridge/?x=1", f"{HOME}rsshub/facebook/canary", f"{HOME}viewtopic.php?t=1", f"{HOME}threads/canary.1/",
    f"{HOME}tin-1/comments-feed", f"{HOME}rss/comments", f"{HOME}feeds/12/comments/default",
)  # fmt: skip
"""Bridges, forums and comments that a paper's own server may carry."""
TEXT = "Sáng nay, xã Bình Sơn, tỉnh Quảng Ngãi thông xe cây cầu nối hai bờ sông Trà Bồng, người dân đi lại thuận tiện."


@pytest.mark.parametrize("url", [ELSEWHERE, *ON_OWN_HOST])
class TestLinksThatAPublisherGives:
    def test_none_is_taken_up(self, url: str) -> None:
        rss = f'<rss version="2.0"><channel><item><title>x</title><link>{url}</link></item></channel></rss>'
        urlset = f"<urlset><url><loc>{url}</loc><lastmod>2026-11-20</lastmod></url></urlset>"
        index = f"<sitemapindex><sitemap><loc>{url}</loc></sitemap></sitemapindex>"
        rows = "".join(f'<h3><a href="{url}">Một tiêu đề đủ dài để giống bài báo {n}</a></h3>' for n in range(9))
        for said in (read(feeds.parse, rss), read(sitemaps.parse, urlset), read(sitemaps.parse, index),
                     read(sections.parse, f"<html><body>{rows}")):  # fmt: skip
            assert (said.entries, said.nested) == ((), ())

    def test_no_redirect_leads_there(self, url: str) -> None:
        rss = f'<rss version="2.0"><channel><item><title>x</title><link>{url}</link></item></channel></rss>'
        report = check_source(BAO, Pages({BAO.endpoints[0].url: f"-> {url}", url: rss}), NothingToRead(), AT)
        assert report.endpoints[0].reason == ("off-publisher" if url == ELSEWHERE else "door")
        assert (report.endpoints[0].items, report.samples) == (0, ())

    def test_a_home_page_proposes_none(self, url: str) -> None:
        front = f'<html><head><link rel="alternate" type="application/rss+xml" href="{url}"></head></html>'
        found = autodiscover.propose(HOME, Pages({HOME: front, f"{HOME}robots.txt": f"Sitemap: {url}\n"}))
        assert (found.feeds, found.sitemaps) == ((), ())


@pytest.mark.parametrize("url", ON_OWN_HOST)
def test_no_redirect_leads_to_a_door_whatever_it_lists(url: str) -> None:
    rss = f'<rss version="2.0"><channel><item><title>x</title><link>{HOME}tin-1.html</link></item></channel></rss>'
    report = check_source(BAO, Pages({BAO.endpoints[0].url: f"-> {url}", url: rss}), NothingToRead(), AT)
    assert (report.endpoints[0].reason, report.samples) == ("door", ())


def test_of_a_feed_that_moved_elsewhere_only_the_publishers_own_is_taken() -> None:
    links = "".join(f"<item><title>x</title><link>{url}</link></item>" for url in (f"{HOME}tin-1.html", ELSEWHERE))
    rss = f'<rss version="2.0"><channel>{links}</channel></rss>'
    moved = "https://khac.example.com/feed"
    site = Pages({BAO.endpoints[0].url: f"-> {moved}", moved: rss, ELSEWHERE: "<html><body>tin</body></html>"})
    report = check_source(BAO, site, NothingToRead(), AT)
    assert (report.endpoints[0].items, report.endpoints[0].refused, report.endpoints[0].moved_to) == (1, 1, moved)
    assert [sample.url for sample in report.samples] == [f"{HOME}tin-1.html"]
    assert ELSEWHERE not in site.asked


@pytest.mark.parametrize("url", ["https://canary.blogspot.com/", "https://www.facebook.com/canary", *ON_OWN_HOST])
def test_an_address_that_leads_on_to_no_publisher_is_no_source(url: str) -> None:
    found = autodiscover.propose(HOME, Pages({HOME: f"-> {url}", url: "<html></html>"}))
    assert found.refused and not (found.feeds or found.sections)


def test_a_list_of_feeds_elsewhere_is_not_asked() -> None:
    there = "https://rss.khac.example.com/rss.htm"
    feed = f'<html><body><a href="{HOME}rss/home.rss">Tin</a></body></html>'
    site = Pages({HOME: f'<html><body><a href="{there}">RSS</a></body></html>', there: feed})
    autodiscover.propose(HOME, site)
    assert there not in site.asked


def test_parts_that_a_declaration_leaves_out_are_not_read(tmp_path: Path) -> None:
    text = declaration() + 'skip_sections = ["/goc-rieng"]\n'
    (tmp_path / "bao.toml").write_text(text, encoding="utf-8")
    (own,) = load_dir(tmp_path)
    rows = "".join(f"<item><title>x</title><link>{HOME}{part}/tin-1.html</link></item>" for part in ("goc-rieng", "xa"))
    body = f'<rss version="2.0"><channel>{rows}</channel></rss>'.encode()
    said = feeds.parse(body, endpoint=own.endpoints[0], url=HOME, fetched_at=AT, headers={}, publisher=own)
    assert [entry.url for entry in said.entries] == [f"{HOME}xa/tin-1.html"]


@pytest.mark.parametrize("licence", ["", "   ", "GP", "1234567"])
def test_no_door_adds_a_source_without_its_licence(licence: str) -> None:
    found = autodiscover.propose(HOME, Pages({HOME: "<html></html>"}))
    with pytest.raises(ConfigError, match="licence"):
        autodiscover.declaration(found, source="bao", kind="newspaper", licence=licence)
    body = f'<opml version="2.0"><body><outline text="x" xmlUrl="{HOME}rss/home.rss"/></body></opml>'.encode()
    (one,) = opml.import_opml(body, kind="newspaper", licence=licence)
    assert one.declared is None and one.refused == "source.needs_kind_and_licence"


@dataclass(frozen=True)
class Press:
    """A paper, and another host to which it leads."""

    paper: Site
    other: Site
    world: World
    settings: Settings
    record: Record

    def looked(self, url: str, *, take: bool = False) -> AddressAnswer:
        """Pasted by an officer; asked from another thread, as the pages do."""
        desk = PastedAddresses(self.settings, self.world, self.record)
        found: list[AddressAnswer] = []
        at = SystemClock().now()
        asking = threading.Thread(
            target=lambda: found.append(desk.look("binh_son", url, take=take, at=at, by="u1")), daemon=True
        )
        asking.start()
        asking.join(timeout=60)
        return found[0]


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Press]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("doors"), crawl=CrawlSettings(wait=1))
    with Site("127.0.3.8") as paper, Site("127.0.3.9") as other:
        for number in range(3):
            other.routes[f"/trang-{number}.html"] = article("Bình Sơn thông xe cầu mới", TEXT)
        other.feed("/rss", "/trang-0.html")
        paper.routes["/di-noi-khac-1001.htm"] = redirect(other.url("/trang-1.html"))
        paper.routes["/dan-ra-1002.htm"] = redirect(other.url("/trang-2.html"))
        paper.routes["/dan-blog-1003.htm"] = redirect("https://canary.blogspot.com/1")
        paper.routes["/ban-doc/thu-1004.htm"] = article("Thư bạn đọc Bình Sơn", TEXT)
        moved = f"<itunes:new-feed-url>{other.url('/rss-la')}</itunes:new-feed-url>"
        paper.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /kin/\n", headers={"Content-Type": "text/plain"})
        paper.routes["/kin/tin-1005.htm"] = article("Bình Sơn thông xe cầu mới", TEXT)
        link = "".join(
            f"<item><title>Tin {path}</title><link>{paper.url(path)}</link></item>"
            for path in ("/di-noi-khac-1001.htm", "/kin/tin-1005.htm")
        )
        paper.routes["/rss"] = xml(
            '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>t</title>'
            f"{moved}{link}</channel></rss>"
        )
        paper.routes["/rss-2"] = redirect(other.url("/rss"), status=301)
        one = Publisher(
            id="bao_mau", name="Báo Mẫu", kind=PublisherKind.NEWSPAPER, licence="giấy phép mẫu", home=paper.url(),
            endpoints=tuple(
                Endpoint(source="bao_mau", kind="feed", url=paper.url(path)) for path in ("/rss", "/rss-2")
            ),
            province="51", skip_sections=("/goc-rieng",),
        )  # fmt: skip
        world = World(kind="sample", publishers={one.id: one}, private_hosts=(paper.address, other.address))
        with wiring.record(settings) as record:
            record.desks.apply_desk(load_desk(ROOT / "sample" / "desk.toml", wiring.gazetteer()), NOON, "test")
            yield Press(paper, other, world, settings, record)


def test_the_crawl_takes_nothing_from_off_the_publishers_hosts(press: Press) -> None:
    """A feed that its own server moved is asked there; what it lists of that host is not, nor what a page leads to."""
    report = crawling.crawl(press.settings, press.world, forever=False)
    assert "/di-noi-khac-1001.htm" in press.paper.paths()
    assert [path for path in press.other.paths() if path not in ("/robots.txt", "/rss")] == []
    assert report["pages"] == {"failed: off-publisher": 1, "failed: robots": 1}
    assert press.record.articles.count() == 0


def test_it_names_itself_obeys_robots_and_carries_no_login(press: Press) -> None:
    crawling.crawl(press.settings, press.world, forever=False)
    answer = press.looked(press.paper.url("/kin/tin-1005.htm"), take=True)
    assert (answer.state, answer.reason) == ("failed", "robots")
    assert "/kin/tin-1005.htm" not in press.paper.paths() and "/robots.txt" in press.paper.paths()
    for seen in (*press.paper.seen, *press.other.seen):
        assert seen.headers["user-agent"].startswith("diembao/") and "(+" in seen.headers["user-agent"]
        assert not {"cookie", "authorization", "referer"} & set(seen.headers)


def test_a_move_that_a_feed_states_is_believed_on_the_publishers_hosts_only(press: Press) -> None:
    crawling.crawl(press.settings, press.world, forever=False)
    with press.record.database.read() as con:
        (moved,) = con.execute("SELECT moved_to FROM endpoints WHERE url = ?", (press.paper.url("/rss"),)).fetchone()
    assert moved == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/dan-ra-1002.htm", "off-publisher"), ("/dan-blog-1003.htm", "door")],
)
def test_a_pasted_address_that_leads_off_is_not_kept(press: Press, path: str, reason: str) -> None:
    answer = press.looked(press.paper.url(path), take=True)
    assert (answer.state, answer.reason) == ("failed", reason)
    assert press.record.articles.count() == 0


@pytest.mark.parametrize(
    ("url", "reason"),
    [("https://www.facebook.com/nhom/1", "source.social_network"), ("https://canary.blogspot.com/1", "source.blog"),
     ("https://voz.vn/t/1", "source.forum"), ("https://t.me/s/canary", "source.video_chat"),
     ("https://rsshub.app/x", "source.bridge"), ("{paper}/ban-doc/thu-1004.htm", "source.readers_section"),
     ("{paper}/goc-rieng/1.htm", "source.readers_section"), ("{paper}/tac-gia/canary", "source.person"),
     ("{other}/trang-0.html", "source.not_listed")],
)  # fmt: skip
def test_a_pasted_address_passes_the_same_doors(press: Press, url: str, reason: str) -> None:
    before = len(press.paper.seen), len(press.other.seen)
    url = url.format(paper=press.paper.url().rstrip("/"), other=press.other.url().rstrip("/"))
    answer = press.looked(url, take=True)
    assert (answer.state, answer.reason) == ("refused", reason)
    assert (len(press.paper.seen), len(press.other.seen)) == before, "nobody is asked"


@pytest.mark.parametrize("source", ["", "facebook", "Nguyễn Văn Hùng", "bao_la"])
def test_an_item_entered_by_hand_is_of_a_listed_publisher(tmp_path: Path, source: str) -> None:
    item = {"loai": "broadcast", "tieu-de": "Bình Sơn thông xe", "ngay": "2026-03-10", "cho": "Thời sự"}
    with at_work(tmp_path) as record:
        browser = browser_of(record, FixedClock(NOON), Addresses())
        for given, status in ((source, 400), ("bao_mau", 303)):
            answer = send(
                browser, "/them-bai/tin-ngoai", item | {"nguon": given}, opened="/them-bai", follow_redirects=False
            )
            assert answer.status_code == status
        assert [one.source for one in record.work.items("binh_son", NOON.date(), NOON.date())] == ["bao_mau"]


@pytest.mark.parametrize(
    "changed",
    [{"feeds": "https://canary.blogspot.com/feeds"}, {"home": "https://www.facebook.com/canary"},
     {"feeds": f"{HOME}comments/feed/"}, {"feeds": f"{HOME}tim-kiem?q=canary"}, {"hosts": "rsshub.app"},
     {"kind": "blog"}],
)  # fmt: skip
def test_no_signed_update_of_data_brings_one_in(tmp_path: Path, changed: dict[str, str]) -> None:
    """Whoever signed it: a declaration passes the doors as one of an installation does."""
    trusted = updates.new_keys(tmp_path / "private")
    settings = Settings(data_dir=tmp_path / "var", updates=UpdateSettings(trusted_key=trusted))
    papers = tmp_path / "content" / "publishers"
    papers.mkdir(parents=True)
    for file in (ROOT / "crawlers" / "publishers" / "vn").glob("*.toml"):
        (papers / file.name).write_bytes(file.read_bytes())
    (papers / "bao.toml").write_text(declaration(**changed), encoding="utf-8")
    updates.sign(tmp_path / "content", "2026.12.01", tmp_path / "private", tmp_path / "update.zip")
    with pytest.raises(ConfigError, match=r"bao\.toml"):
        updates.apply(settings, tmp_path / "update.zip")
    assert updates.current(settings) == ""


def test_whoever_adds_a_source_stands_in_the_audit(tmp_path: Path) -> None:
    settings, world = Settings(data_dir=tmp_path), World(kind="real", publishers={})
    found = autodiscover.propose(HOME, Pages({HOME: "<html><title>Báo</title></html>"}))
    sources.add(settings, world, found, kind="newspaper", licence="GP 1/GP-BVHTTDL", name="Báo", province="", by="u7")
    body = b'<opml version="2.0"><body><outline text="Hai" xmlUrl="https://hai.example.vn/rss"/></body></opml>'
    assert [good for good, _ in sources.take_opml(settings, world, body, kind="newspaper", licence="GP 2/GP-BVHTTDL")]
    with wiring.record(settings) as record:
        told = [(line.action, line.who, line.detail) for line in record.audit.lines()]
    assert told == [("source.add", "operator", "GP 2/GP-BVHTTDL"), ("source.add", "u7", "GP 1/GP-BVHTTDL")]
