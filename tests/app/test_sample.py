"""The sample press: its articles, and how it serves them."""

from __future__ import annotations

import gzip
import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import feedparser
import httpx
import pytest
from lxml import etree
from selectolax.lexbor import LexborHTMLParser as HTMLParser

import sample
from core.clock import VIETNAM, FixedClock, local, local_day
from core.errors import ConfigError
from core.records import PublisherKind
from core.urls import article_id
from sample.articles import NOTICE, SampleArticle, Text, load
from sample.edition import items
from sample.houses import HOUSE_BY_ID, HOUSES
from sample.render import visible_date
from sample.server import SamplePress

NOW = datetime(2026, 3, 18, 9, 30, tzinfo=VIETNAM)
EXPECTED: dict[str, Any] = tomllib.loads((Path(sample.__file__).parent / "expected.toml").read_text(encoding="utf-8"))
BY_SLUG = {article.slug: article for article in load()}
DESK_NAMES = re.compile(
    r"\b(Bình (Sơn|Minh|Chương|Thuận|Thạnh|Đông|Chánh|Nguyên|Khương|Trị|An|Hải|Dương|Phước|H[òo][aà]|Trung|Long|Thanh"
    r"|Hiệp|Mỹ|Tân Phú|Châu)|Vạn Tường|Đông Sơn|Châu Ổ)\b(?! [A-ZĐ])"
)
WORD = re.compile(r"\w+")


def whole(text: Text) -> str:
    return " ".join((text.title, text.lead, *text.paragraphs, text.caption, *text.box))


def word_pairs(text: Text) -> set[tuple[str, str]]:
    words = WORD.findall(whole(text).lower())
    return set(itertools.pairwise(words))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def press(clock: FixedClock) -> Iterator[SamplePress]:
    with SamplePress(clock) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as opened:
        yield opened


# --- the articles -----------------------------------------------------------------------------------------------


def test_there_are_enough_articles_and_publishers_of_every_kind_that_matters() -> None:
    own = [article for article in load() if not article.reprint_of]
    assert len(own) >= 150
    assert len(HOUSES) >= 6
    assert {article.house for article in own} == set(HOUSE_BY_ID)
    kinds = {house.kind for house in HOUSES}
    assert kinds >= {
        PublisherKind.NEWSPAPER,
        PublisherKind.BROADCASTER,
        PublisherKind.AGENCY,
        PublisherKind.PUBLIC_BODY,
    }
    assert {house.page for house in HOUSES} == {"jsonld", "meta", "agency", "visible", "old", "timetag"}


def test_about_a_fifth_concern_the_desk() -> None:
    assert 0.18 <= len(EXPECTED["binh_son"]) / len(load()) <= 0.27
    assert len(EXPECTED["namesakes"]) >= 12


def test_no_two_share_more_than_a_third_of_their_word_pairs_but_declared_reprints() -> None:
    groups = [set(group) for group in EXPECTED["reprints"]]
    pairs = {slug: word_pairs(article.text) for slug, article in BY_SLUG.items()}
    for one, other in itertools.combinations(pairs, 2):
        shared = len(pairs[one] & pairs[other]) / min(len(pairs[one]), len(pairs[other]))
        if any({one, other} <= group for group in groups):
            assert shared > 0.6, (one, other)
        else:
            assert shared <= 1 / 3, (one, other, shared)


def test_every_text_has_substance_and_is_nfc() -> None:
    for article in load():
        text = whole(article.text)
        assert text == unicodedata.normalize("NFC", text)
        assert len(article.text.paragraphs) >= 3, article.slug
        assert len(WORD.findall(text)) >= 110, article.slug
        assert 20 <= len(article.text.title) <= 120, article.slug


def test_expected_names_real_slugs_and_knows_every_text_that_carries_a_name_of_the_desk() -> None:
    desk, namesakes = set(EXPECTED["binh_son"]), set(EXPECTED["namesakes"])
    assert desk | namesakes <= set(BY_SLUG)
    assert not desk & namesakes
    assert set(EXPECTED["mentions_only"]) <= desk
    carrying = {slug for slug, article in BY_SLUG.items() if DESK_NAMES.search(whole(article.text))}
    assert carrying - desk == namesakes
    assert desk - carrying == set()


def test_expected_reprints_are_those_declared_in_the_files() -> None:
    declared: dict[str, set[str]] = {}
    for article in load():
        if article.reprint_of:
            declared.setdefault(article.reprint_of, set()).add(article.slug)
    assert {group[0]: set(group[1:]) for group in EXPECTED["reprints"]} == declared


def test_the_changed_text_prints_the_wrong_figure_first_and_the_verified_one_later() -> None:
    changing = [article for article in load() if article.changed]
    assert [article.slug for article in changing] == [EXPECTED["changed"]["slug"]]
    before, after = changing[0].text, changing[0].changed
    assert after is not None
    assert EXPECTED["changed"]["printed"] in before.title
    assert EXPECTED["changed"]["corrected"] in after.title


def test_no_person_is_named() -> None:
    """Officials speak by function: after a form of address no capital follows (Bà Rịa, Anh Sơn are places)."""
    addressed = re.compile(r"\b(ông|bà|anh|chị|em|cô|bác|cụ|thầy|chú|dì|bé|cháu) (?!Rịa|Sơn)(\w)", re.IGNORECASE)
    for article in load():
        for text in (article.text, article.changed):
            found = [m.group(0) for m in addressed.finditer(whole(text)) if m.group(2).isupper()] if text else []
            assert found == [], article.slug


def test_no_real_newspaper_is_named() -> None:
    real = re.compile(r"\b(VnExpress|Tuổi Trẻ|Thanh Niên|Dân trí|VTV|VOV|VietnamPlus|Nhân Dân|Lao Động|Tiền Phong,)\b")
    for article in load():
        assert not real.search(whole(article.text)), article.slug


# --- dates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["00:00:30", "00:04", "00:20", "03:10", "07:30", "12:00", "23:58"])
def test_at_any_hour_several_articles_on_the_desk_are_of_today(at: str) -> None:
    now = datetime.fromisoformat(f"2026-03-18T{at}").replace(tzinfo=VIETNAM).astimezone(UTC)
    shown = items(load(), now, now)
    desk = [i for i in shown if i.article.slug in EXPECTED["binh_son"] and local_day(i.at) == local_day(now)]
    assert len(desk) >= 4
    assert all(item.at <= now for item in shown)


def test_dates_follow_the_present_and_lie_within_two_weeks() -> None:
    for now in (NOW, NOW + timedelta(days=200)):
        ages = [now - item.at for item in items(load(), now, now)]
        assert timedelta(0) <= min(ages) < timedelta(hours=1)
        assert timedelta(days=12) < max(ages) < timedelta(days=15)


def test_what_is_dated_later_can_not_be_read_yet(press: SamplePress, clock: FixedClock) -> None:
    before = {item.article.slug for item in press.items()}
    clock.move(timedelta(minutes=15))
    after = {item.article.slug for item in press.items()}
    assert after - before == {"truong-binh-thanh-vuon-rau-bua-trua", "dung-quat-tuyen-600-tho-han"}
    assert after == set(BY_SLUG)


def test_a_press_left_running_has_news_of_the_next_day_at_new_addresses(press: SamplePress, clock: FixedClock) -> None:
    old = {item.path for item in press.items()}
    clock.move(timedelta(days=1))
    now = clock.now()
    fresh = [item for item in press.items() if local_day(item.at) == local_day(now)]
    assert len([item for item in fresh if item.article.slug in EXPECTED["binh_son"]]) >= 4
    assert old & {item.path for item in fresh} == set()
    assert old <= {item.path for item in press.items()}


def test_no_marker_of_a_date_is_left_in_a_text() -> None:
    for item in items(load(), NOW, NOW):
        assert not re.search(r"[{}]", whole(item.text)), item.article.slug


def test_one_publisher_went_silent(press: SamplePress, clock: FixedClock) -> None:
    ages = sorted((clock.now() - item.at).days for item in press.items(EXPECTED["silent"]))
    assert ages[0] >= 10
    assert len(ages) >= 6


# --- what is served ---------------------------------------------------------------------------------------------


def test_every_page_is_served_and_says_that_it_is_a_sample(press: SamplePress, client: httpx.Client) -> None:
    shown = press.items()
    identities = {article_id(press.url(item)) for item in shown}
    assert len(identities) == len(shown)
    for item in shown:
        answer = client.get(press.url(item))
        assert answer.status_code == 200
        text = page_text(answer.content, item.article)
        assert NOTICE in text
        for part in (item.text.title, item.text.lead, *item.text.paragraphs, item.text.caption, *item.text.box):
            assert part.removeprefix("## ") in text, item.article.slug


def page_text(body: bytes, article: SampleArticle) -> str:
    charset = HOUSE_BY_ID[article.house].charset
    page = HTMLParser(body.decode("cp1258" if charset == "windows-1258" else charset))
    return unicodedata.normalize("NFC", " ".join(page.text(separator=" ").split()))


def test_pages_differ_as_real_ones_do(press: SamplePress, client: httpx.Client) -> None:
    first = {house.id: press.items(house.id)[0] for house in HOUSES}
    raw = {name: client.get(press.url(item)).content for name, item in first.items()}
    assert b"application/ld+json" in raw["mau_mien_trung"]
    assert b"article:published_time" in raw["mau_dai_quang_ngai"]
    assert b"ld+json" not in raw["mau_cong_quang_ngai"]
    assert b"<meta property" not in raw["mau_cong_quang_ngai"]
    assert visible_date(first["mau_cong_quang_ngai"].at).encode() in raw["mau_cong_quang_ngai"]
    assert b"charset=windows-1258" in raw["mau_nong_thon"]
    with pytest.raises(UnicodeDecodeError):
        raw["mau_nong_thon"].decode("utf-8")
    nam = raw["mau_phuong_nam"].decode()
    assert nam == unicodedata.normalize("NFD", nam) != unicodedata.normalize("NFC", nam)


def test_feeds_and_sitemaps_list_what_can_be_read(press: SamplePress, client: httpx.Client) -> None:
    for publisher in press.publishers():
        shown = {press.url(item) for item in press.items(publisher.id)}
        for endpoint in publisher.endpoints:
            answer = client.get(endpoint.url)
            assert answer.status_code == 200
            assert NOTICE in answer.text
            if endpoint.kind == "feed":
                parsed = feedparser.parse(answer.content)
                listed = {entry.link for entry in parsed.entries}
                assert listed == (set() if publisher.id == EXPECTED["broken_feed"] else shown)
                assert all(entry.get("published_parsed") for entry in parsed.entries)
            elif endpoint.kind == "sitemap":
                assert all_locations(client, endpoint.url) == shown
            else:
                links = (node.attributes.get("href") for node in HTMLParser(answer.text).css("a[href]"))
                listed = {urljoin(endpoint.url, link or "") for link in links} & shown
                assert listed
                assert listed == shown or endpoint.url.endswith("/thong-bao")


def all_locations(client: httpx.Client, index: str) -> set[str]:
    found: set[str] = set()
    for address in locations(client.get(index).content):
        body = client.get(address).content
        found |= set(locations(gzip.decompress(body) if address.endswith(".gz") else body))
    return found


def locations(body: bytes) -> list[str]:
    return [str(node.text) for node in etree.fromstring(body).iterfind("{*}*/{*}loc")]


def test_the_broken_feed_is_no_feed(press: SamplePress, client: httpx.Client) -> None:
    publisher = next(p for p in press.publishers() if p.id == EXPECTED["broken_feed"])
    feed = next(e.url for e in publisher.endpoints if e.kind == "feed")
    parsed = feedparser.parse(client.get(feed).content)
    assert parsed.bozo
    assert not parsed.entries
    assert not parsed.version


def test_conditional_requests_robots_and_what_does_not_exist(press: SamplePress, client: httpx.Client) -> None:
    base = press.bases["mau_mien_trung"]
    first = client.get(base + "/rss/tin-moi.rss")
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        assert client.get(base + "/rss/tin-moi.rss", headers=condition).status_code == 304
    assert client.get(base + "/rss/tin-moi.rss", headers={"If-None-Match": '"x"'}).status_code == 200
    assert "Disallow: /tim-kiem" in client.get(base + "/robots.txt").text
    assert client.get(press.bases["mau_cong_quang_ngai"] + "/robots.txt").status_code == 404
    assert client.get(base + "/khong-co").status_code == 404
    assert press.hits["mau_mien_trung", "/rss/tin-moi.rss", 304] == 2


def test_the_changed_text_switches_by_hand_and_by_time(clock: FixedClock, client: httpx.Client) -> None:
    slug = EXPECTED["changed"]["slug"]
    for wait, by_hand in ((timedelta(minutes=1), True), (timedelta(minutes=25), False)):
        with SamplePress(clock) as press:
            item = next(item for item in press.items() if item.article.slug == slug)
            before = client.get(press.url(item))
            assert EXPECTED["changed"]["printed"] in before.text
            clock.move(wait)
            if by_hand:
                press.change()
            after = client.get(press.url(item), headers={"If-None-Match": before.headers["etag"]})
            assert after.status_code == 200
            assert EXPECTED["changed"]["corrected"] in after.text
            changed = next(item for item in press.items() if item.article.slug == slug)
            assert (changed.at, changed.modified > item.modified) == (item.at, True)


def test_each_publisher_has_an_address_of_its_own(press: SamplePress) -> None:
    declared = press.publishers()
    assert len({publisher.home for publisher in declared}) == len(HOUSES)
    assert {publisher.province for publisher in declared} == {None, "51"}
    assert all("mẫu" in publisher.licence for publisher in declared)


def test_a_port_that_is_taken_is_said_in_words(press: SamplePress, clock: FixedClock) -> None:
    port = int(press.publishers()[0].home.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(ConfigError, match=str(port)):
        SamplePress(clock).start(port)


def test_visible_date_is_local() -> None:
    moment = datetime(2026, 3, 17, 17, 30, tzinfo=UTC)
    assert visible_date(moment) == "Thứ Tư, 18/03/2026, 00:30"
    assert local(moment).day == 18
