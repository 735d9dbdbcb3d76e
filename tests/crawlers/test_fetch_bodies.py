"""Hostile answers, by real crawls: bombs, bodies that are not whole, limits of time and size, endless sitemaps."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FetchError
from core.records import EndpointStatus
from core.urls import article_id
from crawlers.fetch.decode import MAX_IDLE, Body, TooLarge
from tests.fakes.crawling import Crawled, paper, publisher
from tests.fakes.web import Reply, Site, article, html, index, sitemap, xml

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "gzip, br": lambda data: brotli.compress(gzip.compress(data), quality=5),
}


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.feed("/rss", "/a.htm")
        site.routes["/a.htm"] = article("A")
        yield site


# --- compressed bombs and bodies too large


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_bomb_is_cut_after_the_bytes_allowed(site: Site, coding: str) -> None:
    bomb = CODINGS[coding](b"\0" * 60_000_000)
    site.routes |= {
        "/rss2": Reply(bomb, headers={"Content-Encoding": coding}),
        "/a.htm": Reply(bomb, headers={"Content-Encoding": coding}),
    }
    crawl = Crawled()
    crawl.run(paper(site, "/rss", "/rss2"), max_bytes=1_000_000)
    assert crawl.ledger.states[site.url("/rss2")].reason == "too-large"
    assert crawl.reason(site, "/a.htm") == "too-large" and len(site.asked("/a.htm")) == 1


def test_a_bomb_in_a_redirects_body_is_left_unread(site: Site) -> None:
    bomb = CODINGS["gzip"](b"\0" * 60_000_000)
    site.routes |= {
        "/a.htm": Reply(bomb, status=302, headers={"Location": "/b.htm", "Content-Encoding": "gzip"}),
        "/b.htm": article("B"),
    }
    crawl = Crawled()
    crawl.run(paper(site), max_bytes=1_000_000)
    assert [page.final_url for page in crawl.pages] == [site.url("/b.htm")]


def test_a_large_body_is_not_downloaded_to_its_end(site: Site) -> None:
    sent = 0

    def pour(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        try:
            for _ in range(4_000):
                sent += connection.send(b"x" * 65_536)
        except OSError:
            pass

    site.routes["/a.htm"] = Reply(raw=pour)
    crawl = Crawled()
    crawl.run(paper(site), max_bytes=1_000_000)
    assert crawl.reason(site, "/a.htm") == "too-large" and sent < 50_000_000


def test_an_announced_size_over_the_limit_is_not_read(site: Site) -> None:
    site.routes["/a.htm"] = html("x" * 2_000_000)
    crawl = Crawled()
    crawl.run(paper(site), max_bytes=1_000_000)
    assert crawl.reason(site, "/a.htm") == "too-large"


@pytest.mark.parametrize("coding", CODINGS)
def test_compressed_pages_are_read(site: Site, coding: str) -> None:
    body = "Bài viết mẫu về xã Bình Sơn. ".encode() * 5_000
    site.routes["/a.htm"] = Reply(CODINGS[coding](body), headers={"Content-Encoding": coding})
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.bodies == {site.url("/a.htm"): body}
    assert set(site.asked("/a.htm")[0].headers["accept-encoding"].split(", ")) >= {"gzip", "br", "zstd", "deflate"}


def test_raw_deflate_is_read_and_unknown_codings_are_a_reason(site: Site) -> None:
    site.feed("/rss", "/a.htm", "/b.htm", "/c.htm")
    site.routes |= {
        "/a.htm": Reply(raw_deflate(b"<p>xin ch\xc3\xa0o</p>"), headers={"Content-Encoding": "deflate"}),
        "/b.htm": Reply(b"?", headers={"Content-Encoding": "lzma"}),
        "/c.htm": Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
    }
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.bodies == {site.url("/a.htm"): b"<p>xin ch\xc3\xa0o</p>"}
    assert crawl.ledger.reasons == {"coding": 2}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(CODINGS)), st.binary(max_size=5_000), st.integers(1, 900), st.integers(1, 6_000))
def test_decoding_gives_the_same_bytes_however_they_arrive(coding: str, data: bytes, step: int, limit: int) -> None:
    packed = CODINGS[coding](data)
    body = Body(coding, limit)
    try:
        for start in range(0, len(packed), step):
            body.feed(packed[start : start + step])
        assert body.whole() == data and len(data) <= limit
    except TooLarge:
        assert len(data) > limit


def test_members_that_hold_nothing_are_no_way_round_the_limit() -> None:
    body, member = Body("gzip", 1_000), gzip.compress(b"")
    with pytest.raises(FetchError, match="empty members"):
        body.feed(member * (MAX_IDLE + 2))
    few = Body("gzip", 1_000)
    few.feed(member * 10 + gzip.compress(b"x") + member * 10)
    assert few.whole() == b"x"


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.binary(max_size=400))
def test_no_bytes_break_the_decoders(coding: str, data: bytes) -> None:
    body = Body(coding, 1_000)
    try:
        body.feed(data)
        body.whole()
    except FetchError as error:
        assert error.reason in {"coding", "truncated", "too-large"}


# --- time, and bodies that are not whole


def _slowly(pieces: Sequence[bytes], over: threading.Event) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            if over.wait(0.05):
                return

    return send


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\n"] + [b"X-A: b\r\n"] * 4_000,
        [b"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n"] + [b"x"] * 4_000,
        [b""] * 4_000,
    ],
    ids=["headers", "body", "nothing"],
)
def test_a_server_that_drips_is_left_after_the_time_allowed(site: Site, pieces: list[bytes]) -> None:
    over = threading.Event()
    site.feed("/rss", "/a.htm", "/b.htm")
    site.routes |= {"/a.htm": Reply(raw=_slowly(pieces, over)), "/b.htm": article("B")}
    crawl = Crawled()
    crawl.run(paper(site), timeout=0.4, attempts=1)
    over.set()
    assert crawl.reason(site, "/a.htm") == "timeout" and len(crawl.pages) == 1


@pytest.mark.parametrize("begin", [b"X-%d: ", b"\tof one header %d "])
def test_headers_without_end_are_cut(site: Site, begin: bytes) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        try:
            for n in range(100_000):
                connection.sendall(begin % n + b"y" * 900 + b"\r\n" * begin.startswith(b"X"))
        except OSError:
            pass

    site.routes["/a.htm"] = Reply(raw=pour)
    crawl = Crawled()
    crawl.run(paper(site))
    assert crawl.reason(site, "/a.htm") == "headers" and len(site.asked("/a.htm")) == 1


def test_a_page_with_a_long_header_is_read(site: Site) -> None:
    site.routes["/a.htm"] = html("<article>A</article>", **{"Content-Security-Policy": "x" * 40_000})
    crawl = Crawled()
    crawl.run(paper(site))
    assert list(crawl.bodies) == [site.url("/a.htm")]


def test_half_a_page_is_read_again_never_taken_for_whole(site: Site) -> None:
    whole = article("A", "Bình Sơn " * 3_000).octets
    site.routes["/a.htm"] = lambda seen: Reply(whole, cut=len(whole) // 2 if len(site.asked("/a.htm")) == 1 else None)
    crawl = Crawled()
    crawl.run(paper(site), wait=10)
    assert crawl.bodies == {site.url("/a.htm"): whole} and len(site.asked("/a.htm")) == 2
    assert crawl.stats is not None and crawl.stats.pages == {"later: truncated": 1, "stopped": 1}


@pytest.mark.parametrize(
    ("nothing", "reason"),
    [
        (html(""), "empty-body"),
        (html(" \r\n"), "empty-body"),
        (Reply(b"", headers={"Content-Encoding": "gzip"}), "empty-body"),
        (Reply(status=304), "http-304"),
    ],
)
def test_an_answer_without_a_page_is_no_page_that_names_no_place(site: Site, nothing: Reply, reason: str) -> None:
    site.routes["/a.htm"] = lambda seen: nothing if len(site.asked("/a.htm")) == 1 else article("A")
    crawl = Crawled()
    crawl.run(paper(site))
    assert ("later", article_id(site.url("/a.htm")), reason) in crawl.ledger.log
    assert list(crawl.bodies) == [site.url("/a.htm")]


def test_a_feed_that_is_unchanged_since_never_is_no_feed_without_news(site: Site) -> None:
    site.routes["/rss"] = Reply(status=304)
    crawl = Crawled()
    crawl.run(paper(site), wait=0)
    state = crawl.ledger.states[site.url("/rss")]
    assert (state.status, state.reason, state.last_success) == (EndpointStatus.FAILING, "http-304", None)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_half_a_compressed_page_is_no_page(site: Site, coding: str) -> None:
    packed = CODINGS[coding](article("A", "Bình Sơn " * 3_000).octets)
    site.routes["/a.htm"] = Reply(packed, headers={"Content-Encoding": coding}, cut=len(packed) // 2)
    crawl = Crawled()
    crawl.run(paper(site), attempts=1)
    assert crawl.reason(site, "/a.htm") == "truncated" and not crawl.pages


def test_a_compressed_body_that_ends_early_in_a_whole_answer_is_noticed(site: Site) -> None:
    packed = gzip.compress(b"Binh Son " * 3_000)
    site.routes["/a.htm"] = Reply(packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})
    crawl = Crawled()
    crawl.run(paper(site), attempts=1)
    assert crawl.reason(site, "/a.htm") == "truncated"


@pytest.mark.parametrize(
    ("bytes_", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc", "malformed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "truncated"),
        (b"", "reset"),
    ],
)
def test_what_is_not_http_is_a_reason(site: Site, bytes_: bytes, reason: str) -> None:
    def send(connection: socket.socket) -> None:
        connection.sendall(bytes_)
        connection.shutdown(socket.SHUT_RDWR)

    site.routes["/a.htm"] = Reply(raw=send)
    crawl = Crawled()
    crawl.run(paper(site), attempts=1)
    assert crawl.reason(site, "/a.htm") == reason


def test_a_host_that_is_not_there_is_a_reason() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        home = f"http://127.0.0.1:{free.getsockname()[1]}/"
        crawl = Crawled()
        crawl.run(publisher("x", home, home + "rss"), wait=0)
    (state,) = crawl.ledger.states.values()
    assert state.reason == "robots-unreachable"


# --- sitemaps without end


def _index(site: Site, *names: str) -> Reply:
    rows = "".join(f"<sitemap><loc>{site.url(name)}</loc></sitemap>" for name in names)
    return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>')


def test_sitemaps_that_nest_without_end_are_bounded(site: Site) -> None:
    for depth in range(50):
        site.routes[f"/s{depth}.xml"] = _index(site, f"/s{depth + 1}.xml")
    crawl = Crawled()
    crawl.run(paper(site, "/s0.xml", kind="sitemap"), sitemap_depth=3)
    assert len([path for path in site.paths() if path.startswith("/s")]) == 4
    assert crawl.ledger.states[site.url("/s0.xml")].reason == "bounded"


@pytest.mark.parametrize(
    ("whole", "status", "reason"),
    [(True, EndpointStatus.OK, "in-part"), (False, EndpointStatus.BROKEN, "not-a-sitemap")],
)
def test_an_index_of_pages_in_place_of_sitemaps_is_not_without_news(
    site: Site, whole: bool, status: EndpointStatus, reason: str
) -> None:
    site.routes |= {
        "/sitemap.xml": index(site, "/one.xml", "/two.xml"),
        "/one.xml": html("<html><body>Trang chủ</body></html>"),
        "/two.xml": sitemap(site, "/mot-bai-viet-mau.htm") if whole else html("<html><body>Trang chủ</body></html>"),
    }
    crawl = Crawled()
    crawl.run(paper(site, "/sitemap.xml", kind="sitemap"))
    state = crawl.ledger.states[site.url("/sitemap.xml")]
    assert (state.status, state.reason) == (status, reason)
    assert ("/mot-bai-viet-mau.htm" in site.paths()) == whole


def test_a_sitemap_that_lists_itself_and_one_that_lists_thousands_are_bounded(site: Site) -> None:
    site.routes["/self.xml"] = _index(site, "/self.xml")
    site.routes["/many.xml"] = _index(site, *(f"/m{n}.xml" for n in range(5_000)))
    crawl = Crawled()
    crawl.run(paper(site, "/self.xml", "/many.xml", kind="sitemap"), sitemap_depth=3, sitemap_files=10)
    assert len(site.asked("/self.xml")) <= 4
    assert len([path for path in site.paths() if path.startswith("/m")]) == 11
