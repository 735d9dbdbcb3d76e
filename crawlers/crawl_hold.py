"""Which hosts this worker may ask, where several workers read one press.

A host is lent to one worker at a time. A request is only begun while the lease outlasts it, so that a worker that was
stopped in its sleep (a machine that hangs, a network cut in two) asks nothing that another asks by then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from core.ports import Leases
from core.records import Lease

log = logging.getLogger(__name__)

PREFIX: Final = "host:"
RENEWED: Final = 4
"""A lease is renewed when a quarter of its time is over."""
COUNTED: Final = 2.0
"""Seconds after which a worker looks again who else is there: one that has just begun waits for its share."""
OFFERED: Final = 5.0
"""Seconds for which a host that was given up for another to take is counted as that one's."""
OUTLASTS: Final = 2 / 3
"""A request may take at most this share of a lease, whatever the settings' timeout says."""


class Hold(Protocol):
    """The hosts that this worker may ask."""

    def take(self, hosts: Collection[str]) -> frozenset[str]:
        """Of these hosts those that are this worker's alone, taken now where they are free and its share allows."""
        ...

    def fresh(self) -> frozenset[str]:
        """Hosts taken since the last call that somebody else may have asked before: their endpoints' states are old."""
        ...

    def enter(self, host: str) -> float | None:
        """Begin to use a host. Returns the seconds since another can have asked it last (None: none has).

        Raises HeldElsewhereError.
        """
        ...

    def may_start(self, host: str) -> bool:
        """Whether a request may begin now; notes that it does."""
        ...

    def leave(self, host: str) -> None:
        """The use that `enter` began is over."""
        ...

    def elsewhere(self) -> frozenset[str]:
        """Hosts that are others'."""
        ...

    def alone(self) -> bool:
        """Whether no other worker was heard of lately."""
        ...

    def spare(self) -> bool:
        """Whether others hold more than one host each: they pass on what is beyond an even share."""
        ...

    def keep(self, wanted: Collection[str]) -> frozenset[str]:
        """Prolong what is held, give back what is neither wanted nor in use. Returns hosts to be let alone now: lost
        ones, and those beyond this worker's share.
        """
        ...

    def end(self) -> None:
        """Give everything back."""
        ...


class HeldElsewhereError(Exception):
    """Another worker asks that host at present."""


class Alone:
    """One worker has the whole press."""

    def take(self, hosts: Collection[str]) -> frozenset[str]:
        return frozenset(hosts)

    def fresh(self) -> frozenset[str]:
        return frozenset()

    def enter(self, host: str) -> float | None:
        del host
        return None

    def may_start(self, host: str) -> bool:
        del host
        return True

    def leave(self, host: str) -> None:
        """Nothing to give back."""

    def elsewhere(self) -> frozenset[str]:
        return frozenset()

    def alone(self) -> bool:
        return True

    def spare(self) -> bool:
        return False

    def keep(self, wanted: Collection[str]) -> frozenset[str]:
        del wanted
        return frozenset()

    def end(self) -> None:
        """Nothing to give back."""


@dataclass(slots=True)
class _Held:
    lease: Lease
    until: float  # loop time until which it is certainly ours
    users: int = 0


class Shared:
    """One of several workers."""

    def __init__(self, leases: Leases, worker: str, machine: str, *, seconds: float, timeout: float) -> None:
        self._leases, self._worker, self._machine, self._seconds = leases, worker, machine, seconds
        self._needs = min(timeout, seconds * OUTLASTS)
        self._held: dict[str, _Held] = {}
        self._asked: dict[str, float] = {}  # loop time of the last start, also of a host that was lost meanwhile
        self._others: dict[str, float] = {}  # loop time of another worker's last start at the latest; kept likewise
        self._fresh: set[str] = set()
        self._leaving = frozenset[str]()
        self._offered: dict[str, float] = {}  # given up for another to take: loop time
        self._workers = 1
        self._heard = self._counted = -seconds

    def take(self, hosts: Collection[str]) -> frozenset[str]:
        """See the protocol."""
        missing = sorted({host for host in hosts if not self._holds(host)})
        if missing:
            room = share(len(missing), len(self._held), len(self.elsewhere()), self._workers)
            self._lend(missing[:room] if room < len(missing) else missing)
        return frozenset(host for host in hosts if self._holds(host))

    def fresh(self) -> frozenset[str]:
        """See the protocol."""
        found = frozenset(self._fresh)
        self._fresh.clear()
        return found

    def enter(self, host: str) -> float | None:
        """See the protocol. Refused too where it is to pass on, and where it lapsed and was another's meanwhile: what
        waits for it may be read.
        """
        lapsed = host in self._held and not self._holds(host)
        if not self._holds(host):
            self._lend([host])
        if not self._holds(host) or host in self._leaving or (lapsed and host in self._fresh):
            raise HeldElsewhereError(host)
        self._held[host].users += 1
        return _now() - self._others[host] if host in self._others else None

    def may_start(self, host: str) -> bool:
        """See the protocol."""
        held = self._held.get(host)
        if held is None:
            return False
        if held.until - _now() < self._needs and not self._renew([host]):
            return False
        self._asked[host] = _now()
        return True

    def leave(self, host: str) -> None:
        """See the protocol."""
        if host in self._held:
            self._held[host].users -= 1

    def elsewhere(self) -> frozenset[str]:
        """See the protocol."""
        if self._workers == 1 and self._heard > 0:
            return frozenset()
        found = self._leases.elsewhere(self._worker, PREFIX)
        return frozenset(name.removeprefix(PREFIX) for name in found)

    def alone(self) -> bool:
        """See the protocol. Asked anew: one that began at the same moment was not heard of at first."""
        self._count()
        return self._workers == 1

    def spare(self) -> bool:
        """See the protocol."""
        return self._workers > 1 and len(self.elsewhere()) >= self._workers

    def keep(self, wanted: Collection[str]) -> frozenset[str]:
        """See the protocol."""
        now = _now()
        if now - self._heard >= self._seconds / RENEWED:
            self._heard = now
            self._leases.seen(self._worker, "crawl", self._machine)
        if now - self._counted >= min(COUNTED, self._seconds / RENEWED):
            self._count()
        before = set(self._held)
        for host in [host for host, held in self._held.items() if not held.users and host not in wanted]:
            self._give_back(host)
        idle = before - set(self._held)
        late = [h for h, held in self._held.items() if held.until - now <= self._seconds * (1 - 1 / RENEWED)]
        if late:
            self._renew(late)
        self._leaving = self._surplus()
        return frozenset(before - set(self._held) - idle) | self._leaving

    def end(self) -> None:
        """See the protocol."""
        for host in list(self._held):
            self._give_back(host)
        self._leases.gone(self._worker)

    def _count(self) -> None:
        self._counted = _now()
        lately = timedelta(seconds=self._seconds)
        self._workers = max(1, sum(one.role == "crawl" for one in self._leases.workers(lately)))

    def _surplus(self) -> frozenset[str]:
        """What is held beyond an even share while there are others; they take it once it is idle."""
        if self._workers == 1:
            return frozenset()
        lately = {host for host, at in self._offered.items() if at > _now() - OFFERED}
        others = (self.elsewhere() | lately) - set(self._held)
        beyond = len(self._held) - share(len(self._held), 0, len(others), self._workers)
        return frozenset(sorted(self._held)[:beyond]) if beyond > 0 else frozenset()

    def _holds(self, host: str) -> bool:
        held = self._held.get(host)
        return held is not None and held.until > _now()

    def _lend(self, hosts: Iterable[str]) -> None:
        since = _now()
        lent = self._leases.take([PREFIX + host for host in hosts], self._worker, self._seconds)
        now = _now()  # later than the record's: rather too long a pause than too short a one
        for lease in lent:
            host = lease.name.removeprefix(PREFIX)
            known = self._held.get(host)
            users = known.users if known else 0
            self._held[host] = _Held(lease=lease, until=since + self._seconds, users=users)
            if lease.ago is not None:
                self._others[host] = now - lease.ago
                self._fresh.add(host)

    def _renew(self, hosts: Collection[str]) -> bool:
        """Prolong leases; what is lost is held no more. True where all of them still held."""
        since = _now()
        still = self._leases.renew([self._held[host].lease for host in hosts], self._seconds)
        for host in hosts:
            if PREFIX + host in still:
                self._held[host].until = since + self._seconds
            else:
                log.warning("%s passed on to another worker", host)
                del self._held[host]
        return len(still) == len(hosts)

    def _give_back(self, host: str) -> None:
        held = self._held.pop(host)
        if host in self._leaving:
            self._offered[host] = _now()
        last = max((at[host] for at in (self._asked, self._others) if host in at), default=None)
        self._leases.release(held.lease, self._seconds if last is None else _now() - last)


def share(wanted: int, held: int, elsewhere: int, workers: int) -> int:
    """How many of the wanted hosts a worker may take besides those that it holds, so that each has about as many."""
    return min(wanted, max(0, -(-(wanted + held + elsewhere) // max(1, workers)) - held))


def _now() -> float:
    return asyncio.get_running_loop().time()
