"""Moves the whole record from one database to another, of either kind, and proves that it arrived.

While rows are copied the old record is in a writer's turn: nothing is written to it, whoever still runs on it waits.
Each table is counted and hashed on both sides; only when all agree is the old record marked as moved, so that nobody
goes on writing into it by mistake. Words of search and counts that triggers keep are made anew by the new engine.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from core.errors import StoreError
from store.postgres.dialect import sent
from store.sql import Connection, Database
from store.sqlite import meta
from store.sqlite.record import Record

_BATCH: Final = 500
_MADE_ANEW: Final = frozenset({"indexed", "search"})
_BY_TRIGGER: Final = frozenset({"label_days"})
"""Filled while other rows are written, so not copied; counted and hashed all the same."""
_OF_THE_SCHEMA: Final = frozenset({"migrations"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What arrived."""

    tables: int
    rows: int
    sha256: str  # over the sums of all tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Rows of a table, and a sum of their hashes, in which their order is of no matter."""

    rows: int
    total: int


def move(
    source: Record,
    target: Record,
    place: str,
    progress: Callable[[str, int], None] | None = None,
    arrived: Callable[[], None] = lambda: None,
) -> Moved:
    """Copy everything to an empty record of the same schema, check it, and mark the source as moved to `place`.

    `progress` is called with table and rows done, `arrived` before the source is marked. Raises StoreError, and leaves
    both as they were, where the target holds anything, the schemas differ, or what arrived is not what was sent.
    """
    old: Database = source.database
    with old.write() as give:
        if not _is_sqlite(give):
            give.execute("LOCK TABLE outbox, untagged IN SHARE MODE")  # claims don't wait for their turn
        moved = _copied(give, target, place, progress)
        arrived()
        meta.put(give, meta.MOVED, place)
    return moved


def copy(source: Record, target: Record, place: str) -> Moved:
    """The same for a record that goes on where it is: one state of it, while others write."""
    old: Database = source.database
    with old.read() as give:
        return _copied(give, target, place)


def _copied(give: Connection, target: Record, place: str, progress: Callable[[str, int], None] | None = None) -> Moved:
    new: Database = target.database
    with new.write(durable=True) as take:
        for con in (give, take):
            _may_wait(con)
        tables = _tables(give)
        _check(give, take, tables, target)
        take.execute("DELETE FROM meta")
        for table in tables:
            if table not in _BY_TRIGGER:
                _copy(give, take, table, progress)
        _go_on_counting(give, take)
        sums = {table: (_sum(give, table), _sum(take, table)) for table in tables}
        wrong = [table for table, (sent_, come) in sums.items() if sent_ != come]
        if wrong:
            raise StoreError(f"record {place}: not the same after the copy: {', '.join(wrong)}; nothing was changed")
        target.search.rebuild()
    whole = hashlib.sha256(repr([(table, pair[0].rows, pair[0].total) for table, pair in sums.items()]).encode())
    return Moved(tables=len(tables), rows=sum(pair[0].rows for pair in sums.values()), sha256=whole.hexdigest())


def where_to(record: Record) -> str | None:
    """Where a record has moved; None where it is the one in use."""
    with record.database.read() as con:
        return meta.get(con, meta.MOVED)


def _is_sqlite(con: Connection) -> bool:
    return isinstance(con, sqlite3.Connection)


def _may_wait(con: Connection) -> None:
    """One side does nothing while the other hashes or indexes, which may take longer than a session otherwise may."""
    if not _is_sqlite(con):
        con.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _tables(con: Connection) -> tuple[str, ...]:
    """The tables with data, each after those that its rows refer to."""
    if _is_sqlite(con):
        rows = con.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE"
            " 'search%' ORDER BY rowid"
        )
    else:
        rows = con.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    names = [row[0] for row in rows if row[0] not in _MADE_ANEW | _OF_THE_SCHEMA]
    return tuple(_in_order(names, {name: _needs(con, name) for name in names}))


def _needs(con: Connection, table: str) -> set[str]:
    if _is_sqlite(con):
        found = con.execute(f"PRAGMA foreign_key_list({table})")
        return {row["table"] for row in found} - {table}
    found = con.execute(
        "SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid = CAST(? AS regclass)",
        (table,),
    )
    return {row[0] for row in found} - {table}


def _in_order(names: list[str], needs: dict[str, set[str]]) -> Iterator[str]:
    waiting, given = sorted(names), set[str]()
    while waiting:
        ready = [name for name in waiting if needs[name] <= given]
        assert ready, f"tables refer to each other in a circle: {waiting}"
        yield from ready
        given |= set(ready)
        waiting = [name for name in waiting if name not in given]


def _columns(con: Connection, table: str) -> list[str]:
    if _is_sqlite(con):
        return [row["name"] for row in con.execute(f"PRAGMA table_info({table})")]
    rows = con.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = ? ORDER BY ordinal_position",
        (table,),
    )
    return [row[0] for row in rows]


def _check(give: Connection, take: Connection, tables: tuple[str, ...], target: Record) -> None:
    schemas = [max(row[0] for row in con.execute("SELECT number FROM migrations")) for con in (give, take)]
    if schemas[0] != schemas[1] or set(tables) != set(_tables(take)):
        raise StoreError("the two records are not of one schema; open both with this version of the program first")
    full = [
        table
        for table in tables
        if table != "meta" and take.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608
    ]
    if full:
        raise StoreError(
            f"record {target.database.place}: it holds something already ({', '.join(full[:5])}); name an empty one"
        )


def _rows(con: Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """All rows in the order of columns."""
    names = ", ".join(f'"{name}"' for name in _columns(con, table))
    return map(tuple, con.stream(f"SELECT {names} FROM {table}"))  # noqa: S608


def _copy(give: Connection, take: Connection, table: str, progress: Callable[[str, int], None] | None) -> None:
    names = _columns(give, table)
    listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    rows, done = _rows(give, table), 0
    while batch := list(islice(rows, _BATCH)):
        kept = [row for row in batch if table != "meta" or row[0] != meta.MOVED]
        take.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", kept)  # noqa: S608
        done += len(batch)
        if progress is not None:
            progress(table, done)


def _go_on_counting(give: Connection, take: Connection) -> None:
    """Numbers that were given once are not given again, though their row is gone."""
    last = dict(_numbers(give))
    if _is_sqlite(take):
        counting = take.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'").fetchall()
        for table, number in ((row["name"], last[row["name"]]) for row in counting if row["name"] in last):
            take.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            take.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number))
        return
    for table, column in _identities(take):
        top = take.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]  # noqa: S608
        if number := max(top or 0, last.get(table, 0)):
            take.execute("SELECT setval(pg_get_serial_sequence(?, ?), ?)", (table, column, number))


def _numbers(con: Connection) -> Iterator[tuple[str, int]]:
    """Tables that number their rows, and the last number given."""
    if _is_sqlite(con):
        yield from ((row["name"], row["seq"]) for row in con.execute("SELECT name, seq FROM sqlite_sequence"))
        return
    for table, column in _identities(con):
        name = con.execute("SELECT pg_get_serial_sequence(?, ?)", (table, column)).fetchone()[0]
        given = con.execute(f"SELECT last_value, is_called FROM {name}").fetchone()  # noqa: S608
        if given["is_called"] and column == "id":
            yield table, given["last_value"]


def _identities(con: Connection) -> list[tuple[str, str]]:
    rows = con.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_identity = 'YES'"
    )
    return [(row[0], row[1]) for row in rows]


def _sum(con: Connection, table: str) -> Sum:
    """Order is of no matter: the hashes are added up."""
    count = total = 0
    for row in _rows(con, table):
        if table == "meta" and row[0] == meta.MOVED:
            continue
        digest = hashlib.sha256(repr([sent(value) for value in row]).encode("utf-8", "surrogatepass")).digest()
        total = (total + int.from_bytes(digest[:16])) % (1 << 128)
        count += 1
    return Sum(rows=count, total=total)
