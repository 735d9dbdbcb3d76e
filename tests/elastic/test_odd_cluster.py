"""A server whose cluster is set otherwise than a test's own: it is shared with nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from elasticsearch import Elasticsearch

from store.elastic.client import EngineAway
from store.elastic.counts import DailyFeed, DailyIndices
from store.elastic.feed import READER, Feed
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.server import Node, room
from tests.elastic.test_daily import DAY, articles, clock, daily, indices, save
from tests.elastic.test_feed import DESK, in_engine, write
from tests.fakes.records import NOON

__all__ = ["clock", "daily", "indices"]
_PLACED = "cluster.routing.allocation.node_initial_primaries_recoveries"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with room() as folder:
        made = Node(folder=folder / "one", quick=True)
        made.prepare()
        made.start()
        try:
            made.wait()
            yield made
        finally:
            made.stop()


@contextmanager
def cluster_set(client: Elasticsearch, name: str, value: object) -> Iterator[None]:
    client.cluster.put_settings(persistent={name: value})
    try:
        yield
    finally:
        client.cluster.put_settings(persistent={name: None})


@contextmanager
def away(client: Elasticsearch, index: str) -> Iterator[None]:
    """An index whose shard stands nowhere, as with its machine away: the server may bring none back."""
    with cluster_set(client, _PLACED, 0):
        client.indices.close(index=index, wait_for_active_shards=0)
        client.indices.open(index=index, wait_for_active_shards=0)
        assert client.cluster.health(index=index)["status"] == "red"
        yield
        assert client.cluster.health(index=index)["status"] == "red"
    client.cluster.health(index=index, wait_for_status="yellow", timeout="60s")


def test_an_erasure_waits_for_a_month_that_is_away(
    record: Record, feed: Feed, side: Indexing, client: Elasticsearch, alias: str
) -> None:
    gone, month = write(record, 1), f"{alias}-g1-2026-02"
    write(record, 3)
    feed.all()
    before = side.position(READER)
    with away(client, month):
        record.retention.erase(gone, NOON, "operator")
        with pytest.raises(EngineAway):
            feed.once()
        assert (side.position(READER), side.away_since(READER)) == (before, NOON)
    assert client.exists(index=month, id=gone)
    assert feed.all().removed == 1
    assert not client.exists(index=month, id=gone)


def test_counts_wait_for_a_part_that_is_away(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices
) -> None:
    save(record, 1)
    gone = save(record, 2, back=1)
    daily.once()
    with away(client, indices.counts(DESK)):
        record.retention.erase(gone.id, NOON, "operator")
        with pytest.raises(EngineAway):
            daily.once()
    daily.once()
    assert articles(client, indices) == {DAY: 1}


def test_months_and_counts_come_into_being_where_no_index_is_made_by_itself(
    record: Record, feed: Feed, daily: DailyFeed, client: Elasticsearch, alias: str, indices: DailyIndices
) -> None:
    with cluster_set(client, "action.auto_create_index", False):
        save(record, 1)
        save(record, 2, back=40)
        assert (feed.all().refused, in_engine(client, alias)) == (0, 2)
        daily.once()
        assert articles(client, indices) == {"2026-01-29": 1, DAY: 1}
