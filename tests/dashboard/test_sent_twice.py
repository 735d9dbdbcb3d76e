"""The same form sent twice makes one thing: an impatient click, a line that broke before the answer came."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import answer_desk, reporting, wiring
from core.clock import FixedClock
from core.errors import StoreError
from core.settings import KeepSettings, Settings
from dashboard import forms
from dashboard.app import create_app
from dashboard.office import Office
from store.sqlite.record import Record, open_record
from tests.dashboard.test_labels import ORIGIN
from tests.dashboard.working import FIRST, HERE
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.records import NOON, make_tagged
from tests.reports.making import DESK

ITEM = {"nguon": "bao_mau", "loai": "print", "tieu-de": "Cầu mới", "ngay": "2026-03-10", "cho": "trang 3"}
NOTE = {"ghi-chu": "Gọi lại cho thôn"}
CASE = {"loai": "release", "noi-dung": "Khánh thành đường thôn"}


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(DESK, NOON, "test")
        opened.articles.save(make_tagged(FIRST))
        yield opened


@pytest.fixture
def browser(record: Record) -> TestClient:
    names = {"bao_mau": SimpleNamespace(id="bao_mau", name="Báo Mẫu", language="vi")}
    reports = reporting.reports(record, names, wiring.gazetteer)  # type: ignore[arg-type]
    cases = answer_desk.case_desk(record)
    office = Office(work=record.work, reports=reports, report_book=record.reports, cases=cases)
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections, differ=differ,
        publishers=names, clock=FixedClock(NOON), settings=Settings(), audit=record.audit, people=record.people,  # type: ignore[arg-type]
        office=office,
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765", client=("127.0.0.1", 50000))


def opened(browser: TestClient, page: str) -> dict[str, str]:
    """The hidden fields of a page that was opened."""
    shown = browser.get(page).text
    return {name: re.search(rf'name="{name}" value="([^"]+)"', shown)[1] for name in (forms.FIELD, forms.MARK)}  # type: ignore[index]


def sent(browser: TestClient, path: str, form: dict[str, str]) -> Any:
    return browser.post(path, data=form, headers=ORIGIN, follow_redirects=False)


def notes(record: Record) -> int:
    return len(record.work.notes(DESK.id, "article", FIRST.id))


def items(record: Record) -> int:
    return len(record.work.items(DESK.id, NOON.date(), NOON.date()))


def reports_made(record: Record) -> int:
    return len(record.reports.reports(DESK.id, 9))


def cases_made(record: Record) -> int:
    return len(answer_desk.case_desk(record).cases(DESK.id, closed=False))


@pytest.mark.parametrize(
    ("page", "path", "form", "made"),
    [(HERE, f"{HERE}/ghi-chu", NOTE, notes), ("/them-bai", "/them-bai/tin-ngoai", ITEM, items),
     ("/bao-cao", "/bao-cao", {"loai": "weekly"}, reports_made), ("/vu-viec/mo", "/vu-viec/mo", CASE, cases_made)],
)  # fmt: skip
def test_twice_the_same_form_is_one_thing_and_again_from_a_new_page_another(
    record: Record, browser: TestClient, page: str, path: str, form: dict[str, str], made: Callable[[Record], int]
) -> None:
    hidden = opened(browser, page)
    first, second = (sent(browser, path, hidden | form) for _ in range(2))
    assert first.status_code == second.status_code == 303 and made(record) == 1
    assert first.headers["location"] == second.headers["location"]
    assert sent(browser, path, opened(browser, page) | form).status_code == 303 and made(record) == 2


def test_a_page_gone_back_to_sends_other_words(record: Record, browser: TestClient) -> None:
    hidden = opened(browser, HERE)
    for words in ("Một", "Hai", "Một"):
        sent(browser, f"{HERE}/ghi-chu", hidden | {"ghi-chu": words})
    assert notes(record) == 2


def test_what_was_refused_can_be_sent_again(record: Record, browser: TestClient) -> None:
    hidden = opened(browser, "/them-bai")
    wrong = hidden | ITEM | {"nguon": "blog"}
    assert [sent(browser, "/them-bai/tin-ngoai", wrong).status_code for _ in range(2)] == [400, 400]
    assert sent(browser, "/them-bai/tin-ngoai", hidden | ITEM).status_code == 303 and items(record) == 1


def test_two_at_the_same_moment_are_one(record: Record, browser: TestClient) -> None:
    hidden, answers = opened(browser, "/bao-cao"), []
    both = [
        threading.Thread(target=lambda: answers.append(sent(browser, "/bao-cao", hidden | {"loai": "weekly"})))
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len({answer.headers["location"] for answer in answers}) == 1 and reports_made(record) == 1


def test_while_the_first_is_worked_on_the_second_is_told(
    record: Record, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = opened(browser, HERE)
    monkeypatch.setattr(forms, "_PAUSE", 0)
    monkeypatch.setattr(type(record.people), "claim", lambda *_: "")
    told = sent(browser, f"{HERE}/ghi-chu", hidden | NOTE)
    assert told.status_code == 400 and "đang được xử lý" in told.text and notes(record) == 0


def test_what_a_fall_cut_off_can_be_sent_again(
    record: Record, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object, **__: object) -> bool:
        raise StoreError("full")

    hidden = opened(browser, HERE)
    with monkeypatch.context() as broken:
        broken.setattr(type(record.work), "add_note", fall)
        told = sent(browser, f"{HERE}/ghi-chu", hidden | NOTE)
    assert told.status_code == 503 and "chưa được lưu" in told.text and "quay lại" in told.text
    assert "Thử lại" not in told.text, "there is no page under a form's own address"
    assert sent(browser, f"{HERE}/ghi-chu", hidden | NOTE).status_code == 303 and notes(record) == 1


def test_a_page_that_can_be_read_is_shown_though_nothing_can_be_written(
    record: Record, browser: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(**_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(record.database, "write", full)
    assert browser.get("/").status_code == 200, "what fails after the answer breaks the connection"
    assert [(one.levelname, one.exc_info) for one in caplog.records if "full" in one.getMessage()] == [
        ("WARNING", None)
    ]


def test_a_form_that_is_cut_off_on_the_way_is_no_error_and_takes_nothing(
    record: Record, browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A telephone without a signal; raised by the application, it would stand in the log as a bug with its trace."""
    coming = iter([{"type": "http.request", "body": b"ghi-chu=G", "more_body": True}, {"type": "http.disconnect"}])
    heads = {"host": "127.0.0.1:8765", "origin": ORIGIN["origin"], "content-type": "application/x-www-form-urlencoded"}
    scope = {
        "type": "http", "method": "POST", "path": f"{HERE}/ghi-chu", "raw_path": b"", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in heads.items()], "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8765), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    answered: list[Any] = []

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        answered.append(message)

    asyncio.run(browser.app(scope, receive, send))  # type: ignore[arg-type]
    assert answered[0]["status"] == 400 and notes(record) == 0
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
