"""Runs real crawls against servers on loopback, one after another on the process's reactor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.clock import Clock, FixedClock
from core.records import Endpoint, EndpointKind, FetchedPage, PendingPage, Publisher, PublisherKind
from core.settings import CrawlSettings
from crawlers.crawl_plan import Crawl, CrawlStats
from crawlers.parsers import parsers
from crawlers.spider import crawl
from tests.fakes.ledger import MemoryLedger
from tests.fakes.web import Site

NOON = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)


def publisher(source: str, home: str, *urls: str, kind: EndpointKind = "feed", **fields: Any) -> Publisher:
    """A declaration with endpoints of one kind."""
    return Publisher(
        id=source,
        name=source,
        kind=PublisherKind.NEWSPAPER,
        licence="giấy phép mẫu",
        home=home,
        endpoints=tuple(Endpoint(source=source, kind=kind, url=url) for url in urls),
        **fields,
    )


def paper(site: Site, *paths: str, source: str = "bao_mau", kind: EndpointKind = "feed", **fields: Any) -> Publisher:
    """A publisher at a site; without paths it has the feed /rss."""
    return publisher(source, site.url(), *(site.url(path) for path in paths or ("/rss",)), kind=kind, **fields)


@dataclass
class Crawled:
    """A crawl and what came of it."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: Clock = field(default_factory=lambda: FixedClock(NOON))
    pages: list[FetchedPage] = field(default_factory=list)
    stats: CrawlStats | None = None

    def read(self, page: FetchedPage, pending: PendingPage) -> str:
        """Takes every page and stops it, as the gate would."""
        self.pages.append(page)
        self.ledger.page_stopped(pending, pending.id, "", self.clock.now())
        return "stopped"

    def plan(self, publishers: Sequence[Publisher], on_page: Callable[..., str] | None = None, **over: Any) -> Crawl:
        """The plan of a crawl of publishers on loopback; settings by name, politeness off unless asked for."""
        once = over.pop("once", True)
        own = {"private_hosts": ("127.0.0.0/8",), "polite": False, "pace": 0, "wait": 5, "timeout": 5} | over
        settings = CrawlSettings(**own)
        return Crawl(
            publishers=tuple(publishers),
            ledger=self.ledger,
            clock=self.clock,
            settings=settings,
            on_page=on_page or self.read,
            parse=parsers(settings),
            version="1.2.3",
            once=once,
        )

    def run(self, *publishers: Publisher, on_page: Callable[..., str] | None = None, **over: Any) -> CrawlStats:
        """Crawl to the end. Arguments of crawl() (stop, resolver, door, tls) are told from settings by their names."""
        own = {name: over.pop(name) for name in ("stop", "resolver", "door", "tls", "signals") if name in over}
        self.stats = crawl(self.plan(publishers, on_page, **over), **own)
        assert self.ledger.twice == [], "read twice"
        return self.stats

    @property
    def bodies(self) -> dict[str, bytes]:
        """Bodies of the pages that were read, by their addresses."""
        return {page.url: page.body for page in self.pages}

    def reason(self, site: Site, path: str) -> str:
        """The last reason for which a page failed or was put off."""
        from core.urls import article_id

        key = article_id(site.url(path))
        return next((reason for _, page, reason in reversed(self.ledger.log) if page == key), "")
