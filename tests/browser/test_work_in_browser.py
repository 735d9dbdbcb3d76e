"""Every job of the daily page in a real browser over a real record: phone and desk, keyboard, without script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from app.comparing import differ
from app.operation import Keeper, Machine
from app.places import GazetteerPlaces
from app.wiring import gazetteer
from app.world import World
from core.clock import FixedClock, local_day
from core.settings import Settings
from dashboard.app import create_app
from dashboard.office import Office
from store.sqlite.record import Record
from tests.browser.conftest import MORNING
from tests.browser.windows import Windows, in_both_schemes, keep, too_wide, unfold
from tests.fakes.full import FullAddresses, full_record

pytestmark = pytest.mark.browser

DAY = local_day(MORNING)
PAGES = {
    "ngay": "/",
    "tuan": f"/?tuan={DAY:%G-W%V}",
    "cau-chuyen": "story",
    "bai": "article",
    "them-bai": "/them-bai",
    "tim": "/tim-kiem?q=binh+son",
    "tim-loc": "/tim-kiem?chu-de=disaster",
    "xu-huong": "/xu-huong?khoang=30-ngay",
    "cac-nguon": "/nguon-tin",
    "nguon": "/nguon-tin/mau-dan-sinh",
    "nguon-moi": "/nguon-tin-moi",
    "cai-dat": "/cai-dat?article_months=1",
    "nhat-ky": "/nhat-ky",
    "nguoi-nhan": "/nguoi-nhan",
    "bang-nguoi-nhan": "/nguoi-nhan/bang",
    "cac-ban-tin": "/cac-ban-tin",
    "khong-phai": "/khong-phai",
    "en": "/xu-huong?khoang=12-tuan&lang=en",
}


class Site:
    """The address of the pages, and the record behind them."""

    def __init__(self, base: str, record: Record) -> None:
        self.base, self.record = base, record
        listed = record.reading.day("binh_son", DAY)[0]
        self.article, self.story = f"/bai/{listed.id}", f"/cau-chuyen/{listed.story}"

    def at(self, path: str) -> str:
        return self.base + {"story": self.story, "article": self.article}.get(path, path)


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Site]:
    with full_record(tmp_path / "d.sqlite3", MORNING) as (record, press):
        world = World(kind="real", publishers=press.publishers)
        office = Office(
            work=record.work, keeper=Keeper(Settings(), world, record), operation=Machine(record),
            places=GazetteerPlaces(gazetteer()), addresses=FullAddresses(),
        )  # fmt: skip
        app = create_app(
            reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections,
            differ=differ, publishers=press.publishers, clock=FixedClock(MORNING), settings=Settings(),
            audit=record.audit, office=office,
        )  # fmt: skip
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
            thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
            thread.start()
            try:
                yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", record)
            finally:
                server.should_exit = True
                thread.join(timeout=10)


def test_every_page_fits_and_axe_finds_nothing(windows: Windows, full: Site) -> None:
    said: list[str] = []
    for name, path in PAGES.items():
        page = windows.open(full.at(path), script=True)
        unfold(page)
        said += too_wide(page, f"cong-viec-{name}") + in_both_schemes(page, f"cong-viec-{name}")
    assert not said, "\n".join(said)


@pytest.mark.parametrize("width", (360, 390, 1280))
def test_the_jobs_of_a_morning_without_script(windows: Windows, full: Site, width: int) -> None:
    page = windows.open(full.at("/"), width)
    assert "bài mới từ lần xem trước" in page.inner_text("main")
    page.locator("main .story .headline a").first.click()
    page.get_by_label("Tình trạng xử lý").select_option("closed")
    page.get_by_role("button", name="Ghi", exact=True).click()
    page.get_by_label("Ghi chú mới").fill("Đã báo cáo lãnh đạo lúc 7 giờ 40")
    page.get_by_role("button", name="Thêm ghi chú").click()
    assert "Đã báo cáo lãnh đạo" in page.inner_text(".notes")
    page.goto(full.at("/"))
    assert "đã xong" in page.inner_text("main .story")
    page.locator("main .card:not(.story) .headline a").first.click()
    title = page.inner_text("h1")
    page.get_by_role("button", name="Bài này không phải về nơi này").click()
    keep(page, f"cong-viec-khong-phai-{width}")
    page.goto(full.at("/"))
    assert title not in page.inner_text("main")
    page.goto(full.at("/khong-phai"))
    page.locator("li", has_text=title).get_by_role("button").click()
    page.goto(full.at("/"))
    assert title in page.inner_text("main")


@pytest.mark.parametrize("width", (360, 390, 1280))
def test_an_address_and_a_printed_item_are_added_without_script(windows: Windows, full: Site, width: int) -> None:
    page = windows.open(full.at("/them-bai"), width)
    page.get_by_label("Địa chỉ bài", exact=True).fill("https://mau-bien.example/ca-com.html")
    page.get_by_role("button", name="Xem bài này").click()
    keep(page, f"cong-viec-dan-{width}")
    page.get_by_role("button", name="Vẫn lấy bài này").click()
    assert "Đã thêm bài" in page.inner_text("main")
    page.get_by_label("Địa chỉ bài", exact=True).fill("https://facebook.example/nhom/1")
    page.get_by_role("button", name="Xem bài này").click()
    assert "Không nhận địa chỉ này" in page.inner_text("main")
    page.get_by_label("Nguồn", exact=True).select_option("mau-mien-nui")
    page.get_by_label("Tiêu đề", exact=True).fill("Trang 3: chợ Bình Sơn")
    page.get_by_label("Trang hoặc chương trình").fill("trang 3")
    page.get_by_role("button", name="Nhập", exact=True).click()
    page.goto(full.at("/"))
    assert "Trang 3: chợ Bình Sơn" in page.inner_text("main")


def test_results_come_while_somebody_types_and_the_address_follows(windows: Windows, full: Site) -> None:
    page = windows.open(full.at("/tim-kiem"), 1280, script=True)
    page.get_by_label("Từ cần tìm").press_sequentially("sat lo", delay=20)
    page.locator("#results mark").first.wait_for()
    assert page.inner_text("#told") == page.inner_text("#results h2")
    assert page.locator("[aria-live] article, [role=status] article").count() == 0, (
        "a whole list is read out at each key"
    )
    assert "q=sat+lo" in page.url
    page.locator(".facet a").first.click()
    assert "chu-de=" in page.url and page.locator(".chip").count() == 1
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    assert taken.value.suggested_filename.endswith(".csv")


def test_keys_move_open_search_and_explain(windows: Windows, full: Site) -> None:
    page = windows.open(full.at("/"), 1280, script=True)
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getAttribute('href')") == first
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jo?")
    assert page.locator("#find-top").input_value() == "jo?" and not page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**{first}")


def test_days_stand_as_the_office_writes_them_in_a_browser_of_any_language(windows: Windows, full: Site) -> None:
    page = windows.open(full.at("/"), 390, script=True)
    shown = "getComputedStyle(document.querySelector('.day-field'), '::after').content"
    assert f"{DAY:%d/%m/%Y}" in page.evaluate(shown)
    page.locator("#day").fill("2026-11-19")
    page.locator("h1").click()
    assert "19/11/2026" in page.evaluate(shown)
    page.locator(".days button").click()
    page.wait_for_url("**/?ngay=2026-11-19")


def test_grey_print_keeps_the_charts_and_drops_the_machinery(windows: Windows, full: Site) -> None:
    page = windows.open(full.at("/xu-huong?khoang=30-ngay"), 800)
    page.emulate_media(media="print")
    keep(page, "cong-viec-xu-huong-in")
    assert page.locator(".wide-chart").first.is_visible() and not page.locator(".menu").is_visible()
