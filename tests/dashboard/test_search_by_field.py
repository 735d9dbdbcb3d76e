"""Search by field words and facets, what can be kept of it, and tables to take along."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.clock import FixedClock
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.office import Office
from dashboard.query import read
from dashboard.sheets import safe, to_csv, to_xlsx
from store.sqlite.record import Record, open_record
from tests.dashboard.test_labels import ORIGIN, send
from tests.dashboard.test_pages import words
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.reading import publisher
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

TODAY = date(2026, 11, 21)
PAPERS = {"tuoi-tre": "Báo Tuổi Trẻ", "tuoi-tre-cuoi": "Tuổi Trẻ Cười", "dai": "Đài Sông Trà"}


class TestFieldWords:
    @pytest.mark.parametrize(
        "text", ['nguồn:"báo tuổi trẻ"', 'nguon:"bao tuoi tre"', "nguồn: tuoi-tre", "source:tuoi-tre"]
    )
    def test_a_publisher_by_name_or_id_with_or_without_diacritics(self, text: str) -> None:
        typed = read(f"cầu mới {text}", PAPERS, TODAY)
        assert typed.words == "cầu mới" and typed.filters.sources == ("tuoi-tre",) and not typed.unknown

    def test_a_part_of_a_name_means_all_that_begin_so(self) -> None:
        assert read('nguồn:"tuổi trẻ"', PAPERS, TODAY).filters.sources == ("tuoi-tre", "tuoi-tre-cuoi")

    @pytest.mark.parametrize("text", ['chủ đề:"y tế"', "chu de:health", 'topic:"Y TẾ, SỨC KHỎE"'])
    def test_a_topic(self, text: str) -> None:
        assert read(text, PAPERS, TODAY).filters.topics == ("health",)

    @pytest.mark.parametrize(
        ("text", "words", "source", "topic"),
        [
            ("nguồn:báo tuổi trẻ", "", "tuoi-tre", ""),
            ("Nguồn: Đài Sông Trà lũ về", "lũ về", "dai", ""),
            ("cầu nguon:bao tuoi tre mới", "cầu mới", "tuoi-tre", ""),
            ("chủ đề:y tế", "", "", "health"),
            ("chủ đề: y tế, sức khỏe trạm xá", "trạm xá", "", "health"),
            ("chu de:y te suc khoe", "", "", "health"),
            ('nguồn:đài sông trà chủ đề:y tế "mái tôn"', '"mái tôn"', "dai", "health"),
            ("nguồn:tuoi-tre -cười", "-cười", "tuoi-tre", ""),
        ],
    )
    def test_a_name_of_several_words_needs_no_quotation_marks(
        self, text: str, words: str, source: str, topic: str
    ) -> None:
        typed = read(text, PAPERS, TODAY)
        assert typed.words == words and not typed.unknown
        assert typed.filters.sources == ((source,) if source else ())
        assert typed.filters.topics == ((topic,) if topic else ())

    def test_days_without_a_year_are_the_last_such_days(self) -> None:
        filters = read("từ:01/12 đến:21/11", PAPERS, TODAY).filters
        assert (filters.first, filters.last) == (date(2025, 12, 1), TODAY)

    @pytest.mark.parametrize(
        "text", ["từ:31/02", "đến:hôm-qua", "từ:0001-01-01", "đến:31/12/9999", "nguồn:blog", "chủ đề:tôn-giáo"]
    )
    def test_what_is_not_understood_is_told_and_not_guessed(self, text: str) -> None:
        typed = read(f"lũ {text}", PAPERS, TODAY)
        assert typed.words == "lũ" and not typed.filters and typed.unknown == (text,)

    def test_words_that_only_look_like_a_field_stay_words(self) -> None:
        assert read("Từ Sơn đến Bình Sơn", PAPERS, TODAY).words == "Từ Sơn đến Bình Sơn"

    @given(st.text(max_size=80))
    def test_any_text_is_a_query(self, text: str) -> None:
        typed = read(text, PAPERS, TODAY)
        assert len(typed.words) <= len(text)


class TestTables:
    @pytest.mark.parametrize("cell", ["=1+1", "+84", "-lũ", "@a", "\t=1", " =1", "\r=cmd|' /C calc'!A0", "%0A"])
    def test_no_cell_begins_with_what_a_spreadsheet_computes(self, cell: str) -> None:
        assert safe(cell).startswith("'")
        (row,) = list(csv.reader(io.StringIO(to_csv([], [[cell]]).decode("utf-8-sig"))))[1:]
        assert row[0].startswith("'")

    def test_the_sheet_holds_text_only(self) -> None:
        book = zipfile.ZipFile(io.BytesIO(to_xlsx(["Tiêu đề"], [["=HYPERLINK(1)"], ["https://bao.vn/a"], ["12"]])))
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
        cells = list(sheet.iter(f"{space}c"))
        assert len(cells) == 4 and all(cell.get("t") == "s" for cell in cells)
        assert not list(sheet.iter(f"{space}f")) and not list(sheet.iter(f"{space}hyperlink"))
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        assert "'=HYPERLINK(1)" in [text.text for text in shared.iter(f"{space}t")]

    @given(st.text(max_size=30))
    def test_any_cell_is_one_safe_line(self, cell: str) -> None:
        assert safe(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"} and "\n" not in safe(cell)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        first = make_article()
        other = make_article("tin-2.html", "bao_khac", title="=Cầu Bình Sơn sửa xong", lead="Xe tải đi lại.")
        older = make_article("tin-3.html", "bao_khac", title="Cầu cũ ở Bình Sơn", lead="Hết hạn.")
        long_ago = NOON - timedelta(days=40)
        older = replace(older, published=replace(older.published, at=long_ago), fetched_at=long_ago)
        for article in (first, other, older):
            record.articles.save(make_tagged(article))
        yield record


@pytest.fixture
def browser(record: Record) -> TestClient:
    papers = {"bao_mau": publisher("bao_mau", "Báo Mẫu"), "bao_khac": publisher("bao_khac", "Báo Khác")}
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections, differ=differ,
        publishers=papers, clock=FixedClock(NOON + timedelta(hours=1)), settings=Settings(), audit=record.audit,
        office=Office(work=record.work),
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765")


class TestNarrowing:
    def test_facets_count_what_was_found(self, browser: TestClient) -> None:
        said = words(browser.get("/tim-kiem?q=cầu").text)
        assert "3 bài có “cầu”" in said and "Báo Khác 2" in said and "Báo Mẫu 1" in said

    def test_a_publisher_a_topic_and_days_narrow(self, browser: TestClient) -> None:
        assert "2 bài có “cầu”" in words(browser.get("/tim-kiem", params={"q": 'cầu nguồn:"báo khác"'}).text)
        assert "1 bài có “cầu”" in words(browser.get("/tim-kiem?q=cầu&nguon=bao_mau").text)
        day = (NOON - timedelta(days=30)).date().isoformat()
        assert "1 bài có “cầu”" in words(browser.get(f"/tim-kiem?q=cầu&den={day}").text)
        assert "3 bài" in words(browser.get("/tim-kiem?chu-de=transport_infrastructure").text)
        assert "Không có bài nào" in words(browser.get("/tim-kiem?q=cầu&chu-de=health").text)

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30"])
    def test_a_day_at_the_ends_of_the_calendar_is_told(self, browser: TestClient, day: str) -> None:
        for path in ("/tim-kiem", "/tim-kiem/xuat"):
            answer = browser.get(path, params={"q": "cầu", "tu": day})
            assert answer.status_code == 400 and "Ngày nhập chưa đúng" in answer.text

    @pytest.mark.parametrize("query", ["q=cầu&tu=2026-11-20&den=2026-11-01", "q=cầu từ:20/11/2026 đến:01/11/2026"])
    def test_days_the_wrong_way_round_are_told_and_the_form_stays(self, browser: TestClient, query: str) -> None:
        answer = browser.get(f"/tim-kiem?{query}")
        said = words(answer.text)
        assert answer.status_code == 400 and "đang ở sau ngày kết thúc" in said and "Không có bài nào" not in said
        assert 'value="cầu' in answer.text and ("tu=" not in query or 'value="2026-11-20"' in answer.text)
        part = browser.get(f"/tim-kiem?{query}&phan=1")
        assert part.status_code == 200 and "đang ở sau ngày kết thúc" in part.text
        assert browser.get(f"/tim-kiem/xuat?{query}").status_code == 400

    def test_a_corrected_label_is_found_by_it_at_once(self, record: Record, browser: TestClient) -> None:
        article = make_article().id
        made = record.corrections.correct("binh_son", article, topic="health", at=NOON, by="test")
        assert "1 bài" in words(browser.get("/tim-kiem?chu-de=health").text) and made is not None
        record.corrections.undo("binh_son", made.id, NOON, "test")
        assert "Không có bài nào" in words(browser.get("/tim-kiem?chu-de=health").text)

    def test_the_fragment_is_the_results_alone(self, browser: TestClient) -> None:
        part = browser.get("/tim-kiem?q=cầu&phan=1").text
        assert "<html" not in part and "3 bài có “cầu”" in words(part)

    def test_an_export_is_audited_and_safe(self, record: Record, browser: TestClient) -> None:
        body = browser.get("/tim-kiem/xuat?q=cầu&dang=csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(body)))
        assert len(rows) == 4 and "'=Cầu Bình Sơn sửa xong" in [row[0] for row in rows]
        assert record.audit.lines(1)[0].action == "search.export" and "cầu" not in record.audit.lines(1)[0].detail
        assert browser.get("/tim-kiem/xuat?q=cầu&dang=xlsx").content[:2] == b"PK"
        assert browser.get("/tim-kiem/xuat?q=cầu&dang=html").status_code == 400


class TestKept:
    def test_a_filter_of_topics_and_publishers_is_kept_and_removed(self, record: Record, browser: TestClient) -> None:
        send(browser, "/tim-kiem/loc", {"chu-de": "health", "nguon": "bao_khac"}, opened="/tim-kiem?chu-de=health")
        (kept,) = record.work.filters("binh_son")
        assert (kept.topics, kept.sources) == (("health",), ("bao_khac",))
        assert "Y tế, sức khỏe, Báo Khác" in words(browser.get("/tim-kiem").text)
        send(browser, f"/tim-kiem/loc/{kept.id}/xoa", {}, opened="/tim-kiem")
        assert record.work.filters("binh_son") == ()

    @pytest.mark.parametrize(
        "form",
        [{"q": "tên một người"}, {"chu-de": "tên một người"}, {"nguon": "tên một người"}, {"chu-de": "health,x"}],
    )
    def test_words_can_not_be_kept(self, record: Record, browser: TestClient, form: dict[str, str]) -> None:
        send(browser, "/tim-kiem/loc", form, opened="/tim-kiem?chu-de=health")
        assert record.work.filters("binh_son") == ()

    def test_forms_of_others_are_refused(self, browser: TestClient) -> None:
        assert browser.post("/tim-kiem/loc", headers=ORIGIN, data={"chu-de": "health"}).status_code == 403
