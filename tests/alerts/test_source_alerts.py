"""Sources that can't be read any more or fell silent: the information office is told once, in its digest."""

from __future__ import annotations

from datetime import timedelta

from core.clock import FixedClock
from core.records import EndpointStatus, PollState
from core.roles import Role
from store.sqlite.record import Record
from tests.fakes.alerting import Newsroom, newsroom, person
from tests.fakes.records import make_desk, make_endpoint, make_entry

OFFICE = person("office", Role.INFORMATION_OFFICE)
HEALTH = person("health", Role.HEALTH)
DAY = 24


def room_of(record: Record, clock: FixedClock) -> Newsroom:
    """A desk with the rules that come with the program."""
    return newsroom(record, clock, desk=make_desk(recipients=(OFFICE, HEALTH)))


def polled(room: Newsroom, status: EndpointStatus, reason: str = "") -> None:
    now = room.clock.now()
    state = PollState(endpoint=make_endpoint(), status=status, reason=reason, last_poll=now, last_new=now)
    room.record.ledger.save_poll(state, [], now)


def test_a_blocked_source_stands_in_the_next_digest_once(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock)
    polled(room, EndpointStatus.OK)
    room.round()
    polled(room, EndpointStatus.BLOCKED, "http-403")
    room.until(3, step=15)
    assert room.rows() == [], "it waits for the morning"
    room.until(17.5, step=30)
    (row,) = room.rows()
    assert row.message.recipient == "office"
    assert "Báo Mẫu" in row.message.text
    room.until(2 * DAY, step=60)
    assert len(room.rows()) == 1


def test_one_that_is_well_again_before_the_digest_is_not_told_of(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock)
    polled(room, EndpointStatus.BLOCKED, "http-403")
    room.until(1, step=15)
    polled(room, EndpointStatus.OK)
    room.until(DAY, step=60)
    assert room.rows() == []


def test_one_that_fails_once_more_later_is_told_of_again(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock)
    for told in (1, 2):
        polled(room, EndpointStatus.BLOCKED, "http-403")
        room.until(DAY, step=60)
        assert len(room.rows()) == told
        polled(room, EndpointStatus.OK)
        room.until(DAY, step=60)


def test_what_was_paused_by_a_person_is_not_told_of(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock)
    polled(room, EndpointStatus.BLOCKED, "http-403")
    record.work.pause("bao_mau", clock.now(), "an", "Báo đang bảo trì")
    room.until(DAY, step=60)
    assert room.rows() == []


def test_a_silent_source_and_then_a_blocked_one_are_two_things_to_tell(record: Record, clock: FixedClock) -> None:
    room = room_of(record, clock)
    for number in range(10):
        state = PollState(endpoint=make_endpoint(), status=EndpointStatus.OK, last_new=clock.now())
        record.ledger.save_poll(state, [make_entry(f"{number}.html", guid=f"{number}")], clock.now())
        clock.move(timedelta(days=1))
    room.until(12 * DAY, step=180)
    (silent,) = room.rows()
    polled(room, EndpointStatus.BLOCKED, "http-403")
    room.until(DAY, step=60)
    first, second = room.rows()
    assert first == silent and first.message.text != second.message.text
