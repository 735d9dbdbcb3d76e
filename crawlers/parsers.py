"""The readers of each kind of endpoint, as the crawl calls them.

What a publisher's feeds and news sitemaps name are articles for certain: the shapes of their addresses are remembered
by publisher and help to read its section pages.
"""

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
    shapes: dict[str, str] = {}

    def certain(said: Discovery, source: str) -> Discovery:
        if said.entries and said.format not in ("sitemap", "sitemap-text"):
            shapes[source] = sections.learn(shapes.get(source, ""), articles=[entry.url for entry in said.entries])
        return said

    def feed(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        del state
        said = feeds.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher, limits=limits
        )
        return certain(said, endpoint.source)

    def sitemap(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        del state
        said = sitemaps.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher, limits=limits
        )
        return certain(said, endpoint.source)

    def section(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        return sections.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher,
            limits=limits, link_shape=sections.merged(state.link_shape, shapes.get(endpoint.source, "")),
        )  # fmt: skip

    return {"feed": feed, "sitemap": sitemap, "section": section}
