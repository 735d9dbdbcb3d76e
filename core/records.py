"""The frozen records that pass between the parts.

From Article on each record wraps the one before, so none is ever half filled. All are keyword-only; all times are
aware UTC; all text is NFC. No record has a field for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from core.roles import Role
from core.topics import TONE_SURE, ToneLabel

# --- publishers -------------------------------------------------------------------------------------------------

EndpointKind = Literal["feed", "sitemap", "section"]


class PublisherKind(StrEnum):
    """The closed list of kinds of publisher. A person's account, blog, group or forum is none of them."""

    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    AGENCY = "agency"
    PUBLIC_BODY = "public_body"
    INTERNATIONAL = "international_publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address at which a publisher says what is new."""

    source: str  # id of the publisher
    kind: EndpointKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors of a publisher's pages, where they help; empty means: find it without."""

    title: str = ""
    lead: str = ""
    body: str = ""  # container of the article's paragraphs
    published: str = ""
    boxes: tuple[str, ...] = ()  # editorial boxes that belong to the article though they stand outside the body
    drop: tuple[str, ...] = ()  # parts inside the body that are not the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """One declaration: an organisation that publishes and answers for it."""

    id: str
    name: str
    kind: PublisherKind
    licence: str  # number of its press licence, or the body that issues it
    home: str
    endpoints: tuple[Endpoint, ...]
    language: str = "vi"
    province: str | None = None  # two-digit NSO code of 2025 for a provincial publisher; None: national
    pace: float | None = None  # seconds between two requests to one host; None: the setting's default
    selectors: Selectors = Selectors()
    hosts: tuple[str, ...] = ()  # hosts besides home's on which it publishes
    skip_sections: tuple[str, ...] = ()  # path prefixes not read: readers' letters, forums
    address_source: str = ""  # where its addresses were found
    verified: bool = False  # seen to answer by `sources check`


# --- what is new ------------------------------------------------------------------------------------------------

TimeProvenance = Literal["selector", "json-ld", "meta", "time-tag", "text", "feed", "sitemap", "url", "fetched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A publication time and where it was read."""

    at: datetime
    provenance: TimeProvenance
    zone_stated: bool = True  # False: the page gave none and +07:00 was taken
    doubtful: bool = False  # True: it lay in the future or out of range and was replaced by the fetch time


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, sitemap or section page, before its page has been read."""

    source: str
    url: str
    found_in: str  # address of the endpoint
    title: str = ""
    lead: str = ""
    guid: str = ""
    published: Published | None = None


class EndpointStatus(StrEnum):
    """How an endpoint or source fares; `blocked` is never "no news"."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    BLOCKED = "blocked"
    BROKEN = "broken"  # it answers, but not with a feed, sitemap or list
    GONE = "gone"
    DISALLOWED = "disallowed"  # by robots.txt


@dataclass(frozen=True, slots=True, kw_only=True)
class PollState:
    """All that is remembered of one endpoint across runs."""

    endpoint: Endpoint
    status: EndpointStatus = EndpointStatus.NEW
    reason: str = ""
    etag: str = ""
    last_modified: str = ""
    next_poll: datetime | None = None  # None: at once
    interval: timedelta = timedelta(minutes=30)
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_full: datetime | None = None  # last answer that was not 304
    last_new: datetime | None = None  # last poll that brought a new entry
    failures: int = 0  # in a row
    moved_to: str = ""  # where a permanent redirect leads
    link_shape: str = ""  # learned shape of article links (section pages), JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPage:
    """A page that is still to be read."""

    id: str  # article id of the address in `entry`
    entry: Entry
    found_at: datetime
    attempts: int = 0
    due: datetime | None = None  # not to be asked before; None: at once
    again: Again | None = None  # the page of a kept article, to see whether its text has changed or is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What is known of a kept article whose page is looked at again."""

    article: str  # id of the kept article, which may be another than the page's
    published: datetime  # the earlier of printed and first seen
    last_look: datetime
    changes: int = 0  # times that its text was changed
    etag: str = ""
    last_modified: str = ""
    missing_since: datetime | None = None  # when it was first answered with 404 or 410, with no page since
    reserved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A look at a kept article's page: what the server said, and when the next look is due (None: no more)."""

    at: datetime
    status: int  # 0 where no answer came
    next_look: datetime | None
    etag: str = ""
    last_modified: str = ""
    next_if_changed: datetime | None = None  # in place of next_look where the text has changed
    withdrawn: bool = False  # this look shows that the publisher has taken the text down


# --- a page, an article -----------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChoice:
    """What was decided once about an article: its story, and whether it repeats another text."""

    story: str  # id of the story: the id of the article that opened it
    merged: tuple[str, ...] = ()  # stories that have become part of it by this article
    reprint_of: str = ""  # the article whose text this one repeats; "" for none
    overlap: float = 0.0  # estimated share of the shorter text that stands in the other, 0 to 1
    earlier_is: str = ""  # of the two, the one that came first
    doubtful: bool = False  # which came first can't be told for certain
    likeness: float = 0.0  # to the story joined, as it was when it was decided
    signature: bytes = b""  # from which the index of stories is built again; holds no text
    places: tuple[str, ...] = ()  # gazetteer ids of the units that it is about


class Saved(StrEnum):
    """What the store did with an article."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


# --- a desk -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One who receives for a role. The office's own people only; checked by core.roles.refusal."""

    id: str
    name: str  # of the office or function
    roles: tuple[Role, ...]
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One locality with its recipients."""

    id: str
    name: str  # as people call the place
    office: str  # the office of today that issues its papers
    units: tuple[str, ...]  # gazetteer ids of either age
    partial_successors: bool = True  # whether units that took in only a part of the area count
    recipients: tuple[Recipient, ...] = ()
    places: tuple[tuple[str, ...], ...] = ()  # other named places: (kind, name) or (kind, name, unit it lies in)


# --- alerts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one recipient, as it is written with its article."""

    key: str  # idempotency key: unique for ever
    desk: str
    recipient: str  # Recipient.id; the address is looked up when it is sent
    channel: Literal["email", "page"]
    article: str | None
    subject: str
    text: str
    html: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message lent to one worker until `until`."""

    id: int
    message: Message
    address: str  # e-mail address of the recipient at the moment of claiming; "" where it is no longer known
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The channel has taken the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Not now; ask again after the interval (None: the drain's own backoff)."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never: the address or the message itself is refused."""

    reason: str


DeliveryResult = Delivered | Retry | Refused


# --- reading ----------------------------------------------------------------------------------------------------


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
    focus: bool
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


StoryState = Literal["new", "growing", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStanding:
    """How a story stands at a moment."""

    state: StoryState
    recent: int  # articles of the last 24 hours
    usual: float  # articles that are usual in 24 hours


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
class RevisionText:
    """One change of an article: the text before and after, where both are (still) kept.

    Title, lead and paragraphs, a line each. Both are None once the replaced text was erased, and for a source that
    reserves text and data mining: then only hashes and times are known.
    """

    number: int  # 1 is the oldest
    seen_at: datetime  # when the earlier text was last seen
    replaced_at: datetime  # when the change was seen
    before: str | None
    after: str | None  # None also where the article was withdrawn
    withdrawn: bool = False  # this change is the withdrawal
    missing_since: datetime | None = None  # of a withdrawal: the first look that found the page gone
    hash_before: str = ""
    hash_after: str = ""


DiffMark = Literal["figure", "date", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPiece:
    """A part of a changed sentence. `kept` stands in both, `removed` only before, `added` only after."""

    kind: Literal["kept", "removed", "added"]
    text: str
    mark: DiffMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSentence:
    """A sentence of either version; `pieces` are filled where it was changed."""

    kind: Literal["kept", "removed", "added", "changed"]
    before: str = ""
    after: str = ""
    pieces: tuple[DiffPiece, ...] = ()
    marks: tuple[DiffMark, ...] = ()  # kinds of marked words that changed, were added or removed in it


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
    undone_at: datetime | None = None
    undone_by: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """Technical reading health of one source. Nothing else is added up about a publisher."""

    source: str
    status: EndpointStatus
    reason: str
    endpoints: int
    last_poll: datetime | None
    last_success: datetime | None
    last_new: datetime | None
    read_7d: int
    kept_7d: int
    failed_7d: int
    no_body_7d: int
    blocked_7d: int
    silent: bool
    moved_to: str = ""
    reserved: bool = False
    endpoints_unread: int = 0  # of `endpoints`, those that can't be read at present though the source itself can


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One result of a search with a snippet in which hits are marked by U+E000 and U+E001."""

    article: ListedArticle
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Results, how many there are in all, and whether ranking was bounded to the newest matches."""

    hits: tuple[SearchHit, ...]
    total: int
    bounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message as the page shows it."""

    id: int
    message: Message
    created: datetime
    state: Literal["waiting", "claimed", "delivered", "refused", "page", "held"]
    attempts: int
    reason: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the record's change log, from which any index is fed."""

    seq: int
    article: str
    desk: str | None
    kind: Literal["upsert", "erase"]
    at: datetime = field(kw_only=True)
