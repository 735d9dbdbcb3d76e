"""The ledger in memory, on which crawls are tested, keeps the record's promises."""

from __future__ import annotations

import pytest

from core.ports import CrawlLedger, CrawlNotes
from tests.contracts.crawl_ledger import CrawlLedgerContract, CrawlNotesContract
from tests.fakes.ledger import MemoryLedger


@pytest.fixture
def ledger() -> CrawlLedger:
    return MemoryLedger()


@pytest.fixture
def notes() -> CrawlNotes:
    return MemoryLedger()


class TestMemoryLedger(CrawlLedgerContract):
    pass


class TestMemoryNotes(CrawlNotesContract):
    pass
