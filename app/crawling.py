"""The crawl of an installation: its publishers, its record, its flow."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from app import wiring
from app.answer_desk import Beside
from app.flow import Flow, Located, PageOutcome
from app.labels import CorrectedTagger
from app.progress import progress
from app.stories import StoryDesk
from app.tagging import HandOver
from app.world import World
from core.records import Desk, FetchedPage, PendingPage
from core.settings import CrawlSettings, Settings
from crawlers.crawl_plan import Crawl, CrawlStats
from crawlers.extract import PressExtractor
from crawlers.gate import PatternGate
from crawlers.parsed import Handed
from crawlers.parsers import parsers
from crawlers.spider import crawl as run_crawl
from nlp.locate.locator import gate_names
from nlp.tagger import load as load_tagger
from store.sqlite.record import Record

_SAMPLE_POLL = 30.0
"""Seconds between polls of the sample press: who tries the program sees news arrive."""

_DESKS_SECONDS = 20.0
"""How often a running crawl asks whether a desk was made or changed."""

_EVER = 36_500
"""Days back for which a press on this machine is read: all that it has."""


def crawl(settings: Settings, world: World, *, forever: bool) -> dict[str, Any]:
    """Read what is due (or go on until stopped) and return what was done. Raises ConfigError, StoreError."""
    with wiring.record(settings, world.clock) as kept:
        kept.retention.replay_stones()
        kept.ledger.forget_endpoints([e for p in world.publishers.values() for e in p.endpoints])
        begun = plan(settings, world, kept, forever=forever)
        gc.freeze()  # gazetteer and models stay: looking through them for garbage took a twentieth of a crawl's time
        with nullcontext() if forever else progress(lambda: how_far(kept.ledger.totals())):
            stats = run_crawl(begun, signals=True)
        return report(stats, kept.counts.totals())


def how_far(totals: Mapping[str, int]) -> str:
    """The line that a person sees while pages are read."""
    read = sum(count for outcome, count in totals.items() if outcome not in {"found", "pending"})
    return f"{read} of {totals.get('found', 0)} pages done, {totals.get('kept', 0)} kept"


def plan(settings: Settings, world: World, kept: Record, *, forever: bool) -> Crawl:
    """What the spider is given."""
    limits = crawl_settings(settings, world)
    return Crawl(
        publishers=tuple(world.publishers.values()),
        ledger=kept.ledger,
        clock=world.clock,
        settings=limits,
        on_page=Reader(world, kept).read,
        parse=parsers(limits),
        version=version("diembao"),
        once=not forever,
        leases=kept.leases,
        worker=uuid4().hex,
    )


class Reader:
    """The pipeline over an open record. A desk that is made or changed meanwhile is read for from then on."""

    def __init__(self, world: World, kept: Record, hand_over: Callable[[Located], bool] | None = None) -> None:
        self._kept = kept
        self._desks, self._looked = kept.desks.desks(), time.monotonic()
        self._handed = Handed()
        self._flow = replace(flow(world, kept, self._desks, self._handed), hand_over=hand_over or HandOver(kept))

    def read(self, page: FetchedPage, pending: PendingPage) -> PageOutcome:
        """See Flow.read."""
        return self.current().read(page, pending)

    def current(self) -> Flow:
        """The pipeline for the desks as they are now."""
        if time.monotonic() - self._looked >= _DESKS_SECONDS:
            self._look()
        return self._flow

    def _look(self) -> None:
        desks, self._looked = self._kept.desks.desks(), time.monotonic()
        if desks != self._desks:
            self._desks = desks
            gate = PatternGate(gate_names(wiring.gazetteer(), desks), self._handed)
            self._flow = replace(self._flow, gate=gate, locator=wiring.locator(desks))


def flow(world: World, kept: Record, desks: tuple[Desk, ...] | None = None, handed: Handed | None = None) -> Flow:
    """The pipeline over an open record, for the desks that it holds."""
    desks = kept.desks.desks() if desks is None else desks
    handed = handed or Handed()

    return Flow(
        gate=PatternGate(gate_names(wiring.gazetteer(), desks), handed),
        extractor=PressExtractor(handed),
        locator=wiring.locator(desks),
        tagger=CorrectedTagger(load_tagger(), kept.corrections),
        store=kept.articles,
        ledger=kept.ledger,
        stories=StoryDesk(kept.stories, world.clock),
        publishers=world.publishers,
        clock=world.clock,
        beside=Beside(kept),
        alone=kept.ledger.batch,
    )


def crawl_settings(settings: Settings, world: World) -> CrawlSettings:
    """The settings as they hold in that world: a press on this machine needs no politeness."""
    if world.kind == "real":
        contact = settings.crawl.contact if wiring.reachable(settings.crawl.contact) else ""
        return settings.crawl.model_copy(update={"contact": contact})
    hosts = tuple(dict.fromkeys((*settings.crawl.private_hosts, *world.private_hosts)))
    whole = {"private_hosts": hosts, "polite": False, "sitemap_days": _EVER}
    soon = {"poll_shortest": _SAMPLE_POLL} if world.kind == "sample" else {}
    return settings.crawl.model_copy(update=whole | soon)


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
