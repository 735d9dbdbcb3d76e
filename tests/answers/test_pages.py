"""The pages of the fact book, cases and releases over a real record, asked as a browser asks."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from starlette.testclient import TestClient

from app import answer_desk
from core.access import Level, Right, allowed
from core.records import FactEntry, Publisher, PublisherKind, Release
from core.settings import Settings
from dashboard import forms
from dashboard import office as dashboard_office
from dashboard.app import create_app
from dashboard.asking import Asked
from tests.answers.made import DESK, NOW, QUOTE, TEXTS, Office, comparison, office
from tests.answers.table import row, xlsx
from tests.answers.word import with_line, without
from tests.fakes.differ import differ

BASE = "http://127.0.0.1:8765"
PAPER = Publisher(
    id="bao",
    name="Báo Mẫu",
    kind=PublisherKind.NEWSPAPER,
    licence="01/GP",
    home="https://bao.example.vn/",
    endpoints=(),
)
TEXT = (
    "Xã Vạn Tường khánh thành đường bê tông thôn Phước Hòa dài 2 km, nối khu dân cư với trường tiểu học và trạm y tế"
    " của xã.\nCông trình do nhân dân góp 200 triệu đồng, phần còn lại từ ngân sách xã, xong sau 4 tháng thi công."
)


@dataclass
class Browser:
    here: Office
    client: TestClient

    def see(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text[:400]
        return answer.text

    def send(self, path: str, status: int = 303, files: Any = None, **fields: Any) -> str:
        seal = re.search(rf'name="{forms.FIELD}" value="([^"]+)"', self.client.get("/so-lieu/moi").text)
        assert seal
        answer = self.client.post(
            path, data={forms.FIELD: seal[1], **{name.replace("_", "-"): text for name, text in fields.items()}},
            files=files, headers={"origin": BASE}, follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == status, answer.text[:600]
        return answer.headers.get("location", "") or answer.text


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    here = office(tmp_path)
    kept = here.kept
    app = create_app(
        reading=kept.reading, search=kept.search, desks=kept.desks, corrections=kept.corrections, differ=differ,
        publishers={"bao": PAPER}, clock=here.clock, settings=Settings(), audit=kept.audit,
        office=dashboard_office.Office(facts=here.facts, cases=answer_desk.case_desk(kept)),
    )  # fmt: skip
    yield Browser(here, TestClient(app, base_url=BASE, raise_server_exceptions=False))
    kept.close()


def texts() -> dict[str, Any]:
    return dict(TEXTS)


def entry(browser: Browser) -> FactEntry:
    found = browser.here.facts.find("d", "")
    assert len(found) == 1
    return found[0]


def test_a_figure_is_entered_approved_and_versioned_by_page(browser: Browser) -> None:
    where = browser.send("/so-lieu/moi", khong_mat="1", **texts())
    assert where == f"/so-lieu/{entry(browser).id}"
    assert "chờ duyệt" in browser.see(where)
    browser.send(f"{where}/duyet", phien_ban="1")
    assert "đang có giá trị" in browser.see("/so-lieu?q=nha+toc+mai")
    browser.send(f"{where}/phien-ban", khong_mat="1", **texts() | {"value": "11"})
    assert "Phiên bản 2" in browser.see(where)
    browser.send(f"{where}/het", ngay="2026-11-30")
    assert entry(browser).valid_to == dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [("Quyết định.PDF", "van-ban.pdf"), ("Số liệu thiệt hại", "van-ban.bin"), ("bản.đã ký", "van-ban.bin")],
)
def test_the_document_of_a_figure_comes_back_whatever_it_was_called(browser: Browser, name: str, saved_as: str) -> None:
    browser.send("/so-lieu/moi", files={"tep": (name, b"trang 1")}, khong_mat="1", **texts())
    answer = browser.client.get(f"/so-lieu/van-ban/{entry(browser).document.file}")
    assert (answer.status_code, answer.content) == (200, b"trang 1")
    assert answer.headers["content-disposition"] == f'attachment; filename="{saved_as}"'


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(browser: Browser) -> None:
    shown = browser.send("/so-lieu/moi", 422, khong_mat="1", **texts() | {"unit": "xyz", "issued": "mai"})
    assert "đơn vị tính không rõ" in shown
    assert 'id="w-unit"' in shown and re.search(
        r'name="unit"[^>]* aria-describedby="w-unit[ "][^>]*aria-invalid="true"', shown
    )
    assert "không phải ngày" in shown
    assert 'value="45/BC-UBND"' in shown
    assert "xác nhận" in browser.send("/so-lieu/moi", 422, **texts())
    assert browser.here.facts.find("d", "") == ()


def test_a_table_is_looked_through_before_it_is_taken(browser: Browser) -> None:
    bad = {"tep": ("a.xlsx", xlsx(row(place=""), row(indicator="B", place="", value="=1+1")))}
    shown = browser.send("/so-lieu/nhap", 200, files=bad, khong_mat="1")
    assert "công thức" in shown
    assert "chỉ được nhập trọn vẹn" in shown
    assert "Nhập 1 số liệu" not in shown
    good = {"tep": ("a.xlsx", xlsx(row(place=""), row(indicator="B", place="")))}
    shown = browser.send("/so-lieu/nhap", 200, files=good, khong_mat="1")
    number = re.search(r"/so-lieu/nhap/(\d+)", shown)
    assert number
    browser.send(f"/so-lieu/nhap/{number[1]}")
    assert len(browser.here.facts.find("d", "")) == 2
    browser.send(f"/so-lieu/nhap/{number[1]}", 422)
    secret = {"tep": ("a.csv", "MẬT\n".encode())}
    assert "Văn bản mật không được đưa vào" in browser.send("/so-lieu/nhap", 422, files=secret, khong_mat="1")
    assert ("fact.import", "page") in {(line.action, line.who) for line in browser.here.kept.audit.lines(desk="d")}


def test_an_upload_from_elsewhere_or_too_large_is_refused(browser: Browser) -> None:
    files = {"tep": ("a.csv", b"x")}
    assert (
        browser.client.post("/so-lieu/nhap", files=files, headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert browser.client.post("/so-lieu/nhap", data={forms.FIELD: "no"}, headers={"origin": BASE}).status_code == 403
    refused = browser.send("/so-lieu/nhap", 400, files={"tep": ("a.csv", b"x" * 11_100_000)}, khong_mat="1")
    assert "nhỏ hơn 10 MB" in refused


def test_what_is_too_large_names_the_size_that_its_own_page_takes(browser: Browser) -> None:
    template = browser.send("/bao-cao/mau", 400, files={"tep": ("a.docx", b"x" * 6_100_000)})
    assert "nhỏ hơn 5 MB" in template
    assert "rút ngắn" in browser.send("/them-bai", 400, dia_chi="x" * 100_000)


def test_a_comparison_is_shown_dismissed_and_gone(browser: Browser) -> None:
    browser.send("/so-lieu/moi", khong_mat="1", **texts())
    article = browser.here.prints(QUOTE)
    fact = entry(browser)
    browser.here.kept.comparisons.put("d", article, [comparison(fact=fact.id)], NOW)
    shown = browser.see(f"/bai/{article}")
    assert ">khác<" in shown
    assert "9 nhà" in shown
    browser.send("/doi-chieu/1/bo-qua")
    assert ">khác<" not in browser.see(f"/bai/{article}")


def test_a_case_says_what_it_lacks_and_takes_no_opinion_for_a_ground(browser: Browser) -> None:
    article = browser.here.prints(QUOTE)
    where = browser.send("/vu-viec/mo", loai="correction", bai=article, noi_dung="Nhà tốc mái")
    shown = browser.see(where)
    assert "Trích nguyên văn câu" in shown
    ground: dict[str, Any] = {
        "trich_dan": "Xã làm quá chậm.", "so_lieu": "là 9 nhà", "van_ban_so": "1/BC", "van_ban_ngay": "2026-11-20",
        "van_ban_co_quan": "UBND",
    }  # fmt: skip
    browser.send(f"{where}/can-cu", loai="criticism", **ground)
    shown = browser.see(where)
    assert "không phải căn cứ" in shown
    assert "không có trong bản của bài" in shown
    assert "Tải văn bản Word" not in shown
    assert "không phải căn cứ" in browser.send(f"{where}/xac-nhan", 409, da_doc="1")
    browser.send(f"{where}/can-cu", loai="figure", **ground | {"trich_dan": QUOTE})
    assert "Tải văn bản Word" in browser.see(where)
    answer = browser.client.get(f"{where}/van-ban")
    assert answer.content[:2] == b"PK"
    assert "attachment" in answer.headers["content-disposition"]


def test_a_case_of_another_desk_or_none_is_not_there(browser: Browser) -> None:
    browser.see("/vu-viec/99", 404)
    browser.send("/vu-viec/99/dong", 404, ket_qua="corrected")
    assert browser.client.get("/vu-viec/99/van-ban").status_code == 404


def test_deadlines_holidays_and_templates_are_the_desks_own(browser: Browser) -> None:
    assert "cần" not in browser.send("/vu-viec/cai-dat", 303, ngay_correction="5", theo_correction="Quy chế, Điều 7",
                                     ngay_nghi="23/11/2026 Nghỉ bù\n28/11/2026 + Làm bù")  # fmt: skip
    assert "Quy chế, Điều 7" in browser.see("/vu-viec/cai-dat")
    assert "lấy từ đâu" in browser.send("/vu-viec/cai-dat", 422, ngay_answer="5")
    assert "không đọc được" in browser.send("/vu-viec/cai-dat", 422, ngay_nghi="ngày mai").casefold()
    article = browser.here.prints(QUOTE)
    where = browser.send("/vu-viec/mo", loai="correction", bai=article, noi_dung="x")
    assert "28/11/2026" in browser.see(where)


def test_a_letters_template_is_taken_along_edited_in_word_and_brought_back(browser: Browser) -> None:
    where = "/vu-viec/mau/correction"
    assert "mẫu của chương trình" in browser.see(where)
    got = browser.client.get(f"{where}/tep")
    assert got.content[:2] == b"PK"
    assert "mau-de-nghi-cai-chinh.docx" in got.headers["content-disposition"]
    files = {"tep": ("mau.docx", with_line("correction", "Đề nghị gỡ bài."))}
    assert "gỡ bài" in browser.send(where, 422, files=files)
    shown = browser.send(where, 422, files={"tep": ("mau.docx", without("correction", "trích dẫn"))})
    assert "{{trích dẫn}}" in shown
    assert "mau.docx: thiếu chỗ điền bắt buộc" in shown
    assert "không phải tệp Word" in browser.send(where, 422, files={"tep": ("a.docx", b"abc")})
    browser.send(where, 400)
    browser.send(where, files={"tep": ("mau.docx", with_line("correction", "Kính mong quý báo hợp tác."))})
    assert "bản 1" in browser.see(where)
    assert "Kính mong quý báo hợp tác." in browser.see(where)
    browser.send(where, bo="1")
    assert "mẫu của chương trình" in browser.see(where)
    browser.see("/vu-viec/mau/removal", 404)
    assert "template.change" in {line.action for line in browser.here.kept.audit.lines(desk="d")}


def test_outcomes_of_days_the_wrong_way_round_are_not_guessed(browser: Browser) -> None:
    shown = browser.see("/vu-viec/ket-qua?tu=2026-11-20&den=2026-11-01", 400)
    assert "đang ở sau ngày kết thúc" in shown and 'value="2026-11-20"' in shown and 'class="big"' not in shown
    assert "Ngày nhập chưa đúng" in browser.see("/vu-viec/ket-qua?den=0001-01-01", 400)
    assert 'class="big"' in browser.see("/vu-viec/ket-qua?tu=2026-11-01&den=2026-11-20")


def test_what_was_typed_stays_where_an_act_is_declined(browser: Browser) -> None:
    where = browser.send("/vu-viec/mo", loai="answer", bai=browser.here.prints(QUOTE), noi_dung="Nhà tốc mái")
    shown = browser.send(f"{where}/dong", 409, ket_qua="paper_right", ly_do="")
    assert re.search(r'value="paper_right" checked', shown)
    shown = browser.send(f"{where}/dong", 409, ket_qua="bịa", ly_do="Báo đã sửa bài trên mạng")
    assert "Báo đã sửa bài trên mạng</textarea>" in shown
    shown = browser.send(f"{where}/han", 409, ngay="mai", theo="Luật Báo chí, điều 43")
    assert 'value="Luật Báo chí, điều 43"' in shown and 'id="f-han-ngay" name="ngay" type="date" value="mai"' in shown
    shown = browser.send(f"{where}/ghi-chu", 409, ghi_chu=" ")
    assert 'value="Luật Báo chí, điều 43"' not in shown
    shown = browser.send("/vu-viec/cai-dat", 422, ngay_answer="mười", theo_answer="Luật Báo chí", hai_nguoi="1")
    assert 'value="mười"' in shown and 'value="Luật Báo chí"' in shown
    assert 'name="hai-nguoi" value="1" checked' in shown


def test_a_question_names_the_paper_and_forgets_the_address(browser: Browser) -> None:
    assert "Chọn cơ quan báo chí" in browser.send("/vu-viec/mo", 422, loai="question", noi_dung="Hỏi về đường")
    where = browser.send(
        "/vu-viec/mo", loai="question", noi_dung="Hỏi về đường", bao="bao", tra_loi="ts@bao.example.vn"
    )
    assert "ts@bao.example.vn" in browser.see(where)
    browser.send(f"{where}/dong", ket_qua="answered")
    assert "ts@bao.example.vn" not in browser.see(where)


def test_a_release_goes_to_the_feeds_and_shows_who_took_it_up(browser: Browser) -> None:
    where = browser.send("/vu-viec/mo", loai="release", noi_dung="Khánh thành đường thôn <Phước Hòa>")
    browser.send(f"{where}/noi-dung", tieu_de="Khánh thành đường thôn <Phước Hòa>", noi_dung=TEXT)
    browser.send(f"{where}/cong-bo", 409)
    browser.send(f"{where}/xac-nhan", da_doc="1")
    browser.send(f"{where}/cong-bo")
    atom = etree.fromstring(browser.client.get("/thong-cao.atom").content)
    spaces = {"a": "http://www.w3.org/2005/Atom"}
    assert atom.findtext("a:entry/a:title", namespaces=spaces) == "Khánh thành đường thôn <Phước Hòa>"
    feed = json.loads(browser.client.get("/thong-cao.json").content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["content_text"] == TEXT
    assert browser.client.get("/thong-cao.json").headers["content-type"] == "application/feed+json"
    assert "&lt;Phước Hòa&gt;" in browser.see("/thong-cao/1")
    assert "Chưa thấy báo nào dùng" in browser.see(where)
    browser.here.clock.move(dt.timedelta(hours=2))
    browser.here.prints(TEXT.replace("\n", " ") + " Chợ phiên sẽ dời về gần đó vào đầu năm tới.")
    shown = browser.see(where)
    assert "Báo Mẫu: Dông lốc ở Vạn Tường" in shown
    assert "Chợ phiên sẽ dời về gần đó" in shown


def test_a_release_keeps_its_address_however_many_are_newer(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    where = browser.send("/vu-viec/mo", loai="release", noi_dung="Khánh thành đường thôn")
    browser.send(f"{where}/noi-dung", tieu_de="Khánh thành đường thôn", noi_dung=TEXT)
    browser.send(f"{where}/xac-nhan", da_doc="1")
    browser.send(f"{where}/cong-bo")
    for number in range(2, 60):
        later = NOW + dt.timedelta(minutes=number)
        newer = Release(case=number, desk="d", title=f"Thông cáo {number}", text="Cầu mới.", published=later)
        browser.here.kept.cases.publish(newer, "u1")
    assert "Khánh thành đường thôn" not in browser.see("/thong-cao")
    assert "Khánh thành đường thôn" in browser.see("/thong-cao/1")
    assert "đã công bố" in browser.see(where)
    monkeypatch.setattr(Asked, "may", lambda self, right, desk=None: allowed(Level.OFFICER, Right(right)))
    assert "vai trò Biên tập" in browser.send(f"{where}/dong", 409, ket_qua="withdrawn", ly_do="Số liệu nhầm")


def test_a_release_that_was_withdrawn_leaves_the_page_and_the_feeds(browser: Browser) -> None:
    where = browser.send("/vu-viec/mo", loai="release", noi_dung="Khánh thành đường thôn")
    browser.send(f"{where}/noi-dung", tieu_de="Khánh thành đường thôn", noi_dung=TEXT)
    browser.send(f"{where}/xac-nhan", da_doc="1")
    browser.send(f"{where}/cong-bo")
    shown = browser.see(where)
    assert "đã công bố" in shown and "gỡ khỏi trang công khai" in shown and "Soạn nội dung" not in shown
    refused = browser.send(f"{where}/noi-dung", 409, tieu_de="Khánh thành", noi_dung="Lời viết thêm.")
    assert "giữ nguyên như khi xác nhận" in refused and "Lời viết thêm." in refused
    browser.send(f"{where}/dong", ket_qua="withdrawn", ly_do="Số liệu nhầm")
    browser.see("/thong-cao/1", 404)
    assert "Chưa có thông cáo nào" in browser.see("/thong-cao")
    assert json.loads(browser.client.get("/thong-cao.json").content)["items"] == []


def test_who_may_not_publish_a_release_may_not_take_it_back(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    where = browser.send("/vu-viec/mo", loai="release", noi_dung="Khánh thành đường thôn")
    browser.send(f"{where}/noi-dung", tieu_de="Khánh thành đường thôn", noi_dung=TEXT)
    browser.send(f"{where}/xac-nhan", da_doc="1")
    browser.send(f"{where}/cong-bo")
    monkeypatch.setattr(Asked, "may", lambda self, right, desk=None: allowed(Level.OFFICER, Right(right)))
    refused = browser.send(f"{where}/dong", 409, ket_qua="withdrawn", ly_do="Số liệu nhầm")
    assert "vai trò Biên tập" in refused and "Số liệu nhầm</textarea>" in refused
    browser.see("/thong-cao/1")
    browser.send(f"{where}/dong", ket_qua="answered")


def test_a_closed_case_shows_which_letter_was_sent_and_gives_it_out(browser: Browser) -> None:
    where = browser.send("/vu-viec/mo", loai="answer", bai=browser.here.prints(QUOTE), noi_dung="Nhà tốc mái")
    browser.send(f"{where}/noi-dung", tieu_de="Nhà tốc mái", noi_dung=TEXT)
    browser.send(f"{where}/xac-nhan", da_doc="1")
    today = browser.here.clock.now().date().isoformat()
    browser.send(f"{where}/gui", so="123/UBND-VHXH", ngay=today, cach="văn thư điện tử")
    browser.send(f"{where}/dong", ket_qua="no_reply")
    shown = browser.see(where)
    assert "Đã gửi: số 123/UBND-VHXH" in shown and "văn thư điện tử" in shown
    assert "Ghi đã gửi</button>" not in shown
    assert f'href="{where}/van-ban"' in shown
    assert browser.client.get(f"{where}/van-ban").content[:2] == b"PK"


def seen_on(browser: Browser, where: str) -> str:
    """The letter's mark in the forms of a case's page."""
    marks = set(re.findall(r'name="ban" value="(\w+)"', browser.see(where)))
    assert len(marks) == 1
    return str(marks.pop())


def test_who_drafts_beside_a_colleague_is_told_so_and_loses_nothing_typed(browser: Browser) -> None:
    article = browser.here.prints(QUOTE)
    where = browser.send("/vu-viec/mo", loai="answer", bai=article, noi_dung="Nhà tốc mái")
    before = seen_on(browser, where)
    browser.send(f"{where}/noi-dung", tieu_de="Nhà tốc mái", noi_dung="Lời của người thứ nhất.", ban=before)
    refused = browser.send(f"{where}/xac-nhan", 409, da_doc="1", ban=before)
    assert "đã được sửa" in refused
    refused = browser.send(f"{where}/noi-dung", 409, tieu_de="Tiêu đề khác", noi_dung="Lời thứ hai.", ban=before)
    assert "đã được sửa" in refused
    assert "<p>Lời của người thứ nhất.</p>" in refused
    assert ">Lời thứ hai.</textarea>" in refused
    assert 'value="Tiêu đề khác"' in refused
    marks = re.findall(r'name="ban" value="(\w+)"', refused)
    browser.send(f"{where}/noi-dung", tieu_de="Tiêu đề khác", noi_dung="Lời thứ hai.", ban=marks[0])
    assert "<p>Lời thứ hai.</p>" in browser.see(where)


def test_what_was_typed_for_a_case_that_is_closed_meanwhile_can_be_copied(browser: Browser) -> None:
    article = browser.here.prints(QUOTE)
    where = browser.send("/vu-viec/mo", loai="correction", bai=article, noi_dung="Nhà tốc mái")
    before = seen_on(browser, where)
    browser.send(f"{where}/dong", ket_qua="withdrawn", ly_do="nhầm")
    refused = browser.send(f"{where}/can-cu", 409, loai="figure", trich_dan=QUOTE, so_lieu="là 9 <nhà>", ban=before)
    assert "đã đóng nên việc này chưa được ghi" in refused
    assert "chưa được lưu" in refused
    assert "là 9 &lt;nhà&gt;" in refused
    assert "chưa được lưu" not in browser.see(where)


def test_reading_a_case_is_audited(browser: Browser) -> None:
    article = browser.here.prints(QUOTE)
    where = browser.send("/vu-viec/mo", loai="answer", bai=article, noi_dung="x")
    browser.see(where)
    actions = [line.action for line in browser.here.kept.audit.lines(desk=DESK.id)]
    assert actions.count("case.read") == 1
