"""The port SearchIndex on PostgreSQL's own text search, written in the transaction of the article.

The same queries find the same articles as on SQLite (one contract suite). Relevance is PostgreSQL's ts_rank, which
knows no rarity of words: an installation of this size has Elasticsearch, and this answers while that is away. Nor does
the planner (migration 0020: of an erased text no word stays in its statistics), so it asks the index for every match,
however many there are; only a quoted phrase that stands in most articles is found more slowly for it, by time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from core.clock import day_bounds
from core.ports import NO_FILTERS
from core.records import COUNTED, RANKED, Facets, SearchFilters, SearchPage
from store.postgres import words as placed
from store.sqlite import search as shared
from store.sqlite import words
from store.sqlite.query import Query, parse
from store.sqlite.search import FACETED
from store.sqlite.stories import first_number

_FOUND: Final = "FROM search WHERE words @@ CAST(:match AS tsquery) AND n >= :low AND n < :high"
_KNOWN: Final = f"SELECT 1 {_FOUND} LIMIT 1"
_COUNT: Final = f"SELECT count(*) FROM (SELECT 1 {_FOUND} LIMIT :counted) f"  # noqa: S608
_NEWEST: Final = f"SELECT n {_FOUND} ORDER BY n DESC LIMIT :limit OFFSET :offset"
_WEIGHTS: Final = "{0.2, 0, 0.2, 1.0}"
"""Of a hit in the body, in the desk's word, unused, in the title."""
_BEST: Final = (
    f"SELECT n FROM (SELECT n, words {_FOUND} ORDER BY n DESC LIMIT :ranked) f"  # noqa: S608
    f" ORDER BY ts_rank('{_WEIGHTS}', words, CAST(:rank AS tsquery), 1) DESC, n DESC LIMIT :limit OFFSET :offset"
)
_MONTH: Final = "to_char(to_timestamp(f.n / 4096 * 60) AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')"
_FACETS: Final = (
    f"SELECT kind, CASE kind WHEN 'all' THEN {_MONTH} ELSE key END AS key, count(*) AS n"  # noqa: S608
    f" FROM (SELECT n {_FOUND} ORDER BY n DESC LIMIT :limit) f"
    " JOIN desk_labels l ON l.desk = :desk AND l.n = f.n WHERE kind IN ('source', 'topic', 'all')"
    " GROUP BY 1, 2 ORDER BY 3 DESC, 2"
)
_EVER: Final = (0, 1 << 62)


class Search(shared.Search):
    """Finds articles of one desk."""

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
        """See the port; by relevance the newest RANKED matches are ranked."""
        with self._db.read() as con:
            asked = _settled(con, desk, parse(query))
            values = _values(desk, asked, filters)
            if values is None:
                return SearchPage(hits=(), total=0)
            by_time = by_time or not asked.terms
            most = COUNTED if by_time else RANKED
            total = con.execute(_COUNT, values | {"counted": most + 1}).fetchone()[0]
            offset = max(0, offset)
            values |= {"limit": max(0, min(limit, most - offset)), "offset": offset}
            if not by_time:
                values |= {"ranked": most, "rank": placed.any_of(asked)}
            found = con.execute(_NEWEST if by_time else _BEST, values).fetchall() if total else []
            hits = shared.hits(con, desk, [row["n"] for row in found], asked)
        return SearchPage(hits=hits, total=min(total, most), more=total > most, bounded=not by_time and total > most)

    def facets(self, desk: str, query: str, filters: SearchFilters = NO_FILTERS) -> Facets:
        """See the port."""
        with self._db.read() as con:
            values = _values(desk, _settled(con, desk, parse(query)), filters)
            if values is None:
                return Facets()
            rows = con.execute(_FACETS, {**values, "desk": desk, "limit": FACETED}).fetchall()
        return shared.facets_of(rows)


def _values(desk: str, asked: Query, filters: SearchFilters) -> dict[str, Any] | None:
    """What is looked for, and between which numbers (they follow publication); None where nothing is asked."""
    said = placed.all_of(asked)
    if said is None and not (filters and not asked.terms):
        return None
    rows = [[words.topic_word(desk, topic) for topic in filters.topics] or [words.desk_word(desk)]]
    rows += [[words.source_word(source) for source in filters.sources]] if filters.sources else []
    parts = [placed.one_of(row) for row in rows] + ([said] if said else [])
    low, high = _EVER
    if filters.first:
        low = first_number(day_bounds(filters.first)[0])
    if filters.last:
        high = first_number(day_bounds(filters.last)[1])
    return {"match": " & ".join(parts), "low": low, "high": high}


def _settled(con: Any, desk: str, asked: Query) -> Query:
    """Without a short last word that is no whole word of this desk's yet: what begins with it is nearly everywhere."""
    last = asked.terms[-1] if asked.terms else None
    if last is None or not last.unfinished or len(asked.wanted) == 1:
        return asked
    values = _values(desk, Query(terms=(replace(last, unfinished=False),)), NO_FILTERS)
    known = values and con.execute(_KNOWN, values).fetchone()
    return asked if known else Query(terms=asked.terms[:-1])
