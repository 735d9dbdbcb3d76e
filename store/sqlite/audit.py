"""Who changed what, when. Never the content of an article, never a reader's words."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from core.records import AuditLine
from store.sqlite.database import Database
from store.sqlite.rows import from_us, to_us

__all__ = ["Audit", "AuditLine", "write"]


def write(
    con: sqlite3.Connection, at: datetime, *, who: str, action: str, subject: str, detail: str = "", desk: str = ""
) -> None:
    """Write a line in the transaction of the act."""
    con.execute(
        "INSERT INTO audit (at, who, action, subject, detail, desk) VALUES (?, ?, ?, ?, ?, ?)",
        (to_us(at), who, action, subject, detail, desk),
    )


class Audit:
    """The port AuditLog on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, at: datetime, who: str, action: str, subject: str, detail: str = "", *, desk: str = "") -> None:
        """Write a line of its own."""
        with self._db.write(durable=True) as con:
            write(con, at, who=who, action=action, subject=subject, detail=detail, desk=desk)

    def lines(self, limit: int = 100, *, desk: str | None = None, before: int | None = None) -> tuple[AuditLine, ...]:
        """The newest lines first; of one desk with what concerns all (sources, periods, templates), or of all.

        With `before`, those with a smaller id.
        """
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM audit WHERE (:desk IS NULL OR desk = :desk"
                " OR (desk = '' AND (action LIKE 'source.%' OR action LIKE 'keep.%'"
                " OR action IN ('article.erase', 'alerts.template'))))"
                " AND (:before IS NULL OR id < :before)"
                " ORDER BY id DESC LIMIT :limit",
                {"desk": desk, "before": before, "limit": limit},
            )
            return tuple(_line(row) for row in rows)


def _line(row: sqlite3.Row) -> AuditLine:
    same = {name: row[name] for name in ("id", "who", "action", "subject", "detail", "desk")}
    return AuditLine(at=from_us(row["at"]), **same)
