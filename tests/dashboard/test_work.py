"""The office's own work over the real record: notes, states, articles set aside, items, visits, pauses, settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.access import Level
from core.clock import FixedClock, local_day
from core.records import AddressAnswer
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.asking import SESSION_COOKIE
from dashboard.office import Office
from dashboard.visitor import THIS_MACHINE
from store.sqlite.record import Record, open_record
from tests.dashboard.conftest import make_user, open_session
from tests.dashboard.test_labels import ORIGIN, send
from tests.dashboard.test_pages import words
from tests.dashboard.working import FIRST, HERE, Addresses, at_work, browser_of
from tests.fakes.differ import differ
from tests.fakes.reading import publisher
from tests.fakes.records import (
    NOON,
    make_article,
    make_desk,
    make_endpoint,
    make_page,
    make_state,
    make_tagged,
)

CANARY = "Trần Văn Chỉ Báo"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with at_work(tmp_path) as record:
        yield record


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON + timedelta(hours=3))


@pytest.fixture
def addresses() -> Addresses:
    return Addresses()


@pytest.fixture
def browser(record: Record, clock: FixedClock, addresses: Addresses) -> TestClient:
    return browser_of(record, clock, addresses)


class TestNotes:
    def test_a_note_is_added_shown_and_removed(self, record: Record, browser: TestClient) -> None:
        page = send(browser, f"{HERE}/ghi-chu", {"ghi-chu": "Đã gọi Phòng Kinh tế <b>10 giờ</b>"}, opened=HERE).text
        assert "&lt;b&gt;10 giờ" in page and "người dùng máy này" in words(page)
        (note,) = record.work.notes("binh_son", "article", FIRST.id)
        send(browser, f"{HERE}/ghi-chu/xoa", {"so": str(note.id)}, opened=HERE)
        assert record.work.notes("binh_son", "article", FIRST.id) == ()
        assert [line.action for line in record.audit.lines(2)] == ["note.remove", "note.add"]

    def test_a_story_has_notes_of_its_own(self, browser: TestClient) -> None:
        story = f"/cau-chuyen/{FIRST.id}"
        assert "Chờ báo cáo" in send(browser, f"{story}/ghi-chu", {"ghi-chu": "Chờ báo cáo"}, opened=story).text
        assert "Chờ báo cáo" not in browser.get(HERE).text

    @pytest.mark.parametrize("text", ["", "   ", "\u200b"])
    def test_an_empty_note_is_none(self, record: Record, browser: TestClient, text: str) -> None:
        assert send(browser, f"{HERE}/ghi-chu", {"ghi-chu": text}, opened=HERE).status_code in (400, 404)
        assert record.work.notes("binh_son", "article", FIRST.id) == ()

    def test_the_words_of_a_note_are_nowhere_else(self, record: Record, browser: TestClient) -> None:
        send(browser, f"{HERE}/ghi-chu", {"ghi-chu": f"Gọi cho {CANARY}"}, opened=HERE)
        assert CANARY in browser.get(HERE).text
        for path in ("/", "/nhat-ky", "/cac-ban-tin", "/khong-phai/xuat", "/sua-nhan/xuat", "/canh-bao",
                     "/tim-kiem/xuat?q=cầu", "/xu-huong", "/bao-cao"):  # fmt: skip
            assert CANARY not in browser.get(path).text
        assert "Không có bài nào" in words(browser.get("/tim-kiem", params={"q": f'"{CANARY}"'}).text)
        assert not any(CANARY in line.detail or CANARY in line.subject for line in record.audit.lines(100))
        with record.database.read() as con:
            for table in ("outbox", "audit", "changes", "articles", "stories"):
                rows = con.execute(f"SELECT * FROM {table}").fetchall()
                assert not any(CANARY in str(tuple(row)) for row in rows), table

    def test_notes_go_with_the_article_and_with_its_text(self, record: Record, browser: TestClient) -> None:
        send(browser, f"{HERE}/ghi-chu", {"ghi-chu": "Một"}, opened=HERE)
        send(browser, f"/cau-chuyen/{FIRST.id}/ghi-chu", {"ghi-chu": "Hai"}, opened=f"/cau-chuyen/{FIRST.id}")
        record.retention.erase(FIRST.id, NOON, "test")
        with record.database.read() as con:
            assert con.execute("SELECT count(*) FROM office_notes").fetchone()[0] == 0

    def test_notes_and_items_are_purged_in_their_time(self, record: Record, browser: TestClient) -> None:
        send(browser, f"{HERE}/ghi-chu", {"ghi-chu": "Một"}, opened=HERE)
        record.work.add_item("binh_son", source="bao_mau", medium="print", title="T", day=local_day(NOON), where="3",
                             at=NOON, by="page")  # fmt: skip
        record.work.visited("binh_son", "page", NOON)
        record.retention.purge(NOON + timedelta(days=25 * 31))
        with record.database.read() as con:
            for table in ("office_notes", "handling", "hand_items", "visits"):
                assert con.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table


class TestState:
    def test_a_state_shows_on_the_day_and_is_audited(self, record: Record, browser: TestClient) -> None:
        story = f"/cau-chuyen/{FIRST.id}"
        page = send(browser, f"{story}/xu-ly", {"tinh-trang": "handled"}, opened=story).text
        assert '<option value="handled" selected>' in page
        assert "đang xử lý" in words(browser.get("/").text)
        assert record.audit.lines(1)[0].action == "story.handle" and record.audit.lines(1)[0].who == "page"

    @pytest.mark.parametrize("form", [{"tinh-trang": "xong"}, {"giao": "ai-do"}])
    def test_only_known_states_and_colleagues(self, browser: TestClient, form: dict[str, str]) -> None:
        assert send(browser, f"{HERE}/xu-ly", form, opened=HERE).status_code == 400

    def test_an_article_is_given_to_a_colleague_of_the_desk_and_taken_back(
        self, record: Record, browser: TestClient, clock: FixedClock
    ) -> None:
        app = create_app(
            reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections,
            differ=differ, publishers={"bao_mau": publisher("bao_mau", "Báo Mẫu")}, clock=clock, settings=Settings(),
            audit=record.audit, people=record.people, office=Office(work=record.work),
        )  # fmt: skip
        record.desks.apply_desk(replace(make_desk(), id="noi_khac"), NOON, "test")
        lan = make_user(record, Level.OFFICER, "binh_son", name="Lan")
        stranger = make_user(record, Level.OFFICER, "noi_khac", name="Người nơi khác")
        office = TestClient(app, base_url="http://127.0.0.1:8765", cookies={SESSION_COOKIE: open_session(record, lan)})
        minh = make_user(record, Level.EDITOR, "binh_son", name="Minh")
        assert "Minh" in office.get(HERE).text and "Người nơi khác" not in office.get(HERE).text
        given = send(office, f"{HERE}/xu-ly", {"giao": minh.id}, opened=HERE).text
        assert f'<option value="{minh.id}" selected>Minh</option>' in given
        assert record.work.handling("binh_son", "article", [FIRST.id])[FIRST.id].assigned == minh.id
        assert record.audit.lines(1)[0].who == lan.id
        assert send(office, f"{HERE}/xu-ly", {"giao": stranger.id}, opened=HERE).status_code == 400
        send(office, f"{HERE}/xu-ly", {"giao": ""}, opened=HERE)
        assert record.work.handling("binh_son", "article", [FIRST.id])[FIRST.id].assigned == ""

    def test_a_page_opened_earlier_sets_only_what_was_changed_on_it(
        self, record: Record, browser: TestClient, clock: FixedClock
    ) -> None:
        """Else who gives an article to a colleague would undo that another has just finished with it."""
        shown = browser.get(HERE).text
        form = dict(re.findall(r'name="([a-z-]+-truoc)" value="([^"]*)"', shown))
        assert form == {"tinh-trang-truoc": "new", "giao-truoc": ""}
        record.work.handle("binh_son", "article", FIRST.id, state="closed", assigned="lan", at=clock.now(), by="lan")
        before = len(record.audit.lines(50))
        send(browser, f"{HERE}/xu-ly", form | {"tinh-trang": "new", "giao": ""}, opened=HERE)
        assert len(record.audit.lines(50)) == before, "nothing was changed on that page, so nobody did anything"
        send(browser, f"{HERE}/xu-ly", form | {"tinh-trang": "new", "giao": THIS_MACHINE.id}, opened=HERE)
        now = record.work.handling("binh_son", "article", [FIRST.id])[FIRST.id]
        assert (now.state, now.assigned) == ("closed", THIS_MACHINE.id)
        assert record.audit.lines(1)[0].detail == f"to={THIS_MACHINE.id}"

    def test_who_has_left_keeps_what_they_have_until_somebody_gives_it_away(
        self, record: Record, browser: TestClient, clock: FixedClock
    ) -> None:
        record.work.handle("binh_son", "article", FIRST.id, assigned="u-gone", at=clock.now(), by="u-lan")
        assert 'name="giao-truoc" value=""' in browser.get(HERE).text, "what the list shows: nobody"

    def test_the_same_again_is_no_second_deed(self, record: Record, browser: TestClient) -> None:
        for _ in range(2):
            send(browser, f"{HERE}/xu-ly", {"tinh-trang": "closed"}, opened=HERE)
        assert [line.action for line in record.audit.lines()].count("article.handle") == 1

    def test_nothing_is_written_about_what_the_desk_does_not_have(self, browser: TestClient) -> None:
        for path in ("/bai/" + "0" * 20, "/cau-chuyen/khong-co"):
            assert send(browser, f"{path}/xu-ly", {"tinh-trang": "seen"}, opened=HERE).status_code == 404
            assert browser.post(f"{path}/ghi-chu", headers=ORIGIN, data={"ghi-chu": "x"}).status_code == 403


class TestSetAside:
    def test_one_click_takes_it_out_and_one_brings_it_back(self, record: Record, browser: TestClient) -> None:
        before = words(browser.get("/").text)
        assert FIRST.title in before and "1 cảnh báo chờ xem" in before
        page = send(browser, f"{HERE}/khong-phai", {}, opened=HERE).text
        assert "không phải về" in words(page)
        after = words(browser.get("/").text)
        assert FIRST.title not in after and "cảnh báo chờ xem" not in after
        assert record.reading.day_counts("binh_son", local_day(NOON))[-1].articles == 0
        assert record.reading.label_counts("binh_son", local_day(NOON), local_day(NOON), "day") == ()
        assert "Không có bài nào" in words(browser.get("/tim-kiem?q=cầu").text)
        row = json.loads(browser.get("/khong-phai/xuat").text)
        assert row["article"] == FIRST.id and row["about"] is False and "page" not in str(row)
        send(browser, f"{HERE}/la-noi-nay", {}, opened=HERE)
        assert words(browser.get("/").text) == before
        assert "1 bài có “cầu”" in words(browser.get("/tim-kiem?q=cầu").text)
        assert browser.get("/khong-phai/xuat").text == ""

    def test_twice_is_once(self, record: Record, browser: TestClient) -> None:
        for act in ("khong-phai", "khong-phai", "la-noi-nay", "la-noi-nay"):
            send(browser, f"{HERE}/{act}", {}, opened=HERE)
        assert record.work.aside("binh_son") == () and FIRST.title in words(browser.get("/").text)

    def test_a_new_text_does_not_bring_it_back(self, record: Record, browser: TestClient) -> None:
        send(browser, f"{HERE}/khong-phai", {}, opened=HERE)
        changed = replace(FIRST, paragraphs=("Cầu dài 300 m ở Bình Sơn.",))
        record.articles.save(make_tagged(changed))
        assert FIRST.title not in words(browser.get("/").text)
        assert record.reading.label_counts("binh_son", local_day(NOON), local_day(NOON), "day") == ()


class TestVisits:
    def test_what_came_since_the_last_visit_is_marked(
        self, record: Record, browser: TestClient, clock: FixedClock
    ) -> None:
        assert "mới từ lần xem trước" not in words(browser.get("/").text)
        clock.move(timedelta(hours=1))
        browser.get("/")
        at = clock.now()
        late = make_article("tin-9.html", "bao_mau", title="Bình Sơn mở chợ", lead="Chợ mới.")
        late = replace(late, fetched_at=at, published=replace(late.published, at=at))
        record.articles.save(make_tagged(late))
        assert "1 bài mới từ lần xem trước" in words(browser.get("/").text)
        clock.move(timedelta(hours=2))
        browser.get("/")
        assert "1 bài mới từ lần xem trước" not in words(browser.get("/").text)


class TestByHand:
    FORM = {"nguon": "bao_mau", "loai": "print", "tieu-de": "Tin trang nhất", "ngay": "2026-11-21", "cho": "trang 1"}  # noqa: RUF012

    def test_a_printed_item_stands_on_its_day(self, record: Record, browser: TestClient) -> None:
        day = local_day(NOON).isoformat()
        send(browser, "/them-bai/tin-ngoai", self.FORM | {"ngay": day}, opened="/them-bai")
        assert "Tin trang nhất" in words(browser.get(f"/?ngay={day}").text)
        (item,) = record.work.items("binh_son", local_day(NOON), local_day(NOON))
        send(browser, f"/them-bai/tin-ngoai/{item.id}/xoa", {}, opened="/them-bai")
        assert "Tin trang nhất" not in browser.get(f"/?ngay={day}").text

    @pytest.mark.parametrize(
        "wrong", [{"nguon": "facebook"}, {"loai": "blog"}, {"tieu-de": " "}, {"cho": ""}, {"ngay": "2999-01-01"}]
    )
    def test_only_listed_publishers_with_all_fields(
        self, record: Record, browser: TestClient, wrong: dict[str, str]
    ) -> None:
        """What is wrong is told on the page itself, which keeps all the rest that was typed."""
        answer = send(browser, "/them-bai/tin-ngoai", self.FORM | wrong, opened="/them-bai")
        assert answer.status_code == 400 and 'role="alert"' in answer.text and "quay lại" not in answer.text
        typed = self.FORM | wrong
        written = [typed[field] for field in ("tieu-de", "cho", "ngay") if typed[field].strip()]
        chosen = [typed[field] for field in ("nguon", "loai") if field not in wrong]
        assert all(f'value="{text}"' in answer.text for text in written)
        assert re.findall('value="([^"]+)" selected', answer.text) == chosen
        assert record.work.items("binh_son", date(2000, 1, 1), date(3000, 1, 1)) == ()


class TestPasted:
    def test_what_the_gate_stopped_can_be_taken_all_the_same(self, browser: TestClient, addresses: Addresses) -> None:
        page = send(browser, "/them-bai", {"dia-chi": "bao-mau.example/x"}, opened="/them-bai").text
        assert addresses.asked == [("https://bao-mau.example/x", False)]
        assert "Không thấy tên nơi nào thuộc" in words(page) and "Vẫn lấy bài này" in words(page)
        addresses.answer = AddressAnswer(state="taken", url="", source="bao_mau", article=FIRST.id, title=FIRST.title)
        page = send(browser, "/them-bai", {"dia-chi": "https://bao-mau.example/x", "lay": "1"}, opened="/them-bai").text
        assert addresses.asked[-1] == ("https://bao-mau.example/x", True) and f'href="{HERE}"' in page

    @pytest.mark.parametrize("state", ["refused", "read", "set_aside", "erased", "failed"])
    def test_every_answer_is_told(self, browser: TestClient, addresses: Addresses, state: str) -> None:
        reason = {"refused": "source.social_network", "failed": "http-404"}.get(state, "")
        addresses.answer = AddressAnswer(state=state, url="", reason=reason, source="bao_mau", title="T")  # type: ignore[arg-type]
        assert send(browser, "/them-bai", {"dia-chi": "https://x.example/y"}, opened="/them-bai").status_code == 200

    @pytest.mark.parametrize(("reason", "helps"), [("source.not_listed", True), ("source.social_network", False)])
    def test_declaring_a_source_is_proposed_only_where_it_can_be_declared(
        self, browser: TestClient, addresses: Addresses, reason: str, helps: bool
    ) -> None:
        addresses.answer = AddressAnswer(state="refused", url="", reason=reason, source="", title="")
        page = send(browser, "/them-bai", {"dia-chi": "https://x.example/y"}, opened="/them-bai").text
        assert ("quản trị viên có thể khai báo" in page) is helps


class TestSources:
    def test_a_source_is_paused_with_a_reason_and_resumed(self, record: Record, browser: TestClient) -> None:
        there = "/nguon-tin/bao_mau"
        assert send(browser, f"{there}/dung", {"ly-do": " "}, opened=there).status_code == 400
        assert "Báo đang bảo trì" in send(browser, f"{there}/dung", {"ly-do": "Báo đang bảo trì"}, opened=there).text
        assert record.ledger.paused() == {"bao_mau"}
        send(browser, f"{there}/doc-lai", {}, opened=there)
        assert record.ledger.paused() == frozenset()
        assert [line.action for line in record.audit.lines(2)] == ["source.resume", "source.pause"]
        assert browser.get("/nguon-tin/khong-co").status_code == 404

    def test_what_another_desk_keeps_stands_there_as_naming_no_place(self, record: Record, browser: TestClient) -> None:
        record.desks.apply_desk(make_desk("duc_pho", name="Đức Phổ", office="UBND phường Đức Phổ"), NOON, "test")
        for desk in ("binh_son", "duc_pho"):
            page, article = make_page(f"{desk}.html"), make_article(f"{desk}.html", title=f"Tin của {desk}")
            record.ledger.save_poll(make_state(make_endpoint()), [page.entry], NOON)
            record.articles.save(make_tagged(article, (desk,)), page)
        told = words(browser.get("/nguon-tin/bao_mau?ban=binh_son").text)
        assert "đưa vào bàn tin Tin của binh_son" in told and "không nhắc tới địa phương Tin của duc_pho" in told

    def test_a_check_asked_for_on_the_page_tells_which_pages_could_be_read(self, browser: TestClient) -> None:
        there = "/nguon-tin/bao_mau"
        told = words(send(browser, f"{there}/kiem-tra", {}, opened=there).text)
        assert "Đang hỏi nguồn này" in told and "đúng như khai báo" in told
        assert "lấy được nội dung https://bao-mau.example/1" in told
        assert send(browser, "/nguon-tin/khong-co/kiem-tra", {}, opened=there).status_code == 404

    def test_a_new_source_needs_name_kind_licence_and_reason(self, record: Record, browser: TestClient) -> None:
        asked = {"dia-chi": "https://baomoi.example/"}
        assert "https://baomoi.example/rss" in send(browser, "/nguon-tin-moi", asked, opened="/nguon-tin-moi").text
        given = asked | {"khai": "1", "ten": "Báo Mới", "loai": "newspaper", "giay-phep": "12/GP", "ly-do": "Huyện bên"}
        assert send(browser, "/nguon-tin-moi", given | {"ly-do": ""}, opened="/nguon-tin-moi").status_code == 400
        assert send(browser, "/nguon-tin-moi", given | {"loai": "blog"}, opened="/nguon-tin-moi").status_code == 400
        send(browser, "/nguon-tin-moi", given, opened="/nguon-tin-moi")
        assert "Huyện bên" in record.audit.lines(1)[0].detail


class TestSettingsAndOperation:
    def test_a_shorter_period_tells_what_it_would_delete_and_deletes_nothing(
        self, record: Record, browser: TestClient, clock: FixedClock
    ) -> None:
        clock.move(timedelta(days=100))
        said = words(browser.get("/cai-dat?article_months=1").text)
        assert "1 mục" in said and "Chưa đổi gì" in said
        record.retention.purge(clock.now())
        read = record.reading.article("binh_son", FIRST.id)
        assert read and read.paragraphs
        for wrong in ("25", "37", "0", "x", "-1"):
            assert browser.get("/cai-dat", params={"article_months": wrong}).status_code == 400

    def test_a_shorter_period_is_set_audited_and_kept_by_the_next_purge(
        self, record: Record, browser: TestClient, clock: FixedClock
    ) -> None:
        clock.move(timedelta(days=100))
        sent = send(browser, "/cai-dat/thoi-han", {"article_months": "2"}, opened="/cai-dat?article_months=2")
        assert "Đã đổi thời hạn lưu" in sent.text and "2 tháng" in words(browser.get("/pham-vi").text)
        line = record.audit.lines(1)[0]
        assert (line.action, line.subject, line.detail) == ("keep.set", "article_months", "24 -> 2")
        assert record.retention.purge(clock.now()).texts == 1
        read = record.reading.article("binh_son", FIRST.id)
        assert read is not None and read.paragraphs == ()

    def test_no_period_is_longer_than_the_operators(self, record: Record, browser: TestClient) -> None:
        for wrong in ("25", "0", "x"):
            sent = send(browser, "/cai-dat/thoi-han", {"article_months": wrong}, opened="/cai-dat?article_months=2")
            assert sent.status_code == 400
        assert record.keeping.now() == KeepSettings()

    def test_what_was_set_never_outlasts_a_shorter_setting(self, record: Record, tmp_path: Path) -> None:
        record.keeping.shorten({"article_months": 20}, NOON, "u1")
        record.close()
        shorter = KeepSettings(article_months=6)
        with open_record(record.path, clock=FixedClock(NOON), keep=shorter) as again:
            assert again.keeping.now().article_months == 6

    def test_the_operators_page_shows_nothing_of_any_desk(self, browser: TestClient) -> None:
        page = browser.get("/cac-ban-tin").text
        assert "Bình Sơn" in words(page) and FIRST.title not in words(page) and "Cấu trúc kho bài" in words(page)

    def test_trends_count_and_never_by_publisher(self, browser: TestClient) -> None:
        page = browser.get("/xu-huong").text
        assert "Giao thông, hạ tầng" in page and "Báo Mẫu" not in page and "bao_mau" not in page
        assert page.count('class="scroll newest-first"') == 2, "begins at the newest weeks"
        assert browser.get("/xu-huong?khoang=x").status_code == 400

    @pytest.mark.parametrize(
        ("tu", "den", "says"),
        [("2026-02-20", "2026-02-01", "đang ở sau ngày kết thúc"), ("1999-01-01", "", "từ năm 2000"),
         ("2026-13-01", "", "Ngày nhập chưa đúng"), ("2026-02-01", "2030-01-01", "kết thúc sau hôm nay"),
         ("2001-01-01", "", "nhiều nhất 20 năm"), ("", "2026-11-01", "Chưa có ngày bắt đầu")],
    )  # fmt: skip
    def test_wrong_days_are_told_beside_the_form(self, browser: TestClient, tu: str, den: str, says: str) -> None:
        answer = browser.get("/xu-huong", params={"tu": tu, "den": den})
        assert answer.status_code == 400 and says in words(answer.text)
        assert f'name="tu" value="{tu}"' in answer.text and f'name="den" value="{den}"' in answer.text
