"""Pages: one pending page is fetched and taken to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from core.errors import AddressRefused, DiembaoError, StoreError
from core.records import FetchedPage, PendingPage, Publisher
from core.urls import article_id
from crawlers.crawl_plan import Crawl, Tally
from crawlers.etiquette.retry_after import backoff, patient
from crawlers.etiquette.tdm import TdmRules, page_reserved
from crawlers.fetch.client import ELSEWHERE, Answer, Ask, Client, Failed
from crawlers.fetch.failures import PERMANENT
from crawlers.looking import conditions, missed, unchanged

log = logging.getLogger(__name__)

FIRST_WAIT: Final = timedelta(seconds=2)
LONGER: Final = 4
"""Each wait is four times the one before: eight tries outlast an outage of three hours."""

BLOCKED_WAIT: Final = timedelta(hours=1)
RECORD: Final = "record"
"""Reason of a page that came and could not be kept: the record was held, full or away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The page is to be tried again after the interval, under the given count of attempts."""

    wait: timedelta
    attempts: int
    rest: timedelta | None = None  # how long the host asks to be left alone, not only the page
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The host is to be left alone; the page stays as it is."""

    wait: timedelta


class PageReader:
    """Reads pages and marks those that could not be had; `on_page` marks the others."""

    def __init__(self, crawl: Crawl, client: Client, pace: Callable[[Publisher | None], float], tally: Tally) -> None:
        self._crawl, self._client, self._pace, self._tally = crawl, client, pace, tally
        self._publishers = crawl.by_id
        self._reserved: dict[str, bool] = {}

    async def read(self, pending: PendingPage) -> Later | Closed | None:
        """Fetch it and take it to its end; what is to be done with it later, if anything."""
        publisher = self._publishers.get(pending.entry.source)
        ask = Ask(
            url=pending.entry.url,
            kind="page",
            publisher=publisher,
            pace=self._pace(publisher),
            headers=conditions(pending.again),
        )
        rules = await self._client.reserved(ask)
        if rules is not None:
            self._note_reserved(pending.entry.source, rules)
        answer = await self._client.ask(ask)
        if isinstance(answer, Failed):
            return self._failed(pending, answer) if pending.again is None else self._missed(pending, answer)
        if answer.status == HTTPStatus.NOT_MODIFIED and pending.again is not None:
            self._crawl.ledger.looked(pending, unchanged(pending.again, answer.at))
            self._tally.pages["unchanged"] += 1
            return None
        return self._take(pending, answer, rules or TdmRules())

    def _note_reserved(self, source: str, rules: TdmRules) -> None:
        if self._reserved.get(source) is not rules.everywhere:
            self._reserved[source] = rules.everywhere
            self._crawl.ledger.set_reserved(source, rules.everywhere, self._crawl.clock.now())

    def _take(self, pending: PendingPage, answer: Answer, rules: TdmRules) -> Later | Closed | None:
        other = _other_identity(pending, answer.final_url)
        if pending.again is None and other and self._crawl.ledger.is_read(other):
            self._crawl.ledger.page_same(pending, other, answer.at)
            self._tally.pages["same"] += 1
            return None
        page = FetchedPage(
            source=pending.entry.source,
            url=pending.entry.url,
            final_url=answer.final_url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=answer.at,
            entry=pending.entry,
            reserved=page_reserved(rules, urlsplit(answer.final_url).path or "/", answer.headers, answer.body),
        )
        try:
            outcome = self._crawl.on_page(page, pending)
        except DiembaoError as error:
            return self._not_taken(pending, error, answer)
        self._tally.pages[str(outcome)] += 1
        return None

    def _not_taken(self, pending: PendingPage, error: DiembaoError, answer: Answer) -> Later | Closed | None:
        """The page came and could not be taken to its end. What is wrong with the record passes: it is read again."""
        reason = str(getattr(error, "reason", type(error).__name__))
        log.warning("%s: %s", pending.entry.url, error)
        if pending.again is not None:
            self._crawl.ledger.looked(pending, missed(pending.again, 0, answer.at))
        elif isinstance(error, StoreError):
            return self._failed(pending, Failed(reason=RECORD, detail=str(error)))
        else:
            self._crawl.ledger.page_failed(pending, reason, self._crawl.clock.now(), retry_at=None)
        self._tally.pages[f"failed: {reason}"] += 1
        return None

    def _missed(self, pending: PendingPage, failed: Failed) -> Later | Closed | None:
        """A look at a kept article that brought no page. It is not tried again before its next time."""
        assert pending.again is not None
        if failed.reason in ("robots-unreachable", ELSEWHERE):
            return Closed(wait=failed.wait or FIRST_WAIT)
        look = missed(pending.again, failed.status, self._crawl.clock.now())
        log.info("%s: %s (%s)", pending.entry.url, failed.reason, failed.detail)
        self._crawl.ledger.looked(pending, look)
        self._tally.pages["withdrawn" if look.withdrawn else "look: " + failed.reason] += 1
        rest = _rest(failed)
        if rest is None and failed.reason != "blocked":
            return None
        beyond = timedelta(seconds=self._crawl.settings.wait + 1)
        wait = max(failed.wait or BLOCKED_WAIT, beyond)
        return Later(wait=wait, attempts=0, rest=rest, blocked=failed.reason == "blocked")

    def _failed(self, pending: PendingPage, failed: Failed) -> Later | Closed | None:
        if failed.reason in ("robots-unreachable", ELSEWHERE):
            return Closed(wait=failed.wait or FIRST_WAIT)
        later = self._later(pending, failed)
        now = self._crawl.clock.now()
        log.info("%s: %s (%s)", pending.entry.url, failed.reason, failed.detail)
        self._crawl.ledger.page_failed(pending, failed.reason, now, retry_at=now + later.wait if later else None)
        self._tally.pages[("later: " if later else "failed: ") + failed.reason] += 1
        return later

    def _later(self, pending: PendingPage, failed: Failed) -> Later | None:
        """When it is tried again: None for what would only fail again, and after the settings' attempts."""
        attempts = pending.attempts + 1
        refused = failed.reason in PERMANENT and failed.reason != "blocked"
        client_error = 400 <= failed.status < 500 and failed.status not in (408, 425, 429) and not failed.wait
        if refused or attempts >= self._crawl.settings.attempts:
            return None
        if failed.reason == "blocked":
            own = backoff(attempts, first=BLOCKED_WAIT)
            return Later(wait=max(failed.wait or timedelta(), own), attempts=attempts, blocked=True)
        if client_error:
            return None
        wait = patient(failed.wait, attempts, backoff(attempts, first=FIRST_WAIT, factor=LONGER))
        return Later(wait=wait, attempts=attempts, rest=_rest(failed))


def _rest(failed: Failed) -> timedelta | None:
    """How long the host asks to be left alone, if it does."""
    return failed.wait if failed.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else None


def _other_identity(pending: PendingPage, final_url: str) -> str | None:
    if final_url == pending.entry.url:
        return None
    try:
        found = article_id(final_url)
    except AddressRefused:
        return None
    return found if found != pending.id else None
