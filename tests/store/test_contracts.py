"""The record keeps every contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from core.ports import Corrections as CorrectionsPort
from core.ports import CrawlLedger, CrawlNotes, SearchIndex, Store
from core.ports import DeskBook as DeskBookPort
from core.ports import Outbox as OutboxPort
from core.ports import ReadingRoom as ReadingRoomPort
from core.records import Message
from store.sqlite.articles import Articles
from store.sqlite.channels import ChannelBook
from store.sqlite.corrections import Corrections
from store.sqlite.desks import DeskBook
from store.sqlite.ledger import Ledger
from store.sqlite.outbox import Outbox
from store.sqlite.reading import ReadingRoom
from store.sqlite.record import Record
from store.sqlite.search import Search
from tests.contracts.cases import CasesContract
from tests.contracts.change_log import ChangeLogContract
from tests.contracts.channel_book import ChannelBookContract
from tests.contracts.corrections import CorrectionsContract
from tests.contracts.crawl_ledger import CrawlLedgerContract, CrawlNotesContract
from tests.contracts.desk_book import DeskBookContract
from tests.contracts.looks import LooksContract
from tests.contracts.outbox import OutboxContract
from tests.contracts.reading_room import ReadingRoomContract
from tests.contracts.search_index import SearchIndexContract
from tests.contracts.store import StoreContract
from tests.fakes.records import NOON


@pytest.fixture
def store(record: Record) -> Articles:
    return record.articles


@pytest.fixture
def ledger(record: Record) -> Ledger:
    return record.ledger


@pytest.fixture
def reading(record: Record) -> ReadingRoom:
    return record.reading


@pytest.fixture
def index(record: Record) -> Search:
    return record.search


@pytest.fixture
def refresh() -> Callable[[], None]:
    return lambda: None


@pytest.fixture
def desk_book(record: Record) -> DeskBook:
    return record.desks


@pytest.fixture
def channel_book(record: Record) -> ChannelBook:
    return record.channels


@pytest.fixture
def corrections(record: Record) -> Corrections:
    return record.corrections


@pytest.fixture
def outbox(desked: Record) -> Outbox:
    return desked.outbox


@pytest.fixture
def enqueue(desked: Record) -> Callable[[Sequence[Message]], None]:
    def write(messages: Sequence[Message]) -> None:
        desked.outbox.add(messages, NOON)

    return write


@pytest.fixture
def notes(record: Record) -> Ledger:
    return record.ledger


class TestLedger(CrawlLedgerContract):
    pass


class TestNotes(CrawlNotesContract):
    pass


class TestStore(StoreContract):
    pass


class TestOutbox(OutboxContract):
    pass


class TestDeskBook(DeskBookContract):
    pass


class TestChannelBook(ChannelBookContract):
    pass


class TestSearch(SearchIndexContract):
    pass


class TestCorrections(CorrectionsContract):
    pass


class TestCases(CasesContract):
    pass


class TestChangeLog(ChangeLogContract):
    pass


class TestLooks(LooksContract):
    pass


class TestReadingRoom(ReadingRoomContract):
    pass


def ports(
    record: Record,
) -> tuple[Store, CrawlLedger, CrawlNotes, OutboxPort, SearchIndex, DeskBookPort, ReadingRoomPort, CorrectionsPort]:
    """For the type checker: the record's parts are what the ports say."""
    return (
        record.articles, record.ledger, record.ledger, record.outbox, record.search, record.desks, record.reading,
        record.corrections,
    )  # fmt: skip
