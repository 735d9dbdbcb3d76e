"""Deadlines, quotations, letters: the pure rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import cases, deadlines, letters
from answers.caution import secret, secret_number
from core.records import Case, CaseKind, CaseState, Holiday, SentPaper
from tests.answers.made import NOW

FRIDAY = dt.date(2026, 11, 20)


def test_working_days_leave_out_weekends_and_the_offices_own_days() -> None:
    assert deadlines.working_days_after(FRIDAY, 1, ()) == dt.date(2026, 11, 23)
    off = Holiday(day=dt.date(2026, 11, 23), name="Nghỉ bù")
    assert deadlines.working_days_after(FRIDAY, 1, (off,)) == dt.date(2026, 11, 24)
    works = Holiday(day=dt.date(2026, 11, 21), name="Làm bù", works=True)
    assert deadlines.working_days_after(FRIDAY, 1, (works,)) == dt.date(2026, 11, 21)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 60))
def test_so_many_working_days_after_lie_so_many_working_days_between(day: dt.date, days: int) -> None:
    due = deadlines.working_days_after(day, days, ())
    assert due.isoweekday() <= 5
    assert deadlines.working_days_between(day, due, ()) == days


TET = tuple(Holiday(day=dt.date(2027, 2, day), name="Tết Nguyên đán") for day in (4, 5, 8, 9, 10))
"""Thursday 4 to Wednesday 10 February 2027, with the weekend between them."""


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (dt.date(2027, 2, 3), {2: "soon", 3: "due", 11: "late", 18: "late"}),
        (dt.date(2027, 2, 5), {2: "soon", 3: "last", 11: "late", 18: "late"}),  # set before the days off were
        (dt.date(2027, 2, 7), {2: "soon", 3: "last", 11: "late", 18: "late"}),  # a Sunday
        (dt.date(2027, 2, 12), {11: "soon", 12: "due", 15: "late"}),
        (dt.date(2027, 2, 13), {11: "soon", 12: "last", 15: "late"}),  # a Saturday
    ],
)
def test_reminders_fall_on_working_days_and_none_is_lost_to_a_day_off(due: dt.date, said: dict[int, str]) -> None:
    case = waiting(due)
    days = [dt.date(2027, 2, day) for day in range(1, 20)]
    found = {one.day.day: one.what for day in days for one in deadlines.reminders([case], day, TET)}
    assert found == said
    for day in days:
        named = [(one.day.day, one.what) for one in deadlines.reminders([case], day, TET)]
        if day.day in said:
            assert named == [(day.day, said[day.day])]
        elif named:
            assert deadlines.is_working(day, TET), "what was missed is made up on working days"
            assert named == [(max(fell for fell in said if fell < day.day), "late")]


def test_what_fell_before_a_case_was_opened_was_not_missed() -> None:
    case = replace(waiting(FRIDAY), opened_at=dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC))
    days = [dt.date(2026, 11, 25) + dt.timedelta(days=after) for after in range(9)]
    assert {day.day: one.day.day for day in days for one in deadlines.reminders([case], day, ())} == {
        30: 30, 1: 30, 2: 30, 3: 30,
    }  # fmt: skip


def test_the_days_to_a_letter_end_with_its_own_day_not_with_that_of_writing_it_down() -> None:
    paper = SentPaper(number="12/UBND-VX", day=dt.date(2027, 2, 3), way="bưu điện")
    opened = replace(waiting(dt.date(2027, 2, 5)), opened_at=dt.datetime(2027, 2, 1, 2, 0, tzinfo=dt.UTC))
    written_down = dt.datetime(2027, 2, 15, 2, 0, tzinfo=dt.UTC)
    case = cases.sent(cases.confirmed(opened, NOW, "u1"), paper, written_down)
    release = replace(case, kind=CaseKind.RELEASE, sent=None)

    def days(one: Case, first: int, last: int) -> float | None:
        span = (dt.date(2027, 2, first), dt.date(2027, 2, last))
        return cases.figures([one], *span, span[1], TET).days_to_send

    assert (days(case, 1, 7), days(case, 8, 28)) == (2, None)
    assert (days(release, 1, 7), days(release, 8, 28)) == (None, 5)


def waiting(due: dt.date) -> Case:
    return Case(
        id=1, desk="d", kind=CaseKind.ANSWER, state=CaseState.OPEN, subject="Nhà tốc mái", opened_at=NOW,
        opened_by="u1", touched=NOW, due=due,
    )  # fmt: skip


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
