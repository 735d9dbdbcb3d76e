"""Single requests, one after another, for looking at a source: through the same guarded handler as the crawl.

A command that asks ten addresses and prints what it found needs no engine and no ledger.
"""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from typing import Any, Final, cast
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.web.client import BrowserLikePolicyForHTTPS

from core.clock import Clock
from core.errors import FetchError
from core.ports import Leases
from core.records import FetchedPage
from core.settings import CrawlSettings
from core.urls import host_of, join
from crawlers import doors
from crawlers.crawl_hold import Alone, HeldElsewhereError, Hold, Shared
from crawlers.etiquette.blocked import block_reason
from crawlers.etiquette.guard import AddressGuard
from crawlers.etiquette.pace import Pace
from crawlers.fetch import reactor
from crawlers.fetch.connect import Resolver
from crawlers.fetch.decode import ACCEPTED
from crawlers.fetch.forward import forwarded
from crawlers.fetch.handler import GuardedHandler, Limits, Wire
from crawlers.fetch.proxied import ProxiedHandler

MAX_REDIRECTS: Final = 5
PATIENCE: Final = 20.0
"""Seconds for which a host that a crawl is asking is waited for: a person looks on."""
_AGAIN: Final = 0.5  # seconds between two looks whether it is free
_KEPT: Final = (
    "content-type",
    "etag",
    "last-modified",
    "cache-control",
    "retry-after",
    "tdm-reservation",
    "tdm-policy",
)


class _Visit(Spider):
    """What the handler asks of a spider."""

    name = "visit"
    guard: AddressGuard
    limits: Limits
    resolver: Resolver | None = None
    tls = BrowserLikePolicyForHTTPS
    wire: Wire


class Visitor:
    """A fetcher: address -> FetchedPage. Keeps the pace per host; follows redirects through the guard and the doors.

    `leases`: of the record of which crawls may ask the same hosts: a host is then asked only while it is nobody else's.
    """

    def __init__(
        self, settings: CrawlSettings, guard: AddressGuard, clock: Clock, user_agent: str, leases: Leases | None = None
    ) -> None:
        self._settings, self._guard, self._clock = settings, guard, clock
        self._headers = {"User-Agent": user_agent, "Accept-Language": "vi,en;q=0.5", "Accept-Encoding": ACCEPTED}
        spider = self._spider = _Visit()
        spider.guard, spider.wire = guard, Wire()
        spider.limits = Limits(settings.max_bytes, settings.timeout, 1, settings.proxy)
        self._hold = _hold(settings, leases)
        self._pace = Pace(lambda host: not guard.is_private(host), 1, self._hold)
        self._handler: GuardedHandler | ProxiedHandler | None = None

    def __call__(self, url: str) -> FetchedPage:
        """Raises FetchError (also AddressRefused) where nothing comes; an HTTP error status is an answer."""
        return reactor.run(lambda: self._follow(url))

    def close(self) -> None:
        """Let idle connections go, and hosts that were lent."""
        reactor.run(self._end)

    async def _end(self) -> None:
        self._hold.end()
        if self._handler is not None:
            await cast("Any", self._handler.close())

    async def _follow(self, asked: str) -> FetchedPage:
        url = asked
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._once(url)
            target = _onward(answer, url)
            if not target:
                return self._page(asked, url, answer)
            url = (join(url, target) or target).partition("#")[0]
            self._guard.check_url(url)
            refused = doors.refusal(url)
            if refused:
                raise FetchError(f"{asked} redirects to {url}: {refused}", reason="door")
        raise FetchError(f"{asked}: more than {MAX_REDIRECTS} redirects", reason="redirects")

    async def _once(self, url: str) -> Response:
        self._guard.check_url(url)
        request = Request(url, headers=self._headers)
        if request.url != url:
            self._guard.check_url(request.url)
        handler, host = self._handler or self._built(), host_of(url)
        self._handler = handler
        over = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                async with self._pace.turn(host, self._settings.pace):
                    return await handler.download_request(request)
            except HeldElsewhereError:
                if asyncio.get_running_loop().time() > over:
                    raise FetchError(f"{url}: a crawl is asking {host}; try again later", reason="host-busy") from None
            await asyncio.sleep(_AGAIN)

    def _built(self) -> GuardedHandler | ProxiedHandler:
        crawler = Crawler(_Visit, {"TWISTED_REACTOR_ENABLED": True, "DOWNLOAD_VERIFY_CERTIFICATES": True})
        crawler.spider = self._spider
        return ProxiedHandler(crawler) if self._guard.proxied else GuardedHandler(crawler)

    def _page(self, asked: str, final: str, answer: Response) -> FetchedPage:
        found = {name: answer.headers.get(name) for name in _KEPT}
        return FetchedPage(
            source="",
            url=asked,
            final_url=final,
            status=answer.status,
            headers={name: value.decode("utf-8", errors="replace") for name, value in found.items() if value},
            body=answer.body,
            fetched_at=self._clock.now(),
        )


def _hold(settings: CrawlSettings, leases: Leases | None) -> Hold:
    if leases is None:
        return Alone()
    worker = f"visit-{uuid4().hex[:12]}"
    return Shared(leases, worker, socket.gethostname(), seconds=settings.lease, timeout=settings.timeout)


def _onward(answer: Response, url: str) -> str:
    """Where a redirect, or a page that only leads on, leads to; "" where the answer is neither."""
    if answer.status in (301, 302, 303, 307, 308):
        location = answer.headers.get("Location")
        return location.decode("utf-8", errors="replace").strip() if location else ""
    blocked = block_reason(answer.status, {}, answer.body)  # a wall that asks for another try is told as a wall
    return forwarded(answer.body, url) if answer.status == HTTPStatus.OK and not blocked else ""
