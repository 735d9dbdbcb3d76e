"""What becomes of a page, inside a transaction that somebody else holds.

Every finished page stands in exactly one line of the counts. A page that is read once more (for a new desk, or to see
whether its text has changed) keeps its day and moves from line to line; it is never counted twice.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Final, Literal

from core.errors import AddressRefused
from core.records import PendingPage
from core.urls import host_of
from store.sqlite import counts
from store.sqlite.rows import PAGE_COLUMNS, day_of, from_us, load_page, published_values, to_us

Outcome = Literal["stopped", "kept", "failed", "same"]
UNREAD: Final = "unread"
"""Reason of a page that waited in vain until its address had had its time."""
_READ: Final = (counts.STOPPED, counts.KEPT)


def insert(con: sqlite3.Connection, page: PendingPage, *, backlog: bool, day: str) -> bool:
    """A new pending page; False where its address is known already or no web address."""
    entry = page.entry
    try:
        host = host_of(entry.url)
    except AddressRefused:
        return False
    done = con.execute(
        "INSERT INTO pages (id, source, host, url, found_in, title, lead, guid, published_at, provenance, zone_stated,"
        " doubtful, backlog, state, found_at, not_before, attempts, seen_day)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            page.id, entry.source, host, entry.url, entry.found_in, entry.title, entry.lead, entry.guid,
            *published_values(entry.published), int(backlog),
            to_us(page.found_at), to_us(page.found_at), page.attempts, day,
        ),
    )  # fmt: skip
    return done.rowcount == 1


def finish(
    con: sqlite3.Connection,
    page: PendingPage,
    outcome: Outcome,
    at: datetime,
    *,
    identity: str | None = None,
    reason: str = "",
    title: str = "",
    counted_at: datetime | None = None,
) -> bool:
    """Close a page with what came of it and count it; False where it was closed before.

    `counted_at`: the moment whose day it belongs to, where that is not the moment of reading.
    """
    row = con.execute("SELECT * FROM pages WHERE id = ?", (page.id,)).fetchone()
    if row is None:
        insert(con, page, backlog=False, day=day_of(at))
        row = con.execute("SELECT * FROM pages WHERE id = ?", (page.id,)).fetchone()
    if row is None or row["state"] != "pending":
        return False
    if row["counted_as"] == counts.KEPT or (row["counted_as"] == counts.STOPPED and outcome in ("failed", "same")):
        outcome, reason = row["counted_as"], reason or outcome  # it was read before: that stays true
    line = counts.FAILED + reason if outcome == "failed" else outcome
    day = _recount(con, row, line, counted_at or own_time(row, at))
    own = identity if identity and identity != page.id else None
    con.execute(
        "UPDATE pages SET state = ?, reason = ?, identity = coalesce(?, identity), done_at = ?, lead = '',"
        " title = CASE WHEN ? <> '' THEN ? ELSE title END, counted_as = ?, counted_day = ? WHERE n = ?",
        (outcome, reason, own, to_us(at), title, title, line, day, row["n"]),
    )
    if own and outcome in _READ:
        _close_twin(con, own, page.id, at)
    return True


def give_up(con: sqlite3.Connection, before: int, at: datetime) -> int:
    """Close pages that have waited since before then, and keep of them what is kept of pages that are done."""
    rows = con.execute(
        f"SELECT {PAGE_COLUMNS} FROM pages WHERE state = 'pending' AND found_at < ? AND not_before < ?",  # noqa: S608
        (before, before),
    ).fetchall()
    for row in rows:
        finish(con, load_page(row), "failed", at, reason=UNREAD, counted_at=from_us(row["found_at"]))
        con.execute("UPDATE pages SET url = '', found_in = '', title = '', guid = '' WHERE n = ?", (row["n"],))
    return len(rows)


def own_time(row: sqlite3.Row, at: datetime) -> datetime:
    """The moment to whose day a page belongs: for the backlog of a new endpoint its publication, else the reading."""
    published = row["published_at"]
    if row["backlog"] and published is not None and not row["doubtful"]:
        return min(at, from_us(published))
    return at


def is_read(con: sqlite3.Connection, article_id: str) -> bool:
    """Whether this identity was stopped or kept, under whatever address."""
    return (
        con.execute(
            "SELECT 1 FROM pages WHERE id = :id AND (state IN ('stopped', 'kept') OR counted_as IN ('stopped', 'kept'))"
            " UNION ALL SELECT 1 FROM pages WHERE identity = :id AND state IN ('stopped', 'kept')"
            " UNION ALL SELECT 1 FROM articles WHERE id = :id"
            " UNION ALL SELECT 1 FROM stones WHERE article = :id LIMIT 1",
            {"id": article_id},
        ).fetchone()
        is not None
    )


def _recount(con: sqlite3.Connection, row: sqlite3.Row, line: str, counted_at: datetime) -> str:
    day: str = row["counted_day"] or day_of(counted_at)
    if row["counted_as"] != line:
        if row["counted_as"]:
            counts.add(con, day, row["source"], row["counted_as"], -1)
        counts.add(con, day, row["source"], line)
    return day


def _close_twin(con: sqlite3.Connection, identity: str, page_id: str, at: datetime) -> None:
    """A page that still waits under the address to which another one led need not be read."""
    row = con.execute("SELECT * FROM pages WHERE id = ? AND state = 'pending'", (identity,)).fetchone()
    if row is None or row["counted_as"] in _READ:
        return
    day = _recount(con, row, counts.SAME, own_time(row, at))
    con.execute(
        "UPDATE pages SET state = 'same', reason = ?, done_at = ?, lead = '', counted_as = ?, counted_day = ?"
        " WHERE n = ?",
        (page_id, to_us(at), counts.SAME, day, row["n"]),
    )
