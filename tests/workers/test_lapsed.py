"""A worker that was too slow to keep a host: what waits for it is not asked for on the strength of what it knew."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.settings import KeepSettings
from crawlers import crawl_hold
from crawlers.crawl_hold import PREFIX, HeldElsewhereError, Shared
from store.sqlite.leases import Leases
from store.sqlite.record import open_record
from tests.fakes.records import NOON

HOST, SECONDS = "bao-mau.vn", 2.0


class Hung:
    """A worker on a machine that hangs; the test moves its clock and the record's."""

    def __init__(self, leases: Leases, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.leases, self._clock, self._now = leases, clock, 100.0
        monkeypatch.setattr(crawl_hold, "_now", lambda: self._now)
        self.hold = Shared(leases, "slow", "here", seconds=SECONDS, timeout=1)

    def hangs(self, seconds: float) -> None:
        self._now += seconds
        self._clock.move(timedelta(seconds=seconds))


@pytest.mark.parametrize("anothers", [True, False])
def test_a_lapsed_host_is_used_on_only_where_nobody_had_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anothers: bool
) -> None:
    clock = FixedClock(NOON)
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
        slow = Hung(Leases(record.database, clock), clock, monkeypatch)
        assert slow.hold.take([HOST]) == {HOST} and not slow.hold.fresh()
        slow.hangs(SECONDS + 1)
        if anothers:
            (lease,) = slow.leases.take([PREFIX + HOST], "quick", SECONDS)
            slow.leases.release(lease, 0)
            with pytest.raises(HeldElsewhereError):
                slow.hold.enter(HOST)
            assert slow.hold.fresh() == {HOST}, "how things stand is asked of the record first"
        slow.hold.enter(HOST)
        assert slow.hold.may_start(HOST)


def test_a_host_given_back_twice_is_still_known_to_have_been_asked_just_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock(NOON)
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
        slow = Hung(Leases(record.database, clock), clock, monkeypatch)
        assert slow.hold.take([HOST]) == {HOST}
        slow.hold.enter(HOST)
        assert slow.hold.may_start(HOST)
        slow.hold.leave(HOST)
        slow.hangs(0.25)
        for _ in range(2):
            slow.hold.keep([])
            slow.hold.take([HOST])
        slow.hold.keep([])
        (lease,) = slow.leases.take([PREFIX + HOST], "quick", SECONDS)
        assert lease.ago == pytest.approx(0.25)


def test_a_host_given_back_unused_is_still_known_to_have_been_asked_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock(NOON)
    with open_record(tmp_path / "r.sqlite3", clock=clock, keep=KeepSettings()) as record:
        slow = Hung(Leases(record.database, clock), clock, monkeypatch)
        (lease,) = slow.leases.take([PREFIX + HOST], "quick", SECONDS)
        slow.leases.release(lease, 0)
        slow.hold.take([HOST])
        slow.hold.keep([])
        slow.hangs(0.25)
        slow.hold.take([HOST])
        assert slow.hold.enter(HOST) == pytest.approx(0.25), "the pause since then has still to be kept"
