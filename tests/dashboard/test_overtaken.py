"""A form on a page that was opened before a colleague saved: refused with the reason, taken when it is sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.alert_desk import record_alerts
from app.answer_desk import case_desk
from app.operation import Machine
from core.clock import FixedClock
from core.records import Recipient
from core.roles import Role
from core.settings import Settings
from dashboard.app import create_app
from dashboard.office import Office
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.records import NOON, make_desk

PUBLIC = "http://127.0.0.1:8765"
HEALTH = Recipient(id="y-te", name="Trạm y tế", roles=(Role.HEALTH,), email="yte@binhson.gov.vn")
TIMING = {"sang": "06:45", "chieu": "16:30", "dem_tu": "21:00", "dem_den": "05:30", "tang": "60", "nhac": "6"}
FORMS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "recipient": ("/nguoi-nhan", "/nguoi-nhan", {"ma": "y-te", "vai-health": "1"}, "ten"),
    "papers": ("/bao-cao/the-thuc", "/bao-cao/the-thuc", {"ten": "UBND xã"}, "nguoi-ky"),
    "case rules": ("/vu-viec/cai-dat", "/vu-viec/cai-dat", {"ngay-answer": "5"}, "theo-answer"),
    "template": ("/canh-bao/mau/alert/subject.txt", "/canh-bao/mau/alert/subject.txt", {"lam": "luu"}, "chu"),
    "timing": ("/canh-bao/quy-tac/gio", "/canh-bao/quy-tac", TIMING, "cho"),
    "periods": ("/cai-dat/thoi-han", "/cai-dat?article_months=20", {}, "article_months"),
}
"""Kind -> where its form goes, the page that has it, what it carries, and the field that two people fill in apart."""
VALUES = {"timing": ("3", "9"), "periods": ("12", "20")}


class Desk:
    """A browser at an office with everything that these forms change."""

    def __init__(self, record: Record, client: TestClient) -> None:
        self.record, self.client = record, client

    def fields(self, page: str, action: str) -> dict[str, str]:
        """The hidden fields of the form that goes there."""
        form = next(one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'action="{action}"' in one)
        return dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', form))

    def opened(self, kind: str) -> dict[str, str]:
        path, there, _, _ = FORMS[kind]
        page = self.client.get(there).text
        if kind == "recipient":
            page = page[page.index('id="y-te"') :]
        return self.fields(page, path)

    def send(self, path: str, form: dict[str, str]) -> Any:
        return self.client.post(path, data=form, headers={"Origin": PUBLIC}, follow_redirects=False)

    def standing(self) -> object:
        """All that these forms change."""
        kept, plan = self.record, self.record.alerts.plan("binh_son")
        texts = sorted((file.name, file.read_text()) for file in kept.path.parent.glob("templates/*/*"))
        return kept.desks.desks(), kept.cases.rules("binh_son"), plan and plan.timing, kept.keeping.now(), texts


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock, settings = FixedClock(NOON), Settings(data_dir=tmp_path, public_url=PUBLIC)
    with open_record(blank(settings.database), clock=clock, keep=settings.keep) as kept:
        kept.desks.apply_desk(make_desk(recipients=(HEALTH,)), NOON, "test")
        app = create_app(
            reading=kept.reading, search=kept.search, desks=kept.desks, corrections=kept.corrections, differ=differ,
            publishers={}, clock=clock, settings=settings, audit=kept.audit,
            office=Office(
                alerts=record_alerts(settings, kept, clock, {}), cases=case_desk(kept), channel_book=kept.channels,
                operation=Machine(kept),
            ),
        )  # fmt: skip
        yield Desk(kept, TestClient(app, base_url=PUBLIC))


@pytest.mark.parametrize("kind", FORMS)
def test_what_a_colleague_set_since_is_not_replaced_unseen(desk: Desk, kind: str) -> None:
    path, _, form, field = FORMS[kind]
    theirs, mine = VALUES.get(kind, ("Của đồng nghiệp", "Của tôi"))
    older = desk.opened(kind)
    assert desk.send(path, form | older | {field: theirs}).status_code == 303
    before = desk.standing()
    told = desk.send(path, form | older | {field: mine})
    assert told.status_code in {409, 422} and "có người đã sửa nội dung này" in told.text
    assert desk.standing() == before and mine in told.text, "nothing is done, and what was typed stays"
    page = told.text[told.text.index('id="y-te"') :] if kind == "recipient" else told.text
    again = form | desk.fields(page, path) | {field: mine}
    assert desk.send(path, again).status_code == 303 and desk.standing() != before, "a second press decides"
    after = desk.standing()
    assert desk.send(path, again).status_code == 303 and desk.standing() == after, "the same once more is no conflict"


def test_a_recipient_that_a_colleague_changed_is_not_removed_unseen(desk: Desk) -> None:
    path, there = "/nguoi-nhan/y-te/xoa", "/nguoi-nhan"
    older = desk.fields(desk.client.get(there).text, path)
    desk.send(there, desk.opened("recipient") | {"ten": "Trạm Y tế xã", "vai-health": "1"})
    told = desk.send(path, older)
    assert told.status_code == 422 and "có người đã sửa nơi nhận này" in told.text
    assert [one.name for one in desk.record.desks.desks()[0].recipients] == ["Trạm Y tế xã"]
    assert desk.send(path, desk.fields(told.text, path)).status_code == 303
    assert desk.record.desks.desks()[0].recipients == ()


def test_an_older_page_neither_tries_nor_takes_away_what_a_colleague_has_worded(desk: Desk) -> None:
    path, _, _, _ = FORMS["template"]
    older = desk.opened("template")
    desk.send(path, older | {"lam": "luu", "chu": "Của đồng nghiệp"})
    before = desk.standing()
    for act in ("xem", "goc"):
        told = desk.send(path, older | {"lam": act, "chu": "Của tôi"})
        assert told.status_code == 422 and "có người đã sửa" in told.text and desk.standing() == before
