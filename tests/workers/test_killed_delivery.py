"""A worker that delivers is killed while the mail server has its mail in hand: each mail arrives, and arrives once."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

from alerts.drain import LEASE_SECONDS
from app import wiring
from core.clock import FixedClock
from core.settings import RecordSettings, Settings
from tests.fakes.records import NOON, make_desk, make_message
from tests.fakes.smtp import MailRoom, mail_server, settings_of
from tests.workers import deliver_worker

MAILS = 45
KILLED_AFTER = (3, 20, 31)
"""Mails: within a batch, at the border of two, and in one of which some lie with a dead worker."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.workers.deliver_worker"])


def test_each_mail_arrives_once(tmp_path: Path) -> None:
    arrives_once(tmp_path, RecordSettings())


def arrives_once(tmp_path: Path, record: RecordSettings) -> None:
    """On whichever record."""
    clock, asked = FixedClock(NOON), [f"Tin {number}" for number in range(MAILS)]
    with mail_server(tmp_path) as room:
        settings = Settings(data_dir=tmp_path / "var", record=record, smtp=settings_of(room))
        with wiring.record(settings, clock) as kept:
            kept.desks.apply_desk(make_desk(), NOON, "test")
            kept.outbox.add([make_message(one, subject=one) for one in asked], NOON)
        room.stall_after.update(KILLED_AFTER)
        for count in KILLED_AFTER:
            _killed_at_work(settings, clock, room)
            assert len(room.mails) == count
            clock.move(timedelta(seconds=LEASE_SECONDS))
        deliver_worker.deliver(settings, clock.now())
    came = Counter(str(mail["Subject"]).split("] ")[-1] for mail in room.mails)
    assert came == Counter(asked)


def _killed_at_work(settings: Settings, clock: FixedClock, room: MailRoom) -> None:
    worker = CONTEXT.Process(target=deliver_worker.deliver, args=(settings, clock.now()))
    worker.start()
    try:
        assert room.stalled.wait(60)
        room.stalled.clear()
    finally:
        worker.kill()
        worker.join()
    assert worker.exitcode == -signal.SIGKILL
