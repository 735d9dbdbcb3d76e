"""Work beside the deliveries: what fails neither stops the rest nor ends the service."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from app.chores import Chores, daily
from core.clock import FixedClock
from core.errors import StoreError

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Work:
    """Fails as long as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.times = error, 0

    def __call__(self) -> None:
        self.times += 1
        if self.error is not None:
            raise self.error


def test_one_that_fails_leaves_the_others_to_be_done(caplog: pytest.LogCaptureFixture) -> None:
    backup, purge, planning = Work(OSError(112, "Host is down")), Work(StoreError("full")), Work()
    chores = Chores({"backup": backup, "purge": purge, "planning": planning})
    with caplog.at_level(logging.ERROR):
        chores.round()
        chores.round()
    assert planning.times == backup.times == purge.times == 2
    assert [record.getMessage() for record in caplog.records] == [
        "backup failed and is tried again: [Errno 112] Host is down", "purge failed and is tried again: full",
    ], "told once, not in every round"  # fmt: skip


def test_what_failed_again_after_it_worked_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    backup = Work(OSError("away"))
    chores = Chores({"backup": backup})
    for error in (OSError("away"), None, OSError("away")):
        backup.error = error
        chores.round()
    assert len(caplog.records) == 2


def test_a_bug_is_no_failure_that_is_expected() -> None:
    with pytest.raises(ZeroDivisionError):
        Chores({"planning": Work(ZeroDivisionError())}).round()


def test_a_duty_that_passed_on_ends_the_round() -> None:
    first, second = Work(), Work()
    Chores({"first": first, "second": second}).round(still=lambda: not first.times)
    assert (first.times, second.times) == (1, 0)


def test_once_a_day_and_after_a_failure_an_hour_later() -> None:
    clock, purge = FixedClock(MORNING), Work(StoreError("full"))
    chores = Chores({"purge": daily(purge, clock)})
    chores.round()
    clock.move(timedelta(minutes=5))
    chores.round()
    assert purge.times == 1, "at once, in vain"
    clock.move(timedelta(minutes=56))
    purge.error = None
    chores.round()
    chores.round()
    assert purge.times == 2, "an hour later, then not again on this day"
    clock.move(timedelta(days=1))
    chores.round()
    assert purge.times == 3
