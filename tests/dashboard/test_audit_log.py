"""The audit log's page: acts in the reader's words, each desk its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.sample_facts import APPROVED_BY, ENTERED_BY
from core.clock import FixedClock
from store.sqlite.record import Record
from tests.dashboard.test_labels import send
from tests.dashboard.test_pages import words
from tests.dashboard.working import FIRST, HERE, Addresses, at_work, browser_of
from tests.fakes.records import NOON, make_desk


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with at_work(tmp_path) as record:
        yield record


@pytest.fixture
def browser(record: Record) -> TestClient:
    return browser_of(record, FixedClock(NOON + timedelta(hours=3)), Addresses())


def test_the_audit_log_names_acts_in_words(browser: TestClient) -> None:
    send(browser, f"{HERE}/khong-phai", {}, opened=HERE)
    said = words(browser.get("/nhat-ky").text)
    assert "ghi bài không phải về nơi này" in said and "người dùng máy này" in said
    assert browser.get("/nhat-ky?truoc=x").status_code == 400


def test_the_log_tells_versions_and_the_samples_hand_in_words(record: Record, browser: TestClient) -> None:
    for hand in (ENTERED_BY, APPROVED_BY):
        record.audit.add(NOON, hand, "fact.enter", "f1", "version 1", desk="binh_son")
    said = words(browser.get("/nhat-ky").text)
    assert "phiên bản 1" in said and "version 1" not in said
    assert said.count("dữ liệu mẫu") == 2
    assert "version 1" in words(browser.get("/nhat-ky?lang=en").text)


@pytest.mark.parametrize(
    ("action", "subject", "detail", "told"),
    [
        ("label.correct", FIRST.id, "tone=neutral", "sửa nhãn bài báo Với người trong cuộc: thông tin"),
        ("label.correct", FIRST.id, "health=yes", "sửa nhãn bài báo Thêm: Y tế, sức khỏe"),
        ("label.undo", FIRST.id, "health", "hoàn lại nhãn bài báo Y tế, sức khỏe"),
        ("article.handle", FIRST.id, "handled to=u9", "bài báo đang xử lý, giao người dùng đã xóa"),
        ("alerts.silence", "binh_son", "disaster until 2026-11-22T11:31:25+00:00",
         "Bình Sơn Thiên tai, tai nạn, đến 18:31 ngày 22/11/2026"),
        ("case.open", "7", "correction", "mở vụ việc vụ việc số 7 Đề nghị cải chính"),
        ("case.close", "7", "paper_right", "vụ việc số 7 Báo đúng (đã sửa sổ số liệu)"),
        ("release.take_back", "7", "", "gỡ thông cáo đã công bố vụ việc số 7"),
        ("search.export", "csv", "40 rows", "csv 40 dòng"),
        ("report.mail", "3", "2 messages", "báo cáo số 3 2 thư"),
        ("report.schedule", "weekly", "", "đổi lịch báo cáo Báo cáo tuần"),
        ("alerts.rules", "timing", "", "đổi quy tắc cảnh báo Giờ giấc"),
        ("alerts.template", "alert/body.txt", "", "Tin về một câu chuyện, thư dạng chữ thường"),
        ("template.change", "answer", "own", "Mẫu văn bản phản hồi mẫu của cơ quan"),
        ("user.change", "u9", "officer@binh_son -> editor@binh_son",
         "Chuyên viên (Bình Sơn) → Biên tập (Bình Sơn)"),
        ("user.disable", "u9", "idle", "khóa tài khoản người dùng đã xóa lâu không dùng"),
        ("fact.end", "f1", "2026-11-30", "f1 30/11/2026"),
        ("headline.show", FIRST.id, "", "đưa tiêu đề lên cổng bài báo"),
        ("case.send", "7", "12/UBND", "vụ việc số 7 12/UBND"),
    ],
)  # fmt: skip
def test_the_log_has_no_words_of_the_machine(
    record: Record, browser: TestClient, action: str, subject: str, detail: str, told: str
) -> None:
    record.audit.add(NOON, "operator", action, subject, detail, desk="binh_son")
    assert told in words(browser.get("/nhat-ky").text)


def test_the_log_of_a_desk_has_its_own_acts_and_what_concerns_all(record: Record, browser: TestClient) -> None:
    record.desks.apply_desk(replace(make_desk(), id="thuong_xuan"), NOON, "operator")
    send(browser, f"{HERE}/nhan", {"chu-de": "transport_infrastructure", "co": "0"}, opened=HERE)
    source = "/nguon-tin/bao_mau"
    send(browser, f"{source}/dung", {"ly-do": "Bảo trì"}, opened=source)
    told = [line.action for line in record.audit.lines(desk="binh_son")]
    assert told[:3] == ["source.pause", "label.correct", "desk.apply"] and told.count("desk.apply") == 1
    said = words(browser.get("/nhat-ky?ban=binh_son").text)
    assert "tạm dừng nguồn tin Báo Mẫu Bảo trì" in said and "sửa nhãn bài báo" in said
