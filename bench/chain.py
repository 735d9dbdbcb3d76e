"""Pages of 270 KB a second through fetch, gate, extraction, place, topics and record, politeness off, on loopback."""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from app import crawling, wiring
from app.world import World
from bench._pages_server import NAMED_EVERY
from bench.fetch import PAGES, pages_server
from core.clock import SystemClock
from core.records import Endpoint, Publisher, PublisherKind
from core.settings import Settings
from crawlers.spider import crawl


def measure() -> dict[str, float]:
    """Pages a second, CPU a page, and the process's peak memory, with one desk."""
    with pages_server() as home, tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        wiring.apply_sample_desk(settings)
        publisher = Publisher(
            id="bench",
            name="bench",
            kind=PublisherKind.NEWSPAPER,
            licence="none, a measurement",
            home=home,
            endpoints=(Endpoint(source="bench", kind="feed", url=home + "rss"),),
        )
        world = World(kind="replay", publishers={"bench": publisher}, private_hosts=("127.0.0.1",), clock=SystemClock())
        with wiring.record(settings, world.clock) as kept:
            plan = crawling.plan(settings, world, kept, forever=False)
            plan = replace(plan, settings=plan.settings.model_copy(update={"pace": 0.0}))
            wall, cpu = time.perf_counter(), time.process_time()
            crawl(plan)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            totals = kept.counts.totals()
    assert totals["kept"] == PAGES // NAMED_EVERY, totals
    assert totals["stopped"] + totals["kept"] == PAGES, totals
    return {
        "pages_per_second": PAGES / wall,
        "cpu_ms_per_page": cpu / PAGES * 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
