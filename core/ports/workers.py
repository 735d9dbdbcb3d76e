"""What several workers on one record ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from core.records import Lease, Worker


class Leases(Protocol):
    """Lends names (a host, a duty) to one worker at a time, by the record's own clock.

    Whoever holds a lease counts its time from before the call that gave or renewed it, by a clock that never jumps.
    """

    def take(self, names: Sequence[str], holder: str, seconds: float) -> list[Lease]:
        """Lend what is free, or was lent to this holder, for so many seconds; the rest is left out."""
        ...

    def renew(self, leases: Sequence[Lease], seconds: float) -> frozenset[str]:
        """Prolong leases from now on; the names of those that still held. The others are lost."""
        ...

    def release(self, lease: Lease, ago: float) -> None:
        """Give a lease back that was last used so many seconds ago. One that has passed on is left alone."""
        ...

    def holder(self, name: str) -> Worker | None:
        """Who holds a name now; None for nobody, and for one that has not said that it lives."""
        ...

    def elsewhere(self, holder: str, prefix: str) -> frozenset[str]:
        """Names with the prefix that others hold now."""
        ...

    def seen(self, worker: str, role: str, machine: str) -> None:
        """Note that this worker lives."""
        ...

    def gone(self, worker: str) -> None:
        """This worker has ended; what it held is free."""
        ...

    def workers(self, within: timedelta) -> tuple[Worker, ...]:
        """Workers heard of so lately, by role."""
        ...
