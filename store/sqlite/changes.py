"""The change log, from which an index outside the record is fed. Each reader keeps its own place in it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal

from core.records import Change
from store.sqlite.database import Database
from store.sqlite.rows import from_us, to_us


def log(
    con: sqlite3.Connection, article: str, desk: str | None, kind: Literal["upsert", "erase"], at: datetime
) -> None:
    """Write one line, in the transaction of the change."""
    con.execute("INSERT INTO changes (article, desk, kind, at) VALUES (?, ?, ?, ?)", (article, desk, kind, to_us(at)))


class Changes:
    """Reads the change log."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def since(self, seq: int, limit: int = 1000) -> list[Change]:
        """Lines after `seq`, in order."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM changes WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit))
            return [
                Change(seq=r["seq"], article=r["article"], desk=r["desk"], kind=r["kind"], at=from_us(r["at"]))
                for r in rows
            ]

    def unread(self, reader: str, limit: int = 1000) -> list[Change]:
        """Lines that this reader has not acknowledged."""
        return self.since(self.position(reader), limit)

    def position(self, reader: str) -> int:
        """The last line that this reader has acknowledged; 0 for a new one."""
        with self._db.read() as con:
            row = con.execute("SELECT seq FROM change_readers WHERE name = ?", (reader,)).fetchone()
            return row["seq"] if row else 0

    def acknowledge(self, reader: str, seq: int) -> None:
        """Remember that this reader has taken all lines up to `seq`. Never moves back."""
        with self._db.write() as con:
            con.execute(
                "INSERT INTO change_readers VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET seq = max(change_readers.seq, excluded.seq)",
                (reader, seq),
            )

    def last(self) -> int:
        """The newest line's number; 0 for an empty log."""
        with self._db.read() as con:
            return int(con.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])

    def first(self) -> int:
        """The oldest line that is still kept; 0 for an empty log."""
        with self._db.read() as con:
            return int(con.execute("SELECT coalesce(min(seq), 0) AS seq FROM changes").fetchone()["seq"])
