"""Technical reading health of each source. Nothing else is ever added up about a publisher."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from core.clock import local_day
from core.records import EndpointStatus, SourceHealth
from store.sqlite.database import Database
from store.sqlite.rows import from_us, maybe_from_us

_WEEK: Final = 7
_TELLING: Final = (
    EndpointStatus.OK,
    EndpointStatus.BLOCKED,
    EndpointStatus.DISALLOWED,
    EndpointStatus.FAILING,
    EndpointStatus.BROKEN,
    EndpointStatus.GONE,
    EndpointStatus.NEW,
)
"""A source can be read as long as one endpoint can; how many can't is told beside it. A block comes before the rest."""
_UNREAD: Final = frozenset(EndpointStatus) - {EndpointStatus.OK, EndpointStatus.NEW}
_BLOCKED_PAGES: Final = 5
"""So many blocked pages in a week in which none was read: blocked, though the feed answers."""

SILENT_AT_LEAST: Final = timedelta(hours=36)
SILENT_TIMES: Final = 3


def silent_after(days_with_news: int, first: date, last: date) -> timedelta | None:
    """How long a source may go without news: three times its usual gap, at least a day and a half.

    None where fewer than three days with news are known: it has no rhythm yet.
    """
    if days_with_news < 3:
        return None
    return max(SILENT_AT_LEAST, SILENT_TIMES * (last - first) / (days_with_news - 1))


class Health:
    """Reads how the sources fare."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def sources(self, at: datetime) -> tuple[SourceHealth, ...]:
        """One line per source that was ever asked, by id."""
        with self._db.read() as con:
            groups: dict[str, list[sqlite3.Row]] = {}
            for row in con.execute("SELECT * FROM endpoints ORDER BY source, url"):
                groups.setdefault(row["source"], []).append(row)
            known = {row["source"]: row for row in con.execute("SELECT * FROM sources")}
            counted = _counts(con, local_day(at))
            rhythm = _rhythms(con, local_day(at))
            paused = {row["source"] for row in con.execute("SELECT source FROM pauses")}
        return tuple(
            replace(
                _health(source, rows, known.get(source), counted.get(source, {}), patience=rhythm.get(source), at=at),
                paused=source in paused,
            )
            for source, rows in groups.items()
        )


def _counts(con: sqlite3.Connection, today: date) -> dict[str, dict[str, int]]:
    first = today - timedelta(days=_WEEK - 1)
    counted: dict[str, dict[str, int]] = {}
    for row in con.execute(
        "SELECT source, outcome, sum(n) AS n FROM counts WHERE day BETWEEN ? AND ? GROUP BY source, outcome",
        (first.isoformat(), today.isoformat()),
    ):
        counted.setdefault(row["source"], {})[row["outcome"]] = row["n"]
    return counted


def _rhythms(con: sqlite3.Connection, today: date) -> dict[str, timedelta | None]:
    """Source -> how long it may be silent, from its days with news in the last four months."""
    rows = con.execute(
        "SELECT source, count(*) AS days, min(day) AS first, max(day) AS last FROM counts"
        " WHERE outcome = 'found' AND day BETWEEN ? AND ? GROUP BY source",
        ((today - timedelta(days=120)).isoformat(), today.isoformat()),
    )
    return {
        r["source"]: silent_after(r["days"], date.fromisoformat(r["first"]), date.fromisoformat(r["last"]))
        for r in rows
    }


def _health(
    source: str,
    rows: list[sqlite3.Row],
    known: sqlite3.Row | None,
    counted: dict[str, int],
    *,
    patience: timedelta | None,
    at: datetime,
) -> SourceHealth:
    status, reason = _status(rows, counted)
    newest = _newest(rows, known)
    failed = sum(n for outcome, n in counted.items() if outcome.startswith("failed:"))
    return SourceHealth(
        source=source,
        status=status,
        reason=reason,
        endpoints=len(rows),
        last_poll=_latest(rows, "last_poll"),
        last_success=_latest(rows, "last_success"),
        last_new=newest,
        read_7d=counted.get("stopped", 0) + counted.get("kept", 0),
        kept_7d=counted.get("kept", 0),
        failed_7d=failed,
        no_body_7d=counted.get("failed:no-body", 0),
        blocked_7d=counted.get("failed:blocked", 0),
        silent=newest is not None and patience is not None and at - newest > patience,
        moved_to=next((row["moved_to"] for row in rows if row["moved_to"]), ""),
        reserved=known is not None and bool(known["reserved"]),
        endpoints_unread=sum(EndpointStatus(row["status"]) in _UNREAD for row in rows),
    )


def _status(rows: list[sqlite3.Row], counted: dict[str, int]) -> tuple[EndpointStatus, str]:
    """The status that tells most of the source, and the reason of what can't be read."""
    by_status = {EndpointStatus(row["status"]): row["reason"] for row in rows}
    status = next(s for s in _TELLING if s in by_status)
    read = counted.get("stopped", 0) + counted.get("kept", 0)
    if status is EndpointStatus.OK and not read and counted.get("failed:blocked", 0) >= _BLOCKED_PAGES:
        return EndpointStatus.BLOCKED, "blocked"
    reasons = [by_status[s] for s in _TELLING if s in by_status and by_status[s] and s in _UNREAD]
    return status, next(iter(reasons), by_status[status])


def _newest(rows: list[sqlite3.Row], known: sqlite3.Row | None) -> datetime | None:
    """Publication of the newest entry where entries have dates, else the poll that last brought one."""
    if known is not None and known["newest_at"] is not None:
        return from_us(known["newest_at"])
    return _latest(rows, "last_new")


def _latest(rows: list[sqlite3.Row], column: str) -> datetime | None:
    return maybe_from_us(max((row[column] for row in rows if row[column] is not None), default=None))
