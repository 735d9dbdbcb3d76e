"""When a report is drafted by itself, and about which days. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.records import ReportAsk, ReportSchedule
from reports import periods

FRIDAYS = ReportSchedule(desk="binh_son", kind="weekly")
MONTHS = ReportSchedule(desk="binh_son", kind="monthly")
WEEK = ReportAsk(kind="weekly", first=date(2025, 11, 7), last=date(2025, 11, 13))
FRIDAY = datetime(2025, 11, 14, 7, 30, tzinfo=UTC) - timedelta(hours=7)  # half past seven in Viet Nam


def test_it_is_due_from_the_set_minute_on() -> None:
    assert periods.due(FRIDAYS, FRIDAY) == WEEK
    assert periods.due(FRIDAYS, FRIDAY - timedelta(minutes=1)) is None
    assert periods.due(replace(FRIDAYS, enabled=False), FRIDAY) is None


def test_one_whose_morning_was_missed_is_due_at_any_hour() -> None:
    for later in (timedelta(hours=17), timedelta(days=3), timedelta(days=6, hours=16)):
        assert periods.due(FRIDAYS, FRIDAY + later) == WEEK


def test_each_period_is_drafted_once() -> None:
    done = replace(FRIDAYS, last_done=WEEK.last)
    assert periods.due(done, FRIDAY) is None
    following = periods.due(done, FRIDAY + timedelta(days=7))
    assert following is not None and following.first == WEEK.last + timedelta(days=1)
    assert periods.due(replace(FRIDAYS, last_done=WEEK.first - timedelta(days=1)), FRIDAY) == WEEK


def test_what_was_drafted_while_the_clock_was_ahead_holds_nothing_back() -> None:
    assert periods.due(replace(FRIDAYS, last_done=date(2030, 1, 3)), FRIDAY) == WEEK


@pytest.mark.parametrize("weekday", range(1, 8))
def test_a_weekly_one_is_about_the_seven_days_before_its_own(weekday: int) -> None:
    schedule = replace(FRIDAYS, weekday=weekday)
    own = FRIDAY + timedelta(days=(weekday - 5) % 7)
    ask = periods.due(schedule, own)
    assert ask is not None and ask.last == own.date() - timedelta(days=1)
    assert ask.last - ask.first == timedelta(days=6)


def test_a_month_is_due_on_the_first_of_the_next() -> None:
    first = datetime(2025, 12, 1, 0, 30, tzinfo=UTC)  # half past seven
    assert periods.due(MONTHS, first) == ReportAsk(kind="monthly", first=date(2025, 11, 1), last=date(2025, 11, 30))
    early = periods.due(MONTHS, first - timedelta(minutes=1))
    assert early is None
    night = datetime(2025, 11, 30, 17, 30, tzinfo=UTC)  # 1 December in Viet Nam, 30 November in UTC
    assert periods.due(replace(MONTHS, minute=0), night) == periods.due(MONTHS, first)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2025, 11, 6), date(2025, 11, 6), "ngày 06 tháng 11 năm 2025"),
        (date(2025, 10, 31), date(2025, 11, 6), "từ ngày 31 tháng 10 đến ngày 06 tháng 11 năm 2025"),
        (date(2025, 12, 29), date(2026, 1, 4), "từ ngày 29 tháng 12 năm 2025 đến ngày 04 tháng 01 năm 2026"),
    ],
)
def test_days_are_named_with_no_more_words_than_they_need(first: date, last: date, said: str) -> None:
    assert periods.between(ReportAsk(kind="weekly", first=first, last=last)) == said


@pytest.mark.parametrize(("month", "said"), [(2, "02"), (3, "3"), (10, "10")])
def test_a_month_below_three_is_written_with_a_zero(month: int, said: str) -> None:
    ask = ReportAsk(kind="monthly", first=date(2026, month, 1), last=date(2026, month, 28))
    assert f"tháng {said} năm 2026" in periods.name(ask)


@pytest.mark.parametrize(("days", "bars"), [(1, 1), (31, 31), (32, 5), (217, 31), (218, 8)])
def test_a_chart_has_at_most_some_thirty_bars(days: int, bars: int) -> None:
    ask = ReportAsk(kind="topic", first=date(2026, 1, 1), last=date(2026, 1, 1) + timedelta(days=days - 1))
    found = periods.buckets(ask)
    assert (len(found), found[0][0], found[-1][1]) == (bars, ask.first, ask.last)
