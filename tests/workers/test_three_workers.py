"""Three crawls on one record, killed at random: every item once, no host asked faster than its pace by all together."""

from __future__ import annotations

import multiprocessing
import random
import threading
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import uuid4

import pytest

from app import wiring
from app.crawling import crawl
from app.world import choose
from core.clock import SystemClock
from core.settings import Settings
from core.urls import host_of
from sample.server import SamplePress, publishers
from tests.workers import crawl_worker
from tests.workers.crawl_worker import PACE
from tests.workers.watched_press import Asked, WatchedPress

KILLS, WORKERS = 8, 3
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.workers.crawl_worker"])


class Crew:
    """The workers; one that is killed is replaced."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings, self._port = settings, port
        self.alive: list[ForkServerProcess] = []
        self.killed: set[int] = set()

    def start(self) -> None:
        process = CONTEXT.Process(target=crawl_worker.work, args=(self.settings, self._port, uuid4().hex))
        process.start()
        self.alive.append(process)

    def kill_one(self, rng: random.Random) -> None:
        process = self.alive.pop(rng.randrange(len(self.alive)))
        assert process.pid is not None
        self.killed.add(process.pid)
        process.kill()
        process.join()
        self.start()

    def stop(self) -> None:
        for process in self.alive:
            process.terminate()
        for process in self.alive:
            process.join()


@pytest.mark.timeout(600)
def test_three_workers_and_random_kills(tmp_path: Path) -> None:
    settings = crawl_worker.settings_for(tmp_path / "shared")
    with WatchedPress(slow=2 * PACE) as press:
        read_by_three(settings, press, KILLS)
        alone = Settings(data_dir=tmp_path / "alone")
        wiring.apply_sample_desk(alone)
        crawl(alone, choose(alone, sample_port=press.port), forever=False)
    assert _state(settings) == _state(alone)


def read_by_three(settings: Settings, press: WatchedPress, kills: int) -> None:
    """The whole press, while workers are killed: each item is read once, and no host is asked sooner than its pace."""
    rng, tick = random.Random(11), threading.Event()
    wiring.apply_sample_desk(settings)
    crew = Crew(settings, press.port)
    for _ in range(WORKERS):
        crew.start()
    try:
        done = 0
        for _ in range(kills):
            done = _wait_for(settings, done + rng.randint(3, 12), tick)
            crew.kill_one(rng)
        _wait_for(settings, None, tick)
    finally:
        crew.stop()
    told = _told(settings.data_dir / "told")
    tries, asked = _tries(told), _articles_asked(press)
    assert all(asked[url] <= len(times) for url, times in tries.items()) and set(asked) <= set(tries)
    assert set(tries) >= {press.url(item) for item in press.items()}, "each item was taken in hand"
    _nothing_read_twice(told, tries, crew.killed)
    _pace_kept(told, kills)
    _as_the_press_saw_it(press.asked, told)


@dataclass(frozen=True)
class Told:
    """A line of a worker: see crawl_worker."""

    what: str
    which: str
    at: float
    worker: int


@dataclass(frozen=True)
class Try:
    """A page in a worker's hands; `end` is None where it was killed or is not yet done."""

    begin: Told
    end: Told | None


def _told(file: Path) -> list[Told]:
    rows = (line.split() for line in file.read_text().splitlines())
    return sorted((Told(what, which, float(at), int(worker)) for what, which, at, worker in rows), key=lambda t: t.at)


def _tries(told: list[Told]) -> dict[str, list[Try]]:
    """How often each page was taken in hand, in the order of time."""
    tries: dict[str, list[Try]] = defaultdict(list)
    for number, begin in enumerate(told):
        if begin.what == "begin":
            mine = (t for t in told[number + 1 :] if (t.which, t.worker) == (begin.which, begin.worker))
            end = next(mine, None)
            tries[begin.which].append(Try(begin, end if end and end.what != "begin" else None))
    return tries


def _articles_asked(press: SamplePress) -> Counter[str]:
    paths = {(item.article.house, item.path) for item in press.items()}
    return Counter({press.bases[h] + p: n for (h, p, _), n in press.hits.items() if (h, p) in paths})


def _nothing_read_twice(told: list[Told], tries: dict[str, list[Try]], killed: set[int]) -> None:
    """A page is taken in hand again only where it was not read, or was read by one that had lost the host.

    Whoever is too slow (or hangs) loses its hosts, and what it had in hand is read by the next too. That one had
    the host before the slow one was done; had it got the host afterwards, it should have known.
    """
    lent: dict[tuple[str, int], list[float]] = defaultdict(list)
    for line in told:
        if line.what == "lent":
            lent[line.which, line.worker].append(line.at)
    for url, times in tries.items():
        for first, second in pairwise(times):
            if first.end is None:
                assert first.begin.worker in killed, f"{url}: nobody has it twice at once"
            elif first.end.what == "read":
                since = max(at for at in lent[host_of(url), second.begin.worker] if at <= second.begin.at)
                assert first.begin.worker != second.begin.worker, f"{url}: who has read a page asks no more for it"
                assert since <= first.end.at, f"{url}: what was read before the host was one's is not asked for"


def _pace_kept(told: list[Told], kills: int) -> None:
    by_host: dict[str, list[Told]] = defaultdict(list)
    for line in told:
        if line.what == "start":
            by_host[line.which].append(line)
    changes = 0
    for starts in by_host.values():
        hasty = [pair for pair in pairwise(starts) if pair[1].at - pair[0].at < PACE - 1e-3]
        assert not hasty
        changes += sum(later.worker != earlier.worker for earlier, later in pairwise(starts))
    assert changes >= kills / 2, "hosts passed from worker to worker"


def _as_the_press_saw_it(seen: list[Asked], told: list[Told]) -> None:
    """By the press's own log nobody asks while another waits for an answer, or sooner after another than the pace.

    A request that came late (the machine is busy) has the next so much closer behind it: how late it was is the time
    since its worker began. Each has a beginning of its own, so that no request goes past the pace untold.
    """
    for host in {one.host for one in seen}:
        asked = sorted((one for one in seen if one.host == host), key=lambda one: one.begin)
        starts = [line.at for line in told if (line.what, line.which) == ("start", host)]
        own = [bisect_right(starts, one.begin) - 1 for one in asked]
        assert own[0] >= 0 and all(earlier < later for earlier, later in pairwise(own)), f"{host}: asked untold"
        late = [one.begin - starts[number] for one, number in zip(asked, own, strict=True)]
        for first, second, delay in zip(asked, asked[1:], late, strict=False):
            assert first.end <= second.begin, f"{host}: asked by two at once"
            assert second.begin - first.begin >= PACE - delay - 1e-3, f"{host}: asked too soon"
    assert sum(one.end - one.begin > PACE for one in seen) >= WORKERS, "some answers outlast the pace"


def _wait_for(settings: Settings, pages: int | None, tick: threading.Event) -> int:
    """Until so many pages are done (None: all, and every endpoint was asked)."""
    endpoints = sum(len(publisher.endpoints) for publisher in publishers(1))
    with wiring.record(settings) as kept:
        while True:
            with kept.database.read() as con:
                done, left = con.execute(
                    "SELECT count(*) FILTER (WHERE state <> 'pending'), count(*) FILTER (WHERE state = 'pending')"
                    " FROM pages"
                ).fetchone()
                never = con.execute("SELECT count(*) FROM endpoints WHERE last_poll IS NULL").fetchone()[0]
                known = con.execute("SELECT count(*) FROM endpoints").fetchone()[0]
            if pages is not None and (done >= pages or (done and not left)):
                return int(done)
            if pages is None and not left and not never and known == endpoints:
                return int(done)
            tick.wait(0.1)


def _state(settings: Settings) -> dict[str, object]:
    """All that must be the same however many read, and however often they were killed."""
    with wiring.record(settings, SystemClock()) as kept, kept.database.read() as con:
        assert settings.on_server or con.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        groups: dict[str, list[str]] = defaultdict(list)
        for row in con.execute("SELECT a.url, x.story FROM article_stories x JOIN articles a ON a.n = x.n"):
            groups[row["story"]].append(row["url"])
        return {
            "pages": sorted(tuple(row) for row in con.execute("SELECT url, state, reason FROM pages")),
            "articles": sorted(tuple(row) for row in con.execute("SELECT id, url FROM articles")),
            "stories": sum(len(group) for group in groups.values()),
            "counts": kept.counts.totals(),
        }
