"""Deliveries of an installation."""

from __future__ import annotations

import smtplib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from alerts.channels.email import EmailNotifier
from alerts.desk_round import SOURCE
from alerts.drain import DrainReport, deliver_forever, drain_once
from alerts.planner import Planner
from app import alerting, answer_desk, away, drafting, logs, wiring
from app.channels import channels, upkeep
from app.chores import Chores, daily
from app.duty import Duty
from app.engine import DUTY
from app.feeding import Feeding, feed_forever
from app.world import World
from core.clock import Clock, SystemClock, local
from core.ports import Notifier
from core.records import Channel, StoryAlert
from core.settings import Settings
from core.text import clean, clip
from store.sqlite import elapsed
from store.sqlite.record import Record
from store.sqlite.retention import months_before


def deliver(settings: Settings, world: World, *, stop: threading.Event, forever: bool) -> str:
    """Send what is due, once or until stopped. Returns a line that says what was done."""
    with wiring.record(settings, world.clock) as kept:
        notifiers = channels(settings, kept, world.clock)
        rules, worker = alerting.sending(settings, kept), uuid4().hex
        duty, feeding = (Duty(kept.leases, name, "deliver", worker) for name in ("deliver", DUTY))
        chores = _chores(settings, world, kept, notifiers)
        own = Chores({"the look at old files": _deleting(kept, world.clock, kept.retention.tidy)})

        def drain() -> DrainReport:
            own.round()
            chores.round(still=duty.mine)  # of several that deliver, one plans; all send
            return drain_once(kept.outbox, notifiers, kept.desks, world.clock, stop=stop, rules=rules)

        if forever:
            feed = Feeding(lambda: feed_forever(settings, kept, world.clock, feeding, stop), stop)
            feed.start()
            deliver_forever(drain, stop)
            try:
                feed.end()
            finally:
                duty.end()
            return "stopped"
        said = _said(_until_empty(drain))
        duty.end()
        return said


def _chores(settings: Settings, world: World, kept: Record, notifiers: Mapping[Channel, Notifier]) -> Chores:
    clock = world.clock
    planner = Planner(alerting.office(settings, kept, clock, world.publishers, notifiers))
    return Chores({
        "the purge of what has had its time": _deleting(kept, clock, kept.retention.purge),
        "the removal of old log files": _deleting(kept, clock, lambda _: _remove_old_logs(settings, kept)),
        "the look at open cases": daily(lambda: answer_desk.tend(kept, clock.now(), notifiers), clock),
        "the upkeep of Zalo": upkeep(settings, clock),
        "the backup to another place": away.scheduled(
            settings, lambda: kept.keeping.now().backup_days, sure=lambda: kept.retention.believes(clock.now())
        ),
        "the list of what was erased, beside the backups": away.listing(settings, kept),
        "the planning of alerts": planner.round,
        "the drafting of reports": drafting.scheduled(settings, kept, world.publishers, clock),
    })  # fmt: skip


def _deleting(kept: Record, clock: Clock, work: Callable[[datetime], object]) -> Callable[[], None]:
    """To be called often: deletes once a day what has had its time, if the time that has passed is believed."""
    once = daily(lambda: work(clock.now()), clock)
    asked: list[tuple[datetime, bool]] = []

    def look() -> None:
        now = clock.now()
        if not asked or not timedelta(0) <= now - asked[0][0] < elapsed.ASKED_EVERY:
            asked[:] = [(now, kept.retention.believes(now))]
        if asked[0][1]:
            once()

    return look


def _remove_old_logs(settings: Settings, kept: Record) -> None:
    before = months_before(SystemClock().now(), kept.keeping.now().delivery_months)
    logs.remove_old(settings.data_dir / "log", before)


def _until_empty(drain: Callable[[], DrainReport]) -> list[DrainReport]:
    reports: list[DrainReport] = []
    while (done := drain()).claimed:
        reports.append(done)
        if not done.delivered:
            break
    return reports


def _said(reports: list[DrainReport]) -> str:
    why = Counter[str]()
    for report in reports:
        why.update(report.reasons)
    reasons = "".join(f"\n  {count:5} {reason}" for reason, count in why.most_common())
    return (
        f"delivered {sum(r.delivered for r in reports)}, to be tried again {sum(r.retried for r in reports)}, "
        f"refused {sum(r.refused for r in reports)}{reasons}"
    )


def due(settings: Settings, world: World) -> Iterator[str]:
    """The messages that wait and the alerts whose message is still to be made, a line each; nothing is sent."""
    now = world.clock.now()
    with wiring.record(settings, world.clock) as kept:
        for row in kept.outbox.due(now):
            when = row.message.not_before or row.created
            yield _line(when, now, row.message.desk, row.message.channel, row.message.recipient, row.message.subject)
        for desk in kept.desks.desks():
            for alert in kept.alerts.alerts(desk.id):
                if alert.due:
                    yield _line(alert.due, now, desk.id, alert.pace, alert.recipient, _about(alert, kept, world))
        waiting = len(kept.alerts.events())
        if waiting:
            yield f"{waiting} changes of articles are still to be looked at by the next delivery"


def _about(alert: StoryAlert, kept: Record, world: World) -> str:
    """The headline of the story, or which source does how."""
    if alert.story.startswith(SOURCE):
        source = alert.story.removeprefix(SOURCE)
        publisher = world.publishers.get(source)
        return f"{publisher.name if publisher else source}: {alert.cause}"
    read = kept.reading.story(alert.desk, alert.story, world.clock.now())
    return read.view.title if read else alert.story


def _line(when: datetime, now: datetime, *said: str) -> str:
    desk, way, recipient, title = said
    due = "now" if when <= now else f"{local(when):%d/%m %H:%M}"
    return f"{due:12} {desk:16} {way:8} {recipient:24} {clip(clean(title), 100)}"


def probe_mail(settings: Settings) -> str:
    """Connect, encrypt and log in as for a delivery. Returns "" or the reason word; never a secret."""
    try:
        EmailNotifier(settings.smtp, SystemClock()).probe()
    except (smtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
    return ""
