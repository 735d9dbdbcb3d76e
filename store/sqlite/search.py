"""The port SearchIndex on FTS5, written in the transaction of the article, so that it is never behind the record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from core.clock import VIETNAM, day_bounds
from core.ports import NO_FILTERS
from core.records import COUNTED, RANKED, Change, Facets, SearchFilters, SearchHit, SearchPage
from store.sql import Connection
from store.sqlite import labels, meta, ranking, words
from store.sqlite.database import Database
from store.sqlite.query import Query, Term, beginning, match_expression, parse
from store.sqlite.rows import LISTED_COLUMNS, LISTED_FROM, load_listed, texts
from store.sqlite.snippet import snippet
from store.sqlite.stories import first_number

FACETED: Final = 3000
"""Matches, the newest, whose publishers, topics and months are counted."""
_FOUND: Final = "FROM search WHERE search MATCH :match AND rowid >= :low AND rowid < :high"
_NEWEST: Final = f"SELECT rowid AS n {_FOUND} ORDER BY rowid DESC LIMIT :limit OFFSET :offset"
_COUNT: Final = f"SELECT count(*) FROM (SELECT 1 {_FOUND} ORDER BY rowid DESC LIMIT :limit)"  # noqa: S608
FORMS: Final = 48
"""Words that an unfinished one may stand for, one by one; of more the index makes one long list before it answers."""
_WORDS_THERE: Final = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_there USING fts5vocab(main, search, instance)"
_MONTH: Final = f"strftime('%Y-%m', f.n / 4096 * 60 + {int(VIETNAM.utcoffset(None).total_seconds())}, 'unixepoch')"
"""Of publication, which an article's number follows: what days narrow a search by."""
_FACETS: Final = (
    f"SELECT kind, CASE kind WHEN 'all' THEN {_MONTH} ELSE key END AS key, count(*) AS n"  # noqa: S608
    f" FROM (SELECT rowid AS n {_FOUND} ORDER BY rowid DESC LIMIT :limit) f"
    " CROSS JOIN desk_labels l ON l.desk = :desk AND l.n = f.n WHERE kind IN ('source', 'topic', 'all')"
    " GROUP BY 1, 2 ORDER BY 3 DESC, 2"
)
_SHOWN: Final = (
    f"SELECT {LISTED_COLUMNS}, t.paragraphs, t.captions FROM {LISTED_FROM} LEFT JOIN article_text t ON t.n = d.n"  # noqa: S608
    " WHERE d.desk = ? AND d.n IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) AND d.hidden = 0"
    " AND a.state <> 'withdrawn'"
)
_FACET_KINDS: Final = ("source", "topic", "all")
_EVER: Final = (0, 1 << 62)
_SAME_WORDS: Final = "elastic"
"""The reader of the change log that keeps the same words in an engine: with other rules it has to begin anew."""


class Search:
    """Finds articles of one desk."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def search(
        self,
        desk: str,
        query: str,
        *,
        by_time: bool = False,
        offset: int = 0,
        limit: int = 20,
        filters: SearchFilters = NO_FILTERS,
    ) -> SearchPage:
        """A page of results; any text is a query.

        By time: newest publication first, the newest COUNTED. By relevance: the newest RANKED matches, best first.
        Without words: what the filters leave, by time.
        """
        with self._db.read() as con:
            asked = _settled(con, desk, parse(query))
            if match_expression(asked) is None and not (filters and not asked.terms):
                return SearchPage(hits=(), total=0)
            by_time = by_time or not asked.terms
            most = COUNTED if by_time else RANKED
            offset = max(0, offset)
            limit = max(0, min(limit, most - offset))
            values = _values(desk, asked, filters)
            if by_time:
                found, total = _newest(con, values, offset, limit)
            else:
                newest = _numbers(con, values, 0, most + 1)
                total = len(newest)
                found = ranking.best_first(con, asked, newest[:most])[offset : offset + limit]
            shown = hits(con, desk, found, asked)
        return SearchPage(hits=shown, total=min(total, most), more=total > most, bounded=not by_time and total > most)

    def facets(self, desk: str, query: str, filters: SearchFilters = NO_FILTERS) -> Facets:
        """How the newest FACETED matches are spread over publishers, topics and months."""
        with self._db.read() as con:
            asked = _settled(con, desk, parse(query))
            if match_expression(asked) is None and not (filters and not asked.terms):
                return Facets()
            rows = con.execute(_FACETS, {**_values(desk, asked, filters), "desk": desk, "limit": FACETED}).fetchall()
        return facets_of(rows)

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
            cast(Connection, con).unindex_all()
            con.execute("DELETE FROM indexed")
            numbers = [row["n"] for row in con.execute("SELECT n FROM articles WHERE state <> 'withdrawn' ORDER BY n")]
            for done, n in enumerate(numbers, start=1):
                add(con, n)
                if progress is not None and (done % 1000 == 0 or done == len(numbers)):
                    progress(done, len(numbers))
            meta.put(con, "words", words.VERSION)
        return len(numbers)

    def bring_up_to_date(self) -> bool:
        """Rebuild where the index was written by other rules than the present ones; True where that was so."""
        with self._db.read() as con:
            row = con.execute("SELECT value FROM meta WHERE name = 'words'").fetchone()
        if row is not None and row["value"] == words.VERSION:
            return False
        with self._db.write() as con:
            con.execute("UPDATE change_readers SET seq = -1, rewinds = rewinds + 1 WHERE name = ?", (_SAME_WORDS,))
        self.rebuild()
        return True


def facets_of(rows: Iterable[sqlite3.Row]) -> Facets:
    """Rows of kind, key and n, the most frequent first."""
    by_kind: dict[str, list[tuple[str, int]]] = {kind: [] for kind in _FACET_KINDS}
    for row in rows:
        by_kind[row["kind"]].append((row["key"], row["n"]))
    return Facets(
        sources=tuple(by_kind["source"]),
        topics=tuple(by_kind["topic"]),
        months=tuple(sorted(by_kind["all"], reverse=True)),
        counted=sum(n for _, n in by_kind["all"]),
    )


def add(con: sqlite3.Connection, n: int) -> None:
    """Index an article as the record has it now, for the desks that see it."""
    rows = con.execute("SELECT desk FROM desk_articles WHERE n = ? AND hidden = 0 ORDER BY desk", (n,)).fetchall()
    source = con.execute("SELECT source FROM articles WHERE n = ?", (n,)).fetchone()["source"]
    marks = [words.desk_word(row["desk"]) for row in rows]
    marks += [words.topic_word(desk, topic) for desk, topic in labels.of_topics(con, n)]
    desks = " ".join([*marks, words.source_word(source)])
    cast(Connection, con).index_words(n, desks, *words_of(con, n))
    con.execute("INSERT INTO indexed VALUES (?, ?)", (n, desks))


def remove(con: sqlite3.Connection, n: int) -> None:
    """Take an article out. Must be called while the record still has the text that was indexed."""
    row = con.execute("SELECT desks FROM indexed WHERE n = ?", (n,)).fetchone()
    if row is not None:
        cast(Connection, con).unindex_words(n, row["desks"], *words_of(con, n))
        con.execute("DELETE FROM indexed WHERE n = ?", (n,))


def again(con: sqlite3.Connection, n: int) -> None:
    """Index an article anew where it is indexed: who sees it, or its labels, have changed."""
    if con.execute("SELECT 1 FROM indexed WHERE n = ?", (n,)).fetchone():
        remove(con, n)
        add(con, n)


def merge(con: sqlite3.Connection, pages: int = 2000) -> bool:
    """Rewrite a part of the index without what was deleted; False once nothing is left to do."""
    return cast(Connection, con).merge_words(pages)


def _newest(con: sqlite3.Connection, values: Mapping[str, object], offset: int, limit: int) -> tuple[list[int], int]:
    """So many of the matches, newest first, and how many there are, up to one more than COUNTED.

    What was read is not counted again.
    """
    found = _numbers(con, values, offset, limit)
    if found:
        read = offset + len(found)
        rest = {**values, "high": found[-1], "limit": COUNTED + 1 - read}
        return found, read + (con.execute(_COUNT, rest).fetchone()[0] if len(found) == limit else 0)
    whole = {**values, "limit": COUNTED + 1}
    return [], con.execute(_COUNT, whole).fetchone()[0] if offset or not limit else 0


def _numbers(con: sqlite3.Connection, values: Mapping[str, object], offset: int, limit: int) -> list[int]:
    return [row["n"] for row in con.execute(_NEWEST, {**values, "offset": offset, "limit": limit})]


def _values(desk: str, asked: Query, filters: SearchFilters) -> dict[str, object]:
    """What is looked for, and between which numbers (they follow publication)."""
    said = match_expression(asked)
    parts = [] if filters.topics else [f'desk : "{words.desk_word(desk)}"']  # a topic word names its desk
    for row in (
        [words.topic_word(desk, topic) for topic in filters.topics],
        [words.source_word(source) for source in filters.sources],
    ):
        parts += [f"desk : ({' OR '.join(chr(34) + word + chr(34) for word in row)})"] if row else []
    parts += [f"({said})"] if said else []
    low, high = _EVER
    if filters.first:
        low = first_number(day_bounds(filters.first)[0])
    if filters.last:
        high = first_number(day_bounds(filters.last)[1])
    return {"match": " AND ".join(parts), "low": low, "high": high}


def _settled(con: sqlite3.Connection, desk: str, asked: Query) -> Query:
    """With the last word, while it is being typed, as what it may be.

    A long enough beginning becomes the words of the index that begin so. A short one that is no whole word of this
    desk's yet is left out: what begins with it is nearly everywhere. Words of other desks decide nothing here.
    """
    last = asked.terms[-1] if asked.terms else None
    if last is None:
        return asked
    if last.prefix:
        return Query(terms=(*asked.terms[:-1], replace(last, forms=_forms(con, last))))
    if not last.unfinished or len(asked.wanted) == 1:
        return asked
    whole = _values(desk, Query(terms=(last,)), NO_FILTERS)["match"]
    known = con.execute("SELECT 1 FROM search WHERE search MATCH ? LIMIT 1", (whole,)).fetchone()
    return asked if known else Query(terms=asked.terms[:-1])


def _forms(con: sqlite3.Connection, term: Term) -> tuple[str, ...]:
    """The words of the index that the prefix stands for; none where they are more than FORMS."""
    con.execute(_WORDS_THERE)
    start = after = beginning(term)
    found: list[str] = []
    while len(found) <= FORMS:
        row = con.execute("SELECT term FROM temp.words_there WHERE term >= ? LIMIT 1", (after,)).fetchone()
        if row is None or not row["term"].startswith(start):
            return tuple(found)
        found.append(row["term"])
        after = row["term"] + "\x01"
    return ()


def words_of(con: sqlite3.Connection, n: int) -> tuple[str, str]:
    """The words of an article as they are indexed: title, then lead, text and captions."""
    row = con.execute(
        "SELECT title, lead, paragraphs, captions FROM articles LEFT JOIN article_text USING (n) WHERE n = ?", (n,)
    ).fetchone()
    body = (row["lead"], *texts(row["paragraphs"]), *texts(row["captions"]))
    return words.index_words([row["title"]]), words.index_words(body)


def hits(con: sqlite3.Connection, desk: str, numbers: Sequence[int], asked: Query) -> tuple[SearchHit, ...]:
    """What is shown of these articles, in this order; those that the desk does not see (any more) are left out."""
    rows = {row["n"]: row for row in con.execute(_SHOWN, (desk, json.dumps(list(numbers))))}
    return tuple(_hit(rows[n], asked) for n in numbers if n in rows)


def _hit(row: sqlite3.Row, asked: Query) -> SearchHit:
    article = load_listed(row)
    passages = (article.lead, *texts(row["paragraphs"]), *texts(row["captions"]), article.title)
    return SearchHit(article=article, snippet=snippet(asked, passages))
