"""The port SearchIndex on FTS5, written in the transaction of the article, so that it is never behind the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from core.records import Change, SearchHit, SearchPage
from store.sqlite import words
from store.sqlite.database import Database
from store.sqlite.query import Query, match_expression, parse
from store.sqlite.rows import LISTED_COLUMNS, LISTED_FROM, load_listed, texts
from store.sqlite.snippet import snippet

RANKED: Final = 2000
"""Ranking reads every match, so that only the newest this many are ranked; a page that was bounded so says it."""
_TITLE_WEIGHT: Final = 5.0
_MATCHES: Final = (
    "FROM search CROSS JOIN desk_articles d ON d.desk = :desk AND d.n = search.rowid AND d.hidden = 0"
    " WHERE search MATCH :match"
)


class Search:
    """Finds articles of one desk."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def search(self, desk: str, query: str, *, by_time: bool = False, offset: int = 0, limit: int = 20) -> SearchPage:
        """A page of results; any text is a query.

        By time: newest publication first, over all matches. By relevance: the newest RANKED matches, best first.
        """
        asked = parse(query)
        match = match_expression(asked)
        if match is None:
            return SearchPage(hits=(), total=0)
        values = {"desk": desk, "match": match, "limit": max(0, limit), "offset": max(0, offset), "ranked": RANKED}
        with self._db.read() as con:
            total = con.execute(f"SELECT count(*) {_MATCHES}", values).fetchone()[0]
            found = con.execute(_by_time() if by_time else _by_relevance(), values).fetchall() if total else []
            hits = tuple(_hit(con, desk, row[0], asked) for row in found)
        return SearchPage(hits=hits, total=total, bounded=not by_time and total > RANKED)

    def apply(self, changes: Sequence[Change]) -> None:
        """Index the articles of these changes anew from the record. Doing it twice changes nothing."""
        with self._db.write() as con:
            for article in dict.fromkeys(change.article for change in changes):
                row = con.execute("SELECT n FROM articles WHERE id = ?", (article,)).fetchone()
                if row is not None:
                    remove(con, row["n"])
                    add(con, row["n"])

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Write the whole index anew from the record, in one transaction; returns the number of articles.

        `progress` is called with (done, of how many).
        """
        with self._db.write() as con:
            con.execute("INSERT INTO search (search) VALUES ('delete-all')")
            con.execute("DELETE FROM indexed")
            numbers = [row["n"] for row in con.execute("SELECT n FROM articles WHERE state <> 'withdrawn' ORDER BY n")]
            for done, n in enumerate(numbers, start=1):
                add(con, n)
                if progress is not None and (done % 1000 == 0 or done == len(numbers)):
                    progress(done, len(numbers))
            con.execute("INSERT OR REPLACE INTO meta VALUES ('words', ?)", (words.VERSION,))
        return len(numbers)

    def bring_up_to_date(self) -> bool:
        """Rebuild where the index was written by other rules than the present ones; True where that was so."""
        with self._db.read() as con:
            row = con.execute("SELECT value FROM meta WHERE name = 'words'").fetchone()
        if row is not None and row["value"] == words.VERSION:
            return False
        self.rebuild()
        return True


def add(con: sqlite3.Connection, n: int) -> None:
    """Index an article as the record has it now."""
    title, body = _words(con, n)
    con.execute("INSERT INTO search (rowid, title, body) VALUES (?, ?, ?)", (n, title, body))
    con.execute("INSERT INTO indexed VALUES (?)", (n,))


def remove(con: sqlite3.Connection, n: int) -> None:
    """Take an article out. Must be called while the record still has the text that was indexed."""
    if con.execute("DELETE FROM indexed WHERE n = ?", (n,)).rowcount:
        title, body = _words(con, n)
        con.execute("INSERT INTO search (search, rowid, title, body) VALUES ('delete', ?, ?, ?)", (n, title, body))


def _words(con: sqlite3.Connection, n: int) -> tuple[str, str]:
    row = con.execute(
        "SELECT title, lead, paragraphs, captions FROM articles LEFT JOIN article_text USING (n) WHERE n = ?", (n,)
    ).fetchone()
    body = (row["lead"], *texts(row["paragraphs"]), *texts(row["captions"]))
    return words.index_words([row["title"]]), words.index_words(body)


def _by_time() -> str:
    return f"SELECT search.rowid {_MATCHES} ORDER BY search.rowid DESC LIMIT :limit OFFSET :offset"


def _by_relevance() -> str:
    return (
        f"SELECT n FROM (SELECT search.rowid AS n, bm25(search, {_TITLE_WEIGHT}, 1.0) AS r {_MATCHES}"  # noqa: S608
        " ORDER BY search.rowid DESC LIMIT :ranked) ORDER BY r, n DESC LIMIT :limit OFFSET :offset"
    )


def _hit(con: sqlite3.Connection, desk: str, n: int, asked: Query) -> SearchHit:
    row = con.execute(
        f"SELECT {LISTED_COLUMNS}, t.paragraphs, t.captions FROM {LISTED_FROM} LEFT JOIN article_text t ON t.n = d.n"  # noqa: S608
        " WHERE d.desk = ? AND d.n = ?",
        (desk, n),
    ).fetchone()
    article = load_listed(row)
    passages = (article.lead, *texts(row["paragraphs"]), *texts(row["captions"]), article.title)
    return SearchHit(article=article, snippet=snippet(asked, passages))
