"""The steps from a page to a tagged article."""

from __future__ import annotations

from typing import Protocol

from core.records import Article, FetchedPage, LocatedArticle, Publisher, TaggedArticle


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
