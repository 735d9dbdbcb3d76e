"""The drafting of reports by their schedules, with the mails that a schedule asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from app import wiring
from app.reporting import Reports, reports
from core.clock import Clock, local_day
from core.errors import ConfigError
from core.records import Desk, Publisher, ReportSchedule, ReportWords
from core.settings import Settings
from reports import periods, sections
from store.sqlite.record import Record

_LOG = logging.getLogger(__name__)
AT_ONCE: Final = timedelta(seconds=10)
"""For so long scheduled reports are drafted before messages have their turn again."""


def scheduled(
    settings: Settings, record: Record, publishers: Mapping[str, Publisher], clock: Clock
) -> Callable[[], None]:
    """To be called often: drafts and mails what schedules ask for, looking at most once a minute.

    Of very many desks those that AT_ONCE has no time for are left to the next call, so that messages go out between. A
    desk whose template or papers can't be used is told of in the log; the others go on.
    """
    looked: list[datetime] = []
    made = reports(record, publishers, wiring.gazetteer)

    def draft() -> None:
        now = clock.now()
        if looked and timedelta(0) <= now - looked[0] < timedelta(minutes=1):
            return
        looked[:] = [now]
        for desk in record.desks.desks() if record.reports.schedules() else ():
            try:
                drafted = due(made, desk, now, settings.public_url)
            except ConfigError as error:
                _LOG.error("the scheduled report of desk %s could not be made: %s", desk.id, error)
                continue
            if drafted and clock.now() - now >= AT_ONCE:
                looked.clear()
                return

    return draft


def due(made: Reports, desk: Desk, at: datetime, public_url: str = "") -> int:
    """Draft what the desk's schedules ask for, and put the mails into the outbox. Returns how many were drafted."""
    return sum(_drafted(made, desk, schedule, at, public_url) for schedule in made.book.schedules(desk.id))


def _drafted(made: Reports, desk: Desk, schedule: ReportSchedule, at: datetime, public_url: str) -> bool:
    """Draft the period that is due with its mails, in one transaction and once, whoever else is about to.

    Where the report can't be written as a file it is drafted all the same, and mailed by nobody.
    """
    ask = periods.due(schedule, at)
    if ask is None:
        return False
    content = made.collect(desk, ask, at)
    with made.book.session():
        if not made.book.schedule_done(desk.id, schedule.kind, ask.last, local_day(at)):
            return False
        number = made.book.add(content, sections.title(content), ReportWords(), at, "schedule")
        if schedule.mail:
            try:
                made.mail(desk, number, at, public_url)
            except ConfigError as error:
                _LOG.error("report %d of desk %s is drafted and not mailed: %s", number, desk.id, error)
    return True
