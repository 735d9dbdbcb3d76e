"""Three nodes, one of which is killed while the record is fed: the desk goes on, and all is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from core.clock import FixedClock
from store.elastic.client import EngineAway, connect
from store.elastic.feed import Fed, Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.server import Node, free_port, patient, room
from tests.elastic.test_feed import DESK, write
from tests.fakes.records import NOON

NAMES = ("a", "b", "c")


@pytest.fixture
def cluster() -> Iterator[list[Node]]:
    ports = [free_port() for _ in NAMES]
    together = {
        "discovery.type": None,
        "discovery.seed_hosts": [f"127.0.0.1:{port}" for port in ports],
        "cluster.initial_master_nodes": list(NAMES),
    }
    with room() as folder:
        nodes = [
            Node(folder=folder / name, name=name, transport=port, settings=dict(together), quick=True)
            for name, port in zip(NAMES, ports, strict=True)
        ]
        for node in nodes:
            node.prepare()
        for node in nodes:
            node.start()
        try:
            for node in nodes:
                node.wait()
            yield nodes
        finally:
            for node in nodes:
                node.stop()


@retry(retry=retry_if_exception_type(EngineAway), stop=stop_after_delay(240), wait=wait_fixed(0.5), reraise=True)
def patiently(feed: Feed) -> Fed:
    return feed.all()


def test_a_node_is_killed_during_the_feed(cluster: list[Node], record: Record, tmp_path: Path) -> None:
    del tmp_path
    side = Indexing(record.database)
    settings = patient(*(node.url for node in cluster), replicas=1)
    with connect(settings) as client:
        upkeep = Upkeep(client, "test", side, replicas=settings.replicas)
        upkeep.set_up()
        feed = Feed(client, "test", side, FixedClock(NOON))
        wanted = {write(record, number) for number in range(40)}
        assert patiently(feed).indexed == 40
        client.cluster.health(wait_for_status="green", timeout="80s", wait_for_nodes="3")
        wanted |= {write(record, number) for number in range(40, 80)}
        cluster[0].kill()
        patiently(feed)
        wanted |= {write(record, number) for number in range(80, 90)}
        patiently(feed)
        client.cluster.health(wait_for_status="yellow", timeout="80s")
        client.indices.refresh(index="test")
        assert client.count(index="test")["count"] == 90, "none lost, none twice"
        hits = ElasticSearch(client, "test", side, FixedClock(NOON)).search(DESK, "lúa", by_time=True, limit=100).hits
        assert {hit.article.id for hit in hits} == wanted
        assert upkeep.status().reachable
