"""Of all that write to the engine one does so at a time, and nothing that the record holds is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from app.daily import Counting
from app.duty import SECONDS, Duty, DutyLostError
from app.engine import DUTY, Engine, alone, build, forget_place
from app.feeding import Feeder
from core.clock import FixedClock
from core.errors import StoreError
from core.settings import Settings
from store.elastic.feed import READER, Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.leases import Leases
from store.sqlite.record import Record
from tests.elastic.test_feed import ids, in_engine, write
from tests.fakes.records import NOON

MONTHS = 24


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def leases(record: Record, clock: FixedClock) -> Leases:
    return Leases(record.database, clock)


@pytest.fixture
def far(found: ElasticSearch, feed: Feed, upkeep: Upkeep) -> Engine:
    return Engine(search=found, feed=feed, upkeep=upkeep)


@pytest.fixture
def duty(leases: Leases, clock: FixedClock) -> Callable[[str], Duty]:
    """Another worker's hand on the same duty."""
    return lambda role: Duty(leases, DUTY, role, now=lambda: clock.now().timestamp())


@pytest.fixture
def feeder(far: Engine, record: Record, clock: FixedClock, duty: Callable[[str], Duty]) -> Callable[[], Feeder]:
    """Another deliverer."""
    return lambda: Feeder(far, duty("deliver"), Counting(Settings(), record, clock), clock, lambda: MONTHS)


def generations(client: Elasticsearch, alias: str) -> set[str]:
    return {name.removeprefix(f"{alias}-").split("-")[0] for name in client.indices.get(index=f"{alias}-g*")}


def lives(feeder: Feeder, clock: FixedClock, seconds: float) -> None:
    """A deliverer's rounds for so long, by the clock."""
    end = clock.now() + timedelta(seconds=seconds)
    while clock.now() < end:
        clock.move(timedelta(seconds=feeder.round()))


def test_one_feeds_and_another_goes_on_within_a_minute_of_its_death(
    record: Record, feeder: Callable[[], Feeder], clock: FixedClock, found: ElasticSearch, client: Elasticsearch,
    alias: str,
) -> None:  # fmt: skip
    first, second = feeder(), feeder()
    wanted = {write(record, 1)}
    assert first.round() == 0.5 and second.round() > 0.5
    assert ids(found, client, alias) == wanted
    wanted.add(write(record, 2))
    second.round()
    assert ids(found, client, alias) < wanted, "the duty is the first one's"
    first.round()
    assert ids(found, client, alias) == wanted
    wanted.add(write(record, 3))  # and the first one is killed
    lives(second, clock, 60)
    assert ids(found, client, alias) == wanted


def test_after_a_restore_one_builds_anew(
    record: Record, feeder: Callable[[], Feeder], clock: FixedClock, found: ElasticSearch, client: Elasticsearch,
    alias: str,
) -> None:  # fmt: skip
    first, second = feeder(), feeder()
    wanted = {write(record, number) for number in range(3)}
    first.round()
    forget_place(record)
    for _ in range(3):
        second.round()
        first.round()
    assert generations(client, alias) == {"g2"}
    assert ids(found, client, alias) == wanted
    assert in_engine(client, alias) == 3


def test_a_rebuild_whose_worker_died_is_done_by_another(
    record: Record, far: Engine, duty: Callable[[str], Duty], feeder: Callable[[], Feeder], clock: FixedClock,
    found: ElasticSearch, client: Elasticsearch, alias: str,
) -> None:  # fmt: skip
    wanted = {write(record, number) for number in range(3)}
    forget_place(record)
    dead, second = duty("deliver"), feeder()
    assert dead.mine()

    def killed(_articles: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(far, dead, killed)
    lives(second, clock, 60)
    assert ids(found, client, alias) == wanted
    assert generations(client, alias) == {"g2"}


def test_a_rebuild_that_outlasts_its_lease_is_left_to_the_next(
    record: Record, far: Engine, duty: Callable[[str], Duty], feeder: Callable[[], Feeder], clock: FixedClock,
    found: ElasticSearch, client: Elasticsearch, alias: str,
) -> None:  # fmt: skip
    slow, second = duty("index"), feeder()
    wanted = {write(record, number) for number in range(3)}
    far.feed.all()
    assert slow.mine()
    calls: list[int] = []

    def hangs(articles: int) -> None:
        calls.append(articles)
        clock.move(timedelta(seconds=SECONDS))
        second.round()

    with pytest.raises(DutyLostError):
        build(far, slow, hangs)
    assert len(calls) == 1
    assert ids(found, client, alias) == wanted
    assert "g1" in {name.removeprefix(f"{alias}-").split("-")[0] for name in client.indices.get_alias(name=alias)}


def test_a_rebuild_beside_a_running_feeder_loses_nothing(
    record: Record, far: Engine, duty: Callable[[str], Duty], feeder: Callable[[], Feeder], clock: FixedClock,
    found: ElasticSearch, client: Elasticsearch, alias: str,
) -> None:  # fmt: skip
    service, command = feeder(), duty("index")
    wanted = {write(record, number) for number in range(3)}
    service.round()
    waited: list[float] = []

    def passes(seconds: float) -> None:
        waited.append(seconds)
        clock.move(timedelta(seconds=service.round()))

    def meanwhile(_articles: int) -> None:
        wanted.add(write(record, 3 + len(wanted)))  # in a month that had no index yet
        service.round()

    with alone(command, passes):
        build(far, command, meanwhile)
    assert len(waited) == 1, "the service gives way after its round"
    assert len(wanted) == 5
    assert ids(found, client, alias) == wanted
    assert generations(client, alias) == {"g2"}
    assert in_engine(client, alias) == 5, "none twice"
    wanted.add(write(record, 20))
    service.round()
    assert ids(found, client, alias) == wanted


def test_what_is_saved_during_a_rebuild_is_found_before_its_end(
    record: Record, far: Engine, duty: Callable[[str], Duty], found: ElasticSearch, client: Elasticsearch, alias: str
) -> None:
    command = duty("index")
    wanted = {write(record, number) for number in range(3)}
    far.feed.all()
    seen: list[set[str]] = []

    def meanwhile(_articles: int) -> None:
        seen.append(ids(found, client, alias))
        if len(seen) == 1:
            wanted.add(write(record, 4))

    with alone(command):
        build(far, command, meanwhile)
    assert seen[-1] == wanted


def test_lines_in_hand_during_a_rebuild_come_again(
    record: Record, far: Engine, side: Indexing, monkeypatch: pytest.MonkeyPatch, found: ElasticSearch,
    client: Elasticsearch, alias: str,
) -> None:  # fmt: skip
    """What no lease can rule out: a feeder that hangs between its request and its acknowledgement."""
    write(record, 1)
    far.feed.all()
    true, late = side.acknowledge, write(record, 2)
    began = side.position(READER)

    def hangs(*lines: object) -> bool:
        monkeypatch.setattr(side, "acknowledge", true)
        side.rewind(READER, began)  # at the end of a rebuild that began before the late line
        return true(*lines)  # type: ignore[arg-type]

    monkeypatch.setattr(side, "acknowledge", hangs)
    far.feed.once()
    assert [change.article for change in side.since(side.position(READER))] == [late]
    far.feed.all()
    assert len(ids(found, client, alias)) == 2


def test_a_command_says_who_has_the_engine(
    record: Record, duty: Callable[[str], Duty], clock: FixedClock, upkeep: Upkeep
) -> None:
    busy, command = duty("deliver"), duty("index")
    assert busy.mine()

    def goes_on(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))
        busy.mine()

    with (
        pytest.raises(StoreError, match=r"in the hands of deliver on \S+, which runs since 10/03 .*repeat"),
        alone(command, goes_on),
    ):
        raise AssertionError("it had the engine")
    assert busy.mine() and not busy.gives_way(), "the command asks no more"


def test_what_a_command_dropped_is_set_up_anew_by_a_service_that_goes_on(
    record: Record, far: Engine, duty: Callable[[str], Duty], feeder: Callable[[], Feeder], found: ElasticSearch,
    client: Elasticsearch, alias: str,
) -> None:  # fmt: skip
    service, command = feeder(), duty("index")
    wanted = {write(record, 1)}
    service.round()
    with alone(command, lambda _seconds: service.round()):
        far.upkeep.drop()
    assert not client.indices.exists_alias(name=alias)
    service.round()
    assert client.indices.exists_index_template(name=alias)
    assert ids(found, client, alias) == wanted
