"""The few protocols at which parts meet. Wiring (app/) is the only place that knows who stands behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from core.records import (
    Article,
    Change,
    Claim,
    Correction,
    DayCount,
    DeliveryResult,
    Desk,
    DiffSentence,
    Endpoint,
    Entry,
    FetchedPage,
    ListedArticle,
    LocatedArticle,
    Looked,
    Message,
    OutboxRow,
    PendingPage,
    PollState,
    Publisher,
    ReadArticle,
    ReadStory,
    RevisionText,
    Saved,
    SearchPage,
    SourceHealth,
    StoryChoice,
    StoryStanding,
    StoryView,
    TaggedArticle,
)
from core.topics import ToneLabel


class Gate(Protocol):
    """Decides, before any extraction, whether a page may name a place of any desk."""

    def passes(self, page: FetchedPage) -> bool:
        """True where a name may stand in the page's visible text or its entry. Never False for a real mention."""
        ...


class Extractor(Protocol):
    """FetchedPage -> Article."""

    def extract(self, page: FetchedPage, publisher: Publisher | None) -> Article:
        """Raises ExtractError where the page has no readable article."""
        ...


class Locator(Protocol):
    """Article -> LocatedArticle."""

    def locate(self, article: Article, publisher: Publisher | None = None) -> LocatedArticle:
        """Which desks the article concerns; the publisher's province is evidence."""
        ...


class Tagger(Protocol):
    """LocatedArticle -> TaggedArticle."""

    def tag(self, located: LocatedArticle) -> TaggedArticle: ...


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

    def page_failed(
        self,
        page: PendingPage,
        reason: str,
        at: datetime,
        *,
        retry_at: datetime | None,
        article_id: str | None = None,
    ) -> None:
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


class Store(Protocol):
    """The record of articles."""

    def save(
        self,
        tagged: TaggedArticle,
        messages: Sequence[Message],
        page: PendingPage | None = None,
        *,
        story: StoryChoice | None = None,
        look: Looked | None = None,
    ) -> Saved:
        """Article, its story, per-desk rows, alert messages and the ledger's mark, in one transaction.

        `look`: what the look that brought this text said, and when the next is due; without it there is none.
        """
        ...

    def known_hash(self, article_id: str) -> str | None:
        """Hash of the stored text of an article, or None where it is not stored."""
        ...


class Outbox(Protocol):
    """Messages on their way."""

    def claim(self, at: datetime, limit: int, lease_seconds: float, channel: str = "email") -> list[Claim]:
        """Lend due messages to one worker; nobody else gets them until the lease ends."""
        ...

    def mark(self, claim: Claim, result: DeliveryResult, at: datetime) -> None:
        """Record what came of a claimed message. A claim whose lease has passed on is ignored."""
        ...


class Notifier(Protocol):
    """A channel."""

    def send(self, message: Message, address: str) -> DeliveryResult: ...


class DeskBook(Protocol):
    """The desks that the record holds, versioned."""

    def desks(self) -> tuple[Desk, ...]: ...

    def apply_desk(self, desk: Desk, at: datetime, by: str) -> bool:
        """Take a desk as it is described; False where nothing changed."""
        ...


class SearchIndex(Protocol):
    """Finds articles of one desk."""

    def apply(self, changes: Sequence[Change]) -> None: ...

    def search(
        self, desk: str, query: str, *, by_time: bool = False, offset: int = 0, limit: int = 20
    ) -> SearchPage: ...


class ReadingRoom(Protocol):
    """What pages and reports ask of the record, for one desk."""

    def day(self, desk: str, day: date) -> tuple[ListedArticle, ...]:
        """Articles published (or, where later, first seen) on that Vietnamese day, newest first."""
        ...

    def article(self, desk: str, article_id: str) -> ReadArticle | None: ...

    def day_counts(self, desk: str, last: date, days: int = 7) -> tuple[DayCount, ...]: ...

    def sources(self, at: datetime) -> tuple[SourceHealth, ...]: ...

    def messages(self, desk: str, limit: int = 50) -> tuple[OutboxRow, ...]: ...

    def stories(self, desk: str, day: date, at: datetime) -> tuple[StoryView, ...]:
        """Stories with an article on that Vietnamese day, as they stand at `at`, with their articles of the day.

        The one with the newest article first. Every article of the day stands in exactly one of them.
        """
        ...

    def story(self, desk: str, story: str, at: datetime) -> ReadStory | None:
        """A story with its timeline; the id of one that was merged leads to what it became. None: not the desk's."""
        ...

    def revisions(self, desk: str, article_id: str) -> tuple[RevisionText, ...]:
        """What has changed in an article, the newest change first; empty where nothing has, or it is not the desk's."""
        ...


class Corrections(Protocol):
    """Labels that a person has set. They act at once on what is shown; every call is audited."""

    def correct(
        self,
        desk: str,
        article: str,
        *,
        topic: str = "",
        present: bool = True,
        tone: ToneLabel | None = None,
        at: datetime,
        by: str,
    ) -> Correction | None:
        """Set a topic (there or not there) or the tone of an article, in place of an earlier correction of the same.

        None where the desk does not see the article. Raises ValueError for a topic or tone outside the closed sets.
        """
        ...

    def undo(self, desk: str, correction: int, at: datetime, by: str) -> bool:
        """Take a correction back: what the model said holds again. False where it is not in force."""
        ...

    def corrections(self, desk: str | None = None, article: str | None = None) -> tuple[Correction, ...]:
        """Those in force, oldest first: of a desk (None: of all), of an article (None: of all)."""
        ...


class Differ(Protocol):
    """Two versions of a text (title, lead, paragraphs, a line each) -> their sentences, what changed being marked."""

    def __call__(self, before: str, after: str) -> tuple[DiffSentence, ...]: ...


class StoryTelling(Protocol):
    """How a story looks to people. Pure."""

    def title(self, titles: Sequence[str]) -> str:
        """The best of the headlines, given in order of time."""
        ...

    def standing(self, times: Sequence[datetime], at: datetime) -> StoryStanding:
        """How a story with articles at these times stands at `at`."""
        ...
