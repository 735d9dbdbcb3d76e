"""The pages of reports over the real record: from the button to the signed paper, and what each level may do."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import pytest
from starlette.testclient import TestClient

from app import reporting, wiring
from core.clock import FixedClock
from core.records import Published
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.office import Office
from reports import check, filling, template
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.records import make_article, make_tagged
from tests.reports.making import DESK
from tests.reports.test_record import MONDAY

HERE = "http://127.0.0.1:8765"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=FixedClock(MONDAY), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(DESK, MONDAY, "test")
        at = MONDAY.replace(day=4)
        article = make_article(published=Published(at=at, provenance="meta"), fetched_at=at)
        opened.articles.save(make_tagged(article))
        yield opened


@pytest.fixture
def browser(record: Record) -> TestClient:
    names = {"bao_mau": SimpleNamespace(name="Báo Mẫu", language="vi")}
    reports = reporting.reports(record, names, wiring.gazetteer)  # type: ignore[arg-type]
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections,
        differ=differ, publishers=names, clock=FixedClock(MONDAY), settings=Settings(),  # type: ignore[arg-type]
        office=Office(reports=reports, report_book=record.reports), audit=record.audit,
    )  # fmt: skip
    return TestClient(app, base_url=HERE, raise_server_exceptions=False)


def seal(browser: TestClient, path: str = "/bao-cao") -> str:
    found = re.search(r'name="dau" value="([0-9a-f]+)"', browser.get(path).text)
    assert found
    return found[1]


def post(browser: TestClient, path: str, **form: str) -> str:
    """Text of the page that follows a form."""
    answer = browser.post(path, data={"dau": seal(browser), **form}, headers={"Origin": HERE})
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def made(browser: TestClient) -> str:
    """The address of a new weekly report."""
    answer = browser.post(
        "/bao-cao", data={"dau": seal(browser), "loai": "weekly", "ngay": "2026-03-08"}, headers={"Origin": HERE}
    )
    return str(answer.url).removeprefix(HERE)


def test_from_the_button_to_the_issued_paper(browser: TestClient, record: Record) -> None:
    path = made(browser)
    assert "TÌNH HÌNH CHUNG" in browser.get(path).text
    post(browser, path, **{"mo-dau": "", "danh-gia": "Phản ánh kịp thời.\n\nĐúng số liệu.", "kien-nghi": "Không."})
    shown = post(browser, f"{path}/phat-hanh")
    assert "đã phát hành" in shown
    assert 'name="danh-gia"' not in shown
    file = browser.get(f"{path}/tai/docx")
    assert file.headers["content-disposition"] == 'attachment; filename="diem-bao-binh_son-2026-03-02-2026-03-08.docx"'
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(file.content)).paragraphs]
    assert "Đúng số liệu." in texts
    assert all(finding.good for finding in check.check(file.content))
    assert [line.action for line in record.audit.lines()][:4] == [
        "report.export", "report.issue", "report.write", "report.draft",
    ]  # fmt: skip


WRITTEN = {"mo-dau": "", "danh-gia": "Báo chí phản ánh kịp thời.", "kien-nghi": ""}


@pytest.mark.parametrize("button", ["/phat-hanh", "/so-lieu", "/gui"])
def test_whichever_button_is_pressed_what_was_typed_is_kept(browser: TestClient, record: Record, button: str) -> None:
    path = made(browser)
    page = browser.get(path).text
    assert re.search(rf'<button type="submit"[^>]*formaction="{path}{button}"', page)
    post(browser, f"{path}{button}", **WRITTEN)
    report = record.reports.report(DESK.id, int(path.rpartition("/")[2]))
    assert report and report.words.assessment == "Báo chí phản ánh kịp thời."
    document = docx.Document(io.BytesIO(browser.get(f"{path}/tai/docx").content))
    assert "Báo chí phản ánh kịp thời." in [paragraph.text for paragraph in document.paragraphs]


def test_each_button_says_which_days_it_is_about_and_the_week_is_that_of_the_schedule(browser: TestClient) -> None:
    assert "27/02/2026 - 05/03/2026" in browser.get("/bao-cao").text
    post(browser, "/bao-cao/lich", loai="weekly", thu="1", gio="07:30", bat="1")
    shown = browser.get("/bao-cao").text
    assert "02/03/2026 - 08/03/2026" in shown and "01/02/2026 - 28/02/2026" in shown
    assert "từ ngày 02 tháng 3 đến ngày 08 tháng 3 năm 2026" in post(browser, "/bao-cao", loai="weekly")


def test_without_a_mail_server_nobody_is_told_that_a_summary_was_sent(browser: TestClient) -> None:
    shown = post(browser, f"{made(browser)}/gui", **WRITTEN)
    assert "Chưa nối thư điện tử nên chưa gửi được cho ai" in shown and "hàng chờ gửi" not in shown


def test_words_as_long_as_the_page_allows_are_kept(browser: TestClient, record: Record) -> None:
    path = made(browser)
    assert browser.get(path).text.count('maxlength="8000"') == 3
    long = "ấ" * 8_000
    post(browser, path, **{"mo-dau": long, "danh-gia": long, "kien-nghi": long})
    report = record.reports.report(DESK.id, int(path.rpartition("/")[2]))
    assert report and report.words.proposals == long


def test_every_kind_of_report_can_be_asked_for(browser: TestClient) -> None:
    days = {"tu": "2026-03-01", "den": "2026-03-08"}
    for form in (
        {"loai": "monthly"}, {"loai": "quarterly"}, {"loai": "yearly"}, {"loai": "period", **days},
        {"loai": "topic", "chu-de": "health", **days},
    ):  # fmt: skip
        assert "TÌNH HÌNH CHUNG" in post(browser, "/bao-cao", **form)


@pytest.mark.parametrize(
    "form",
    [
        {"loai": "daily"}, {"loai": "period", "tu": "2026-03-08", "den": "2026-03-01"}, {"loai": "story"},
        {"loai": "topic", "chu-de": "religion", "tu": "2026-03-01", "den": "2026-03-02"},
        {"loai": "weekly", "ngay": "hôm qua"}, {"loai": "period", "tu": "0001-01-01", "den": "2026-03-02"},
    ],
)  # fmt: skip
def test_wrong_wishes_are_told(browser: TestClient, form: dict[str, str]) -> None:
    answer = browser.post("/bao-cao", data={"dau": seal(browser), **form}, headers={"Origin": HERE})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "form",
    [
        {"loai": "weekly", "ngay": "2030-11-01"}, {"loai": "yearly", "ngay": "2027-01-01"},
        {"loai": "period", "tu": "2026-03-01", "den": "2030-11-01"},
        {"loai": "topic", "chu-de": "health", "tu": "2026-03-01", "den": "2030-11-01"},
    ],
)  # fmt: skip
def test_of_days_to_come_there_is_no_report(browser: TestClient, record: Record, form: dict[str, str]) -> None:
    answer = browser.post("/bao-cao", data={"dau": seal(browser), **form}, headers={"Origin": HERE})
    assert answer.status_code == 400 and "ở sau hôm nay" in answer.text
    for name in ("ngay", "tu", "den"):
        assert name not in form or f'name="{name}" value="{form[name]}"' in answer.text
    assert f'value="{form["loai"]}" selected' in answer.text or form["loai"] == "period"
    assert not record.reports.reports(DESK.id)


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [("monthly", "01/03/2026", "31/03/2026"), ("quarterly", "01/01/2026", "31/03/2026"),
     ("yearly", "01/01/2026", "31/12/2026")],
)  # fmt: skip
def test_a_period_that_goes_on_is_reported_by_its_days(
    browser: TestClient, record: Record, kind: str, first: str, last: str
) -> None:
    sent = {"dau": seal(browser), "loai": kind, "ngay": f"{MONDAY:%Y-%m-%d}"}
    answer = browser.post("/bao-cao", data=sent, headers={"Origin": HERE})
    assert answer.status_code == 400 and f"đến hết ngày {last}" in answer.text and f"từ ngày {first}" in answer.text
    assert not record.reports.reports(DESK.id)


def test_a_form_from_elsewhere_changes_nothing(browser: TestClient, record: Record) -> None:
    path = made(browser)
    for action in ("", "/phat-hanh", "/xoa", "/gui", "/so-lieu"):
        assert browser.post(path + action, data={"danh-gia": "x"}, headers={"Origin": HERE}).status_code == 403
    assert record.reports.reports(DESK.id)[0].issued is None


def test_a_broken_template_is_refused_on_the_page_with_its_place(browser: TestClient, record: Record) -> None:
    document = template.build()
    document.paragraphs[-1].insert_paragraph_before("{{tên báo}}")

    def sent(content: bytes) -> str:
        return browser.post(
            "/bao-cao/mau", data={"dau": seal(browser)}, files={"tep": ("mau.docx", content)}, headers={"Origin": HERE}
        ).text

    assert "không có chỗ điền {{tên báo}}" in sent(filling.saved(document))
    assert record.reports.template(DESK.id) is None
    assert "Đang dùng mẫu riêng" in sent(filling.saved(template.build()))
    assert browser.get("/bao-cao/mau").content[:2] == b"PK"


def test_a_schedule_is_set_and_shown(browser: TestClient, record: Record) -> None:
    post(browser, "/bao-cao/lich", loai="weekly", thu="1", gio="06:45", bat="1", gui="1")
    (kept,) = record.reports.schedules(DESK.id)
    assert (kept.weekday, kept.minute, kept.mail, kept.enabled) == (1, 405, True, True)
    wrong = {"loai": "weekly", "thu": "9", "gio": "25:00"}
    answer = browser.post("/bao-cao/lich", data={"dau": seal(browser), **wrong}, headers={"Origin": HERE})
    assert answer.status_code == 400


@pytest.mark.parametrize("time", [":30", "²:30", "7", "24:00", "12:60", ""])
def test_a_time_that_is_none_is_told(browser: TestClient, record: Record, time: str) -> None:
    form = {"dau": seal(browser), "loai": "weekly", "thu": "1", "gio": time}
    answer = browser.post("/bao-cao/lich", data=form, headers={"Origin": HERE})
    assert answer.status_code == 400 and "dạng giờ:phút" in answer.text
    assert not record.reports.schedules(DESK.id)


def test_a_headline_is_chosen_on_its_page_and_fed_to_everybody(browser: TestClient, record: Record) -> None:
    article = record.reading.day(DESK.id, MONDAY.date().replace(day=4))[0]
    assert "Hiện trên cổng thông tin" in browser.get(f"/bai/{article.id}").text
    post(browser, f"/bai/{article.id}/cong", hien="1")
    atom, feed = browser.get(f"/cong/{DESK.id}.atom"), browser.get(f"/cong/{DESK.id}.json")
    assert atom.headers["content-type"].startswith("application/atom+xml")
    assert feed.headers["content-type"] == "application/feed+json"
    assert [item["title"] for item in feed.json()["items"]] == [article.title]
    assert article.lead not in atom.text + feed.text
    post(browser, f"/bai/{article.id}/cong", hien="0", ve="bao-cao")
    assert browser.get(f"/cong/{DESK.id}.json").json()["items"] == []
    assert browser.get("/cong/khong-co.atom").status_code == 404


def test_words_of_the_office_are_shown_as_text(browser: TestClient) -> None:
    path = made(browser)
    shown = post(browser, path, **{"danh-gia": "<script>alert(1)</script>", "mo-dau": "", "kien-nghi": ""})
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_what_is_not_there_is_told(browser: TestClient) -> None:
    for path in ("/bao-cao/99", "/bao-cao/99/tai/docx", made(browser) + "/tai/exe", f"/bao-cao/{'9' * 18}"):
        assert browser.get(path).status_code == 404


PAPERS = "/bao-cao/the-thuc"


def sent(browser: TestClient, **form: str) -> Any:
    return browser.post(PAPERS, data={"dau": seal(browser, PAPERS), **form}, headers={"Origin": HERE})


def test_the_offices_papers_are_set_on_a_page(browser: TestClient, record: Record) -> None:
    answer = sent(
        browser, ten="Ủy ban nhân dân xã Bình Sơn", so="{number}/BC-UBND", chuc="Chủ tịch",
        **{"nguoi-ky": "Nguyễn Văn Mẫu", "noi-nhan-2": "Thường trực HĐND xã", "noi-nhan-2-vai": "leadership"},
    )  # fmt: skip
    assert answer.status_code == 200 and "Đã lưu" in answer.text and "Thường trực HĐND xã" in answer.text
    papers = record.desks.desks()[0].papers
    assert papers is not None and [line.name for line in papers.copies] == ["Thường trực HĐND xã"]
    assert record.audit.lines()[0].action == "desk.apply"
    file = browser.get(f"{made(browser)}/tai/docx").content
    cells = " ".join(text for text in docx.Document(io.BytesIO(file)).element.itertext())
    assert "Nguyễn Văn Mẫu" in cells and "Thường trực HĐND xã" in cells


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"noi-nhan-1": "Công an xã", "noi-nhan-1-vai": "leadership"}, "công an"),
        ({"kinh-gui-1": "Ban CHQS xã", "kinh-gui-1-vai": "information_office"}, "quân"),
        ({"luu": "VT, PA03"}, "công an"),
        ({"ten": "Công an xã Bình Sơn"}, "công an"),
        ({"chuc": "Trưởng Công an"}, "công an"),
        ({"so": "BC-UBND"}, "{number}"),
    ],
)
def test_papers_that_may_not_be_are_refused_and_nothing_is_kept(
    browser: TestClient, record: Record, form: dict[str, str], says: str
) -> None:
    before = record.desks.desks()
    answer = sent(browser, **{"ten": "UBND xã", **form})
    assert answer.status_code == 409 and 'role="alert"' in answer.text and says in answer.text
    assert "desk " not in answer.text.split('role="alert"')[1][:200]
    assert record.desks.desks() == before


@pytest.mark.parametrize("form", [{"noi-nhan-1": "Ai", "noi-nhan-1-vai": "police"}, {"ten": "x" * 201}])
def test_papers_that_no_form_of_ours_sends(browser: TestClient, form: dict[str, str]) -> None:
    assert sent(browser, **form).status_code == 400
