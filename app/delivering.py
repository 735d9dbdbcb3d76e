"""Deliveries of an installation."""

from __future__ import annotations

import smtplib
import threading
from collections import Counter
from collections.abc import Callable, Iterator

from alerts.channels.email import EmailNotifier
from alerts.drain import DrainReport, deliver_forever, drain_once
from app import wiring
from app.channels import channels, upkeep
from app.upkeep import daily
from app.world import World
from core.clock import SystemClock
from core.settings import Settings


def deliver(settings: Settings, world: World, *, stop: threading.Event, forever: bool) -> str:
    """Send what is due, once or until stopped. Returns a line that says what was done."""
    with wiring.record(settings, world.clock) as kept:
        notifiers = channels(settings, kept, world.clock)
        tidy, tend = daily(kept, world.clock), upkeep(settings, world.clock)

        def drain() -> DrainReport:
            tidy()
            tend()
            return drain_once(kept.outbox, notifiers, kept.desks, world.clock, stop=stop)

        if forever:
            deliver_forever(drain, stop)
            return "stopped"
        return _said(_until_empty(drain))


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
    """The messages that wait, a line each; nothing is sent or claimed."""
    with wiring.record(settings, world.clock) as kept:
        for desk in kept.desks.desks():
            for row in kept.reading.messages(desk.id, limit=1000):
                if row.state == "waiting":
                    yield f"{desk.id:16} {row.message.channel:6} {row.message.recipient:24} {row.message.subject}"


def probe_mail(settings: Settings) -> str:
    """Connect, encrypt and log in as for a delivery. Returns "" or the reason word; never a secret."""
    try:
        EmailNotifier(settings.smtp, SystemClock()).probe()
    except (smtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
    return ""
