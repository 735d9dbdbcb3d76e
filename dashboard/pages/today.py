"""Hôm nay: what the press wrote about the place on one day, story by story."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.records import DayCount, OutboxRow, SourceHealth
from dashboard import asking, chart, render
from dashboard.asking import Asked, asked
from dashboard.pages.alerts import SHOWN, Alert, grouped
from dashboard.pages.sources import unread
from dashboard.pages.stories import REPORTS_SHOWN, story_card

REFRESH_SECONDS = 15
WAITING_SHOWN = 3
WAITING_FOR = timedelta(days=2)
"""Alerts older than this are on their own page only: with no mail server they would never stop waiting here."""


def page(request: Request) -> Response:
    """`/?ngay=2026-11-21`; `dung=1` stops the page from loading itself again while the press is first read."""
    ask = asked(request)
    if ask.desk is None:
        return render.page(ask, "no_desk.html")
    day, today = asking.day(ask), local_day(ask.words.now)
    room = ask.room
    views = room.reading.stories(ask.desk.id, day, ask.words.now)
    counts = room.reading.day_counts(ask.desk.id, day)
    waiting = _waiting(ask, room.reading.messages(ask.desk.id, SHOWN))
    filling = room.status().filling and not views and day == today
    shown = [story_card(ask, view) for view in views if view.of_day]
    return render.page(
        ask, "today.html", day=day, today=today, before=day - timedelta(days=1), after=_after(day, today),
        focus=[card for card in shown if card.focus], named=[card for card in shown if not card.focus],
        articles=sum(len(card.view.of_day) for card in shown), text_language=room.language_of,
        reports_shown=REPORTS_SHOWN,
        counts=counts, total=_total(counts), chart=chart.week(counts), waiting=waiting, waiting_shown=WAITING_SHOWN,
        unread=_unread(ask), filling=filling,
        refresh=REFRESH_SECONDS if filling and "dung" not in request.query_params else 0,
    )  # fmt: skip


def _after(day: date, today: date) -> date | None:
    return day + timedelta(days=1) if day < today else None


def _total(counts: tuple[DayCount, ...]) -> tuple[int, int]:
    return sum(count.articles for count in counts), sum(count.read for count in counts)


def _waiting(ask: Asked, rows: Iterable[OutboxRow]) -> list[Alert]:
    since = ask.words.now - WAITING_FOR
    return [alert for alert in grouped(row for row in rows if row.created >= since) if alert.open]


def _unread(ask: Asked) -> list[SourceHealth]:
    return [health for health in ask.room.reading.sources(ask.words.now) if unread(health)]
