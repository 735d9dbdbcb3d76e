"""The engine, or a part of it, is away: the desk goes on, the record answers and says so, all is caught up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from app.engine import Standby
from core.clock import FixedClock
from store.elastic.client import EngineAway, connect
from store.elastic.feed import READER, Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.server import Node, patient, room
from tests.elastic.test_cluster import patiently
from tests.elastic.test_feed import DESK, write
from tests.fakes.records import NOON


@pytest.fixture(scope="module")
def own() -> Iterator[Node]:
    """A server that others do not use: it is killed, and parts of its indices are taken away."""
    with room() as folder:
        node = Node(folder=folder / "one", quick=True)
        node.prepare()
        node.start()
        node.wait()
        try:
            yield node
        finally:
            node.stop()


def test_with_a_part_away_the_record_answers(record: Record, own: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, side = FixedClock(NOON), Indexing(record.database)
    with connect(patient(own.url)) as client:
        upkeep = Upkeep(client, "parts", side)
        upkeep.set_up()
        feed = Feed(client, "parts", side, clock)
        wanted = {write(record, number) for number in range(4)}
        feed.all()
        client.indices.refresh(index="parts")
        assert _answers(ElasticSearch(client, "parts", side, clock), record, clock) == [(wanted, False)] * 4
        _take_away(client, own, "parts-g1-2026-02")
        try:
            assert _answers(ElasticSearch(client, "parts", side, clock), record, clock) == [(wanted, True)] * 4
            monkeypatch.setattr("store.elastic.search.FEW", 0)  # what is counted in each month would lack one too
            assert _answers(ElasticSearch(client, "parts", side, clock), record, clock) == [(wanted, True)] * 4
        finally:
            upkeep.drop()  # with a part away the server does not start again as sound


def _answers(first: ElasticSearch, record: Record, clock: FixedClock) -> list[tuple[set[str], bool]]:
    """Each way to ask, by a reader who comes anew, with what was found and whether the record has answered."""
    found = []
    for by_time in (False, True):
        for query in ("lúa", "lúa v"):
            search = Standby(first, record.search, clock)
            page = search.search(DESK, query, by_time=by_time)
            found.append(({hit.article.id for hit in page.hits}, page.stand_in))
            again = Standby(first, record.search, clock)
            assert again.facets(DESK, query).counted == len(page.hits)
    return found


def _take_away(client: Elasticsearch, node: Node, index: str) -> None:
    """An index without its files: its shard is away, as with a disk that has gone. A setting alone takes none away."""
    number = client.indices.get_settings(index=index)[index]["settings"]["index"]["uuid"]
    client.indices.close(index=index)
    shutil.rmtree(node.folder / "data" / "indices" / number / "0" / "index")
    client.indices.open(index=index, wait_for_active_shards="0")


def test_away_for_an_hour(record: Record, own: Node) -> None:
    clock, side, node = FixedClock(NOON), Indexing(record.database), own
    with connect(patient(node.url)) as client:
        upkeep = Upkeep(client, "test", side)
        upkeep.set_up()
        feed = Feed(client, "test", side, clock)
        search = Standby(ElasticSearch(client, "test", side, clock), record.search, clock)
        first = write(record, 1)
        feed.all()
        client.indices.refresh(index="test")
        page = search.search(DESK, "lúa")
        assert ([hit.article.id for hit in page.hits], page.stand_in) == ([first], False)

        node.kill()
        later = {write(record, number) for number in range(2, 30)}
        _away(feed, side)
        page = search.search(DESK, "lúa", limit=100)
        assert page.stand_in
        assert {hit.article.id for hit in page.hits} == {first, *later}
        assert search.facets(DESK, "lúa").counted == 29
        assert not upkeep.status().reachable
        assert upkeep.status().behind >= 28

        clock.move(timedelta(hours=1))
        node.start()
        node.wait()
        patiently(feed)
        client.indices.refresh(index="test")
        page = search.search(DESK, "lúa", limit=100)
        assert not page.stand_in
        assert {hit.article.id for hit in page.hits} == {first, *later}
        assert upkeep.status().behind == 0


def _away(feed: Feed, side: Indexing) -> None:
    before = side.position(READER)
    try:
        feed.once()
    except EngineAway:
        assert side.position(READER) == before
        assert side.away_since(READER) == NOON
    else:
        raise AssertionError("a killed engine took something")
