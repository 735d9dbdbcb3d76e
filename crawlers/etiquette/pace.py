"""One request at a time to a host, with a pause between two starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass

from crawlers.crawl_hold import Alone, HeldElsewhereError, Hold


@dataclass(slots=True)
class _Host:
    lanes: asyncio.Semaphore
    next_start: float = 0.0


class Pace:
    """Gives turns to ask a host.

    A polite host has one lane and `seconds` between the starts of two requests; one of the private hosts, where
    politeness is off, has several lanes and no pause. Times are of the running loop's clock, so that neither a
    replay's clock nor a change of the machine's makes anybody hurry. Where several workers read one press, `hold`
    says whose turn it is, and when the worker before has asked last.
    """

    def __init__(self, polite: Callable[[str], bool], lanes: int, hold: Hold | None = None) -> None:
        self._polite, self._lanes, self._hold = polite, max(lanes, 1), hold or Alone()
        self._hosts: dict[str, _Host] = {}

    def width(self, host: str) -> int:
        """How many requests may be under way to the host at once."""
        return 1 if self._polite(host) else self._lanes

    @asynccontextmanager
    async def turn(
        self, host: str, seconds: float, slots: AbstractAsyncContextManager[object] | None = None
    ) -> AsyncIterator[None]:
        """Wait for a turn, and then for one of the slots, and hold both while the request is under way.

        Raises HeldElsewhereError.
        """
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(asyncio.Semaphore(self.width(host)))
        async with state.lanes:
            ago = self._hold.enter(host)
            try:
                if self._polite(host):
                    await _wait(state, seconds, ago)
                async with slots or nullcontext():
                    state.next_start = asyncio.get_running_loop().time() + seconds
                    if not self._hold.may_start(host):  # notes the start: not before it was reckoned with
                        raise HeldElsewhereError(host)
                    yield
            finally:
                self._hold.leave(host)


async def _wait(state: _Host, seconds: float, ago: float | None) -> None:
    now = asyncio.get_running_loop().time()
    others = 0.0 if ago is None else now - ago + seconds
    if max(state.next_start, others) > now:
        await asyncio.sleep(max(state.next_start, others) - now)
