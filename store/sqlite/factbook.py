"""The fact book: versions that are never overwritten, with the documents that they rest on."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from core.records import FactEntry, SourceDocument
from core.text import fold_plain, nfc
from store.sqlite import audit
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, maybe_from_us, maybe_us, to_us

_OUTSIDE: Final = ("id", "version", "desk", "entered_by", "entered_at", "approved_by", "approved_at", "valid_from",
                   "valid_to")  # fmt: skip
IMPORT_KEPT: Final = timedelta(days=1)
"""An uploaded table that nobody confirms is forgotten after so long."""


class FactBook:
    """The port FactBook on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def stamp(self, desk: str) -> int:
        with self._db.read() as con:
            row = con.execute("SELECT stamp FROM fact_stamps WHERE desk = ?", (desk,)).fetchone()
            return int(row["stamp"]) if row else 0

    def search(self, desk: str, query: str = "", *, limit: int = 200) -> tuple[FactEntry, ...]:
        terms = fold_plain(nfc(query)).split()[:12]
        where = " AND instr(words, ?) > 0" * len(terms)
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM facts f WHERE desk = ? AND version = (SELECT max(version) FROM facts g"  # noqa: S608
                f" WHERE g.desk = f.desk AND g.id = f.id){where} ORDER BY words, id LIMIT ?",
                (desk, *terms, limit),
            )
            return tuple(map(load_fact, rows))

    def versions(self, desk: str, fact: str) -> tuple[FactEntry, ...]:
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM facts WHERE desk = ? AND id = ? ORDER BY version DESC", (desk, fact))
            return tuple(map(load_fact, rows))

    def in_force(self, desk: str, day: date) -> tuple[FactEntry, ...]:
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM facts f WHERE desk = :desk AND approved_at IS NOT NULL AND valid_from <= :day"
                " AND (valid_to IS NULL OR valid_to >= :day) AND version = (SELECT max(version) FROM facts g"
                " WHERE g.desk = f.desk AND g.id = f.id AND g.approved_at IS NOT NULL AND g.valid_from <= :day)",
                {"desk": desk, "day": day.isoformat()},
            )
            return tuple(map(load_fact, rows))

    def add(self, entries: Sequence[FactEntry], at: datetime, by: str) -> None:
        with self._db.write() as con:
            for entry in entries:
                _insert(con, entry)
                self._changed(con, entry.desk)
                audit.write(
                    con, at, who=by, action="fact.enter", subject=entry.id, detail=f"version {entry.version}",
                    desk=entry.desk,
                )  # fmt: skip

    def approve(self, desk: str, fact: str, version: int, at: datetime, by: str) -> bool:
        with self._db.write() as con:
            row = con.execute(
                "SELECT * FROM facts WHERE desk = ? AND id = ? AND version = ? AND approved_at IS NULL",
                (desk, fact, version),
            ).fetchone()
            if row is None:
                return False
            con.execute(
                "UPDATE facts SET approved_by = ?, approved_at = ? WHERE desk = ? AND id = ? AND version = ?",
                (by, to_us(at), desk, fact, version),
            )
            last = (date.fromisoformat(row["valid_from"]) - timedelta(days=1)).isoformat()
            con.execute(
                "UPDATE facts SET valid_to = ? WHERE desk = ? AND id = ? AND version < ? AND approved_at IS NOT NULL"
                " AND (valid_to IS NULL OR valid_to > ?)",
                (last, desk, fact, version, last),
            )
            self._changed(con, desk)
            audit.write(con, at, who=by, action="fact.approve", subject=fact, detail=f"version {version}", desk=desk)
        return True

    def end(self, desk: str, fact: str, last: date, at: datetime, by: str) -> bool:
        with self._db.write() as con:
            done = con.execute(
                "UPDATE facts SET valid_to = ? WHERE desk = ? AND id = ? AND (valid_to IS NULL OR valid_to > ?)",
                (last.isoformat(), desk, fact, last.isoformat()),
            ).rowcount
            if done:
                self._changed(con, desk)
                audit.write(con, at, who=by, action="fact.end", subject=fact, detail=last.isoformat(), desk=desk)
        return bool(done)

    def keep_file(self, desk: str, name: str, content: bytes, at: datetime) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        with self._db.write() as con:
            con.execute(
                "INSERT OR IGNORE INTO fact_files (desk, sha256, name, content, at) VALUES (?, ?, ?, ?, ?)",
                (desk, sha256, name, content, to_us(at)),
            )
        return sha256

    def file(self, desk: str, sha256: str) -> tuple[str, bytes] | None:
        with self._db.read() as con:
            row = con.execute("SELECT * FROM fact_files WHERE desk = ? AND sha256 = ?", (desk, sha256)).fetchone()
            return (row["name"], row["content"]) if row else None

    def keep_import(self, desk: str, name: str, content: bytes, at: datetime, by: str) -> int:
        with self._db.write() as con:
            forget_imports(con, at)
            done = con.execute(
                "INSERT INTO fact_imports (desk, name, content, at, who) VALUES (?, ?, ?, ?, ?)",
                (desk, name, content, to_us(at), by),
            )
            return int(done.lastrowid or 0)

    def kept_import(self, desk: str, number: int) -> tuple[str, bytes] | None:
        with self._db.read() as con:
            row = con.execute("SELECT * FROM fact_imports WHERE desk = ? AND id = ?", (desk, number)).fetchone()
            return (row["name"], row["content"]) if row else None

    def forget_import(self, desk: str, number: int) -> None:
        with self._db.write() as con:
            con.execute("DELETE FROM fact_imports WHERE desk = ? AND id = ?", (desk, number))

    def _changed(self, con: sqlite3.Connection, desk: str) -> None:
        con.execute(
            "INSERT INTO fact_stamps VALUES (?, 1) ON CONFLICT (desk) DO UPDATE SET stamp = fact_stamps.stamp + 1",
            (desk,),
        )


def forget_imports(con: sqlite3.Connection, at: datetime) -> int:
    """Tables that were uploaded and never confirmed."""
    return con.execute("DELETE FROM fact_imports WHERE at < ?", (to_us(at - IMPORT_KEPT),)).rowcount


def _insert(con: sqlite3.Connection, entry: FactEntry) -> None:
    known = con.execute(
        "SELECT max(version) AS newest FROM facts WHERE desk = ? AND id = ?", (entry.desk, entry.id)
    ).fetchone()["newest"]
    if entry.version != (known or 0) + 1:
        raise ValueError(f"fact {entry.id}: version {entry.version} after {known}")
    con.execute(
        "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.desk, entry.id, entry.version, dump(_body(entry)), _words(entry), entry.entered_by,
            to_us(entry.entered_at), entry.approved_by, maybe_us(entry.approved_at), entry.valid_from.isoformat(),
            entry.valid_to.isoformat() if entry.valid_to else None,
        ),
    )  # fmt: skip


def _body(entry: FactEntry) -> dict[str, Any]:
    values = {name: value for name, value in asdict(entry).items() if name not in _OUTSIDE}
    for name in ("period_from", "period_to"):
        values[name] = values[name].isoformat() if values[name] else None
    values["document"]["issued"] = values["document"]["issued"].isoformat()
    return values


def _words(entry: FactEntry) -> str:
    document = entry.document
    parts = (entry.indicator, *entry.also_called, entry.place_name, entry.period_name, document.number, document.issuer,
             document.title)  # fmt: skip
    return fold_plain(" ".join(" ".join(parts).split()))


def load_fact(row: sqlite3.Row) -> FactEntry:
    """A row of facts."""
    values = json.loads(row["body"])
    document = values.pop("document")
    document["issued"] = date.fromisoformat(document["issued"])
    for name in ("period_from", "period_to"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    values["also_called"] = tuple(values["also_called"])
    return FactEntry(
        **values, document=SourceDocument(**document), id=row["id"], version=row["version"], desk=row["desk"],
        entered_by=row["entered_by"], entered_at=from_us(row["entered_at"]), approved_by=row["approved_by"],
        approved_at=maybe_from_us(row["approved_at"]), valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )  # fmt: skip
