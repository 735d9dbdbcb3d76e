"""One server for all tests of this folder, in whatever process; each test has an alias of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from core.clock import FixedClock
from core.settings import KeepSettings
from store.elastic.client import connect
from store.elastic.feed import Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record, open_record
from tests.elastic.server import Node, patient
from tests.elastic.shared import shared, worker
from tests.fakes.records import NOON

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A real server without logins."""
    own = tmp_path_factory.getbasetemp()
    with shared(own if worker() == "main" else own.parent) as made:
        yield made


@pytest.fixture
def client(node: Node) -> Iterator[Elasticsearch]:
    with connect(patient(node.url)) as made:
        yield made


@pytest.fixture
def alias() -> str:
    return f"test-{worker()}-{next(_NUMBERS)}"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "diembao.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as kept:
        yield kept


@pytest.fixture
def side(record: Record) -> Indexing:
    return Indexing(record.database)


@pytest.fixture
def upkeep(client: Elasticsearch, alias: str, side: Indexing) -> Iterator[Upkeep]:
    made = Upkeep(client, alias, side)
    made.set_up()
    yield made
    made.drop()


@pytest.fixture
def feed(client: Elasticsearch, alias: str, side: Indexing, upkeep: Upkeep) -> Feed:
    return Feed(client, alias, side, FixedClock(NOON))


@pytest.fixture
def found(client: Elasticsearch, alias: str, side: Indexing) -> ElasticSearch:
    return ElasticSearch(client, alias, side, FixedClock(NOON))
