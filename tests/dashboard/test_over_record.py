"""The pages over the real record: stories, changes, withdrawal and corrections as the store keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.clock import FixedClock
from core.records import Again, Looked, StoryChoice
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from store.sqlite.record import Record, open_record
from tests.dashboard.test_labels import ORIGIN, send
from tests.dashboard.test_pages import words
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.records import NOON, make_article, make_desk, make_page, make_tagged

FIRST = make_article()
OWN = make_article(
    "tin-2.html", "bao_khac", title="Cầu Bình Sơn: xe tải vẫn đi đường cũ", lead="Cầu mới chỉ cho xe dưới 5 tấn.",
    paragraphs=("Xã Bình Sơn đặt biển báo ở hai đầu cầu.",),
)  # fmt: skip
REPRINT = make_article("tin-3.html", "bao_ba")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        for article, reprint_of in ((FIRST, ""), (OWN, ""), (REPRINT, FIRST.id)):
            choice = StoryChoice(story=FIRST.id, reprint_of=reprint_of, overlap=0.97, earlier_is=reprint_of)
            record.articles.save(make_tagged(article), story=choice)
        yield record


@pytest.fixture
def browser(record: Record) -> TestClient:
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections, differ=differ,
        publishers={}, clock=FixedClock(NOON + timedelta(hours=3)), settings=Settings(),
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765")


def test_three_articles_are_one_story(browser: TestClient) -> None:
    page = browser.get("/").text
    assert page.count('class="card story"') == 1 and page.count('<article class="card') == 1
    said = words(page)
    assert "3 bài 3 nguồn" in said and "Đăng lại: 1 báo" in said and "xe tải vẫn đi đường cũ" in said
    told = words(browser.get(f"/cau-chuyen/{FIRST.id}").text)
    assert "Diễn biến" in told and "Đăng lại: 1 báo" in told


def test_a_reprint_names_the_text_that_it_repeats(browser: TestClient) -> None:
    said = words(browser.get(f"/bai/{REPRINT.id}").text)
    assert "Đăng lại bài của bao_mau: Bình Sơn khánh thành cầu mới" in said


def test_a_changed_figure_is_shown(record: Record, browser: TestClient) -> None:
    changed = replace(FIRST, paragraphs=("Cầu dài 210 m, nối hai thôn ven sông.", FIRST.paragraphs[1]))
    record.articles.save(make_tagged(changed))
    page = browser.get(f"/bai/{FIRST.id}").text
    assert '<strong class="marked">120</strong>' in page and '<strong class="marked">210</strong>' in page
    assert "Có thay đổi về: con số" in words(page)


def test_a_reserved_source_is_told_by_hash(record: Record, browser: TestClient) -> None:
    kept = make_article("tin-4.html", "bao_tu", reserved=True)
    for article in (kept, replace(kept, paragraphs=("Chữ bí mật đã đổi.",))):
        record.articles.save(make_tagged(article))
    page = browser.get(f"/bai/{kept.id}").text
    assert "mã nhận dạng của từng bản" in words(page) and "<del>" not in page and "bí mật" not in page


def test_withdrawal_tells_both_looks_and_leaves_search(record: Record, browser: TestClient) -> None:
    missed, gone = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    again = Again(article=OWN.id, published=NOON, last_look=missed, missing_since=missed)
    page = replace(make_page("tin-2.html", "bao_khac"), again=again)
    assert OWN.title in words(browser.get("/tim-kiem?q=xe+tải").text)
    record.ledger.looked(page, Looked(at=gone, status=404, next_look=None, withdrawn=True))
    said = words(browser.get(f"/bai/{OWN.id}").text)
    assert "Báo đã gỡ bài (thấy lần đầu 13:00 hôm nay, lần hai 14:00 hôm nay)" in said
    assert "Xã Bình Sơn đặt biển báo" not in said
    assert OWN.title not in words(browser.get("/tim-kiem?q=xe+tải").text)


def test_a_correction_acts_at_once_is_audited_and_undone(record: Record, browser: TestClient) -> None:
    here = f"/bai/{FIRST.id}"
    page = send(browser, f"{here}/nhan", {"chu-de": "transport_infrastructure", "co": "0"}, opened=here).text
    assert "Đã bỏ: Giao thông, hạ tầng đã sửa" in words(page)
    (made,) = record.corrections.corrections("binh_son")
    assert record.audit.lines(1)[0].action == "label.correct" and record.audit.lines(1)[0].who == "page"
    send(browser, f"/sua-nhan/{made.id}/hoan-lai", {}, opened="/sua-nhan")
    assert record.audit.lines(1)[0].action == "label.undo"
    assert "Giao thông, hạ tầng độ chắc 91%" in words(browser.get(here).text)
    assert browser.post(f"{here}/nhan", headers=ORIGIN, data={"chu-de": "health"}).status_code == 403
    assert record.corrections.corrections() == ()
