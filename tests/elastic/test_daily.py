"""The daily counts on a real server: they are the record's own, whatever becomes of an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from core.clock import FixedClock
from core.records import Article, Label, Tone
from store.elastic.client import EngineAway, connect
from store.elastic.counts import DailyFeed, DailyIndices, DailyNames
from store.sqlite.counts import FOUND, KEPT, STOPPED, add
from store.sqlite.daily import DailyCounts
from store.sqlite.record import Record
from tests.elastic.between import between
from tests.elastic.server import Node, patient
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

DESK, OTHER, DAY = "binh_son", "que_phong", "2026-03-10"
NAMES = DailyNames(desk=str.upper, place=str.title, publisher=str.title)
Cell = tuple[str, str, str, str]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def indices(alias: str) -> DailyIndices:
    return DailyIndices(prefix=alias)


@pytest.fixture
def daily(client: Elasticsearch, indices: DailyIndices, record: Record, clock: FixedClock) -> Iterator[DailyFeed]:
    for desk in (DESK, OTHER):
        record.desks.apply_desk(make_desk(desk), NOON, "test")
    made = DailyFeed(client, indices, DailyCounts(record.database), NAMES, clock)
    yield made
    made.drop()


def save(record: Record, number: int, *, desks: tuple[str, ...] = (DESK,), **over: Any) -> Article:
    article = make_article(f"{number}.html", title=f"Tin {number}", at=NOON - timedelta(days=over.pop("back", 0)))
    record.articles.save(make_tagged(article, desks, **over))
    return article


def held(client: Elasticsearch, indices: DailyIndices, desk: str = DESK) -> dict[tuple[str, Cell], int]:
    """(day, (cut, place, topic, tone)) -> articles, as the index holds them."""
    name = indices.counts(desk)
    client.indices.refresh(index=name, ignore_unavailable=True)
    hits = client.search(index=name, size=1000, ignore_unavailable=True)["hits"]["hits"]
    rows = [hit["_source"] for hit in hits]
    cells = [(r["day"][:10], (r["cut"], r.get("place", ""), r.get("topic", ""), r.get("tone", ""))) for r in rows]
    return dict(zip(cells, [r["articles"] for r in rows], strict=True))


def articles(client: Elasticsearch, indices: DailyIndices, desk: str = DESK) -> dict[str, int]:
    """Day -> articles."""
    found: Counter[str] = Counter()
    for (day, (cut, *_)), n in held(client, indices, desk).items():
        found[day] += n if cut == "all" else 0
    return dict(found)


def reading(client: Elasticsearch, indices: DailyIndices) -> list[dict[str, Any]]:
    client.indices.refresh(index=indices.reading)
    hits = client.search(index=indices.reading, size=1000)["hits"]["hits"]
    return [hit["_source"] for hit in hits]


def test_a_day_holds_every_cut(record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices) -> None:
    harm = (Label(topic="disaster", score=0.9, words=()), Label(topic="law_courts", score=0.9, words=()))
    save(record, 1, topics=harm, tone=Tone(label="negative", score=0.9))
    save(record, 2, topics=harm[:1], tone=Tone(label="neutral", score=0.2))
    daily.once()
    place = "xa_binh_son"
    assert held(client, indices) == {
        (DAY, ("all", "", "", "negative")): 1,
        (DAY, ("all", "", "", "unsure")): 1,
        (DAY, ("place", place, "", "")): 2,
        (DAY, ("topic", "", "disaster", "negative")): 1,
        (DAY, ("topic", "", "disaster", "unsure")): 1,
        (DAY, ("topic", "", "law_courts", "")): 1,
        (DAY, ("place_topic", place, "disaster", "negative")): 1,
        (DAY, ("place_topic", place, "disaster", "unsure")): 1,
        (DAY, ("place_topic", place, "law_courts", "")): 1,
    }


def test_what_a_person_corrects_or_sets_aside_is_counted_so(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices
) -> None:
    first, second = save(record, 1), save(record, 2)
    daily.once()
    record.corrections.correct(DESK, first.id, topic="health", at=NOON, by="lan")
    record.corrections.correct(DESK, first.id, tone="negative", at=NOON, by="lan")
    record.work.set_aside(DESK, second.id, NOON, "lan")
    daily.once()
    now = held(client, indices)
    assert now[DAY, ("all", "", "", "negative")] == 1
    assert now[DAY, ("topic", "", "health", "negative")] == 1
    assert articles(client, indices) == {DAY: 1}
    record.work.take_back(DESK, second.id, NOON, "lan")
    daily.once()
    assert articles(client, indices) == {DAY: 2}


def test_erased_goes_from_a_day_that_nobody_knows_any_more(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices
) -> None:
    gone = save(record, 1, back=40)
    save(record, 2)
    daily.once()
    assert articles(client, indices) == {"2026-01-29": 1, DAY: 1}
    record.retention.erase(gone.id, NOON, "operator")
    daily.once()
    assert articles(client, indices) == {DAY: 1}
    assert {row["day"][:10] for row in reading(client, indices) if row["cut"] == "desk"} == {DAY}


def test_what_a_paper_withdrew_or_whose_time_is_over_stays_counted_as_on_our_own_pages(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices, clock: FixedClock
) -> None:
    taken_down = save(record, 1)
    save(record, 2, back=900)
    daily.once()
    record.articles.withdraw(taken_down.id, NOON)
    record.retention.purge(clock.now())
    daily.once()
    assert articles(client, indices) == {DAY: 1, "2023-09-22": 1}
    days = record.reading.label_counts(DESK, NOON.date() - timedelta(days=1000), NOON.date(), "day")
    assert articles(client, indices) == {row.slot: row.articles for row in days if row.kind == "all"}


def test_what_comes_twice_or_late_changes_nothing(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices, clock: FixedClock
) -> None:
    save(record, 1)
    daily.once()
    before = held(client, indices)
    late = DailyFeed(client, indices, DailyCounts(record.database), NAMES, FixedClock(NOON - timedelta(hours=1)))
    save(record, 2)
    clock.move(timedelta(seconds=30))
    daily.once()
    after = held(client, indices)
    late.once()
    assert before != after == held(client, indices)
    daily.rebuild()
    assert held(client, indices) == after


def test_each_desk_has_an_index_of_its_own(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices
) -> None:
    save(record, 1, desks=(DESK, OTHER))
    save(record, 2, desks=(OTHER,))
    daily.once()
    assert (articles(client, indices), articles(client, indices, OTHER)) == ({DAY: 1}, {DAY: 2})


def test_a_day_of_more_documents_than_a_page_is_looked_through(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.elastic.counts.PAGE", 2)
    gone = save(record, 1, topics=(Label(topic="disaster", score=0.9, words=()),), back=1)
    save(record, 2)
    daily.once()
    assert len([day for day, _ in held(client, indices) if day != DAY]) > 2
    record.retention.erase(gone.id, NOON, "operator")
    daily.once()
    assert {day for day, _ in held(client, indices)} == {DAY}


def test_a_publisher_has_reading_and_numbers_only(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices, clock: FixedClock
) -> None:
    save(record, 1)
    with record.database.write() as con:
        for source, outcome, n in (("bao_mau", FOUND, 9), ("bao_mau", STOPPED, 6), ("bao_mau", KEPT, 1)):
            add(con, DAY, source, outcome, n)
        add(con, DAY, "bao_khac", "failed:blocked", 7)
    daily.once()
    rows = {(row["publisher"], row.get("desk", "")): row for row in reading(client, indices)}
    assert rows["bao_mau", ""] | {"day": ""} == {
        "day": "", "cut": "publisher", "publisher": "bao_mau", "publisher_name": "Bao_Mau", "found": 9, "read": 7,
        "kept": 1, "failed": 0, "health": "ok", "health_name": "đọc được",
    }  # fmt: skip
    assert rows["bao_khac", ""]["health"] == "blocked"
    assert rows["bao_mau", DESK] | {"day": ""} == {
        "day": "", "cut": "desk", "publisher": "bao_mau", "publisher_name": "Bao_Mau", "desk": DESK,
        "desk_name": "BINH_SON", "read": 7, "kept": 1, "health": "ok", "health_name": "đọc được",
    }  # fmt: skip
    with record.database.write() as con:
        add(con, DAY, "bao_mau", STOPPED, 4)
    daily.once()
    assert max(row["read"] for row in reading(client, indices)) == 7
    clock.move(timedelta(minutes=2))
    daily.once()
    assert max(row["read"] for row in reading(client, indices)) == 11


def test_an_engine_that_is_away_loses_nothing(
    record: Record, node: Node, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices, clock: FixedClock
) -> None:
    with between(node.url) as relay, connect(patient(relay.url)) as far:
        feed = DailyFeed(far, indices, DailyCounts(record.database), NAMES, clock)
        save(record, 1)
        feed.once()
        save(record, 2)
        relay.instead = lambda method, path, _body: (503, {}) if "_bulk" in path else None
        with pytest.raises(EngineAway):
            feed.once()
        relay.instead = lambda *_: None
        clock.move(timedelta(seconds=1))
        feed.once()
    assert articles(client, indices) == {DAY: 2}


def test_a_new_start_counts_what_went_astray(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices, clock: FixedClock
) -> None:
    save(record, 1)
    save(record, 2, back=3)
    daily.once()
    client.indices.delete(index=indices.counts(DESK))
    DailyFeed(client, indices, DailyCounts(record.database), NAMES, clock).once()
    assert articles(client, indices) == {DAY: 1, "2026-03-07": 1}
    daily.drop()
    DailyFeed(client, indices, DailyCounts(record.database), NAMES, clock).once()
    assert articles(client, indices) == {DAY: 1, "2026-03-07": 1}


def test_nothing_of_a_text_or_a_person_reaches_the_indices(
    record: Record, daily: DailyFeed, client: Elasticsearch, indices: DailyIndices
) -> None:
    canary = "Chimyenhot"
    article = make_article(
        title=f"{canary} nói về cầu mới", lead=f"Theo bà {canary}.", paragraphs=(f"Bà {canary} cho biết.",),
        captions=(f"Ảnh: {canary}",),
    )  # fmt: skip
    record.articles.save(make_tagged(article, (DESK,), topics=(Label(topic="health", score=1, words=(canary,)),)))
    record.work.add_note(DESK, "article", article.id, f"Gọi cho {canary}", at=NOON, by=canary)
    daily.once()
    for index in (indices.counts(DESK), indices.reading):
        client.indices.refresh(index=index)
        hits = client.search(index=index, size=1000)["hits"]["hits"]
        assert hits
        assert not [hit for hit in hits if canary.lower() in str(hit).lower() or article.id in str(hit)]


def test_an_unknown_field_is_refused(daily: DailyFeed, client: Elasticsearch, indices: DailyIndices) -> None:
    daily.set_up()
    for index in (indices.counts(DESK), indices.reading):
        with pytest.raises(Exception, match="strict_dynamic_mapping"):
            client.index(index=index, document={"day": "2026-03-10", "title": "Một tiêu đề"})
