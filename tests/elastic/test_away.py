"""The engine is away for an hour: the desk goes on, search answers from the record and says so, all is caught up."""

from __future__ import annotations

from datetime import timedelta

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


def test_away_for_an_hour(record: Record) -> None:
    clock, side = FixedClock(NOON), Indexing(record.database)
    with room() as folder:
        node = Node(folder=folder / "one", quick=True)
        node.prepare()
        node.start()
        node.wait()
        try:
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
        finally:
            node.stop()


def _away(feed: Feed, side: Indexing) -> None:
    before = side.position(READER)
    try:
        feed.once()
    except EngineAway:
        assert side.position(READER) == before
        assert side.away_since(READER) == NOON
    else:
        raise AssertionError("a killed engine took something")
