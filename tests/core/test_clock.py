"""Times: aware, UTC inside, Viet Nam's days outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core.clock import FixedClock, ShiftedClock, day_bounds, local, local_day, to_utc


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_utc(datetime(2026, 1, 1))  # noqa: DTZ001


def test_just_after_midnight_belongs_to_the_vietnamese_day() -> None:
    moment = datetime(2026, 3, 7, 0, 5, tzinfo=timezone(timedelta(hours=7)))
    assert to_utc(moment).date() == date(2026, 3, 6)
    assert local_day(moment) == date(2026, 3, 7)
    start, end = day_bounds(date(2026, 3, 7))
    assert start <= to_utc(moment) < end and end - start == timedelta(days=1)
    assert local(moment).hour == 0


def test_a_shifted_clock_runs_at_its_own_speed() -> None:
    base = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    replay = ShiftedClock(base, datetime(2025, 11, 1, tzinfo=UTC), speed=3600)
    base.move(timedelta(seconds=2))
    assert replay.now() == datetime(2025, 11, 1, 2, tzinfo=UTC)
