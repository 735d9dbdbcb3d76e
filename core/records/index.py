"""What a search engine outside the record is given of an article, and what became of feeding it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """An article as an engine takes it: words and marks prepared by the record, no readable text."""

    article: str
    number: int  # of the record, growing with the time of publication
    published: datetime
    source: str
    desks: tuple[str, ...]  # desks that see it
    topics: tuple[str, ...]  # "desk topic", as they hold for each desk
    title: str  # words, separated by spaces
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotIndexed:
    """An article that the engine refused, with its reason; the rest went on."""

    article: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """How an engine's index stands beside the record."""

    reachable: bool
    reason: str = ""  # why it can't be reached or used
    version: str = ""
    state: str = ""  # of the cluster: green, yellow, red
    months: int = 0  # indices
    articles: int = 0
    bytes: int = 0
    behind: int = 0  # lines of the change log that it has not taken
    refused: int = 0  # articles that it would not take
