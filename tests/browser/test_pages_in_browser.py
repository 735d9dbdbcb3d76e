"""The pages in a real browser: readable without script, on a phone and a desk, accessible, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Dialog

from dashboard.room import RunStatus
from tests.browser.windows import Windows, in_both_schemes, keep, too_wide, violations
from tests.fakes.reading import FakePress, binh_son, sample_press

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
NEWEST = sample_press(NOW).articles["binh_son"][0].listed.id
PAGES = {
    "hom-nay": "/",
    "hom-qua": "/?ngay=2026-11-20",
    "khong-co-bai": "/?ngay=2026-10-01",
    "bai": f"/bai/{NEWEST}",
    "tim-kiem": "/tim-kiem",
    "tim-thay": "/tim-kiem?q=binh+son",
    "khong-thay": "/tim-kiem?q=khong+co+tu+nay",
    "canh-bao": "/canh-bao",
    "nguon-tin": "/nguon-tin",
    "pham-vi": "/pham-vi",
    "loi-404": "/khong-co",
    "today-en": "/?lang=en",
    "scope-en": "/pham-vi?lang=en",
}


@pytest.mark.parametrize("name", PAGES)
def test_fits_every_width_without_script(windows: Windows, site: str, name: str) -> None:
    page = windows.open(site + PAGES[name])
    assert page.locator("main h1").count() == 1
    assert too_wide(page, name) == []


@pytest.mark.parametrize("path", ["/", f"/bai/{NEWEST}", "/tim-kiem?q=binh+son"])
def test_one_long_word_as_a_name_fits_a_phone(
    windows: Windows, serve: Callable[..., AbstractContextManager[str]], path: str
) -> None:
    press = sample_press(NOW)
    press.publishers = {key: replace(one, name="bantruyenthong@" * 6) for key, one in press.publishers.items()}
    with serve(press) as address:
        page = windows.open(address + path, 360)
        assert "bantruyenthong@" in page.inner_text("main .meta >> nth=0")
        assert too_wide(page, "ten-dai", [360]) == []


def test_a_refusal_is_where_the_reader_goes_on(windows: Windows, site: str) -> None:
    page = windows.open(site + "/tim-kiem?q=binh+son&tu=2026-11-20&den=2026-11-01", 360, script=True)
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(windows: Windows, site: str, name: str) -> None:
    assert in_both_schemes(windows.open(site + PAGES[name], script=True), name) == []


def test_a_hundred_desks_fit_a_phone(windows: Windows, serve: Callable[..., AbstractContextManager[str]]) -> None:
    press = sample_press(NOW)
    press.book += [
        replace(binh_son(), id=f"xa_{number}", name=f"Xã số {number}", office="UBND xã có tên rất dài ở miền núi cao")
        for number in range(99)
    ]
    with serve(press) as address:
        page = windows.open(address, 360, script=True)
        keep(page, "nhieu-ban-360")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(page) == []
        page.get_by_label("Bàn tin").select_option("xa_7")
        page.get_by_role("button", name="Xem", exact=True).click()
        assert "Xã số 7" in page.inner_text("h1")


def test_axe_finds_nothing_while_the_press_is_first_read(
    windows: Windows, serve: Callable[..., AbstractContextManager[str]]
) -> None:
    empty = FakePress(book=[binh_son()])
    with serve(empty, RunStatus(filling=True, read=1840)) as address:
        page = windows.open(address, 360, script=True)
        keep(page, "lan-dau-360")
        assert "đã đọc 1.840 bài" in page.inner_text("main")
        assert violations(page) == []


def test_nothing_is_asked_of_another_host_and_the_policy_blocks_nothing_of_ours(browser: Browser, site: str) -> None:
    page = browser.new_context(locale="vi-VN").new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for path in PAGES.values():
        asked.clear()
        page.goto(site + path)
        assert any("style.css" in url for url in asked), path
        assert all(url.startswith(site) for url in asked), path
        assert [line for line in said if "Content Security Policy" in line] == [], path
    page.context.close()


def test_hostile_text_in_a_title_does_nothing_in_a_browser(
    browser: Browser, serve: Callable[..., AbstractContextManager[str]]
) -> None:
    from tests.fakes.hostile import hostile_press

    with serve(hostile_press(NOW)) as address:
        context = browser.new_context(locale="vi-VN")
        page = context.new_page()
        alarms: list[str] = []
        asked: list[str] = []

        def alarm(dialog: Dialog) -> None:
            alarms.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", alarm)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        assert "<script>alert(1)</script>" in page.inner_text("main")
        assert page.locator("main script, main img, main svg.owned, main iframe").count() == 0
        assert page.locator('main a[href^="javascript"], main a[href^="data"]').count() == 0
        assert alarms == []
        assert all(url.startswith(address) for url in asked)
        context.close()


def test_an_officer_finds_reads_and_goes_back_without_script(windows: Windows, site: str) -> None:
    page = windows.open(site, 360)
    page.get_by_role("searchbox").first.fill("sat lo")
    page.get_by_role("button", name="Tìm").first.click()
    assert "sạt lở" in page.locator("main mark").first.inner_text().lower()
    page.locator("main .headline a").first.click()
    assert "taluy" in page.inner_text("main")
    assert page.locator(".panel mark").count() >= 1
    page.get_by_role("link", name="Về danh sách trong ngày").click()
    assert page.locator("main .card").count() == 7
    page.get_by_role("link", name="Ngày trước").first.click()
    assert page.locator("main .card").count() == 2
    page.get_by_role("link", name="English").click()
    assert "What the press writes about Bình Sơn" in page.inner_text("h1")
    page.get_by_role("link", name="Alerts", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "en"


def test_keyboard_reaches_the_content_first(windows: Windows, site: str) -> None:
    page = windows.open(site, 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_print_shows_the_news_without_the_machinery(windows: Windows, site: str) -> None:
    page = windows.open(site, 800)
    page.emulate_media(media="print")
    keep(page, "hom-nay-in")
    assert not page.locator(".menu").is_visible()
    assert page.locator("main .card").first.is_visible()
