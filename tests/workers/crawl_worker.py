"""One of several crawls of the sample press on one record, until it is killed or stopped."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from app import crawling, wiring
from app.world import choose
from core.records import PendingPage
from core.settings import CrawlSettings, RecordSettings, Settings
from crawlers.crawl_hold import Shared
from crawlers.crawl_page import Closed, Later, PageReader
from crawlers.etiquette.pace import Pace
from crawlers.spider import crawl

PACE = 0.1


def settings_for(folder: Path, record: RecordSettings | None = None, lease: float = 6) -> Settings:
    """Leases so short that a killed worker's hosts pass on within the test, yet long enough for a busy machine."""
    crawl = CrawlSettings(pace=PACE, lease=lease, timeout=6)
    return Settings(data_dir=folder, crawl=crawl, record=record or RecordSettings())


def work(settings: Settings, port: int, worker: str) -> None:
    """Read politely. What it does is told line by line in the file "told", see `_tell`."""
    _tell(settings.data_dir / "told")
    world = choose(settings, sample_port=port)
    with wiring.record(settings, world.clock) as kept:
        plan = crawling.plan(settings, world, kept, forever=True)
        limits = plan.settings.model_copy(update={"polite": True, "pace": PACE, "poll_shortest": 600.0})
        crawl(replace(plan, settings=limits, worker=worker), signals=True)


def _tell(path: Path) -> None:
    """Lines of: what, host or address, seconds of the machine's clock that all processes share, process.

    "start": of a request; "begin" and "read" or "later": of a page, and how it ended; "lent": just before a host was
    this worker's.
    """
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(what: str, which: str, at: float) -> None:
        os.write(file, f"{what} {which} {at:.6f} {os.getpid()}\n".encode())

    _tell_starts(say)
    _tell_pages(say)
    _tell_leases(say)


Say = Callable[[str, str, float], None]


def _tell_starts(say: Say) -> None:
    turn = Pace.turn

    @asynccontextmanager
    async def told(
        self: Pace, host: str, seconds: float, slots: asyncio.Semaphore | None = None
    ) -> AsyncIterator[None]:
        async with turn(self, host, seconds, slots):
            say("start", host, self._hosts[host].next_start - seconds)
            yield

    Pace.turn = told  # type: ignore[method-assign,assignment]


def _tell_pages(say: Say) -> None:
    read = PageReader.read

    async def told(self: PageReader, pending: PendingPage) -> Later | Closed | None:
        say("begin", pending.entry.url, time.monotonic())
        later = await read(self, pending)
        say("read" if later is None else "later", pending.entry.url, time.monotonic())
        return later

    PageReader.read = told  # type: ignore[method-assign]


def _tell_leases(say: Say) -> None:
    lend = Shared._lend

    def told(self: Shared, hosts: Iterable[str]) -> None:
        wanted, before = list(hosts), time.monotonic()
        lend(self, wanted)
        for host in wanted:
            if self._holds(host):
                say("lent", host, before)

    Shared._lend = told  # type: ignore[method-assign]
