"""Work that one of several workers does for all: planning alerts, tidying up, drafting reports."""

from __future__ import annotations

import socket
import time
from uuid import uuid4

from core.ports import Leases
from core.records import Lease

SECONDS = 45.0
"""A worker that died loses its duty after so long."""


class Duty:
    """Held by one worker at a time. Ask `mine` before each round."""

    def __init__(self, leases: Leases, name: str, role: str) -> None:
        self._leases, self._name, self._role, self._worker = leases, f"duty:{name}", role, uuid4().hex
        self._lease: Lease | None = None
        self._until, self._heard = 0.0, -SECONDS

    def mine(self) -> bool:
        """Whether the duty is this worker's now; takes it where it is free, and says that the worker lives."""
        now = time.monotonic()
        if now - self._heard >= SECONDS / 4:
            self._heard = now
            self._leases.seen(self._worker, self._role, socket.gethostname())
        if self._lease is None or now >= self._until - SECONDS / 2:
            self._lease = self._taken()
            self._until = now + SECONDS
        return self._lease is not None

    def end(self) -> None:
        """Give it up: the worker ends."""
        self._leases.gone(self._worker)
        self._lease = None

    def _taken(self) -> Lease | None:
        if self._lease is not None and self._leases.renew([self._lease], SECONDS):
            return self._lease
        return next(iter(self._leases.take([self._name], self._worker, SECONDS)), None)
