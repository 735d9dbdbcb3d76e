"""Opens the record on a PostgreSQL server: the same ports as on SQLite, over another database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from core.clock import Clock
from core.ports import StoryTelling
from core.settings import KeepSettings
from store.postgres.address import Address
from store.postgres.database import BUSY_SECONDS, Database
from store.postgres.migrate import migrate
from store.postgres.search import Search
from store.sqlite import labels
from store.sqlite.database import Database as OfSqlite
from store.sqlite.migrate import Migration
from store.sqlite.record import Record, ports


class ServerClock:
    """The server's clock, which all machines share: by it leases begin and end."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def now(self) -> datetime:
        """Aware UTC."""
        with self._db.read() as con:
            told = con.execute("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)").fetchone()[0]
        return datetime.fromtimestamp(told / 1e6, UTC)


def open_record(
    address: Address,
    data_dir: Path,
    *,
    clock: Clock,
    keep: KeepSettings,
    busy_seconds: float = BUSY_SECONDS,
    migrations: tuple[Migration, ...] | None = None,
    telling: StoryTelling | None = None,
) -> Record:
    """Open the record in a database of the server and bring it to this program's schema.

    In `data_dir` lie the stones of what was erased, as beside a SQLite file. Raises StoreError: no server there, wrong
    login, no such database, newer than the program. Otherwise as store.sqlite.record.open_record.
    """
    db = Database(address, busy_seconds=busy_seconds)
    shared = cast(OfSqlite, db)
    try:
        migrate(db, clock.now(), migrations)
        record = ports(
            shared, data_dir / "diembao.postgresql", clock=clock, keep=keep, telling=telling, search=Search(shared),
            leasing=ServerClock(db),
        )  # fmt: skip
        labels.bring_up_to_date(shared)
        record.search.bring_up_to_date()
        db.opened = True
    except BaseException:
        db.close()
        raise
    return record
