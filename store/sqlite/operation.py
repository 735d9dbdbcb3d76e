"""What is asked about single addresses, single sources and the installation; nothing of what a desk writes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from core.clock import local_day
from core.records import (
    DeskFigures,
    EndpointHealth,
    EndpointStatus,
    OperationFigures,
    SourceDay,
    SourceDetail,
    SourceItem,
)
from store.sqlite import meta
from store.sqlite.database import Database
from store.sqlite.old_files import backup_dir, old_backups
from store.sqlite.retention import months_before
from store.sqlite.rows import from_us, maybe_from_us, to_us

DAYS: Final = 14
ITEMS: Final = 20
Standing = Literal["unknown", "erased", "read", "set_aside", "elsewhere", "stopped", "pending", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the record knows of an address, for one desk. `elsewhere`: kept, but not for this desk."""

    standing: Standing
    article: str
    title: str = ""
    reason: str = ""
    at: datetime | None = None


class Operation:
    """Reads figures of operation. Errors of the database are StoreError."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path

    def known(self, desk: str, article: str) -> Known:
        """What the record knows of an article id, under whatever address it was listed."""
        with self._db.read() as con:
            return _known(con, desk, article)

    def source(self, source: str, desk: str, at: datetime) -> SourceDetail | None:
        """One source in detail; None for one that was never asked. What another desk keeps stands there as not kept."""
        today = local_day(at)
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM endpoints WHERE source = ? ORDER BY kind, url", (source,)).fetchall()
            check = con.execute("SELECT * FROM source_checks WHERE source = ?", (source,)).fetchone()
            if not rows and check is None:
                return None
            return SourceDetail(
                endpoints=tuple(map(_endpoint, rows)),
                days=_days(con, source, today),
                failures=_failures(con, today, source),
                items=_items(con, source, desk),
                checked_at=from_us(check["at"]) if check else None,
                check_held=bool(check and check["verified"]),
                check_pages=_sampled(check["report"]) if check else (),
            )

    def moved(self) -> bool:
        """Whether the record is in use elsewhere: nothing can be written to this one."""
        with self._db.read() as con:
            return meta.get(con, meta.MOVED) is not None

    def disk_free(self) -> int:
        """Bytes of room on the record's disk."""
        return shutil.disk_usage(self._path.parent).free

    def figures(self, at: datetime, versions: Mapping[str, str]) -> OperationFigures:
        """Of the installation: queues, failures, sizes, versions."""
        disk = shutil.disk_usage(self._path.parent)
        log = self._path.with_name(self._path.name + "-wal")
        with self._db.read() as con:
            waiting = con.execute("SELECT count(*) AS n, min(found_at) AS at FROM pages WHERE state = 'pending'")
            pages = waiting.fetchone()
            schema = con.execute("SELECT max(number) FROM migrations").fetchone()[0]
            return OperationFigures(
                desks=tuple(_desk(con, row) for row in con.execute("SELECT id, version FROM desks ORDER BY id")),
                pending_pages=pages["n"],
                oldest_pending=maybe_from_us(pages["at"]),
                failures=_failures(con, local_day(at)),
                record_bytes=self._db.bytes(),
                log_bytes=log.stat().st_size if log.exists() else 0,
                disk_free=disk.free,
                disk_total=disk.total,
                last_backup=_last_backup(self._path),
                versions={**versions, "schema": str(schema)},
            )

    def would_go(self, at: datetime, periods: Mapping[str, int]) -> dict[str, int]:
        """What a purge under other periods would delete: setting -> rows (texts, versions, messages, cases, files)."""
        edges = {name: _before(at, name, number) for name, number in periods.items()}
        files = {name: len(old_backups(self._path, edge)) for name, edge in edges.items() if name in _FILES}
        with self._db.read() as con:
            return files | {
                name: con.execute(_GOES[name], (to_us(edge),)).fetchone()[0]
                for name, edge in edges.items()
                if name in _GOES
            }


_GOES: Final = {
    "article_months": "SELECT count(*) FROM articles WHERE state = 'live' AND first_seen < ?",
    "replaced_days": "SELECT count(*) FROM revisions WHERE title IS NOT NULL AND replaced_at < ?",
    "stopped_days": "SELECT count(*) FROM pages WHERE state <> 'pending' AND url <> '' AND done_at < ?",
    "delivery_months": (
        "SELECT count(*) FROM outbox WHERE state NOT IN ('waiting', 'claimed') AND coalesce(done_at, created) < ?"
    ),
    "audit_months": "SELECT count(*) FROM audit WHERE at < ?",
    "case_months": "SELECT count(*) FROM cases WHERE closed_at < ?",
}
_NEWEST: Final = (  # by the index of the days: the others would be read row by row
    "SELECT listed_at FROM desk_articles WHERE desk = ? AND hidden = 0 ORDER BY day DESC, listed_at DESC LIMIT 1"
)
_FILES: Final = frozenset({"backup_days"})


def _before(at: datetime, name: str, number: int) -> datetime:
    return months_before(at, number) if name.endswith("months") else at - timedelta(days=number)


def _sampled(report: str) -> tuple[tuple[str, str], ...]:
    """The pages that a check tried to read, with why one could not be."""
    pages = json.loads(report).get("samples", ())
    return tuple((str(page.get("url", "")), str(page.get("reason", ""))) for page in pages)


def _known(con: sqlite3.Connection, desk: str, article: str) -> Known:
    if con.execute("SELECT 1 FROM stones WHERE article = ?", (article,)).fetchone():
        return Known(standing="erased", article=article)
    page = con.execute(
        "SELECT * FROM pages WHERE id = :id OR identity = :id ORDER BY state = 'kept' DESC LIMIT 1", {"id": article}
    ).fetchone()
    own = page["identity"] if page is not None and page["identity"] else article
    row = con.execute(
        "SELECT a.id, a.title, a.first_seen, d.hidden FROM articles a LEFT JOIN desk_articles d"
        " ON d.n = a.n AND d.desk = ? WHERE a.id IN (?, ?) ORDER BY d.hidden IS NULL LIMIT 1",
        (desk, article, own),
    ).fetchone()
    if row is not None:
        hidden: dict[int | None, Standing] = {None: "elsewhere", 0: "read", 1: "set_aside"}
        return Known(
            standing=hidden[row["hidden"]], article=row["id"], title=row["title"], at=from_us(row["first_seen"])
        )
    if page is None:
        return Known(standing="unknown", article=article)
    states: dict[str, Standing] = {"stopped": "stopped", "pending": "pending", "failed": "failed", "same": "stopped"}
    return Known(
        standing=states.get(page["state"], "unknown"), article=article, title=page["title"], reason=page["reason"],
        at=maybe_from_us(page["done_at"]),
    )  # fmt: skip


def _endpoint(row: sqlite3.Row) -> EndpointHealth:
    return EndpointHealth(
        url=row["url"],
        kind=row["kind"],
        status=EndpointStatus(row["status"]),
        reason=row["reason"],
        last_poll=maybe_from_us(row["last_poll"]),
        last_success=maybe_from_us(row["last_success"]),
        last_new=maybe_from_us(row["last_new"]),
    )


def _days(con: sqlite3.Connection, source: str, today: date) -> tuple[SourceDay, ...]:
    wanted = [(today - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1)]
    found: dict[str, dict[str, int]] = {day: {} for day in wanted}
    for row in con.execute("SELECT * FROM counts WHERE source = ? AND day >= ?", (source, wanted[0])):
        if row["day"] in found:
            found[row["day"]][row["outcome"]] = row["n"]
    return tuple(
        SourceDay(
            day=day, found=n.get("found", 0), read=n.get("stopped", 0) + n.get("kept", 0), kept=n.get("kept", 0),
            failed=sum(count for outcome, count in n.items() if outcome.startswith("failed:")),
        )
        for day, n in found.items()
    )  # fmt: skip


def _failures(con: sqlite3.Connection, today: date, source: str | None = None) -> tuple[tuple[str, int], ...]:
    rows = con.execute(
        "SELECT substr(outcome, 8) AS reason, sum(n) AS n FROM counts WHERE outcome LIKE 'failed:%' AND day >= ?"
        " AND source = coalesce(?, source) GROUP BY reason ORDER BY n DESC, reason LIMIT 12",
        ((today - timedelta(days=6)).isoformat(), source),
    )
    return tuple((row["reason"], row["n"]) for row in rows)


_ITEMS: Final = (
    "SELECT p.title, p.url, p.found_at, p.state, p.reason, EXISTS ("
    "SELECT 1 FROM articles a JOIN desk_articles d ON d.n = a.n WHERE a.id IN (p.id, p.identity) AND d.desk = ?"
    ") AS own FROM pages p WHERE p.source = ? AND p.url <> '' ORDER BY p.n DESC LIMIT ?"
)


def _items(con: sqlite3.Connection, source: str, desk: str) -> tuple[SourceItem, ...]:
    return tuple(
        SourceItem(
            title=row["title"], url=row["url"], found_at=from_us(row["found_at"]),
            state="stopped" if row["state"] == "kept" and not row["own"] else row["state"],
            reason=row["reason"] if row["state"] == "failed" else "",
        )
        for row in con.execute(_ITEMS, (desk, source, ITEMS))
    )  # fmt: skip


def _desk(con: sqlite3.Connection, desk: sqlite3.Row) -> DeskFigures:
    states = dict(
        con.execute(
            "SELECT state, count(*) FROM outbox WHERE desk = ? AND state IN ('waiting', 'claimed', 'held', 'refused')"
            " GROUP BY state",
            (desk["id"],),
        ).fetchall()
    )
    newest = con.execute(_NEWEST, (desk["id"],)).fetchone()
    return DeskFigures(
        desk=desk["id"],
        version=desk["version"],
        waiting=states.get("waiting", 0) + states.get("claimed", 0),
        held=states.get("held", 0),
        refused=states.get("refused", 0),
        last_kept=from_us(newest[0]) if newest else None,
    )


def _last_backup(path: Path) -> datetime | None:
    """From the names of the backups that lie where they are made by default."""
    stamps = [
        file.name.removesuffix(".tar.gz").rsplit("-", 1)[-1] for file in backup_dir(path).glob("diembao-*.tar.gz")
    ]
    try:
        return datetime.strptime(max(stamps, default=""), "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None
