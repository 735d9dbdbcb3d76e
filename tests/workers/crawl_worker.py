"""One of several crawls of the sample press on one record, until it is killed or stopped."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from app import crawling, wiring
from app.world import choose
from core.settings import CrawlSettings, Settings
from crawlers.etiquette.pace import Pace
from crawlers.spider import crawl

PACE = 0.1


def settings_for(folder: str) -> Settings:
    """Leases as short as can be, so that a killed worker's hosts pass on within the test."""
    return Settings(data_dir=Path(folder), crawl=CrawlSettings(pace=PACE, lease=2, timeout=2))


def work(folder: str, port: int, worker: str) -> None:
    """Read politely; each start of a request is a line of the file "starts": host and time of the system's clock."""
    _note_starts(Path(folder) / "starts")
    settings = settings_for(folder)
    world = choose(settings, sample_port=port)
    with wiring.record(settings, world.clock) as kept:
        plan = crawling.plan(settings, world, kept, forever=True)
        limits = plan.settings.model_copy(update={"polite": True, "pace": PACE, "poll_shortest": 600.0})
        crawl(replace(plan, settings=limits, worker=worker), signals=True)


def _note_starts(path: Path) -> None:
    turn = Pace.turn
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    @asynccontextmanager
    async def noted(
        self: Pace, host: str, seconds: float, slots: asyncio.Semaphore | None = None
    ) -> AsyncIterator[None]:
        async with turn(self, host, seconds, slots):
            os.write(file, f"{host} {self._hosts[host].next_start - seconds:.6f} {os.getpid()}\n".encode())
            yield

    Pace.turn = noted  # type: ignore[method-assign,assignment]
