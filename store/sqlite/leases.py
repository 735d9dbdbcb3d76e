"""What is lent to workers: a host to be asked, a duty to be done. The SQL is of the kind that PostgreSQL has too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core.clock import AHEAD, Clock
from core.records import Lease, Worker
from store.sql import Connection, Database, Row
from store.sqlite.rows import from_us, to_us

FORGOTTEN: Final = timedelta(days=2)
"""Leases and workers that nobody has heard of for so long are deleted."""
UNTAGGED: Final = timedelta(days=1)
"""So long a text may wait to be labelled; its page is still pending and is read again."""


class Leases:
    """The port Leases on SQLite: all workers are on the record's own machine and share its clock."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    def take(self, names: Sequence[str], holder: str, seconds: float) -> list[Lease]:
        """Lend what is free, or was lent to this holder, for so many seconds; the rest is left out."""
        if not names:
            return []
        with self._db.write() as con:
            at = to_us(self._clock.now())
            return [lease for name in names if (lease := _take(con, name, holder, at, _us(seconds)))]

    def renew(self, leases: Sequence[Lease], seconds: float) -> frozenset[str]:
        """Prolong leases from now on; the names of those that still held. The others are lost."""
        if not leases:
            return frozenset()
        with self._db.write() as con:
            at = to_us(self._clock.now())
            return frozenset(
                lease.name
                for lease in leases
                if con.execute(
                    "UPDATE leases SET until = ? WHERE name = ? AND holder = ? AND fence = ? AND until > ?",
                    (at + _us(seconds), lease.name, lease.holder, lease.fence, at),
                ).rowcount
            )

    def release(self, lease: Lease, ago: float) -> None:
        """Give a lease back that was last used so many seconds ago. One that has passed on is left alone."""
        with self._db.write() as con:
            con.execute(
                "UPDATE leases SET until = ? WHERE name = ? AND holder = ? AND fence = ?",
                (to_us(self._clock.now()) - _us(ago), lease.name, lease.holder, lease.fence),
            )

    def holder(self, name: str) -> Worker | None:
        """Who holds a name now; None for nobody, and for one that has not said that it lives."""
        at = to_us(self._clock.now())
        with self._db.read() as con:
            row = con.execute(
                "SELECT w.* FROM leases l JOIN workers w ON w.id = l.holder"
                " WHERE l.name = ? AND l.until > ? AND l.until <= ?",
                (name, at, _beyond(at)),
            ).fetchone()
            return _worker(row) if row else None

    def elsewhere(self, holder: str, prefix: str) -> frozenset[str]:
        """Names with the prefix that others hold now."""
        at = to_us(self._clock.now())
        with self._db.read() as con:
            rows = con.execute(
                "SELECT name FROM leases WHERE until > ? AND until <= ? AND holder <> ? AND substr(name, 1, ?) = ?",
                (at, _beyond(at), holder, len(prefix), prefix),
            )
            return frozenset(row["name"] for row in rows)

    def seen(self, worker: str, role: str, machine: str) -> None:
        """Note that this worker lives."""
        at = to_us(self._clock.now())
        with self._db.write() as con:
            con.execute(
                "INSERT INTO workers (id, role, machine, started, seen) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET seen = excluded.seen",
                (worker, role, machine, at, at),
            )

    def gone(self, worker: str) -> None:
        """This worker has ended; what it held is free."""
        at = to_us(self._clock.now())
        with self._db.write() as con:
            con.execute("DELETE FROM workers WHERE id = ?", (worker,))
            con.execute("UPDATE leases SET until = ? WHERE holder = ? AND until > ?", (at, worker, at))

    def workers(self, within: timedelta) -> tuple[Worker, ...]:
        """Workers heard of so lately, by role."""
        at = to_us(self._clock.now())
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM workers WHERE seen >= ? AND seen <= ? ORDER BY role, started, id",
                (at - _us(within.total_seconds()), _beyond(at)),
            )
            return tuple(map(_worker, rows))


def purge(con: Connection, at: datetime) -> None:
    """Forget leases and workers of long ago, and articles that nobody has labelled for a day."""
    con.execute("DELETE FROM untagged WHERE at < ?", (to_us(at - UNTAGGED),))
    before = to_us(at - FORGOTTEN)
    con.execute("DELETE FROM leases WHERE until < ?", (before,))
    con.execute("DELETE FROM workers WHERE seen < ?", (before,))


def _take(con: Connection, name: str, holder: str, at: int, lasts: int) -> Lease | None:
    """The lease, unless somebody else holds it. One whose holder fell silent may have been used until its end.

    None lasts as long as AHEAD: one that seems to was lent while the clock was ahead, and binds nobody.
    """
    before = con.execute("SELECT holder, until FROM leases WHERE name = ?", (name,)).fetchone()
    row = con.execute(
        "INSERT INTO leases (name, holder, fence, until) VALUES (?, ?, 1, ?) ON CONFLICT (name) DO UPDATE"
        " SET holder = excluded.holder, fence = leases.fence + 1, until = excluded.until"
        " WHERE leases.until <= ? OR leases.until > ? OR leases.holder = excluded.holder RETURNING fence",
        (name, holder, at + lasts, at, _beyond(at)),
    ).fetchone()
    if row is None:
        return None
    ago = None if before is None or before["holder"] == holder else max(0, at - before["until"]) / 1e6
    return Lease(name=name, holder=holder, fence=row["fence"], ago=ago)


def _worker(row: Row) -> Worker:
    return Worker(
        id=row["id"], role=row["role"], machine=row["machine"], started=from_us(row["started"]),
        seen=from_us(row["seen"]),
    )  # fmt: skip


def _beyond(at: int) -> int:
    return at + _us(AHEAD.total_seconds())


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
