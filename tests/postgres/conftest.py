"""One server for all tests of this folder; each test has a database of its own, copied from an empty record.

A copy is some 700 files: the tests that need no more than an empty record take turns at one that is emptied.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.settings import KeepSettings
from store.postgres.address import Address
from store.postgres.record import open_record
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_desk
from tests.postgres.emptying import REMEMBER
from tests.postgres.server import Server, running

_NUMBER = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running() as started:
        started.run("CREATE DATABASE blank")
        folder = tmp_path_factory.mktemp("blank")
        open_record(started.address("blank"), folder, clock=FixedClock(NOON), keep=KeepSettings()).close()
        yield started


@pytest.fixture
def address(server: Server) -> Address:
    """An empty record of this program's schema."""
    name = f"record_{next(_NUMBER)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE blank STRATEGY file_copy")
    return server.address(name)


@pytest.fixture(scope="session")
def emptied(server: Server) -> Address:
    """A database that `empty` brings back to an empty record."""
    server.run("CREATE DATABASE emptied TEMPLATE blank STRATEGY file_copy")
    server.run(REMEMBER, "emptied")
    return server.address("emptied")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def record(address: Address, tmp_path: Path, clock: FixedClock) -> Iterator[Record]:
    with open_record(address, tmp_path, clock=clock, keep=KeepSettings()) as opened:
        yield opened


@pytest.fixture
def desked(record: Record) -> Record:
    record.desks.apply_desk(make_desk(), NOON, "quan tri")
    return record
