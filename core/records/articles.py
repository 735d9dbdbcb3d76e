"""A page becomes an article; from Article on each record wraps the one before, so none is ever half filled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from core.records.crawl import Entry, Published
from core.topics import TONE_SURE, ToneLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """What a server answered, as bytes. Lives in memory only."""

    source: str
    url: str  # as asked
    final_url: str  # after redirects
    status: int
    headers: dict[str, str]  # lower-case names; only those that are needed
    body: bytes
    fetched_at: datetime
    entry: Entry | None = None
    reserved: bool = False  # the publisher reserves text and data mining of it (tdmrep.json, header or meta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A publisher's article. Its text only: no byline, no comments, no embedded posts."""

    id: str
    url: str  # canonical address
    source: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]  # body with subheads and editorial boxes, in reading order
    captions: tuple[str, ...]
    published: Published
    fetched_at: datetime
    language: str = "vi"
    reserved: bool = False  # the source reserves text and data mining: paragraphs and captions are not kept
    meta: tuple[str, ...] = ()  # texts for place finding only, never stored: section path, meta description

    @property
    def text(self) -> str:
        """Lead and body, a line each."""
        return "\n".join(part for part in (self.lead, *self.paragraphs) if part)


MentionField = Literal["title", "lead", "body", "caption", "meta"]
LATE: Final = 2
"""Number of the paragraph from which a single line on the place is one in passing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place in an article where a name stands that was taken for a unit."""

    field: MentionField
    index: int  # paragraph or caption number; 0 for title and lead
    start: int  # offsets in the NFC text of that field
    end: int
    unit: str  # gazetteer id
    score: float  # calibrated probability that this unit is meant
    evidence: tuple[str, ...]  # why, in words an officer understands


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMatch:
    """That an article concerns a desk's place."""

    desk: str
    score: float
    focus: bool  # it is about the place, not only naming it
    mentions: tuple[Mention, ...]


def is_about(focus: bool, lines: Collection[tuple[MentionField, int]]) -> bool:
    """Whether an article is told as being about a desk's place; `lines`: field and index of its mentions.

    One that names it in a single line, and not at its beginning (a round-up of many places, say), only names it.
    """
    if len(set(lines)) != 1:
        return focus
    field, index = next(iter(lines))
    return focus and (field in ("title", "lead") or (field == "body" and index < LATE))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedArticle:
    """An article and the desks that it concerns (none: it was let through the gate in vain)."""

    article: Article
    matches: tuple[DeskMatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A topic with its calibrated score and the words that carried it."""

    topic: str
    score: float
    words: tuple[str, ...] = ()
    corrected: bool = False  # a person has set it


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """How the event comes across for the people concerned. Never a stance, never about a publisher."""

    label: ToneLabel
    score: float
    corrected: bool = False  # a person has set it

    @property
    def sure(self) -> bool:
        """Whether it is told on lists and in messages: on texts read by two people, 9 of 10 such are right, of the
        others 6 of 10.
        """
        return self.corrected or self.score >= TONE_SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedArticle:
    """A located article with topics and tone, and the version of the model that gave them."""

    located: LocatedArticle
    topics: tuple[Label, ...]
    tone: Tone
    model: str


class Saved(StrEnum):
    """What the store did with an article."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """That a person has set a label of one article, for one desk. Exactly one of topic and tone is filled."""

    id: int
    desk: str
    article: str
    topic: str = ""
    present: bool = True  # the topic belongs to the article, or doesn't
    tone: ToneLabel | None = None
    model: str  # version of the model whose label was corrected
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a reader has taken the change log, as it was when this was asked."""

    reader: str
    seq: int  # the last line taken; 0 before the first, below it where the reader has to begin anew
    rewinds: int  # how often it was set back: since then it is another place, even at the same line


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the record's change log, from which any index is fed."""

    seq: int
    article: str
    desk: str | None
    kind: Literal["upsert", "erase"]
    at: datetime = field(kw_only=True)
