"""The record on PostgreSQL keeps every contract that it keeps on SQLite: the same tests over another record."""

from __future__ import annotations

from tests.store.test_contracts import *  # noqa: F403
