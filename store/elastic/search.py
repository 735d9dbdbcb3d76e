"""The port SearchIndex on Elasticsearch: finds what FTS5 finds, since both hold the same prepared words.

Each query carries the desk as a filter that stands outside of what was typed, so nothing typed can leave it out. An
answer is the whole one or none: with a part of the index away, the record has all that was asked for. What is shown of
a hit comes from the record: a text that was erased, hidden or withdrawn since is not shown, however late the engine is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from elasticsearch import Elasticsearch, NotFoundError

from core.clock import Clock, day_bounds
from core.ports import NO_FILTERS
from core.records import COUNTED, RANKED, Change, Facets, SearchFilters, SearchPage
from store.elastic import layout
from store.elastic.client import MISSING, EngineAway, reason_of, told
from store.elastic.record import RecordSide
from store.sqlite import words
from store.sqlite.query import Query, Term, parse

_EXPANSIONS: Final = 64
_BUCKETS: Final = 200
FEW: Final = 150_000
"""Articles of a desk of which all months are asked at once: to score them costs less than to ask twice."""
_ONE_IN: Final = 4
"""So many months are asked first that a word which one in four articles has is found too often in them."""
_SURELY: Final = 1.2
"""Then so many that they should have so many times the matches that are wanted."""
_NEARLY_ALL: Final = 0.8
"""Of all articles: where so many would have to be asked, all are."""
_COUNTED_FOR: Final = timedelta(hours=1)
_COMMON: Final = 2
"""Syllables of a phrase that may stand in very many articles; a longer one does not."""

_MONTHS: Final = {
    "date_histogram": {
        "field": "published", "calendar_interval": "month", "time_zone": "Asia/Ho_Chi_Minh", "format": "yyyy-MM",
    }
}  # fmt: skip

Json = dict[str, Any]


class ElasticSearch:
    """Finds articles of one desk.

    Where a desk has very many articles, what the newest months alone have too many matches of is answered from them: of
    so many, no more is counted and only the newest are ranked (core.records), and each month more is an index more.
    """

    def __init__(self, client: Elasticsearch, alias: str, record: RecordSide, clock: Clock) -> None:
        self._client, self._alias, self._record, self._clock = client, alias, record, clock
        self._spreads: dict[str, tuple[datetime, tuple[int, ...]]] = {}  # of each desk, as counted when

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
        """A page of results, as FTS5 gives them. Raises EngineAway and EngineRefuses."""
        offset, limit = max(0, offset), max(0, limit)
        with told():
            asked = self._settled(desk, parse(query))
            if not asked.wanted and not (filters and not asked.terms):
                return SearchPage(hits=(), total=0)
            by_time = by_time or not asked.terms
            most = COUNTED if by_time else RANKED
            span = {"from_": min(offset, most), "size": min(limit, max(0, most - offset))}
            narrow = bool(filters) or any(len(term.syllables) > _COMMON for term in asked.wanted)
            said = _said(asked, ranked=not by_time)
            newest = None if narrow else self._newest(desk, said, span, by_time=by_time, most=most)
            if newest is None:  # so few by relevance, where nothing narrows them: to score all costs less than to skip
                count, limits = most if by_time or filters else True, _limits(desk, filters)
                answer = self._ask(desk, said, limits, span, by_time=by_time, count=count, alike=not by_time)
            else:
                answer = newest
        numbers = [hit["sort"][-1] for hit in answer["hits"]["hits"]]
        total = answer["hits"]["total"]
        return SearchPage(
            hits=tuple(self._record.hits(desk, numbers, asked)),
            total=min(int(total["value"]), most),
            more=total["relation"] == "gte" or total["value"] > most,
            bounded=newest is not None and not by_time,
        )

    def _newest(self, desk: str, query: Json, span: Json, *, by_time: bool, most: int) -> Json | None:
        """The newest months' answer, where they have more than `most` matches; None where all months are to be asked.

        A few months are asked first; then, if need be, as many as should have enough by what these had.
        """
        spread = self._spread(desk)
        if sum(spread) <= FEW:
            return None
        months = reaching(spread, _ONE_IN * most)
        for _ in range(2):
            if months == len(spread):
                break
            since = {"range": {"published": {"gte": layout.month_start(self._clock.now(), months - 1).isoformat()}}}
            answer = self._ask(desk, query, [since], span, by_time=by_time, count=most)
            total = answer["hits"]["total"]
            if total["relation"] == "gte":
                return answer
            needed = _SURELY * most * sum(spread[:months]) / max(1, total["value"])
            if needed > _NEARLY_ALL * sum(spread):
                break
            months = reaching(spread, needed)
        return None

    def _spread(self, desk: str) -> tuple[int, ...]:
        """How many articles the desk has in each month, the newest first, as counted within the hour."""
        now = self._clock.now()
        counted = self._spreads.get(desk)
        if counted is None or now - counted[0] > _COUNTED_FOR:
            answer = self._sent(desk, size=0, aggs={"months": _MONTHS})
            found = {b["key_as_string"]: int(b["doc_count"]) for b in answer["aggregations"]["months"]["buckets"]}
            counted = self._spreads[desk] = now, tuple(_newest_first(found, now))
        return counted[1]

    def _ask(
        self, desk: str, query: Json, limits: Sequence[Json], span: Json, *, by_time: bool, count: int | bool,
        alike: bool = False,
    ) -> Json:  # fmt: skip
        """`alike`: a word weighs the same in all months, which costs a round more."""
        return self._sent(
            desk,
            must=[query],
            limits=limits,
            sort=[{"number": "desc"}] if by_time else [{"_score": "desc"}, {"number": "desc"}],
            source=False,
            stored_fields="_none_",  # the number stands among the sort values
            track_total_hits=count,
            search_type="dfs_query_then_fetch" if alike else "query_then_fetch",
            pre_filter_shard_size=None if alike else 1,  # first which months can have any, the newest first
            **span,
        )

    def facets(self, desk: str, query: str, filters: SearchFilters = NO_FILTERS) -> Facets:
        """How all matches are spread over publishers, topics and months."""
        with told():
            asked = self._settled(desk, parse(query))
            if not asked.wanted and not (filters and not asked.terms):
                return Facets()
            answer = self._sent(
                desk, must=[_said(asked, ranked=False)], limits=_limits(desk, filters), size=0, track_total_hits=True,
                aggs=_aggregations(desk),
            )  # fmt: skip
        said = answer["aggregations"]
        months = [(b["key_as_string"], int(b["doc_count"])) for b in said["months"]["buckets"] if b["doc_count"]]
        return Facets(
            sources=_most_first((b["key"], b["doc_count"]) for b in said["sources"]["buckets"]),
            topics=_most_first((b["key"].split(" ", 1)[1], b["doc_count"]) for b in said["topics"]["buckets"]),
            months=tuple(sorted(months, reverse=True)),
            counted=int(answer["hits"]["total"]["value"]),
        )

    def apply(self, changes: Sequence[Change]) -> None:
        """Nothing: the feed takes the change log by itself (store.elastic.feed)."""

    def _settled(self, desk: str, asked: Query) -> Query:
        """Without a short last word that is no whole word of this desk's yet, as in FTS5."""
        last = asked.terms[-1] if asked.terms else None
        if last is None or not last.unfinished or len(asked.wanted) == 1:
            return asked
        known = self._sent(desk, limits=[_term(last)], size=0, terminate_after=1, track_total_hits=1)
        return asked if known["hits"]["total"]["value"] else Query(terms=asked.terms[:-1])

    def _sent(self, desk: str, *, must: Sequence[Json] = (), limits: Sequence[Json] = (), **how: Any) -> Json:
        """The answer to a search. All of them pass here: none is without the desk, none is answered in part.

        The desk's filter stands on its own level, beside everything that was asked. Raises EngineAway where nothing has
        the alias yet, or any more.
        """
        within = {"filter": [{"term": {"desks": desk}}, *limits], "must": list(must)}
        try:
            answer = self._client.search(
                index=self._alias, query={"bool": within}, allow_partial_search_results=False, **how
            )
        except NotFoundError as error:
            if reason_of(error) != MISSING:
                raise
            raise EngineAway(f"Elasticsearch: no index has the alias {self._alias}") from None
        return dict(answer)


def reaching(spread: Sequence[int], articles: float) -> int:
    """How many of the newest months have so many articles; all where not even all have.

    `spread`: articles of each month, the newest first.
    """
    sums = accumulate(spread)
    return next((number for number, reached in enumerate(sums, 1) if reached >= articles), len(spread))


def _newest_first(by_month: Mapping[str, int], now: datetime) -> Iterator[int]:
    """Articles of this month and of each before, as far back as there are any."""
    oldest, back = min(by_month, default="9999"), 0
    while (month := layout.month_of(layout.month_start(now, back))) >= oldest:
        yield by_month.get(month, 0)
        back += 1


def _said(asked: Query, *, ranked: bool) -> Json:
    """What was typed, as a query."""
    said: Json = {"must_not": [_term(term) for term in asked.terms if not term.wanted]}
    if ranked:
        said["must"] = [_term(term, ranked=True) for term in asked.wanted]
        said["should"] = _neighbours(asked)
    else:
        said["filter"] = [_term(term) for term in asked.wanted]
    return {"bool": said}


def _limits(desk: str, filters: SearchFilters) -> list[Json]:
    found: list[Json] = []
    if filters.sources:
        found.append({"terms": {"source": list(filters.sources)}})
    if filters.topics:
        found.append({"terms": {"topics": [f"{desk} {topic}" for topic in filters.topics]}})
    span: Json = {}
    if filters.first:
        span["gte"] = day_bounds(filters.first)[0].isoformat()
    if filters.last:
        span["lt"] = day_bounds(filters.last)[1].isoformat()
    return [*found, *([{"range": {"published": span}}] if span else [])]


def _term(term: Term, *, ranked: bool = False) -> Json:
    """What must hold of one term: its words stand together."""
    row = words.phrase(term.syllables)
    if term.prefix:
        return _prefix(row[0], ranked=ranked)
    if len(row) == 1:
        return {"term": {"words": row[0]}}
    return {"match_phrase": {"words": {"query": " ".join(row), "analyzer": "whitespace"}}}


def _prefix(begin: str, *, ranked: bool) -> Json:
    begins = {"prefix": {"words": {"value": begin, "rewrite": "constant_score"}}}
    if not ranked:
        return begins
    scored = {"prefix": {"words": {"value": begin, "rewrite": f"top_terms_{_EXPANSIONS}"}}}
    return {"bool": {"filter": [begins], "should": [scored]}}


def _neighbours(asked: Query) -> list[Json]:
    """Ranking prefers words that stand together as they were typed; the set found stays the same."""
    again = [_term(asked.loose[0], ranked=True)] if asked.pairs else []
    return [{"term": {"words": pair}} for pair in asked.pairs] + again


def _aggregations(desk: str) -> dict[str, Mapping[str, Any]]:
    return {
        "sources": {"terms": {"field": "source", "size": _BUCKETS}},
        "topics": {"terms": {"field": "topics", "size": _BUCKETS, "include": f"{_plain(desk)} .*"}},
        "months": _MONTHS,
    }


def _plain(desk: str) -> str:
    """The desk's id inside a Lucene regular expression."""
    return "".join(c if c.isalnum() or c == "_" else f"\\{c}" for c in desk)


def _most_first(rows: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((str(key), int(n)) for key, n in rows), key=lambda row: (-row[1], row[0])))
