"""Feeds of every kind and state, as publishers serve them and as attackers would."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import local
from core.records import Endpoint, Publisher, PublisherKind
from crawlers import feeds
from crawlers.discovery import Discovery
from crawlers.entries import Limits
from tests.data import data_dir, needs_data

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
URL = "https://bao.example.vn/rss/home.rss"
ENDPOINT = Endpoint(source="bao", kind="feed", url=URL)
BAO = Publisher(
    id="bao",
    name="Báo",
    kind=PublisherKind.NEWSPAPER,
    licence="x",
    home="https://bao.example.vn/",
    endpoints=(ENDPOINT,),
)


def read(body: str | bytes, *, headers: dict[str, str] | None = None, **options: object) -> Discovery:
    raw = body.encode() if isinstance(body, str) else body
    return feeds.parse(raw, endpoint=ENDPOINT, url=URL, fetched_at=AT, headers=headers or {}, **options)  # type: ignore[arg-type]


def rss(*items: str, head: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Báo</title>'
        f"{head}{''.join(items)}</channel></rss>"
    )


def item(number: int = 1, *, title: str = "Tin", more: str = "", date: str = "Fri, 20 Nov 2026 10:00:00 +0700") -> str:
    return (
        f"<item><title>{title}</title><link>https://bao.example.vn/tin-so-{number}.html</link>"
        f"<pubDate>{date}</pubDate>{more}</item>"
    )


def test_rss_2_gives_title_lead_link_and_time() -> None:
    lead = "<description><![CDATA[<a href='x'><img src='a.jpg'></a></br>Mưa lớn ở Bình Sơn.]]></description>"
    found = read(rss(item(title="Lũ lên &amp; rút", more=lead)))
    assert (found.format, found.problem) == ("rss-2.0", "")
    (entry,) = found.entries
    assert (entry.title, entry.lead) == ("Lũ lên & rút", "Mưa lớn ở Bình Sơn.")
    assert entry.url == "https://bao.example.vn/tin-so-1.html"
    assert entry.published is not None
    assert (entry.published.at, entry.published.zone_stated) == (datetime(2026, 11, 20, 3, tzinfo=UTC), True)


def test_atom_rdf_old_rss_and_json_feed_are_read() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><link rel="self" href="https://bao.example.vn/atom"/>'
        '<entry><title>Tin</title><id>tag:bao,1</id><link href="https://bao.example.vn/a.html"/>'
        "<updated>2026-11-20T10:00:00+07:00</updated><summary>Tóm tắt</summary></entry></feed>"
    )
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<channel rdf:about="https://bao.example.vn/"><title>B</title></channel>'
        '<item rdf:about="https://bao.example.vn/a.html"><title>Tin</title><link>https://bao.example.vn/a.html</link></item>'
        "</rdf:RDF>"
    )
    old = (
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        ' "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>B</title>'
        "<item><title>Tin</title><link>https://bao.example.vn/a.html</link></item></channel></rss>"
    )
    feed = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "B",
            "items": [{"id": "1", "url": "https://bao.example.vn/a.html", "title": "Tin", "summary": "Tóm tắt",
                       "date_published": "2026-11-20T10:00:00+07:00"}],
        }
    )  # fmt: skip
    for body, spoken in ((atom, "atom"), (rdf, "rss-1.0"), (old, "rss-0.9"), (feed, "json-feed")):
        found = read(body)
        assert (found.format, [(e.title, e.url) for e in found.entries]) == (
            spoken,
            [("Tin", "https://bao.example.vn/a.html")],
        )


def test_a_body_that_is_a_path_reads_nothing_from_disk(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(item(title="bí mật")), encoding="utf-8")
    for body in ("/etc/passwd", str(secret), f"file://{secret}", "https://bao.example.vn/rss"):
        assert (read(body).problem, read(body).entries) == ("not-a-feed", ())


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE rss SYSTEM "http://bao.example.vn/x.dtd">',
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "x" [<!ENTITY a "b">]>',
        "<?x <!-- ?><!DOCTYPE rss [<!ENTITY a 'b'>]><!-- -->",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_document_types_and_entities_are_refused(declared: str, encoding: str) -> None:
    body = f'<?xml version="1.0"?>{declared}<rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>'
    found = read(body.encode(encoding))
    assert (found.problem, found.broken, found.entries) == ("dtd", True, ())


def test_markup_hidden_in_utf_7_is_not_decoded() -> None:
    body = b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE rss+AD4-\xff<rss version="2.0"/>'
    assert read(body).problem == "undecodable"


def test_doctype_quoted_in_a_text_is_only_text() -> None:
    found = read(rss(item(title="<![CDATA[Thẻ <!DOCTYPE html> là gì?]]>")))
    assert [entry.title for entry in found.entries] == ["Thẻ <!DOCTYPE html> là gì?"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "empty-body"),
        ("   \n", "empty-body"),
        ("<!doctype html><html><body>404</body></html>", "not-a-feed"),
        ("<html><head></head></html>", "not-a-feed"),
        ("xin chào", "not-a-feed"),
        ("{", "malformed"),
        ('{"items": []}', "not-a-feed"),
        ("\x00\x01\x02\x03" * 20, "not-a-feed"),
    ],
)
def test_what_is_no_feed_says_so(body: str, problem: str) -> None:
    assert read(body).problem == problem


def test_a_feed_without_items_is_no_failure() -> None:
    found = read(rss())
    assert (found.format, found.problem, found.entries) == ("rss-2.0", "", ())


def test_a_feed_cut_off_in_the_middle_keeps_what_came() -> None:
    found = read(rss(item(1), item(2), item(3)).encode()[:-120])
    assert [entry.url[-6:] for entry in found.entries][:2] == ["1.html", "2.html"]
    assert found.bozo


@pytest.mark.parametrize(
    ("headers", "encoding"),
    [
        ({"content-type": "text/xml; charset=iso-8859-1"}, "utf-8"),
        ({"content-type": "application/xml; charset=windows-1258"}, "utf-8"),
        ({}, "utf-16"),
        ({}, "utf-8-sig"),
    ],
)
def test_a_wrong_charset_label_never_makes_mojibake(headers: dict[str, str], encoding: str) -> None:
    found = read(rss(item(title="Thường Xuân: đường sạt lở")).encode(encoding), headers=headers)
    assert found.entries[0].title == "Thường Xuân: đường sạt lở"


def test_decomposed_letters_are_composed() -> None:
    apart = unicodedata.normalize("NFD", "Bình Sơn")
    assert apart != "Bình Sơn"
    assert read(rss(item(title=apart))).entries[0].title == "Bình Sơn"


def test_text_escaped_once_or_twice_and_control_characters() -> None:
    titles = ["n&amp;agrave;y", "n&amp;amp;agrave;y", "<![CDATA[n&agrave;y]]>", "n\u202eày\u200b"]
    found = read(rss(*(item(number, title=title) for number, title in enumerate(titles))))
    assert [entry.title for entry in found.entries] == ["này", "này", "này", "này"]
    script = read(rss(item(title="&lt;script&gt;alert(1)&lt;/script&gt;"))).entries[0].title
    assert script == "<script>alert(1)</script>"  # as text; the page escapes it


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Bình Sơn<br>mưa lớn", "Bình Sơn mưa lớn"),
        ("<p>Bình Sơn</p><p>mưa lớn</p>", "Bình Sơn mưa lớn"),
        ("<b>B</b>ình Sơn <i>mưa</i> lớn", "Bình Sơn mưa lớn"),
    ],
)
def test_lines_stay_apart_and_words_whole(written: str, shown: str) -> None:
    (entry,) = read(
        rss(item(title=f"<![CDATA[{written}]]>", more=f"<description><![CDATA[{written}]]></description>"))
    ).entries
    assert (entry.title, entry.lead) == (shown, shown)


def test_lead_is_text_without_scripts_and_bylines() -> None:
    lead = (
        "&lt;p class=&quot;author&quot;&gt;Canary Người Viết&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;"
        "&lt;p&gt;Mưa &amp;amp; lũ&lt;/p&gt;"
    )
    assert read(rss(item(more=f"<description>{lead}</description>"))).entries[0].lead == "Mưa & lũ"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "javascript://bao.example.vn/%0Aalert(1)", "data:text/html,x",
                                  "file:///etc/passwd", "ftp://bao.example.vn/a", "http://1.1.1.1\\@bao.example.vn/",
                                  ""])  # fmt: skip
def test_links_are_web_links_only(link: str) -> None:
    found = read(rss(f"<item><title>x</title><link>{link}</link></item>", item()))
    assert [entry.url for entry in found.entries] == ["https://bao.example.vn/tin-so-1.html"]
    assert found.refused == 1


def test_links_off_the_publishers_hosts_and_readers_sections_are_left_out() -> None:
    links = [
        "https://khac.example.com/tin-1.html",
        "https://www.facebook.com/trang/1",
        "https://bao.example.vn/ban-doc/thu-1.html",
        "https://video.bao.example.vn/tin-2.html",
        "/tin-3.html",
    ]
    rows = (f"<item><title>x</title><link>{link}</link></item>" for link in links)
    found = read(rss(*rows), publisher=BAO)
    assert [entry.url for entry in found.entries] == [
        "https://video.bao.example.vn/tin-2.html",
        "https://bao.example.vn/tin-3.html",
    ]
    assert found.refused == 3


@pytest.mark.parametrize(
    ("text", "hour", "stated"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0700", 10, True),
        ("Fri, 20 Nov 26 10:00:00 +07", 10, True),
        ("Fri, 20 Nov 2026 10:00:00 GMT+7", 10, True),
        ("Fri, 20 Nov 2026 03:00:00 GMT", 10, True),
        ("2026-11-20T10:00:00 +07:00", 10, True),
        ("2026-11-20T03:00:00Z", 10, True),
        ("2026-11-20 10:00:00", 10, False),
        ("11/20/2026 10:00:00 AM", 10, False),
        ("20/11/2026 10:00", 10, False),
        ("10:00 20-11-2026", 10, False),
        ("Thứ sáu, 20/11/2026, 10:00 (GMT+7)", 10, True),
        ("hôm qua 10:00", 10, False),
        ("Fri, 20 Nov 2026 03:00:00 +0000 (UTC)", 10, True),
        ("Fri Nov 20 2026 10:00:00 GMT+0700 (Indochina Time)", 10, True),
        ("Fri Nov 20 10:00:00 ICT 2026", 10, True),
        ("Fri Nov 20 10:00:00 2026", 10, False),
        ("November 20, 2026 10:00 am", 10, False),
        ("Thứ sáu, ngày 20 tháng 11 năm 2026 10:00", 10, False),
        ("10 giờ 00, ngày 20/11/2026", 10, False),
        ("T6, 20 Thg11 2026 10:00:00 +0700", 10, True),
        ("20 Tháng Mười Một, 2026 10:00", 10, False),
    ],
)
def test_dates_as_papers_write_them(text: str, hour: int, stated: bool) -> None:
    published = read(rss(item(date=text))).entries[0].published
    assert published is not None
    assert local(published.at).strftime("%Y-%m-%d %H:%M") == f"2026-11-20 {hour}:00"
    assert (published.zone_stated, published.doubtful) == (stated, False)


def test_which_number_is_the_day_is_told_by_the_feed_itself() -> None:
    def days(*dates: str) -> list[str]:
        found = read(rss(*(item(number, date=date) for number, date in enumerate(dates))))
        return [f"{local(entry.published.at):%m-%d}" for entry in found.entries if entry.published]

    assert days("10/11/2026 08:00", "20/10/2026 08:00") == ["11-10", "10-20"]
    assert days("10/11/2026 08:00", "10/20/2026 08:00") == ["10-11", "10-20"]
    assert days("10/11/2026 8:00:00 AM") == ["10-11"]
    assert days("10/11/2026 08:00") == ["11-10"]


@pytest.mark.parametrize("text", ["Fri, 20 Nov 2099 10:00:00 +0700", "0001-01-01T00:00:00", "31/02/2026 10:00"])
def test_impossible_dates_give_way_to_the_fetch_time_and_are_marked(text: str) -> None:
    published = read(rss(item(date=text))).entries[0].published
    assert published is not None
    assert (published.at, published.doubtful, published.provenance) == (AT, True, "fetched")


def test_no_date_is_no_date() -> None:
    assert read(rss(item(date="sắp tới"))).entries[0].published is None


def test_one_page_is_one_entry_however_its_address_is_written() -> None:
    links = [
        "http://bao.example.vn/a-1.html?utm_source=rss",
        "https://www.bao.example.vn/a-1.html",
        "https://m.bao.example.vn/a-1.html#x",
        "https://bao.example.vn/a-1.html/",
        "https://bao.example.vn/b-2.html",
    ]
    found = read(rss(*(f"<item><title>x</title><link>{link}</link></item>" for link in links)), publisher=BAO)
    assert [entry.url for entry in found.entries] == [links[0], links[4]]


def test_guids() -> None:
    def guids(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
        rows = (f"<item><title>x</title><link>https://bao.example.vn/{link}</link><guid>{guid}</guid></item>"
                for link, guid in pairs)  # fmt: skip
        return [(entry.url[23:], entry.guid) for entry in read(rss(*rows)).entries]

    assert guids(("a", "tin-1234"), ("b", "tin-1234")) == [("a", "tin-1234")]  # two items with one guid
    assert guids(("a", "trang"), ("b", "trang"), ("c", "trang")) == [("a", ""), ("b", ""), ("c", "")]  # says nothing
    assert guids(("a", "0"), ("b", "0")) == [("a", ""), ("b", "")]
    assert guids(("a", "https://bao.example.vn/a?utm_source=1")) == [("a", "")]  # its own address
    assert guids(("a", URL)) == [("a", "")]


def test_bounds_on_items_and_titles() -> None:
    found = read(rss(*(item(number) for number in range(50_000))))
    assert (len(found.entries), found.truncated, found.problem) == (5_000, True, "")
    huge = read(rss(item(1, title="ạ" * 4_000_000), item(2)), limits=Limits(entries=10))
    assert [len(entry.title) <= 500 for entry in huge.entries] == [True, True]


def test_nesting_does_no_harm() -> None:
    found = read(rss(item(1, more="<x>" * 1_000 + "</x>" * 1_000), item(2)))
    assert len(found.entries) == 2
    assert read('{"version":"https://jsonfeed.org/version/1.1","items":' + "[" * 200_000).problem in (
        "too-deep",
        "malformed",
    )


def test_how_often_and_when_a_feed_wants_to_be_asked() -> None:
    head = "<ttl>30</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    found = read(rss(item(), head=head))
    assert (found.ttl, found.skip_hours, found.skip_days) == (timedelta(minutes=30), frozenset({0, 1}), frozenset({6}))
    syndication = "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    assert read(rss(item(), head=syndication)).ttl == timedelta(minutes=30)


def test_no_byline_is_read_anywhere() -> None:
    person = "Canary Người Viết"
    more = (
        f"<dc:creator>{person}</dc:creator><author>{person}</author><content:encoded><![CDATA[{person}]]></content:encoded>"
        f"<itunes:author>{person}</itunes:author><category>{person}</category><comments>https://bao.example.vn/{person}</comments>"
        f"<source url='x'>{person}</source><media:credit>{person}</media:credit>"
    )
    head = f"<managingEditor>{person}</managingEditor><webMaster>{person}</webMaster><dc:creator>{person}</dc:creator>"
    assert "Canary" not in repr(read(rss(item(more=more), head=head)))
    atom = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><author><name>{person}</name></author><entry><title>Tin</title>'
        f"<author><name>{person}</name><uri>x</uri></author><contributor><name>{person}</name></contributor>"
        f'<link href="https://bao.example.vn/a.html"/><content type="html">{person}</content></entry></feed>'
    )
    assert len(read(atom).entries) == 1
    assert "Canary" not in repr(read(atom))
    rows = [
        {"id": "1", "url": "https://bao.example.vn/a", "title": "Tin", "authors": [{"name": person}], "author": person}
    ]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "authors": [{"name": person}], "items": rows})
    assert len(read(feed).entries) == 1
    assert "Canary" not in repr(read(feed))


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_an_answer(body: bytes) -> None:
    found = read(body)
    assert found.problem or found.format


@given(st.text(max_size=200), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_in_a_feed_gives_clean_one_line_entries(title: str, date: str) -> None:
    found = read(rss(item(1, title=title, date=date)))
    for entry in found.entries:
        assert entry.title == " ".join(entry.title.split())
        assert entry.published is None or entry.published.at <= AT


@needs_data
def test_real_feeds_of_nine_years() -> None:
    files = sorted((data_dir() / "feeds").glob("*.xml"))
    assert files
    for file in files:
        found = read(file.read_bytes())
        assert (found.format, found.problem, found.bozo) == ("rss-2.0", "", False)
        assert all(entry.title and entry.lead and entry.published and not entry.guid for entry in found.entries)
        assert "<" not in "".join(entry.lead for entry in found.entries)
