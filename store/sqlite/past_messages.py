"""What stays of messages whose time is over: hashes of their keys, so that none is ever written twice.

A hash goes when no message with its key can be made any more. An alert counts on with each message, and names of a
reminder the day; a report can be mailed as long as it has its content.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from store.sqlite.rows import to_us

ALERTS: Final = timedelta(days=31)
"""Longer than an article is news, and longer than it takes from one reminder of a case to the next."""
REPORTS: Final = timedelta(days=3 * 366)
"""As long as `[keep] article_months` may let a report have its content."""
_REPORT: Final = "report:"
_AT_ONCE: Final = 2000
_OVER: Final = (
    "(until > 0 AND until <= ?)"
    " OR (until = 0 AND (SELECT applied_at FROM migrations WHERE number = 19) <= ?)"  # of which nobody knows the kind
)


def remember(con: sqlite3.Connection, keys: Iterable[str], at: datetime) -> None:
    """The messages of these keys are being deleted."""
    con.executemany(
        "INSERT OR IGNORE INTO outbox_past (key, until) VALUES (?, ?)",
        [(_hash(key), to_us(at + (REPORTS if key.startswith(_REPORT) else ALERTS))) for key in keys],
    )


def was_written(con: sqlite3.Connection, key: str) -> bool:
    """Whether a message of this key has been and gone."""
    return con.execute("SELECT 1 FROM outbox_past WHERE key = ?", (_hash(key),)).fetchone() is not None


def forget(con: sqlite3.Connection, at: datetime) -> bool:
    """Delete some of those that are over; True where there may be more of them."""
    done = con.execute(
        f"DELETE FROM outbox_past WHERE key IN (SELECT key FROM outbox_past WHERE {_OVER} LIMIT ?)",  # noqa: S608
        (to_us(at), to_us(at - REPORTS), _AT_ONCE),
    )
    return done.rowcount == _AT_ONCE


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
