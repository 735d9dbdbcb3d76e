"""Each panel's request, as Kibana would send it, on a real Elasticsearch: its numbers are the record's."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import pytest
from elasticsearch import Elasticsearch

from core.clock import FixedClock, local_day
from core.records import DeskMatch, EndpointStatus, Label, LocatedArticle, TaggedArticle, Tone
from core.settings import KeepSettings, KibanaSettings
from core.topics import HARM_TOPICS, TONES, TOPIC_BY_ID, TOPIC_IDS
from kibana.boards import board_id
from kibana.objects import saved_objects
from store.elastic.client import connect
from store.elastic.counts import DailyFeed, DailyIndices, DailyNames
from store.sqlite.counts import FOUND, KEPT, STOPPED, add
from store.sqlite.record import Record, open_record
from tests.elastic.server import Node, patient
from tests.elastic.shared import worker
from tests.fakes.records import NOON, make_article, make_desk, make_endpoint, make_mention, make_state
from tests.kibana.lens import Asked, Rows, Viewer, requests_of, rows, suggestions

PANELS: Final = f"panels-{worker()}"
TODAY: Final = local_day(NOON)
DESKS: Final = ("binh_son", "que_phong", "tuan_giao")
SOURCES: Final = ("bao_mau", "bao_hai", "bao_ba", "bao_bon")
PLACES: Final = tuple(f"xa_{n}" for n in range(9))
NAMES: Final = DailyNames(desk=lambda d: f"Bàn {d}", place=lambda p: f"Xã {p}", publisher=lambda p: f"Báo {p}")
TONE: Final = {
    "negative": "thiệt hại, khó khăn",
    "neutral": "thông tin",
    "positive": "thuận lợi",
    "unsure": "máy chưa chắc",
}
HEALTH: Final = {"ok": "đọc được", "blocked": "bị báo từ chối", "failing": "đang lỗi"}


@dataclass(frozen=True, kw_only=True)
class Read:
    """An article as the record's own lists show it."""

    desk: str
    day: date
    source: str
    tone: str
    topics: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Office:
    """A filled record, its index, and what the record's own lists say."""

    client: Elasticsearch
    settings: KibanaSettings
    articles: tuple[Read, ...]
    reading: dict[tuple[date, str], Counter[str]]  # (day, source) -> outcome -> pages
    health: dict[str, str]  # source -> status on the day
    said: dict[str, Rows] = field(default_factory=dict)

    def ask(self, board: Any, *desks: str, zone: str = "Asia/Ho_Chi_Minh") -> dict[str, tuple[Asked, Rows]]:
        """Panel -> its request and the rows of the answer, as a dashboard is opened."""
        viewer = Viewer(now=NOON, zone=zone, desks=tuple(map(NAMES.desk, desks)))
        found = {}
        for asked in requests_of(saved_objects(self.settings), board_id(self.settings, board), viewer):
            found[asked.panel] = (asked, rows(asked, _sent(self.client, asked)["aggregations"]))
        return found


def _sent(client: Elasticsearch, asked: Asked) -> Any:
    """The whole body, just as Kibana sends it."""
    answer = client.perform_request(
        "POST", f"/{asked.index}/_search?ignore_unavailable=true&preference=1", body=asked.body,
        headers={"content-type": "application/json", "accept": "application/json"},
    )  # fmt: skip
    return answer.body


def _fill(record: Record) -> None:
    """Four months of three desks; some articles corrected, set aside, erased."""
    chance = random.Random(7)
    for desk in DESKS:
        record.desks.apply_desk(make_desk(desk), NOON, "test")
    for number in range(270):
        back = 0 if number % 6 == 0 else int(chance.triangular(0, 120, 0))
        at = NOON - timedelta(days=back, hours=chance.choice((0, 2, 4)))
        source = chance.choice(SOURCES)
        article = make_article(f"https://{source}.vn/{number}.html", source, title=f"Tin {number}", at=at)
        places = chance.sample(PLACES, chance.randint(1, 3))
        mentions = tuple(make_mention(unit=place, start=n) for n, place in enumerate(places))
        seen_by = chance.sample(DESKS, chance.choice((1, 1, 2)))
        matches = tuple(DeskMatch(desk=desk, score=0.9, focus=True, mentions=mentions) for desk in seen_by)
        topics = chance.sample(sorted(TOPIC_IDS), chance.choice((0, 1, 1, 2, 3)))
        tagged = TaggedArticle(
            located=LocatedArticle(article=article, matches=matches), model="test",
            topics=tuple(Label(topic=topic, score=0.9, words=()) for topic in topics),
            tone=Tone(label=chance.choice(TONES), score=chance.choice((0.9, 0.9, 0.3))),
        )  # fmt: skip
        record.articles.save(tagged)
        if number % 10 == 3:
            record.corrections.correct(seen_by[0], article.id, tone="negative", at=NOON, by="lan")
            record.corrections.correct(seen_by[0], article.id, topic="disaster", at=NOON, by="lan")
        if number % 10 == 5:
            record.work.set_aside(seen_by[0], article.id, NOON, "lan")
        if number % 40 == 7:
            record.retention.erase(article.id, NOON, "operator")
    _read(record, chance)


def _read(record: Record, chance: random.Random) -> None:
    for source, status in zip(SOURCES, ("ok", "ok", "failing", "blocked"), strict=True):
        state = make_state(make_endpoint(source), status=EndpointStatus(status), last_poll=NOON, last_success=NOON)
        record.ledger.save_poll(state, [], NOON)
    with record.database.write() as con:
        for back in range(30):
            day = (TODAY - timedelta(days=back)).isoformat()
            for source in SOURCES[:3]:
                outcomes = {FOUND: 40, STOPPED: chance.randint(5, 30), KEPT: chance.randint(0, 5)}
                outcomes["failed:no-body"] = chance.randint(1, 4)
                for outcome, n in outcomes.items():
                    add(con, day, source, outcome, n)
            if back % 3 == 0:
                add(con, day, SOURCES[3], "failed:blocked", 9)


def _lists(record: Record) -> Iterator[Read]:
    for desk in DESKS:
        for back in range(130):
            day = TODAY - timedelta(days=back)
            for one in record.reading.day(desk, day):
                yield Read(
                    desk=desk, day=day, source=one.source, tone=one.tone.label if one.tone.sure else "unsure",
                    topics=tuple({label.topic for label in one.topics}),
                    places=tuple({mention.unit for mention in one.mentions}),
                )  # fmt: skip


@pytest.fixture(scope="module")
def office(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    clock = FixedClock(NOON)
    path = tmp_path_factory.mktemp("office") / "diembao.sqlite3"
    settings = KibanaSettings(url="http://127.0.0.1:5601", indices=PANELS)
    with (
        open_record(path, clock=clock, keep=KeepSettings()) as record,
        connect(patient(node.url)) as client,
    ):
        feed = DailyFeed(client, DailyIndices(prefix=PANELS), record.daily, NAMES, clock)
        feed.once()
        _fill(record)
        feed.once()
        client.indices.refresh(index=f"{PANELS}-*")
        reading: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
        with record.database.read() as con:
            for day, source, outcome, n in con.execute("SELECT day, source, outcome, n FROM counts").fetchall():
                reading[date.fromisoformat(day), source][outcome.split(":")[0]] += n
        health = dict(zip(SOURCES, ("ok", "ok", "failing", "blocked"), strict=True))
        yield Office(client=client, settings=settings, articles=tuple(_lists(record)), reading=reading, health=health)
        feed.drop()


def _sums(pairs: Iterable[tuple[tuple[str, ...], int]]) -> Rows:
    counted: Counter[tuple[str, ...]] = Counter()
    for key, n in pairs:
        counted[key] += n
    return {key: (n,) for key, n in counted.items() if n}


def _count(keys: Iterable[tuple[str, ...]]) -> Rows:
    return _sums((key, 1) for key in keys)


def _topic(name: str) -> str:
    return TOPIC_BY_ID[name].vi


def _week(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def _harm(articles: list[Read]) -> Rows:
    both: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for one in articles:
        for topic in set(one.topics) & HARM_TOPICS:
            both[_topic(topic),][0] += 1
            both[_topic(topic),][1] += one.tone == "negative"
    return {key: (all_, harm) for key, (all_, harm) in both.items()}


def _places(articles: list[Read]) -> Rows:
    days: dict[str, list[date]] = defaultdict(list)
    for one in articles:
        for place in one.places:
            days[NAMES.place(place)].append(one.day)
    return {(place,): (len(found), len(set(found))) for place, found in days.items()}


def _top_topics(articles: list[Read]) -> set[str]:
    counted = Counter(_topic(topic) for one in articles for topic in one.topics)
    return {topic for topic, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:8]}


EXPECTED: Final[dict[str, Callable[[list[Read]], Rows]]] = {
    "today-articles": lambda a: {(): (len(a),)},
    "today-harm": lambda a: {(): (sum(one.tone == "negative" for one in a),)},
    "today-topics": lambda a: _count((_topic(topic),) for one in a for topic in one.topics),
    "today-places": lambda a: _count((NAMES.place(place),) for one in a for place in one.places),
    "today-tone": lambda a: _count(
        (_topic(topic), TONE[one.tone]) for one in a for topic in set(one.topics) & HARM_TOPICS
    ),
    "today-where": lambda a: _count(
        (NAMES.place(place), _topic(topic)) for one in a for place in one.places for topic in one.topics
    ),
    "trend-days": lambda a: _count((one.day.isoformat(),) for one in a),
    "trend-months": lambda a: _count((one.day.replace(day=1).isoformat(),) for one in a),
    "trend-tone": lambda a: _count((TONE[one.tone], _week(one.day)) for one in a),
    "trend-topics": lambda a: _count(
        (_topic(topic), _week(one.day)) for one in a for topic in one.topics if _topic(topic) in _top_topics(a)
    ),
    "trend-share": lambda a: _count((_topic(topic),) for one in a for topic in one.topics),
    "trend-places": _places,
    "trend-harm": _harm,
}


def _shown(found: Rows) -> Rows:
    """Without the empty days that a chart of time has too."""
    return {key: values for key, values in found.items() if any(values) or not key}


@pytest.mark.parametrize("desks", [(), ("binh_son",), ("que_phong", "tuan_giao")])
@pytest.mark.parametrize(("board", "days"), [("today", 1), ("trends", 90)])
def test_counts_are_the_records(office: Office, board: str, days: int, desks: tuple[str, ...]) -> None:
    chosen = [one for one in office.articles if one.day > TODAY - timedelta(days=days) and one.desk in (desks or DESKS)]
    found = office.ask(board, *desks)
    assert set(found) <= set(EXPECTED)
    assert len(chosen) > 5
    for panel, (_, said) in found.items():
        assert _shown(said) == EXPECTED[panel](chosen), panel


def test_a_chart_of_days_has_every_day(office: Office) -> None:
    _, said = office.ask("trends")["trend-days"]
    assert sorted(said) == [((TODAY - timedelta(days=back)).isoformat(),) for back in range(89, -1, -1)]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Paris", "UTC"])
def test_a_viewer_far_away_sees_the_same_days(office: Office, zone: str) -> None:
    here, there = office.ask("trends"), office.ask("trends", zone=zone)
    assert _shown(here["trend-days"][1]) == _shown(there["trend-days"][1])


def _of_reading(office: Office, days: int = 14) -> list[tuple[date, str, Counter[str]]]:
    return [
        (day, source, outcomes)
        for (day, source), outcomes in office.reading.items()
        if day > TODAY - timedelta(days=days)
    ]


def test_reading_is_the_records(office: Office) -> None:
    read = _of_reading(office)
    pages = {"read": (STOPPED, KEPT), "kept": (KEPT,), "failed": ("failed",), "found": (FOUND,)}

    def total(name: str, outcomes: Counter[str]) -> int:
        return sum(outcomes[outcome] for outcome in pages[name])

    found = {panel: _shown(said) for panel, (_, said) in office.ask("operation").items()}
    for name in ("read", "kept", "failed"):
        assert found.pop(f"run-{name}") == {(): (sum(total(name, outcomes) for _, _, outcomes in read),)}
    by_day: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    by_source: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for day, source, outcomes in read:
        by_day[day.isoformat(),].update(outcomes)
        by_source[NAMES.publisher(source),].update(outcomes)
    assert found.pop("run-days") == {key: (total("read", o), total("failed", o)) for key, o in by_day.items()}
    assert found.pop("run-sources") == {
        key: (total("read", o), total("found", o), total("kept", o), total("failed", o)) for key, o in by_source.items()
    }
    health = [(day, source, _health(office, day, source, outcomes)) for day, source, outcomes in read]
    assert found.pop("run-health") == _count((HEALTH[state], day.isoformat()) for day, _, state in health)
    assert found.pop("run-unread") == _count(
        (NAMES.publisher(source), HEALTH[state]) for _, source, state in health if state != "ok"
    )
    kept = [one for one in office.articles if one.day > TODAY - timedelta(days=14)]
    assert found.pop("run-desks") == {
        (NAMES.desk(desk),): (len(its), len({one.source for one in its}))
        for desk in DESKS
        if (its := [one for one in kept if one.desk == desk])
    }
    assert not found


def _health(office: Office, day: date, source: str, outcomes: Counter[str]) -> str:
    if day == TODAY:
        return office.health[source]
    return "ok" if outcomes[STOPPED] + outcomes[KEPT] else "blocked"


def test_the_list_of_desks_fills_itself(office: Office) -> None:
    viewer = Viewer(now=NOON, zone="Asia/Ho_Chi_Minh")
    for board in ("today", "trends", "operation"):
        asked = suggestions(saved_objects(office.settings), board_id(office.settings, board), viewer)
        assert (asked is None) == (board == "operation")
        if asked is None:
            continue
        answer = office.client.search(index=asked[0], **asked[1])
        listed = {bucket["key"] for bucket in answer["aggregations"]["suggestions"]["buckets"]}
        assert listed == set(map(NAMES.desk, DESKS))


def test_dashboards_stand_before_there_is_any_index(office: Office) -> None:
    empty = Office(
        client=office.client, settings=KibanaSettings(url="http://127.0.0.1:5601", indices="none-yet"), articles=(),
        reading={}, health={},
    )  # fmt: skip
    viewer = Viewer(now=NOON, zone="Asia/Ho_Chi_Minh")
    for asked in requests_of(saved_objects(empty.settings), board_id(empty.settings, "trends"), viewer):
        answer = _sent(office.client, asked)
        assert answer["hits"]["hits"] == []
        assert "aggregations" not in answer
