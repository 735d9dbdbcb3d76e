"""What is counted per source and Vietnamese day. Always written in the transaction of what it counts."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Final

from store.sqlite.database import Database

FOUND: Final = "found"
STOPPED: Final = "stopped"
KEPT: Final = "kept"
SAME: Final = "same"
FAILED: Final = "failed:"


def add(con: sqlite3.Connection, day: str, source: str, outcome: str, by: int = 1) -> None:
    """Add to one line of the counts."""
    con.execute(
        "INSERT INTO counts (day, source, outcome, n) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (day, source, outcome) DO UPDATE SET n = counts.n + excluded.n",
        (day, source, outcome, by),
    )
    if by < 0:
        con.execute("DELETE FROM counts WHERE day = ? AND source = ? AND outcome = ? AND n = 0", (day, source, outcome))


class Counts:
    """Reads the counts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def totals(self, *, source: str | None = None, since: date | None = None) -> dict[str, int]:
        """Outcome (found, stopped, kept, same, failed:<reason>) -> pages, over all days or from one on."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT outcome, sum(n) AS n FROM counts WHERE day >= :since AND (:source IS NULL OR source = :source)"
                " GROUP BY outcome",
                {"since": since.isoformat() if since else "", "source": source},
            )
            return {row["outcome"]: row["n"] for row in rows}

    def read_by_day(self, first: date, last: date) -> dict[str, int]:
        """ISO day -> articles read (stopped or kept) of all sources, both days included."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT day, sum(n) AS n FROM counts WHERE day BETWEEN ? AND ? AND outcome IN (?, ?) GROUP BY day",
                (first.isoformat(), last.isoformat(), STOPPED, KEPT),
            )
            return {row["day"]: row["n"] for row in rows}
