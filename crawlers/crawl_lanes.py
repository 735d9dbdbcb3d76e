"""Work spread over hosts: each host has a lane, polls go before pages, a resting host is left alone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

Job = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Lane:
    polls: deque[tuple[str, Job]] = field(default_factory=deque)
    pages: deque[tuple[str, Job]] = field(default_factory=deque)
    workers: set[asyncio.Task[None]] = field(default_factory=set)
    resting: float = 0.0  # loop time until which the host is left alone


class Lanes:
    """Runs jobs, at most `width(host)` of one host at once. The first job that raises ends all (a bug)."""

    def __init__(self, width: Callable[[str], int], wake: Callable[[], None], drained: Callable[[], None]) -> None:
        self._width, self._wake, self._drained = width, wake, drained
        self._lanes: dict[str, _Lane] = {}
        self._stopping = False
        self.failure: BaseException | None = None

    def put_poll(self, host: str, key: str, job: Job) -> bool:
        """An endpoint to be asked, before the host's pages. False where the host rests."""
        return self._put(host, self._lane(host).polls, key, job)

    def put_page(self, host: str, key: str, job: Job) -> bool:
        """A page to be read. False where the host rests."""
        return self._put(host, self._lane(host).pages, key, job)

    def rest(self, host: str, seconds: float) -> list[str]:
        """Leave the host alone; gives back the keys of what was waiting for it."""
        lane = self._lane(host)
        lane.resting = max(lane.resting, _now() + seconds)
        keys = [key for key, _ in (*lane.polls, *lane.pages)]
        lane.polls.clear()
        lane.pages.clear()
        asyncio.get_running_loop().call_later(max(lane.resting - _now(), 0) + 0.01, self._drained)
        return keys

    def rests(self, host: str) -> float:
        """Seconds for which the host still rests."""
        return max(self._lane(host).resting - _now(), 0.0)

    def resting(self, within: float | None = None) -> list[str]:
        """Hosts that rest (and will be done within so many seconds)."""
        now = _now()
        return [
            host
            for host, lane in self._lanes.items()
            if lane.resting > now and (within is None or lane.resting <= now + within)
        ]

    def busy(self) -> list[str]:
        """Hosts that have pages in their lane."""
        return [host for host, lane in self._lanes.items() if lane.pages]

    def in_use(self) -> frozenset[str]:
        """Hosts for which something is under way or waits."""
        return frozenset(host for host, lane in self._lanes.items() if lane.workers or lane.polls or lane.pages)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""
        return not any(lane.workers or lane.polls or lane.pages for lane in self._lanes.values())

    async def stop(self, grace: float) -> None:
        """Start nothing more; what is under way may end within the grace, then it is dropped."""
        self._stopping = True
        running = [worker for lane in self._lanes.values() for worker in lane.workers]
        if running:
            _, late = await asyncio.wait(running, timeout=grace)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _lane(self, host: str) -> _Lane:
        return self._lanes.setdefault(host, _Lane())

    def _put(self, host: str, queue: deque[tuple[str, Job]], key: str, job: Job) -> bool:
        if self._lane(host).resting > _now():
            return False
        queue.append((key, job))
        self._start(host)
        return True

    def _start(self, host: str) -> None:
        lane = self._lane(host)
        waiting = len(lane.polls) + len(lane.pages)
        while waiting > 0 and not self._stopping and len(lane.workers) < self._width(host):
            worker = asyncio.get_running_loop().create_task(self._work(lane))
            lane.workers.add(worker)
            worker.add_done_callback(partial(self._done, host, lane))
            waiting -= 1

    async def _work(self, lane: _Lane) -> None:
        while not self._stopping and lane.resting <= _now() and (lane.polls or lane.pages):
            await self._next(lane)()

    def _next(self, lane: _Lane) -> Job:
        if lane.polls:
            return lane.polls.popleft()[1]
        job = lane.pages.popleft()[1]
        if not lane.pages:
            self._drained()
        return job

    def _done(self, host: str, lane: _Lane, task: asyncio.Task[None]) -> None:
        lane.workers.discard(task)
        if not task.cancelled() and task.exception() is not None and self.failure is None:
            self.failure = task.exception()
            self._stopping = True
        self._start(host)  # a job may have come after the worker had looked for one
        self._wake()


def _now() -> float:
    return asyncio.get_running_loop().time()
