"""A record in a folder of its own, at noon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.records import NOON


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def record(tmp_path: Path, clock: FixedClock) -> Iterator[Record]:
    with open_record(blank(tmp_path / "r.sqlite3"), clock=clock, keep=KeepSettings()) as opened:
        yield opened
