"""Single values that the record remembers by name."""

from __future__ import annotations

import sqlite3
from typing import Final

from core.errors import StoreError

MOVED: Final = "moved_to"
"""Where this record has moved; nobody may write into it any more."""


def put(con: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a value in place of an earlier one."""
    con.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))


def get(con: sqlite3.Connection, name: str) -> str | None:
    """The value; None where there is none."""
    row = con.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row["value"] if row else None


def refuse_moved(con: sqlite3.Connection, place: str) -> None:
    """Raises StoreError in a record that has moved: a process that was forgotten must not write what nobody reads."""
    there = get(con, MOVED)
    if there:
        raise StoreError(
            f"record {place}: it has moved to {there}; nothing was written. Set [record] url to that place and start"
            " this process again"
        )
