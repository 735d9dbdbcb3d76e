"""Deadlines, quotations, letters: the pure rules."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import cases, letters
from answers.caution import secret, secret_number
from core.records import Holiday

FRIDAY = dt.date(2026, 11, 20)


def test_working_days_leave_out_weekends_and_the_offices_own_days() -> None:
    assert cases.working_days_after(FRIDAY, 1, ()) == dt.date(2026, 11, 23)
    off = Holiday(day=dt.date(2026, 11, 23), name="Nghỉ bù")
    assert cases.working_days_after(FRIDAY, 1, (off,)) == dt.date(2026, 11, 24)
    works = Holiday(day=dt.date(2026, 11, 21), name="Làm bù", works=True)
    assert cases.working_days_after(FRIDAY, 1, (works,)) == dt.date(2026, 11, 21)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 60))
def test_so_many_working_days_after_lie_so_many_working_days_between(day: dt.date, days: int) -> None:
    due = cases.working_days_after(day, days, ())
    assert due.isoweekday() <= 5
    assert cases.working_days_between(day, due, ()) == days


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("Có 12 nhà bị tốc mái", True),
        ("“Có 12 nhà  bị\ntốc mái”", True),
        ("có 12 nhà bị tốc mái", True),
        ("hoà giải tại thôn", True),
        ("Có 13 nhà bị tốc mái", False),
        ("", False),
    ],
)
def test_a_quotation_stands_word_for_word_or_not_at_all(quote: str, stands: bool) -> None:
    text = "Dông lốc\nĐêm qua gió mạnh.\nCó 12 nhà bị\ntốc mái. Việc hòa giải tại thôn xong."
    assert cases.quote_stands(quote, text) is stands


@pytest.mark.parametrize(
    "words",
    [
        "Đề nghị gỡ bài viết nêu trên.", "đề nghị xóa nội dung", "yêu cầu hạ bài", "GỠ BỎ", "đề nghị rút tin",
        "xoá bài",
        "please remove the article", "thu hồi bài viết",
    ],
)  # fmt: skip
def test_no_template_asks_for_removal(words: str) -> None:
    assert refusal_with(words) == "template.refused.removal"


@pytest.mark.parametrize(
    "words",
    ["sẽ bị xử phạt", "kiến nghị đình bản", "xử lý nghiêm", "thu hồi thẻ nhà báo", "chịu trách nhiệm trước pháp luật",
     "chúng tôi sẽ khởi kiện", "phạt tiền"],
)  # fmt: skip
def test_no_template_threatens(words: str) -> None:
    assert refusal_with(words) == "template.refused.sanction"


@pytest.mark.parametrize("words", ["- Công an tỉnh Quảng Ngãi;", "Đồng gửi: PA03", "Ban Chỉ huy Quân sự xã (để biết)"])
def test_no_template_names_a_security_body(words: str) -> None:
    assert refusal_with(words) == "template.refused.security"


def refusal_with(words: str) -> str:
    """Of a wording with these words as its last line."""
    found = letters.wording_refusal(f"Ủy ban nhân dân xã đề nghị quý báo xem xét, cải chính.\n{words}")
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("text", "is_secret"),
    [
        ("MẬT", True), ("Độ mật: MẬT", True), ("tài liệu TỐI MẬT", True), ("TUYET MAT", True), ("toi_mat.pdf", True),
        ("BÍ MẬT KINH DOANH", False), ("mật ong", False), ("MẬT ĐỘ DÂN SỐ", False), ("mật độ", False), ("", False),
    ],
)  # fmt: skip
def test_marks_of_secrecy(text: str, is_secret: bool) -> None:
    assert secret(text) is is_secret


def test_the_number_of_a_secret_paper() -> None:
    assert secret_number("12/BC-UBND-M")
    assert secret_number("5/TTr-TM")
    assert not secret_number("45/BC-UBND")
