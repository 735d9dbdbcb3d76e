"""The readers of each kind of endpoint, as the crawl calls them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.records import Endpoint, EndpointKind, PollState, Publisher
from core.settings import CrawlSettings
from crawlers import feeds, sections, sitemaps
from crawlers.crawl_plan import Parse
from crawlers.discovery import Discovery
from crawlers.entries import Limits


def parsers(crawl: CrawlSettings) -> Mapping[EndpointKind, Parse]:
    """One reader for each kind of endpoint, within the settings' bounds."""
    limits = Limits.of(crawl)

    def feed(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        del state
        return feeds.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher, limits=limits
        )

    def sitemap(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        del state
        return sitemaps.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher, limits=limits
        )

    def section(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        return sections.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher,
            limits=limits, link_shape=state.link_shape,
        )  # fmt: skip

    return {"feed": feed, "sitemap": sitemap, "section": section}
