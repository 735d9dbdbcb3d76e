"""Who changed what, when. Never the content of an article, never a reader's words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store.sqlite.database import Database
from store.sqlite.rows import from_us, to_us


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One act of a user or an operator."""

    at: datetime
    who: str
    action: str  # desk.apply, source.add, article.erase, ...
    subject: str
    detail: str


def write(con: sqlite3.Connection, at: datetime, *, who: str, action: str, subject: str, detail: str = "") -> None:
    """Write a line in the transaction of the act."""
    con.execute(
        "INSERT INTO audit (at, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
        (to_us(at), who, action, subject, detail),
    )


class Audit:
    """The audit log."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, at: datetime, who: str, action: str, subject: str, detail: str = "") -> None:
        """Write a line of its own."""
        with self._db.write(durable=True) as con:
            write(con, at, who=who, action=action, subject=subject, detail=detail)

    def lines(self, limit: int = 100) -> tuple[AuditLine, ...]:
        """The newest lines first."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM audit ORDER BY id DESC LIMIT ?", (limit,))
            return tuple(
                AuditLine(
                    at=from_us(r["at"]), who=r["who"], action=r["action"], subject=r["subject"], detail=r["detail"]
                )
                for r in rows
            )
