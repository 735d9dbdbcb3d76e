"""A day held against what is usual for its weekday. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from core.records import DayCount

WEEKS: Final = 8
LEAST_WEEKS: Final = 3
PER_CENT_FROM: Final = 20
"""Below so many articles a share in per cent says more than it knows: it is told in numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Articles about the place on that day and on an ordinary day of that weekday."""

    articles: int
    read: int
    usual: int | None  # None: too few such days are known
    change: int | None  # whole per cent against the usual; None where only numbers are to be told


def usual(counts: Sequence[DayCount], day: date, *, over: bool) -> Usual:
    """From the counts of the weeks up to that day. `over`: of a day that is not, only a rise can be told yet."""
    by_day = {count.day: count for count in counts}
    here = by_day.get(day.isoformat(), DayCount(day=day.isoformat(), articles=0, read=0))
    before = [by_day.get((day - timedelta(weeks=back)).isoformat()) for back in range(1, WEEKS + 1)]
    known = [count.articles for count in before if count and count.read and count.whole]
    if len(known) < LEAST_WEEKS:
        return Usual(articles=here.articles, read=here.read, usual=None, change=None)
    normal = round(median(known))
    enough = min(here.articles, normal) >= PER_CENT_FROM
    change = round(100 * (here.articles - normal) / normal) if enough and (over or here.articles > normal) else None
    return Usual(articles=here.articles, read=here.read, usual=normal, change=change)
