"""What `sources check` found last for each publisher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.sql import upsert
from store.sqlite.database import Database
from store.sqlite.rows import from_us, to_us


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """One check of one publisher."""

    source: str
    at: datetime
    verified: bool  # it answered with what its declaration says
    report: str  # JSON, as the command wrote it


class SourceChecks:
    """Keeps the last check of each publisher."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, source: str, at: datetime, report: str, *, verified: bool) -> None:
        """Replace the publisher's last check."""
        with self._db.write() as con:
            con.execute(
                upsert("source_checks", "source, at, verified, report", key="source"),
                (source, to_us(at), int(verified), report),
            )

    def latest(self) -> dict[str, SourceCheck]:
        """Publisher id -> its last check."""
        with self._db.read() as con:
            return {
                r["source"]: SourceCheck(
                    source=r["source"], at=from_us(r["at"]), verified=bool(r["verified"]), report=r["report"]
                )
                for r in con.execute("SELECT * FROM source_checks ORDER BY source")
            }
