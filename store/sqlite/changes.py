"""The change log, from which an index outside the record is fed. Each reader keeps its own place in it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Literal

from core.records import Change, Cursor
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

    def cursor(self, reader: str) -> Cursor:
        """Where this reader stands; before the first line for a new one."""
        with self._db.read() as con:
            row = con.execute("SELECT seq, rewinds FROM change_readers WHERE name = ?", (reader,)).fetchone()
            return Cursor(reader=reader, seq=row["seq"] if row else 0, rewinds=row["rewinds"] if row else 0)

    def position(self, reader: str) -> int:
        """The last line that this reader has acknowledged; 0 for a new one."""
        return self.cursor(reader).seq

    def acknowledge(self, read: Cursor, seq: int) -> bool:
        """Remember that the lines from `read` up to `seq` are taken. Never moves back.

        False, and nothing is remembered, where the reader has been moved since: it reads again from where it is now.
        """
        with self._db.write() as con:
            con.execute("INSERT OR IGNORE INTO change_readers (name, seq) VALUES (?, 0)", (read.reader,))
            moved = con.execute(
                "UPDATE change_readers SET seq = ? WHERE name = ? AND seq = ? AND rewinds = ?",
                (max(seq, read.seq), read.reader, read.seq, read.rewinds),
            )
            return moved.rowcount == 1

    def rewind(self, reader: str, seq: int) -> None:
        """Let a reader take the log from there again. What it has in hand is not acknowledged any more."""
        with self._db.write() as con:
            con.execute("INSERT OR IGNORE INTO change_readers (name, seq) VALUES (?, 0)", (reader,))
            con.execute("UPDATE change_readers SET seq = ?, rewinds = rewinds + 1 WHERE name = ?", (seq, reader))

    def last(self) -> int:
        """The newest line's number; 0 for an empty log."""
        with self._db.read() as con:
            return int(con.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])

    def first(self) -> int:
        """The oldest line that is still kept; 0 for an empty log."""
        with self._db.read() as con:
            return int(con.execute("SELECT coalesce(min(seq), 0) AS seq FROM changes").fetchone()["seq"])
