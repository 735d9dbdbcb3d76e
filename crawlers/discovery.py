"""What one endpoint said is new: the result that feeds, sitemaps and section pages share.

A body that is no feed, sitemap or list is an expected outcome and comes back as `problem`; only bugs raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from core.records import Entry

Format = Literal[
    "rss-0.9", "rss-1.0", "rss-2.0", "atom", "json-feed",
    "sitemap-news", "sitemap", "sitemap-index", "sitemap-text", "section", "",
]  # fmt: skip
"""How the endpoint speaks; "" where it could not be told."""

Problem = Literal[
    "",
    "empty-body",  # nothing came
    "dtd",  # a document type with declarations, or entities of its own: never expanded
    "not-a-feed",  # HTML, plain text or anything else at the address of a feed
    "comments",  # a feed of what readers wrote under articles: none of it is taken
    "not-a-sitemap",
    "not-a-page",  # no HTML at the address of a section page
    "malformed",  # XML or JSON so broken that no entry could be read
    "too-deep",  # nested beyond what any publisher writes
    "undecodable",  # in no character set that can be told
    "no-links",  # a section page on which nothing looks like an article
    "off-publisher",  # it has moved to another publisher's host, and so have all that it lists
]
"""Why there is no answer, a stable word for counting; "" where there is one."""

BROKEN: Final[frozenset[Problem]] = frozenset({"dtd", "not-a-feed", "comments", "not-a-sitemap", "not-a-page",
                                               "malformed", "too-deep", "undecodable", "off-publisher"})  # fmt: skip
"""Problems for which an endpoint is EndpointStatus.BROKEN: it answers, but not with what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What one answer of an endpoint holds, in the endpoint's own order."""

    format: Format = ""
    entries: tuple[Entry, ...] = ()
    nested: tuple[str, ...] = ()  # sitemaps that an index names, newest first; to be asked in turn
    problem: Problem = ""
    truncated: bool = False  # a bound was met: more stood there than was read
    refused: int = 0  # items left out: no web address, off the publisher's hosts, a section that is not read
    bozo: bool = False  # broken, but entries could be read
    charset: str = ""  # in which the body was read
    ttl: timedelta | None = None  # how long the publisher says the answer stays fresh
    skip_hours: frozenset[int] = frozenset()  # hours of the day, UTC, in which the publisher says nothing comes
    skip_days: frozenset[int] = frozenset()  # weekdays in which nothing comes, Monday is 0
    link_shape: str = ""  # section pages: the learned shape to remember in PollState.link_shape
    moved_to: str = ""  # a new address that the feed itself states (itunes:new-feed-url and the like)

    @property
    def broken(self) -> bool:
        """Whether it answered with something else than its kind of document."""
        return self.problem in BROKEN
