"""Single values that the record remembers by name."""

from __future__ import annotations

import sqlite3
from typing import Final

MOVED: Final = "moved_to"
"""Where this record has moved; nobody may write into it any more."""


def put(con: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a value in place of an earlier one."""
    con.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))


def get(con: sqlite3.Connection, name: str) -> str | None:
    """The value; None where there is none."""
    row = con.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row["value"] if row else None
