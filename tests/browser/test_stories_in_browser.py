"""Stories, changed texts and corrected labels in a real browser: without script, on a phone and a desk, accessible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import MORNING, serving
from tests.browser.windows import Windows, in_both_schemes, too_wide, unfold
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


@pytest.mark.parametrize("name", PAGES)
def test_fits_every_width_without_script(windows: Windows, busy: str, name: str) -> None:
    page = windows.open(busy + PAGES[name])
    assert page.locator("main h1").count() == 1
    assert too_wide(page, name) == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(windows: Windows, busy: str, name: str) -> None:
    page = windows.open(busy + PAGES[name], script=True)
    unfold(page)
    assert in_both_schemes(page, name) == []


@pytest.mark.parametrize("width", (360, 1280))
def test_a_label_is_corrected_and_taken_back_without_script(windows: Windows, width: int) -> None:
    with serving(busy_press(MORNING)) as address:
        page = windows.open(f"{address}/bai/{IDS['reopened']}", width)
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


def test_a_page_elsewhere_can_correct_nothing(windows: Windows) -> None:
    press = busy_press(MORNING)
    with serving(press) as address, Site() as elsewhere:
        target = f"{address}/bai/{IDS['reopened']}/nhan"
        field = '<input name="chu-de" value="health">'
        elsewhere.routes["/"] = html(f'<form method="post" action="{target}">{field}<button>Nhận quà</button></form>')
        page = windows.open(f"{address}/bai/{IDS['reopened']}")
        page.goto(elsewhere.url())
        page.get_by_role("button", name="Nhận quà").click()
        assert "Chưa sửa gì" in page.inner_text("main")
        assert press.corrected == []


def test_reprints_unfold_by_keyboard(windows: Windows, busy: str) -> None:
    page = windows.open(busy, 360)
    folded = page.locator(".reprints").first
    assert not folded.get_by_role("link").first.is_visible()
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    assert folded.get_by_role("link").first.is_visible()


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
