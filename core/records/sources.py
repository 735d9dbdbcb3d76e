"""One source in detail, as the page Nguồn tin shows it, and what may be declared as a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.records.crawl import EndpointStatus
from core.records.publishers import EndpointKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """One address at which a publisher says what is new."""

    url: str
    kind: EndpointKind
    status: EndpointStatus
    reason: str
    last_poll: datetime | None
    last_success: datetime | None
    last_new: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """Pages of one Vietnamese day."""

    day: str  # ISO date
    found: int
    read: int
    kept: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """A page that was listed lately, and what came of it."""

    title: str
    url: str
    found_at: datetime
    state: str  # pending, stopped, kept, failed, same
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDetail:
    """Technical reading health of one source in detail."""

    endpoints: tuple[EndpointHealth, ...]
    days: tuple[SourceDay, ...]  # fourteen, the oldest first
    failures: tuple[tuple[str, int], ...]  # (reason, pages) of seven days, the most frequent first
    items: tuple[SourceItem, ...]  # the newest first
    checked_at: datetime | None = None  # last `sources check`
    check_held: bool = False  # it answered as its declaration says
    check_pages: tuple[tuple[str, str], ...] = ()  # (address, why it could not be read as an article, or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProposal:
    """What was found at an address that may become a source. `refused`: catalogue key of why it may not."""

    home: str
    refused: str = ""
    name: str = ""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
