"""Opens the record: one SQLite file, every port on it."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.clock import Clock, SystemClock
from core.errors import StoreError
from core.ports import StoryTelling
from core.settings import KeepSettings
from store.sqlite import labels
from store.sqlite.alerting import AlertBook
from store.sqlite.articles import Articles
from store.sqlite.audit import Audit
from store.sqlite.backup import backup_before_migration
from store.sqlite.cases import CaseBook
from store.sqlite.changes import Changes
from store.sqlite.channels import ChannelBook
from store.sqlite.comparisons import Comparisons
from store.sqlite.corrections import Corrections
from store.sqlite.counts import Counts
from store.sqlite.daily import DailyCounts
from store.sqlite.database import BUSY_SECONDS, Database, told
from store.sqlite.desk_work import DeskWork
from store.sqlite.desks import DeskBook
from store.sqlite.factbook import FactBook
from store.sqlite.handling import Handlings
from store.sqlite.keeping import Keeping
from store.sqlite.leases import Leases
from store.sqlite.ledger import Ledger
from store.sqlite.migrate import Migration, migrate
from store.sqlite.operation import Operation
from store.sqlite.outbox import Outbox
from store.sqlite.people import People
from store.sqlite.periods import PeriodReadings
from store.sqlite.reading import ReadingRoom
from store.sqlite.reports import ReportBook
from store.sqlite.retag import Retagging
from store.sqlite.retention import Retention
from store.sqlite.search import Search
from store.sqlite.source_checks import SourceChecks
from store.sqlite.stories import Stories
from store.sqlite.untagged import Untagged


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Every port on one file. May be used from several threads; several processes may open the same file."""

    path: Path
    articles: Articles
    ledger: Ledger
    leases: Leases
    untagged: Untagged
    outbox: Outbox
    alerts: AlertBook
    handlings: Handlings
    search: Search
    desks: DeskBook
    reading: ReadingRoom
    periods: PeriodReadings
    reports: ReportBook
    changes: Changes
    counts: Counts
    daily: DailyCounts
    stories: Stories
    corrections: Corrections
    work: DeskWork
    operation: Operation
    facts: FactBook
    comparisons: Comparisons
    cases: CaseBook
    retagging: Retagging
    source_checks: SourceChecks
    channels: ChannelBook
    people: People
    audit: Audit
    keeping: Keeping
    retention: Retention
    database: Database

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_record(
    path: Path,
    *,
    clock: Clock,
    keep: KeepSettings,
    busy_seconds: float = BUSY_SECONDS,
    migrations: tuple[Migration, ...] | None = None,
    telling: StoryTelling | None = None,
) -> Record:
    """Open the record at `path`, made (with its folder) where there is none, and bring it to this program's schema.

    Raises StoreError: folder or file can't be made or written, damaged, another program's, newer than the program,
    locked for long, disk full. `migrations` is for tests. `telling` says how stories
    look; without it they have their first headline.
    """
    _make_private(path)
    db = Database(path, busy_seconds=busy_seconds)
    try:
        migrate(db, clock.now(), lambda version: backup_before_migration(path, version, clock.now()), migrations)
        record = ports(db, path, clock=clock, keep=keep, telling=telling)
        labels.bring_up_to_date(db)
        record.search.bring_up_to_date()
        db.opened = True
    except sqlite3.Error as error:
        db.close()
        raise told(error, path) from error
    except BaseException:
        db.close()
        raise
    return record


def ports(
    db: Database,
    path: Path,
    *,
    clock: Clock,
    keep: KeepSettings,
    telling: StoryTelling | None = None,
    search: Search | None = None,
    leasing: Clock | None = None,
) -> Record:
    """Every port on a database. `path`: beside it lie the stones and, by default, the backups.

    `leasing`: the clock that all workers share; on one machine that machine's own.
    """
    return Record(
        path=path,
        articles=Articles(db, clock, telling),
        ledger=Ledger(db),
        leases=Leases(db, leasing or SystemClock()),  # also where a replay's clock runs fast
        untagged=Untagged(db, leasing or SystemClock()),
        outbox=Outbox(db),
        alerts=AlertBook(db),
        handlings=Handlings(db),
        search=search or Search(db),
        desks=DeskBook(db),
        reading=ReadingRoom(db, telling),
        periods=PeriodReadings(db),
        reports=ReportBook(db),
        changes=Changes(db),
        counts=Counts(db),
        daily=DailyCounts(db),
        stories=Stories(db),
        corrections=Corrections(db),
        work=DeskWork(db),
        operation=Operation(db, path),
        facts=FactBook(db),
        comparisons=Comparisons(db),
        cases=CaseBook(db),
        retagging=Retagging(db),
        source_checks=SourceChecks(db),
        channels=ChannelBook(db),
        people=People(db),
        audit=Audit(db),
        keeping=Keeping(db, keep),
        retention=Retention(db, path, keep),
        database=db,
    )


def _make_private(path: Path) -> None:
    """The folder, and an empty file that only its owner may read. SQLite gives its -wal and -shm the same rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"record {path}: {error.strerror or error}; check that the folder can be written, or set another data_dir"
        ) from None
