"""What the SQLite outbox adds: workers in several processes, held messages, states on the page."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.clock import FixedClock
from core.records import Claim, Delivered, Refused
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.records import NOON, make_message

MINUTE = timedelta(minutes=1)


def states(record: Record) -> dict[str, tuple[str, str]]:
    return {row.message.key: (row.state, row.reason) for row in record.reading.messages("binh_son")}


def test_workers_at_the_same_time_never_get_the_same_message(desked: Record, tmp_path: Path) -> None:
    desked.outbox.add([make_message(f"{n}") for n in range(120)], NOON)
    got: list[Claim] = []

    def work() -> None:
        with open_record(desked.path, clock=FixedClock(NOON), keep=KeepSettings()) as own:
            while claims := own.outbox.claim(NOON, 7, 60):
                got.extend(claims)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(claim.id for claim in got) == sorted({claim.id for claim in got})
    assert len(got) == 120


def test_the_page_shows_what_became_of_each_message(desked: Record) -> None:
    desked.outbox.add([make_message("a"), make_message("b"), make_message("c", channel="page")], NOON)
    first, second = desked.outbox.claim(NOON, 2, 60)
    desked.outbox.mark(first, Delivered(), NOON + MINUTE)
    desked.outbox.mark(second, Refused(reason="550 no such user"), NOON + MINUTE)
    assert states(desked) == {"a": ("delivered", ""), "b": ("refused", "550 no such user"), "c": ("page", "")}
    delivered = next(row for row in desked.reading.messages("binh_son") if row.message.key == "a")
    assert (delivered.delivered_at, delivered.attempts) == (NOON + MINUTE, 1)


def test_a_refused_message_can_be_sent_again_and_a_held_one_dropped(desked: Record) -> None:
    desked.outbox.add([make_message("a"), make_message("b")], NOON)
    (claim,) = desked.outbox.claim(NOON, 1, 60)
    desked.outbox.mark(claim, Refused(reason="550"), NOON)
    assert desked.outbox.send_again(claim.id, NOON)
    assert not desked.outbox.send_again(claim.id, NOON), "it waits already"
    assert desked.outbox.hold_all("restored") == 2
    assert desked.outbox.drop(claim.id, "not needed", NOON)
    assert not desked.outbox.drop(claim.id, "not needed", NOON)
    assert states(desked) == {"a": ("refused", "not needed"), "b": ("held", "restored")}


def test_a_claim_of_before_a_restore_can_not_mark_what_is_held(desked: Record) -> None:
    desked.outbox.add([make_message()], NOON)
    (claim,) = desked.outbox.claim(NOON, 1, 60)
    desked.outbox.hold_all("restored")
    desked.outbox.mark(claim, Delivered(), NOON)
    assert desked.outbox.counts() == {"held": 1}


def test_a_changed_address_is_used_for_what_already_waits(desked: Record) -> None:
    desked.outbox.add([make_message()], NOON)
    desk = desked.desks.desks()[0]
    moved = tuple(replace(person, email="moi@binhson.gov.vn") for person in desk.recipients)
    desked.desks.apply_desk(replace(desk, recipients=moved), NOON, "quan tri")
    assert desked.outbox.claim(NOON, 1, 60)[0].address == "moi@binhson.gov.vn"
