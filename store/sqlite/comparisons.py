"""Comparisons of printed with verified figures, by revision of an article. Dismissed ones stay dismissed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from core.records import Comparison, ComparisonReason, Figure, KeptComparison
from core.text import clean, fold
from store.sqlite import alerting, audit
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, to_us

_SELECT: Final = (
    "SELECT c.*, a.id AS article FROM comparisons c"
    " JOIN articles a ON a.n = c.n LEFT JOIN comparisons_dismissed x"
    " ON x.desk = c.desk AND x.n = c.n AND x.fact = c.fact AND x.phrase = c.phrase"
)


class Comparisons:
    """The port Comparisons on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of_article(self, desk: str, article: str) -> tuple[KeptComparison, ...]:
        with self._db.read() as con:
            rows = con.execute(
                f"{_SELECT} WHERE c.desk = ? AND a.id = ? AND c.hash = a.hash AND a.state = 'live' AND x.at IS NULL"
                " ORDER BY c.id",
                (desk, article),
            )
            return tuple(map(_load, rows))

    def comparison(self, desk: str, number: int) -> KeptComparison | None:
        with self._db.read() as con:
            row = con.execute(f"{_SELECT} WHERE c.desk = ? AND c.id = ?", (desk, number)).fetchone()
            return _load(row) if row else None

    def put(self, desk: str, article: str, found: Sequence[Comparison], at: datetime) -> None:
        with self._db.write() as con:
            row = con.execute("SELECT n, hash FROM articles WHERE id = ? AND state = 'live'", (article,)).fetchone()
            if row is None:
                return
            kept = _kept(con, desk, row["n"], row["hash"])
            wanted = {_identity(one): one for one in found}
            con.executemany("DELETE FROM comparisons WHERE id = ?", [(kept[k],) for k in kept.keys() - wanted.keys()])
            for identity, one in wanted.items():
                if identity not in kept:
                    _insert(con, desk, row, one, at)
            if any(one.verdict == "differs" for identity, one in wanted.items() if identity not in kept):
                alerting.note_event(con, desk, article, "changed", at)  # it may have been looked at before this

    def dismiss(self, desk: str, number: int, at: datetime, by: str) -> bool:
        with self._db.write() as con:
            row = con.execute("SELECT * FROM comparisons WHERE desk = ? AND id = ?", (desk, number)).fetchone()
            if row is None:
                return False
            con.execute(
                "INSERT OR IGNORE INTO comparisons_dismissed (desk, n, fact, phrase, at, who)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (desk, row["n"], row["fact"], row["phrase"], to_us(at), by),
            )
            audit.write(con, at, who=by, action="comparison.dismiss", subject=str(number), desk=desk)
        return True

    def differing(self, desk: str, articles: Sequence[str]) -> dict[str, tuple[KeptComparison, ...]]:
        found = {article: self.of_article(desk, article) for article in dict.fromkeys(articles)}
        differs = {a: tuple(k for k in kept if k.comparison.verdict == "differs") for a, kept in found.items()}
        return {article: kept for article, kept in differs.items() if kept}


def forget_replaced(con: sqlite3.Connection, before: int) -> int:
    """Comparisons, made before that time, of texts that are not kept any more."""
    return con.execute(
        "DELETE FROM comparisons WHERE at < :before AND NOT EXISTS"
        " (SELECT 1 FROM articles a WHERE a.n = comparisons.n AND a.hash = comparisons.hash AND a.state = 'live')"
        " AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.n = comparisons.n AND r.hash = comparisons.hash"
        " AND r.title IS NOT NULL)",
        {"before": before},
    ).rowcount


def _identity(one: Comparison) -> tuple[object, ...]:
    return one.fact, one.fact_version, one.verdict, one.figure.start, one.sentence_start


def _kept(con: sqlite3.Connection, desk: str, n: int, text_hash: str) -> dict[tuple[object, ...], int]:
    rows = con.execute("SELECT * FROM comparisons WHERE desk = ? AND n = ? AND hash = ?", (desk, n, text_hash))
    return {_identity(_comparison(row)): row["id"] for row in rows}


def _insert(con: sqlite3.Connection, desk: str, article: sqlite3.Row, one: Comparison, at: datetime) -> None:
    con.execute(
        "INSERT INTO comparisons (desk, n, hash, fact, version, verdict, phrase, body, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            desk, article["n"], article["hash"], one.fact, one.fact_version, one.verdict, phrase(one.sentence),
            dump(asdict(one)), to_us(at),
        ),
    )  # fmt: skip


def phrase(sentence: str) -> str:
    """By which a sentence is known again in another revision."""
    return hashlib.sha256(fold(clean(sentence)).encode()).hexdigest()


def _comparison(row: sqlite3.Row) -> Comparison:
    values = json.loads(row["body"])
    values["figure"] = Figure(**values["figure"])
    values["reasons"] = tuple(ComparisonReason(**reason) for reason in values["reasons"])
    return Comparison(**values)


def _load(row: sqlite3.Row) -> KeptComparison:
    return KeptComparison(
        id=row["id"], desk=row["desk"], article=row["article"], text_hash=row["hash"], comparison=_comparison(row),
        at=from_us(row["at"]),
    )  # fmt: skip
