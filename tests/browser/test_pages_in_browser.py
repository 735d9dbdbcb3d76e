"""The pages in a real browser: readable without script, on a phone and a desk, accessible, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Dialog, Page

from dashboard.room import RunStatus
from tests.browser.conftest import SCREENSHOTS
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
WIDTHS = (360, 1280)


def opened(browser: Browser, address: str, width: int = 1280, *, script: bool = False, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=script, locale="vi-VN",
        color_scheme="dark" if scheme == "dark" else "light",
    )  # fmt: skip
    page = context.new_page()
    page.goto(address)
    return page


def keep(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_fits_its_width_without_script(browser: Browser, site: str, name: str, width: int) -> None:
    page = opened(browser, site + PAGES[name], width)
    keep(page, f"{name}-{width}")
    assert page.locator("main h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("width", (390, 768, 1920))
def test_first_page_fits_other_widths(browser: Browser, site: str, width: int) -> None:
    page = opened(browser, site, width)
    keep(page, f"hom-nay-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, site: str, name: str, scheme: str) -> None:
    page = opened(browser, site + PAGES[name], 1280 if scheme == "light" else 360, script=True, scheme=scheme)
    if scheme == "dark":
        keep(page, f"{name}-360-toi")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()


def test_a_hundred_desks_fit_a_phone(browser: Browser, serve: Callable[..., AbstractContextManager[str]]) -> None:
    press = sample_press(NOW)
    press.book += [
        replace(binh_son(), id=f"xa_{number}", name=f"Xã số {number}", office="UBND xã có tên rất dài ở miền núi cao")
        for number in range(99)
    ]
    with serve(press) as address:
        page = opened(browser, address, 360, script=True)
        keep(page, "nhieu-ban-360")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert Axe().run(page).violations_count == 0
        page.get_by_label("Bàn tin").select_option("xa_7")
        page.get_by_role("button", name="Xem", exact=True).click()
        assert "Xã số 7" in page.inner_text("h1")
        page.context.close()


def test_axe_finds_nothing_while_the_press_is_first_read(
    browser: Browser, serve: Callable[..., AbstractContextManager[str]]
) -> None:
    empty = FakePress(book=[binh_son()])
    with serve(empty, RunStatus(filling=True, read=1840)) as address:
        page = opened(browser, address, 360, script=True)
        keep(page, "lan-dau-360")
        assert "đã đọc 1.840 bài" in page.inner_text("main")
        assert Axe().run(page).violations_count == 0
        page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_of_another_host_and_the_policy_blocks_nothing_of_ours(
    browser: Browser, site: str, name: str
) -> None:
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(site + PAGES[name])
    assert any("style.css" in url for url in asked)
    assert all(url.startswith(site) for url in asked)
    assert [line for line in said if "Content Security Policy" in line] == []
    context.close()


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


def test_an_officer_finds_reads_and_goes_back_without_script(browser: Browser, site: str) -> None:
    page = opened(browser, site, 360)
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
    page.context.close()


def test_keyboard_reaches_the_content_first(browser: Browser, site: str) -> None:
    page = opened(browser, site, 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.context.close()


def test_print_shows_the_news_without_the_machinery(browser: Browser, site: str) -> None:
    page = opened(browser, site, 800)
    page.emulate_media(media="print")
    keep(page, "hom-nay-in")
    assert not page.locator(".menu").is_visible()
    assert page.locator("main .card").first.is_visible()
    page.context.close()
