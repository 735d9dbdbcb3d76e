"""Looks at kept articles, inside a transaction that somebody else holds: when the next is due, what was seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from core.errors import AddressRefused
from core.records import Again, Article, Entry, Looked, PendingPage
from core.urls import host_of
from store.sqlite.rows import from_us, maybe_from_us, to_us


def plan(con: sqlite3.Connection, n: int, article: Article, page: PendingPage | None, look: Looked) -> None:
    """A look that brought the page: from now on nothing is missing; the next one where there is one."""
    url = page.entry.url if page is not None else article.url
    con.execute("DELETE FROM looks WHERE n = ?", (n,))
    if look.next_look is None:
        return
    try:
        host = host_of(url)
    except AddressRefused:
        return
    con.execute(
        "INSERT INTO looks (n, page, url, host, due, last_look, etag, last_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            n, page.id if page is not None else article.id, url, host, to_us(look.next_look), to_us(look.at),
            look.etag, look.last_modified,
        ),
    )  # fmt: skip


def due(con: sqlite3.Connection, at: datetime, limit: int, exclude_hosts: Sequence[str]) -> list[PendingPage]:
    """Pages that are due to be looked at, the longest due first."""
    unwanted = tuple(dict.fromkeys(("", *exclude_hosts)))  # never empty: no host is ""
    marks = ",".join("?" * len(unwanted))
    rows = con.execute(
        "SELECT l.*, a.id, a.source, a.title, a.published_at, a.first_seen, a.revisions, a.reserved,"  # noqa: S608
        " EXISTS (SELECT 1 FROM cases c WHERE c.article = a.id AND c.state <> 'closed') AS open_case"
        " FROM looks l JOIN articles a ON a.n = l.n WHERE l.due <= ? AND a.state <> 'expired'"
        f" AND l.host NOT IN ({marks}) AND a.source NOT IN (SELECT source FROM pauses) ORDER BY l.due, l.n LIMIT ?",
        (to_us(at), *unwanted, max(0, limit)),
    )
    return [_load(row) for row in rows]


def _load(row: sqlite3.Row) -> PendingPage:
    again = Again(
        article=row["id"],
        published=from_us(min(row["published_at"], row["first_seen"])),
        last_look=from_us(row["last_look"]),
        changes=row["revisions"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        missing_since=maybe_from_us(row["missing_since"]),
        reserved=bool(row["reserved"]),
        open_case=bool(row["open_case"]),
    )
    entry = Entry(source=row["source"], url=row["url"], found_in="", title=row["title"])
    return PendingPage(
        id=row["page"], entry=entry, found_at=from_us(row["first_seen"]), due=from_us(row["due"]), again=again
    )


def note(con: sqlite3.Connection, article: str, look: Looked) -> None:
    """A look that brought no page. 404 and 410 begin (or go on with) its being missing; 304 ends it."""
    row = con.execute("SELECT l.* FROM looks l JOIN articles a ON a.n = l.n WHERE a.id = ?", (article,)).fetchone()
    if row is None:
        return
    at = to_us(look.at)
    missing = row["missing_since"]
    if look.status in (404, 410):
        missing = missing or at
    elif 200 <= look.status < 400:
        missing = None
        con.execute("UPDATE articles SET last_seen = ? WHERE n = ?", (at, row["n"]))
    if look.next_look is None:
        con.execute("DELETE FROM looks WHERE n = ?", (row["n"],))
    else:
        con.execute(
            "UPDATE looks SET due = ?, last_look = ?, missing_since = ? WHERE n = ?",
            (to_us(look.next_look), at, missing, row["n"]),
        )
