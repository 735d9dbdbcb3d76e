"""Every trap met on real pages, on invented ones: what readers see is what is kept."""

# ruff: noqa: E501 - mark-up reads better on one line
from __future__ import annotations

import html
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import VIETNAM
from core.errors import ExtractError
from core.records import Article, Entry, Published, Publisher, PublisherKind, Selectors
from core.urls import article_id
from crawlers.extract import PressExtractor
from crawlers.legacy import Legacy, to_legacy
from tests.crawlers.pages import FILL, NOW, URL, article, at, page

TITLE = "Nước lớn trên sông, nhiều tuyến đường bị chia cắt"
LEAD = "Mưa lớn kéo dài ba ngày khiến nước sông dâng nhanh, chính quyền di dời hàng trăm hộ dân."
MINUTE = datetime(2026, 3, 7, 8, 1, tzinfo=VIETNAM)


def read(body: str | bytes, publisher: Publisher | None = None, **kind: Any) -> Article:
    return PressExtractor().extract(page(body, **kind), publisher)


def said(article: Article) -> str:
    return "\n".join([article.title, article.text, *article.captions, *article.meta])


def ld(**values: object) -> str:
    told = {"@context": "https://schema.org", "@type": "NewsArticle", **values}
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


def to_minute(found: Article) -> datetime:
    return found.published.at.replace(second=0, microsecond=0)


def test_a_plain_page() -> None:
    found = read(article())
    assert (found.title, found.lead, found.paragraphs) == (TITLE, LEAD, FILL)
    assert to_minute(found) == MINUTE
    assert found.published.provenance == "text"
    assert found.published.zone_stated
    assert found.language == "vi"


# --- headline ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2])
def test_json_ld_headline_escaped(times: int) -> None:
    told = 'Giá "vàng" & đô la tăng mạnh trong tuần'
    shown = told
    for _ in range(times):
        shown = html.escape(shown)
    body = article(head=ld(headline=shown, datePublished="2026-03-07T08:01:00+07:00")).replace(TITLE, html.escape(told))
    assert read(body).title == told
    without_heading = body.replace("<h1", "<div").replace("</h1", "</div")
    assert read(without_heading).title == told


def test_the_visible_headline_wins_over_og_title() -> None:
    head = '<meta property="og:title" content="Nước lớn trên sông: nhiều tuyến đường chia cắt, hàng trăm hộ di dời">'
    assert read(article(head=head)).title == TITLE


def test_the_sites_own_h1_is_no_headline() -> None:
    body = article().replace("<nav>", "<h1>Báo Ví dụ - Tin nhanh mỗi ngày</h1><nav>")
    assert read(body).title == TITLE


def test_without_h1_json_ld_and_time_element() -> None:
    body = article().replace('<h1 class="title-detail">', '<div class="article-title">').replace("</h1>", "</div>")
    found = read(body)
    assert found.title == TITLE
    assert to_minute(found) == MINUTE


def test_a_headline_in_lines_keeps_its_words_whole_and_apart() -> None:
    first, second = TITLE.split(", ")
    lines = f"<span>{first[0]}</span>{first[1:]},<br>{second}"
    assert read(article().replace(f">{TITLE}</h1>", f">{lines}</h1>")).title == TITLE


def test_only_a_title_element() -> None:
    body = article().replace(f'<h1 class="title-detail">{TITLE}</h1>', "")
    assert read(body).title == TITLE


@pytest.mark.parametrize(
    "written",
    [
        "{}", "\ufeff{}", "<!--\n{}\n-->", "//<![CDATA[\n{}\n//]]>", "<![CDATA[{}]]>", "/* <![CDATA[ */{}/* ]]> */", "{};",
        "/* tự động */ {}", '{{"@type":"WebSite","name":"Báo"}}{}', "[{}]", '{{"@graph":[{},]}}',
    ],
)  # fmt: skip
def test_json_ld_however_it_is_wrapped(written: str) -> None:
    told = f'{{"@type":"NewsArticle","headline":"{TITLE}","datePublished":"2026-03-07T08:01:00+07:00","about":"a\nb",}}'
    found = read(article(head=f'<script type="application/ld+json">{written.format(told)}</script>', shown=""))
    assert (to_minute(found), found.published.provenance) == (MINUTE, "json-ld")


# --- time -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", ["<br>", "</span><span>", "</div><div>"])
def test_day_and_time_of_day_in_tags_of_their_own(between: str) -> None:
    found = read(article(shown=f"<time><span>7/3/2026{between}08:01</span></time>"))
    assert (to_minute(found), found.published.provenance) == (MINUTE, "time-tag")


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-07T08:01:00&#x2B;07:00", "2026-03-07T08:01:00 +07:00", "2026-03-07T08:01:53+0700", "2026-03-07T01:01:00Z",
        "2026-03-07T08:01:00", "2026-03-07 08:01", "3/7/2026 8:01:00 AM", "2026-03-07T08:01:00.0000000+07:00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["json-ld", "meta", "time-tag"])
def test_spellings_of_time(written: str, where: str) -> None:
    head = {
        "json-ld": f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"x","datePublished":"{written}"}}</script>',
        "meta": f'<meta property="article:published_time" content="{written}">',
        "time-tag": "",
    }[where]
    body = article(head=head, shown=f'<time datetime="{written}">hôm qua</time>' if where == "time-tag" else "")
    found = read(body)
    assert to_minute(found) == MINUTE
    assert found.published.provenance == where
    assert found.published.zone_stated == ("07:00" in written[19:] or "0700" in written or written.endswith("Z"))


@pytest.mark.parametrize(
    "shown",
    [
        "Thứ bảy, 7/3/2026, 08:01 (GMT+7)", "07/03/2026 08:01 GMT+7", "07-03-2026 - 08:01 AM", "Thứ Bảy, 07/03/2026 - 08:01",
        "08:01 07/03/2026", "08:01 | 07/03/2026", "Ngày 07/03/2026 08:01", "08:01, Thứ Bảy 7/3/2026", "7/3/2026 8:01 SA",
        "Thứ 7, 07/03/2026 | 08:01:32", "07.03.2026, 08:01", "08h01 07/03/2026", "Cập nhật: 9/3/2026 10:00; đăng 7/3/2026 08:01",
        "Xuất bản: 07-03-2026 08:01 | Cập nhật: 08-03-2026 09:00",
        "07 / 03 / 2026 - 08:01", "08:01 - 07 - 03 - 2026", "<b>07</b>/<b>03</b>/2026 08:01", "7. 3. 2026, 08:01",
    ],
)  # fmt: skip
def test_time_in_words(shown: str) -> None:
    found = read(article(shown=shown))
    assert to_minute(found) == MINUTE
    assert found.published.provenance == "text"
    assert found.published.zone_stated == ("GMT" in shown)


def test_just_after_midnight_is_the_day_before_in_utc() -> None:
    found = read(article(shown="07-03-2026 - 00:01 AM"))
    assert found.published.at == datetime(2026, 3, 6, 17, 1, tzinfo=UTC)


def test_meta_and_json_ld_seconds_may_differ() -> None:
    head = ld(headline=TITLE, datePublished="2026-03-07T08:01:53+07:00")
    head += '<meta property="article:published_time" content="2026-03-07T08:01:00+07:00">'
    assert to_minute(read(article(head=head))) == MINUTE


def test_the_day_in_the_address_is_not_the_publication_day() -> None:
    body = article(shown="07/03/2026 08:01")
    found = PressExtractor().extract(at(page(body), "https://bao.example/tin-20260228093004191.htm"), None)
    assert to_minute(found) == MINUTE


def test_no_time_is_read_out_of_an_image() -> None:
    picture = '<img src="/images/2024/01/05/1200-09-30.jpg"><figure><img src="/20240105/0930/x.jpg"></figure>'
    entry = Entry(
        source="bao", url=URL, found_in=URL, published=Published(at=MINUTE.astimezone(UTC), provenance="feed")
    )
    found = PressExtractor().extract(page(article(shown="", before=picture), entry=entry), None)
    assert (to_minute(found), found.published.provenance) == (MINUTE, "feed")


def test_local_time_marked_as_utc_by_the_template() -> None:
    found = read(article(head=ld(headline=TITLE, datePublished="2026-03-07T08:01:00Z"), shown="07/03/2026 08:01 GMT+7"))
    assert to_minute(found) == MINUTE


def test_a_future_time_gives_way_to_the_fetch_time() -> None:
    found = read(article(shown="07/03/2027 08:01"))
    assert found.published.at == NOW
    assert found.published.doubtful


@pytest.mark.parametrize("shown", ["01/01/0001 00:00", "35/17/2026 08:01", "00/00/0000"])
def test_no_such_day(shown: str) -> None:
    found = read(article(shown=shown)).published
    assert found.at <= NOW
    assert found.doubtful or found.provenance == "url"


def test_without_any_time_the_fetch_time_is_marked() -> None:
    found = PressExtractor().extract(at(page(article(shown="")), "https://bao.example/tin"), None)
    assert (found.published.at, found.published.provenance, found.published.doubtful) == (NOW, "fetched", True)


# --- lead and body ----------------------------------------------------------------------------------------------


def test_the_lead_may_stand_in_the_body_or_only_be_told_by_the_head() -> None:
    head = f'<meta property="og:description" content="{LEAD}">'
    inside = article(lead="", head=head, paragraphs=(LEAD, *FILL))
    assert (read(inside).lead, read(inside).paragraphs) == (LEAD, FILL)
    twice = article(head=head, paragraphs=(LEAD, *FILL))
    assert (read(twice).lead, read(twice).paragraphs) == (LEAD, FILL)


@pytest.mark.parametrize(
    "hidden",
    ['<div style="display: none">{}</div>', "<div hidden>{}</div>", '<section style="visibility:hidden">{}</section>'],
)
def test_what_is_not_shown_is_no_lead(hidden: str) -> None:
    other = '<p class="summary">Mời bạn đọc đăng nhập để theo dõi những tin tức mới nhất của báo chúng tôi.</p>'
    assert read(article().replace("<main>", f"<main>{hidden.format(other)}")).lead == LEAD


def test_a_truncated_description_does_not_replace_the_lead() -> None:
    head = f'<meta name="description" content="{LEAD[:60]}...">'
    assert read(article(head=head)).lead == LEAD


@pytest.mark.parametrize(
    "beside",
    [
        '<div class="related"></div>',
        "<ul></ul>",
        "<ul><li>.</li></ul>",
        '<ul><li><a href="/tin-2.htm">Mưa lớn</a></li></ul>',
        '<div class="box-relate"><p><a href="/tin-2.htm">Nước sông dâng nhanh trong đêm</a></p></div>',
    ],
)
def test_lists_of_other_articles_inside_the_lead_leave_the_lead_as_it_is(beside: str) -> None:
    inside = article().replace(f'<h2 class="sapo">{LEAD}</h2>', f'<div class="sapo">{LEAD}{beside}</div>')
    assert read(inside).lead == LEAD


@pytest.mark.parametrize("between", ["<br>", "</p><p>", "</p>\n<blockquote>", "<br/><br/>"])
def test_lines_of_a_lead_stay_apart(between: str) -> None:
    first, second = LEAD.split(", ")
    inside = f'<div class="sapo"><p>{first},{between}{second}</p></div>'
    assert read(article().replace(f'<h2 class="sapo">{LEAD}</h2>', inside)).lead == LEAD


def test_subheads_and_editorial_boxes_stay_in_order() -> None:
    box = '<div class="VCSortableInPreviewMode" type="content"><div><h3>Một hộp</h3><p>Chuyện bên lề của trận lũ năm nay.</p></div></div>'
    body = article().replace(f"<p>{FILL[1]}</p>", f"<h2>Dọn dẹp</h2><p>{FILL[1]}</p>{box}")
    assert read(body).paragraphs == (
        FILL[0], "Dọn dẹp", FILL[1], "Một hộp", "Chuyện bên lề của trận lũ năm nay.", FILL[2],
    )  # fmt: skip


def test_decomposed_letters_become_composed() -> None:
    body = article(paragraphs=(FILL[0], unicodedata.normalize("NFD", FILL[1]), FILL[2]))
    assert read(body).paragraphs == FILL


def test_look_alikes_become_vietnamese_letters() -> None:
    body = article(paragraphs=(FILL[0].replace("đ", "ð"), FILL[1].replace("ư", "ƣ"), FILL[2].replace("Đ", "Ð")))
    assert read(body).paragraphs == FILL


def test_captions_are_kept_apart_and_without_who_took_the_picture() -> None:
    figure = (
        "<figure><img src='a.jpg' alt='x'><figcaption><p>Nước ngập đường liên xã. Ảnh: Trần Văn Giả Định</p></figcaption>"
        "</figure>"
    )
    body = article().replace(f"<p>{FILL[1]}</p>", f"{figure}<p>{FILL[1]}</p>")
    found = read(body)
    assert found.paragraphs == FILL
    assert found.captions == ("Nước ngập đường liên xã",) or found.captions == ("Nước ngập đường liên xã.",)


def test_comment_form_and_related_headlines_inside_the_container_go() -> None:
    inside = """<div class="comment-wrap"><p>Bạn đọc viết: chính quyền làm gì rồi, mời xem ở trang của tôi nhé mọi người</p>
      <textarea>Ý kiến của bạn</textarea></div><ul class="related"><li><a href="/x">Một tin khác hẳn, không thuộc bài này</a></li></ul>
      <p><a href="/y">Mưa lớn ở miền Bắc, nhiều nơi ngập sâu</a></p><p>&gt;&gt; <a href="/z">Xem thêm bài về giá vàng hôm nay</a></p>"""
    body = article().replace(f"<p>{FILL[2]}</p>", f"<p>{FILL[2]}</p>{inside}")
    assert read(body).paragraphs == FILL


def test_a_last_paragraph_that_begins_with_a_link_stays() -> None:
    last = '<p><a href="/nghi-dinh">Nghị định mới</a> có hiệu lực từ ngày 15/3, thay cho các quy định trước đây về đê điều.</p>'
    body = article().replace(f"<p>{FILL[2]}</p>", f"<p>{FILL[2]}</p>{last}")
    assert read(body).paragraphs[-1].startswith("Nghị định mới có hiệu lực")


def test_lines_broken_without_paragraphs() -> None:
    body = article(paragraphs=()).replace('<div class="detail-content">', '<div class="x1">' + "<br><br>".join(FILL))
    assert read(body).paragraphs == FILL


def test_an_article_in_several_elements() -> None:
    parts = "".join(f'<div class="chunk"><p>{text}</p><p>{text[::-1]}</p></div>' for text in FILL)
    found = read(article(paragraphs=()).replace('<div class="detail-content">', f'<div class="all">{parts}'))
    assert [text for text in found.paragraphs if text in FILL] == list(FILL)


def test_a_body_that_only_json_ld_holds() -> None:
    head = ld(headline=TITLE, articleBody="\n".join(FILL), datePublished="2026-03-07T08:01:00+07:00")
    found = read(article(lead="", paragraphs=(), head=head))
    assert found.paragraphs == FILL


def test_a_shape_that_nothing_here_knows() -> None:
    """Words in elements of their own names: trafilatura or the own reading, but never nothing."""
    head = ld(headline=TITLE, datePublished="2026-03-07T08:01:00+07:00")
    strange = "".join(f"<x-line><x-words>{text}</x-words></x-line>" for text in FILL * 2)
    found = read(article(lead="", paragraphs=(), head=head, after=f"<x-story>{strange}</x-story>"))
    assert all(text in " ".join(found.text.split()) for text in FILL)


@pytest.mark.parametrize(
    "byline",
    [
        '<p style="text-align:right"><strong>Nguyễn Văn Giả Định</strong></p>', '<p class="author">Nguyễn Văn Giả Định</p>',
        "<p><strong>Nguyễn Văn Giả Định</strong></p>", "<p>Nguyễn Văn Giả Định (t/h)</p>", "<p><em>Bài và ảnh: Nguyễn Văn Giả Định</em></p>",
        '<div class="tac-gia"><b>Nguyễn Văn Giả Định</b></div>', "<p align='right'>Nguyễn Văn Giả Định - Lê Thị Bịa</p>",
        "<p>Tin, ảnh: Nguyễn Văn Giả Định</p>", "<p>Theo Nguyễn Văn Giả Định</p>", "<p>PV: Nguyễn Văn Giả Định</p>",
        '<span itemprop="author">Nguyễn Văn Giả Định</span>', '<a rel="author" href="/tac-gia">Nguyễn Văn Giả Định</a>',
        "<p>NGUYỄN VĂN GIẢ ĐỊNH</p>", "<p>Nguyễn Văn Giả Định - 08:05 07/03/2026</p>",
        "<p>Thứ bảy, 07/03/2026, 08:05 (GMT+7) | Nguyễn Văn Giả Định</p>", "<p>Nguyễn Văn Giả Định • 8h05, hôm nay</p>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["first", "last"])
def test_bylines_go(byline: str, place: str) -> None:
    body = article()
    if place == "first":
        body = body.replace(f"<p>{FILL[0]}</p>", f"{byline}<p>{FILL[0]}</p>")
    else:
        body = body.replace(f"<p>{FILL[2]}</p>", f"<p>{FILL[2]}</p>{byline}")
    found = read(body)
    assert "giả định" not in said(found).lower()
    assert found.paragraphs == FILL


def test_a_papers_own_name_as_author_drops_no_subhead() -> None:
    head = '<meta name="author" content="Tuổi xanh"><meta property="og:site_name" content="Báo Tuổi xanh">'
    body = article(head=head).replace(f"<p>{FILL[1]}</p>", f"<h2>Tuổi xanh với biển đảo</h2><p>{FILL[1]}</p>")
    assert "Tuổi xanh với biển đảo" in read(body).paragraphs


def test_people_in_the_news_stay_in_its_text() -> None:
    told = "Ông Nguyễn Văn Giả Định, chủ tịch xã, cho biết nước đã rút."
    assert told in read(article(paragraphs=(*FILL, told))).paragraphs


# --- what is no article, reservation, identity ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><body><h1>Thể thao</h1><ul>" + "<li><a href='/a'>Một đầu đề nào đó của báo</a></li>" * 60 + "</ul></body></html>", "not-article"),
        ("<html><head><meta property='og:type' content='article'></head><body><h1>Video: lũ về</h1><video></video></body></html>", "no-body"),
        ("", "no-title"), ("<p>", "no-title"),
        ("<html><body>\x00\x01\x02</body></html>", "no-title"),
    ],
)  # fmt: skip
def test_pages_that_are_no_article(body: str, reason: str) -> None:
    with pytest.raises(ExtractError) as caught:
        read(body)
    assert caught.value.reason == reason


def test_reservation_of_the_page() -> None:
    assert read(article(head='<meta name="tdm-reservation" content="1">')).reserved
    assert not read(article(head='<meta name="tdm-reservation" content="0">')).reserved


@pytest.mark.parametrize(
    ("canonical", "own"),
    [
        ("https://www.bao.example/nuoc-lon-1.htm", "https://bao.example/nuoc-lon-1.htm"),
        ("/nuoc-lon-1.htm?utm_source=x", "https://bao.example/nuoc-lon-1.htm"),
        ("https://khac.example/nuoc-lon-1.htm", URL),
        ("https://bao.example/", URL),
        ("javascript:alert(1)", URL),
        ("", URL),
    ],
)
def test_identity_is_the_canonical_address_on_the_publishers_own_host(canonical: str, own: str) -> None:
    found = read(article(head=f'<link rel="canonical" href="{canonical}">'))
    assert (found.url, found.id) == (own, article_id(own))


def test_a_canonical_address_is_read_from_where_the_page_says() -> None:
    head = '<base href="https://bao.example/"><link rel="canonical" href="nuoc-lon-1.htm">'
    assert read(article(head=head)).url == "https://bao.example/nuoc-lon-1.htm"


def test_declared_selectors_win() -> None:
    publisher = Publisher(
        id="bao", name="Báo Ví dụ", kind=PublisherKind.NEWSPAPER, licence="giấy phép số 1", home="https://bao.example/",
        endpoints=(), selectors=Selectors(
            title=".t", lead=".l", body=".b", published=".d", boxes=(".box",), drop=(".b .x",)
        ),
    )  # fmt: skip
    body = f"""<body><h1>Không phải</h1><p class=t>{TITLE}</p><p class=l>{LEAD}</p><p class=d>7/3/2026 08:01</p>
      <div class=b><p>{FILL[0]}</p><p class=x>Bỏ đi phần này, vì không thuộc bài.</p></div><div class=box><p>{FILL[1]}</p></div>"""
    found = read(body, publisher)
    assert (found.title, found.lead, found.paragraphs) == (TITLE, LEAD, FILL[:2])
    assert (to_minute(found), found.published.provenance) == (MINUTE, "selector")


# --- hostile ----------------------------------------------------------------------------------------------------


def test_a_thousand_levels_of_nesting() -> None:
    found = read(article(before="<div>" * 1000, after="</div>" * 1000))
    assert found.paragraphs == FILL


def test_nesting_beyond_any_page_is_refused() -> None:
    with pytest.raises(ExtractError) as caught:
        read("<div>" * 200_000 + FILL[0])
    assert caught.value.reason == "too-complex"


def test_a_title_of_ten_megabytes() -> None:
    found = read(article(title="Nước lớn " * 1_200_000))
    assert len(found.title) <= 500


def test_a_hundred_thousand_links_and_huge_paragraphs() -> None:
    links = "".join(f'<a href="/{k}">x</a>' for k in range(100_000))
    found = read(article(before=links, paragraphs=(*FILL, "nước " * 400_000)))
    assert found.paragraphs[:3] == FILL
    assert sum(map(len, found.paragraphs)) < 300_000


def test_markup_in_text_stays_text() -> None:
    found = read(article(title="Thử &lt;script&gt;alert(1)&lt;/script&gt; trên sông", head=ld(headline="<b>x</b>")))
    assert found.title == "Thử <script>alert(1)</script> trên sông"
    assert "\n" not in read(article(title="Một\r\nhai\u202e ba bốn năm\x00")).title


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("as_bytes", [True, False])
def test_pages_in_the_encodings_from_before_unicode(encoding: Legacy, as_bytes: bool) -> None:
    old = to_legacy(article(shown=""), encoding)
    found = read(old.encode("cp1252") if as_bytes else old)
    assert (found.title, found.lead, found.paragraphs) == (TITLE, LEAD, FILL)


def test_damage_is_never_kept() -> None:
    twisted = article().encode("utf-8").decode("cp1252", "replace")
    try:
        found = read(twisted)
    except ExtractError as error:
        assert error.reason == "undecodable"
    else:
        assert found.paragraphs == FILL


def test_times_are_taken_from_the_page_before_the_feed() -> None:
    feed = Published(at=NOW - timedelta(minutes=5), provenance="feed")
    entry = Entry(source="bao", url=URL, found_in=URL, published=feed)
    assert to_minute(PressExtractor().extract(page(article(), entry=entry), None)) == MINUTE
