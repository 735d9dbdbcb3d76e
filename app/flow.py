"""The pipeline on one screen: what becomes of a page that was fetched.

    FetchedPage -> gate -> Article -> LocatedArticle -> TaggedArticle -> store (with its alerts)

Most pages end at the gate. Each end is one transaction of the record, so a kill between two pages loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.clock import Clock
from core.errors import ExtractError
from core.ports import CrawlLedger, Extractor, Gate, Locator, Store, Tagger
from core.records import Article, FetchedPage, Message, PendingPage, Publisher, Saved, TaggedArticle

Alerts = Callable[[TaggedArticle], Sequence[Message]]


class PageOutcome(StrEnum):
    """How a page that was fetched ended."""

    STOPPED = "stopped"  # names no place of any desk
    SAME = "same"  # an article already read under another address
    FAILED = "failed"  # no readable article
    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The parts in their order; built by app.wiring."""

    gate: Gate
    extractor: Extractor
    locator: Locator
    tagger: Tagger
    store: Store
    ledger: CrawlLedger
    alerts: Alerts
    publishers: Mapping[str, Publisher]
    clock: Clock

    def read(self, page: FetchedPage, pending: PendingPage) -> PageOutcome:
        """Take one fetched page to its end and mark the ledger.

        An article that is already stored goes on even if it no longer names a place: its change is to be seen.
        """
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
        return self._understand(article, publisher, pending)

    def _understand(self, article: Article, publisher: Publisher | None, pending: PendingPage) -> PageOutcome:
        located = self.locator.locate(article, publisher)
        if not located.matches and self.store.known_hash(article.id) is None:
            return self._stopped(pending, article.id, article.title)
        tagged = self.tagger.tag(replace(located, article=replace(article, meta=())))
        saved = self.store.save(tagged, self.alerts(tagged), pending)
        return {Saved.NEW: PageOutcome.NEW, Saved.CHANGED: PageOutcome.CHANGED, Saved.SAME: PageOutcome.SAME}[saved]

    def _stopped(self, pending: PendingPage, article_id: str, title: str) -> PageOutcome:
        self.ledger.page_stopped(pending, article_id, title, self.clock.now())
        return PageOutcome.STOPPED
