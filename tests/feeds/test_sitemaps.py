"""Sitemaps of every kind, with bounds."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Endpoint, Publisher, PublisherKind
from crawlers import sitemaps
from crawlers.discovery import Discovery
from crawlers.entries import Answer, Limits
from crawlers.sitemaps import LOOKED_AT

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
URL = "https://bao.example.vn/sitemap.xml"
ENDPOINT = Endpoint(source="bao", kind="sitemap", url=URL)
BAO = Publisher(
    id="bao",
    name="Báo",
    kind=PublisherKind.NEWSPAPER,
    licence="x",
    home="https://bao.example.vn/",
    endpoints=(ENDPOINT,),
)
OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)


def read(body: str | bytes, **options: object) -> Discovery:
    raw = body.encode() if isinstance(body, str) else body
    return sitemaps.parse(raw, endpoint=ENDPOINT, url=URL, fetched_at=AT, headers={}, publisher=BAO, **options)  # type: ignore[arg-type]


def news(number: int, date: str = "2026-11-20T10:00:00+07:00", title: str = "Tin &amp; bài") -> str:
    return (
        f"<url><loc>https://bao.example.vn/tin-{number}.html</loc><news:news><news:publication><news:name>Báo</news:name>"
        f"</news:publication><news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
        "</news:news></url>"
    )


def index(*names: str, dates: tuple[str, ...] = ()) -> str:
    rows = "".join(
        f"<sitemap><loc>https://bao.example.vn/{name}</loc>"
        f"{f'<lastmod>{dates[number]}</lastmod>' if number < len(dates) else ''}</sitemap>"
        for number, name in enumerate(names)
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'


def test_news_sitemap() -> None:
    found = read(OPEN + news(1) + "</urlset>")
    assert found.format == "sitemap-news"
    (entry,) = found.entries
    assert (entry.title, entry.url) == ("Tin & bài", "https://bao.example.vn/tin-1.html")
    assert entry.published is not None
    assert (entry.published.at, entry.published.provenance) == (datetime(2026, 11, 20, 3, tzinfo=UTC), "sitemap")


IMAGE = (
    "<image:image><image:loc>https://bao.example.vn/anh-nuoc-lon-ve-55555.jpg</image:loc>"
    "<image:title>Ảnh bìa</image:title></image:image>"
)
VIDEO = (
    "<video:video><video:title>Thước phim</video:title>"
    "<video:publication_date>2026-11-19T10:00:00+07:00</video:publication_date></video:video>"
)
WITH_MEDIA = (
    OPEN[:-1] + ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    ' xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">'
)


@pytest.mark.parametrize("media", [IMAGE, VIDEO])
def test_what_a_page_shows_is_not_the_page(media: str) -> None:
    told = read(OPEN + news(1) + "</urlset>").entries
    first = news(1).replace("<url>", f"<url>{media}")
    last = news(1).replace("</url>", f"{media}</url>")
    assert read(WITH_MEDIA + first + "</urlset>").entries == told
    assert read(WITH_MEDIA + last + "</urlset>").entries == told


def test_a_picture_with_a_title_makes_no_article_of_a_section() -> None:
    plain = "<url><loc>https://bao.example.vn/{}</loc><lastmod>2026-11-20</lastmod>" + IMAGE + "</url>"
    found = read(WITH_MEDIA + plain.format("thoi-su") + plain.format("nuoc-lon-tren-song-1.html") + "</urlset>")
    assert [(entry.url, entry.title) for entry in found.entries] == [
        ("https://bao.example.vn/nuoc-lon-tren-song-1.html", "")
    ]
    assert found.format == "sitemap"


@pytest.mark.parametrize("unseen", ["<!-- x -->", "<?x y?>"])
def test_comments_anywhere_change_nothing(unseen: str) -> None:
    told = read(OPEN + news(1) + "</urlset>").entries
    within = news(1).replace("><", f">{unseen}<")
    for text in ("//bao", "2026-11", "in &amp;"):
        within = within.replace(text, f"{unseen}{text}")
    assert read(OPEN + within + "</urlset>").entries == told


@pytest.mark.parametrize(
    ("written", "shown"),
    [("B&igrave;nh Sơn", "Bình Sơn"), ("Bình&nbsp;Sơn", "Bình Sơn"), ("<![CDATA[B&igrave;nh Sơn]]>", "Bình Sơn"),
     ("A &AMP; B", "A & B"), ("A &khong; B", "A &khong; B")],
)  # fmt: skip
def test_letters_by_their_names_end_no_sitemap(written: str, shown: str) -> None:
    found = read(OPEN + news(1, title=written) + news(2) + "</urlset>")
    assert ([entry.title for entry in found.entries], found.bozo) == ([shown, "Tin & bài"], False)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("?a=1&b=2", "?a=1&b=2"), ("?a=1&amp;b=2", "?a=1&b=2"), ("?a=1&copy=2", "?a=1&copy=2"), ("?a=1&", "?a=1&"),
     ("?a=1&#38;b=2", "?a=1&b=2"), ("?a=1&#x1;b=2", "?a=1b=2"), ("<![CDATA[?a=1&b=2]]>", "?a=1&b=2")],
)  # fmt: skip
def test_an_ampersand_that_stands_for_itself_ends_no_sitemap(written: str, meant: str) -> None:
    found = read(OPEN + news(1).replace("</loc>", f"{written}</loc>") + news(2) + "</urlset>")
    page = "https://bao.example.vn/tin-{}.html"
    assert ([entry.url for entry in found.entries], found.bozo) == ([page.format(1) + meant, page.format(2)], False)


@pytest.mark.parametrize("piece", ["&", "&a;", "&#65;", "<![CDATA["])
def test_a_sitemap_of_nothing_but_ampersands_is_read_as_far_as_its_bound(piece: str) -> None:
    found = read(OPEN + news(1) + "<url><loc>" + piece * 400_000)
    assert ([entry.title for entry in found.entries], found.bozo) == (["Tin & bài"], True)


def test_compressed_cut_off_and_text_sitemaps() -> None:
    whole = OPEN + "".join(news(number) for number in range(20)) + "</urlset>"
    assert len(read(gzip.compress(whole.encode())).entries) == 20
    cut = read(whole[:-150])
    assert (cut.bozo, len(cut.entries)) == (True, 19)
    text = read("https://bao.example.vn/mot-hai-ba-bon.html\nhttps://bao.example.vn/nam-sau-bay-tam.html\n")
    assert (text.format, len(text.entries)) == ("sitemap-text", 2)


def test_a_sitemap_packed_in_several_members_is_read_whole() -> None:
    whole = ("\ufeff" + OPEN + "".join(news(number) for number in range(20)) + "</urlset>").encode()
    packed = gzip.compress(whole[:3_000]) + gzip.compress(b"") + gzip.compress(whole[3_000:]) + bytes(100)
    found = read(packed)
    assert (len(found.entries), found.truncated, found.bozo) == (20, False, False)


def test_more_than_is_read_packed_in_a_sitemap_is_reported() -> None:
    whole = OPEN + "".join(news(number) for number in range(20)) + "</urlset>" + " " * 100_000
    found = read(gzip.compress(whole.encode()), limits=Limits(size=50_000))
    assert (len(found.entries), found.truncated) == (20, True)


def test_only_what_is_young_enough() -> None:
    def plain(loc: str, lastmod: str = "") -> str:
        dated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
        return f"<url><loc>https://bao.example.vn/{loc}</loc>{dated}</url>"

    rows = [
        plain("tin-moi-nhat-hom-nay-1.html", "2026-11-20"),
        plain("tin-cu-nam-ngoai-het-2.html", "2025-11-20"),
        plain("2026/11/19/bai-co-ngay-trong-dia-chi.html"),
        plain("2020/01/02/bai-cu-co-ngay-trong-dia-chi.html"),
        plain("gioi-thieu-toa-soan-khong-ngay.html"),
        plain("ngay-sai-nam-khong-mot-9.html", "0001-01-01"),
        plain("thoi-su", "2026-11-21"),
    ]
    found = read(OPEN + "".join(rows) + "</urlset>", limits=Limits(days=timedelta(days=9)))
    assert [entry.url[23:] for entry in found.entries] == [
        "tin-moi-nhat-hom-nay-1.html",
        "2026/11/19/bai-co-ngay-trong-dia-chi.html",
    ]
    assert found.refused == 1  # the section page


def test_index_is_bounded_and_newest_first() -> None:
    names = [f"sitemap-{number}.xml" for number in range(400)]
    found = read(index(*names, "sitemap-2026-11-20.xml", "sitemap-2024-01-01.xml"), limits=Limits(files=50))
    assert (found.format, len(found.nested), found.truncated) == ("sitemap-index", 50, True)
    assert found.nested[0].endswith("sitemap-2026-11-20.xml")
    assert "https://bao.example.vn/sitemap-399.xml" in found.nested
    assert "https://bao.example.vn/sitemap-2024-01-01.xml" not in found.nested
    dated = read(index("a.xml", "b.xml", "c.xml", dates=("2026-11-19", "2026-11-20", "2020-01-01")))
    assert [url[-5:] for url in dated.nested] == ["b.xml", "a.xml"]


def test_an_index_of_very_many_sitemaps_takes_no_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def admitted(_: Answer, link: str) -> str:
        asked.append(link)
        return link

    monkeypatch.setattr(Answer, "admitted", admitted)
    names = [f"tin-{number}.xml" for number in range(30_000)]
    found = read(index(*names))
    assert len(asked) <= LOOKED_AT and found.truncated
    assert {found.nested[0], found.nested[-1]} == {f"https://bao.example.vn/{names[at]}" for at in (0, -1)}
    asked.clear()
    days = [f"2026-11-{1 + number % 20:02}T0{number % 10}:00:00+07:00" for number in range(6_000)]
    newest = read(index(*names[:6_000], dates=tuple(days)))
    assert len(asked) <= LOOKED_AT and all(
        days[names.index(url.rpartition("/")[2])] == max(days) for url in newest.nested
    )


def test_index_leaves_out_itself_other_hosts_and_authors() -> None:
    rows = index("sitemap.xml", "author-sitemap.xml", "tac-gia-sitemap.xml", "post_tag-sitemap.xml", "news.xml")
    rows = rows.replace(
        "</sitemapindex>", "<sitemap><loc>https://khac.example.com/s.xml</loc></sitemap></sitemapindex>"
    )
    found = read(rows)
    assert found.nested == ("https://bao.example.vn/news.xml",)
    assert found.refused == 5


@pytest.mark.parametrize(
    "declared", ['<!DOCTYPE urlset [<!ENTITY a "b">]>', '<!DOCTYPE urlset SYSTEM "http://bao.example.vn/x.dtd">']
)
def test_document_types_are_refused(declared: str) -> None:
    found = read(f'<?xml version="1.0"?>{declared}<urlset><url><loc>&a;</loc></url></urlset>')
    assert (found.problem, found.broken) == ("dtd", True)


@pytest.mark.parametrize(
    ("body", "problem"),
    [("", "empty-body"), ("<html><body></body></html>", "not-a-sitemap"), ("<!doctype html><p>", "not-a-sitemap"),
     ('<rss version="2.0"/>', "not-a-sitemap"), ("<urlset><url>", "malformed"), ("<a>" * 100_000, "malformed")],
)  # fmt: skip
def test_what_is_no_sitemap_says_so(body: str, problem: str) -> None:
    assert read(body).problem == problem


def test_an_empty_sitemap_is_no_failure() -> None:
    assert (read(OPEN + "</urlset>").problem, read(OPEN + "</urlset>").entries) == ("", ())


def test_bounds_on_entries() -> None:
    found = read(OPEN + "".join(news(number) for number in range(3_000)) + "</urlset>", limits=Limits(entries=100))
    assert (len(found.entries), found.truncated) == (100, True)
    undated = "\n".join(f"https://bao.example.vn/mot-hai-ba-bon-{number}.html" for number in range(5_000))
    text = read(undated)
    assert (len(text.entries), text.truncated) == (sitemaps.UNDATED, True)
    assert text.entries[-1].url.endswith("-4999.html")


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_an_answer(body: bytes) -> None:
    found = read(body)
    assert found.problem or found.format
