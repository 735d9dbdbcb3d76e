"""The engine holds what the record holds, whatever happens on the way."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from app.logs import JsonLines, secrets
from core.clock import FixedClock
from core.errors import StoreError
from core.records import IndexDocument
from core.settings import Settings
from store.elastic import layout
from store.elastic.client import EngineAway, EngineRefuses, connect
from store.elastic.feed import READER, Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.record import Record
from tests.elastic.between import Between, between
from tests.elastic.server import Node, patient
from tests.fakes.records import NOON, make_article, make_tagged

DESK = "binh_son"


def write(record: Record, number: int, title: str = "", **over: Any) -> str:
    at = NOON - timedelta(days=20 * number)
    article = make_article(f"{number}.html", title=title or f"Lúa vụ {number}", at=at, **over)
    record.articles.save(make_tagged(article, (DESK,)))
    return article.id


@pytest.fixture
def relay(node: Node) -> Iterator[Between]:
    with between(node.url) as made:
        yield made


@pytest.fixture
def far(relay: Between, alias: str, side: Indexing, upkeep: Upkeep) -> Iterator[Feed]:
    """A feed whose requests pass the relay."""
    del upkeep
    with connect(patient(relay.url)) as client:
        yield Feed(client, alias, side, FixedClock(NOON))


def ids(found: ElasticSearch, client: Elasticsearch, alias: str, query: str = "lúa") -> set[str]:
    client.indices.refresh(index=alias)
    return {hit.article.id for hit in found.search(DESK, query, by_time=True, limit=100).hits}


def in_engine(client: Elasticsearch, alias: str) -> int:
    client.indices.refresh(index=alias)
    return int(client.count(index=alias)["count"])


def test_one_index_a_month_and_nothing_readable_in_it(
    record: Record, feed: Feed, client: Elasticsearch, alias: str
) -> None:
    for number in range(4):
        write(record, number)
    feed.all()
    client.indices.refresh(index=alias)
    months = {name.rsplit("-g1-", 1)[1] for name in client.indices.get(index=f"{alias}-g*")}
    assert {"2026-03", "2026-02", "2026-01"} <= months
    kept = client.search(index=alias)["hits"]["hits"][0]["_source"]
    assert set(kept) == {"article", "number", "desks", "topics", "source", "published"}


def test_erased_withdrawn_and_hidden_leave_the_engine(
    record: Record, feed: Feed, found: ElasticSearch, client: Elasticsearch, alias: str
) -> None:
    gone, taken_down, kept = (write(record, number) for number in range(3))
    feed.all()
    assert ids(found, client, alias) == {gone, taken_down, kept}
    record.retention.erase(gone, NOON, "operator")
    record.articles.withdraw(taken_down, NOON)
    assert ids(found, client, alias) == {kept}, "before the engine has heard of it"
    feed.all()
    assert ids(found, client, alias) == {kept}
    assert in_engine(client, alias) == 1


def test_one_bad_document_is_listed_and_stops_nobody(
    record: Record, side: Indexing, client: Elasticsearch, alias: str, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    del upkeep
    wanted = [write(record, number) for number in range(3)]
    true = side.documents

    def spoilt(articles: Sequence[str]) -> dict[str, IndexDocument]:
        read = true(articles)
        return read | {wanted[1]: replace(read[wanted[1]], source="x" * 40_000)}

    monkeypatch.setattr(side, "documents", spoilt)
    feed = Feed(client, alias, side, FixedClock(NOON))
    done = feed.all()
    assert (done.indexed, done.refused) == (2, 1)
    assert in_engine(client, alias) == 2
    (row,) = side.refused()
    assert row.article == wanted[1]
    assert "HTTP 400" in row.reason
    monkeypatch.setattr(side, "documents", true)
    side.rewind(READER, 0)
    assert feed.all().refused == 0
    assert side.refused() == []


def test_too_large_a_request_is_halved_until_it_fits(record: Record, far: Feed, relay: Between) -> None:
    for number in range(8):
        write(record, number)
    bulks: list[int] = []

    def answer(_method: str, path: str, body: bytes) -> tuple[int, object] | None:
        if not path.startswith("/_bulk"):
            return None
        bulks.append(len(body))
        return (413, {}) if body.count(b'"index"') > 2 else None

    relay.instead = answer
    assert far.all().indexed == 8
    assert len(bulks) == 7  # 8, twice 4, four times 2


def test_a_document_that_is_too_large_by_itself_is_listed(
    record: Record, far: Feed, relay: Between, side: Indexing
) -> None:
    write(record, 1)
    relay.instead = lambda _m, path, _b: (413, {}) if path.startswith("/_bulk") else None
    assert far.all().refused == 1
    assert "413" in side.refused()[0].reason


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_engine_is_asked_again_from_the_same_place(
    record: Record, far: Feed, relay: Between, side: Indexing, status: int
) -> None:
    write(record, 1)
    relay.instead = lambda _m, path, _b: (status, {}) if path.startswith("/_bulk") else None
    with pytest.raises(EngineAway):
        far.once()
    assert side.position(READER) == 0
    assert side.away_since(READER) == NOON
    relay.instead = lambda _m, _p, _b: None
    assert far.once().indexed == 1
    assert side.away_since(READER) is None


def test_a_single_document_that_has_to_wait_holds_the_cursor(record: Record, far: Feed, relay: Between) -> None:
    write(record, 1)
    full = {"errors": True, "items": [{"index": {"status": 429, "error": {"type": "es_rejected_execution_exception"}}}]}
    relay.instead = lambda _m, path, _b: (200, full) if path.startswith("/_bulk") else None
    with pytest.raises(EngineAway):
        far.once()
    relay.instead = lambda _m, _p, _b: None
    assert far.once().indexed == 1


def test_what_is_sent_twice_or_late_changes_nothing(
    record: Record, feed: Feed, side: Indexing, client: Elasticsearch, alias: str
) -> None:
    article = write(record, 1)
    feed.all()
    write(record, 1, "Lúa được mùa")
    feed.all()
    side.rewind(READER, 0)  # as if the stop had come before the cursor was kept
    assert feed.all().refused == 0
    client.indices.refresh(index=alias)
    assert client.get(index=f"{alias}-g1-2026-02", id=article)["_version"] == record.changes.last()
    assert in_engine(client, alias) == 1


BASIC = b64encode(b"diembao:s3cret").decode()
KEY = "aWQ6a2V5"


@pytest.mark.parametrize(
    ("login", "header", "hidden"),
    [
        ({"username": "diembao", "password": "s3cret"}, f"Basic {BASIC}", ("s3cret", BASIC)),
        ({"api_key": KEY}, f"ApiKey {KEY}", (KEY,)),
    ],
)
def test_no_secret_is_told_or_logged_from_the_set_up_to_a_refused_login(
    record: Record, relay: Between, alias: str, side: Indexing, caplog: pytest.LogCaptureFixture,
    login: dict[str, str], header: str, hidden: tuple[str, ...],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    write(record, 1)
    settings = patient(relay.url, **login)
    with connect(settings) as client:
        upkeep, feed = Upkeep(client, alias, side), Feed(client, alias, side, FixedClock(NOON))
        search = ElasticSearch(client, alias, side, FixedClock(NOON))
        upkeep.set_up()
        assert feed.all().indexed == 1
        assert len(ids(search, client, alias)) == 1
        assert not [secret for secret in hidden if secret in caplog.text], "not even before our masking"
        write(record, 2)
        reason = f"unable to authenticate {login} with {header}"  # nothing keeps a proxy from saying so
        relay.instead = lambda _m, _p, _b: (401, {"error": {"type": "security_exception", "reason": reason}})
        for ask in (upkeep.set_up, feed.once, lambda: search.search(DESK, "lúa")):
            with pytest.raises(EngineRefuses, match="login") as said:
                ask()
            assert not [secret for secret in hidden if secret in str(said.value)]
        relay.instead = lambda _m, _p, _b: None
        upkeep.drop()
    assert {k.lower(): v for k, v in relay.headers[-1].items()}["authorization"] == header
    assert "_bulk" in caplog.text and "_search" in caplog.text and "401" in caplog.text, "requests are logged"
    masking = JsonLines(secrets(Settings(elastic=settings)))
    assert not [secret for secret in hidden for line in caplog.records if secret in masking.format(line)]


def test_built_anew_while_it_answers(
    record: Record, feed: Feed, upkeep: Upkeep, found: ElasticSearch, client: Elasticsearch, alias: str
) -> None:
    wanted = {write(record, number) for number in range(5)}
    feed.all()
    seen: list[set[str]] = []
    assert upkeep.rebuild(lambda _done: seen.append(ids(found, client, alias))) == 5
    assert seen == [wanted, wanted], "after the batch, and before the switch"
    assert ids(found, client, alias) == wanted
    assert in_engine(client, alias) == 5, "none twice"
    late = write(record, 6)
    assert feed.all().indexed >= 1
    assert ids(found, client, alias) == wanted | {late}


def test_what_changes_during_a_rebuild_is_there_after_it(
    record: Record, feed: Feed, upkeep: Upkeep, found: ElasticSearch, client: Elasticsearch, alias: str
) -> None:
    first, second = write(record, 0), write(record, 1)
    feed.all()

    def meanwhile(_done: int) -> None:
        record.retention.erase(first, NOON, "operator")
        write(record, 1, "Lúa mất mùa")

    upkeep.rebuild(meanwhile)
    feed.all()
    assert ids(found, client, alias) == {second}
    assert ids(found, client, alias, "mất") == {second}
    assert in_engine(client, alias) == 1


def test_a_rebuild_that_was_broken_off_leaves_nothing_behind(
    record: Record, feed: Feed, upkeep: Upkeep, found: ElasticSearch, client: Elasticsearch, alias: str
) -> None:
    gone, kept = write(record, 0), write(record, 1)
    feed.all()

    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upkeep.rebuild(stop)
    assert ids(found, client, alias) == {gone, kept}
    record.retention.erase(gone, NOON, "operator")
    upkeep.rebuild()
    assert in_engine(client, alias) == 1
    assert len({layout.generation_of(name) for name in client.indices.get(index=f"{alias}-g*")}) == 1


def test_a_desk_can_not_be_left_out(record: Record, feed: Feed, found: ElasticSearch, client: Elasticsearch) -> None:
    write(record, 1)
    feed.all()
    for query in ("lúa", "lúa OR desks:binh_son", '"*"', "-lúa", "lúa) (desks:*"):
        assert found.search("que_phong", query).total == 0


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write"])
def test_an_index_that_takes_nothing_in_is_waited_for_and_named(
    record: Record, feed: Feed, found: ElasticSearch, client: Elasticsearch, alias: str, block: str
) -> None:
    first = write(record, 1)
    feed.all()
    client.indices.put_settings(index=alias, settings={f"index.blocks.{block}": True})
    second = write(record, 1, title="Lúa chín")
    side = Indexing(record.database)
    before = side.position(READER)
    with pytest.raises(EngineAway, match="takes nothing in, as on a disk that is nearly full"):
        feed.once()
    assert (side.position(READER), side.refused(10)) == (before, [])
    client.indices.put_settings(index=alias, settings={f"index.blocks.{block}": None})
    feed.all()
    assert first == second and ids(found, client, alias, "chín") == {first}


def test_an_erasure_waits_for_a_month_that_is_closed(
    record: Record, feed: Feed, side: Indexing, client: Elasticsearch, alias: str
) -> None:
    gone, month = write(record, 1), f"{alias}-g1-2026-02"
    feed.all()
    before = side.position(READER)
    client.indices.close(index=month)
    record.retention.erase(gone, NOON, "operator")
    with pytest.raises(EngineRefuses, match="index_closed"):
        feed.once()
    assert side.position(READER) == before
    client.indices.open(index=month)
    assert feed.all().removed == 1
    assert in_engine(client, alias) == 0


def test_only_what_was_there_counts_as_removed(record: Record, feed: Feed) -> None:
    gone = write(record, 1)
    record.retention.erase(gone, NOON, "operator")
    done = feed.all()
    assert done.lines >= 1 and done.removed == 0


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [(403, "security_exception", "roles.yml"), (401, "security_exception", "wrong login"),
     (404, "index_not_found_exception", "index rebuild")],
)  # fmt: skip
def test_what_is_refused_for_all_is_passed_over_for_none(
    record: Record, far: Feed, relay: Between, side: Indexing, status: int, error: str, says: str
) -> None:
    write(record, 1)
    refused = {"errors": True, "items": [{"index": {"status": status, "error": {"type": error}}}]}
    relay.instead = lambda _m, path, _b: (200, refused) if path.startswith("/_bulk") else None
    with pytest.raises(EngineRefuses, match=says):
        far.once()
    assert (side.position(READER), side.refused()) == (0, [])


@pytest.mark.parametrize("late", [1, 20], ids=["in a month that was there", "in a new month"])
def test_a_feeder_that_hangs_through_a_switch_makes_none_double(
    record: Record, feed: Feed, upkeep: Upkeep, client: Elasticsearch, alias: str, late: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    wanted = {write(record, number) for number in range(3)}
    feed.all()
    true = feed._live
    wanted.add(write(record, late, "Lúa đến muộn"))
    gone = write(record, 2)
    record.retention.erase(gone, NOON, "operator")

    def hangs() -> frozenset[str]:
        monkeypatch.setattr(feed, "_live", true)
        live = true()
        upkeep.rebuild()
        return live

    monkeypatch.setattr(feed, "_live", hangs)
    with pytest.raises(StoreError):
        feed.once()
    feed.all()
    assert in_engine(client, alias) == len(wanted - {gone})
    assert {layout.generation_of(name) for name in client.indices.get(index=f"{alias}-g*")} == {2}


def test_doubles_of_an_earlier_version_go_with_the_next_start(
    record: Record, feed: Feed, upkeep: Upkeep, client: Elasticsearch, alias: str
) -> None:
    write(record, 1)
    feed.all()
    upkeep.rebuild()
    client.indices.create(index=f"{alias}-g1-2026-02", aliases={alias: {}})
    client.index(index=f"{alias}-g1-2026-02", document={"article": "double"})
    assert in_engine(client, alias) == 2
    upkeep.set_up()
    assert in_engine(client, alias) == 1
