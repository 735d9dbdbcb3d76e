"""A duty is one worker's at a time: it outlasts long work, passes on after a death, and is lent to who asks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from app import duty as duties
from app.duty import PATIENCE, SECONDS, Duty, DutyLostError
from app.feeding import feed_forever
from app.run import Child, Supervisor
from core.clock import FixedClock, SystemClock
from core.errors import StoreError
from core.records import Lease
from core.settings import ElasticSettings, KeepSettings, Settings
from store.sqlite.leases import Leases
from store.sqlite.record import open_record
from tests.data import ROOT
from tests.fakes.blank import blank
from tests.fakes.records import NOON, make_desk


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def leases(tmp_path: Path, clock: FixedClock) -> Iterator[Leases]:
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=clock, keep=KeepSettings()) as record:
        yield Leases(record.database, clock)


class Worker:
    """One that goes by the test's clock."""

    def __init__(self, leases: Leases, clock: FixedClock, role: str = "deliver") -> None:
        self.duty = Duty(leases, "engine", role, now=lambda: clock.now().timestamp())


def test_it_passes_on_after_a_death_and_the_dead_one_is_told(leases: Leases, clock: FixedClock) -> None:
    first, second = (Worker(leases, clock).duty for _ in range(2))
    assert first.mine() and not second.mine()
    first.still()
    clock.move(timedelta(seconds=SECONDS))
    with pytest.raises(DutyLostError):
        first.still()
    assert second.mine() and not first.mine()


def test_one_that_was_taken_anew_is_another_lease(leases: Leases, clock: FixedClock) -> None:
    duty = Worker(leases, clock).duty
    assert duty.mine()
    first = duty.lease
    clock.move(timedelta(seconds=SECONDS / 2))
    assert duty.mine() and duty.lease is first
    clock.move(timedelta(seconds=2 * SECONDS))
    assert duty.mine() and duty.lease is not first


def test_who_has_it_gives_way_to_one_that_waits(leases: Leases, clock: FixedClock) -> None:
    service, idle = (Worker(leases, clock).duty for _ in range(2))
    command = Worker(leases, clock, "index").duty
    assert service.mine() and not service.gives_way()

    def meanwhile(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))
        for one in (idle, service):
            assert one.gives_way(), "an idle one does not take it before the one that waits"

    assert command.wait(meanwhile)
    told = service.holder()
    assert told is not None and told.role == "index"
    assert not service.mine()
    command.end()
    assert not service.gives_way() and service.mine()


def test_one_that_can_not_give_way_is_named(leases: Leases, clock: FixedClock) -> None:
    busy, command = Worker(leases, clock).duty, Worker(leases, clock, "index").duty
    assert busy.mine()

    def goes_on(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))
        assert busy.mine(), "as its keeper does while it works"

    assert not command.wait(goes_on)
    assert clock.now() - NOON >= timedelta(seconds=PATIENCE)
    told = command.holder()
    assert told is not None and told.role == "deliver"


def test_a_dead_one_is_waited_out(leases: Leases, clock: FixedClock) -> None:
    dead, command = Worker(leases, clock).duty, Worker(leases, clock, "index").duty
    assert dead.mine()
    assert command.wait(lambda seconds: clock.move(timedelta(seconds=seconds)))


def test_it_is_renewed_while_work_goes_on(leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "SECONDS", 0.04)
    renewed = threading.Event()

    def renew(held: Sequence[Lease], _seconds: float) -> frozenset[str]:
        renewed.set()
        return frozenset(lease.name for lease in held)

    monkeypatch.setattr(leases, "renew", renew)
    duty = Duty(leases, "engine", "deliver")
    with duty.kept():
        assert duty.mine()
        assert renewed.wait(10), "nobody but its keeper asks"
    assert "duty" not in {thread.name for thread in threading.enumerate()}


def test_a_feeder_ends_quietly_where_the_record_is_away(tmp_path: Path, clock: FixedClock) -> None:
    class Away(Duty):
        def give_back(self) -> None:
            raise StoreError("the record can't be reached")

    stop = threading.Event()
    stop.set()
    settings = Settings(elastic=ElasticSettings(hosts=("http://127.0.0.1:1",)))
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=clock, keep=KeepSettings()) as record:
        feed_forever(settings, record, clock, Away(Leases(record.database, clock), "engine", "deliver"), stop)


def test_whoever_watches_roles_names_the_one_that_ended(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    watched = Supervisor([Child("tag", [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))])

    def look() -> str:
        if caplog.records:
            watched.stop.set()
        return ""

    watched.announce = look
    watched.run()
    assert caplog.messages == ["tag ended and is started again in 1 s"]


def test_a_role_that_has_run_for_long_is_started_again_at_once_however_often_it_had_ended_before(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    """Each restart of the record's server made the next pause longer, up to a minute, as long as the service ran."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    child = Child("deliver", [sys.executable, "-c", "raise SystemExit(1)"], dict(os.environ))
    watched = Supervisor([child], clock=clock)

    def look() -> str:
        if caplog.records:
            watched.stop.set()
        else:
            assert child.process and child.process.wait(timeout=60)
            child.starts = 6
            clock.move(timedelta(hours=1))
        return ""

    watched.announce = look
    watched.run()
    assert caplog.messages == ["deliver ended and is started again in 1 s"]


def test_roles_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    """They held the port and went on beside those of the next run."""
    place, roles = blank(tmp_path / "diembao.sqlite3"), ("deliver", "tag")
    with open_record(place, clock=SystemClock(), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(units=("old:524",)), NOON, "test")
        words = [word for role in roles for word in ("--role", role)]
        run = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "run", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=tmp_path, env=os.environ | {"DIEMBAO_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        while {one.role for one in record.leases.workers(timedelta(minutes=1))} != set(roles):
            assert run.poll() is None, run.stdout and run.stdout.read()
        run.kill()
        run.communicate(timeout=60)  # until nobody holds its output any more
        assert record.leases.workers(timedelta(minutes=1)) == (), "they said that they are gone"
