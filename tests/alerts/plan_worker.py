"""A process that plans and sends until it is killed: an article that is there already, an urgent message, a digest."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from alerts.drain import drain_once
from alerts.planner import Planner
from core.clock import FixedClock
from core.records import AlertPlan, AlertTiming, Delivered, DeliveryResult, Message
from core.roles import Role
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.alerting import DIGEST, URGENT, Newsroom, office, person
from tests.fakes.records import NOON, make_desk
from tests.store.crash_worker import Trace, die_before

MORNING = NOON + timedelta(hours=19, minutes=35)


class File:
    """A channel whose every message is a line in a file, on the disk before it is marked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message, address: str) -> DeliveryResult:
        with self._path.open("a") as file:
            file.write(f"{message.key} {address}\n")
            file.flush()
            os.fsync(file.fileno())
        return Delivered()

    def close(self) -> None:
        """Nothing is kept open."""


def prepare(path: Path) -> None:
    """Two articles, one of which is urgent."""
    clock = FixedClock(NOON)
    with open_record(path, clock=clock, keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(recipients=(person("office", Role.INFORMATION_OFFICE),)), NOON, "test")
        record.alerts.apply_plan(
            AlertPlan(desk="binh_son", rules=(URGENT, DIGEST), timing=AlertTiming(repeat_hours=0)), NOON, "test"
        )
        room = Newsroom(record=record, clock=clock, planner=_planner(record, clock))
        room.prints("disaster", title="Lũ lên nhanh")
        room.prints("economy", title="Chợ mở cửa")


def work(path: str, die_at: int | None = None, trace: Trace = die_before) -> None:
    """From the articles to the mail box, urgent at once and the rest in the morning."""
    with open_record(Path(path), clock=FixedClock(NOON), keep=KeepSettings()) as record:
        trace(record, die_at)
        _plan_and_send(record, Path(path))


def _plan_and_send(record: Record, path: Path) -> None:
    clock = FixedClock(NOON)
    planner, channel = _planner(record, clock), File(path.with_name("sent"))
    for at in (NOON, NOON + timedelta(minutes=6), MORNING, MORNING + timedelta(minutes=20)):
        clock.move(at - clock.now())
        planner.round()
        drain_once(record.outbox, {"email": channel}, record.desks, clock)


def _planner(record: Record, clock: FixedClock) -> Planner:
    return Planner(office(record, clock))
