"""The page of recipients and their sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core import receivers
from core.clock import FixedClock
from core.records import Recipient
from core.roles import Role
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.office import Office
from store.sqlite.record import Record, open_record
from tests.dashboard.test_labels import send
from tests.dashboard.test_pages import words
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.records import NOON, make_desk

THERE = "/nguoi-nhan"
HEALTH = {"ten": "Trạm y tế", "thu": "yte@binhson.gov.vn", "vai-health": "1"}
SHEET = (
    "Nơi nhận\tPhần việc\tThư điện tử\tBản tin chiều\n"
    "Trạm y tế\ty tế\tyte@binhson.gov.vn\tcó\n"
    "Phòng Kinh tế\tnông nghiệp và môi trường; giao thông, xây dựng\tkt@binhson.gov.vn\t\n"
)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        yield record


@pytest.fixture
def admin(record: Record) -> TestClient:
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections, differ=differ,
        publishers={}, clock=FixedClock(NOON), settings=Settings(), audit=record.audit,
        office=Office(channel_book=record.channels),
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765")


def known(record: Record) -> dict[str, Recipient]:
    return {one.name: one for desk in record.desks.desks() if desk.id == "binh_son" for one in desk.recipients}


class TestPage:
    def test_one_is_added_changed_and_removed(self, admin: TestClient, record: Record) -> None:
        assert "Đã lưu nơi nhận tin" in send(admin, THERE, HEALTH, opened=THERE).text
        made = known(record)["Trạm y tế"]
        assert (made.id, made.roles, made.email) == ("tram-y-te", (Role.HEALTH,), "yte@binhson.gov.vn")
        assert "Trạm y tế y tế yte@binhson.gov.vn" in words(admin.get(THERE).text)
        changed = {"ma": made.id, "ten": "Trạm Y tế xã", "vai-health": "1", "vai-education": "1", "chieu": "1"}
        send(admin, THERE, changed, opened=THERE)
        after = known(record)["Trạm Y tế xã"]
        assert after.id == made.id and after.roles == (Role.HEALTH, Role.EDUCATION) and after.evening
        send(admin, f"{THERE}/{made.id}/xoa", {}, opened=THERE)
        assert "Trạm Y tế xã" not in known(record)
        assert record.audit.lines(1, desk="binh_son")[0].action == "desk.apply"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [({"ten": "Công an xã"}, "công an"), ({"thu": "a@congan.gov.vn"}, "công an"), ({"ten": " "}, "Ghi tên"),
         ({"vai-health": ""}, "ít nhất một phần việc"), ({"thu": "không phải"}, "không đúng dạng"),
         ({"dien-thoai": "0912"}, "bắt đầu bằng 84")],
    )  # fmt: skip
    def test_who_may_not_receive_is_refused_with_the_reason(
        self, admin: TestClient, record: Record, wrong: dict[str, str], said: str
    ) -> None:
        before = known(record)
        answer = send(admin, THERE, HEALTH | wrong, opened=THERE)
        assert answer.status_code == 422 and said in words(answer.text) and known(record) == before

    def test_a_number_that_zalo_refuses_is_shown_and_tried_again_when_asked(
        self, record: Record, admin: TestClient
    ) -> None:
        made = Recipient(id="y-te", name="Trạm y tế", roles=(Role.HEALTH,), phone="84912345678")
        record.desks.apply_desk(make_desk(recipients=(made,)), NOON, "test")
        record.channels.refuse_phone("binh_son", "y-te", made.phone, "zalo-phone -118", NOON)
        shown = words(admin.get(THERE).text)
        assert "tin Zalo không còn được gửi tới nơi nhận này" in shown
        assert "số điện thoại này không nhận được tin Zalo (-118)" in shown
        tried = send(admin, f"{THERE}/y-te/thu-lai", {}, opened=THERE)
        assert "Tin mới sẽ được gửi thử lại tới số này" in words(tried.text)
        assert "tin Zalo không còn" not in words(tried.text) and not record.channels.phone_refusals("binh_son")
        assert record.audit.lines(1, desk="binh_son")[0].action == "zalo.try"
        assert send(admin, f"{THERE}/khong-co/thu-lai", {}, opened=THERE).status_code == 404

    def test_an_unknown_one_is_not_there(self, admin: TestClient) -> None:
        assert send(admin, THERE, HEALTH | {"ma": "khong-co"}, opened=THERE).status_code == 404
        assert send(admin, f"{THERE}/khong-co/xoa", {}, opened=THERE).status_code == 404


class TestSheet:
    def test_it_is_shown_first_and_taken_after(self, admin: TestClient, record: Record) -> None:
        before = known(record)
        page = send(admin, f"{THERE}/bang", {"bang": SHEET}, opened=f"{THERE}/bang").text
        assert known(record) == before and page.count("<td>thêm</td>") == 2
        send(admin, f"{THERE}/bang", {"bang": SHEET, "lam": "1"}, opened=f"{THERE}/bang")
        after = known(record)
        assert after["Trạm y tế"].evening and set(before) < set(after)
        assert after["Phòng Kinh tế"].roles == (Role.AGRICULTURE_ENVIRONMENT, Role.TRANSPORT_CONSTRUCTION)

    @pytest.mark.parametrize(
        ("row", "said"),
        [("Công an xã\ty tế\t\t", "công an"), ("Phòng X\tvua\t\t", "Không có phần việc “vua”"),
         ("Phòng X\t\t\t", "ít nhất một"), ("Phòng X\ty tế\tx@mps.gov.vn\t", "công an")],
    )  # fmt: skip
    def test_a_wrong_row_says_why_and_nothing_is_taken(
        self, admin: TestClient, record: Record, row: str, said: str
    ) -> None:
        before = known(record)
        sent = {"bang": f"{SHEET}{row}\n", "lam": "1"}
        page = send(admin, f"{THERE}/bang", sent, opened=f"{THERE}/bang").text
        assert said in words(page) and known(record) == before

    def test_the_export_is_such_a_sheet_and_audited(self, admin: TestClient, record: Record) -> None:
        send(admin, f"{THERE}/bang", {"bang": SHEET, "lam": "1"}, opened=f"{THERE}/bang")
        told = admin.get(f"{THERE}/xuat").content.decode("utf-8-sig")
        assert record.audit.lines(1)[0].action == "recipient.export"
        every = tuple(known(record).values())
        assert receivers.outcome(every, receivers.plan(told, every)[1]) == every


@given(st.text(max_size=200))
def test_any_text_is_a_sheet_or_told_why_not(text: str) -> None:
    problem, planned = receivers.plan(f"nơi nhận,phần việc\n{text}", ())
    assert problem or all(row.problem or (row.item and not receivers.wrong(row.item)) for row in planned)
