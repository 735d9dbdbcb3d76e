"""The crawl: Scrapy's engine and downloader behind our own handler, driven by the loop of crawl_loop.py.

Scrapy's scheduler, duplicate filter, retries, redirects, cookies, referrer and robots middlewares are off: the ledger
is the durable queue, and etiquette/ does what they leave undone: robots.txt, reserved mining, the pace of each host.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from scrapy import Spider
from scrapy.crawler import Crawler
from twisted.web.client import BrowserLikePolicyForHTTPS

from core.records import Publisher
from crawlers import doors
from crawlers.crawl_hold import Alone, Hold, Shared
from crawlers.crawl_loop import Loop
from crawlers.crawl_page import PageReader
from crawlers.crawl_plan import Crawl, CrawlStats, Tally
from crawlers.crawl_poll import Poller
from crawlers.etiquette.guard import AddressGuard
from crawlers.etiquette.pace import Pace
from crawlers.fetch import reactor
from crawlers.fetch.client import Client, Door
from crawlers.fetch.connect import Resolver
from crawlers.fetch.handler import Limits, Wire
from crawlers.fetch.notes import Notes
from crawlers.fetch.proxied import split_proxy

log = logging.getLogger(__name__)

_OFF: Final[dict[str, Any]] = {
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "COOKIES_ENABLED": False,
    "REFERER_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "DOWNLOAD_DELAY": 0,
    "LOG_ENABLED": False,
    "LOG_FORMATTER": "crawlers.fetch.quiet.QuietFormatter",
    "STATS_DUMP": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "TWISTED_REACTOR_ENABLED": True,
}
_DIRECT: Final = "crawlers.fetch.handler.GuardedHandler"
_PROXIED: Final = "crawlers.fetch.proxied.ProxiedHandler"


class Stop:
    """Asks a running crawl to end; may be called from any thread and before it has begun."""

    def __init__(self) -> None:
        self.asked = False
        self._call: Callable[[], None] | None = None

    def __call__(self) -> None:
        """End soon: requests under way have a few seconds, everything else stays pending."""
        self.asked = True
        if self._call is not None:
            self._call()

    def bind(self, call: Callable[[], None] | None) -> None:
        """Set by the crawl."""
        self._call = call
        if self.asked and call is not None:
            call()


def crawl(
    plan: Crawl,
    *,
    stop: Stop | None = None,
    signals: bool = False,
    door: Door | None = None,
    resolver: Resolver | None = None,
    tls: Callable[[], BrowserLikePolicyForHTTPS] = BrowserLikePolicyForHTTPS,
) -> CrawlStats:
    """Crawl until all is read (`plan.once`) or until stopped; blocks the calling thread.

    `signals`: SIGTERM and SIGINT end it (main thread; elsewhere they are somebody else's). Raises ConfigError before
    anybody is asked; whatever a bug in a part raises comes out as it is.
    """
    guard = plan.guard()
    plan.check(guard)
    if guard.proxied:
        split_proxy(plan.settings.proxy)
        log.warning(
            "crawl.proxy is set: the proxy resolves names by itself, so only names are checked (publishers' hosts and "
            "crawl.proxy_allow: %s)",
            ", ".join(plan.settings.proxy_allow) or "none",
        )
    parts = _Parts(plan, guard, door or _door(plan), resolver, tls, stop or Stop())
    return reactor.run(lambda: _crawl(parts, signals))


@dataclass(frozen=True, slots=True)
class _Parts:
    plan: Crawl
    guard: AddressGuard
    door: Door
    resolver: Resolver | None
    tls: Callable[[], BrowserLikePolicyForHTTPS]
    stop: Stop


async def _crawl(parts: _Parts, signals: bool) -> CrawlStats:
    started = asyncio.get_running_loop().time()
    handler = _PROXIED if parts.guard.proxied else _DIRECT
    settings = {
        **_OFF,
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": parts.plan.settings.concurrency,
        "DOWNLOAD_HANDLERS_BASE": {"http": handler, "https": handler},
    }
    crawler = Crawler(PressSpider, settings)
    loop = asyncio.get_running_loop()
    here = threading.current_thread() is threading.main_thread()
    caught = (signal.SIGTERM, signal.SIGINT) if signals and here else ()
    for number in caught:
        loop.add_signal_handler(number, parts.stop)
    try:
        await crawler.crawl_async(parts=parts)
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
    spider = crawler.spider
    assert isinstance(spider, PressSpider)
    if spider.failure is not None:
        raise spider.failure
    return spider.stats(loop.time() - started)


class PressSpider(Spider):
    """Runs the loop inside Scrapy's engine; yields nothing, since pages go to `on_page`."""

    name = "diembao"

    def __init__(self, parts: _Parts) -> None:
        super().__init__()
        plan = parts.plan
        self.parts, self.guard, self.resolver, self.tls = parts, parts.guard, parts.resolver, parts.tls
        settings = plan.settings
        self.limits = Limits(settings.max_bytes, settings.timeout, settings.concurrency, settings.proxy)
        self.wire, self.tally = Wire(), Tally()
        self.failure: BaseException | None = None
        self._loop: Loop | None = None

    async def start(self) -> AsyncIterator[Any]:
        """The whole crawl."""
        try:
            await self._run()
        except Exception as error:  # noqa: BLE001 - Scrapy would only log it; crawl() raises it
            self.failure = error
        for nothing in list[Any]():
            yield nothing

    async def _run(self) -> None:
        plan, here = self.parts.plan, asyncio.get_running_loop()
        hold = self._hold()
        pace = Pace(self._polite, plan.settings.concurrency, hold)
        client = Client(
            download=self.crawler.engine.download_async,
            guard=self.guard,
            pace=pace,
            door=self.parts.door,
            clock=plan.clock,
            notes=Notes(plan.ledger),
            user_agent=plan.user_agent,
            concurrency=plan.settings.concurrency,
            count=self._count,
        )
        poller = Poller(plan, client, self._seconds, self.tally)
        loop = self._loop = Loop(plan, poller, PageReader(plan, client, self._seconds, self.tally), pace.width, hold)
        self.parts.stop.bind(lambda: _soon(here, loop.stop))
        try:
            await loop.run()
        finally:
            self.parts.stop.bind(None)

    def _hold(self) -> Hold:
        plan = self.parts.plan
        if plan.leases is None:
            return Alone()
        seconds, timeout = plan.settings.lease, plan.settings.timeout
        return Shared(plan.leases, plan.worker, socket.gethostname(), seconds=seconds, timeout=timeout)

    def _polite(self, host: str) -> bool:
        """Politeness is off only where the settings say so, and only for hosts that are named as private."""
        return self.parts.plan.settings.polite or not self.guard.is_private(host)

    def _seconds(self, publisher: Publisher | None) -> float:
        own = publisher.pace if publisher is not None else None
        return own if own is not None else self.parts.plan.settings.pace

    def _count(self, kind: str) -> None:
        self.tally.requests[kind] += 1

    def stats(self, seconds: float) -> CrawlStats:
        """What was done."""
        return CrawlStats(
            requests=dict(self.tally.requests),
            sent=self.wire.requests,
            bytes=self.wire.bytes,
            pages=dict(self.tally.pages),
            polls=dict(self.tally.polls),
            found=self.tally.found,
            left=self._loop.left if self._loop is not None else 0,
            seconds=seconds,
        )


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(call)


def _door(plan: Crawl) -> Door:
    others = tuple(plan.publishers)

    def refusal(url: str, publisher: Publisher | None) -> str | None:
        return doors.refusal(url, publisher=publisher, others=others if publisher is not None else ())

    return refusal


__all__ = ["Crawl", "CrawlStats", "PressSpider", "Stop", "crawl"]
