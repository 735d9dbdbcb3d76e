"""Rows in every table of a record, made from its schema alone: a table of a later migration gets its rows by itself."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, Final

WHOLE, SPARSE = 1, 2
"""The two rows of each table: one with a value in every column, one with NULL wherever that is allowed."""
_CHOICE: Final = r"CHECK \({} IN \(([^)]*)\)\)"
_BEYOND_A_FLOAT: Final = 2**53 + 1
_EVERY_BYTE: Final = bytes(range(256))


class Schema:
    """A record's tables as SQLite tells them."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con

    @cached_property
    def tables(self) -> dict[str, str]:
        """Names and statements of all tables but SQLite's own and those of the search index."""
        return dict(
            self._con.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' AND name <> 'search' AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
            )
        )

    def columns(self, table: str) -> list[str]:
        """In the order of the table."""
        return [row[1] for row in self._con.execute(f"PRAGMA table_info({table})")]

    def fill(self, but: Collection[str]) -> None:
        """Both rows in each table but those named."""
        self._con.execute("PRAGMA foreign_keys = OFF")  # rows agree by what they hold, in whichever order they come
        for table in sorted(self.tables.keys() - set(but)):
            marks = ", ".join("?" * len(self.columns(table)))
            for row in (WHOLE, SPARSE):
                self._con.execute(f"INSERT INTO {table} VALUES ({marks})", list(self._values(table, row)))
        assert not self._con.execute("PRAGMA foreign_key_check").fetchall()
        self._con.commit()

    def _values(self, table: str, row: int) -> Iterator[object]:
        for column in self.columns(table):
            yield self._value(table, column, row)

    def _value(self, table: str, column: str, row: int) -> object:
        _, _, kind, bound, _, key = self._told(table, column)
        if row == SPARSE and not bound and not key:
            return None
        if referred := self._referred(table, column):
            return self._value(*referred, row)
        if choice := re.search(_CHOICE.format(column), self.tables[table]):
            return re.findall(r"'([^']*)'", choice[1])[row - 1]
        if kind == "INTEGER":
            return row if key else _BEYOND_A_FLOAT + row
        if kind == "TEXT":  # a list as JSON, since the search index is made of such columns
            return f"""["Bão số {row}: “Đường 24B”, 'xã Trà Bồng' \\"ngập\\" \\\\ 50% 🌊 của {table}.{column}"]"""
        return {"REAL": row / 3, "BLOB": _EVERY_BYTE if row == WHOLE else b""}[kind]

    def _told(self, table: str, column: str) -> tuple[Any, ...]:
        return next(tuple(row) for row in self._con.execute(f"PRAGMA table_info({table})") if row[1] == column)

    def _referred(self, table: str, column: str) -> tuple[str, str] | None:
        """The table and column of which this one holds a value."""
        keys = self._con.execute(f"PRAGMA foreign_key_list({table})")
        return next(((row[2], row[4] or row[3]) for row in keys if row[3] == column), None)
