"""First steps, second factor, a colleague's link, signing out and in, in the system's Chromium, on a phone."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from argon2.profiles import CHEAPEST
from playwright.sync_api import Browser, Page

from core.clock import SystemClock
from core.records import UnitChoice
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.people import totp
from dashboard.people.passwords import Passwords
from store.sqlite.record import Record, open_record
from tests.browser.windows import keep, violations
from tests.fakes.differ import differ
from tests.fakes.reading import FakePress, sample_press

pytestmark = pytest.mark.browser
CLOCK = SystemClock()
PASSWORD = "mưa rơi trên sông Trà"
UNITS = (UnitChoice(id="new:1", name="xã Bình Sơn", label="xã Bình Sơn, tỉnh Quảng Ngãi"),
         UnitChoice(id="new:2", name="xã Bình Sơn", label="xã Bình Sơn, tỉnh Ninh Bình"))  # fmt: skip


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "d.sqlite3", clock=CLOCK, keep=KeepSettings()) as opened:
        yield opened


@pytest.fixture
def site(record: Record) -> Iterator[str]:
    """The pages over an empty record, on a port of their own."""
    press: FakePress = sample_press(CLOCK.now())
    app = create_app(
        reading=press, search=press, desks=record.desks, corrections=press, differ=differ, publishers=press.publishers,
        clock=CLOCK, settings=Settings(), people=record.people, audit=record.audit, passwords=Passwords(CHEAPEST),
        units=lambda name: UNITS if name else (),
    )  # fmt: skip
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", proxy_headers=False))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=True)
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def look(page: Page, name: str) -> None:
    """Nothing cut off to the side, and axe finds nothing."""
    keep(page, f"people-{name}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert violations(page, name) == []


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form[method=post] button[type=submit]").last.click()


def test_from_first_steps_to_a_colleagues_login(site: str, page: Page, record: Record) -> None:
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(f"{site}/bat-dau?ten=B%C3%ACnh+S%C6%A1n")
    look(page, "start")
    page.get_by_label("xã Bình Sơn, tỉnh Quảng Ngãi").check()
    page.fill("#f-co-quan", "UBND xã Bình Sơn")
    page.fill("#f-ho-ten", "Nguyễn Thị Lan")
    page.fill("#f-thu", "lan@binhson.gov.vn")
    page.fill("#f-mat-khau", PASSWORD)
    send(page)
    assert page.url == f"{site}/" and "Quyền quản trị của bạn đang chờ" in page.inner_text("body")

    page.goto(f"{site}/tai-khoan/ma-xac-thuc")
    look(page, "factor")
    (lan,) = record.people.users()
    secret = record.people.pending_secret(lan.id)
    page.fill("#f-mat-khau", PASSWORD)
    page.fill("#f-ma", totp.code(secret, totp.step_of(CLOCK.now())))
    send(page)
    look(page, "codes")
    recovery = page.locator(".codes code").first.inner_text()

    page.goto(f"{site}/nguoi-dung")
    page.fill("#f-ten", "Trần Văn Minh")
    page.fill("#f-thu", "minh@binhson.gov.vn")
    send(page)
    link = page.locator("code.long").inner_text()
    assert re.fullmatch(rf"{site}/dat-mat-khau/[\w-]+", link)
    page.locator(".people details").first.evaluate("one => one.open = true")
    look(page, "users")
    page.goto(f"{site}/tai-khoan")
    look(page, "account")
    page.get_by_role("button", name="Đăng xuất khỏi máy này").click()
    page.wait_for_url("**/dang-nhap")
    look(page, "login")

    page.goto(link)
    page.fill("#f-moi", PASSWORD)
    look(page, "reset")
    send(page)
    page.fill("#f-thu", "minh@binhson.gov.vn")
    page.fill("#f-mat-khau", PASSWORD)
    send(page)
    assert page.url == f"{site}/" and "Trần Văn Minh" in page.inner_text("header")
    page.goto(f"{site}/nguoi-dung")
    assert "không được mở trang này" in page.inner_text("main")
    page.context.clear_cookies()

    page.goto(f"{site}/nguoi-dung")
    page.fill("#f-thu", "lan@binhson.gov.vn")
    page.fill("#f-mat-khau", PASSWORD)
    send(page)
    look(page, "code")
    page.fill("#f-ma", recovery)
    send(page)
    assert page.url == f"{site}/nguoi-dung", "it comes back to the page that was asked for"
    assert not [problem for problem in problems if "403" not in problem and "404" not in problem]
