"""What the record lets go leaves the engine too: whole months by their index, single articles off its disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from app.engine import Engine, Standby, forget_place, purge
from core.clock import FixedClock
from core.records import SearchPage
from store.elastic.feed import NEAR, Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.server import Node
from tests.elastic.test_feed import DESK, in_engine, write
from tests.fakes.records import NOON

OLD, RECENT, NEW = 45, 30, 1
"""Articles of 900, 600 and 20 days ago; a text is kept for 24 months."""


@pytest.fixture
def far(found: ElasticSearch, feed: Feed, upkeep: Upkeep) -> Engine:
    return Engine(search=found, feed=feed, upkeep=upkeep)


@pytest.fixture
def press(record: Record, feed: Feed) -> dict[int, str]:
    made = {
        number: write(record, number, f"Lúa vụ {number}", paragraphs=(f"Chữ riêng maso{number} ở thân bài.",))
        for number in (OLD, RECENT, NEW)
    }
    feed.all()
    return made


def months(client: Elasticsearch, alias: str) -> set[str]:
    return {name.split("-g1-")[1] for name in client.indices.get_alias(name=alias)} - {"2000-01"}


def found_ids(far: Engine, client: Elasticsearch, alias: str, query: str) -> set[str]:
    client.indices.refresh(index=alias)
    return {hit.article.id for hit in far.search.search(DESK, query, by_time=True).hits}


def test_a_month_whose_texts_are_over_goes_whole(
    record: Record, far: Engine, press: dict[int, str], client: Elasticsearch, alias: str
) -> None:
    before = months(client, alias)
    record.retention.purge(NOON)
    (gone,) = purge(far, NOON, 24)
    assert gone.endswith("-2023-09")
    assert not client.indices.exists(index=gone)
    assert months(client, alias) == before - {"2023-09"} | {"2023-09-titles"}
    assert found_ids(far, client, alias, f'"maso{OLD}"') == set(), "its text"
    assert found_ids(far, client, alias, "lúa ") == set(press.values()), "its title stays, as in the record"
    assert in_engine(client, alias) == 3, "none twice"
    assert purge(far, NOON, 24) == ()


def test_what_is_left_of_a_month_still_follows_the_record(
    record: Record, far: Engine, press: dict[int, str], client: Elasticsearch, alias: str
) -> None:
    record.retention.purge(NOON)
    purge(far, NOON, 24)
    record.work.set_aside(DESK, press[OLD], NOON, "operator")
    far.feed.all()
    assert found_ids(far, client, alias, "lúa ") == {press[RECENT], press[NEW]}
    record.work.take_back(DESK, press[OLD], NOON, "operator")
    far.feed.all()
    assert found_ids(far, client, alias, "lúa ") == set(press.values())
    assert "2023-09" not in months(client, alias)


def test_a_month_with_a_text_left_in_it_stays(
    record: Record, far: Engine, press: dict[int, str], client: Elasticsearch, alias: str
) -> None:
    before = months(client, alias)
    assert purge(far, NOON, 24) == (), "the record still has it"
    assert months(client, alias) == before
    assert found_ids(far, client, alias, f'"maso{OLD}"') == {press[OLD]}


def test_an_erased_text_leaves_the_disk(
    record: Record, far: Engine, press: dict[int, str], client: Elasticsearch, alias: str, node: Node
) -> None:
    client.indices.flush(index=alias)
    assert on_disk(node, f"maso{NEW}")
    record.retention.erase(press[NEW], NOON, "operator")
    assert until_clean(far, client, alias) == 2
    client.indices.flush(index=alias, force=True)
    assert found_ids(far, client, alias, f'"maso{NEW}"') == set()
    assert not on_disk(node, f"maso{NEW}")


@retry(retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(240), wait=wait_fixed(1), reraise=True)
def until_clean(far: Engine, client: Elasticsearch, alias: str) -> int:
    """Purges as the service does, until the engine has let go of what its copies might have asked for."""
    purge(far, NOON, 24)
    kept = client.indices.stats(index=alias, metric=["docs"])["_all"]["primaries"]["docs"]
    assert kept["deleted"] == 0
    return int(kept["count"])


def on_disk(node: Node, word: str) -> bool:
    for folder, _, names in os.walk(node.folder / "data"):
        for name in names:
            with suppress(FileNotFoundError):  # another process of the run has just dropped an index of its own
                if word.encode() in Path(folder, name).read_bytes():
                    return True
    return False


def test_after_a_restore_the_engine_is_built_anew(
    record: Record, far: Engine, press: dict[int, str], client: Elasticsearch, alias: str
) -> None:
    forget_place(record)
    assert far.feed.lost()
    assert not far.feed.near()
    far.upkeep.rebuild()
    far.feed.all()
    assert far.feed.near()
    assert in_engine(client, alias) == 3
    assert found_ids(far, client, alias, "lúa ") == set(press.values())


def test_a_log_that_does_not_reach_back_is_noticed(record: Record, side: Indexing, feed: Feed) -> None:
    write(record, 1)
    write(record, 2)
    assert not feed.lost()
    with record.database.write() as con:
        con.execute("DELETE FROM changes WHERE seq = 1")
    assert feed.lost()


def test_an_engine_far_behind_is_not_asked(record: Record, found: ElasticSearch, feed: Feed, tmp_path: Path) -> None:
    article = write(record, 1)
    search = Standby(found, record.search, FixedClock(NOON), feed.near)
    with record.database.write() as con:
        con.executemany(
            "INSERT INTO changes (article, desk, kind, at) VALUES (?, ?, 'upsert', 0)", [(article, DESK)] * NEAR
        )
    page: SearchPage = search.search(DESK, "lúa")
    assert (page.total, page.stand_in) == (1, True)
    feed.all()
    assert not search.search(DESK, "lúa").stand_in
