"""What the machine's doors answer and take. Times are UTC, days Vietnamese."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.topics import ToneLabel

WORDS = Annotated[str, Field(max_length=64)]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(_Told):
    """What went wrong, in words."""

    detail: str


class Done(_Told):
    """Whether anything changed."""

    done: bool


class DeskOut(_Told):
    id: str
    name: str
    office: str


class Me(_Told):
    """Who is signed in, and with which level on which desk."""

    id: str
    name: str
    levels: dict[str, str]
    desks: list[DeskOut]


class LabelOut(_Told):
    topic: str
    score: float
    words: list[str]
    corrected: bool


class ToneOut(_Told):
    label: ToneLabel
    score: float
    corrected: bool
    sure: bool


class PublishedOut(_Told):
    at: datetime
    provenance: str
    zone_stated: bool
    doubtful: bool


class MentionOut(_Told):
    """Where the place was named: offsets in the field's text, and why it was taken for the place."""

    field: str
    index: int
    start: int
    end: int
    unit: str
    score: float
    evidence: list[str]


class ReprintOut(_Told):
    article: str
    source: str
    title: str
    overlap: float
    first: bool
    doubtful: bool


class ArticleOut(_Told):
    """An article as the desk sees it. Its text belongs to the paper that printed it."""

    id: str
    url: str
    source: str
    title: str
    lead: str
    published: PublishedOut
    first_seen: datetime
    revised_at: datetime | None
    focus: bool
    topics: list[LabelOut]
    tone: ToneOut
    mentions: list[MentionOut]
    state: str
    withdrawn_at: datetime | None
    story: str
    reprint: ReprintOut | None


class ArticleText(_Told):
    listed: ArticleOut
    paragraphs: list[str]
    captions: list[str]
    revisions: int
    model: str


class StandingOut(_Told):
    state: str
    recent: int
    usual: float


class StoryOut(_Told):
    """A story; `of_day` are its articles of the days that were asked for."""

    id: str
    title: str
    standing: StandingOut
    first: datetime
    last: datetime
    articles: int
    reprints: int
    sources: list[str]
    of_day: list[ArticleOut]


class StoryDayOut(_Told):
    day: str
    articles: list[ArticleOut]
    reprints: list[ArticleOut]


class MergeOut(_Told):
    story: str
    title: str
    at: datetime
    article: str


class StoryTold(_Told):
    """A story with its timeline, the oldest day first."""

    view: StoryOut
    days: list[StoryDayOut]
    merges: list[MergeOut]


class DayCountOut(_Told):
    day: str
    articles: int
    read: int


class Today(_Told):
    """The day's page."""

    day: date
    stories: list[StoryOut]
    week: list[DayCountOut]
    unread: list[str]


class Stories(_Told):
    first: date
    last: date
    stories: list[StoryOut]


class HitOut(_Told):
    """A result; hits in the snippet stand between U+E000 and U+E001."""

    article: ArticleOut
    snippet: str


class Found(_Told):
    total: int
    more: bool
    bounded: bool
    hits: list[HitOut]


class CountOut(_Told):
    slot: str
    kind: str
    key: str
    articles: int


class SlotOut(_Told):
    """A step of time and which of its days are counted: of the first and the last step perhaps not all."""

    slot: date  # by which counts name it: the day on which the step begins
    first: date
    last: date


class Trends(_Told):
    first: date
    last: date
    slots: list[SlotOut]
    counts: list[CountOut]


class SourceOut(_Told):
    """Technical reading health; nothing else is told of a publisher."""

    source: str
    name: str
    status: str
    reason: str
    last_poll: datetime | None
    last_success: datetime | None
    last_new: datetime | None
    read_7d: int
    kept_7d: int
    failed_7d: int
    no_body_7d: int
    blocked_7d: int
    silent: bool


class AlertOut(_Told):
    """A message and what came of it."""

    id: int
    article: str | None
    recipient: str
    channel: str
    subject: str
    state: str
    reason: str
    created: datetime
    delivered_at: datetime | None


class Sources(_Told):
    sources: list[SourceOut]


class Alerts(_Told):
    alerts: list[AlertOut]


class TopicGiven(_Given):
    """That an article belongs to a topic, or that it does not."""

    topic: WORDS
    present: bool = True


class ToneGiven(_Given):
    tone: ToneLabel


class NoteGiven(_Given):
    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class StateGiven(_Given):
    """How far the office is, and which colleague (id of a user; empty for nobody) has it."""

    state: Literal["new", "seen", "handled", "closed"] | None = None
    assigned: WORDS | None = None


class AsideGiven(_Given):
    """Whether the article is not about this place."""

    aside: bool
