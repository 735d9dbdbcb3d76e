"""An office's working days, and when it is reminded of a case. Pure.

No deadline is built in: the Press Law leaves them to a decree, and each desk sets its own with the place it comes from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.clock import local_day
from core.records import Case, CaseState, Holiday

_LATE_EVERY: Final = 5
"""Working days from one reminder of an overdue case to the next."""


def is_working(day: dt.date, holidays: Sequence[Holiday]) -> bool:
    """Whether the office works that day: Monday to Friday, as its own table of holidays says otherwise."""
    named = next((one for one in holidays if one.day == day), None)
    return named.works if named else day.isoweekday() <= 5


def working_days_after(day: dt.date, days: int, holidays: Sequence[Holiday]) -> dt.date:
    """The day that is so many working days after this one (which doesn't count)."""
    left, at = days, day
    while left > 0 and (at - day).days < 3660:
        at += dt.timedelta(days=1)
        left -= is_working(at, holidays)
    return at


def working_days_between(first: dt.date, last: dt.date, holidays: Sequence[Holiday]) -> int:
    """Working days from the day after `first` to `last`."""
    days = (first + dt.timedelta(days=back) for back in range(1, (last - first).days + 1))
    return sum(is_working(day, holidays) for day in days)


def working_day_before(day: dt.date, days: int, holidays: Sequence[Holiday]) -> dt.date:
    """The working day that is so many working days before this one, which is a working day itself."""
    left, at = days, day
    while left > 0 and (day - at).days < 3660:
        at -= dt.timedelta(days=1)
        left -= is_working(at, holidays)
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """That an office is to be told of a case: which message of the catalogue, and the day on which it fell."""

    case: Case
    what: str  # soon, due, last (the deadline itself is a day off), late, idle
    day: dt.date


def reminders(cases: Sequence[Case], today: dt.date, holidays: Sequence[Holiday]) -> tuple[Reminder, ...]:
    """Of open cases: the working day before the deadline, on it (or the last one before it, where it is a day off), on
    the first working day after it and on each fifth from then.

    On working days between the last ones the newest of them is named again with its day: the machine may have been off
    then. The caller sends what is named with the same day once. None that fell before the case was opened is named.
    """
    if not is_working(today, holidays):
        return ()
    waiting = [(case, case.due) for case in cases if case.due and case.state in (CaseState.OPEN, CaseState.READY)]
    found = ((case, _reminded(due, today, holidays)) for case, due in waiting)
    return tuple(
        Reminder(case=case, what=said[0], day=said[1])
        for case, said in found
        if said and (said[1] == today or said[1] >= local_day(case.opened_at))
    )


def _reminded(due: dt.date, today: dt.date, holidays: Sequence[Holiday]) -> tuple[str, dt.date] | None:
    """What is said on a working day of a deadline, and the day on which that fell."""
    if due < today:
        after = working_days_between(due, today, holidays) - 1
        return "late", working_day_before(today, after % _LATE_EVERY, holidays)
    left = working_days_between(today, due, holidays)
    if left == 0:
        return ("due" if due == today else "last"), today
    return ("soon", today) if left == 1 else None
