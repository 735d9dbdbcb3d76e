"""The schema on the server: the record's own migrations in PostgreSQL's words, and what only this engine needs.

Migration NNNN is store/sqlite/migrations/NNNN_name.sql as `dialect.schema` says it, then migrations/NNNN_name.sql of
this folder, where there is one: triggers and the search table. All that are new run in one transaction, in the turn of
whoever writes, so that of several machines that start at once one migrates and the others wait. Each is pinned by the
SHA-256 of what was run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib import resources

from store.postgres import dialect
from store.postgres.address import SCHEMA
from store.postgres.connection import Connection
from store.postgres.database import Database
from store.sqlite.migrate import Migration, check_versions, in_folder, statements
from store.sqlite.migrate import shipped as of_sqlite
from store.sqlite.rows import to_us

_LAID_OUT = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'"


def shipped() -> tuple[Migration, ...]:
    """The migrations of this program as this engine runs them, in order."""
    own = {m.number: m.sql for m in in_folder(resources.files("store.postgres") / "migrations")}
    first = own.pop(0)
    return tuple(
        Migration(
            number=m.number,
            name=m.name,
            sql=";\n".join([*([first] if m.number == 1 else []), *_said(m), own.get(m.number, "")]),
        )
        for m in of_sqlite()
    )


def applied(con: Connection) -> dict[int, str]:
    """Number -> SHA-256 of what the record has been through; empty for a new one."""
    if not con.execute(_LAID_OUT).fetchone():
        return {}
    return {row["number"]: row["sha256"] for row in con.execute("SELECT number, sha256 FROM migrations")}


def migrate(db: Database, at: datetime, migrations: tuple[Migration, ...] | None = None) -> tuple[int, ...]:
    """Bring the record to this program's schema; returns the numbers that ran. Raises StoreError.

    A server's backups are its operator's: none is made here (docs/operate.md).
    """
    known = shipped() if migrations is None else migrations
    with db.read() as con:
        done = applied(con)
    check_versions(done, known, db.address)
    if not [m for m in known if m.number not in done]:
        return ()
    with db.write(durable=True) as con:
        done = applied(con)  # another machine may have been faster
        check_versions(done, known, db.address)
        todo = [m for m in known if m.number not in done]
        if not done:
            con.script(
                f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};"
                "CREATE TABLE migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL,"
                " applied_at BIGINT NOT NULL)"
            )
        for migration in todo:
            con.script(migration.sql)
            con.execute(
                "INSERT INTO migrations VALUES (?, ?, ?, ?)",
                (migration.number, migration.name, migration.sha256, to_us(at)),
            )
    return tuple(m.number for m in todo)


def _said(migration: Migration) -> Iterator[str]:
    return (one.rstrip(";") for one in dialect.schema(statements(migration.sql)))
