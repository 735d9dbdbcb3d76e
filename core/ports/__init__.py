"""The few protocols at which parts meet, a module a subject. Wiring (app/) alone knows who stands behind them."""

from core.ports.alerts import Notifier, Outbox
from core.ports.crawl import CrawlLedger, CrawlNotes
from core.ports.people import AuditLog, FillDesk, PeopleBook, UnitSearch
from core.ports.reading import Differ, ReadingRoom, SearchIndex, StoryTelling
from core.ports.record import Corrections, DeskBook, Store
from core.ports.understanding import Extractor, Gate, Locator, Tagger

__all__ = [
    "AuditLog",
    "Corrections",
    "CrawlLedger",
    "CrawlNotes",
    "DeskBook",
    "Differ",
    "Extractor",
    "FillDesk",
    "Gate",
    "Locator",
    "Notifier",
    "Outbox",
    "PeopleBook",
    "ReadingRoom",
    "SearchIndex",
    "Store",
    "StoryTelling",
    "Tagger",
    "UnitSearch",
]
