"""The record on PostgreSQL keeps every contract that it keeps on SQLite: the same tests over another record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.postgres.address import Address
from tests.postgres.emptying import EMPTY
from tests.postgres.server import Server
from tests.store.test_contracts import *  # noqa: F403
from tests.store.test_counts import *  # noqa: F403
from tests.store.test_daily import *  # noqa: F403
from tests.store.test_people import *  # noqa: F403
from tests.store.test_stories import *  # noqa: F403


@pytest.fixture
def address(server: Server, emptied: Address) -> Iterator[Address]:
    yield emptied
    server.run(EMPTY, emptied.database)
