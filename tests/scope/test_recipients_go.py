"""The personal data of recipients, signatories and users has a period and a way to delete it, in every table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.records import Attempt, Desk, OfficePapers, Recipient, ZaloEvent
from core.roles import Role
from core.settings import KeepSettings
from store.sqlite.backup import backup, default_target, restore
from store.sqlite.record import Record, open_record
from store.sqlite.retention import months_before
from tests.contracts.people import make_session, make_user
from tests.fakes.blank import blank
from tests.fakes.records import NOON, make_desk

DAY = timedelta(days=1)
CANARY, FOLLOWER = "kanario", "7001002003004005"
LAN = Recipient(id="tram-y-te", name="Trạm y tế", roles=(Role.HEALTH,), email=f"lan.{CANARY}@binhson.gov.vn")
MINH = replace(LAN, email="minh@binhson.gov.vn")
"""Who takes over from her; recipients are called by their office, and so have the same id."""


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(desk(LAN, signatory=f"Lan {CANARY}"), NOON, "u1")
        code = opened.channels.invite("binh_son", LAN.id, NOON, "u1")
        wrote = ZaloEvent(kind="wrote", user=FOLLOWER, at=NOON, receipt="r1", code=code)
        assert opened.channels.take(wrote, NOON)
        yield opened


def desk(*recipients: Recipient, signatory: str = "") -> Desk:
    papers = OfficePapers(office="Ủy ban nhân dân xã Bình Sơn", signatory=signatory)
    return make_desk(recipients=recipients, papers=papers)


def lies(record: Record, word: str) -> set[str]:
    """Tables in which the word stands."""
    with closing(sqlite3.connect(record.path)) as con:
        lines = [line for line in con.iterdump() if line.startswith("INSERT") and word in line]
    return {line.split('"')[1] for line in lines}


def zalo_of(record: Record) -> set[str]:
    return {one.zalo_user_id for held in record.desks.desks() for one in held.recipients}


def test_a_recipient_is_known_by_the_code_that_she_sent(record: Record) -> None:
    """The control."""
    assert zalo_of(record) == {FOLLOWER} and lies(record, FOLLOWER) == {"zalo_followers"}
    assert lies(record, CANARY) == {"desks", "desk_versions"}


def test_whoever_is_removed_is_no_follower_any_more(record: Record) -> None:
    record.desks.apply_desk(desk(), NOON + DAY, "u1")
    assert lies(record, FOLLOWER) == set() and record.channels.followers() == ()


def test_a_number_that_zalo_refused_goes_with_the_recipient_and_with_the_desk(record: Record) -> None:
    phoned = replace(LAN, phone="84912345678")

    def refuse() -> set[str]:
        record.desks.apply_desk(desk(phoned), NOON, "u1")
        record.channels.refuse_phone("binh_son", LAN.id, phoned.phone, "zalo-phone -118", NOON)
        return lies(record, "zalo-phone")

    assert refuse() == {"zns_refusals"}
    record.desks.apply_desk(desk(), NOON + DAY, "u1")
    assert lies(record, "zalo-phone") == set()
    assert refuse() == {"zns_refusals"}
    record.channels.refuse_phone("binh_son", LAN.id, "84999999999", "zalo-declined -141", NOON)  # hers no more
    assert lies(record, "zalo-declined") == set()
    record.channels.forget_followers()
    assert lies(record, "zalo-phone") == set()


def test_whoever_comes_to_be_named_so_gets_nothing_of_hers(record: Record) -> None:
    """By a page, a sheet or a desk file: one goes, and another comes later under the same name."""
    record.channels.invite("binh_son", LAN.id, NOON, "u1")
    record.desks.change_desk("binh_son", lambda now: replace(now, recipients=()), NOON + DAY, "u1")
    assert lies(record, "tram-y-te") <= {"desk_versions", "audit"}
    record.desks.change_desk("binh_son", lambda now: replace(now, recipients=(MINH,)), NOON + 2 * DAY, "u1")
    assert zalo_of(record) == {""}


def test_one_who_stays_is_not_asked_again(record: Record) -> None:
    other = Recipient(id="dia-chinh", name="Địa chính", roles=(Role.LEADERSHIP,), email="a@binhson.gov.vn")
    record.desks.change_desk("binh_son", lambda now: replace(now, recipients=(*now.recipients, other)), NOON, "u1")
    record.desks.apply_desk(make_desk(id="my_hao", name="Mỹ Hào", recipients=()), NOON, "u1")
    assert zalo_of(record) == {FOLLOWER, ""}


def test_names_and_addresses_that_a_desk_had_go_with_the_audit(record: Record) -> None:
    record.desks.apply_desk(desk(MINH), NOON + DAY, "u1")
    record.retention.purge(months_before(NOON, -24) - DAY)
    assert lies(record, CANARY) == {"desk_versions"}
    record.retention.purge(months_before(NOON, -24) + 2 * DAY)
    assert lies(record, CANARY) == set()


def test_what_zalo_told_goes_within_days(record: Record) -> None:
    record.channels.invite("binh_son", LAN.id, NOON, "u1")
    record.channels.take(ZaloEvent(kind="unfollow", user=FOLLOWER, at=NOON + DAY, receipt="r2"), NOON + DAY)
    assert {"zalo_receipts", "zalo_codes"} <= lies(record, "")
    record.retention.purge(NOON + 8 * DAY)
    assert not {"zalo_receipts", "zalo_codes"} & lies(record, "") and lies(record, FOLLOWER)
    record.retention.purge(NOON + 32 * DAY)
    assert lies(record, FOLLOWER) == set()


def test_what_logins_leave_goes_when_its_time_is_over(record: Record) -> None:
    people = record.people
    people.add(make_user("Lan"), "operator")
    people.open_session(make_session(name="one"))
    people.new_link("ulan", "link", NOON + DAY, NOON, "operator")
    people.keep_step("step", "{}", NOON + DAY)
    people.note_attempt(Attempt(at=NOON, account="lan@binhson.gov.vn", network="203.0.113.0/24", good=False))
    tables = {"sessions", "reset_links", "sign_in_steps", "sign_ins"}
    assert tables <= lies(record, "")
    record.retention.purge(NOON + 31 * DAY)
    assert not tables & lies(record, "")


def test_an_account_that_nobody_uses_is_asked_about_then_closed_then_deleted(record: Record) -> None:
    """Unless somebody answers; twelve months, then three, then three more."""
    for name in ("Lan", "Minh"):
        record.people.add(make_user(name, email=f"{name.lower()}.{CANARY}@binhson.gov.vn"), "operator")
    seen = []
    for months in (11, 13, 17, 21, 25):
        at = months_before(NOON, -months)
        if months < 25:
            record.people.open_session(make_session(user="uminh", name=f"s{months}", began=at, seen=at, ends=at + DAY))
            record.people.session(make_session(name=f"s{months}").id, at)
        record.retention.purge(at)
        found = record.people.user("ulan")
        seen.append("gone" if found is None else "closed" if found.disabled else "asked" if found.asked else "open")
    assert seen == ["open", "asked", "closed", "gone", "gone"]
    assert not [name for name in lies(record, f"lan.{CANARY}") if name not in ("desks", "desk_versions")]


def test_an_account_that_was_deleted_does_not_come_back_with_a_backup(record: Record) -> None:
    for name in ("Lan", "Minh"):
        record.people.add(make_user(name, email=f"{name.lower()}.tk@binhson.gov.vn"), "operator")
    record.people.open_session(make_session(name="one"))
    target = default_target(record.path, NOON)
    backup(record.path, target, NOON)
    record.people.delete("ulan", NOON + DAY, "uminh")
    restore(target, record.path, NOON + 2 * DAY)
    assert lies(record, "lan.tk") == set() and lies(record, "minh.tk") == {"people"}
    assert record.people.sessions("ulan") == ()
