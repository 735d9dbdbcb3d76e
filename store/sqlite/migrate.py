"""Append-only migrations: migrations/NNNN_name.sql, each in a transaction, its SHA-256 pinned in the record.

A backup of the file is made before one runs on a record that already holds something. A record that a newer program
has written is refused, since this one doesn't know what it would break.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from core.errors import StoreError
from store.sqlite.database import APPLICATION_ID, Database
from store.sqlite.rows import to_us

_EARLIER: Final = frozenset({"d8d742684d23e0d6f6d8ac9087f0f98ac6bfbb3c395d60ec10604fb45071224e"})
"""SHA-256 of a form in which 0011 once stood; 0017 adds what that lacked."""
_NAME: Final = re.compile(r"^(\d{4})_(\w+)\.sql$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped() -> tuple[Migration, ...]:
    """The migrations of this program, in order."""
    return in_folder(resources.files("store.sqlite") / "migrations")


def in_folder(folder: Traversable) -> tuple[Migration, ...]:
    """The migrations that lie in a folder, in order."""
    return tuple(
        Migration(number=int(match[1]), name=match[2], sql=file.read_text(encoding="utf-8").replace("\r", ""))
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if (match := _NAME.match(file.name))
    )


def applied(con: sqlite3.Connection) -> dict[int, str]:
    """Number -> SHA-256 of what the record has been through; empty for a new file."""
    if not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
        return {}
    return {row["number"]: row["sha256"] for row in con.execute("SELECT number, sha256 FROM migrations")}


def migrate(
    db: Database, at: datetime, back_up: Callable[[int], Path], migrations: tuple[Migration, ...] | None = None
) -> tuple[int, ...]:
    """Bring the record to this program's schema; returns the numbers that ran.

    `back_up` is called with the present version before anything runs on a record that already has one.
    Raises StoreError for a newer record, another program's file, or a migration that was edited after it ran.
    """
    known = shipped() if migrations is None else migrations
    with db.read() as con:
        _check_owner(con, db.path)
        done = applied(con)
    check_versions(done, known, db.path)
    todo = [m for m in known if m.number not in done]
    if todo and done:
        back_up(max(done))
    return tuple(m.number for m in todo if _run(db, m, at))


def check_versions(done: dict[int, str], known: tuple[Migration, ...], path: object) -> None:
    """Raises StoreError where the record is newer than the program or its history is not the program's."""
    newest = max((m.number for m in known), default=0)
    if done and max(done) > newest:
        raise StoreError(
            f"record {path}: written by a newer diembao (schema {max(done)}, this program knows {newest}); "
            "update the program, or restore a backup that this version made"
        )
    for migration in known:
        if done.get(migration.number, migration.sha256) not in {migration.sha256, *_EARLIER}:
            raise StoreError(
                f"record {path}: migration {migration.number:04d} was applied in another form than this program has; "
                "use the version of the program that made this record, or restore a backup of this version"
            )


def _check_owner(con: sqlite3.Connection, path: Path) -> None:
    owner = con.execute("PRAGMA application_id").fetchone()[0]
    tables = con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if owner != APPLICATION_ID and tables:
        raise StoreError(f"record {path}: a database of another program; choose another data_dir")


def _run(db: Database, migration: Migration, at: datetime) -> bool:
    with db.write(durable=True) as con:
        con.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL)"
        )
        if migration.number in applied(con):
            return False  # another process was faster
        con.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in statements(migration.sql):
            con.execute(statement)
        con.execute(
            "INSERT INTO migrations VALUES (?, ?, ?, ?)",
            (migration.number, migration.name, migration.sha256, to_us(at)),
        )
    return True


def statements(sql: str) -> Iterator[str]:
    """The single statements of a script (sqlite3.executescript would commit between them)."""
    text = ""
    for piece in re.split(r"(?<=;)", sql):
        text += piece
        if sqlite3.complete_statement(text):
            yield text
            text = ""
    if text.strip() and not all(line.startswith("--") for line in text.strip().splitlines()):
        raise StoreError(f"a migration ends in the middle of a statement: {text.strip()[:80]!r}")
