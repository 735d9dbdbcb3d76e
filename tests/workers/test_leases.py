"""Leases of the record keep their contract, and old ones are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.settings import KeepSettings
from store.sqlite.leases import Leases
from store.sqlite.record import Record, open_record
from tests.contracts.leases import LeasesContract
from tests.fakes.records import NOON


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def record(tmp_path: Path, clock: FixedClock) -> Iterator[Record]:
    with open_record(tmp_path / "diembao.sqlite3", clock=clock, keep=KeepSettings()) as record:
        yield record


@pytest.fixture
def leases(record: Record, clock: FixedClock) -> Leases:
    return Leases(record.database, clock)


class TestLeases(LeasesContract):
    """The record's own."""


def test_leases_of_long_ago_are_forgotten(record: Record, leases: Leases, clock: FixedClock) -> None:
    leases.take(["host:a"], "one", 30)
    leases.seen("one", "crawl", "may-1")
    clock.move(timedelta(days=3))
    record.retention.purge(clock.now())
    with record.database.read() as con:
        assert con.execute("SELECT (SELECT count(*) FROM leases) + (SELECT count(*) FROM workers)").fetchone()[0] == 0
