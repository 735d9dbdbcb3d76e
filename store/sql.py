"""What the record's SQL is run through, whichever engine stands behind it.

The SQL is written once, in words that SQLite and PostgreSQL share (named or `?` parameters, ON CONFLICT, RETURNING);
what an engine does in a way of its own is a method or an attribute here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Values = Sequence[Any] | Mapping[str, Any]


class Row(Protocol):
    """A row: by name, by position, or unpacked."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def keys(self) -> list[str]: ...


class Result(Protocol):
    """What a statement has brought."""

    @property
    def rowcount(self) -> int: ...

    @property
    def lastrowid(self) -> int | None: ...

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """A connection within a transaction."""

    @property
    def skip_locked(self) -> str:
        """What ends a SELECT whose rows are then claimed: rows that another claim has locked are left out."""
        ...

    def execute(self, sql: str, values: Values = ..., /) -> Result: ...

    def stream(self, sql: str) -> Iterator[Any]:
        """Rows as they are read, not all at once; one stream at a time."""
        ...

    def executemany(self, sql: str, rows: Iterable[Values], /) -> object: ...

    def index_words(self, n: int, marks: str, title: str, body: str) -> None:
        """Put the words of an article (store/sqlite/words.py) into the search index."""
        ...

    def unindex_words(self, n: int, marks: str, title: str, body: str) -> None:
        """Take an article out; the words are those with which it was put in."""
        ...

    def unindex_all(self) -> None: ...

    def merge_words(self, pages: int) -> bool:
        """Rewrite a part of the index without what was taken out; False once nothing is left to do."""
        ...


class Database(Protocol):
    """Hands out connections in transactions. Raises StoreError for whatever the engine raises inside."""

    @property
    def place(self) -> str:
        """Where the record is, for people."""
        ...

    def read(self) -> AbstractContextManager[Any]:
        """One state of the record throughout."""
        ...

    def write(self, *, durable: bool = False, claims: bool = False) -> AbstractContextManager[Any]:
        """One transaction, all of it or nothing; a `write` within a `write` of the same thread joins it.

        `durable`: it outlasts a power cut. `claims`: it only takes rows that it locks by itself, so that it need not
        wait for its turn among the writers, where the engine can do so.
        """
        ...

    def scrub(self) -> None:
        """Take deleted text out of the engine's files, as far as it lets one."""
        ...

    def bytes(self) -> int:
        """Size of the record."""
        ...

    def close(self) -> None: ...


def upsert(table: str, columns: str, *, key: str) -> str:
    """An INSERT of these columns that takes the place of the row with the same key."""
    names = columns.split(", ")
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key.split(", "))
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {sets}"  # noqa: S608
