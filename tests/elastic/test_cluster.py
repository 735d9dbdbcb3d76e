"""Three nodes; the one that leads is killed while the record is fed: the feed goes on, and all is there afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from core.clock import FixedClock
from core.records import Change
from store.elastic.client import EngineAway, connect
from store.elastic.feed import Fed, Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.server import Node, free_port, patient, room
from tests.elastic.test_feed import DESK, write
from tests.fakes.records import NOON, make_article, make_tagged

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


class _InSteps(Indexing):
    """The record's side, a few lines of the log at a time; says when the feed is in the middle of them."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.database)
        self.under_way = threading.Event()
        self._steps = 0

    def since(self, seq: int, limit: int = 1000) -> list[Change]:
        """See store.elastic.record.RecordSide."""
        del limit
        self._steps += 1
        if self._steps == 4:
            self.under_way.set()  # three requests were answered, the next is about to go out
        return super().since(seq, 5)


def _beside(record: Record, number: int, when: str = "rồi") -> str:
    """An article in the month of another: a new one could lie on the killed node alone until that is back."""
    at = NOON - timedelta(days=20 * number)
    article = make_article(f"{when}-{number}.html", title=f"Lúa vụ {number} {when}", at=at)
    record.articles.save(make_tagged(article, (DESK,)))
    return article.id


def test_a_node_is_killed_during_the_feed(cluster: list[Node], record: Record) -> None:
    settings = patient(*(node.url for node in cluster), replicas=1)
    with connect(settings) as client:
        side = Indexing(record.database)
        upkeep = Upkeep(client, "test", side, replicas=settings.replicas)
        upkeep.set_up()
        before = [write(record, number) for number in range(40)]
        assert patiently(Feed(client, "test", side, FixedClock(NOON))).indexed == 40
        client.cluster.health(wait_for_status="green", timeout="80s", wait_for_nodes="3")
        state = client.cluster.state(metric=["master_node", "nodes"])
        master = str(state["nodes"][state["master_node"]]["name"])
        wanted = {*before[5:], *(_beside(record, number) for number in range(40))}
        for gone in before[:5]:
            record.retention.erase(gone, NOON, "operator")

        steps = _InSteps(record)
        feeding = threading.Thread(target=patiently, args=[Feed(client, "test", steps, FixedClock(NOON))])
        feeding.start()
        assert steps.under_way.wait(60)
        next(node for node in cluster if node.name == master).kill()
        wanted |= {_beside(record, number, "sau") for number in range(10)}
        feeding.join(timeout=240)
        patiently(Feed(client, "test", side, FixedClock(NOON)))

        client.cluster.health(wait_for_status="yellow", timeout="80s")
        client.indices.refresh(index="test")
        assert client.count(index="test")["count"] == len(wanted), "none lost, none twice, none that was erased"
        hits = ElasticSearch(client, "test", side, FixedClock(NOON)).search(DESK, "lúa", by_time=True, limit=100).hits
        assert {hit.article.id for hit in hits} == wanted
        assert upkeep.status().behind == 0
