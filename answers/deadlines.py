"""An office's working days, and when it is reminded of a case. Pure.

No deadline is built in: the Press Law leaves them to a decree, and each desk sets its own with the place it comes from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.records import Case, CaseState, Holiday


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """That an office is to be told of a case: which message of the catalogue."""

    case: Case
    what: str  # soon, due, last (the deadline itself is a day off), late, idle


def reminders(cases: Sequence[Case], today: dt.date, holidays: Sequence[Holiday]) -> tuple[Reminder, ...]:
    """Of open cases: the working day before the deadline, on it (or the last one before it, where it is a day off), on
    the first working day after it and on each fifth from then.
    """
    if not is_working(today, holidays):
        return ()
    waiting = [(case, case.due) for case in cases if case.due and case.state in (CaseState.OPEN, CaseState.READY)]
    said = ((case, _reminded(due, today, holidays)) for case, due in waiting)
    return tuple(Reminder(case=case, what=what) for case, what in said if what)


def _reminded(due: dt.date, today: dt.date, holidays: Sequence[Holiday]) -> str:
    """What is said on a working day of a deadline; "" for nothing."""
    if due < today:
        return "late" if working_days_between(due, today, holidays) % 5 == 1 else ""
    left = working_days_between(today, due, holidays)
    if left == 0:
        return "due" if due == today else "last"
    return "soon" if left == 1 else ""
