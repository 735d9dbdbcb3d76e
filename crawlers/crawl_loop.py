"""The loop of a crawl: which endpoints are due, which pages are pending, until nothing is left or somebody stops it.

All that is decided here is remembered by the ledger before it counts, so that a kill at any moment loses nothing:
what was under way is still pending when the next crawl begins.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from core.errors import AddressRefused
from core.records import PendingPage, PollState
from core.urls import host_of
from crawlers.crawl_hold import RENEWED, Hold
from crawlers.crawl_lanes import Lanes
from crawlers.crawl_page import Closed, Later, PageReader
from crawlers.crawl_plan import Crawl
from crawlers.crawl_poll import Poller
from crawlers.etiquette import rhythm
from crawlers.fetch.client import ELSEWHERE, Failed

log = logging.getLogger(__name__)

BATCH: Final = 256
"""Pages taken from the ledger at once, besides those already in hand."""

TICK: Final = 1.0
"""Seconds after which a continuous crawl looks again at what is due; a replay's clock may run fast."""

BLOCKS: Final = 3
BLOCKED_REST: Final = 3600.0
"""After so many blocked pages in a row a host is left alone for so many seconds."""

GRACE: Final = 5.0
"""Seconds that requests under way have to end when the crawl is stopped."""


class Loop:
    """One crawl."""

    def __init__(
        self, crawl: Crawl, poller: Poller, reader: PageReader, width: Callable[[str], int], hold: Hold
    ) -> None:
        self._crawl, self._poller, self._reader, self._hold = crawl, poller, reader, hold
        self._wake = asyncio.Event()
        self._lanes, self._width = Lanes(width, self._wake.set, self._thirst), width
        self._publishers = crawl.by_id
        self._states = self._fresh_states()
        self._polling: set[str] = set()
        self._polled: dict[str, int] = {}  # polls of each endpoint in this crawl
        self._taken: set[str] = set()  # pages in hand: queued, under way, or waiting for another try
        self._waiting = 0  # of these, and of endpoints, those that wait for another try
        self._others: dict[str, float] = {}  # hosts that could not be had, until when they are not asked for again
        self._closures: dict[str, int] = {}
        self._blocks: dict[str, int] = {}  # blocked pages in a row, by host
        self._thirsty = True  # whether the ledger is to be asked for more pages
        self._spared = False  # whether another worker had hosts to spare when it was last looked at
        self._shared = False  # whether another worker was heard of then
        self._stopped = False
        self._began = 0.0

    def stop(self) -> None:
        """End soon. To be called in the loop's own thread."""
        self._stopped = True
        self._wake.set()

    @property
    def left(self) -> int:
        """Pages in hand that were not read."""
        return len(self._taken)

    async def run(self) -> None:
        """Until all is done or somebody stops it. Raises what a bug raised."""
        self._began = asyncio.get_running_loop().time()
        if self._crawl.once:
            self._poll_soon()
        try:
            while not self._stopped and self._lanes.failure is None:
                self._wake.clear()
                self._keep_hosts()
                self._poll_due()
                self._refill()
                if self._crawl.once and self._done():
                    break
                await self._rest()
        finally:
            await self._lanes.stop(GRACE)
            self._hold.end()
        if self._lanes.failure is not None:
            raise self._lanes.failure

    def _keep_hosts(self) -> None:
        """Hosts that are lost to another worker, or that another is to have, are let alone at once."""
        for host in self._hold.keep(self._lanes.in_use()):
            self._leave_alone(host, 2 * TICK)

    def _thirst(self) -> None:
        self._thirsty = True
        self._wake.set()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), TICK)
        except TimeoutError:
            self._thirsty = True

    def _done(self) -> bool:
        if self._waiting or self._polling or self._taken or self._thirsty or not self._lanes.idle:
            return False
        if self._may_pass_on() or self._may_share():
            return False
        if not self._lanes.resting(self._crawl.settings.wait):
            return True
        elsewhere = tuple(self._hold.elsewhere())
        return not self._crawl.ledger.pending(self._horizon(), 1, elsewhere)  # what is left belongs to hosts that rest

    def _may_pass_on(self) -> bool:
        """Whether hosts may be a dead worker's, such as a crawl's that was just killed: its leases end by then.

        They may end later than it is heard of, and what they held is looked for once more after that.
        """
        since = asyncio.get_running_loop().time() - self._began
        if since >= self._crawl.settings.lease * (1 + 1 / RENEWED) + TICK:
            return False
        had, self._shared = self._shared, not self._hold.alone()
        self._thirsty |= had
        return had or self._shared or bool(self._others)

    def _may_share(self) -> bool:
        """Whether pages wait at hosts of which another worker has more than its share, or had: some pass on."""
        had, now = self._spared, self._crawl.clock.now()
        self._spared = self._hold.spare() and bool(self._crawl.ledger.pending(now, 1, self._lanes.resting()))
        return had or self._spared

    def _horizon(self) -> datetime:
        """Until when a page may be put off and still be read by this crawl."""
        wait = timedelta(seconds=self._crawl.settings.wait if self._crawl.once else 0)
        return self._crawl.clock.now() + wait

    # --- endpoints ----------------------------------------------------------------------------------------------

    def _fresh_states(self) -> dict[str, PollState]:
        endpoints = [endpoint for publisher in self._crawl.publishers for endpoint in publisher.endpoints]
        return self._crawl.ledger.poll_states(endpoints)

    def _poll_due(self) -> None:
        now = asyncio.get_running_loop().time()
        over = [host for host, until in self._others.items() if until <= now]
        for host in over:
            del self._others[host]
            self._thirsty = True
        self._take({host for _, host in self._due()})
        due = self._due()
        hosts = self._take({host for _, host in due})
        for key, host in due:
            if host in hosts:
                self._put_poll(key, self._states[key])
            else:
                self._others[host] = now + TICK

    def _due(self) -> list[tuple[str, str]]:
        """Endpoints to be asked now, each with its host; those of hosts that were just another's are looked at soon."""
        now, paused = self._crawl.clock.now(), self._crawl.ledger.paused()
        due = [
            (key, _host(state))
            for key, state in self._states.items()
            if state.endpoint.source not in paused
            and key not in self._polling
            and not (self._crawl.once and key in self._polled)
            and rhythm.is_due(state, now)
        ]
        return [(key, host) for key, host in due if host not in self._others]

    def _take(self, hosts: Collection[str]) -> frozenset[str]:
        """Of these hosts those that are this worker's and of which it knows how things stand.

        What others have heard and read of one that was theirs is asked of the ledger before anything is put.
        """
        granted, stale = self._hold.take(hosts), self._hold.fresh()
        if stale:
            for host in stale:
                self._leave_alone(host, 0)  # what waited for it since before
            states = [s for key, s in self._states.items() if key not in self._polling and _host(s) in stale]
            self._states |= self._crawl.ledger.poll_states([state.endpoint for state in states])
            self._thirst()
        return granted - stale

    def _poll_soon(self) -> None:
        """What an earlier crawl could not have and would have asked again soon, had it not been ended before."""
        now, paused = self._crawl.clock.now(), self._crawl.ledger.paused()
        for key, state in self._states.items():
            if state.endpoint.source in paused:
                continue
            wait = (state.next_poll - now).total_seconds() if state.next_poll is not None else 0.0
            if state.failures and 0 < wait <= self._crawl.settings.wait:
                self._polling.add(key)
                self._after(wait, partial(self._put_poll, key, state))

    def _put_poll(self, key: str, state: PollState) -> None:
        host = _host(state)
        if not self._take([host]):
            self._polling.discard(key)
            return
        if self._lanes.put_poll(host, key, partial(self._poll, key)):
            self._polling.add(key)
        elif self._crawl.once and self._lanes.rests(host) <= self._crawl.settings.wait:
            self._polling.add(key)
            self._after(self._lanes.rests(host) + 0.05, partial(self._put_poll, key, state))

    async def _poll(self, key: str) -> None:
        state = self._states[key]
        try:
            state, failed = await self._poller.poll(state, self._publishers.get(state.endpoint.source))
        finally:
            self._polling.discard(key)
        if failed is not None and failed.reason == ELSEWHERE:
            return
        self._states[key] = state
        self._polled[key] = self._polled.get(key, 0) + 1
        self._thirsty = True
        if failed is not None and self._crawl.once:
            self._poll_again(key, state, failed)

    def _poll_again(self, key: str, state: PollState, failed: Failed) -> None:
        """A single crawl asks an endpoint again that could not be had, where that is soon."""
        wait = ((state.next_poll or state.last_poll or _never()) - self._crawl.clock.now()).total_seconds()
        if wait > self._crawl.settings.wait or self._polled[key] >= self._crawl.settings.attempts:
            return
        log.info("%s: %s, asked again in %.0f s", key, failed.reason, wait)
        self._after(wait, lambda: self._put_poll(key, self._states[key]))

    # --- pages --------------------------------------------------------------------------------------------------

    def _refill(self) -> None:
        """Take more pages from the ledger, for hosts that have none in their lane."""
        if not self._thirsty:
            return
        self._thirsty = False
        at = self._crawl.clock.now()
        exclude = [*self._lanes.busy(), *self._lanes.resting(), *self._hold.elsewhere()]
        pages = self._crawl.ledger.pending(self._horizon(), BATCH + len(self._taken), exclude)
        pages += self._crawl.ledger.looks(at, BATCH + len(self._taken), exclude)
        fresh = list({page.id: page for page in reversed(pages) if page.id not in self._taken}.values())[::-1]
        hosts = self._take({_page_host(page) for page in fresh})
        for page in fresh:
            if (host := _page_host(page)) not in hosts:
                self._others[host] = asyncio.get_running_loop().time() + TICK
                continue
            self._taken.add(page.id)
            wait = (page.due - at).total_seconds() if page.due is not None else 0.0
            if wait > 0 and page.again is None:
                self._after(wait, partial(self._put_page, page))
            else:
                self._put_page(page)

    def _put_page(self, page: PendingPage) -> None:
        host = _page_host(page)
        if not self._take([host]) or not self._lanes.put_page(host, page.id, partial(self._read, host, page)):
            self._taken.discard(page.id)

    async def _read(self, host: str, page: PendingPage) -> None:
        later = await self._reader.read(page)
        if isinstance(later, Closed):
            self._close(host, page, later)
            return
        self._note_block(host, blocked=later is not None and later.blocked)
        if later is not None and later.rest is not None and self._width(host) == 1:
            self._leave_alone(host, later.rest.total_seconds())
        if later is not None and later.wait.total_seconds() <= self._crawl.settings.wait:
            self._again(page, later)
        else:
            self._taken.discard(page.id)

    def _again(self, page: PendingPage, later: Later) -> None:
        page = replace(page, attempts=later.attempts)
        self._after(later.wait.total_seconds(), lambda: self._put_page(page))

    def _close(self, host: str, page: PendingPage, closed: Closed) -> None:
        """The host's rules can't be had: its pages go back until it answers."""
        self._closures[host] = self._closures.get(host, 0) + 1
        wait = closed.wait.total_seconds()
        if self._crawl.once and self._closures[host] > self._crawl.settings.attempts:
            wait = max(wait, self._crawl.settings.wait * 2 + 1)
        self._taken.discard(page.id)
        self._leave_alone(host, wait)

    def _note_block(self, host: str, *, blocked: bool) -> None:
        """A host that blocks one page after another blocks us: it isn't asked for all the others too."""
        self._blocks[host] = self._blocks.get(host, 0) + 1 if blocked else 0
        if self._blocks[host] >= BLOCKS:
            self._blocks[host] = 0
            self._leave_alone(host, BLOCKED_REST)

    def _leave_alone(self, host: str, seconds: float) -> None:
        keys = set(self._lanes.rest(host, seconds))
        self._taken -= keys
        self._polling -= keys

    def _after(self, seconds: float, put: Callable[[], None]) -> None:
        self._waiting += 1

        def due() -> None:
            self._waiting -= 1
            if not self._stopped:
                put()
            self._wake.set()

        asyncio.get_running_loop().call_later(max(seconds, 0.0), due)


def _host(state: PollState) -> str:
    try:
        return host_of(state.moved_to or state.endpoint.url)
    except AddressRefused:
        return ""


def _page_host(page: PendingPage) -> str:
    try:
        return host_of(page.entry.url)
    except AddressRefused:
        return ""


def _never() -> datetime:
    raise AssertionError("an endpoint that was polled has a time of its next poll")
