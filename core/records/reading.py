"""What pages and reports are shown of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from core.records.articles import Label, Mention, Tone
from core.records.crawl import Published
from core.records.stories import StoryStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedArticle:
    """A row of a list: an article as one desk sees it."""

    id: str
    url: str
    source: str
    title: str
    lead: str
    published: Published
    first_seen: datetime
    revised_at: datetime | None
    focus: bool  # it is about the place (core.records.is_about), not only naming it
    topics: tuple[Label, ...]  # as corrected
    tone: Tone  # as corrected
    mentions: tuple[Mention, ...]
    state: ArticleState = "live"
    withdrawn_at: datetime | None = None
    removed_topics: tuple[str, ...] = ()  # labels of the model that a person has taken away
    story: str = ""  # id of its story; "" where none was told
    reprint: Reprint | None = None


ArticleState = Literal["live", "withdrawn", "expired"]
"""Expired: its time is over and its text was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """That an article has its text in common with another one."""

    article: str  # id of the other
    source: str  # "" where the other is not kept any more
    title: str
    overlap: float  # share of the shorter text that stands in the other, 0 to 1
    first: bool  # the article itself came before the other
    doubtful: bool = False  # which came first can't be told for certain


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story as one desk sees it. Nothing is added up about its sources."""

    id: str
    title: str  # the best headline
    standing: StoryStanding
    first: datetime
    last: datetime
    articles: int  # in all, reprints too
    reprints: int
    sources: tuple[str, ...]  # in order of their first article
    of_day: tuple[ListedArticle, ...] = ()  # its articles of the day that was asked for, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMerge:
    """That another story became part of this one."""

    story: str  # id of the one that ended
    title: str
    at: datetime
    article: str  # the article that brought them together


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDay:
    """What was told on one Vietnamese day, in order of time."""

    day: str  # ISO date
    articles: tuple[ListedArticle, ...]  # own reports
    reprints: tuple[ListedArticle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStory:
    """A story with its timeline, the oldest day first."""

    view: StoryView
    days: tuple[StoryDay, ...]
    merges: tuple[StoryMerge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """An article with its text, as one desk sees it."""

    listed: ListedArticle
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    revisions: int
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Articles of one Vietnamese day: about the desk's place, and read in all."""

    day: str  # ISO date
    articles: int
    read: int
    whole: bool = True  # False: before the desk was there, so that what was read was not looked through for its place


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One result of a search with a snippet in which hits are marked by U+E000 and U+E001."""

    article: ListedArticle
    snippet: str


COUNTED: Final = 10_000
"""Matches that a search by time counts and lets page through: counting them all would be most of its cost."""
RANKED: Final = 2_000
"""The same by relevance, where every match costs more and nobody reads past the first pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Results, how many there are in all, and whether ranking was bounded to the newest matches."""

    hits: tuple[SearchHit, ...]
    total: int  # at most COUNTED, by relevance RANKED
    more: bool = False  # there are more than that
    bounded: bool = False
    stand_in: bool = False  # the search engine is away: the record's own search has answered
