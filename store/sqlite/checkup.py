"""Is the record sound? For `doctor`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from core.errors import StoreError
from store.sqlite.database import Database


def problems(db: Database, path: Path) -> tuple[str, ...]:
    """What is wrong with the record, each with what to do; empty where it is sound. Reads the whole file."""
    try:
        with db.write() as con:  # the index's own check counts as a write
            return tuple(_problems(con, path))
    except StoreError as error:
        return (str(error),)


def _problems(con: sqlite3.Connection, path: Path) -> Iterator[str]:
    damaged = [row[0] for row in con.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
    if damaged:
        yield f"record {path}: damaged ({'; '.join(damaged)}); run `diembao restore` with the last backup"
        return
    if con.execute("PRAGMA foreign_key_check").fetchone():
        yield f"record {path}: rows without their article; run `diembao restore` with the last backup"
    try:
        con.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    except sqlite3.DatabaseError:
        yield f"record {path}: the search index is damaged; run `diembao index rebuild`"
    unindexed = con.execute(
        "SELECT count(*) FROM articles WHERE state <> 'withdrawn' AND n NOT IN (SELECT n FROM indexed)"
    ).fetchone()[0]
    if unindexed:
        yield f"record {path}: {unindexed} articles are not in the search index; run `diembao index rebuild`"
