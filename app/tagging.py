"""The role "tag": articles that crawls have read are labelled, put into stories and kept by other processes.

A crawl hands an article over while a worker of this role is heard of, and keeps it itself where there is none. What a
worker that died had taken passes on to the next; where there is no other, the crawls read those pages again.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from app import wiring
from app.flow import Flow, Located
from app.world import World
from core.errors import DiembaoError
from core.records import FetchedPage
from core.settings import Settings
from store.sqlite.record import Record

_LOG = logging.getLogger(__name__)
ROLE: Final = "tag"
HEARD: Final = timedelta(seconds=30)
BATCH: Final = 8
LEASE: Final = 45.0
PAUSE: Final = 1.0
READ_AGAIN: Final = timedelta(hours=1)
"""The page of an article that was handed over is read again after this, should nobody have kept it."""
_FORM: Final = TypeAdapter(Located)


class HandOver:
    """Whether an article goes to a worker of the role, and its way there."""

    def __init__(self, kept: Record) -> None:
        self._kept = kept
        self._asked, self._there = -HEARD.total_seconds(), False

    def __call__(self, found: Located) -> bool:
        """Queue it where somebody will take it. A look at a kept article stays with the crawl."""
        if found.pending.again is not None or not self._somebody():
            return False
        bare = replace(found, page=_without_bytes(found.page))
        ledger, page = self._kept.ledger, found.pending
        with ledger.batch():
            self._kept.untagged.put(page.id, _FORM.dump_json(bare).decode())
            now = found.page.fetched_at
            ledger.page_failed(page, "waits-for-labels", now, retry_at=now + READ_AGAIN)
        return True

    def _somebody(self) -> bool:
        now = time.monotonic()
        if now - self._asked >= HEARD.total_seconds() / 3:
            self._asked = now
            self._there = any(one.role == ROLE for one in self._kept.leases.workers(HEARD))
        return self._there


def _without_bytes(page: FetchedPage) -> FetchedPage:
    return replace(page, body=b"")


def tag(settings: Settings, world: World, *, stop: threading.Event, forever: bool) -> str:
    """Label what waits, once or until stopped. Returns a line that says what was done."""
    from app.crawling import Reader  # noqa: PLC0415 - which hands over to here

    worker, done = uuid4().hex, 0
    with wiring.record(settings, world.clock) as kept:
        reader = Reader(world, kept, hand_over=lambda _: False)
        heard = -HEARD.total_seconds()
        while not stop.is_set():
            if time.monotonic() - heard >= HEARD.total_seconds() / 3:
                heard = time.monotonic()
                kept.leases.seen(worker, ROLE, socket.gethostname())
            claimed = kept.untagged.claim(worker, BATCH, LEASE)
            for page, body in claimed:
                done += _keep(kept, reader.current(), page, body)
            if not claimed and not forever:
                break
            if not claimed:
                stop.wait(PAUSE)
        kept.leases.gone(worker)
    return f"{done} articles labelled and kept"


def _keep(kept: Record, flow: Flow, page: str, body: str) -> bool:
    """True where it is kept. What can't be is deleted here and read again by a crawl."""
    try:
        flow.keep(_FORM.validate_json(body))
    except (ValidationError, DiembaoError) as error:
        _LOG.warning("article not labelled", extra={"page": page, "reason": type(error).__name__})
        kept.untagged.done(page)
        return False
    kept.untagged.done(page)
    return True
