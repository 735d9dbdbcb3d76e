"""The only place that asks the machine what time it is.

Inside the program a time is an aware datetime in UTC. Vietnamese local time is made at the edge, for people.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Protocol

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Viet Nam has kept UTC+7 without daylight saving since 1975; a fixed offset needs no time zone database."""

YEARS: Final = (2000, 2200)
"""First and last year of days that may be asked for; far from the ends of the calendar, where reckoning breaks off."""

AHEAD: Final = timedelta(minutes=10)
"""A time further in the future than this was noted while the clock was ahead (clocks of machines differ by seconds):
nothing waits for it."""


class Clock(Protocol):
    """Tells the time; a test or a replay gives its own."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved. For tests and for reading at a stated moment."""

    def __init__(self, at: datetime) -> None:
        self._at = to_utc(at)

    def now(self) -> datetime:
        return self._at

    def move(self, by: timedelta) -> None:
        """Let time pass (or, with a negative interval, jump back)."""
        self._at += by


class ShiftedClock:
    """A clock that started at `start` when it was made and runs `speed` times as fast as `base`."""

    def __init__(self, base: Clock, start: datetime, speed: float = 1.0) -> None:
        self._base, self._start, self._speed = base, to_utc(start), speed
        self._born = base.now()

    def now(self) -> datetime:
        return self._start + (self._base.now() - self._born) * self._speed


def to_utc(moment: datetime) -> datetime:
    """An aware datetime in UTC.

    Raises ValueError for a naive one: a time without a zone must be given one where it is read,
    since only that place knows what the missing zone means.
    """
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def local(moment: datetime) -> datetime:
    """The same moment in Vietnamese local time."""
    return to_utc(moment).astimezone(VIETNAM)


def local_day(moment: datetime) -> date:
    """The calendar day in Viet Nam on which the moment falls."""
    return local(moment).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of a Vietnamese day and of the day after, in UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)
    return start, start + timedelta(days=1)
