"""The same form sent twice makes one thing: an impatient click, a line that broke before the answer came."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
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
RECIPIENT = {"ma": "", "ten": "Phòng Y tế", "vai-health": "1"}
FACT = {
    "indicator": "Số nhà bị tốc mái", "value": "9", "unit": "nhà", "number": "45/BC-UBND", "issued": "01/03/2026",
    "issuer": "UBND xã Bình Sơn", "owner": "disaster_prevention", "khong-mat": "1",
}  # fmt: skip
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
    facts = answer_desk.fact_desk(record, FixedClock(NOON))
    office = Office(work=record.work, reports=reports, report_book=record.reports, cases=cases, facts=facts)
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


def recipients(record: Record) -> int:
    return sum(one.name == "Phòng Y tế" for desk in record.desks.desks() for one in desk.recipients)


def facts(record: Record) -> int:
    return len(record.facts.search(DESK.id))


@pytest.mark.parametrize(
    ("page", "path", "form", "made"),
    [(HERE, f"{HERE}/ghi-chu", NOTE, notes), ("/them-bai", "/them-bai/tin-ngoai", ITEM, items),
     ("/bao-cao", "/bao-cao", {"loai": "weekly"}, reports_made), ("/vu-viec/mo", "/vu-viec/mo", CASE, cases_made),
     ("/nguoi-nhan", "/nguoi-nhan", RECIPIENT, recipients)],
)  # fmt: skip
def test_twice_the_same_form_is_one_thing_and_again_from_a_new_page_another(
    record: Record, browser: TestClient, page: str, path: str, form: dict[str, str], made: Callable[[Record], int]
) -> None:
    hidden = opened(browser, page)
    first, second = (sent(browser, path, hidden | form) for _ in range(2))
    assert first.status_code == second.status_code == 303 and made(record) == 1
    assert first.headers["location"] == second.headers["location"]
    assert sent(browser, path, opened(browser, page) | form).status_code == 303 and made(record) == 2


def test_a_figure_that_is_entered_twice_is_no_fault(record: Record, browser: TestClient) -> None:
    hidden = opened(browser, "/so-lieu/moi")
    paper = {"tep": ("bao-cao.pdf", b"%PDF-1.4 s", "application/pdf")}
    answers = [
        browser.post("/so-lieu/moi", data=hidden | FACT, files=paper, headers=ORIGIN, follow_redirects=False)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [303, 303] and facts(record) == 1
    assert [line.action for line in record.audit.lines()].count("fact.enter") == 1


def test_each_step_of_a_case_is_done_once(record: Record, browser: TestClient) -> None:
    case = sent(browser, "/vu-viec/mo", opened(browser, "/vu-viec/mo") | CASE).headers["location"]
    letter = {"tieu-de": "Khánh thành", "noi-dung": "Xã khánh thành đường."}
    seen = re.search(r'name="ban" value="([^"]+)"', browser.get(case).text)
    assert seen
    hidden = opened(browser, case) | {"ban": seen[1]}
    drafts = [sent(browser, f"{case}/noi-dung", hidden | letter).status_code for _ in range(2)]
    assert drafts == [303, 303], "nobody else has changed the letter"
    for content, files in ((b"%PDF-1.4 a", 1), (b"%PDF-1.4 b", 2)):
        hidden = opened(browser, case)
        paper = {"tep": ("a.pdf", content, "application/pdf")}
        for _ in range(2):
            browser.post(f"{case}/tep", data=hidden, files=paper, headers=ORIGIN)
        assert len(record.cases.files(DESK.id, int(case.rpartition("/")[2]))) == files
    actions = [line.action for line in record.audit.lines()]
    assert actions.count("case.draft") == 1 and actions.count("case.attach") == 2


def test_a_silence_is_one(record: Record) -> None:
    for _ in range(2):
        record.handlings.silence(DESK.id, NOON, NOON + timedelta(hours=4), "u-lan", topic="health")
    record.handlings.silence(DESK.id, NOON, NOON + timedelta(hours=12), "u-lan", topic="health")
    assert len(record.handlings.silences(DESK.id, NOON)) == 2
    assert [line.action for line in record.audit.lines()].count("alerts.silence") == 2


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
