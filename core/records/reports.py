"""A report: what it is asked about, what the record says of that time, what is frozen of it, and its drafts.

Nothing here adds anything up about a publisher: names of publishers stand beside single articles only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from core.records.cases import CaseFigures
from core.records.desks import OfficePapers
from core.records.reading import ArticleState
from core.topics import ToneLabel

NO_SUBJECT: Final = "…"
"""Stands in a title where a story's headline was erased or withdrawn."""
ReportKind = Literal["weekly", "monthly", "quarterly", "yearly", "period", "story", "topic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAsk:
    """What a report is about: Vietnamese days, both included; one story or one topic of them, or all."""

    kind: ReportKind
    first: date
    last: date
    story: str = ""  # id, for kind "story"
    topic: str = ""  # id, for kind "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArticle:
    """An article as a report counts it, without its text."""

    id: str
    url: str
    source: str
    title: str
    published: datetime
    day: str  # ISO date of the Vietnamese day on which it is counted
    focus: bool  # as in ListedArticle
    topics: tuple[str, ...]  # as corrected
    tone: ToneLabel | None  # as corrected; None where it is not sure
    units: tuple[str, ...]  # gazetteer ids of the places named, each once
    story: str
    reprint: bool  # repeats a text that came before it
    reserved: bool = False  # nothing of it is quoted
    state: ArticleState = "live"
    revised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCounts:
    """Alert messages written in a period, by what became of them."""

    delivered: int = 0
    page: int = 0  # only shown on the page
    waiting: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        return self.delivered + self.page + self.waiting + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReading:
    """What the record says of a period, read in one pass."""

    articles: tuple[ReportArticle, ...]  # oldest first
    stories: Mapping[str, str]  # id -> title, of those articles
    by_day: Mapping[str, int]  # ISO day -> articles, over the period and the time before it
    topics_before: Mapping[str, int]  # of the span before it
    read_by_day: Mapping[str, int]  # ISO day -> articles of all publishers that were read
    sources_read: int  # publishers of which anything was read in the period
    since: date | None  # first day from which the record is whole for this desk
    messages: MessageCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """The text of an article that a report may quote."""

    id: str
    lead: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of days with its counts."""

    first: date
    last: date
    articles: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of the chart over time: one or several days."""

    first: date
    last: date
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    topic: str
    articles: int
    before: int | None  # in the span before; None where there is nothing to compare with


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence as it stands in an article."""

    article: str
    text: str
    source: str  # name of the publisher
    published: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A story as a report tells it: in the articles' own sentences."""

    id: str
    title: str
    title_of: str  # id of the article whose headline it is; "" where that is not known
    articles: int
    reprints: int
    sources: int
    first: datetime
    last: datetime
    topics: tuple[str, ...]
    tone: ToneLabel | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    name: str  # with its type: "xã Bình Sơn"
    articles: int
    former: bool = False  # a unit that was merged into those of today


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexLine:
    """One article of the annex, or one item entered by hand."""

    article: str  # "" for an item entered by hand
    title: str
    source: str  # name of the publisher
    published: datetime | None  # None: only the day is known
    day: str
    url: str  # "" for an item entered by hand
    where: str = ""  # page or programme of an item entered by hand
    topics: tuple[str, ...] = ()
    reprint: bool = False
    state: ArticleState = "live"
    revised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadSource:
    name: str
    reason: str  # as core.records.SourceHealth has it: status, or a reason word
    last_success: datetime | None
    last_new: datetime | None = None  # when it last had something new


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneCounts:
    """How events came across for the people concerned. `unsure`: not told."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingCounts:
    """Stories of the period by the furthest that anybody has come with them."""

    seen: int = 0
    working: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """Everything that a report says but what a person writes into it. Frozen when it is collected."""

    ask: ReportAsk
    desk: str
    place: str  # as people call it
    subject: str  # title of the story or name of the topic, where it is about one
    collected: datetime
    articles: int
    focus: int
    reprints: int
    read: int
    sources_read: int
    sources_told: int  # publishers that had an article about the place
    before: Span | None  # the span before; None where the record doesn't reach that far
    usual: float | None  # articles of a usual span
    usual_of: int  # spans from which that is known
    bars: tuple[Bar, ...]
    topics: tuple[TopicLine, ...]  # most articles first
    untold: int  # articles without a topic
    tones: ToneCounts
    stories: tuple[StoryLine, ...]  # those that are told, largest first
    stories_all: int
    places: tuple[PlaceLine, ...]
    culture: tuple[str, ...]  # annex lines (article ids) of culture, tourism and sport, newest first
    messages: MessageCounts
    handled: HandlingCounts
    changed: tuple[str, ...]  # article ids whose text was changed or withdrawn
    unread: tuple[UnreadSource, ...]
    by_hand: int
    annex: tuple[AnnexLine, ...]  # oldest first
    cases: CaseFigures | None = None
    unread_known: bool = True  # False: collected too late after the period to say which sources could not be read
    since: date | None = None  # the first day that was read, where the period begins before it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """What a person writes into a report. Paragraphs, a line each."""

    intro: str = ""
    assessment: str = ""
    proposals: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersion:
    """The words of a draft as somebody has left them."""

    number: int  # from 1
    words: ReportWords
    at: datetime
    by: str  # user id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHead:
    """A draft or an issued report as a list shows it."""

    id: int
    desk: str
    ask: ReportAsk
    title: str
    articles: int
    created: datetime
    by: str
    collected: datetime
    version: int
    issued: datetime | None = None  # from then on nothing of it changes
    issued_by: str = ""
    purged: bool = False  # its time is over: only this line is left

    @property
    def read_as(self) -> str:
        """Another one once somebody has written into it or collected newer figures."""
        return f"{self.version}.{self.collected.timestamp():.6f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A draft or an issued report."""

    head: ReportHead
    content: ReportContent
    words: ReportWords
    papers: OfficePapers | None = None  # as they were when it was issued; None of a draft: the desk's


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSchedule:
    """When a desk's report is drafted by itself, and whether its summary is mailed."""

    desk: str
    kind: Literal["weekly", "monthly", "quarterly", "yearly"]
    weekday: int = 5  # ISO, of the weekly one: Friday. The others on the first of their month
    minute: int = 7 * 60 + 30  # after midnight, Vietnamese time
    mail: bool = False  # the summary to leadership and information office, with the draft attached
    enabled: bool = True
    last_done: date | None = None  # last day of the last period that was drafted


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHeadline:
    """A headline that the office has chosen to show on its portal."""

    article: str
    title: str
    url: str
    source: str  # id of the publisher
    published: datetime
    chosen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """A paper as a file."""

    name: str
    media_type: str
    content: bytes
    note: str = ""  # catalogue key of what has to be said of it (another font than asked for); "" for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFinding:
    """What the checker found of one rule of Decree 30/2020/NĐ-CP, Appendix I."""

    rule: str  # catalogue key below report.rule
    good: bool
    found: str  # what stands there, with its unit
