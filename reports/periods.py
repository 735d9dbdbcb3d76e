"""Stretches of days: those that a report is about, that it is compared with, that a schedule asks for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from core.clock import local
from core.records import ReportAsk, ReportKind, ReportSchedule
from reports.telling import day_full, day_short, t

WEEK_ENDS: Final = 4
"""ISO weekday on which a reported week ends: a report that is written on Friday is about the seven days before it."""
_DAY: Final = timedelta(days=1)
_MONTHS: Final[dict[ReportKind, int]] = {"monthly": 1, "quarterly": 3, "yearly": 12}
_USUAL_OF: Final[dict[ReportKind, int]] = {"weekly": 8, "monthly": 6, "quarterly": 4}
"""Spans before the one reported from which it is known what is usual."""
_ROMAN: Final = ("I", "II", "III", "IV")


def newest(kind: ReportKind, today: date, *, ending: date | None = None, week_ends: int = WEEK_ENDS) -> ReportAsk:
    """The newest whole period of that kind that is over on `today`, or the one that holds the day `ending`.

    A week ends on `ending` itself. For kinds weekly, monthly, quarterly and yearly.
    """
    if kind == "weekly":
        last = ending or today - _DAY * (((today.isoweekday() - week_ends - 1) % 7) + 1)
        return ReportAsk(kind=kind, first=last - 6 * _DAY, last=last)
    months = _MONTHS[kind]
    within = ending or earlier_months(today.replace(day=1), months)
    first = within.replace(day=1, month=(within.month - 1) // months * months + 1)
    return ReportAsk(kind=kind, first=first, last=earlier_months(first, -months) - _DAY)


def week_end(weekday: int) -> int:
    """A weekly report is about the seven days before its own: written on Friday, the week ends on Thursday."""
    return (weekday - 2) % 7 + 1


def due(schedule: ReportSchedule, at: datetime) -> ReportAsk | None:
    """The period that a schedule asks to be drafted at `at`; None: nothing yet, or it was."""
    if not schedule.enabled:
        return None
    here = local(at)
    ask = newest(schedule.kind, here.date(), week_ends=week_end(schedule.weekday))
    # a period that is still to come was drafted while the clock was ahead: the next ones don't wait for it
    fresh = schedule.last_done is None or schedule.last_done < ask.last or schedule.last_done > here.date()
    late = here.date() - ask.last > timedelta(days=1) or here.hour * 60 + here.minute >= schedule.minute
    return ask if fresh and late else None


def earlier_months(day: date, months: int) -> date:
    """The same day of the month so many months earlier (negative: later). For first days of a month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, day.day)


def earlier(ask: ReportAsk, back: int) -> tuple[date, date]:
    """First and last day of the span so many spans before."""
    if ask.kind in _MONTHS:
        step = _MONTHS[ask.kind]
        return earlier_months(ask.first, step * back), earlier_months(ask.first, step * (back - 1)) - _DAY
    length = ask.last - ask.first + _DAY
    return ask.first - length * back, ask.first - length * (back - 1) - _DAY


def usual_of(ask: ReportAsk) -> int:
    """How many spans before are looked at to know what is usual; 1 where only the one before is."""
    return _USUAL_OF.get(ask.kind, 1)


def buckets(ask: ReportAsk) -> list[tuple[date, date]]:
    """The bars of the chart over time: days, weeks or months, so that there are at most some thirty."""
    days = (ask.last - ask.first).days + 1
    if days <= 31:
        return [(ask.first + _DAY * n, ask.first + _DAY * n) for n in range(days)]
    if days <= 31 * 7:
        return [(start, min(start + 6 * _DAY, ask.last)) for start in _every(ask.first, ask.last, 7)]
    found = []
    start = ask.first
    while start <= ask.last:
        after = earlier_months(start.replace(day=1), -1)
        found.append((start, min(after - _DAY, ask.last)))
        start = after
    return found


def _every(first: date, last: date, step: int) -> Sequence[date]:
    return [first + _DAY * n for n in range(0, (last - first).days + 1, step)]


def name(ask: ReportAsk) -> str:
    """The period as a title has it: "tuần (từ ngày 31 tháng 10 đến ngày 06 tháng 11 năm 2025)"."""
    values: dict[str, object] = {"between": between(ask)}
    if ask.kind == "monthly":
        values = {"month": f"{ask.first:%m}" if ask.first.month < 3 else ask.first.month, "year": ask.first.year}
    elif ask.kind == "quarterly":
        values = {"quarter": _ROMAN[(ask.first.month - 1) // 3], "year": ask.first.year}
    elif ask.kind == "yearly":
        values = {"year": ask.first.year}
    kind = "period" if ask.kind in ("story", "topic") else ask.kind
    return t(f"report.period.{kind}", **{key: str(value) for key, value in values.items()})


def before_name(ask: ReportAsk) -> str:
    """The span before: "tuần trước"."""
    kind = "period" if ask.kind in ("story", "topic") else ask.kind
    return t(f"report.before.{kind}")


def spans_name(ask: ReportAsk) -> str:
    """One such span: "tuần"."""
    kind = "period" if ask.kind in ("story", "topic") else ask.kind
    return t(f"report.span.{kind}")


def between(ask: ReportAsk) -> str:
    """ "từ ngày 31 tháng 10 đến ngày 06 tháng 11 năm 2025"; one day as "ngày 06 tháng 11 năm 2025"."""
    if ask.first == ask.last:
        return day_full(ask.first)
    if ask.first.year != ask.last.year:
        return t("report.between", first=day_full(ask.first), last=day_full(ask.last))
    return t("report.between", first=day_short(ask.first), last=day_full(ask.last))
