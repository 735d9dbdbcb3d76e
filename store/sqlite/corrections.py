"""The port Corrections: labels that a person has set, for one desk, each audited and each to be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from core.records import Correction
from core.topics import TONES, TOPIC_IDS, ToneLabel
from store.sqlite import audit, changes, labels, search
from store.sqlite.database import Database
from store.sqlite.rows import from_us, texts, to_us

_SELECT = "SELECT c.*, a.id AS article FROM corrections c JOIN articles a ON a.n = c.n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedText:
    """A correction with the text that it is about, where that is (still) kept."""

    correction: Correction
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    url: str


class Corrections:
    """Writes and reads corrections. Errors of the database are StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def correct(
        self,
        desk: str,
        article: str,
        *,
        topic: str = "",
        present: bool = True,
        tone: ToneLabel | None = None,
        at: datetime,
        by: str,
    ) -> Correction | None:
        """Set a topic or the tone of an article, in place of an earlier correction of the same.

        None where the desk does not see the article. Raises ValueError for a label outside the closed sets.
        """
        _check(topic, tone)
        with self._db.write(durable=True) as con:
            view = con.execute(
                "SELECT d.n, d.model FROM desk_articles d JOIN articles a ON a.n = d.n WHERE d.desk = ? AND a.id = ?",
                (desk, article),
            ).fetchone()
            if view is None:
                return None
            con.execute(
                "UPDATE corrections SET undone_at = ?, undone_by = ?"
                " WHERE n = ? AND desk = ? AND topic = ? AND undone_at IS NULL",
                (to_us(at), by, view["n"], desk, topic),
            )
            made = con.execute(
                "INSERT INTO corrections (desk, n, topic, present, tone, model, at, who)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (desk, view["n"], topic, int(present), tone, view["model"], to_us(at), by),
            ).lastrowid
            _seen_anew(con, desk, view["n"])
            told = f"tone={tone}" if tone else f"{topic}={'yes' if present else 'no'}"
            audit.write(con, at, who=by, action="label.correct", subject=article, detail=told, desk=desk)
            changes.log(con, article, desk, "upsert", at)
            return _load(con.execute(f"{_SELECT} WHERE c.id = ?", (made,)).fetchone())

    def undo(self, desk: str, correction: int, at: datetime, by: str) -> bool:
        """Take a correction back: what the model said holds again. False where it is not in force."""
        with self._db.write(durable=True) as con:
            row = con.execute(
                f"{_SELECT} WHERE c.id = ? AND c.desk = ? AND c.undone_at IS NULL", (correction, desk)
            ).fetchone()
            if row is None:
                return False
            con.execute("UPDATE corrections SET undone_at = ?, undone_by = ? WHERE id = ?", (to_us(at), by, correction))
            _seen_anew(con, desk, row["n"])
            told = row["topic"] or "tone"
            audit.write(con, at, who=by, action="label.undo", subject=row["article"], detail=told, desk=desk)
            changes.log(con, row["article"], desk, "upsert", at)
        return True

    def corrections(self, desk: str | None = None, article: str | None = None) -> tuple[Correction, ...]:
        """Those in force, oldest first: of a desk (None: of all), of an article (None: of all)."""
        with self._db.read() as con:
            return tuple(_load(row) for row in _held(con, desk, article))

    def mark(self) -> tuple[int, int]:
        """Another one after every correction and every undo."""
        with self._db.read() as con:
            row = con.execute("SELECT coalesce(max(id), 0), count(undone_at) FROM corrections").fetchone()
            return int(row[0]), int(row[1])

    def texts(self) -> Iterator[CorrectedText]:
        """Those in force whose article still has its text: what a local layer learns from, and what is exported."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT c.*, a.id AS article, a.title, a.lead, a.url, t.paragraphs FROM corrections c"
                " JOIN articles a ON a.n = c.n LEFT JOIN article_text t ON t.n = c.n"
                " WHERE c.undone_at IS NULL AND a.state = 'live' ORDER BY c.id"
            ).fetchall()
        for row in rows:
            values = {name: row[name] for name in ("title", "lead", "url")}
            yield CorrectedText(correction=_load(row), paragraphs=texts(row["paragraphs"]), **values)


def _seen_anew(con: sqlite3.Connection, desk: str, n: int) -> None:
    """Facets, figures and search by topic follow at once."""
    labels.write(con, n, desk)
    search.again(con, n)


def _check(topic: str, tone: str | None) -> None:
    if bool(topic) is (tone is not None) or topic not in {"", *TOPIC_IDS} or tone not in {None, *TONES}:
        raise ValueError(f"neither a topic nor a tone: {topic!r}, {tone!r}")


def _held(con: sqlite3.Connection, desk: str | None, article: str | None) -> list[sqlite3.Row]:
    return con.execute(
        f"{_SELECT} WHERE c.undone_at IS NULL AND (:desk IS NULL OR c.desk = :desk)"
        " AND (:article IS NULL OR a.id = :article) ORDER BY c.id",
        {"desk": desk, "article": article},
    ).fetchall()


def _load(row: sqlite3.Row) -> Correction:
    return Correction(
        id=row["id"],
        desk=row["desk"],
        article=row["article"],
        topic=row["topic"],
        present=bool(row["present"]),
        tone=row["tone"],
        model=row["model"],
        at=from_us(row["at"]),
        by=row["who"],
    )
