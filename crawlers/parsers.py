"""The readers of each kind of endpoint, as the crawl calls them.

What a publisher's feeds and news sitemaps name are articles for certain: the shapes of their addresses are remembered
by publisher and help to read its section pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from core.records import Endpoint, EndpointKind, PollState, Publisher
from core.settings import CrawlSettings
from crawlers import feeds, sections, sitemaps
from crawlers.crawl_plan import Parse
from crawlers.discovery import Discovery
from crawlers.entries import Limits


class _Reader(Protocol):
    def __call__(
        self, body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, limits: Limits | None,
    ) -> Discovery: ...  # fmt: skip


def parsers(crawl: CrawlSettings) -> Mapping[EndpointKind, Parse]:
    """One reader for each kind of endpoint, within the settings' bounds."""
    limits = Limits.of(crawl)
    shapes: dict[str, str] = {}

    def named(read: _Reader) -> Parse:
        def parse(
            body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
            publisher: Publisher | None, state: PollState,
        ) -> Discovery:  # fmt: skip
            del state
            said = read(
                body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher,
                limits=limits,
            )  # fmt: skip
            if said.entries and said.format not in ("sitemap", "sitemap-text"):
                known = shapes.get(endpoint.source, "")
                shapes[endpoint.source] = sections.learn(known, articles=[entry.url for entry in said.entries])
            return said

        return parse

    def section(
        body: bytes, *, endpoint: Endpoint, url: str, fetched_at: datetime, headers: Mapping[str, str],
        publisher: Publisher | None, state: PollState,
    ) -> Discovery:  # fmt: skip
        return sections.parse(
            body, endpoint=endpoint, url=url, fetched_at=fetched_at, headers=headers, publisher=publisher,
            limits=limits, link_shape=sections.merged(state.link_shape, shapes.get(endpoint.source, "")),
        )  # fmt: skip

    return {"feed": named(feeds.parse), "sitemap": named(sitemaps.parse), "section": section}
