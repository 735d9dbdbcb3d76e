"""A clock that is far ahead deletes nothing at once; a machine that was off for long deletes a day later."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import delivering, doctor, wiring
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


@pytest.fixture
def running(settings: Settings, clock: FixedClock, kept: Record) -> Round:
    """A round of a deliverer that goes on."""
    return delivering._chores(settings, World(kind="real", publishers={}, clock=clock), kept, {}).round


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
        "the clock leapt from 2026-03-10 05:00 to 2029-03-09 05:00 UTC; put it right if it is wrong (a machine that"
        " was off and a restored backup look the same); what has had its time by it is deleted within a day"
    ]
    clock.move(-YEARS)
    started()
    assert there(kept) == (True, True) and kept.retention.leap(clock.now()) is None
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
    assert there(kept) == (False, False) and kept.retention.leap(clock.now()) is None


def test_what_is_doubted_at_night_goes_half_a_day_later_and_not_on_the_next_day(
    running: Round, kept: Record, clock: FixedClock
) -> None:
    running()
    clock.move(YEARS + timedelta(hours=10))  # 22:00: on the next day only two hours have passed
    for _ in range(12):
        running()
        clock.move(timedelta(hours=1))
        assert there(kept) == (True, True)
    running()
    assert there(kept) == (False, False)


def test_a_clock_that_starts_far_behind_each_morning_has_what_is_over_deleted_all_the_same(
    started: Round, kept: Record, clock: FixedClock
) -> None:
    started()
    for _ in range(3 * 53):
        now = clock.now()
        clock.move(datetime(1970, 1, 1, tzinfo=UTC) - now)
        started()
        clock.move(now - clock.now())
        started()
        assert kept.retention.leap(now) is None
        clock.move(7 * DAY)
    assert there(kept) == (False, False)


def test_a_clock_that_was_believed_and_is_put_right_is_doubted_again_when_it_leaps(
    kept: Record, clock: FixedClock
) -> None:
    believes = kept.retention.believes
    assert believes(NOON) and not believes(NOON + YEARS) and believes(NOON + YEARS + timedelta(hours=12))
    for day in range(9):
        assert believes(NOON + day * DAY), "an earlier clock deletes nothing that is not over"
    assert not believes(NOON + 8 * DAY + YEARS)


def test_of_two_machines_the_one_that_is_ahead_is_never_believed_and_does_not_hold_up_the_other(kept: Record) -> None:
    believes, right = kept.retention.believes, NOON
    assert believes(right)
    for _ in range(24 * 3):
        assert not believes(right + YEARS)
        right += timedelta(hours=1)
        assert believes(right)


def test_a_machine_that_is_behind_does_not_hold_up_one_that_was_off_for_a_weekend(kept: Record) -> None:
    believes, right = kept.retention.believes, NOON
    assert believes(right)
    for _ in range(24 * 3):
        right += timedelta(hours=1)
        assert believes(right - YEARS)
    for _ in range(24):
        assert believes(right)
        assert believes(right - YEARS)
        right += timedelta(hours=1)


def test_a_restored_backup_is_doubted_for_half_a_day_and_no_longer(kept: Record) -> None:
    believes, later = kept.retention.believes, NOON + 80 * DAY
    assert believes(NOON)
    assert not believes(later), "its last time is that of the backup"
    assert not believes(later + timedelta(hours=11))
    assert believes(later + timedelta(hours=12)) and kept.retention.leap(later + timedelta(hours=12)) is None


def test_doctor_says_so_of_the_clock_as_it_stands(
    started: Round, settings: Settings, kept: Record, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SystemClock", lambda: clock)
    started()
    assert [found.sign for found in doctor._clock(settings)] == ["ok"]
    clock.move(YEARS)
    started()
    (found,) = doctor._clock(settings)
    assert (found.sign, found.says) == ("!!", "it leapt from 2026-03-10 05:00 to 2029-03-09 05:00 UTC")
    clock.move(-YEARS)
    assert [found.sign for found in doctor._clock(settings)] == ["ok"], "it is put right, though nobody has asked since"
