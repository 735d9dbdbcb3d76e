"""The one door to SQLite: connections, transactions, and errors told in words that say what to do.

Several processes share the file (crawl, deliver, serve). WAL lets them read while one writes; a write takes its lock
at the start (BEGIN IMMEDIATE), so that it waits for its turn instead of failing in the middle. synchronous=NORMAL
never damages the file, but a power cut (not a kill) may lose the last seconds; what must outlast one asks for
`write(durable=True)`, which syncs the log with everything that was committed before.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from core.errors import StoreError
from store.sqlite import meta

BUSY_SECONDS: Final = 20.0
APPLICATION_ID: Final = 0x6469656D
"""Marks the file as a record of this program (the bytes "diem")."""

_LEAST_ROOM: Final = 100_000
"""Bytes: less than the files that SQLite makes beside a record when it opens it."""

_ADVICE: Final = {
    "SQLITE_FULL": "the disk is full; free some space there and start again (nothing was lost)",
    "SQLITE_BUSY": f"another process has held it for over {BUSY_SECONDS:.0f} s; end that process or try again",
    "SQLITE_LOCKED": "another part of this process holds it; try again",
    "SQLITE_CORRUPT": "it is damaged; stop the service and run `diembao restore` with the last backup",
    "SQLITE_NOTADB": "it is damaged or no database; stop the service and run `diembao restore` with the last backup",
    "SQLITE_CANTOPEN": "it can't be opened; check that the folder exists and that this user may write in it",
    "SQLITE_READONLY": "it can't be written; check the rights of the file and of its folder",
    "SQLITE_PERM": "access was denied; check the rights of the file and of its folder",
    "SQLITE_IOERR": "reading or writing it failed; check the disk (space, cabling, quota), then run `diembao doctor`",
    "SQLITE_TOOBIG": "a text is too large for the database",
}


def told(error: sqlite3.Error, path: Path) -> StoreError:
    """The error as a StoreError that names the file and says what to do."""
    name = getattr(error, "sqlite_errorname", None) or ""
    if not name and "closed database" in str(error):
        return StoreError(f"record {path}: it was closed already")
    if name.startswith("SQLITE_IOERR") and _no_room(path):
        name = "SQLITE_FULL"  # where there is none for the file of locks it is not said so
    advice = next((text for code, text in _ADVICE.items() if name.startswith(code)), "")
    return StoreError(f"record {path}: {advice or 'unexpected error of the database'} ({error})")


def _no_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False


class _Connection(sqlite3.Connection):
    """Can be referred to weakly: a thread that ends takes its connection along. The words of search lie in FTS5."""

    users = 0
    """Transactions under way. Closed under the hands of a thread, a connection would end the whole process."""

    def stream(self, sql: str) -> Iterator[sqlite3.Row]:
        """Rows as they are read, not all at once."""
        return self.execute(sql)

    skip_locked: Final = ""
    """SQLite lets one process write at a time: no other claim can be under way."""

    def index_words(self, n: int, marks: str, title: str, body: str) -> None:
        """Put the words of an article into the index."""
        self.execute("INSERT INTO search (rowid, desk, title, body) VALUES (?, ?, ?, ?)", (n, marks, title, body))

    def unindex_words(self, n: int, marks: str, title: str, body: str) -> None:
        """Take an article out. FTS5 keeps no text, so it must be told with which words it was put in."""
        self.execute(
            "INSERT INTO search (search, rowid, desk, title, body) VALUES ('delete', ?, ?, ?, ?)",
            (n, marks, title, body),
        )

    def unindex_all(self) -> None:
        """Empty the index."""
        self.execute("INSERT INTO search (search) VALUES ('delete-all')")

    def merge_words(self, pages: int) -> bool:
        """Rewrite a part of the index without what was deleted; False once nothing is left to do."""
        before = self.total_changes
        self.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (-pages,))
        return self.total_changes - before > 1


class Database:
    """One connection a thread to one file. Raises StoreError for whatever SQLite raises inside `read` and `write`."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.opened = False  # as the record in use: from then on nothing is written to one that has moved
        self._busy_seconds = busy_seconds
        self._local = threading.local()
        self._turn = threading.Condition()
        self._all: weakref.WeakSet[_Connection] = weakref.WeakSet()

    @property
    def place(self) -> str:
        """Where the record is, for people."""
        return str(self.path)

    @contextmanager
    def read(self) -> Iterator[_Connection]:
        """A connection that sees one state of the record throughout (inside a `write`: that write's own)."""
        with self._using() as con:
            if con.in_transaction:
                yield con
                return
            con.execute("BEGIN")
            try:
                yield con
            finally:
                con.rollback()

    @contextmanager
    def write(self, *, durable: bool = False, claims: bool = False) -> Iterator[_Connection]:
        """One transaction: all of it or nothing. A `write` within a `write` of the same thread joins it."""
        del claims  # here every write waits for its turn
        with self._using() as con:
            if con.in_transaction:
                yield con
                return
            if durable:
                con.execute("PRAGMA synchronous = FULL")
            try:
                con.execute("BEGIN IMMEDIATE")
                if self.opened:
                    meta.refuse_moved(con, self.place)
                yield con
                con.commit()
            except BaseException:
                con.rollback()
                raise
            finally:
                if durable:
                    con.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def alone(self) -> Iterator[_Connection]:
        """A connection outside any transaction, for pragmas, backup and checkpoints."""
        with self._using() as con:
            yield con

    def scrub(self) -> None:
        """Take deleted text out of the write-ahead log too; in the file secure_delete has overwritten it."""
        with self.alone() as con:
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def bytes(self) -> int:
        """Size of the file, without its log."""
        return self.path.stat().st_size

    def close(self) -> None:
        """Close the connections of all threads, another's once it is through with what it does.

        One that goes on for longer than anybody would wait for it is left to its thread.
        """
        own = getattr(self._local, "con", None)
        with self._turn:
            for con in list(self._all):
                if con is own or self._turn.wait_for(lambda con=con: not con.users, timeout=self._busy_seconds):  # type: ignore[misc]
                    con.close()

    @contextmanager
    def _using(self) -> Iterator[_Connection]:
        try:
            con = self._connection()
            with self._turn:
                con.users += 1
            try:
                yield con
            finally:
                with self._turn:
                    con.users -= 1
                    self._turn.notify_all()
        except sqlite3.Error as error:
            raise told(error, self.path) from error

    def _connection(self) -> _Connection:
        con: _Connection | None = getattr(self._local, "con", None)
        if con is None:
            con = connect(self.path, busy_seconds=self._busy_seconds)
            self._local.con = con
            with self._turn:
                self._all.add(con)
        return con


def _while_busy(seconds: float) -> Retrying:
    """Two that open a new file at once would both turn it to WAL: SQLite tells one of them so without any wait."""
    busy = retry_if_exception(lambda error: getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY")
    return Retrying(retry=busy, stop=stop_after_delay(seconds), wait=wait_random(0.005, 0.05), reraise=True)


def connect(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> _Connection:
    """A connection as this package uses it. Raises sqlite3.Error: for use inside this package only."""
    con = sqlite3.connect(
        path, timeout=busy_seconds, isolation_level=None, check_same_thread=False, factory=_Connection
    )
    try:
        con.row_factory = sqlite3.Row
        for attempt in _while_busy(busy_seconds):
            with attempt:
                con.execute("PRAGMA journal_mode = WAL")
        con.execute("PRAGMA synchronous = NORMAL")
        con.execute("PRAGMA foreign_keys = ON")
        con.execute("PRAGMA secure_delete = ON")
        con.execute("PRAGMA wal_autocheckpoint = 8000")
        con.execute("PRAGMA cache_size = -16000")
        con.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        con.close()
        raise
    return con
