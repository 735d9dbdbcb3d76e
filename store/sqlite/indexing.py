"""The record's side of a search engine outside of it: documents, what is shown of hits, what was refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from core.clock import day_bounds
from core.records import Change, Cursor, IndexDocument, NotIndexed, SearchHit
from store.sql import upsert
from store.sqlite import labels, search
from store.sqlite.changes import Changes
from store.sqlite.database import Database
from store.sqlite.query import Query
from store.sqlite.rows import from_us, maybe_from_us, to_us
from store.sqlite.stories import first_number

_LIVE: Final = "SELECT 1 FROM articles WHERE n >= ? AND n < ? AND state = 'live' LIMIT 1"


class Indexing:
    """Behind store.elastic.record.RecordSide."""

    def __init__(self, db: Database) -> None:
        self._db, self._changes = db, Changes(db)

    def hits(self, desk: str, numbers: Sequence[int], asked: Query) -> list[SearchHit]:
        """What is shown of these articles, in this order; those that the desk does not see (any more) are left out."""
        with self._db.read() as con:
            return list(search.hits(con, desk, numbers, asked))

    def documents(self, articles: Sequence[str]) -> dict[str, IndexDocument]:
        """By article id; one that is gone, withdrawn or seen by no desk is missing."""
        with self._db.read() as con:
            found = {}
            for article in articles:
                row = con.execute("SELECT * FROM articles WHERE id = ? AND state <> 'withdrawn'", (article,)).fetchone()
                if row is not None and (document := _document(con, row)) is not None:
                    found[article] = document
        return found

    def every_document(self, month: str = "", batch: int = 500) -> Iterator[list[IndexDocument]]:
        """All that are to be found, or those of one Vietnamese month ("2026-11"), in order of publication."""
        low, high = _numbers(month)
        last = low - 1
        while True:
            with self._db.read() as con:
                rows = con.execute(
                    "SELECT * FROM articles WHERE n > ? AND n < ? AND state <> 'withdrawn' ORDER BY n LIMIT ?",
                    (last, high, batch),
                ).fetchall()
                found = [document for row in rows if (document := _document(con, row)) is not None]
            if not rows:
                return
            last = rows[-1]["n"]
            if found:
                yield found

    def has_texts(self, month: str) -> bool:
        """Whether any article of this Vietnamese month still has its text."""
        with self._db.read() as con:
            return con.execute(_LIVE, _numbers(month)).fetchone() is not None

    def cursor(self, reader: str) -> Cursor:
        return self._changes.cursor(reader)

    def since(self, seq: int, limit: int = 1000) -> list[Change]:
        return self._changes.since(seq, limit)

    def position(self, reader: str) -> int:
        return self._changes.position(reader)

    def acknowledge(self, read: Cursor, seq: int) -> bool:
        return self._changes.acknowledge(read, seq)

    def rewind(self, reader: str, seq: int) -> None:
        """Let a reader take the log from there again (after a rebuild)."""
        self._changes.rewind(reader, seq)

    def last(self) -> int:
        return self._changes.last()

    def first(self) -> int:
        """The oldest line that the log still has; 0 for an empty log."""
        return self._changes.first()

    def refuse(self, rows: Sequence[NotIndexed]) -> None:
        """Remember what the engine would not take, one row an article."""
        if rows:
            with self._db.write() as con:
                con.executemany(
                    upsert("index_refusals", "article, reason, at", key="article"),
                    [(row.article, row.reason, to_us(row.at)) for row in rows],
                )

    def taken(self, articles: Sequence[str]) -> None:
        """Forget that these were once refused."""
        with self._db.read() as con:
            if not con.execute("SELECT 1 FROM index_refusals LIMIT 1").fetchone():
                return
        with self._db.write() as con:
            con.executemany("DELETE FROM index_refusals WHERE article = ?", [(article,) for article in articles])

    def refused(self, limit: int = 100) -> list[NotIndexed]:
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM index_refusals ORDER BY at DESC LIMIT ?", (limit,))
            return [NotIndexed(article=r["article"], reason=r["reason"], at=from_us(r["at"])) for r in rows]

    def note_away(self, reader: str, since: datetime | None) -> None:
        """Remember since when the engine is away; None: it answers."""
        known = self.away_since(reader)
        if since is None and known is not None:
            with self._db.write() as con:
                con.execute("DELETE FROM engine_away WHERE name = ?", (reader,))
        elif since is not None and known is None:
            with self._db.write() as con:
                con.execute("INSERT OR IGNORE INTO engine_away VALUES (?, ?)", (reader, to_us(since)))

    def away_since(self, reader: str) -> datetime | None:
        """Since when the engine does not answer; None while it does."""
        with self._db.read() as con:
            row = con.execute("SELECT since FROM engine_away WHERE name = ?", (reader,)).fetchone()
            return maybe_from_us(row["since"]) if row else None


def _numbers(month: str) -> tuple[int, int]:
    """Between which numbers a month's articles lie; without a month, all."""
    if not month:
        return 0, 1 << 62
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return first_number(day_bounds(first)[0]), first_number(day_bounds(following)[0])


def _document(con: sqlite3.Connection, row: sqlite3.Row) -> IndexDocument | None:
    n = row["n"]
    desks = con.execute("SELECT desk FROM desk_articles WHERE n = ? AND hidden = 0 ORDER BY desk", (n,)).fetchall()
    if not desks:
        return None
    title, body = search.words_of(con, n)
    return IndexDocument(
        article=row["id"],
        number=n,
        published=from_us(n // 4096 * 60_000_000),
        source=row["source"],
        desks=tuple(d["desk"] for d in desks),
        topics=tuple(f"{desk} {topic}" for desk, topic in labels.of_topics(con, n)),
        title=title,
        body=body,
    )
