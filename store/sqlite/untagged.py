"""Articles on their way from a crawl to the workers that label them.

What nobody takes within a day is deleted (leases.purge): its page is still pending and is read again. An erased article
is not stored by a late label.
"""

from __future__ import annotations

from core.clock import Clock
from store.sql import Database
from store.sqlite.rows import to_us


class Untagged:
    """The queue. Times are of the leases' clock."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    def put(self, page: str, body: str) -> None:
        """Queue an article under its page's id; a newer reading replaces an older one."""
        with self._db.write() as con:
            con.execute(
                "INSERT INTO untagged (page, body, at) VALUES (?, ?, ?)"
                " ON CONFLICT (page) DO UPDATE SET body = excluded.body, holder = '', until = 0",
                (page, body, to_us(self._clock.now())),
            )

    def claim(self, holder: str, limit: int, seconds: float) -> list[tuple[str, str]]:
        """Lend the oldest to one worker: (page, body). Nobody else gets them until the lease ends."""
        at = to_us(self._clock.now())
        with self._db.read() as con:
            if not con.execute("SELECT 1 FROM untagged WHERE until <= ? LIMIT 1", (at,)).fetchone():
                return []
        with self._db.write(claims=True) as con:
            rows = con.execute(
                f"SELECT page, body FROM untagged WHERE until <= ? ORDER BY at, page LIMIT ? {con.skip_locked}",  # noqa: S608
                (at, limit),
            ).fetchall()
            con.executemany(
                "UPDATE untagged SET holder = ?, until = ? WHERE page = ?",
                [(holder, at + round(seconds * 1e6), row["page"]) for row in rows],
            )
            return [(row["page"], row["body"]) for row in rows]

    def done(self, page: str) -> None:
        """It is kept (or turned out to be nothing)."""
        with self._db.write() as con:
            con.execute("DELETE FROM untagged WHERE page = ?", (page,))

    def count(self) -> int:
        """Articles that wait or are lent out."""
        with self._db.read() as con:
            return int(con.execute("SELECT count(*) AS n FROM untagged").fetchone()["n"])
