"""Section pages: which links are articles, on pages of systems that the model's makers never met, and within bounds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Endpoint, EndpointKind, PollState, Publisher, PublisherKind
from core.settings import CrawlSettings
from core.text import fold_plain
from crawlers import sections, sections_train
from crawlers.discovery import Discovery
from crawlers.entries import Limits
from crawlers.parsers import parsers
from tests.data import data_dir, needs_data

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
URL = "https://cong.example.gov.vn/tin-tuc"
ENDPOINT = Endpoint(source="cong", kind="section", url=URL)
CONG = Publisher(
    id="cong", name="Cổng", kind=PublisherKind.PUBLIC_BODY, licence="x", home="https://cong.example.gov.vn/",
    endpoints=(ENDPOINT,),
)  # fmt: skip
TITLES = (
    "Xã Vạn Tường ra quân làm sạch bãi biển sau đợt mưa lớn kéo dài",
    "Nông dân ven sông xuống giống vụ đông sớm hơn mọi năm mười ngày",
    "Khởi công cầu dân sinh nối hai thôn bị chia cắt mỗi mùa nước lên",
    "Trạm y tế xã mở thêm ngày tiêm phòng cho trẻ dưới năm tuổi",
    "Gần hai trăm hộ dân được cấp nước sạch trước Tết Nguyên đán",
    "Trường tiểu học vùng cao đón học sinh trở lại sau bão số mười ba",
    "Chợ phiên cuối tuần bày bán hơn sáu mươi sản phẩm của hợp tác xã",
    "Tuyến đường liên xã dài tám cây số được trải nhựa xong trong tháng",
)
SLUGS = tuple(fold_plain(title).replace(" ", "-") for title in TITLES)
MENU = "".join(
    f'<li><a href="{href}">{name}</a></li>'
    for href, name in (
        ("/", "Trang chủ"), ("/gioi-thieu", "Giới thiệu"), ("/tin-tuc", "Tin tức"), ("/van-ban", "Văn bản"),
        ("/lien-he", "Liên hệ"), ("/so-do-cong", "Sơ đồ cổng"), ("/thu-tuc-hanh-chinh", "Thủ tục hành chính"),
        ("/tiep-nhan-phan-anh-kien-nghi-cua-nguoi-dan", "Tiếp nhận phản ánh, kiến nghị của người dân"),
    )
)  # fmt: skip


ROW = '<h3><a href="{href}">{title}</a></h3>'


def read(body: str | bytes, *, url: str = URL, **options: object) -> Discovery:
    raw = body.encode() if isinstance(body, str) else body
    options.setdefault("publisher", None)
    return sections.parse(raw, endpoint=ENDPOINT, url=url, fetched_at=AT, headers={}, **options)  # type: ignore[arg-type]


def page(hrefs: list[str], row: str, *, menu: str = MENU) -> str:
    rows = "".join(row.format(href=href, title=title) for href, title in zip(hrefs, TITLES, strict=False))
    pages = "".join(f'<a href="{URL}?page={number}">{number}</a>' for number in range(2, 9))
    return f"<html><body><div class='top'><ul>{menu}</ul></div><div>{rows}</div><p>{pages}</p></body></html>"


PORTALS = {
    "portlet": (
        [f"/web/portal/xem-chi-tiet/-/asset_publisher/Content/{slug}?6061600" for slug in SLUGS],
        '<div class="news"><a href="{href}"><img src="a.jpg"></a><a href="{href}">{title}</a><p>Chi tiết</p></div>',
    ),
    "sharepoint": (
        [f"/portal/Pages/2026-11-{number:02}/{slug[:40]}q{number}zx.aspx" for number, slug in enumerate(SLUGS, 10)],
        '<tr><td><a class="lnk" href="{href}" title="{title}">{title}</a> (20/11/2026)</td></tr>',
    ),
    "item id": (
        [f"/default.aspx?tabid=83&ItemID={81000 + number}" for number in range(8)],
        '<li><h4><a href="{href}">{title}</a></h4></li>',
    ),
    "drupal": (
        [f"/?q=tin-tuc/{slug}-{5200 + number}.html" for number, slug in enumerate(SLUGS)],
        '<div class="views-row"><h3><a href="{href}">{title}</a></h3><img src="x.jpg"></div>',
    ),
    "detail": (
        [f"/tin-tuc/chi-tiet?id={7742450 + number}" for number in range(8)],
        '<div class="item"><a href="{href}"><img src="a.jpg"><h3>{title}</h3></a></div>',
    ),
    "month and code": (
        [f"/kinh-te/202611/{slug}-3bc{number}af9/" for number, slug in enumerate(SLUGS)],
        '<article><h2 class="title2"><a href="{href}">{title}</a></h2></article>',
    ),
    "numbered": (
        [f"/{slug}-a{100280 + number}.html" for number, slug in enumerate(SLUGS)],
        '<div class="col"><a class="news-title" href="{href}">{title}</a></div>',
    ),
}


@pytest.mark.parametrize("system", PORTALS)
def test_portals_and_provincial_papers(system: str) -> None:
    hrefs, row = PORTALS[system]
    found = read(page(hrefs, row), publisher=CONG)
    assert [entry.title for entry in found.entries] == list(TITLES)
    assert [entry.url.removeprefix("https://cong.example.gov.vn") for entry in found.entries] == hrefs
    assert (found.format, found.problem) == ("section", "")


def test_other_hosts_readers_letters_and_authors_are_left_out() -> None:
    odd = [
        f"https://khac.example.vn/{SLUGS[0]}-1.html",
        f"https://con.cong.example.gov.vn/{SLUGS[1]}-2.html",
        f"/ban-doc/{SLUGS[2]}-3.html",
        f"/tac-gia/{SLUGS[3]}-4.html",
        f"javascript:alert('{SLUGS[4]}')",
    ]
    good = [f"/{slug}-{number}000.html" for number, slug in enumerate(SLUGS, 5)]
    row = '<h3><a href="{href}">{title}</a></h3>'
    rows = "".join(row.format(href=href, title=TITLES[number]) for number, href in enumerate(odd))
    found = read(page(good, row).replace("</body>", rows + "</body>"), publisher=CONG)
    assert [entry.url for entry in found.entries] == [f"https://cong.example.gov.vn{href}" for href in good]


def test_videos_tags_pagination_and_calendars_are_not_articles() -> None:
    row = '<h3><a href="{href}">{title}</a></h3>'
    traps = "".join(
        f'<h3><a href="/{place}/{slug}-{number}7.html">{title}</a></h3>'
        for place in ("video", "tag", "su-kien")
        for number, (slug, title) in enumerate(zip(SLUGS, TITLES, strict=True))
    )
    days = "".join(
        f'<a href="/lich?ngay=2026-{month:02}-{day:02}">{day}</a>' for month in range(1, 13) for day in range(1, 29)
    )
    good = [f"/{slug}-{number}000.html" for number, slug in enumerate(SLUGS, 5)]
    found = read(page(good, row).replace("</body>", traps + days + "</body>"))
    assert {entry.url for entry in found.entries} == {f"https://cong.example.gov.vn{href}" for href in good}


def test_a_headline_is_preferred_to_more_and_to_a_whole_card() -> None:
    card = (
        '<div class="item"><a href="{href}"><img src="x"></a><h3><a href="{href}">{title}</a></h3>'
        '<a href="{href}">{title} ' + "Đoạn dẫn dài của bài viết này. " * 8 + '</a><a href="{href}">Xem thêm</a></div>'
    )
    found = read(page([f"/{slug}-{number}0001.html" for number, slug in enumerate(SLUGS)], card))
    assert [entry.title for entry in found.entries] == list(TITLES)


def test_a_card_that_is_one_link_keeps_headline_time_and_byline_apart() -> None:
    card = (
        '<div class="item"><a href="{href}"><div class="tit">{title}</div><div>2 giờ trước</div>'
        '<p class="author">Nguyễn Văn Mẫu</p></a></div>'
    )
    found = read(page([f"/{slug}-{number}0001.html" for number, slug in enumerate(SLUGS)], card))
    assert [entry.title for entry in found.entries] == [f"{title} 2 giờ trước" for title in TITLES]


@pytest.mark.parametrize("row", [ROW, '<h3><a href="{href}" title="{title}"><img src="x.jpg"></a></h3>'])
def test_twisted_letters_of_headlines_are_put_right(row: str) -> None:
    hrefs = [f"/{slug}-{number}0001.html" for number, slug in enumerate(SLUGS)]
    found = read(page(hrefs, row).encode().decode("latin-1"))
    assert [entry.title for entry in found.entries] == list(TITLES)


@pytest.mark.parametrize(
    "base", ["/", "https://cong.example.gov.vn/", "https://cong.example.gov.vn/trang-chu.html", " / "]
)
def test_links_are_read_from_where_the_page_says(base: str) -> None:
    names = [f"{slug}-{number}0001.html" for number, slug in enumerate(SLUGS)]
    plain = page([f"/{name}" for name in names], ROW)
    told = page(names, ROW).replace("<html>", f'<html><head><base target="_self"><base href="{base}"></head>')
    deep = "https://cong.example.gov.vn/tin-tuc/hoat-dong"
    assert [entry.url for entry in read(told, url=deep).entries] == [
        entry.url for entry in read(plain, url=deep).entries
    ]


@pytest.mark.parametrize("inside", ["<script>var a = 1;</script>", "<style>.a{color:red}</style>"])
def test_a_script_in_a_headline_is_no_part_of_it(inside: str) -> None:
    hrefs = [f"/{slug}-{number}0001.html" for number, slug in enumerate(SLUGS)]
    found = read(page(hrefs, ROW).replace("</a></h3>", f" {inside}</a></h3>"))
    assert [entry.title for entry in found.entries] == list(TITLES)


def test_a_day_in_the_address_is_a_first_date() -> None:
    hrefs = [f"/2026/11/19/{slug}.html" for slug in SLUGS]
    found = read(page(hrefs, ROW))
    published = found.entries[0].published
    assert published is not None
    assert (published.provenance, published.zone_stated) == ("url", False)
    assert published.at == datetime(2026, 11, 18, 17, tzinfo=UTC)


def sparse() -> str:
    """A list whose look gives little away: short titles, bare numbers for addresses."""
    rows = "".join(f'<p><a href="/bv/{number}77">Nước rút dần ở xã {number}</a></p>' for number in range(8))
    return f"<html><body><ul>{MENU}</ul>{rows}</body></html>"


def test_what_was_read_of_a_site_counts() -> None:
    articles = [f"https://cong.example.gov.vn/bv/{number}77" for number in range(8)]
    before = {entry.url for entry in read(sparse()).entries}
    memory = sections.learn("", articles=[f"https://cong.example.gov.vn/bv/{number}77" for number in range(40)])
    after = {entry.url for entry in read(sparse(), link_shape=memory).entries}
    assert before < after == set(articles)
    assert read(sparse(), link_shape=memory).link_shape == memory
    soured = sections.learn(memory, others=[f"https://cong.example.gov.vn/bv/{number}77" for number in range(2_000)])
    assert read(sparse(), link_shape=soured).entries == ()
    assert len(soured) < 200


def test_what_a_feed_names_helps_to_read_the_same_publishers_sections() -> None:
    parse = parsers(CrawlSettings())
    feed = Endpoint(source="cong", kind="feed", url="https://cong.example.gov.vn/rss/home.rss")
    rows = "".join(f"<item><title>x</title><link>https://cong.example.gov.vn/bv/{n}77</link></item>" for n in range(30))
    body = f'<rss version="2.0"><channel>{rows}</channel></rss>'.encode()

    def ask(kind: EndpointKind, endpoint: Endpoint, answer: bytes) -> Discovery:
        return parse[kind](
            answer, endpoint=endpoint, url=endpoint.url, fetched_at=AT, headers={}, publisher=CONG,
            state=PollState(endpoint=endpoint),
        )  # fmt: skip

    before = ask("section", ENDPOINT, sparse().encode())
    assert len(ask("feed", feed, body).entries) == 30
    after = ask("section", ENDPOINT, sparse().encode())
    assert len(before.entries) < len(after.entries) == 8
    assert json.loads(after.link_shape)


@pytest.mark.parametrize("memory", ["{", "[]", '{"/a": 3}', '{"/a": ["x", 1]}', "null"])
def test_a_damaged_memory_is_only_a_lost_hint(memory: str) -> None:
    good = [f"/{slug}-{number}000.html" for number, slug in enumerate(SLUGS, 5)]
    assert len(read(page(good, '<h3><a href="{href}">{title}</a></h3>'), link_shape=memory).entries) == len(good)
    assert json.loads(sections.learn(memory, articles=["https://cong.example.gov.vn/x-1234.html"]))


def test_bounds() -> None:
    many = "".join(f'<h3><a href="/{SLUGS[0]}-{number}.html">{TITLES[0]}</a></h3>' for number in range(100_000))
    found = read(f"<html><body>{many}", limits=Limits(links=500, entries=100))
    assert (len(found.entries), found.truncated) == (100, True)
    deep = "<div>" * 1_000 + page(PORTALS["detail"][0], PORTALS["detail"][1])
    assert len(read(f"<html><body>{deep}").entries) == len(TITLES)
    assert read("<html><body>" + "<div>" * 200_000).problem == "too-deep"


@pytest.mark.parametrize(
    ("body", "problem"),
    [("", "empty-body"), ("xin chào", "not-a-page"), ("%PDF-1.7", "not-a-page"), ('{"a": 1}', "not-a-page"),
     ("<html><body><a href='/'>Trang chủ</a></body></html>", "no-links")],
)  # fmt: skip
def test_what_is_no_list_says_so(body: str, problem: str) -> None:
    assert read(body).problem == problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1258"])
def test_titles_are_never_mojibake(encoding: str) -> None:
    hrefs, row = PORTALS["numbered"]
    body = page(hrefs, row).replace("<html>", f'<html><head><meta charset="{encoding}"></head>')
    found = read(body.encode(encoding, "xmlcharrefreplace"))
    assert [entry.title for entry in found.entries] == list(TITLES)


@given(st.binary(max_size=400), st.text(max_size=50))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_an_answer(body: bytes, href: str) -> None:
    found = read(b"<html><body><a href='" + href.encode("utf-8", "replace") + b"'>x</a>" + body)
    assert found.problem or found.format


def test_unseen_systems_are_read() -> None:
    scores = sections_train.leave_system_out()
    assert sum(score.f1 for score in scores) / len(scores) >= 0.97


@needs_data
@pytest.mark.data
def test_labelled_pages_are_read_by_models_that_never_saw_them() -> None:
    real = sections_train.labelled(data_dir() / "pages")
    assert len(real) >= 5
    for score in (*sections_train.leave_page_out(real), *sections_train.leave_publisher_out(real)):
        assert score.f1 >= 0.95, score


@needs_data
@pytest.mark.data
def test_the_shipped_weights_are_those_that_training_gives() -> None:
    real = sections_train.labelled(data_dir() / "pages")
    trained = sections_train.train([*real, *sections_train.invented()])
    assert set(trained) == set(sections.model())
    assert trained == pytest.approx(dict(sections.model()), abs=0.05)
