"""What is kept of the program's own users: closed, with a purpose, a period and a way to delete it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST

from core.access import RIGHTS, Level, Right
from core.clock import FixedClock
from core.people import PeopleError, hashed
from core.records import Membership, Session, User
from core.settings import KeepSettings
from dashboard.people.passwords import Passwords
from store.sqlite.record import Record, open_record
from tests.contracts.people import make_session, make_user
from tests.fakes.records import NOON, make_desk

SECRETS = ("mật khẩu bí mật của Lan", "link-token-7", "session-token-7", "k7m2-x9qd")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "d.sqlite3", clock=FixedClock(NOON), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(make_desk(), NOON, "test")
        yield opened


def everything(record: Record) -> str:
    """All that the record's file holds, as text."""
    with closing(sqlite3.connect(record.path)) as con:
        return "\n".join(con.iterdump())


def filled(record: Record) -> None:
    people = record.people
    for name in ("Lan", "Minh"):
        people.add(make_user(name, email=f"{name.lower()}.kanario@binhson.gov.vn"), "operator")
    people.set_password("ulan", Passwords(CHEAPEST).hash(SECRETS[0]), NOON, "ulan")
    people.new_link("ulan", hashed(SECRETS[1]), NOON + timedelta(hours=1), NOON, "operator")
    people.open_session(make_session(name=SECRETS[2]))
    people.begin_second_factor("ulan", "JBSWY3DPEHPK3PXP")
    people.confirm_second_factor("ulan", [hashed(SECRETS[3])], 1, NOON, "ulan")
    people.keep_step(hashed("s"), json.dumps({"user": "ulan"}), NOON + timedelta(hours=1))
    record.work.visited("binh_son", "ulan", NOON)
    record.audit.add(NOON, "ulan", "note.add", "a1", desk="binh_son")


def test_no_field_for_more_than_signing_in_needs() -> None:
    assert {field.name for field in fields(User)} == {
        "id", "email", "name", "memberships", "created", "active", "disabled", "asked", "password", "second_factor",
    }  # fmt: skip
    assert {field.name for field in fields(Session)} == {
        "id", "user", "began", "seen", "idle", "ends", "network", "browser", "way",
    }  # fmt: skip


def test_no_secret_is_kept_as_it_is(record: Record) -> None:
    filled(record)
    kept = everything(record)
    assert "ulan" in kept and not [secret for secret in SECRETS if secret in kept]


def test_deleting_a_user_leaves_a_number_in_the_audit_and_nothing_else(record: Record) -> None:
    filled(record)
    record.people.delete("ulan", NOON, "uminh")
    record.retention.purge(NOON)
    kept = everything(record)
    assert "lan.kanario" not in kept and "JBSWY3DPEHPK3PXP" not in kept and "minh.kanario" in kept
    lines = [line for line in kept.splitlines() if "'ulan'" in line]
    assert lines and all(line.startswith(('INSERT INTO "audit"', 'INSERT INTO "people_gone"')) for line in lines), lines


def test_the_audit_names_users_by_number_and_goes_after_its_period(record: Record) -> None:
    filled(record)
    with closing(sqlite3.connect(record.path)) as con:
        assert not con.execute("SELECT 1 FROM audit WHERE who LIKE '%@%' OR detail LIKE '%@%.vn%'").fetchall()
    record.retention.purge(NOON + timedelta(days=25 * 31))
    assert not [line for line in record.audit.lines() if line.action == "note.add"]


@pytest.mark.parametrize(
    "email",
    ["lan@congan.quangngai.gov.vn", "catinh@quangngai.gov.vn", "bch.quansu@binhson.gov.vn", "x@mps.gov.vn",
     "pa03@quangngai.gov.vn", "police@binhson.gov.vn", "x@bienphong.vn"],
)  # fmt: skip
def test_no_account_for_police_security_or_military(record: Record, email: str) -> None:
    with pytest.raises(PeopleError):
        record.people.add(make_user(email=email), "operator")
    assert not record.people.any()


def test_levels_are_a_closed_list_without_any_such_body() -> None:
    assert {level.value for level in Level} == {"viewer", "officer", "editor", "administrator", "operator"}


def test_the_operator_has_no_right_on_articles_cases_or_notes() -> None:
    assert RIGHTS[Level.OPERATOR] == {Right.PUBLIC, Right.OWN, Right.OPERATE}
    with pytest.raises(ValueError, match="spy"):
        Membership(desk="", level=Level("spy"))
