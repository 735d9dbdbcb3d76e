"""What can't go by one channel goes by the next; limits, quiet hours and jumping clocks at the moment of sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alerts.drain import LEASE_SECONDS, Rules, decide, drain_once
from core.clock import FixedClock
from core.records import Channel, Claim, PassOn, QuietHours, Recipient, Refused, Retry
from core.roles import Role
from store.sqlite.record import Record
from tests.fakes.alerting import Sender
from tests.fakes.records import NOON, make_desk, make_message

PERSON = Recipient(
    id="office", name="Bộ phận thông tin", roles=(Role.INFORMATION_OFFICE,), email="tin@binhson.gov.vn",
    zalo_user_id="1234567890", channels=("zalo_oa", "email"),
)  # fmt: skip
NIGHT = NOON + timedelta(hours=11)


class Office:
    def __init__(self, record: Record, clock: FixedClock, person: Recipient = PERSON) -> None:
        self.record, self.clock = record, clock
        self.channels: dict[Channel, Sender] = {"email": Sender(), "zalo_oa": Sender()}
        self.rules = Rules()
        record.desks.apply_desk(make_desk(recipients=(person,)), NOON, "test")

    def put(self, key: str = "k", **over: object) -> None:
        self.record.outbox.add(
            [make_message(key, **{"channel": "zalo_oa", "recipient": "office", **over})], self.clock.now()
        )

    def drain(self) -> None:
        drain_once(self.record.outbox, self.channels, self.record.desks, self.clock, rules=self.rules)

    @property
    def sent(self) -> dict[str, list[tuple[str, str]]]:
        return {name: sender.sent for name, sender in self.channels.items() if sender.sent}


def test_a_refusal_that_another_channel_may_mend_goes_on_with_its_key(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock)
    office.channels["zalo_oa"].answers = [Refused(reason="zalo-not-follower -213", fall_back=True)]
    office.put()
    office.drain()
    office.drain()
    assert office.sent == {"email": [("k", "tin@binhson.gov.vn")]}


def test_channels_have_their_turns_in_the_order_of_the_recipient() -> None:
    away = Retry(reason="away", fall_back=True)
    order: tuple[Channel, ...] = ("zalo_oa", "zns", "email")
    for here, following in zip(order, (*order[1:], order[0]), strict=True):
        claim = Claim(id=1, message=make_message("k", channel=here, urgent=True), address="a", attempts=1, until=NOON)
        assert decide(claim, away, order) == PassOn(reason="away", channel=following, strike=False)


def test_where_every_channel_has_refused_it_stays_undelivered(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock)
    office.channels["zalo_oa"].answers = [Refused(reason="zalo-not-follower -213", fall_back=True)]
    office.channels["email"].answers = [Refused(reason="mail-refused 550", fall_back=True)]
    office.put()
    for _ in range(4):
        office.drain()
    (row,) = record.reading.messages("binh_son")
    assert (row.state, row.reason, row.struck) == ("refused", "mail-refused 550", ("zalo_oa",))
    assert record.outbox.send_again(row.id, clock.now())
    office.drain()
    assert office.sent == {"email": [("k", "tin@binhson.gov.vn")]}


def test_an_urgent_one_does_not_wait_where_another_way_is_free(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock)
    night = Retry(reason="zalo-night -234", after=timedelta(hours=7), fall_back=True)
    office.channels["zalo_oa"].answers = [night, night]
    office.put("urgent", urgent=True)
    office.put("patient")
    office.drain()
    office.drain()
    assert office.sent == {"email": [("urgent", "tin@binhson.gov.vn")]}
    clock.move(timedelta(hours=8))
    office.drain()
    assert office.sent["zalo_oa"] == [("patient", "1234567890")]


def test_an_urgent_one_takes_turns_while_a_service_is_away(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock)
    office.channels["zalo_oa"].answers = [Retry(reason="zalo-timeout")] * 9
    office.put(urgent=True)
    for _ in range(12):
        office.drain()
        clock.move(timedelta(minutes=1))
    assert office.sent == {"email": [("k", "tin@binhson.gov.vn")]}
    assert clock.now() - NOON <= timedelta(minutes=12)


def test_the_night_and_quiet_hours_hold_at_the_moment_of_sending(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock)
    clock.move(NIGHT - NOON)
    office.put("patient")
    office.put("urgent", urgent=True)
    office.drain()
    assert office.sent == {"zalo_oa": [("urgent", "1234567890")]}
    (row,) = [row for row in record.reading.messages("binh_son") if row.state == "waiting"]
    assert (row.reason, row.attempts) == ("quiet-hours", 0)
    clock.move(timedelta(hours=7, minutes=1))
    office.drain()
    assert [key for key, _ in office.sent["zalo_oa"]] == ["urgent", "patient"]


def test_an_urgent_one_in_the_quiet_hours_of_a_channel_goes_by_the_other(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock, replace(PERSON, quiet=(QuietHours(channel="zalo_oa", start=660, end=840),)))
    office.put(urgent=True)
    office.drain()
    office.drain()
    assert list(office.sent) == ["email"]


def test_the_last_tenth_of_a_days_limit_is_for_urgent_ones(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock, replace(PERSON, channels=("email",)))
    office.rules = Rules(limits={"email": 10})
    for number in range(12):
        office.put(f"p{number}", channel="email")
    office.drain()
    assert len(office.sent["email"]) == 9
    for number in range(3):
        office.put(f"u{number}", channel="email", urgent=True)
    office.drain()
    assert len(office.sent["email"]) == 10
    clock.move(timedelta(days=1))
    for _ in range(3):
        office.drain()
    assert [key for key, _ in office.sent["email"][10:12]] == ["u1", "u2"]
    assert len(office.sent["email"]) == 15


def test_a_clock_that_jumps_back_or_ahead_doubles_and_loses_nothing(record: Record, clock: FixedClock) -> None:
    office = Office(record, clock)
    clock.move(timedelta(days=400))
    office.put("ahead")
    assert len(record.outbox.claim(clock.now(), 1, LEASE_SECONDS, "zalo_oa")) == 1, "and its worker dies"
    office.put("waits", not_before=clock.now() + timedelta(minutes=5))
    clock.move(-timedelta(days=400))
    office.drain()
    assert sorted(key for key, _ in office.sent["zalo_oa"]) == ["ahead", "waits"]

    class Jumping(Sender):
        def send(self, message, address):  # type: ignore[no-untyped-def]
            clock.move(-timedelta(days=2) if not self.sent else timedelta(0))
            return super().send(message, address)

    office.channels["zalo_oa"] = Jumping()
    for number in range(3):
        office.put(f"n{number}")
    office.drain()
    assert len(office.sent["zalo_oa"]) == 1, "the rest was given back"
    clock.move(timedelta(days=2, hours=1))
    office.drain()
    assert sorted(key for key, _ in office.sent["zalo_oa"]) == ["n0", "n1", "n2"]
