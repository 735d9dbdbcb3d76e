"""Is the record sound? For `doctor`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from core.errors import StoreError
from store.sql import Connection
from store.sqlite.database import Database


def problems(db: Database) -> tuple[str, ...]:
    """What is wrong with the record, each with what to do; empty where it is sound. Reads the whole file."""
    try:
        with db.write() as con:  # the index's own check counts as a write
            return tuple(_problems(con, db.place))
    except StoreError as error:
        return (str(error),)


def unindexed(con: Connection, place: str) -> Iterator[str]:
    """Whether articles are missing in the record's own search."""
    missing = con.execute(
        "SELECT count(*) FROM articles WHERE state <> 'withdrawn' AND n NOT IN (SELECT n FROM indexed)"
    ).fetchone()[0]
    if missing:
        yield f"record {place}: {missing} articles are not in the search index; run `diembao index rebuild`"


def _problems(con: Any, place: str) -> Iterator[str]:
    damaged = [row[0] for row in con.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
    if damaged:
        yield f"record {place}: damaged ({'; '.join(damaged)}); run `diembao restore` with the last backup"
        return
    if con.execute("PRAGMA foreign_key_check").fetchone():
        yield f"record {place}: rows without their article; run `diembao restore` with the last backup"
    try:
        con.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    except sqlite3.DatabaseError:
        yield f"record {place}: the search index is damaged; run `diembao index rebuild`"
    yield from unindexed(con, place)
