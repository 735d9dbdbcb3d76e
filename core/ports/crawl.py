"""What the crawl asks of the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from core.records import Endpoint, Entry, Looked, PendingPage, PollState


class CrawlLedger(Protocol):
    """What the crawl remembers: endpoints, pages still to be read, and what became of each page.

    Every call is one transaction, so that a kill at any point loses nothing and reads nothing twice.
    """

    def poll_states(self, endpoints: Sequence[Endpoint]) -> dict[str, PollState]:
        """State per endpoint address; a fresh state for one never asked before."""
        ...

    def save_poll(self, state: PollState, entries: Iterable[Entry], at: datetime) -> int:
        """Remember a poll and what it found, together. Entries already known by address or guid are not new.

        Returns the number of pages that became pending.
        """
        ...

    def pending(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        """Pages due to be read, oldest first, spread over hosts; one that failed comes back after its delay."""
        ...

    def is_read(self, article_id: str) -> bool:
        """Whether this identity was already stopped or kept (another address may have led to it)."""
        ...

    def page_stopped(self, page: PendingPage, article_id: str, title: str, at: datetime) -> None:
        """The gate (or the locator) stopped it: counted per source and day; address and title kept 30 days."""
        ...

    def page_failed(self, page: PendingPage, reason: str, at: datetime, *, retry_at: datetime | None) -> None:
        """It could not be read. With `retry_at` it is tried again; without, it is over and counted by its reason.

        Reasons are stable words: "blocked", "no-body", "http-500", "timeout", "too-large", "robots", ...
        """
        ...

    def page_same(self, page: PendingPage, article_id: str, at: datetime) -> None:
        """It turned out to be an article that was already read under another address."""
        ...

    def set_reserved(self, source: str, reserved: bool, at: datetime) -> None:
        """Remember whether a source reserves text and data mining."""
        ...

    def looks(self, at: datetime, limit: int, exclude_hosts: Sequence[str] = ()) -> list[PendingPage]:
        """Pages of kept articles that are due to be looked at again (`again` is filled), the longest due first."""
        ...

    def looked(self, page: PendingPage, look: Looked) -> None:
        """Remember a look that brought no page, and when the next is due. Counted nowhere.

        With `look.withdrawn` the article's text leaves search at once, in the same transaction.
        """
        ...

    def paused(self) -> frozenset[str]:
        """Ids of sources that are not to be asked at all, until somebody resumes them."""
        ...

    def stopped_since(self, since: datetime) -> list[PendingPage]:
        """What the gate stopped lately, so that a new desk or place can be filled from it."""
        ...

    def reread(self, pages: Sequence[PendingPage], at: datetime) -> int:
        """Make stopped pages pending again (for a new desk)."""
        ...


class CrawlNotes(Protocol):
    """Small things that are asked at most once a day and must outlive the process: what a host's robots.txt and its
    reservation of text and data mining say. Whoever is the CrawlLedger is this too.
    """

    def note(self, key: str, at: datetime) -> str | None:
        """The text kept under the key, or None where there is none or its time is over."""
        ...

    def keep_note(self, key: str, text: str, until: datetime) -> None:
        """Keep a text under the key in place of what was there; it may be dropped after `until`."""
        ...
