"""Users in the record: the contract, what the purge does, what a restore must not bring back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from core.access import Level
from core.clock import FixedClock
from core.errors import StoreError
from core.people import hashed
from core.settings import KeepSettings
from store.sqlite import backup as archives
from store.sqlite.people import People
from store.sqlite.record import Record, open_record
from tests.contracts.people import DAY, HERE, PeopleBookContract, make_session, make_user
from tests.fakes.records import NOON


@pytest.fixture
def people(desked: Record) -> People:
    return desked.people


class TestPeople(PeopleBookContract):
    pass


def test_every_change_is_audited_on_its_desk(desked: Record) -> None:
    people = desked.people
    people.add(make_user("Lan", Level.ADMINISTRATOR), "operator")
    people.add(make_user("Minh"), "ulan")
    people.set_password("uminh", "h", NOON, "uminh")
    people.new_link("uminh", hashed("x"), NOON + DAY, NOON, "ulan")
    people.disable("uminh", NOON, "ulan")
    people.delete("uminh", NOON, "ulan")
    told = [(line.action, line.who, line.subject) for line in desked.audit.lines(desk=HERE)][:6]
    assert told == [
        ("user.delete", "ulan", "uminh"), ("user.disable", "ulan", "uminh"), ("user.reset_link", "ulan", "uminh"),
        ("user.password", "uminh", "uminh"), ("user.add", "ulan", "uminh"), ("user.add", "operator", "ulan"),
    ]  # fmt: skip
    assert not [line for line in desked.audit.lines() if "@binhson.gov.vn" in f"{line.who}{line.subject}{line.detail}"]


def test_the_audit_is_read_page_by_page(desked: Record) -> None:
    for number in range(5):
        desked.audit.add(NOON, "ulan", "case.read", str(number), desk=HERE)
    first = desked.audit.lines(2, desk=HERE)
    assert [line.subject for line in first] == ["4", "3"]
    assert [line.subject for line in desked.audit.lines(2, desk=HERE, before=first[-1].id)] == ["2", "1"]


class TestPurge:
    def test_sessions_links_steps_and_attempts_go_when_their_time_is_over(self, desked: Record) -> None:
        people = desked.people
        people.add(make_user(), "operator")
        people.open_session(make_session())
        people.new_link("ulan", hashed("x"), NOON + DAY, NOON, "operator")
        people.keep_step(hashed("s"), "{}", NOON + DAY)
        desked.retention.purge(NOON + 40 * DAY)
        with desked.database.read() as con:
            for table in ("sessions", "reset_links", "sign_in_steps", "sign_ins"):
                assert con.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table

    def test_an_idle_account_is_asked_about_then_disabled_then_deleted(self, desked: Record) -> None:
        people, purge = desked.people, desked.retention.purge
        people.add(make_user("Lan", Level.ADMINISTRATOR), "operator")
        people.add(make_user("Minh"), "operator")
        asked = NOON + 370 * DAY
        purge(asked)
        minh = people.user("uminh")
        assert minh and minh.asked == asked and not minh.disabled
        purge(asked + 89 * DAY)
        assert not people.user("uminh").disabled  # type: ignore[union-attr]
        purge(asked + 90 * DAY)
        assert people.user("uminh").disabled  # type: ignore[union-attr]
        purge(asked + 180 * DAY)
        assert people.user("uminh") is None
        assert people.user("ulan").disabled is None, "a desk keeps its last administrator"  # type: ignore[union-attr]

    def test_an_answer_ends_the_question(self, desked: Record) -> None:
        people, asked = desked.people, NOON + 370 * DAY
        people.add(make_user("Lan", Level.ADMINISTRATOR), "operator")
        people.add(make_user("Minh"), "operator")
        desked.retention.purge(asked)
        people.keep_idle("uminh", asked, "ulan")
        desked.retention.purge(asked + 91 * DAY)
        assert people.user("uminh").disabled is None  # type: ignore[union-attr]


def test_on_a_full_disk_a_session_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise StoreError("the disk is full")

    with open_record(tmp_path / "d.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.people.add(make_user(memberships=()), "operator")
        record.people.open_session(make_session())
        monkeypatch.setattr(record.database, "write", full)
        assert record.people.session(hashed("one"), NOON + timedelta(minutes=9)), "one can still read"


def test_a_restore_brings_back_no_session_and_nobody_who_was_deleted(tmp_path: Path) -> None:
    path, archive = tmp_path / "d.sqlite3", tmp_path / "b.tar.gz"
    clock = FixedClock(NOON)
    with open_record(path, clock=clock, keep=KeepSettings()) as record:
        for name in ("Lan", "Minh", "Thu"):
            record.people.add(make_user(name, memberships=()), "operator")
        record.people.open_session(make_session())
        archives.backup(path, archive, NOON)
        record.people.delete("uminh", NOON, "operator")
        record.people.disable("uthu", NOON, "operator")
    archives.restore(archive, path, NOON + timedelta(hours=1))
    with open_record(path, clock=clock, keep=KeepSettings()) as record:
        assert [(u.name, u.disabled is not None) for u in record.people.users()] == [("Lan", False), ("Thu", True)]
        assert record.people.session(hashed("one"), NOON) is None
    with closing(sqlite3.connect(path)) as con:
        assert not con.execute("SELECT 1 FROM sessions").fetchall()
