"""10,000 messages of the outbox to an SMTP server on loopback, in a process of its own: a second, and memory.

The whole way: claimed from the record, checked, built, sent over kept connections, marked one by one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import psutil

from alerts.channels.email import EmailNotifier
from alerts.drain import Rules, drain_once
from core.clock import FixedClock
from core.records import Desk, Message, Recipient
from core.roles import Role
from core.settings import KeepSettings, SmtpSettings
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON

MESSAGES = 10_000
_PARAGRAPH = "Mưa lớn làm ngập một số tuyến đường ở Bình Sơn, lực lượng chức năng đã phân luồng từ sớm. "


def measure(messages: int = MESSAGES) -> dict[str, float]:
    """per_second, and by how many MB this process grew from the first tenth to the end."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.mail", "--count-only"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert server.stdout
        said = "".join(server.stdout.readline() for _ in range(4))
        settings = SmtpSettings(**tomllib.loads(said)["smtp"], sender="diembao@binhson.gov.vn")
        with tempfile.TemporaryDirectory() as folder:
            clock = FixedClock(NOON)
            with open_record(Path(folder) / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
                _fill(record, messages)
                return _drain(record, EmailNotifier(settings, clock, record.channels), clock, messages)
    finally:
        server.terminate()
        server.wait()


def _fill(record: Record, messages: int) -> None:
    people = tuple(
        Recipient(id=f"r{n}", name=f"Phòng {n}", roles=(Role.INFORMATION_OFFICE,), email=f"p{n}@binhson.gov.vn")
        for n in range(50)
    )
    desk = Desk(id="binh_son", name="Bình Sơn", office="UBND xã Bình Sơn", units=("old:524",), recipients=people)
    record.desks.apply_desk(desk, NOON, "bench")
    made = [
        Message(
            key=f"k{n}", desk="binh_son", recipient=f"r{n % 50}", channel="email", article=None,
            subject=f"[Điểm báo Bình Sơn] Tin {n}", text=_PARAGRAPH * 8, html=f"<p>{_PARAGRAPH * 8}</p>", story=f"s{n}",
            thread=f"binh_son:s{n}",
        )
        for n in range(messages)
    ]  # fmt: skip
    record.outbox.add(made, NOON)


def _drain(record: Record, notifier: EmailNotifier, clock: FixedClock, messages: int) -> dict[str, float]:
    sent, early = 0, 0
    began = time.perf_counter()
    while sent < messages:
        done = drain_once(
            record.outbox, {"email": notifier}, record.desks, clock, rules=Rules(plans=record.alerts.plan)
        )
        sent += done.delivered
        early = early or (psutil.Process().memory_info().rss if sent >= messages // 10 else 0)
        assert done.claimed, record.outbox.counts()
    seconds = time.perf_counter() - began
    grown = psutil.Process().memory_info().rss - early
    return {"per_second": messages / seconds, "grew_mb": max(0.0, grown / 1e6)}
