"""Turns what happened to articles into messages: which story is told to whom, when, and with what else.

Each desk's round is one transaction of the record: alerts, escalations, links and messages change together or not at
all, and a round that was interrupted is simply made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from alerts.desk_round import Planned, Round
from alerts.facts import Office
from core.records import Desk, StoryAlert

SOURCES_EVERY: Final = timedelta(minutes=10)


class Planner:
    """Call `round` every few seconds; with nothing to do it asks the record a few short questions."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sources_seen: datetime | None = None

    def round(self) -> Planned:
        """Look at what happened, then make what is due."""
        office, done = self._office, Planned()
        now = office.clock.now()
        desks = {desk.id: desk for desk in office.desks.desks()}
        while events := office.book.events():
            touched: dict[str, dict[str, None]] = {}
            for event in events:
                touched.setdefault(event.desk, {})[event.article] = None
            for desk_id, articles in touched.items():
                with office.book.session():
                    if desk_id in desks:
                        Round(office, desks[desk_id], len(desks), now).look(articles)
                    office.book.forget_events([event for event in events if event.desk == desk_id])
            done.looked_at += len(events)
        self._sources(desks, now)
        self._make_due(desks, now, done)
        return done

    def _sources(self, desks: Mapping[str, Desk], now: datetime) -> None:
        seen = self._sources_seen
        if seen is not None and seen <= now < seen + SOURCES_EVERY:
            return
        self._sources_seen = now
        health = self._office.reading.sources(now)
        for desk in desks.values():
            with self._office.book.session():
                Round(self._office, desk, len(desks), now).sources(health)

    def _make_due(self, desks: Mapping[str, Desk], now: datetime, done: Planned) -> None:
        by_desk: dict[str, list[StoryAlert]] = {desk: [] for desk in desks}
        for alert in self._office.book.due(now):
            if alert.desk in by_desk:
                by_desk[alert.desk].append(alert)
        escalating = self._office.book.escalating()
        for desk_id, alerts in by_desk.items():
            if alerts or desk_id in escalating:
                with self._office.book.session():
                    Round(self._office, desks[desk_id], len(desks), now).make(alerts, done)
