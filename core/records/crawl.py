"""What the crawl remembers: entries, polls, pages still to be read, looks at kept articles, reading health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from core.records.publishers import Endpoint

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
    open_case: bool = False  # an open case is about it
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
    paused: bool = False  # by a person: it is not asked, whatever it would answer

    @property
    def standing(self) -> str:
        """How it is told, in one word: paused, else why it can't be read, else silent, else ok or new."""
        if self.paused:
            return "paused"
        readable = self.status in (EndpointStatus.OK, EndpointStatus.NEW)
        return "silent" if readable and self.silent else self.status.value

    @property
    def unread(self) -> bool:
        """Whether it can't be read at present, though it should be."""
        return self.standing not in ("paused", "silent", EndpointStatus.OK, EndpointStatus.NEW)
