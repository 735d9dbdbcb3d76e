"""A clock that is far ahead deletes nothing at once; a machine that was off for long deletes a day later."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import delivering, wiring
from app.doctor import _clock
from app.world import World
from core.clock import FixedClock
from core.settings import Settings
from store.sqlite.old_files import backup_dir
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_article, make_tagged

YEARS = timedelta(days=3 * 365)
DAY = timedelta(days=1)
Round = Callable[[], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def kept(settings: Settings, clock: FixedClock) -> Iterator[Record]:
    """With a text and a backup of it, both of NOON."""
    with wiring.record(settings, clock) as record:
        record.articles.save(make_tagged())
        backup_dir(record.path).mkdir()
        (backup_dir(record.path) / f"diembao-{NOON:%Y%m%dT%H%M%SZ}.tar.gz").write_bytes(b"")
        yield record


@pytest.fixture
def started(settings: Settings, clock: FixedClock, kept: Record) -> Round:
    """A round of a deliverer that was just started, as after a boot."""
    world = World(kind="real", publishers={}, clock=clock)
    return lambda: delivering._chores(settings, world, kept, {}).round()


def there(kept: Record) -> tuple[bool, bool]:
    """Whether text and backup are kept."""
    read = kept.reading.article("binh_son", make_article().id)
    return bool(read and read.paragraphs), bool(list(backup_dir(kept.path).iterdir()))


def test_a_clock_that_is_put_right_has_cost_nothing(
    started: Round, kept: Record, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    started()
    clock.move(YEARS)
    with caplog.at_level(logging.WARNING):
        started()
        clock.move(timedelta(hours=11))
        started()
    assert there(kept) == (True, True)
    assert [r.getMessage() for r in caplog.records if "leapt" in r.getMessage()] == [
        "the clock leapt from 2026-03-10 05:00 to 2029-03-09 05:00 UTC; put it right if it is wrong; what has had its"
        " time by it is deleted within a day"
    ]
    clock.move(-YEARS)
    started()
    assert there(kept) == (True, True) and kept.retention.leap() is None
    clock.move(YEARS)
    started()
    assert there(kept) == (True, True), "it is doubted anew each time"


def test_what_was_over_while_the_machine_was_off_goes_within_a_day(
    started: Round, kept: Record, clock: FixedClock
) -> None:
    started()
    clock.move(YEARS)
    started()
    assert there(kept) == (True, True)
    clock.move(timedelta(hours=13))
    started()
    assert there(kept) == (False, False)


def test_a_holiday_is_no_leap(started: Round, kept: Record, clock: FixedClock) -> None:
    for _ in range(53):
        started()
        clock.move(14 * DAY)
    started()
    assert there(kept) == (False, False) and kept.retention.leap() is None


def test_doctor_says_so(started: Round, settings: Settings, kept: Record, clock: FixedClock) -> None:
    started()
    assert [found.sign for found in _clock(settings)] == ["ok"]
    clock.move(YEARS)
    started()
    (found,) = _clock(settings)
    assert (found.sign, found.says) == ("!!", "it leapt from 2026-03-10 05:00 to 2029-03-09 05:00 UTC")
