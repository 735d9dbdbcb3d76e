"""Pages of alerts over a real record: what was told, what is held, rules, templates, and the signed link."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from alerts.rules import DEFAULT_RULES
from app.alert_desk import record_alerts
from core.access import Level
from core.clock import FixedClock
from core.records import AlertPlan, Delivered, Membership, Refused, Rule, RuleEvent
from core.roles import Role
from core.settings import Settings
from dashboard.office import Office
from dashboard.pages.alert_rules import SHIPPED
from store.sqlite.record import Record, open_record
from tests.dashboard.conftest import SignIn, client, make_user
from tests.dashboard.test_people import seal_of
from tests.fakes.alerting import PAPERS, URGENT, Newsroom, newsroom, person
from tests.fakes.blank import blank
from tests.fakes.reading import FakePress
from tests.fakes.records import NOON, make_desk

PUBLIC = "http://127.0.0.1:8765"
FORM = {
    "ma": "thu-nghiem", "khi": "story", "cd_disaster": "1", "trong_tam": "1", "so_bao": "1", "khan": "1",
    "vt_leadership": "1", "phut": "30", "dung": "1",
}  # fmt: skip


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def room(tmp_path: Path, clock: FixedClock) -> Iterator[Newsroom]:
    settings = Settings(data_dir=tmp_path, public_url=PUBLIC)
    with open_record(blank(settings.database), clock=clock, keep=settings.keep) as record:
        desk = make_desk(recipients=(person("office", Role.INFORMATION_OFFICE), person("head", Role.LEADERSHIP)))
        made = newsroom(record, clock, URGENT, desk=desk, channels=("email",), public_url=PUBLIC)
        made.planner._office.signer._secret = _secret(settings, record, clock)
        yield made


def _secret(settings: Settings, record: Record, clock: FixedClock) -> bytes:
    return record_alerts(settings, record, clock, PAPERS).signer._secret


@pytest.fixture
def web(room: Newsroom, clock: FixedClock, tmp_path: Path) -> TestClient:
    settings = Settings(data_dir=tmp_path, public_url=PUBLIC)
    alerts = record_alerts(settings, room.record, clock, PAPERS)

    class Press:
        """The record as the pages' reading, search, desks and corrections."""

        publishers = PAPERS

        def __getattr__(self, name: str) -> object:
            for port in (room.record.reading, room.record.desks, room.record.corrections, room.record.search):
                if hasattr(port, name):
                    return getattr(port, name)
            raise AttributeError(name)

    return client(
        Press(), settings={"data_dir": tmp_path, "public_url": PUBLIC}, clock=clock,
        parts={"office": Office(alerts=alerts)},
    )  # fmt: skip


def send(web: TestClient, path: str, opened: str, **fields: str) -> object:
    page = web.get(opened).text
    seal = re.search(r'name="dau" value="([0-9a-f]+)"', page)
    assert seal, "the page has a form"
    return web.post(path, data={"dau": seal[1], **fields}, headers={"Origin": PUBLIC}, follow_redirects=True)


def told(room: Newsroom, *, hours: float = 1) -> list[str]:
    """Signed links of the messages that were made, as paths: the office's, the head's."""
    room.until(hours)
    rows = sorted(room.rows(), key=lambda row: row.message.recipient, reverse=True)
    return [row.message.link.removeprefix(PUBLIC) for row in rows]


class TestSignedLink:
    def test_it_shows_that_story_and_nothing_else_without_login(self, room: Newsroom, web: TestClient) -> None:
        room.prints("disaster", title="Lũ lên nhanh")
        first = told(room)[0]
        room.prints("disaster", source="bao_b", title="Chuyện khác hẳn")
        room.until(1)
        page = web.get(first).text
        assert "Lũ lên nhanh" in page and "Chuyện khác hẳn" not in page
        links = {link for link in re.findall(r'href="([^"]+)"', page) if not link.startswith("/static/")}
        assert links == {room.record.reading.article("binh_son", room.rows()[0].message.article).listed.url}  # type: ignore[union-attr,arg-type]
        assert "@" not in re.sub(r"<[^>]+>", "", page)

    def test_opening_changes_nothing_only_the_buttons_do(self, room: Newsroom, web: TestClient) -> None:
        room.prints("disaster")
        paths = told(room)
        for path in paths:
            page = web.get(path).text
            for link in re.findall(r'(?:href|src|action)="(/[^"]*)"', page):
                web.get(html.unescape(link))
            web.head(path)
        assert room.record.handlings.marks("binh_son") == ()
        send(web, paths[0], paths[0], viec="working", ghi_chu="Đã cử người xuống thôn")
        (mark,) = room.record.handlings.marks("binh_son")
        assert (mark.handling, mark.note, mark.recipient) == ("working", "Đã cử người xuống thôn", "office")
        assert "Đã cử người xuống thôn" in web.get(paths[0]).text

    def test_a_form_from_elsewhere_marks_nothing(self, room: Newsroom, web: TestClient) -> None:
        room.prints("disaster")
        path = told(room)[0]
        page = web.get(path).text
        seal = re.search(r'name="dau" value="([0-9a-f]+)"', page)
        assert seal
        fields = {"dau": seal[1], "viec": "done"}
        assert web.post(path, data=fields, headers={"Origin": "https://elsewhere.vn"}).status_code == 403
        assert web.post(path, data={"viec": "done"}, headers={"Origin": PUBLIC}).status_code == 403
        assert room.record.handlings.marks("binh_son") == ()

    def test_forged_over_and_revoked_ones_show_nothing(
        self, room: Newsroom, web: TestClient, clock: FixedClock
    ) -> None:
        room.prints("disaster", title="Lũ lên nhanh")
        mine, other = told(room)
        token = mine.removeprefix("/c/")
        named, until, mac = token.split(".")
        for bad in (token[:-1], token + "x", f"{named}.{until}.{'A' * 22}", f"{named}.zzzzzz.{mac}", "x", "a.b.c",
                    f"{other.removeprefix('/c/').split('.')[0]}.{until}.{mac}"):  # fmt: skip
            answer = web.get(f"/c/{bad}")
            assert answer.status_code == 404 and "Lũ lên nhanh" not in answer.text
        assert web.get(mine).status_code == 200
        number = next(row.id for row in room.rows() if row.message.link.endswith(token))
        send(web, f"/canh-bao/{number}/thu-hoi", "/canh-bao")
        assert web.get(mine).status_code == 404 and web.get(other).status_code == 200
        clock.move(timedelta(days=7))
        assert web.get(other).status_code == 404

    def test_a_recipient_who_left_has_no_link_any_more(self, room: Newsroom, web: TestClient) -> None:
        room.prints("disaster")
        mine, _ = told(room)
        room.record.desks.apply_desk(make_desk(recipients=(person("head", Role.LEADERSHIP),)), NOON, "test")
        assert web.get(mine).status_code == 404


class TestOverview:
    def test_who_was_told_by_what_and_what_came_of_it(self, room: Newsroom, web: TestClient, clock: FixedClock) -> None:
        article = room.prints("disaster", title="Lũ lên nhanh")
        told(room)
        claims = room.record.outbox.claim(clock.now(), 5, 900)
        for claim in claims:
            room.record.outbox.mark(claim, Delivered(), clock.now())
        clock.move(timedelta(minutes=12))
        room.record.handlings.mark("binh_son", article.id, "working", "", clock.now(), recipient="office")
        page = web.get("/canh-bao").text
        assert "Lũ lên nhanh" in page and page.count("đã gửi") == 2
        assert "phút sau khi đăng" in page and "12 phút sau khi gửi" in page
        assert "đang xử lý" in page and "qua thư" in page

    def test_undelivered_and_held_ones_wait_for_a_person(
        self, room: Newsroom, web: TestClient, clock: FixedClock
    ) -> None:
        room.prints("disaster")
        told(room)
        first, second = room.record.outbox.claim(clock.now(), 5, 900)
        room.record.outbox.mark(first, Refused(reason="mail-refused 550"), clock.now())
        room.record.outbox.hold_all("restored", clock.now())
        page = web.get("/canh-bao").text
        assert "Chưa gửi được" in page and "có thể đã gửi trước khi khôi phục" in page
        send(web, f"/canh-bao/{first.id}/gui-lai", "/canh-bao")
        send(web, f"/canh-bao/{second.id}/khong-gui", "/canh-bao")
        assert [row.state for row in room.rows()] == ["waiting", "refused"]

    def test_what_waits_for_the_digest_is_shown_with_its_hour(self, room: Newsroom, web: TestClient) -> None:
        article = room.prints("disaster", title="Lũ lên nhanh")
        room.round()
        page = web.get("/canh-bao").text
        assert "Chờ gửi" in page and f'href="/cau-chuyen/{article.id}">Lũ lên nhanh' in page
        assert page.count("Lũ lên nhanh") == 1 and "Phòng head, Phòng office" in page, "one line for one story"
        assert "Chưa có cảnh báo nào" not in page

    def test_every_button_says_what_it_is_about(self, room: Newsroom, web: TestClient) -> None:
        room.prints("disaster", title="Lũ lên nhanh")
        told(room)
        room.prints("disaster", source="bao_b", title="Chuyện khác hẳn")
        room.until(1)
        acts = re.findall(r"<button[^>]*>(.*?)</button>|<summary>(.*?)</summary>", web.get("/canh-bao").text)
        named = [" ".join(re.sub(r"<[^>]+>", "", "".join(one)).split()) for one in acts]
        assert sum("Lũ lên nhanh" in one for one in named) >= 5
        assert len(set(named)) == len(named)

    def test_every_alert_leads_to_what_is_copied_to_zalo(self, room: Newsroom, web: TestClient) -> None:
        article = room.prints("disaster")
        told(room)
        assert f'href="/cau-chuyen/{article.id}#share-story">Chép để gửi Zalo' in web.get("/canh-bao").text

    def test_today_counts_what_nobody_has_taken(self, room: Newsroom, web: TestClient, clock: FixedClock) -> None:
        article = room.prints("disaster")
        told(room)
        for claim in room.record.outbox.claim(clock.now(), 5, 900):
            room.record.outbox.mark(claim, Delivered(), clock.now())
        assert "1 cảnh báo trong hai ngày qua chưa ai xem hoặc tiếp nhận" in web.get("/").text
        room.record.handlings.mark("binh_son", article.id, "seen", "", clock.now(), recipient="office")
        assert "1 cảnh báo" in web.get("/").text, "an urgent one is to be taken"
        room.record.handlings.mark("binh_son", article.id, "working", "", clock.now(), recipient="office")
        assert "Không có cảnh báo nào đang chờ" in web.get("/").text

    def test_silences(self, room: Newsroom, web: TestClient) -> None:
        send(web, "/canh-bao/tat", "/canh-bao", chu_de="disaster", gio="4")
        (silence,) = room.record.handlings.silences("binh_son", NOON)
        assert silence.topic == "disaster" and silence.ends == NOON + timedelta(hours=4)
        assert "Thiên tai" in web.get("/canh-bao").text
        article = room.prints("disaster", title="Lũ lên nhanh")
        send(web, "/canh-bao/tat", "/canh-bao", cau_chuyen=article.id, gio="1")
        assert "Lũ lên nhanh" in web.get("/canh-bao").text
        for one in room.record.handlings.silences("binh_son", NOON):
            send(web, f"/canh-bao/tat/{one.id}/thoi", "/canh-bao")
        assert room.record.handlings.silences("binh_son", NOON) == ()
        for wrong in ({"chu_de": "religion", "gio": "4"}, {"chu_de": "disaster", "gio": "99999"}, {"gio": "4"}):
            assert send(web, "/canh-bao/tat", "/canh-bao", **wrong).status_code == 400  # type: ignore[attr-defined]

    def test_a_story_is_copied_to_zalo_by_hand(self, room: Newsroom, web: TestClient) -> None:
        article = room.prints("disaster", title="Lũ lên nhanh")
        for path in (f"/bai/{article.id}", f"/cau-chuyen/{article.id}"):
            box = re.search(r"<textarea[^>]*>(.*?)</textarea>", web.get(path).text, re.DOTALL)
            assert box
            title, source, lead, link = html.unescape(box[1]).strip().split("\n")
            assert (title, link) == ("Lũ lên nhanh", article.url)
            assert source.startswith("Báo A, ") and lead


class TestRules:
    def test_a_rule_is_tried_on_the_past_month_and_kept(self, room: Newsroom, web: TestClient) -> None:
        for number in range(7):
            room.prints("disaster", title=f"Sự việc {number}")
            room.clock.move(timedelta(days=1))
        page = send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **FORM, lam="xem").text  # type: ignore[attr-defined]
        assert "sẽ báo 7 câu chuyện" in page
        assert [rule.id for rule in room.record.alerts.plan("binh_son").rules] == ["khan"]  # type: ignore[union-attr]
        send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **FORM, lam="luu")
        plan = room.record.alerts.plan("binh_son")
        assert plan and [rule.id for rule in plan.rules] == ["khan", "thu-nghiem"] and plan.version == 2
        assert plan.rules[1].roles == (Role.LEADERSHIP,)
        send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **FORM, lam="xoa")
        assert [rule.id for rule in room.record.alerts.plan("binh_son").rules] == ["khan"]  # type: ignore[union-attr]

    def test_a_rule_that_a_colleague_changed_is_not_overwritten_unseen(self, room: Newsroom, web: TestClient) -> None:
        rules, form = "/canh-bao/quy-tac", FORM | {"lam": "luu"}

        def kept(one: str) -> Any:
            return {rule.id: rule for rule in room.record.alerts.plan("binh_son").rules}.get(one)  # type: ignore[union-attr]

        def shown(page: str, one: str) -> str:
            found = re.search(rf'name="truoc" value="(\w+)">\s*<input type="hidden" name="ma" value="{one}"', page)
            assert found
            return found[1]

        send(web, rules, rules, **form)
        seen = shown(web.get(rules).text, "thu-nghiem")
        send(web, rules, rules, **form | {"truoc": seen, "phut": "45"})
        for act in ("luu", "xem", "xoa"):
            told: Any = send(web, rules, rules, **form | {"lam": act, "truoc": seen, "phut": "60"})
            assert told.status_code == 422 and "có người đã sửa" in told.text and 'value="60"' in told.text
            assert kept("thu-nghiem").take_minutes == 45
        again: Any = send(web, rules, rules, **form | {"truoc": shown(told.text, "thu-nghiem"), "phut": "60"})
        assert again.status_code == 200 and kept("thu-nghiem").take_minutes == 60
        seen = shown(again.text, "thu-nghiem")
        for _ in range(2):
            gone: Any = send(web, rules, rules, **form | {"lam": "xoa", "truoc": seen})
            assert gone.status_code == 200 and kept("thu-nghiem") is None, "removed twice it is removed"

    def test_a_new_rule_does_not_take_the_place_of_another(self, room: Newsroom, web: TestClient) -> None:
        rules = "/canh-bao/quy-tac"
        before = room.record.alerts.plan("binh_son")
        new = re.findall(r'name="truoc" value="(\w+)">\s*<p><label>[^<]*<input name="ma"', web.get(rules).text)
        told: Any = send(web, rules, rules, **FORM | {"ma": "khan", "lam": "luu", "truoc": new[0]})
        assert told.status_code == 422 and "mã khác" in told.text and room.record.alerts.plan("binh_son") == before
        assert '<input name="ma" value="khan"' in told.text, "what was chosen stays, as a new rule"
        for _ in range(2):
            made: Any = send(web, rules, rules, **FORM | {"lam": "luu", "truoc": new[0]})
            assert made.status_code == 200, "sent twice it is one"

    def test_places_and_papers_are_chosen_and_taken_away_again(self, room: Newsroom, web: TestClient) -> None:
        room.prints("disaster")
        page, unit = web.get("/canh-bao/quy-tac").text, "new:21085"
        assert '<option value="xa_binh_son">' in page, "the press has named it"
        assert '<option value="bao_b">Báo B' in page
        form = FORM | {"them_dv_": unit, "them_bao_": "bao_b", "lam": "luu"}
        send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **form)
        rule = room.record.alerts.plan("binh_son").rules[1]  # type: ignore[union-attr]
        assert (rule.units, rule.publishers) == ((unit,), ("bao_b",))
        form = FORM | {"bao_bao_b": "1", "them_bao_": "bao_c", "lam": "luu"}
        page = send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **form).text  # type: ignore[attr-defined]
        rule = room.record.alerts.plan("binh_son").rules[1]  # type: ignore[union-attr]
        assert (rule.units, rule.publishers) == ((), ("bao_b", "bao_c"))
        assert 'name="bao_bao_c" value="1" checked' in page
        for what, said in (
            ({"them_bao_": "ke-la"}, "Nguồn tin này chưa"),
            ({"them_dv_": "old:0"}, "Địa danh này không"),
        ):
            answer: Any = send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **FORM | what | {"lam": "luu"})
            assert answer.status_code == 422 and said in answer.text

    def test_a_rule_of_any_kind_stays_what_it_is(self, room: Newsroom, web: TestClient) -> None:
        named = Rule(id="so-lieu-khac", event=RuleEvent.DIFFERS, roles=(Role.LEADERSHIP,), title="Số liệu lệch")
        room.record.alerts.apply_plan(AlertPlan(desk="binh_son", rules=(named,)), NOON, "test")
        page = web.get("/canh-bao/quy-tac").text
        assert "Số liệu lệch" in page and '<option value="differs" selected>' in page
        form = {"ma": named.id, "khi": "differs", "vt_leadership": "1", "trong_tam": "1", "dung": "1", "lam": "luu"}
        send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **form)
        assert room.record.alerts.plan("binh_son").rules == (named,)  # type: ignore[union-attr]

    def test_the_shipped_rules_have_names(self) -> None:
        assert {rule.id for rule in DEFAULT_RULES} == SHIPPED

    def test_what_a_rule_may_not_be_is_refused_with_the_reason(self, room: Newsroom, web: TestClient) -> None:
        form = FORM | {"cd_law_courts": "1", "sac_thai": "negative", "lam": "luu"}
        answer = send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **form)
        assert answer.status_code == 422  # type: ignore[attr-defined]
        assert "Sắc thái chỉ dùng cùng các chủ đề thiệt hại" in answer.text  # type: ignore[attr-defined]

    def test_no_field_takes_words(self, web: TestClient) -> None:
        page = web.get("/canh-bao/quy-tac").text
        named = set(
            re.findall(r'<(?:input|textarea)(?![^>]*type="(?:hidden|checkbox|number|search)")[^>]*name="(\w+)"', page)
        )
        assert named <= {"ma", "sang", "chieu", "dem_tu", "dem_den"}

    @pytest.mark.parametrize("act", ["luu", "xem"])
    def test_a_number_that_is_none_is_told_and_the_form_stays(self, web: TestClient, act: str) -> None:
        answer = send(web, "/canh-bao/quy-tac", "/canh-bao/quy-tac", **FORM | {"phut": "²", "lam": act})
        assert answer.status_code == 422  # type: ignore[attr-defined]
        shown = answer.text  # type: ignore[attr-defined]
        assert "số phút từ 5 đến 1440" in shown and 'name="ma" value="thu-nghiem"' in shown

    def test_timing_that_can_not_be_is_told_and_stays(self, web: TestClient) -> None:
        form = {"sang": "06:45", "chieu": "25:00", "dem_tu": "21:00", "dem_den": "05:30", "cho": "3", "tang": "60"}
        path = "/canh-bao/quy-tac/gio"
        shown = send(web, path, "/canh-bao/quy-tac", **form, nhac="6").text  # type: ignore[attr-defined]
        assert "Giờ phải có dạng 07:30" in shown and 'value="06:45"' in shown
        shown = send(web, path, "/canh-bao/quy-tac", **form | {"chieu": "16:30"}, nhac="x").text  # type: ignore[attr-defined]
        assert "Khoảng chờ chưa đúng" in shown and 'value="16:30"' in shown

    def test_timing(self, room: Newsroom, web: TestClient) -> None:
        form = {
            "sang": "06:45",
            "chieu": "16:30",
            "dem_tu": "21:00",
            "dem_den": "05:30",
            "cho": "3",
            "tang": "60",
            "nhac": "6",
        }
        send(web, "/canh-bao/quy-tac/gio", "/canh-bao/quy-tac", **form)
        plan = room.record.alerts.plan("binh_son")
        assert plan and (plan.timing.morning, plan.timing.night_from) == (405, 1260)


class TestTemplates:
    PATH = "/canh-bao/mau/alert/subject.txt"

    def test_an_office_words_its_own_subject(self, room: Newsroom, web: TestClient, tmp_path: Path) -> None:
        page = send(web, self.PATH, self.PATH, chu="Tin của xã: {{ title }}", lam="xem").text  # type: ignore[attr-defined]
        assert "Tin của xã: Nước sông" in page
        assert not (tmp_path / "templates").exists()
        send(web, self.PATH, self.PATH, chu="Tin của xã: {{ title }}", lam="luu")
        assert (tmp_path / "templates/alert/subject.txt").read_text() == "Tin của xã: {{ title }}"
        send(web, self.PATH, self.PATH, lam="goc")
        assert not (tmp_path / "templates/alert/subject.txt").exists()

    @pytest.mark.parametrize(
        "text",
        ["{{ tit", "{{ unknown }}", "{% include 'x' %}", "{{ title.__class__ }}",
         "{% for i in range(10) %}x{% endfor %}", "{{ 'a' * 1000000000 }}", "{% macro x() %}{% endmacro %}",
         "{{ title | attr('upper') }}", "{{ cycler }}"],
    )  # fmt: skip
    def test_a_broken_or_bold_one_is_told_of_and_not_kept(self, web: TestClient, tmp_path: Path, text: str) -> None:
        answer = send(web, self.PATH, self.PATH, chu=text, lam="luu")
        assert answer.status_code == 422 and "Mẫu này hỏng" in answer.text  # type: ignore[attr-defined]
        assert not (tmp_path / "templates").exists()

    @pytest.mark.parametrize(
        ("text", "says"),
        [("Tin\n{{ tit", "dòng 2: viết sai cú pháp"), ("{{ unknown }}", "có tên trong dấu ngoặc mà"),
         ("{% include 'x' %}", "dòng 1: có lệnh không được dùng"), ("x" * 20_001, "mẫu dài quá 20.000 ký tự")],
    )  # fmt: skip
    def test_the_fault_is_told_in_vietnamese_with_its_line(self, web: TestClient, text: str, says: str) -> None:
        assert says in send(web, self.PATH, self.PATH, chu=text, lam="luu").text  # type: ignore[attr-defined]

    def test_one_that_broke_on_the_disk_is_passed_over(self, room: Newsroom, web: TestClient, tmp_path: Path) -> None:
        (tmp_path / "templates/alert").mkdir(parents=True)
        (tmp_path / "templates/alert/subject.txt").write_text("{{ hỏng")
        assert "Mẫu này hỏng" in web.get("/canh-bao/mau").text

    def test_what_goes_out_for_all_desks_is_worded_by_who_administers_them_all(
        self, signed_in: SignIn, record: Record, press: FakePress, clock: FixedClock, tmp_path: Path
    ) -> None:
        one, other = press.book[0].id, "thuong_xuan"
        press.book.append(replace(press.book[0], id=other))
        record.desks.apply_desk(press.book[1], NOON, "test")
        alerts = record_alerts(Settings(data_dir=tmp_path), record, clock, PAPERS)
        editor = signed_in(Level.EDITOR, parts={"office": Office(alerts=alerts)})
        shown = editor.get(self.PATH)
        assert shown.status_code == 200 and "Chỉ quản trị viên của tất cả bàn tin mới sửa được" in shown.text
        assert 'name="chu"' not in shown.text
        sent = {"chu": "Tin của tôi", "lam": "luu", "dau": seal_of(editor.get("/tai-khoan").text)}
        refused = editor.post(self.PATH, data=sent, headers={"Origin": PUBLIC})
        assert refused.status_code == 403 and not (tmp_path / "templates").exists()

        head = make_user(record, Level.ADMINISTRATOR, one)
        over = [Membership(desk=desk, level=Level.ADMINISTRATOR) for desk in (one, other)]
        record.people.change(head.id, memberships=over, at=NOON, by="test")
        both = signed_in(Level.ADMINISTRATOR, parts={"office": Office(alerts=alerts)})
        send(both, self.PATH, self.PATH, chu="Tin của hai xã", lam="luu")
        assert (tmp_path / "templates/alert/subject.txt").read_text() == "Tin của hai xã"
        for desk in (one, other):
            assert record.audit.lines(1, desk=desk)[0].action == "alerts.template"
