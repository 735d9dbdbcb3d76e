"""The port TokenVault: a small SQLite file beside the record, keys.sqlite3.

It is no part of the record on purpose. A backup of the record holds no token, and a restore, whenever it comes, can't
put an older pair in the place of a newer one: the older refresh token is spent.

One refresher at a time: `alone` holds an exclusive lock on a second file, which the system takes back when its
process ends in whatever way. Every write is synced (synchronous = EXTRA) before a method returns.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from core.errors import StoreError
from core.records import TokenPair, TokenState
from store.sqlite.database import told
from store.sqlite.rows import from_us, maybe_from_us, to_us

_BUSY_SECONDS: Final = 10.0
_ROOM: Final = 10_000_000
"""Bytes that must be free before a token is given away, so that there is a place for the answer."""
_MOST_FAILURE: Final = 300

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tokens (
    account        TEXT PRIMARY KEY,
    number         INTEGER NOT NULL,
    access         TEXT NOT NULL,
    refresh        TEXT NOT NULL,
    access_until   INTEGER NOT NULL,
    refresh_until  INTEGER NOT NULL,
    obtained_at    INTEGER NOT NULL,
    asked_at       INTEGER,
    interrupted_at INTEGER,
    failed_at      INTEGER,
    failures       INTEGER NOT NULL DEFAULT 0,
    failure        TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""


class TokenVault:
    """The port TokenVault on a file of its own."""

    def __init__(self, path: Path) -> None:
        """`path` of the file, which need not exist. Its lock lies beside it."""
        self.path = path
        self._lock = path.with_suffix(".lock")

    def state(self, account: str) -> TokenState | None:
        """The newest pair and what came of refreshing it; None where nobody has signed in."""
        if not self.path.exists():
            return None
        with self._open() as con:
            row = con.execute("SELECT * FROM tokens WHERE account = ?", (account,)).fetchone()
        return None if row is None else _load(row)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """True for one process and thread at a time, until the block or the process ends; False for the others."""
        _make_private(self._lock)
        with closing(sqlite3.connect(self._lock, timeout=0, isolation_level=None)) as con:
            try:
                con.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY":
                    raise told(error, self._lock) from error
                yield False
                return
            yield True
            con.rollback()

    def begin(self, account: str, at: datetime) -> None:
        """Mark that the refresh token is about to be given away. An earlier mark without an end becomes `interrupted`.

        Raises StoreError where there is no room for the answer.
        """
        if shutil.disk_usage(self.path.parent).free < _ROOM:
            raise StoreError(f"{self.path}: the disk is full, so Zalo is not asked for a new token; make room there")
        with self._write() as con:
            con.execute(
                "UPDATE tokens SET interrupted_at = coalesce(asked_at, interrupted_at), asked_at = ? WHERE account = ?",
                (to_us(at), account),
            )

    def renewed(self, account: str, number: int, pair: TokenPair, at: datetime) -> bool:
        """Keep the pair that came of refreshing pair `number`; False where that is no longer the newest."""
        with self._write() as con:
            return (
                con.execute(
                    "UPDATE tokens SET number = number + 1, access = ?, refresh = ?, access_until = ?,"
                    " refresh_until = ?, obtained_at = ?, asked_at = NULL, interrupted_at = NULL, failed_at = NULL,"
                    " failures = 0, failure = '' WHERE account = ? AND number = ?",
                    (*_values(pair), to_us(at), account, number),
                ).rowcount
                == 1
            )

    def failed(self, account: str, at: datetime, failure: str, *, unsure: bool) -> None:
        """No pair came: keep the old one. `unsure`: Zalo may have spent the refresh token all the same."""
        with self._write() as con:
            con.execute(
                "UPDATE tokens SET failed_at = ?, failures = failures + 1, failure = ?,"
                " interrupted_at = CASE WHEN ? THEN coalesce(interrupted_at, asked_at) ELSE interrupted_at END,"
                " asked_at = NULL WHERE account = ?",
                (to_us(at), failure[:_MOST_FAILURE], unsure, account),
            )

    def sign_in(self, account: str, pair: TokenPair, at: datetime) -> None:
        """Keep a pair that a person has fetched; every other account's goes."""
        with self._write() as con:
            number = con.execute("SELECT coalesce(max(number), 0) + 1 FROM tokens").fetchone()[0]
            con.execute("DELETE FROM tokens")
            con.execute(
                "INSERT INTO tokens (account, number, access, refresh, access_until, refresh_until, obtained_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (account, number, *_values(pair), to_us(at)),
            )

    def forget(self) -> bool:
        """Delete all tokens; False where there are none."""
        if not self.path.exists():
            return False
        with self._write() as con:
            return con.execute("DELETE FROM tokens").rowcount > 0

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._open() as con:
            con.execute("BEGIN IMMEDIATE")
            try:
                yield con
                con.commit()
            except BaseException:
                con.rollback()
                raise

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own each time: any thread may ask, and none holds the file open."""
        _make_private(self.path)
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as con:
                con.row_factory = sqlite3.Row
                con.execute("PRAGMA synchronous = EXTRA")
                con.execute("PRAGMA secure_delete = ON")
                con.execute(_SCHEMA)
                yield con
        except sqlite3.Error as error:
            raise told(error, self.path) from error


def _values(pair: TokenPair) -> tuple[str, str, int, int]:
    return (
        pair.access.get_secret_value(),
        pair.refresh.get_secret_value(),
        to_us(pair.access_until),
        to_us(pair.refresh_until),
    )


def _load(row: sqlite3.Row) -> TokenState:
    return TokenState(
        account=row["account"],
        pair=TokenPair(
            access=SecretStr(row["access"]),
            refresh=SecretStr(row["refresh"]),
            access_until=from_us(row["access_until"]),
            refresh_until=from_us(row["refresh_until"]),
        ),
        number=row["number"],
        obtained_at=from_us(row["obtained_at"]),
        asked_at=maybe_from_us(row["asked_at"]),
        interrupted_at=maybe_from_us(row["interrupted_at"]),
        failed_at=maybe_from_us(row["failed_at"]),
        failures=row["failures"],
        failure=row["failure"],
    )


def _make_private(path: Path) -> None:
    """An empty file that only its owner may read, where there is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}; check that the folder can be written, or set another data_dir"
        ) from None
