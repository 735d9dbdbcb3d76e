"""The crawl of an installation: its publishers, its record, its flow."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from app import wiring
from app.world import World
from core.settings import CrawlSettings, Settings
from crawlers.crawl_plan import Crawl, CrawlStats
from crawlers.parsers import parsers
from crawlers.spider import crawl as run_crawl
from store.sqlite.record import Record


def crawl(settings: Settings, world: World, *, forever: bool) -> dict[str, Any]:
    """Read what is due (or go on until stopped) and return what was done. Raises ConfigError, StoreError."""
    with wiring.record(settings, world.clock) as kept:
        stats = run_crawl(plan(settings, world, kept, forever=forever), signals=True)
        return report(stats, kept.counts.totals())


def plan(settings: Settings, world: World, kept: Record, *, forever: bool) -> Crawl:
    """What the spider is given."""
    limits = crawl_settings(settings, world)
    return Crawl(
        publishers=tuple(world.publishers.values()),
        ledger=kept.ledger,
        clock=world.clock,
        settings=limits,
        on_page=wiring.flow(settings, world, kept).read,
        parse=parsers(limits),
        version=version("diembao"),
        once=not forever,
    )


def crawl_settings(settings: Settings, world: World) -> CrawlSettings:
    """The settings as they hold in that world: a press on this machine needs no politeness."""
    if world.kind == "real":
        return settings.crawl
    hosts = tuple(dict.fromkeys((*settings.crawl.private_hosts, *world.private_hosts)))
    return settings.crawl.model_copy(update={"private_hosts": hosts, "polite": False})


def report(stats: CrawlStats, totals: Mapping[str, int]) -> dict[str, Any]:
    """Figures of one crawl, and of the whole record."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(stats.seconds, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "requests": dict(stats.requests),
        "requests_sent": stats.sent,
        "megabytes": round(stats.bytes / 1e6, 1),
        "polls": dict(stats.polls),
        "found": stats.found,
        "pages": dict(stats.pages),
        "left": stats.left,
        "record": dict(totals),
    }
