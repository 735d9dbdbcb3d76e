"""The one door to PostgreSQL: sessions, transactions, and errors told in words that say what to do.

The record's decisions (is this article known? which story is it?) rest on what was read in the same transaction, and
SQLite lets one process write at a time. So it is here: a `write` waits for its turn by an advisory lock of the
database, so that each decision holds, whatever machine it is made on. Claims don't wait (`claims=True`): they lock the
rows that they take and skip those that others have. A machine that falls silent loses its turn with its session.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, cast

from core.errors import StoreError
from store.postgres.address import Address
from store.postgres.connection import Connection
from store.sqlite import meta

BUSY_SECONDS: Final = 20.0
TURN: Final = 0x6469656D
"""Key of the advisory lock of whoever writes (the bytes "diem")."""
_TABLES: Final = (
    "SELECT string_agg(quote_ident(tablename), ', ') AS names FROM pg_tables WHERE schemaname = current_schema()"
)
_READ: Final = "ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Database:
    """A few sessions of one server, a thread at a time each. Raises StoreError for whatever it raises inside."""

    def __init__(self, address: Address, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.address = address
        self.opened = False  # as the record in use: from then on nothing is written to one that has moved
        self._busy_seconds = busy_seconds
        self._mine = threading.local()
        self._free: list[Connection] = []
        self._room = threading.BoundedSemaphore(address.connections)
        self._closed = False

    @property
    def place(self) -> str:
        """Where the record is, for people; without any secret."""
        return str(self.address)

    @contextmanager
    def read(self) -> Iterator[Any]:
        """A connection that sees one state of the record throughout (inside a `write`: that write's own)."""
        with self._session(_READ) as con:
            yield con

    @contextmanager
    def write(self, *, durable: bool = False, claims: bool = False) -> Iterator[Any]:
        """One transaction: all of it or nothing. A `write` within a `write` of the same thread joins it.

        Every commit is on the server's disk before it returns, `durable` or not. `claims`: what locks its own rows
        and doesn't wait for its turn.
        """
        del durable
        joined = getattr(self._mine, "con", None) is not None
        with self._session("ISOLATION LEVEL READ COMMITTED") as con:
            if not joined and not claims:
                con.execute("SELECT pg_advisory_xact_lock(?)", (TURN,))
            if not joined and self.opened:
                meta.refuse_moved(cast(sqlite3.Connection, con), self.place)
            yield con

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """A connection outside any transaction, for upkeep."""
        with self._session("") as con:
            yield con

    def scrub(self) -> None:
        """Give the space of deleted rows back for use, so that they can't be read any more and are overwritten.

        Of every table: one left out of a list would be noticed by nobody. Those in which nothing was deleted cost next
        to nothing. The planner's statistics need no care here: of texts there are none (migration 0020).
        """
        with self.alone() as con:
            con.script(f"VACUUM {con.execute(_TABLES).fetchone()['names']}")

    def bytes(self) -> int:
        """Size on the server's disk."""
        with self.read() as con:
            return int(con.execute("SELECT pg_database_size(current_database())").fetchone()[0])

    def close(self) -> None:
        """Close the sessions that nobody uses; those in use close when they are given back."""
        self._closed = True
        while self._free:
            self._free.pop().close()

    @contextmanager
    def _session(self, begin: str) -> Iterator[Connection]:
        """The session that this thread has, or one of those that are free, in a transaction of that kind."""
        mine: Connection | None = getattr(self._mine, "con", None)
        if mine is not None:
            yield mine
            return
        con = self._mine.con = self._taken(begin)
        try:
            yield con
            if begin:
                con.end(good=True)
        except BaseException:
            if begin:
                with suppress(StoreError):
                    con.end(good=False)
            raise
        finally:
            self._mine.con = None
            self._give_back(con)

    def _taken(self, begin: str) -> Connection:
        """A session in its transaction. One that broke while nobody used it is put aside: nothing was done in it."""
        if self._closed:
            raise StoreError(f"record {self.address}: it was closed already")
        if not self._room.acquire(timeout=self._busy_seconds):
            raise StoreError(f"record {self.address}: all {self.address.connections} sessions are in use; try again")
        try:
            while self._free:
                con = self._free.pop()
                try:
                    return _begun(con, begin)
                except StoreError:
                    con.close()
            return _begun(Connection(self.address, lock_seconds=self._busy_seconds), begin)
        except BaseException:
            self._room.release()
            raise

    def _give_back(self, con: Connection) -> None:
        if self._closed or con.in_transaction or con.lost:
            con.close()
        else:
            self._free.append(con)
        self._room.release()


def _begun(con: Connection, how: str) -> Connection:
    if how:
        con.begin(how)
    else:
        con.script("SELECT 1")
    return con
