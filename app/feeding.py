"""Feeding the search engine: of several that deliver one does it, and what else is done with the engine between."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from app.daily import Counting
from app.duty import Duty
from app.engine import Engine, build, engine, purge
from core.clock import Clock
from core.errors import StoreError
from core.records import Lease
from core.settings import Settings
from store.sqlite.record import Record

_LOG = logging.getLogger(__name__)
_PURGED_EVERY: Final = timedelta(hours=1)
"""Soon after the record's own purge, which is done once a day."""
_PACE: Final = 0.5
_LONGEST: Final = 30.0
_ASIDE: Final = 5.0
"""Whoever has not the duty asks for it so often: after a death it passes on within this and the lease's rest."""


class Feeder:
    """What a deliverer does with the engine, a round at a time, while the duty is its own.

    `months`: how long texts are kept at present.
    """

    def __init__(self, far: Engine, duty: Duty, counting: Counting, clock: Clock, months: Callable[[], int]) -> None:
        self._far, self._duty, self._counting, self._clock, self._months = far, duty, counting, clock, months
        self._pause, self._next_purge = _PACE, clock.now()
        self._began: Lease | None = None

    def round(self) -> float:
        """Do what is due. Returns seconds until the next round; where the engine is away, more each time."""
        try:
            if self._duty.gives_way() or not self._duty.mine():
                return _ASIDE
            self._begin()
            self._feed()
            self._pause = _PACE
        except StoreError as error:  # the engine's, or a record that another process holds: both pass
            self._pause = min(self._pause * 2, _LONGEST)
            _LOG.warning("search engine not fed", extra={"reason": str(error), "pause": self._pause})
        return self._pause

    def _begin(self) -> None:
        """With each new lease: whoever had the duty before may have dropped everything."""
        if self._began is not self._duty.lease:
            self._far.upkeep.set_up()
            self._counting.begin()
            self._began = self._duty.lease

    def _feed(self) -> None:
        if self._far.feed.lost():
            _LOG.warning("search engine built anew: the change log does not reach back to what it holds")
            build(self._far, self._duty)
        self._far.feed.all()
        self._counting.round()
        if self._clock.now() >= self._next_purge:
            purge(self._far, self._clock.now(), self._months())
            self._next_purge = self._clock.now() + _PURGED_EVERY


def feed_forever(settings: Settings, kept: Record, clock: Clock, duty: Duty, stop: threading.Event) -> None:
    """Feed the engine until stopped, while no other does. For a thread of its own."""
    far = engine(settings, kept, clock)
    if far is None:
        return
    counting = Counting(settings, kept, clock)
    feeder, pause = Feeder(far, duty, counting, clock, lambda: kept.keeping.now().article_months), _PACE
    with duty.kept():
        while not stop.wait(pause):
            pause = feeder.round()
    with suppress(StoreError):  # without the record the lease runs out by itself
        duty.give_back()


class Feeding:
    """Work in a thread of its own that ends with the process, as feed_forever.

    A bug in it stops the process loudly, which is then started anew; a thread that is gone would be missed by nobody.
    """

    def __init__(self, work: Callable[[], None], stop: threading.Event) -> None:
        self._work, self._stop = work, stop
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="feeding", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """To be called once `stop` is set. Raises what the work has ended with."""
        self._thread.join(timeout=10)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - whatever it is, `end` raises it
            _LOG.critical("feeding the search engine has ended: this process stops", exc_info=True)
            self._error = error
            self._stop.set()
