"""Copies of a record that lie beside it go when they have had their time, and nothing else does."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.settings import KeepSettings
from store.postgres.moving import move
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON

DAY = timedelta(days=1)


def lying(folder: Path, name: str, at: datetime) -> Path:
    """A folder as a backup works in it, with a copy of the record."""
    made = folder / name
    made.mkdir(parents=True)
    (made / "record.sqlite3").write_bytes(b"texts")
    for path in (made / "record.sqlite3", made):
        os.utime(path, (at.timestamp(), at.timestamp()))
    return made


@pytest.mark.parametrize("name", [".away-a1b2", ".copy-a1b2", ".restore-a1b2", "backups/.backup-a1b2"])
def test_what_a_killed_backup_or_restore_left_goes_after_a_day(record: Record, name: str) -> None:
    left = lying(record.path.parent, name, NOON)
    record.retention.purge(NOON + DAY / 2)
    assert left.exists(), "one that is at work is left alone"
    record.retention.purge(NOON + 2 * DAY)
    assert not left.exists()


def test_a_record_that_has_moved_goes_when_backups_of_its_age_do(tmp_path: Path) -> None:
    old, other, now = (tmp_path / name for name in ("diembao.sqlite3", "other.sqlite3", "new.db"))
    keep, clock = KeepSettings(), FixedClock(NOON)
    open_record(other, clock=clock, keep=keep).close()
    with closing(sqlite3.connect(tmp_path / "somebody.db")) as con:
        con.execute("CREATE TABLE theirs (n)")
    (tmp_path / "notes.db").write_text("no database")
    with open_record(old, clock=clock, keep=keep) as source, open_record(now, clock=clock, keep=keep) as kept:
        move(source, kept, str(now))
    for file in tmp_path.iterdir():
        os.utime(file, (NOON.timestamp(), NOON.timestamp()))
    (tmp_path / "diembao.sqlite3.aside-20260101T000000Z").write_bytes(b"texts")
    with open_record(now, clock=clock, keep=keep) as kept:
        kept.retention.purge(NOON + 34 * DAY)
        assert old.exists()
        kept.retention.purge(NOON + 36 * DAY)
        left = {file.name for file in tmp_path.iterdir() if file.is_file() and not file.name.startswith("new.db")}
    assert left == {"other.sqlite3", "somebody.db", "notes.db"}
