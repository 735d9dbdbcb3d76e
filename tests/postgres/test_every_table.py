"""The whole record moves, table by table and row by row: also the tables that no other test of moving fills."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core.clock import FixedClock
from core.settings import KeepSettings
from store.postgres.address import Address
from store.postgres.moving import move
from store.sqlite.meta import MOVED
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.every_table import Schema
from tests.fakes.records import NOON
from tests.postgres.server import Server

MADE_ANEW = {"indexed"}
"""What each engine's search index holds."""
OF_THE_SCHEMA = {"migrations"}
BY_TRIGGER = {"label_days"}
"""Counts that the record keeps while labels are written."""

Ask = Callable[[str], list[list[object]]]
Rows = dict[str, list[str]]


def _file(path: Path) -> Record:
    return open_record(path, clock=FixedClock(NOON), keep=KeepSettings())


def _rows(ask: Ask, columns: dict[str, list[str]]) -> Rows:
    """Every row of every table as it is written, so that 1 is not 1.0. That it has moved is no part of a record."""
    found: Rows = {}
    for table, names in columns.items():
        listed = ", ".join(f'"{name}"' for name in names)
        where = f" WHERE name <> '{MOVED}'" if table == "meta" else ""
        found[table] = sorted(repr(list(row)) for row in ask(f"SELECT {listed} FROM {table}{where}"))
    return found


def test_every_table_moves_row_by_row(server: Server, address: Address, record: Record, tmp_path: Path) -> None:
    before, after = blank(tmp_path / "before.sqlite3"), tmp_path / "after.sqlite3"
    with closing(sqlite3.connect(before)) as con:
        schema = Schema(con)
        schema.fill(but=MADE_ANEW | OF_THE_SCHEMA | BY_TRIGGER)
        columns = {table: schema.columns(table) for table in schema.tables.keys() - MADE_ANEW - OF_THE_SCHEMA}
        given = _rows(lambda sql: con.execute(sql).fetchall(), columns)
    assert len(given) > 80
    assert not [table for table, rows in given.items() if not rows], "each has a row"

    with _file(before) as kept:
        gone = move(kept, record, str(address))
    assert gone.rows == sum(map(len, given.values()))
    on_server = server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'diembao'", address.database)
    assert {str(name) for (name,) in on_server} - {"search"} == schema.tables.keys(), "and there are no others"
    there = _rows(lambda sql: server.run(f"SET search_path = diembao; {sql}", address.database), columns)
    assert there == given

    with _file(after) as kept:
        come = move(record, kept, str(after))
    assert (come.rows, come.sha256) == (gone.rows, gone.sha256)
    with closing(sqlite3.connect(after)) as con:
        assert _rows(lambda sql: con.execute(sql).fetchall(), columns) == given
