"""What pages, search and reports ask of the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Protocol

from core.records import (
    Change,
    DayCount,
    DiffSentence,
    Facets,
    LabelCount,
    ListedArticle,
    OutboxRow,
    ReadArticle,
    ReadStory,
    RevisionText,
    SearchFilters,
    SearchPage,
    SourceHealth,
    Step,
    StoryStanding,
    StoryView,
)

NO_FILTERS: Final = SearchFilters()


class SearchIndex(Protocol):
    """Finds articles of one desk."""

    def apply(self, changes: Sequence[Change]) -> None: ...

    def search(
        self,
        desk: str,
        query: str,
        *,
        by_time: bool = False,
        offset: int = 0,
        limit: int = 20,
        filters: SearchFilters = NO_FILTERS,
    ) -> SearchPage:
        """A page of results. Without words, what the filters leave, by time; without either, nothing."""
        ...

    def facets(self, desk: str, query: str, filters: SearchFilters = NO_FILTERS) -> Facets:
        """How what such a search finds is spread over publishers, topics and months."""
        ...


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

    def stories_between(self, desk: str, first: date, last: date, at: datetime) -> tuple[StoryView, ...]:
        """The same for several days, both included."""
        ...

    def label_counts(self, desk: str, first: date, last: date, step: Step) -> tuple[LabelCount, ...]:
        """Articles by topic, tone (only where it is sure), unit and in all, in steps of time, in their order."""
        ...

    def story(self, desk: str, story: str, at: datetime) -> ReadStory | None:
        """A story with its timeline; the id of one that was merged leads to what it became. None: not the desk's."""
        ...

    def revisions(self, desk: str, article_id: str) -> tuple[RevisionText, ...]:
        """What has changed in an article, the newest change first; empty where nothing has, or it is not the desk's."""
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
