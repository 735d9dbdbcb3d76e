"""Polls: one endpoint is asked what is new, and what it said is remembered with how it fared."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from core.records import EndpointStatus, Entry, PollState, Publisher
from crawlers import doors
from crawlers.crawl_plan import Crawl, Tally
from crawlers.discovery import Discovery
from crawlers.etiquette import rhythm
from crawlers.etiquette.retry_after import backoff, patient
from crawlers.fetch.client import ELSEWHERE, Answer, Ask, Client, Failed
from crawlers.fetch.notes import Notes

log = logging.getLogger(__name__)

FIRST_WAIT: Final = timedelta(seconds=10)
"""Before an endpoint that could not be had is asked again; doubled with each failure in a row."""

BACK_AFTER: Final = 4
"""Failures in a row after which an endpoint that has moved is asked at its declared address again."""

NESTED_TRIES: Final = 4
"""Times one sitemap of an index is asked for within a poll."""

NESTED_WAIT: Final = timedelta(seconds=30)
NOTED: Final = timedelta(days=30)
"""So long a feed's wishes are known after a full answer; 304s are believed for four days at most."""
_WISHES: Final = "wishes "
_DATED: Final = re.compile(r"(?<!\d)20\d\d[-_/.]?(0[1-9]|1[0-2])([-_/.]?(0[1-9]|[12]\d|3[01]))?(?!\d)")
"""A month or a day in the address of a sitemap."""

_NO_MARKS: Final = str.maketrans("", "", "-_/.")
_STATUS: Final = {
    "blocked": EndpointStatus.BLOCKED,
    "gone": EndpointStatus.GONE,
    "robots": EndpointStatus.DISALLOWED,
    "robots-unreachable": EndpointStatus.DISALLOWED,
}


@dataclass(slots=True)
class _Found:
    """What one poll has brought so far."""

    new: int = 0
    entries: int = 0
    published: list[datetime] = field(default_factory=list)
    files: int = 0
    failed: Failed | None = None
    broken: Discovery | None = None  # a sitemap of an index that is none
    cut: bool = False

    @property
    def elsewhere(self) -> bool:
        """Whether another worker has taken the host over meanwhile."""
        return self.failed is not None and self.failed.reason == ELSEWHERE


class Poller:
    """Asks endpoints and saves their states."""

    def __init__(self, crawl: Crawl, client: Client, pace: Callable[[Publisher | None], float], tally: Tally) -> None:
        self._crawl, self._client, self._pace, self._tally = crawl, client, pace, tally
        self._shortest = timedelta(seconds=crawl.settings.poll_shortest)
        self._longest = timedelta(seconds=crawl.settings.poll_longest)
        self._notes = Notes(crawl.ledger)

    async def poll(self, state: PollState, publisher: Publisher | None) -> tuple[PollState, Failed | None]:
        """Ask once; the new state, which is saved, and why nothing came.

        Where another worker has the host by now, the state is as it was: that worker asks, from the beginning.
        """
        endpoint, asked_at = state.endpoint, self._crawl.clock.now()
        ask = Ask(
            url=state.moved_to or endpoint.url,
            kind=endpoint.kind,
            publisher=publisher,
            headers=rhythm.conditions(state, asked_at),
            pace=self._pace(publisher),
        )
        answer = await self._client.ask(ask)
        if isinstance(answer, Failed) and answer.reason == ELSEWHERE:
            return state, answer
        if isinstance(answer, Failed):
            state = self._failed(state, answer)
            failure: Failed | None = answer
            self._save(state)
        elif answer.status == 304:
            state, failure = self._unchanged(state, answer), None
            self._save(state)
        else:
            state, failure = await self._answered(state, publisher, ask, answer)
            if failure is not None and failure.reason == ELSEWHERE:
                return state, failure
        self._tally.polls[state.status.value] += 1
        return state, failure

    def _save(self, state: PollState, entries: tuple[Entry, ...] = ()) -> int:
        new = self._crawl.ledger.save_poll(state, entries, self._crawl.clock.now())
        self._tally.found += new
        return new

    def _failed(self, state: PollState, failed: Failed) -> PollState:
        status = _STATUS.get(failed.reason, EndpointStatus.FAILING)
        now, failures = self._crawl.clock.now(), state.failures + 1
        if failed.reason == "robots-unreachable" and failed.wait is not None:
            wait = failed.wait
        elif status is EndpointStatus.FAILING:
            wait = patient(failed.wait, failures, backoff(failures, first=FIRST_WAIT, longest=self._longest))
        elif status in (EndpointStatus.BLOCKED, EndpointStatus.GONE):  # a 404 too may last minutes
            wait = max(failed.wait or timedelta(), backoff(failures, first=self._shortest, longest=self._longest))
        else:
            wait = self._longest
        log.warning("%s: %s (%s)", state.endpoint.url, failed.reason, failed.detail)
        reason = failed.reason if failed.reason != "blocked" else failed.detail.rpartition(": ")[2]
        return replace(
            state, status=status, reason=reason, last_poll=now, failures=failures, next_poll=now + wait,
            moved_to="" if status is EndpointStatus.GONE or failures >= BACK_AFTER else state.moved_to,
        )  # fmt: skip

    def _unchanged(self, state: PollState, answer: Answer) -> PollState:
        interval = rhythm.interval_unchanged(state.interval, self._shortest, self._longest)
        return replace(
            state,
            status=EndpointStatus.OK,
            reason="",
            last_poll=answer.at,
            last_success=answer.at,
            failures=0,
            interval=interval,
            moved_to=answer.moved_to or state.moved_to,
            next_poll=self._next(answer, interval, self._noted(state, answer.at)),
        )

    async def _answered(
        self, state: PollState, publisher: Publisher | None, ask: Ask, answer: Answer
    ) -> tuple[PollState, Failed | None]:
        said = self._read(state, publisher, answer)
        if said.problem:
            return self._broken(state, said, answer), None
        found = _Found()
        self._take(state, said, found)
        if said.nested:
            await self._nested(state, publisher, ask, said.nested, found, depth=1)
        if found.elsewhere:
            return state, found.failed
        if found.failed is not None:
            state = self._failed(replace(state, last_new=answer.at if found.new else state.last_new), found.failed)
            self._save(state)
            return state, found.failed
        if found.broken is not None and not found.entries:
            return self._broken(state, found.broken, answer), None
        if said.refused and not found.entries and doors.is_anothers(answer.final_url, publisher):
            state = replace(state, moved_to=answer.moved_to or state.moved_to)
            return self._broken(state, replace(said, problem="off-publisher"), answer), None
        state = self._heard(state, publisher, said, answer, found)
        self._save(state)
        return state, None

    def _read(self, state: PollState, publisher: Publisher | None, answer: Answer) -> Discovery:
        endpoint = state.endpoint
        return self._crawl.parse[endpoint.kind](
            answer.body,
            endpoint=endpoint,
            url=answer.final_url,
            fetched_at=answer.at,
            headers=answer.headers,
            publisher=publisher,
            state=state,
        )

    def _take(self, state: PollState, said: Discovery, found: _Found) -> int:
        """Make what stands there pending at once, so that a kill in the middle of a long index loses nothing."""
        new = self._save(state, said.entries) if said.entries else 0
        found.new += new
        found.entries += len(said.entries)
        found.cut = found.cut or said.truncated
        found.published += [
            entry.published.at for entry in said.entries if entry.published is not None and not entry.published.doubtful
        ]
        return new

    async def _nested(
        self,
        state: PollState,
        publisher: Publisher | None,
        ask: Ask,
        urls: tuple[str, ...],
        found: _Found,
        *,
        depth: int,
    ) -> None:
        """Sitemaps that an index names, newest first, within the settings' depth and number.

        An index by date that was read whole before is read only down to the first date that brings nothing new.
        """
        if depth > self._crawl.settings.sitemap_depth:
            found.cut = True
            return
        for date, group in _by_date(urls):
            new = 0
            for url in group:
                if found.files >= self._crawl.settings.sitemap_files:
                    found.cut = True
                    return
                found.files += 1
                new += await self._one_nested(state, publisher, replace(ask, url=url, headers={}), found, depth=depth)
                if found.elsewhere:
                    return
            if date and not new and state.last_success is not None:
                return

    async def _one_nested(
        self, state: PollState, publisher: Publisher | None, ask: Ask, found: _Found, *, depth: int
    ) -> int:
        answer = await self._patiently(ask)
        if isinstance(answer, Failed):
            found.failed = answer if answer.reason != "gone" else found.failed
            return 1  # what could not be read may hold something new
        said = self._read(state, publisher, answer)
        found.broken = said if said.broken else found.broken
        new = self._take(state, said, found)
        if said.nested:
            before = found.new
            await self._nested(state, publisher, ask, said.nested, found, depth=depth + 1)
            new += found.new - before
        return new if said.entries or said.nested else 1

    async def _patiently(self, ask: Ask) -> Answer | Failed:
        for attempt in range(1, NESTED_TRIES + 1):
            answer = await self._client.ask(ask)
            wait = (answer.wait or backoff(attempt, first=timedelta(seconds=2))) if isinstance(answer, Failed) else None
            if wait is None or wait > NESTED_WAIT or attempt == NESTED_TRIES:
                break
            assert isinstance(answer, Failed)
            if answer.reason in _STATUS or answer.reason in ("address-refused", ELSEWHERE):
                break
            await asyncio.sleep(wait.total_seconds())
        return answer

    def _broken(self, state: PollState, said: Discovery, answer: Answer) -> PollState:
        failures = state.failures + 1
        status = EndpointStatus.BROKEN if said.broken else EndpointStatus.FAILING
        wait = backoff(failures, first=self._shortest, longest=self._longest)
        log.warning("%s: %s", state.endpoint.url, said.problem)
        state = replace(
            state, status=status, reason=said.problem, last_poll=answer.at, failures=failures, etag="",
            last_modified="", next_poll=answer.at + wait,
        )  # fmt: skip
        self._save(state)
        return state

    def _heard(
        self, state: PollState, publisher: Publisher | None, said: Discovery, answer: Answer, found: _Found
    ) -> PollState:
        interval = rhythm.interval_from(
            found.published,
            new=found.new,
            previous=state.interval,
            now=answer.at,
            shortest=self._shortest,
            longest=self._longest,
        )
        wishes = rhythm.Wishes(ttl=said.ttl, skip_hours=said.skip_hours, skip_days=said.skip_days)
        self._note(state, wishes, answer.at)
        index = bool(said.nested)  # its files change while it stays the same: no conditions
        return replace(
            state,
            status=EndpointStatus.OK,
            reason="in-part" if found.broken is not None else "bounded" if found.cut else "",
            etag="" if index else answer.headers.get("etag", ""),
            last_modified="" if index else answer.headers.get("last-modified", ""),
            last_poll=answer.at,
            last_success=answer.at,
            last_full=answer.at,
            last_new=answer.at if found.new else state.last_new,
            failures=0,
            interval=interval,
            moved_to=answer.moved_to or _stated_move(said, publisher) or state.moved_to,
            link_shape=said.link_shape or state.link_shape,
            next_poll=self._next(answer, interval, wishes),
        )

    def _next(self, answer: Answer, interval: timedelta, wishes: rhythm.Wishes) -> datetime:
        return rhythm.next_poll(
            answer.at,
            interval,
            longest=self._longest,
            max_age=rhythm.max_age(answer.headers),
            ttl=wishes.ttl,
            skip_hours=wishes.skip_hours,
            skip_days=wishes.skip_days,
        )

    def _noted(self, state: PollState, at: datetime) -> rhythm.Wishes:
        return rhythm.wishes_of(self._notes.get(_WISHES + state.endpoint.url, at) or "")

    def _note(self, state: PollState, wishes: rhythm.Wishes, at: datetime) -> None:
        if wishes != self._noted(state, at) or wishes != rhythm.NO_WISHES:
            self._notes.keep(_WISHES + state.endpoint.url, wishes.to_note(), at + NOTED)


def _by_date(urls: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Addresses by the date that stands in each, newest first; in one group without date unless all have one."""
    once = list(dict.fromkeys(urls))
    dates = [match.group().translate(_NO_MARKS) if (match := _DATED.search(url)) else "" for url in once]
    if not all(dates):
        return [("", once)]
    groups: dict[str, list[str]] = {}
    for date, url in sorted(zip(dates, once, strict=True), key=lambda pair: pair[0], reverse=True):
        groups.setdefault(date, []).append(url)
    return list(groups.items())


def _stated_move(said: Discovery, publisher: Publisher | None) -> str:
    """A new address that the feed states itself: believed only on the publisher's own hosts."""
    moved = said.moved_to
    if not moved or publisher is None or doors.endpoint_refusal(moved, publisher=publisher):
        return ""
    return moved
