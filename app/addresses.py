"""An address that somebody pasted: what is known of it, and fetching it now as the crawl would have."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from app.crawling import crawl_settings, flow
from app.flow import Flow, PageOutcome, found_on
from app.world import World
from core.errors import ConfigError, DiembaoError, FetchError, StoreError
from core.records import (
    AddressAnswer,
    AddressState,
    DeskMatch,
    Entry,
    FetchedPage,
    PendingPage,
    Publisher,
)
from core.settings import Settings
from core.urls import article_id, host_of
from crawlers import doors
from crawlers.crawl_plan import Crawl
from crawlers.etiquette.blocked import block_reason
from crawlers.etiquette.robots import robots_from
from crawlers.etiquette.tdm import PATH, page_reserved, read_rules
from crawlers.fetch.visit import Visitor
from store.sqlite.operation import Known, Standing
from store.sqlite.record import Record

FOUND_IN: Final = "them-bai"
"""Where an address that was pasted was found, in place of an endpoint."""
_STATES: Final[Mapping[Standing, AddressState]] = {
    "read": "read", "set_aside": "set_aside", "erased": "erased", "stopped": "stopped", "elsewhere": "stopped",
}  # fmt: skip


class PastedAddresses:
    """The port AddressDesk. One address at a time: it shares the process's reactor and its models."""

    def __init__(self, settings: Settings, world: World, kept: Record) -> None:
        self._settings, self._world, self._kept = settings, world, kept
        self._one = threading.Lock()

    def look(self, desk: str, url: str, *, take: bool, at: datetime, by: str) -> AddressAnswer:
        """What is known of it; where nothing is, it is fetched now. `take`: keep it though the gate stopped it."""
        publisher, refused = self._publisher(url)
        if publisher is None:
            return AddressAnswer(state="refused", url=url, reason=refused)
        known = self._kept.operation.known(desk, article_id(url))
        answer = _answer(known, url, publisher)
        if known.standing in ("read", "set_aside", "erased") or (not take and answer.state == "stopped"):
            return answer
        with self._one:
            return self._fetched(desk, url, publisher, take=take, at=at, by=by)

    def _publisher(self, url: str) -> tuple[Publisher | None, str]:
        """The listed publisher on whose host it stands, or why it can't be taken."""
        refused = doors.refusal(url)
        if refused:
            return None, refused
        publisher = next((p for p in self._world.publishers.values() if doors.owns(p, host_of(url))), None)
        if publisher is None:
            return None, "source.not_listed"
        refused = doors.refusal(url, publisher=publisher)
        return (None, refused) if refused else (publisher, "")

    def _fetched(
        self, desk: str, url: str, publisher: Publisher, *, take: bool, at: datetime, by: str
    ) -> AddressAnswer:
        entry = Entry(source=publisher.id, url=url, found_in=FOUND_IN)
        pending = PendingPage(id=article_id(url), entry=entry, found_at=at)
        try:
            page = self._ask(url, publisher)
            pipeline = flow(self._world, self._kept)
            done = self._take(pipeline, desk, page, pending) if take else pipeline.read(page, pending)
        except StoreError:
            raise
        except DiembaoError as error:
            reason = "no-contact" if isinstance(error, ConfigError) else str(getattr(error, "reason", "failed"))
            return AddressAnswer(state="failed", url=url, reason=reason, source=publisher.id)
        known = self._kept.operation.known(desk, pending.id)
        if done in (PageOutcome.NEW, PageOutcome.CHANGED, PageOutcome.SAME) and known.standing == "read":
            self._kept.audit.add(at, by, "article.add", known.article, "taken" if take else "fetched", desk=desk)
            return replace(_answer(known, url, publisher), state="taken")
        return _answer(known, url, publisher)

    def _take(self, pipeline: Flow, desk: str, page: FetchedPage, pending: PendingPage) -> PageOutcome:
        """Past the gate and the locator, because somebody says that it concerns the desk."""
        publisher = self._world.publishers.get(page.source)
        located = pipeline.locator.locate(pipeline.extractor.extract(page, publisher), publisher)
        if not any(match.desk == desk for match in located.matches):
            located = replace(located, matches=(*located.matches, _by_hand(desk)))
        self._kept.ledger.reread([pending], page.fetched_at)
        return pipeline.keep(found_on(located, page, pending))

    def _ask(self, url: str, publisher: Publisher) -> FetchedPage:
        """The page, as politely as the crawl asks. Raises FetchError with a stable reason, ConfigError."""
        limits = crawl_settings(self._settings, self._world)
        plan = Crawl(
            publishers=(publisher,), ledger=self._kept.ledger, clock=self._world.clock, settings=limits,
            on_page=lambda *_: "", parse={}, version=version("diembao"),
        )  # fmt: skip
        guard = plan.guard()
        plan.check(guard)
        visitor = Visitor(limits, guard, self._world.clock, plan.user_agent, self._kept.leases)
        try:
            return _politely(visitor, url, publisher, self._world.clock.now())
        finally:
            visitor.close()


def _politely(visitor: Visitor, url: str, publisher: Publisher, at: datetime) -> FetchedPage:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    rules = visitor(f"{origin}/robots.txt")
    robots = robots_from(rules.status, rules.body, at)
    if not robots.allows(url):
        reason = "robots-unreachable" if robots.verdict == "closed" else "robots"
        raise FetchError(f"{url}: {reason}", reason=reason)
    mining = _mining(visitor, origin)
    page = visitor(url)
    refused = block_reason(page.status, page.headers, page.body, page.final_url)
    if refused or page.status != 200:
        raise FetchError(f"{url}: {refused or page.status}", reason=refused or f"http-{page.status}")
    off = doors.refusal(page.final_url, publisher=publisher)
    if off:
        raise FetchError(f"{url} leads to {page.final_url}", reason="off-publisher")
    reserved = page_reserved(read_rules(mining), urlsplit(page.final_url).path or "/", page.headers, page.body)
    entry = Entry(source=publisher.id, url=url, found_in=FOUND_IN)
    return replace(page, source=publisher.id, entry=entry, reserved=reserved)


def _answer(known: Known, url: str, publisher: Publisher) -> AddressAnswer:
    if known.standing == "failed":
        return AddressAnswer(state="failed", url=url, reason=known.reason, source=publisher.id, at=known.at)
    return AddressAnswer(
        state=_STATES.get(known.standing, "failed"), url=url, source=publisher.id, article=known.article,
        title=known.title, at=known.at,
        reason="elsewhere" if known.standing == "elsewhere" else "",
    )  # fmt: skip


def _by_hand(desk: str) -> DeskMatch:
    """That a person says so; no passage names the place."""
    return DeskMatch(desk=desk, score=1.0, focus=True, mentions=())


def _mining(visitor: Visitor, origin: str) -> bytes:
    """The host's rules on text and data mining; b"" where they can't be had, as in the crawl."""
    try:
        answer = visitor(origin + PATH)
    except FetchError:
        return b""
    return answer.body if answer.status == 200 else b""
