"""Hôm nay: what the press wrote about the place on one day or in one week, story by story, the weightiest first."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.errors import StoreError
from core.records import DayCount, OutboxRow, SourceHealth, StoryView
from dashboard import asking, chart, render
from dashboard.asking import Asked, asked
from dashboard.pages.alerts import ASIDE, SHOWN, Alert, grouped, marks_of
from dashboard.pages.stories import REPORTS_SHOWN, UNTOUCHED, StoryCard, fresh, story_card
from dashboard.usual import WEEKS, usual
from dashboard.weight import weight

_LOG = logging.getLogger(__name__)
REFRESH_SECONDS = 15
WAITING_SHOWN = 3
STORIES_SHOWN = 40
"""Stories on one page; a week of storms has more."""
MOST_PAGES = 50
WAITING_FOR = timedelta(days=2)
"""Alerts older than this are on their own page only: with no mail server they would never stop waiting here."""


def page(request: Request) -> Response:
    """`/?ngay=2026-11-21` or `/?tuan=2026-W47`; `dung=1` stops the page from loading itself again while the press is
    first read.
    """
    ask = asked(request)
    if ask.desk is None:
        return render.page(ask, "no_desk.html")
    room, today = ask.room, local_day(ask.words.now)
    week = asking.week(ask)
    first, day = week or (asking.day(ask),) * 2
    since = room.office.work.last_visit(ask.desk.id, ask.user.id)
    views = ranked(room.reading.stories_between(ask.desk.id, first, day, ask.words.now))
    number = asking.number(ask, "trang", most=MOST_PAGES)
    of_place = sum(any(article.focus for article in view.of_day) for view in views)
    shown = _cards(ask, views[(number - 1) * STORIES_SHOWN : number * STORIES_SHOWN], since)
    counts = room.reading.day_counts(ask.desk.id, day, 7 * WEEKS + 1)
    waiting = _waiting(ask, room.reading.messages(ask.desk.id, SHOWN))
    unheard, silent = _unread(ask)
    filling = room.status().filling and not views and day == today
    around = _neighbours(ask, day, today, week)
    answer = render.page(
        ask, "today.html", day=day, today=today, first=first, week=week, **around,
        focus=[card for card in shown if card.focus], named=[card for card in shown if not card.focus],
        of_place=of_place, only_named=len(views) - of_place,
        articles=sum(len(view.of_day) for view in views), stories=len(views), read=_read(counts, first),
        number=number, pages=max(1, -(-len(views) // STORIES_SHOWN)), text_language=room.language_of,
        reports_shown=REPORTS_SHOWN, usual=usual(counts, day, over=day < today),
        fresh=sum(fresh(view, since) for view in views),
        counts=counts[-7:], total=_total(counts[-7:]), chart=chart.week(counts[-7:]),
        waiting=waiting, waiting_shown=WAITING_SHOWN, unread=unheard, silent=silent, filling=filling,
        items=room.office.work.items(ask.desk.id, first, day), since=since,
        refresh=REFRESH_SECONDS if filling and "dung" not in request.query_params else 0,
    )  # fmt: skip
    answer.background = BackgroundTask(_visited, ask, ask.desk.id)
    return answer


def _visited(ask: Asked, desk: str) -> None:
    """The page has gone out: what can't be noted any more (a full disk) must not break the reader's connection."""
    try:
        ask.room.office.work.visited(desk, ask.user.id, ask.words.now)
    except StoreError as error:
        _LOG.warning("a visit was not noted: %s", error)


def ranked(views: Sequence[StoryView]) -> list[StoryView]:
    """Those about the place first, the weightiest first, of equals the one with the newest article."""
    there = [view for view in views if view.of_day]
    return sorted(there, key=lambda v: (any(a.focus for a in v.of_day), weight(v, v.of_day), v.last), reverse=True)


def _cards(ask: Asked, views: Sequence[StoryView], since: datetime | None) -> list[StoryCard]:
    desk = ask.desk.id if ask.desk else ""
    work = ask.room.office.work.handling(desk, "story", [view.id for view in views])
    return [story_card(ask, view, since=since, work=work.get(view.id, UNTOUCHED)) for view in views]


def _neighbours(ask: Asked, day: date, today: date, week: tuple[date, date] | None) -> dict[str, Any]:
    """Where the steps beside the picker lead: to days, or to weeks as addresses carry them."""
    if week is None:
        return {
            "before": {"ngay": day - timedelta(days=1)},
            "after": {"ngay": day + timedelta(days=1)} if day < today else None,
        }
    later = week[0] + timedelta(weeks=1)
    return {
        "before": {"tuan": ask.words.iso_week(week[0] - timedelta(weeks=1))},
        "after": {"tuan": ask.words.iso_week(later)} if later <= today else None,
    }


def _read(counts: Sequence[DayCount], first: date) -> int:
    """Articles read in the days shown, which may be fewer than the seven of the chart."""
    return sum(count.read for count in counts if count.day >= first.isoformat())


def _total(counts: Sequence[DayCount]) -> tuple[int, int]:
    return sum(count.articles for count in counts), sum(count.read for count in counts)


def _waiting(ask: Asked, rows: Iterable[OutboxRow]) -> list[Alert]:
    since = ask.words.now - WAITING_FOR
    there = [row for row in rows if row.created >= since and row.reason != ASIDE and _alerts(row)]
    return [alert for alert in grouped(there, marks_of(ask)) if alert.open]


def _alerts(row: OutboxRow) -> bool:
    """Whether it tells of news: a report's summary is for its reader, and nobody takes it."""
    return not row.message.key.startswith("report:")


def _unread(ask: Asked) -> tuple[list[SourceHealth], list[SourceHealth]]:
    """Sources that can't be read, and those that can but have been silent for longer than usual."""
    rows = ask.room.reading.sources(ask.words.now)
    return [row for row in rows if row.unread], [row for row in rows if row.standing == "silent"]
