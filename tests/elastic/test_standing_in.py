"""The engine's answer is the desk's own and the whole one; where it can't be, the record answers and says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from app.engine import Standby, near
from core.clock import FixedClock
from core.records import SearchFilters
from store.elastic.client import EngineAway, connect
from store.elastic.feed import Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.between import between
from tests.elastic.server import Node, patient
from tests.elastic.test_feed import DESK, write
from tests.fakes.records import NOON

ASKED = ("lúa ", "lúa v", '"lúa vụ" -mía', "desks:que_phong OR lúa", '"}}]}} lúa', "lúa chí")
NARROW = SearchFilters(sources=("baoquangngai",), topics=("lua",), first=date(2026, 1, 1))
MISSING = "no index has the alias"


@pytest.fixture
def standby(found: ElasticSearch, record: Record, client: Elasticsearch, alias: str, side: Indexing) -> Standby:
    """As the pages have it."""
    feed = Feed(client, alias, side, FixedClock(NOON))
    return Standby(found, record.search, FixedClock(NOON), lambda: near(feed, side))


@pytest.fixture
def bodies(node: Node, alias: str, side: Indexing) -> Iterator[tuple[ElasticSearch, list[dict[str, Any]]]]:
    """A search, and the bodies of all that it asks."""
    asked: list[dict[str, Any]] = []

    def note(_method: str, path: str, body: bytes) -> None:
        assert "/_search" in path, path
        asked.append(json.loads(body))

    with between(node.url) as relay, connect(patient(relay.url)) as far:
        relay.instead = note
        yield ElasticSearch(far, alias, side, FixedClock(NOON)), asked


def everything(search: ElasticSearch) -> None:
    """All ways to ask."""
    for query in ASKED:
        for filters in (SearchFilters(), NARROW):
            search.search(DESK, query, filters=filters)
            search.search(DESK, query, by_time=True, filters=filters)
            search.facets(DESK, query, filters)


@pytest.mark.usefixtures("upkeep")
@pytest.mark.parametrize("few", [0, 150_000], ids=["newest months first", "all months at once"])
def test_no_question_is_without_the_desk(
    record: Record, feed: Feed, bodies: tuple[ElasticSearch, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:  # fmt: skip
    monkeypatch.setattr("store.elastic.search.FEW", few)
    monkeypatch.setattr("store.elastic.search.RANKED", 1)
    for number in range(4):
        write(record, number)
    feed.all()
    search, asked = bodies
    everything(search)
    kinds = {"terminate_after" in body or ("aggs" in body and len(body["aggs"])) for body in asked}
    assert kinds == {True, False, 3} | ({1} if not few else set()), "each of them was asked"
    for body in asked:
        assert set(body["query"]) == {"bool"}
        assert set(body["query"]["bool"]) == {"filter", "must"}, "nothing beside the desk makes it a choice"
        assert body["query"]["bool"]["filter"][0] == {"term": {"desks": DESK}}


def test_with_no_alias_the_record_answers(
    record: Record, found: ElasticSearch, standby: Standby, upkeep: Upkeep, feed: Feed
) -> None:
    article = write(record, 1)
    feed.all()
    upkeep.drop()
    for ask in (lambda: found.search(DESK, "lúa"), lambda: found.facets(DESK, "lúa")):
        with pytest.raises(EngineAway, match=MISSING):
            ask()
    alone = Standby(found, record.search, FixedClock(NOON))
    for search in (standby, alone):
        page = search.search(DESK, "lúa")
        assert ([hit.article.id for hit in page.hits], page.stand_in) == ([article], True)
        assert search.facets(DESK, "lúa").counted == 1


@pytest.mark.parametrize("ask", ["search", "facets"])
def test_before_the_alias_was_ever_made_the_record_answers(record: Record, found: ElasticSearch, ask: str) -> None:
    write(record, 1)
    alone = Standby(found, record.search, FixedClock(NOON))
    asked: Callable[..., Any] = getattr(alone, ask)
    said = asked(DESK, "lúa")
    assert said.total == 1 and said.stand_in if ask == "search" else said.counted == 1


@pytest.mark.usefixtures("upkeep")
def test_an_engine_that_was_never_fed_is_not_asked(
    record: Record, standby: Standby, feed: Feed, client: Elasticsearch, alias: str
) -> None:
    assert not standby.search(DESK, "lúa").stand_in, "there is nothing that it could lack"
    article = write(record, 1)
    page = standby.search(DESK, "lúa")
    assert ([hit.article.id for hit in page.hits], page.stand_in) == ([article], True)
    assert standby.facets(DESK, "lúa").counted == 1
    feed.all()
    client.indices.refresh(index=alias)
    page = standby.search(DESK, "lúa")
    assert ([hit.article.id for hit in page.hits], page.stand_in) == ([article], False)
