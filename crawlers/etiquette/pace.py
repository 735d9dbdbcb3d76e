"""One request at a time to a host, with a pause between two starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Host:
    lanes: asyncio.Semaphore
    next_start: float = 0.0


class Pace:
    """Gives turns to ask a host.

    A polite host has one lane and `seconds` between the starts of two requests; one of the private hosts, where
    politeness is off, has several lanes and no pause. Times are of the running loop's clock, so that neither a
    replay's clock nor a change of the machine's makes anybody hurry.
    """

    def __init__(self, polite: Callable[[str], bool], lanes: int) -> None:
        self._polite, self._lanes = polite, max(lanes, 1)
        self._hosts: dict[str, _Host] = {}

    def width(self, host: str) -> int:
        """How many requests may be under way to the host at once."""
        return 1 if self._polite(host) else self._lanes

    @asynccontextmanager
    async def turn(self, host: str, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn and hold it while the request is under way."""
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(asyncio.Semaphore(self.width(host)))
        async with state.lanes:
            if self._polite(host):
                loop = asyncio.get_running_loop()
                wait = state.next_start - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                state.next_start = loop.time() + seconds
            yield
