"""From the outbox to the channel: once, later, or never, over the real record."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.page import PageNotifier
from alerts.drain import (
    FIRST_WAIT,
    LEASE_MARGIN,
    LEASE_SECONDS,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    DrainReport,
    backoff,
    decide,
    deliver_forever,
    drain_once,
)
from core.clock import FixedClock
from core.errors import StoreError
from core.records import Claim, Delivered, DeliveryResult, Message, PassOn, Recipient, Refused, Retry
from core.roles import Role
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.reading import FakePress
from tests.fakes.records import NOON, make_desk, make_message

OFFICE = Recipient(id="office", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,), email="tin@binhson.gov.vn")


class Channel:
    """A channel that answers as it is told, then with Delivered."""

    def __init__(self, *answers: DeliveryResult) -> None:
        self.answers, self.sent = list(answers), list[tuple[str, str]]()

    def send(self, message: Message, address: str) -> DeliveryResult:
        self.sent.append((message.key, address))
        return self.answers.pop(0) if self.answers else Delivered()

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def record(tmp_path: Path, clock: FixedClock) -> Iterator[Record]:
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as opened:
        opened.desks.apply_desk(make_desk(recipients=(OFFICE,)), NOON, "test")
        yield opened


def put(record: Record, *keys: str, **over: object) -> None:
    record.outbox.add([make_message(key, **over) for key in keys], NOON)


def states(record: Record) -> dict[str, tuple[str, str]]:
    return {row.message.key: (row.state, row.reason) for row in record.reading.messages("binh_son")}


def test_the_log_names_no_recipient(record: Record, clock: FixedClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    put(record, "alert:binh_son:sat-lo:office:1")
    drain_once(record.outbox, {"email": Channel()}, record.desks, clock)
    (line,) = [one for one in caplog.records if one.name == "alerts.drain"]
    assert line.getMessage() == f"message {record.reading.messages('binh_son')[0].id} by email: delivered"
    assert vars(line).keys().isdisjoint({"key", "recipient"}) and "office" not in line.getMessage()


def test_each_message_is_sent_once_to_the_address_of_today(record: Record, clock: FixedClock) -> None:
    put(record, "a", "b")
    moved = replace(OFFICE, email="moi@binhson.gov.vn")
    record.desks.apply_desk(make_desk(recipients=(moved,)), NOON, "test")
    channel = Channel()
    report = drain_once(record.outbox, {"email": channel}, record.desks, clock)
    assert report == DrainReport(claimed=2, delivered=2)
    assert drain_once(record.outbox, {"email": channel}, record.desks, clock).claimed == 0
    assert sorted(channel.sent) == [("a", "moi@binhson.gov.vn"), ("b", "moi@binhson.gov.vn")]


def test_a_busy_server_is_asked_again_after_the_wait_and_not_before(record: Record, clock: FixedClock) -> None:
    put(record, "a")
    channel = Channel(Retry(reason="mail-busy 451"), Retry(reason="mail-busy 451", after=timedelta(minutes=20)))

    def drain() -> DrainReport:
        return drain_once(record.outbox, {"email": channel}, record.desks, clock)

    assert drain().reasons == {"mail-busy 451": 1}
    assert states(record)["a"] == ("waiting", "mail-busy 451")
    clock.move(timedelta(seconds=20))
    assert drain().claimed == 0
    clock.move(timedelta(seconds=11))
    assert drain().retried == 1
    clock.move(timedelta(minutes=19))
    assert drain().claimed == 0
    clock.move(timedelta(minutes=2))
    assert drain().delivered == 1
    assert states(record)["a"][0] == "delivered"


def test_a_refused_message_stays_with_its_reason(record: Record, clock: FixedClock) -> None:
    put(record, "a")
    channel = Channel(Refused(reason="mail-refused 550"))
    assert drain_once(record.outbox, {"email": channel}, record.desks, clock).refused == 1
    clock.move(timedelta(days=30))
    assert drain_once(record.outbox, {"email": channel}, record.desks, clock).claimed == 0
    assert states(record)["a"] == ("refused", "mail-refused 550")


def test_a_recipient_who_left_or_may_not_receive_is_sent_nothing(record: Record, clock: FixedClock) -> None:
    put(record, "left", recipient="gone")
    put(record, "police")
    tampered = FakePress(book=[make_desk(recipients=(replace(OFFICE, name="Công an xã Bình Sơn"),))])
    channel = Channel()
    assert drain_once(record.outbox, {"email": channel}, tampered, clock).refused == 2
    assert channel.sent == []
    assert states(record) == {"left": ("refused", "no-recipient"), "police": ("refused", "recipient.security_body")}


def test_what_stays_on_the_page_is_never_sent(record: Record, clock: FixedClock) -> None:
    put(record, "a", channel="page")
    channel = Channel()
    assert drain_once(record.outbox, {"email": channel, "page": PageNotifier()}, record.desks, clock).claimed == 0
    assert states(record)["a"][0] == "page"


def test_two_workers_never_send_the_same(record: Record, clock: FixedClock) -> None:
    put(record, *(f"m{number}" for number in range(40)))
    channels = [Channel(), Channel()]
    workers = [
        threading.Thread(
            target=lambda c=channel: deliver_forever(
                lambda: drain_once(record.outbox, {"email": c}, record.desks, clock, batch=3), done, pause_seconds=0.01
            )
        )
        for channel in channels
    ]
    done = threading.Event()
    for worker in workers:
        worker.start()
    pause = threading.Event()
    for _ in range(1000):
        if sum(len(channel.sent) for channel in channels) >= 40:
            break
        pause.wait(0.02)
    done.set()
    for worker in workers:
        worker.join(timeout=10)
    sent = [key for channel in channels for key, _ in channel.sent]
    assert sorted(sent) == sorted(f"m{number}" for number in range(40))


def test_a_stop_gives_the_rest_of_the_batch_back_untried(record: Record, clock: FixedClock) -> None:
    put(record, "a", "b", "c")
    stop = threading.Event()

    class Stopping(Channel):
        def send(self, message: Message, address: str) -> DeliveryResult:
            stop.set()
            return super().send(message, address)

    first, second = Stopping(), Channel()
    assert drain_once(record.outbox, {"email": first}, record.desks, clock, stop=stop).delivered == 1
    assert drain_once(record.outbox, {"email": second}, record.desks, clock).delivered == 2
    assert len(first.sent) == 1 and len(second.sent) == 2


def test_nothing_is_begun_when_the_lease_runs_short(record: Record, clock: FixedClock) -> None:
    put(record, "a", "b")

    class Slow(Channel):
        def send(self, message: Message, address: str) -> DeliveryResult:
            clock.move(timedelta(seconds=LEASE_SECONDS) - LEASE_MARGIN + timedelta(seconds=1))
            return super().send(message, address)

    slow = Slow()
    assert drain_once(record.outbox, {"email": slow}, record.desks, clock).delivered == 1
    assert len(slow.sent) == 1
    assert drain_once(record.outbox, {"email": slow}, record.desks, clock).delivered == 1
    assert len({key for key, _ in slow.sent}) == 2


def test_a_worker_that_died_is_followed_by_another(record: Record, clock: FixedClock) -> None:
    put(record, "a")
    assert len(record.outbox.claim(clock.now(), 10, LEASE_SECONDS)) == 1
    channel = Channel()
    assert drain_once(record.outbox, {"email": channel}, record.desks, clock).claimed == 0
    clock.move(timedelta(seconds=LEASE_SECONDS + 1))
    assert drain_once(record.outbox, {"email": channel}, record.desks, clock).delivered == 1


class AwayOutbox:
    """The record's outbox, away when so many messages are to be marked."""

    def __init__(self, record: Record, away: int) -> None:
        self._outbox, self.away = record.outbox, away

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def mark(self, claim: Claim, result: DeliveryResult | PassOn, at: datetime) -> None:
        if self.away:
            self.away -= 1
            raise StoreError("record: the server is shutting down or starting; try again")
        self._outbox.mark(claim, result, at)


def test_what_was_sent_while_the_record_was_away_is_noted_and_the_rest_of_the_batch_goes_on(
    record: Record, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.drain.NOTED_AGAIN", 0.0)
    put(record, "a", "b")
    channel = Channel()
    assert drain_once(AwayOutbox(record, 3), {"email": channel}, record.desks, clock).delivered == 2
    clock.move(timedelta(seconds=LEASE_SECONDS + 1))
    drain_once(record.outbox, {"email": channel}, record.desks, clock)
    assert [key for key, _ in channel.sent] == ["a", "b"], "each once"


@pytest.mark.parametrize("stopped", [True, False])
def test_a_record_that_stays_away_is_waited_for_until_the_stop_or_the_end_of_the_lease(
    record: Record, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    monkeypatch.setattr("alerts.drain.NOTED_AGAIN", 0.0)
    put(record, "a", "b")
    stop, channel = threading.Event(), Channel()

    def send(message: Message, address: str) -> DeliveryResult:
        stop.set() if stopped else clock.move(timedelta(seconds=LEASE_SECONDS))
        return Channel.send(channel, message, address)

    monkeypatch.setattr(channel, "send", send)
    with pytest.raises(StoreError, match="shutting down"):
        drain_once(AwayOutbox(record, 1000), {"email": channel}, record.desks, clock, stop=stop)
    assert [key for key, _ in channel.sent] == ["a"]


def test_after_three_days_it_is_given_up(record: Record) -> None:
    claim = Claim(id=1, message=make_message(), address="a@b.vn", attempts=MOST_ATTEMPTS, until=NOON)
    assert decide(claim, Retry(reason="mail-timeout")) == Refused(reason="given-up")
    total = sum((backoff(number, "k") for number in range(1, MOST_ATTEMPTS)), timedelta(0))
    assert timedelta(days=2) < total < timedelta(days=4)


def test_a_channel_that_asks_for_a_minute_each_time_gets_waits_that_grow() -> None:
    """Zalo's rate limit, -32: eighty tries a minute apart were used up while the limit still held."""
    busy = Retry(reason="zalo-busy -32", after=timedelta(minutes=1))
    claims = [
        Claim(id=1, message=make_message(), address="1234567890", attempts=number, until=NOON)
        for number in range(1, MOST_ATTEMPTS)
    ]
    waits = [found.after for found in (decide(claim, busy) for claim in claims) if isinstance(found, Retry)]
    assert waits[0] == timedelta(minutes=1)
    assert timedelta(days=2) < sum((wait for wait in waits if wait), timedelta(0)) < timedelta(days=4)
    held = Retry(reason="zalo-night -234", after=timedelta(minutes=5), counts=False)
    assert decide(claims[20], held) == Retry(reason="zalo-night -234", after=timedelta(minutes=5), counts=False)


@given(st.integers(-3, 10**9), st.text(max_size=40))
def test_the_wait_is_bounded_and_the_same_for_the_same(attempts: int, key: str) -> None:
    wait = backoff(attempts, key)
    assert FIRST_WAIT * 0.75 <= wait <= LONGEST_WAIT
    assert wait == backoff(attempts, key)


def test_messages_that_failed_together_come_back_apart() -> None:
    assert len({backoff(5, f"k{number}") for number in range(100)}) > 90


def test_a_connection_lasts_while_batches_come_full(record: Record, clock: FixedClock) -> None:
    """A secure connection costs a handshake: a morning's digests share one."""

    class Counted(Channel):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    put(record, *(f"m{number}" for number in range(5)))
    channel = Counted()
    closed = []
    while drain_once(record.outbox, {"email": channel}, record.desks, clock, batch=2).claimed:
        closed.append(channel.closed)
    assert len(channel.sent) == 5 and closed == [0, 0, 1]
    put(record, "n1", "n2")
    drain_once(record.outbox, {"email": channel}, record.desks, clock, batch=2)
    before = channel.closed
    drain_once(record.outbox, {"email": channel}, record.desks, clock, batch=2)
    assert channel.closed == before + 1
    put(record, "o1", "o2")
    stop = threading.Event()
    stop.set()
    drain_once(record.outbox, {"email": channel}, record.desks, clock, batch=2, stop=stop)
    assert channel.closed == before + 2
