"""Leases of a record on PostgreSQL keep the contract that they keep on SQLite."""

from __future__ import annotations

import pytest

from core.clock import FixedClock
from store.sqlite.leases import Leases
from store.sqlite.record import Record
from tests.contracts.leases import LeasesContract


@pytest.fixture
def leases(record: Record, clock: FixedClock) -> Leases:
    return Leases(record.database, clock)


class TestLeases(LeasesContract):
    """The record's own."""
