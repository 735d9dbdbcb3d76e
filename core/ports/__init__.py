"""The few protocols at which parts meet, a module a subject. Wiring (app/) alone knows who stands behind them."""

from core.ports.alerting import AlertBook, AlertDesk, Handlings, Undelivered
from core.ports.alerts import Notifier, Outbox
from core.ports.answers import (
    CaseBook,
    CaseDesk,
    Comparisons,
    FactBook,
    FactDesk,
    HoldBeside,
    LetterPress,
)
from core.ports.channels import ChannelBook, TokenVault
from core.ports.crawl import CrawlLedger, CrawlNotes
from core.ports.daily import DailyCounts
from core.ports.desk_work import AddressDesk, DeskWork, Operation, Places, SourceKeeper
from core.ports.people import AuditLog, FillDesk, PeopleBook, UnitSearch
from core.ports.reading import NO_FILTERS, Differ, ReadingRoom, SearchIndex, StoryTelling
from core.ports.record import Corrections, DeskBook, Store
from core.ports.reports import PaperKind, ParagraphKind, PeriodReadings, ReportBook, ReportDesk
from core.ports.understanding import Extractor, Gate, Locator, Tagger
from core.ports.workers import Leases

__all__ = [
    "NO_FILTERS",
    "AddressDesk",
    "AlertBook",
    "AlertDesk",
    "AuditLog",
    "CaseBook",
    "CaseDesk",
    "ChannelBook",
    "Comparisons",
    "Corrections",
    "CrawlLedger",
    "CrawlNotes",
    "DailyCounts",
    "DeskBook",
    "DeskWork",
    "Differ",
    "Extractor",
    "FactBook",
    "FactDesk",
    "FillDesk",
    "Gate",
    "Handlings",
    "HoldBeside",
    "Leases",
    "LetterPress",
    "Locator",
    "Notifier",
    "Operation",
    "Outbox",
    "PaperKind",
    "ParagraphKind",
    "PeopleBook",
    "PeriodReadings",
    "Places",
    "ReadingRoom",
    "ReportBook",
    "ReportDesk",
    "SearchIndex",
    "SourceKeeper",
    "Store",
    "StoryTelling",
    "Tagger",
    "TokenVault",
    "Undelivered",
    "UnitSearch",
]
