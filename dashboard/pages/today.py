"""Hôm nay: what the press wrote about the place on one day."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.records import DayCount, SourceHealth
from dashboard import asking, chart, render
from dashboard.asking import Asked, asked
from dashboard.pages.alerts import grouped
from dashboard.pages.cards import cards
from dashboard.pages.sources import unread

REFRESH_SECONDS = 15
WAITING_SHOWN = 3


def page(request: Request) -> Response:
    """`/?ngay=2026-11-21`; `dung=1` stops the page from loading itself again while the press is first read."""
    ask = asked(request)
    if ask.desk is None:
        return render.page(ask, "no_desk.html")
    day, today = asking.day(ask), local_day(ask.words.now)
    room = ask.room
    articles = room.reading.day(ask.desk.id, day)
    counts = room.reading.day_counts(ask.desk.id, day)
    waiting = [row for row in grouped(room.reading.messages(ask.desk.id)) if row.open]
    filling = room.status().filling and not articles and day == today
    shown = cards(ask, articles)
    return render.page(
        ask, "today.html", day=day, today=today, before=day - timedelta(days=1), after=_after(day, today),
        focus=[card for card in shown if card.listed.focus], named=[card for card in shown if not card.listed.focus],
        counts=counts, total=_total(counts), chart=chart.week(counts), waiting=waiting, waiting_shown=WAITING_SHOWN,
        unread=_unread(ask), filling=filling,
        refresh=REFRESH_SECONDS if filling and "dung" not in request.query_params else 0,
    )  # fmt: skip


def _after(day: date, today: date) -> date | None:
    return day + timedelta(days=1) if day < today else None


def _total(counts: tuple[DayCount, ...]) -> tuple[int, int]:
    return sum(count.articles for count in counts), sum(count.read for count in counts)


def _unread(ask: Asked) -> list[SourceHealth]:
    return [health for health in ask.room.reading.sources(ask.words.now) if unread(health)]
