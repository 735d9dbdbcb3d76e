"""A connection to PostgreSQL that is used like one to SQLite: the same calls, rows by name or position."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from pg8000.converters import make_params

from store.postgres.address import Address, connect
from store.postgres.dialect import statement
from store.postgres.errors import FAILED, LOST, told
from store.postgres.words import vector

_PREPARED: Final = 300
"""Statements that the server keeps ready for a connection; the one used longest ago makes room."""
_FETCHED: Final = 1000
_BOOLEAN, _JSON, _JSONB, _NUMERIC = 16, 114, 3802, 1700
"""Numbers of types, fixed in PostgreSQL's catalogue pg_type."""

_INSERTED: Final = re.compile(r"\s*INSERT INTO (\w+)")

Values = Sequence[object] | Mapping[str, object]


class Row:
    """A row: `row["name"]`, `row[0]`, unpacking, `dict(row)`."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: Mapping[str, int], values: Sequence[Any]) -> None:
        self._names, self._values = names, values

    def __getitem__(self, key: str | int) -> Any:
        return self._values[self._names[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        """Names of the columns."""
        return list(self._names)


class Result:
    """What a statement has brought: rows, and how many it has changed."""

    def __init__(self, connection: Connection, sql: str, rows: Iterator[Row], rowcount: int) -> None:
        self._connection, self._sql, self._rows, self.rowcount = connection, sql, rows, rowcount

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def fetchone(self) -> Row | None:
        """The next row."""
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        return list(self._rows)

    @property
    def lastrowid(self) -> int:
        """The `id` that the server gave the row just inserted; to be asked before another one of that table."""
        table = _INSERTED.match(self._sql)
        assert table is not None
        row = self._connection.execute("SELECT currval(pg_get_serial_sequence(?, 'id'))", (table[1],)).fetchone()
        assert row is not None
        return int(row[0])


class Connection:
    """One session. Raises StoreError for what the driver raises; `lost` once there is no session any more."""

    def __init__(self, address: Address, *, lock_seconds: float) -> None:
        self._address = address
        self._ready: OrderedDict[str, tuple[Any, ...]] = OrderedDict()
        self.in_transaction = False
        self.lost = False
        with self._told():
            self._driver = connect(address, lock_seconds=lock_seconds)
        for number, read in ((_BOOLEAN, _truth), (_JSON, str), (_JSONB, str), (_NUMERIC, _number)):
            self._driver.register_in_adapter(number, read)

    def execute(self, sql: str, values: Values = ()) -> Result:
        """Run a statement of the record; the server parses it once."""
        asked = statement(sql)
        with self._told():
            name, columns, readers, names = self._prepared(asked.sql)
            sent = make_params(self._driver.py_types, asked.values(values))
            done = self._driver.execute_named(name, sent, columns, readers, asked.sql)
        return Result(self, sql, (Row(names, row) for row in done.rows or ()), done.row_count)

    def executemany(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement once for each row of values."""
        for values in rows:
            self.execute(sql, values)

    def script(self, sql: str) -> None:
        """Run statements that have no parameters and bring nothing, as they are."""
        with self._told():
            self._driver.run(sql)

    def stream(self, sql: str) -> Iterator[Row]:
        """Rows as they are read, some at a time, by a cursor of the server."""
        self.script(f"DECLARE stream NO SCROLL CURSOR FOR {sql}")
        while rows := self._fetched():
            yield from rows
        self.script("CLOSE stream")

    def _fetched(self) -> list[Row]:
        with self._told():
            rows = self._driver.run(f"FETCH {_FETCHED} FROM stream")
            names = {column["name"]: place for place, column in enumerate(self._driver.columns)}
        return [Row(names, row) for row in rows]

    skip_locked: Final = "FOR UPDATE SKIP LOCKED"
    """Rows that another claim has locked are left out."""

    def index_words(self, n: int, marks: str, title: str, body: str) -> None:
        """Put the words of an article into the index."""
        self.execute("INSERT INTO search VALUES (?, CAST(? AS tsvector))", (n, vector(marks, title, body)))

    def unindex_words(self, n: int, marks: str, title: str, body: str) -> None:
        """Take an article out."""
        del marks, title, body
        self.execute("DELETE FROM search WHERE n = ?", (n,))

    def unindex_all(self) -> None:
        """Empty the index."""
        self.execute("DELETE FROM search")

    def merge_words(self, pages: int) -> bool:
        """Nothing is left to do: VACUUM looks after what was taken out (`Database.scrub`)."""
        del pages
        return False

    def begin(self, how: str) -> None:
        """Open a transaction."""
        self.script(f"BEGIN {how}")
        self.in_transaction = True

    def end(self, *, good: bool) -> None:
        """Close the transaction: all of it or nothing."""
        self.script("COMMIT" if good else "ROLLBACK")
        self.in_transaction = False

    def close(self) -> None:
        """End the session; one that is lost has ended."""
        self.lost = True
        with suppress(*FAILED):
            self._driver.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FAILED as error:
            self.lost = self.lost or isinstance(error, LOST)
            raise told(error, self._address) from error

    def _prepared(self, sql: str) -> tuple[Any, ...]:
        ready = self._ready.get(sql)
        if ready is not None:
            self._ready.move_to_end(sql)
            return ready
        if len(self._ready) >= _PREPARED:
            _, oldest = self._ready.popitem(last=False)
            self._driver.close_prepared_statement(oldest[0])
        name, columns, readers = self._driver.prepare_statement(sql, ())
        names = {column["name"]: place for place, column in enumerate(columns or ())}
        ready = self._ready[sql] = (name, columns, readers, names)
        return ready


def _truth(text: str) -> int:
    return int(text == "t")


def _number(text: str) -> int | float:
    """Sums of whole numbers come as `numeric`."""
    return float(text) if "." in text else int(text)
