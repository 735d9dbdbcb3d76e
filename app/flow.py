"""The pipeline on one screen: what becomes of a page that was fetched.

    FetchedPage -> gate -> Article -> LocatedArticle -> TaggedArticle -> store (with its story)

Most pages end at the gate. Each end is one transaction of the record, so a kill between two pages loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.clock import Clock
from core.errors import ExtractError
from core.ports import CrawlLedger, Extractor, Gate, Locator, Store, Tagger
from core.records import (
    Article,
    FetchedPage,
    LocatedArticle,
    Looked,
    PendingPage,
    Publisher,
    Saved,
    StoryChoice,
    TaggedArticle,
)
from crawlers.recheck import next_look

Beside = Callable[[TaggedArticle, FetchedPage], Callable[[Saved], None]]
"""What else is written with an article: decided before, called within its transaction."""


def _nothing(_: TaggedArticle, __: FetchedPage) -> Callable[[Saved], None]:
    return lambda _: None


class PageOutcome(StrEnum):
    """How a page that was fetched ended."""

    STOPPED = "stopped"  # names no place of any desk
    SAME = "same"  # an article already read under another address
    FAILED = "failed"  # no readable article
    NEW = "new"
    CHANGED = "changed"
    HANDED = "handed"  # another worker labels and keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """An article that names a place, with all that is needed to keep it once it is labelled."""

    located: LocatedArticle
    page: FetchedPage  # without its bytes where it was handed over
    pending: PendingPage
    look: Looked


class Stories(Protocol):
    """Decides to which story an article belongs."""

    def choose(self, located: LocatedArticle, known_hash: str | None) -> StoryChoice | None:
        """What is decided; `known_hash`: of the text as it is kept, None for a new article."""
        ...

    def drop(self) -> None:
        """What was decided last was not kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The parts in their order; built by app.wiring."""

    gate: Gate
    extractor: Extractor
    locator: Locator
    tagger: Tagger
    store: Store
    ledger: CrawlLedger
    stories: Stories
    publishers: Mapping[str, Publisher]
    clock: Clock
    beside: Beside = _nothing
    alone: Callable[[], AbstractContextManager[object]] = nullcontext  # nobody else decides on stories meanwhile
    hand_over: Callable[[Located], bool] = lambda _: False  # whether another worker goes on with it

    def read(self, page: FetchedPage, pending: PendingPage) -> PageOutcome:
        """Take one fetched page to its end and mark the ledger.

        An article that is already stored goes on even if it no longer names a place: its change is to be seen.
        """
        if pending.again is not None:
            return self._look_again(page, pending)
        if not self.gate.passes(page) and self.store.known_hash(pending.id) is None:
            return self._stopped(pending, pending.id, pending.entry.title)
        publisher = self.publishers.get(page.source)
        try:
            article = self.extractor.extract(page, publisher)
        except ExtractError as error:
            self.ledger.page_failed(pending, error.reason, self.clock.now(), retry_at=None)
            return PageOutcome.FAILED
        if article.id != pending.id and self.ledger.is_read(article.id):
            self.ledger.page_same(pending, article.id, self.clock.now())
            return PageOutcome.SAME
        return self._understand(article, page, pending)

    def _look_again(self, page: FetchedPage, pending: PendingPage) -> PageOutcome:
        """The page of a kept article. What brings no text of that article says nothing about it."""
        assert pending.again is not None
        try:
            article = self.extractor.extract(page, self.publishers.get(page.source))
        except ExtractError:
            article = None
        if article is None or article.id != pending.again.article:
            self.ledger.looked(pending, replace(_look(page, pending, pending.again.published), status=0))
            return PageOutcome.SAME
        return self._understand(article, page, pending)

    def _understand(self, article: Article, page: FetchedPage, pending: PendingPage) -> PageOutcome:
        located = self.locator.locate(article, self.publishers.get(page.source))
        known_hash = self.store.known_hash(article.id)
        if not located.matches and known_hash is None:
            return self._stopped(pending, article.id, article.title)
        found = found_on(located, page, pending)
        return PageOutcome.HANDED if self.hand_over(found) else self.keep(found)

    def keep(self, found: Located) -> PageOutcome:
        """Label an article and keep it with its story."""
        tagged = self.tagger.tag(found.located)
        beside = self.beside(tagged, found.page)
        try:
            with self.alone():
                story = self.stories.choose(tagged.located, self.store.known_hash(tagged.located.article.id))
                saved = self.store.save(tagged, found.pending, story=story, look=found.look, beside=beside)
        except Exception:
            self.stories.drop()
            raise
        return {Saved.NEW: PageOutcome.NEW, Saved.CHANGED: PageOutcome.CHANGED, Saved.SAME: PageOutcome.SAME}[saved]

    def _stopped(self, pending: PendingPage, article_id: str, title: str) -> PageOutcome:
        self.ledger.page_stopped(pending, article_id, title, self.clock.now())
        return PageOutcome.STOPPED


def found_on(located: LocatedArticle, page: FetchedPage, pending: PendingPage) -> Located:
    """What is kept of a page with an article that concerns a desk."""
    article = located.article
    published = article.fetched_at if article.published.doubtful else article.published.at
    look = _look(page, pending, min(published, article.fetched_at))
    return Located(located=replace(located, article=replace(article, meta=())), page=page, pending=pending, look=look)


def _look(page: FetchedPage, pending: PendingPage, published: datetime) -> Looked:
    """That the page was there, and when it is to be looked at next: with its text as it was, or changed."""
    at, changes = page.fetched_at, pending.again.changes if pending.again else 0
    published = pending.again.published if pending.again else published
    open_case = pending.again is not None and pending.again.open_case
    return Looked(
        at=at,
        status=page.status,
        next_look=next_look(published, at, at, changes, open_case),
        next_if_changed=next_look(published, at, at, changes + 1, open_case),
        etag=page.headers.get("etag", ""),
        last_modified=page.headers.get("last-modified", ""),
    )
