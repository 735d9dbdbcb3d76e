"""What alerts leave behind goes with the delivery and reading logs: after 6 months, signed links after their 7 days.

Hashes of messages stay as long as the same message could be made again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.clock import FixedClock
from core.records import Delivered, Escalation
from core.roles import Role
from store.sqlite.record import Record
from store.sqlite.retention import months_before
from store.sqlite.rows import to_us
from tests.alerts.conftest import clock, record
from tests.fakes.alerting import NOON, URGENT, newsroom, person
from tests.fakes.records import make_desk, make_message

__all__ = ["clock", "record"]  # fixtures
CANARY = "chimyenhot"
DAY = timedelta(days=1)
LOGS = months_before(NOON, -6)
TABLES = {
    "story_marks": LOGS, "silences": LOGS + DAY, "story_alerts": LOGS, "escalations": LOGS, "outbox": LOGS,
    "outbox_articles": LOGS, "signed_links": NOON + 7 * DAY,
}  # fmt: skip


@pytest.fixture
def told(record: Record, clock: FixedClock) -> str:
    """An urgent story, told with a link and taken with a note, then silenced for a day; its message's key."""
    room = newsroom(
        record, clock, URGENT, desk=make_desk(recipients=(person("office", Role.INFORMATION_OFFICE),)),
        channels=("email",), public_url="https://diembao.example.gov.vn",
    )  # fmt: skip
    article = room.prints("disaster", title="Lũ lên nhanh")
    room.round()
    room.round(6)
    for claim in record.outbox.claim(clock.now(), 5, 900):
        record.outbox.mark(claim, Delivered(), clock.now())
    record.handlings.mark("binh_son", article.id, "done", f"Gọi {CANARY}", clock.now(), recipient="office")
    record.handlings.silence("binh_son", clock.now(), clock.now() + DAY, "office", story=article.id)
    record.alerts.put_escalation(
        Escalation(desk="binh_son", story=article.id, rule="khan", step=0, due=clock.now() + timedelta(minutes=30))
    )
    return room.rows()[0].message.key


def left(record: Record, table: str) -> int:
    with record.database.read() as con:
        return int(con.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def purged(record: Record, clock: FixedClock, at: datetime) -> None:
    clock.move(at - clock.now())
    record.retention.purge(at)


@pytest.mark.parametrize(("table", "until"), TABLES.items())
def test_each_is_kept_for_its_time_and_then_gone(
    record: Record, clock: FixedClock, told: str, table: str, until: datetime
) -> None:
    assert left(record, table) == 1
    purged(record, clock, until)
    assert left(record, table) == 1
    purged(record, clock, until + timedelta(hours=2))
    assert left(record, table) == 0


def test_no_word_of_a_note_is_left_and_the_message_is_never_written_again(
    record: Record, clock: FixedClock, told: str
) -> None:
    purged(record, clock, LOGS + 2 * DAY)
    with record.database.read() as con:
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = record.path.parent.glob(f"{record.path.name}*")
    assert not [file.name for file in files if CANARY.encode() in file.read_bytes()]
    assert left(record, "outbox_past") == 1


def test_a_hash_stays_while_its_message_could_be_made_again(record: Record, clock: FixedClock) -> None:
    of_an_alert, of_a_report = make_message("alert:1"), make_message("report:7:office")
    record.desks.apply_desk(make_desk(), NOON, "quan tri")
    record.outbox.add([of_an_alert, of_a_report], NOON)
    for claim in record.outbox.claim(NOON, 5, 900):
        record.outbox.mark(claim, Delivered(), NOON)
    purged(record, clock, LOGS + 2 * DAY)
    assert record.outbox.add([of_an_alert, of_a_report], clock.now()) == 0
    purged(record, clock, clock.now() + 28 * DAY)
    assert left(record, "outbox_past") == 2
    purged(record, clock, clock.now() + 4 * DAY)
    assert left(record, "outbox_past") == 1
    purged(record, clock, months_before(NOON, -36))
    assert record.outbox.add([of_a_report], clock.now()) == 0, "a report may have its content until now"
    purged(record, clock, months_before(NOON, -44))
    assert left(record, "outbox_past") == 0


def test_a_hash_of_an_earlier_version_stays_three_years_from_the_update(record: Record, clock: FixedClock) -> None:
    with record.database.write() as con:
        con.executemany("INSERT INTO outbox_past (key) VALUES (?)", [(f"{n:064x}",) for n in range(4500)])
        con.execute("UPDATE migrations SET applied_at = ? WHERE number = 19", (to_us(NOON),))
    purged(record, clock, months_before(NOON, -36))
    assert left(record, "outbox_past") == 4500
    purged(record, clock, months_before(NOON, -37))
    assert left(record, "outbox_past") == 0


def test_what_happened_is_forgotten_once_it_was_looked_at(record: Record, told: str) -> None:
    assert left(record, "alert_events") == 0
