"""Stories, changed texts and corrected labels in a real browser: without script, on a phone and a desk, accessible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, expect

from tests.browser.conftest import MORNING, serving
from tests.browser.test_pages_in_browser import keep, opened
from tests.fakes.busy import busy_ids, busy_press
from tests.fakes.web import Site, html

pytestmark = pytest.mark.browser

IDS = busy_ids(busy_press(MORNING))
PAGES = {
    "chuyen-hom-nay": "/",
    "cau-chuyen": f"/cau-chuyen/{IDS['changed']}",
    "bai-doi": f"/bai/{IDS['changed']}",
    "bai-giu-quyen": f"/bai/{IDS['reserved']}",
    "bai-go": f"/bai/{IDS['withdrawn']}",
    "bai-dang-lai": f"/bai/{IDS['reprint']}",
    "sua-nhan": "/sua-nhan",
    "story-en": f"/cau-chuyen/{IDS['changed']}?lang=en",
    "bai-doi-en": f"/bai/{IDS['changed']}?lang=en",
}


@pytest.fixture(scope="module")
def busy() -> Iterator[str]:
    press = busy_press(MORNING)
    press.correct("binh_son", IDS["changed"], topic="disaster", present=False, at=MORNING, by="page")
    press.correct("binh_son", IDS["changed"], topic="weather", at=MORNING, by="page")
    press.correct("binh_son", IDS["reserved"], tone="neutral", at=MORNING, by="page")
    with serving(press) as address:
        yield address


@pytest.mark.parametrize("width", (360, 1280))
@pytest.mark.parametrize("name", PAGES)
def test_fits_its_width_without_script(browser: Browser, busy: str, name: str, width: int) -> None:
    page = opened(browser, busy + PAGES[name], width)
    keep(page, f"{name}-{width}")
    assert page.locator("main h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, busy: str, name: str, scheme: str) -> None:
    page = opened(browser, busy + PAGES[name], 1280 if scheme == "light" else 360, script=True, scheme=scheme)
    for folded in page.locator("main details").all():
        folded.evaluate("part => part.open = true")
    if scheme == "dark":
        keep(page, f"{name}-360-toi")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()


@pytest.mark.parametrize("width", (360, 1280))
def test_a_label_is_corrected_and_taken_back_without_script(browser: Browser, width: int) -> None:
    with serving(busy_press(MORNING)) as address:
        page = opened(browser, f"{address}/bai/{IDS['reopened']}", width)
        page.get_by_role("button", name="không phải Thiên tai, tai nạn").click()
        assert page.url.endswith("#labels")
        assert page.locator(".why del").inner_text().endswith("Thiên tai, tai nạn")
        page.get_by_role("button", name="hoàn lại Thiên tai, tai nạn").click()
        expect(page.locator(".why del")).to_have_count(0)
        page.get_by_label("Thêm chủ đề").select_option("health")
        page.get_by_role("button", name="Thêm", exact=True).click()
        page.get_by_role("button", name="Sửa thành: thông tin").click()
        page.get_by_role("link", name="Nhãn đã sửa").first.click()
        expect(page.locator(".correction")).to_have_count(2)
        with page.expect_download() as started:
            page.get_by_role("link", name="Tải về tệp JSON Lines").click()
        assert started.value.path().read_text(encoding="utf-8").count("\n") == 2
        page.get_by_role("button", name="hoàn lại").first.click()
        expect(page.locator(".correction")).to_have_count(1)
        assert page.url.endswith("/sua-nhan")
        page.context.close()


def test_a_page_elsewhere_can_correct_nothing(browser: Browser) -> None:
    press = busy_press(MORNING)
    with serving(press) as address, Site() as elsewhere:
        target = f"{address}/bai/{IDS['reopened']}/nhan"
        field = '<input name="chu-de" value="health">'
        elsewhere.routes["/"] = html(f'<form method="post" action="{target}">{field}<button>Nhận quà</button></form>')
        page = opened(browser, f"{address}/bai/{IDS['reopened']}")
        page.goto(elsewhere.url())
        page.get_by_role("button", name="Nhận quà").click()
        assert "Chưa sửa gì" in page.inner_text("main")
        assert press.corrected == []
        page.context.close()


def test_reprints_unfold_by_keyboard(browser: Browser, busy: str) -> None:
    page = opened(browser, busy, 360)
    folded = page.locator(".reprints").first
    assert not folded.get_by_role("link").first.is_visible()
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    assert folded.get_by_role("link").first.is_visible()
    page.context.close()


def test_the_policy_blocks_none_of_our_forms(browser: Browser) -> None:
    with serving(busy_press(MORNING)) as address:
        context = browser.new_context(locale="vi-VN")
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{address}/bai/{IDS['reopened']}")
        page.get_by_role("button", name="Sửa thành: thông tin").click()
        assert "đã sửa" in page.locator(".why-tone").inner_text()
        assert said == []
        context.close()
