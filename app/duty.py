"""Work that one of several workers does for all: planning alerts, tidying up, drafting reports, feeding the engine."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from core.errors import StoreError
from core.ports import Leases
from core.records import Lease, Worker

SECONDS: Final = 45.0
"""A worker that died loses its duty after so long."""
PATIENCE: Final = 60.0
"""So long a duty is waited for: longer than a dead worker keeps it."""
_ASKED_EVERY: Final = 0.5
_LOG = logging.getLogger(__name__)


class DutyLostError(StoreError):
    """Another worker may have the duty by now: what is under way is to be left to it."""


class Duty:
    """Held by one worker at a time. Ask `mine` before each round; one that may outlast a lease is done in `kept`."""

    def __init__(
        self, leases: Leases, name: str, role: str, worker: str = "", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._leases, self._name, self._asked, self._role = leases, f"duty:{name}", f"asked:{name}", role
        self._worker, self._now = worker or uuid4().hex, now
        self._lock = threading.Lock()
        self._until, self._heard = 0.0, float("-inf")
        self.lease: Lease | None = None
        """Another one whenever the duty was taken anew: somebody else may have had it between."""

    def mine(self) -> bool:
        """Whether the duty is this worker's now; takes it where it is free, and says that the worker lives."""
        with self._lock:
            self._live()
            if self.lease is None:
                self._until = self._now() + SECONDS
                self.lease = next(iter(self._leases.take([self._name], self._worker, SECONDS)), None)
            return self.lease is not None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While the body runs, which may be for hours, the duty is renewed beside it, in a thread of its own."""
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(done,), name="duty", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def still(self) -> None:
        """To be asked within long work. Raises DutyLostError where the lease that it was begun with has ended."""
        if self.lease is None or self._now() >= self._until:
            raise DutyLostError("the lease ended before the work did: another worker goes on with it")

    def gives_way(self) -> bool:
        """Whether another worker waits for the duty; it is given back then."""
        with self._lock:
            if self._asked not in self._leases.elsewhere(self._worker, self._asked):
                return False
            self._give_back()
            return True

    def wait(self, pause: Callable[[float], object] = time.sleep) -> bool:
        """Take it; who has it is asked to give way, which it does between two rounds. False after PATIENCE."""
        end = self._now() + PATIENCE
        while not self.mine():
            if self._now() >= end:
                return False
            self._leases.take([self._asked], self._worker, SECONDS)
            pause(_ASKED_EVERY)
        return True

    def holder(self) -> Worker | None:
        """Who has it; None where nobody has, or one that is not known."""
        return self._leases.holder(self._name)

    def give_back(self) -> None:
        """Let another have it; the worker goes on."""
        with self._lock:
            self._give_back()

    def end(self) -> None:
        """Give it up: the worker ends."""
        self._leases.gone(self._worker)
        self.lease = None

    def _keep(self, done: threading.Event) -> None:
        while not done.wait(SECONDS / 4):
            try:
                with self._lock:
                    self._live()
            except StoreError as error:  # a record that another process holds, or a server that is away: both pass
                _LOG.warning("duty not renewed", extra={"duty": self._name, "reason": str(error)})

    def _live(self) -> None:
        """Say that the worker lives, and renew what it holds, now and then."""
        now = self._now()
        if now - self._heard >= SECONDS / 4:
            self._leases.seen(self._worker, self._role, socket.gethostname())
            self._heard = now
        if self.lease is not None and now >= self._until - SECONDS * 3 / 4:
            if self._leases.renew([self.lease], SECONDS):
                self._until = now + SECONDS
            else:
                self.lease = None

    def _give_back(self) -> None:
        if self.lease is not None:
            self._leases.release(self.lease, 0)
            self.lease = None
