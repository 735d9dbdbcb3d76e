"""Cases of an office (vụ việc): what it answers with, how far it is, and what came of it.

There is no kind of case for taking an article down, for a person, or for handing one to another authority.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from core.records.answers import Comparison, FactEntry, SourceDocument
from core.records.desks import OfficePapers


class CaseKind(StrEnum):
    """The closed list of what an office opens a case for."""

    CORRECTION = "correction"  # đề nghị cải chính, to the publisher of one article
    ANSWER = "answer"  # văn bản phản hồi, to the publisher of one article
    RELEASE = "release"  # thông cáo báo chí
    QUESTION = "question"  # câu hỏi báo chí that came in; names the paper
    NOTHING = "nothing"  # nothing is needed, with the reason


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    READY = "ready"  # its paper is drafted and confirmed
    SENT = "sent"  # number, date and way of sending are written down; a release is published
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """What came of a case, said by the officer who closes it. LAPSED alone comes by itself: design's idle time."""

    CORRECTED = "corrected"
    ANSWER_PUBLISHED = "answer_published"
    REFUSED = "refused"  # by the paper, with its reasons
    NO_REPLY = "no_reply"
    PAPER_RIGHT = "paper_right"  # the fact book is corrected
    WITHDRAWN = "withdrawn"  # by the office
    ANSWERED = "answered"  # a paper's question; a release that is out
    NOTHING_NEEDED = "nothing_needed"
    LAPSED = "lapsed"


Nature = Literal["figure", "dated_fact", "opinion", "criticism", "question"]
"""What the quoted sentence is. Only the first two are a ground for a correction request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a correction request rests on."""

    quote: str  # a statement of fact, as it stands in the stored text of that revision
    nature: Nature = "figure"
    typed: bool = False  # the source reserves text and data mining: the officer has typed it from the page
    contrary: str = ""  # the verified figure or dated fact, in the office's words
    document: SourceDocument | None = None
    fact: str = ""  # FactEntry.id where it is from the fact book
    fact_version: int = 0
    comparison: int = 0  # KeptComparison.id where the case was opened from one


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPaper:
    """How the office's letter left. The program sends nothing to a publisher; the officer writes this down."""

    number: str
    day: dt.date
    way: str  # "bưu điện", "văn thư điện tử", "trực tiếp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of one desk."""

    id: int
    desk: str
    kind: CaseKind
    state: CaseState
    subject: str  # in the office's words; a headline where it was opened from an article
    opened_at: dt.datetime
    opened_by: str
    touched: dt.datetime  # last act of a person in it
    assigned: str = ""  # user id
    source: str = ""  # publisher: the article's, or the paper that asks
    article: str = ""
    story: str = ""
    url: str = ""
    title: str = ""  # of the article as quoted
    published: dt.datetime | None = None  # of the article
    text_hash: str = ""  # of the revision that is quoted
    ground: Ground | None = None
    body: str = ""  # of the answer, release or reply, as drafted: paragraphs, a line each
    due: dt.date | None = None
    due_from: str = ""  # where the deadline comes from, in the office's words
    reply_to: str = ""  # a question's reply address; erased on closing
    confirmed_by: str = ""  # who has confirmed this letter
    confirmed_at: dt.datetime | None = None
    sent: SentPaper | None = None
    sent_at: dt.datetime | None = None
    outcome: CaseOutcome | None = None
    reason: str = ""  # of the outcome, or why nothing is needed
    closed_at: dt.datetime | None = None
    closed_by: str = ""
    asked_at: dt.datetime | None = None  # when the office was asked about an idle case


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """A note in a case. In no search, export or report."""

    id: int
    at: dt.datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """An attachment of a case, without its bytes. In no search."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """A step of a case: a stable word and what belongs to it, never a text."""

    at: dt.datetime
    by: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """That the text of a case's article has changed."""

    at: dt.datetime
    before: str  # the quoted sentence as it was
    after: str  # what stands in its place; "" where it is gone
    verified: bool | None  # whether the verified figure stands there now; None: can't be told
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day on which the office doesn't work, or a Saturday or Sunday on which it does. The office edits them."""

    day: dt.date
    name: str
    works: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """In how many working days a desk wants a kind of case answered, and where that comes from."""

    days: int
    source: str  # "Quy chế phát ngôn của UBND xã, Điều 7"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRules:
    """What a desk has set for its fact book and cases. None of it comes with the program."""

    desk: str
    two_people: bool = False  # whoever enters a fact may not approve it
    deadlines: Mapping[CaseKind, Deadline] = field(default_factory=dict)
    holidays: tuple[Holiday, ...] = ()


TemplateKind = Literal["correction", "answer", "release", "reply"]
TEMPLATE_KINDS: Final[tuple[TemplateKind, ...]] = ("correction", "answer", "release", "reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTemplate:
    """An office's Word file for its letters of one kind."""

    kind: TemplateKind
    docx: bytes
    version: int = 0  # 0: the one that comes with the program


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is filled into a template of a letter or release."""

    kind: TemplateKind
    office: str  # that issues it
    about: str  # the file's title; of a release its headline
    values: Mapping[str, str]  # placeholder -> text: "trích dẫn", "số liệu", ...
    body: tuple[str, ...] = ()  # of an answer, release or reply: paragraphs
    addressed: str = ""  # "Kính gửi"; "" for a release
    papers: OfficePapers | None = None
    number: str = ""  # "" until the clerk has given one
    day: dt.date | None = None  # None: left for the clerk


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """One revision of an article as it is kept."""

    text_hash: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    first_seen: dt.datetime  # when this text was first fetched
    last_seen: dt.datetime
    current: bool  # it is what stands at the address now
    headers: Mapping[str, str] = field(default_factory=dict)  # date, etag, last-modified, content-type of its fetch
    fetched_from: str = ""  # address that answered
    reserved: bool = False  # the source reserves text and data mining: title and lead at most are kept

    @property
    def text(self) -> str:
        """Title, lead and paragraphs, a line each."""
        return "\n".join(part for part in (self.title, self.lead, *self.paragraphs) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with all that its page shows."""

    case: Case
    notes: tuple[CaseNote, ...]
    files: tuple[CaseFile, ...]
    events: tuple[CaseEvent, ...]
    changes: tuple[CaseChange, ...]
    lacking: tuple[str, ...]  # what a correction request still lacks, as catalogue keys
    outcomes: tuple[CaseOutcome, ...]  # with which it can be closed
    later: bool  # its document was made after the publication
    kept: KeptText | None  # the quoted revision, as far as it is kept
    fact: FactEntry | None  # of the fact book, where it names one
    late: bool  # past its deadline
    seen: str  # of the letter and how far it is: differs once anybody has changed either


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptComparison:
    """A comparison of one revision of an article."""

    id: int
    desk: str
    article: str
    text_hash: str
    comparison: Comparison
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as the office has published it."""

    case: int
    desk: str
    title: str
    text: str  # paragraphs, a line each
    published: dt.datetime
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpTake:
    """An article that took a release up."""

    article: str
    source: str
    title: str
    url: str
    at: dt.datetime
    share: float  # of the release that stands in the article, 0 to 1
    added: tuple[str, ...]  # sentences of the article that don't stand in the release


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFigures:
    """What a period's cases came to. Never by publisher."""

    opened: int
    closed: int
    by_state: Mapping[CaseState, int]  # of all cases now
    by_kind: Mapping[CaseKind, int]  # opened in the period
    outcomes: Mapping[CaseOutcome, int]  # closed in the period
    days_to_send: float | None  # median working days from opening to sending, of those sent in the period
    late: int  # open past their deadline now
