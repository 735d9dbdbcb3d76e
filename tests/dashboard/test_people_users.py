"""The users' page and the first run."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest
from starlette.testclient import TestClient

from core.access import Level
from core.i18n import t
from core.records import Desk, Membership, UnitChoice
from dashboard.room import RunStatus
from store.sqlite.record import Record
from tests.dashboard.conftest import MORNING, SignIn, client, make_user, open_session
from tests.dashboard.test_labels import ORIGIN
from tests.dashboard.test_pages import words
from tests.dashboard.test_people import PASSWORD, seal_of, send
from tests.fakes.reading import FakePress


@pytest.fixture
def admin(signed_in: SignIn) -> TestClient:
    return signed_in(Level.ADMINISTRATOR)


def act(browser: TestClient, user: str, deed: str, **fields: str) -> Any:
    return send(browser, f"/nguoi-dung/{user}", {"viec": deed} | fields, opened="/nguoi-dung")


class TestUsers:
    def test_a_new_user_gets_a_link_that_is_shown_once(self, admin: TestClient, record: Record) -> None:
        new = {"ten": "Lan", "thu": " Lan@BinhSon.gov.vn ", "vai-tro": "officer"}
        page = send(admin, "/nguoi-dung", new, opened="/nguoi-dung").text
        link = re.search(r"http://127\.0\.0\.1:8765(/dat-mat-khau/[\w-]+)", page)
        assert link and "/dat-mat-khau/" not in admin.get("/nguoi-dung").text
        assert send(admin, link[1], {"moi": PASSWORD}, opened=link[1]).status_code == 303
        lan = record.people.by_email("lan@binhson.gov.vn")
        assert lan and lan.password and lan.memberships == (Membership(desk="binh_son", level=Level.OFFICER),)

    def test_a_form_sent_twice_makes_one_user_and_shows_the_link_that_holds(
        self, admin: TestClient, record: Record
    ) -> None:
        new = {"ten": "Lan", "thu": "lan@binhson.gov.vn", "vai-tro": "officer"}
        send(admin, "/nguoi-dung", new, opened="/nguoi-dung")
        page = send(admin, "/nguoi-dung", new, opened="/nguoi-dung").text
        link = re.search(r"http://127\.0\.0\.1:8765(/dat-mat-khau/[\w-]+)", page)
        assert link and admin.get(link[1]).status_code == 200
        lan = record.people.by_email("lan@binhson.gov.vn")
        assert lan
        actions = [line.action for line in record.audit.lines() if line.subject == lan.id]
        assert actions == ["user.reset_link", "user.reset_link", "user.add"]

    @pytest.mark.parametrize("email", ["a@congan.gov.vn", "bch.quansu@binhson.gov.vn", "not an address", ""])
    def test_no_account_for_those_who_may_have_none(self, admin: TestClient, record: Record, email: str) -> None:
        before = record.people.users()
        new = {"ten": "Lan", "thu": email, "vai-tro": "viewer"}
        answer = send(admin, "/nguoi-dung", new, opened="/nguoi-dung")
        assert answer.status_code == 422 and 'role="alert"' in answer.text
        assert record.people.users() == before

    def test_no_level_beyond_the_desk_is_given(self, admin: TestClient) -> None:
        new = {"ten": "Lan", "thu": "lan@binhson.gov.vn", "vai-tro": "operator"}
        assert send(admin, "/nguoi-dung", new, opened="/nguoi-dung").status_code == 400

    def test_every_deed(self, admin: TestClient, record: Record) -> None:
        lan = make_user(record, Level.OFFICER, "binh_son", name="Lan")
        people = record.people
        open_session(record, lan)
        assert act(admin, lan.id, "vai-tro", **{"vai-tro": "editor"}).status_code == 303
        assert people.user(lan.id).memberships[0].level is Level.EDITOR  # type: ignore[union-attr]
        act(admin, lan.id, "phien")
        assert people.sessions(lan.id) == ()
        assert "/dat-mat-khau/" in act(admin, lan.id, "lien-ket").text
        act(admin, lan.id, "khoa")
        assert people.user(lan.id).disabled  # type: ignore[union-attr]
        act(admin, lan.id, "mo")
        assert not people.user(lan.id).disabled  # type: ignore[union-attr]
        act(admin, lan.id, "xoa")
        assert people.user(lan.id) is None
        assert {line.who for line in record.audit.lines(6)} == {"u-administrator-19"}

    def test_the_last_administrator_can_not_go(self, admin: TestClient, record: Record) -> None:
        make_user(record, Level.OFFICER, "binh_son", name="Lan")
        for deed in ("khoa", "xoa"):
            answer = act(admin, "u-administrator-19", deed)
            assert answer.status_code == 422 and "phải còn ít nhất một quản trị viên" in answer.text

    def test_an_account_of_another_desk_too_can_not_be_taken_over(self, admin: TestClient, record: Record) -> None:
        record.desks.apply_desk(Desk(id="my_hao", name="Mỹ Hào", office="UBND", units=()), MORNING, "test")
        both = make_user(record, Level.OFFICER, "binh_son", name="Lan")
        held = (*both.memberships, Membership(desk="my_hao", level=Level.ADMINISTRATOR))
        record.people.change(both.id, memberships=held, at=MORNING, by="test")
        for deed in ("lien-ket", "khoa", "ma", "phien", "xoa"):
            answer = act(admin, both.id, deed)
            assert answer.status_code == 422 and "/dat-mat-khau/" not in answer.text, deed
        assert act(admin, both.id, "bo").status_code == 303
        assert record.people.user(both.id).memberships == held[1:]  # type: ignore[union-attr]
        assert act(admin, both.id, "xoa").status_code == 404, "of this desk no more"

    def test_idle_accounts_stand_on_top_until_somebody_answers(self, admin: TestClient, record: Record) -> None:
        lan = make_user(record, Level.OFFICER, "binh_son", name="Lan")
        with record.database.write() as con:
            con.execute("UPDATE people SET asked_at = 1 WHERE id = ?", (lan.id,))
        page = admin.get("/nguoi-dung").text
        assert "Còn cần không?" in page and page.index(lan.email) < page.index("administrator19@")
        act(admin, lan.id, "can")
        assert "Còn cần không?" not in admin.get("/nguoi-dung").text

    def test_the_file_of_users_is_audited_and_holds_no_formula(self, admin: TestClient, record: Record) -> None:
        make_user(record, Level.VIEWER, "binh_son", name="=cmd()")
        told = admin.get("/nguoi-dung/xuat")
        assert told.content.startswith(b"\xef\xbb\xbf") and "'=cmd()" in told.text
        assert record.audit.lines(1)[0].action == "user.export"


class TestSheet:
    SHEET = "Email\tHọ tên\tVai trò\nlan@binhson.gov.vn\tLan\tchuyên viên\nthu@binhson.gov.vn\tThu\tQuản trị viên\n"

    def test_a_pasted_sheet_is_shown_first_and_taken_after(self, admin: TestClient, record: Record) -> None:
        before = record.people.users()
        page = send(admin, "/nguoi-dung/bang", {"bang": self.SHEET}, opened="/nguoi-dung/bang").text
        assert record.people.users() == before and page.count("<td>thêm</td>") == 2
        send(admin, "/nguoi-dung/bang", {"bang": self.SHEET, "lam": "1"}, opened="/nguoi-dung/bang")
        assert {u.name: u.memberships[0].level for u in record.people.users() if len(u.name) == 3} == {
            "Lan": Level.OFFICER, "Thu": Level.ADMINISTRATOR,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("row", "said"),
        [("minh@congan.vn\tMinh\tviewer", "công an"), ("minh@x.gov.vn\tMinh\tvua", "Không có vai trò “vua”"),
         ("minh@x.gov.vn\tMinh\tvận hành", "bàn tin khác"), ("\tMinh\tviewer", "thư")],
    )  # fmt: skip
    def test_a_wrong_row_says_why_and_nothing_is_taken(
        self, admin: TestClient, record: Record, row: str, said: str
    ) -> None:
        before = record.people.users()
        sheet = {"bang": f"{self.SHEET}{row}\n", "lam": "1"}
        page = send(admin, "/nguoi-dung/bang", sheet, opened="/nguoi-dung/bang").text
        assert said in words(page) and record.people.users() == before

    def test_a_sheet_without_a_needed_column_says_which(self, admin: TestClient) -> None:
        page = send(admin, "/nguoi-dung/bang", {"bang": "a,b\n1,2\n"}, opened="/nguoi-dung/bang").text
        assert "Thiếu cột: thư điện tử, họ tên, vai trò" in words(page)


UNITS = (
    UnitChoice(id="old:1", name="huyện Bình Sơn", label="huyện Bình Sơn, tỉnh Quảng Ngãi (đến 30/6/2025)"),
    UnitChoice(id="new:2", name="xã Bình Sơn", label="xã Bình Sơn, tỉnh Quảng Ngãi"),
)


class TestFirstRun:
    FORM: ClassVar = {"ten": "Bình Sơn", "don-vi": "new:2", "co-quan": "UBND xã Bình Sơn", "ho-ten": "Lan",
            "thu": "lan@binhson.gov.vn", "mat-khau": PASSWORD}  # fmt: skip

    @pytest.fixture
    def filled(self) -> list[str]:
        return []

    @pytest.fixture
    def here(self, record: Record, filled: list[str]) -> TestClient:
        """This machine, with a record that holds nothing."""
        with record.database.write() as con:
            con.execute("DELETE FROM desks")
        press = FakePress()
        parts = {
            "units": lambda name: UNITS if "sơn" in name.lower() else (), "fill": lambda desk: filled.append(desk.id),
            "desks": record.desks,
        }  # fmt: skip
        return client(press, record=record, client=("127.0.0.1", 50000), parts=parts)

    def test_from_nothing_to_the_days_page(self, here: TestClient, record: Record, filled: list[str]) -> None:
        first = here.get("/").text
        assert first.count('href="/bat-dau"') == 2 and t("start.intro") in first
        assert "diembao desk" not in first, "whoever can choose the place here is given no command"
        chosen = here.get("/bat-dau?ten=B%C3%ACnh+S%C6%A1n").text
        assert all(unit.label in chosen for unit in UNITS)
        done = send(here, "/bat-dau", self.FORM, opened="/bat-dau?ten=B%C3%ACnh+S%C6%A1n")
        assert done.status_code == 303 and done.headers["location"].startswith("/")
        (desk,) = record.desks.desks()
        assert (desk.id, desk.units, desk.office) == ("xa_binh_son", ("new:2",), "UBND xã Bình Sơn")
        assert filled == ["xa_binh_son"]
        assert "đang chờ mã xác thực" in words(here.get("/").text)
        assert here.get("/bat-dau", follow_redirects=False).status_code == 303, "it is over"
        assert [user.email for user in record.people.users()] == ["lan@binhson.gov.vn"]

    @pytest.mark.parametrize(
        "wrong", [{"don-vi": "new:9"}, {"don-vi": ""}, {"co-quan": ""}, {"thu": "x@congan.vn"}, {"mat-khau": "ngắn"}]
    )
    def test_all_of_it_or_nothing(self, here: TestClient, record: Record, wrong: dict[str, str]) -> None:
        answer = send(here, "/bat-dau", self.FORM | wrong, opened="/bat-dau?ten=B%C3%ACnh+S%C6%A1n")
        assert answer.status_code == 422 and 'role="alert"' in answer.text
        assert not record.people.any() and record.desks.desks() == ()

    def test_nobody_in_a_network_begins(self, press: FakePress, record: Record) -> None:
        far = client(press, record=record, client=("203.0.113.7", 1))
        assert far.get("/bat-dau").status_code == 403
        seal = seal_of(far.get("/dang-nhap").text)
        assert far.post("/bat-dau", data={"dau": seal} | self.FORM, headers=ORIGIN).status_code == 403
        assert not record.people.any()

    def test_a_desk_that_there_is_gets_its_administrator(self, press: FakePress, record: Record) -> None:
        here = client(press, record=record, client=("127.0.0.1", 1))
        assert "Chưa có tài khoản nào" in words(here.get("/").text)
        me = {"ho-ten": "Lan", "thu": "lan@binhson.gov.vn", "mat-khau": PASSWORD}
        assert send(here, "/bat-dau", me, opened="/bat-dau").status_code == 303
        assert record.people.users()[0].memberships == (Membership(desk="binh_son", level=Level.ADMINISTRATOR),)

    def test_the_sample_opens_on_the_days_page_and_asks_for_no_login(self, press: FakePress, record: Record) -> None:
        here = client(press, record=record, client=("127.0.0.1", 1), status=RunStatus(sample=True))
        page = words(here.get("/").text)
        assert "không hỏi đăng nhập" in page and press.articles["binh_son"][0].listed.title in page
        assert "diembao.toml" in here.get("/bat-dau").text
        assert here.get("/dang-nhap", follow_redirects=False).headers["location"] == "/"
