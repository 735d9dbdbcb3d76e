"""Three crawls on one record, killed at random: every item once, no host asked faster than its pace by all together."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections import Counter, defaultdict
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
from sample.server import SamplePress
from tests.workers import crawl_worker
from tests.workers.crawl_worker import PACE

KILLS, WORKERS = 8, 3
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.workers.crawl_worker"])


class Crew:
    """The workers; one that is killed is replaced."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings, self._port = settings, port
        self.alive: list[tuple[str, ForkServerProcess]] = []
        self.held_at_kills = 0

    def start(self) -> None:
        name = uuid4().hex
        process = CONTEXT.Process(target=crawl_worker.work, args=(str(self.settings.data_dir), self._port, name))
        process.start()
        self.alive.append((name, process))

    def kill_one(self, rng: random.Random) -> None:
        name, process = self.alive.pop(rng.randrange(len(self.alive)))
        process.kill()
        process.join()
        with wiring.record(self.settings) as kept, kept.database.read() as con:
            row = con.execute("SELECT count(*) FROM leases WHERE holder = ? AND name LIKE 'host:%'", (name,))
            self.held_at_kills += row.fetchone()[0]
        self.start()

    def stop(self) -> None:
        for _, process in self.alive:
            process.terminate()
        for _, process in self.alive:
            process.join()


@pytest.mark.timeout(600)
def test_three_workers_and_random_kills(tmp_path: Path) -> None:
    rng, tick = random.Random(11), threading.Event()
    settings = crawl_worker.settings_for(str(tmp_path / "shared"))
    wiring.apply_sample_desk(settings)
    press = SamplePress()
    port = press.start()
    with press:
        crew = Crew(settings, port)
        for _ in range(WORKERS):
            crew.start()
        try:
            done = 0
            for _ in range(KILLS):
                done = _wait_for(settings, done + rng.randint(3, 12), tick)
                crew.kill_one(rng)
            _wait_for(settings, None, tick)
        finally:
            crew.stop()
        asked = _articles_asked(press)
        alone = Settings(data_dir=tmp_path / "alone")
        wiring.apply_sample_desk(alone)
        crawl(alone, choose(alone, sample_port=port), forever=False)
    assert _state(settings) == _state(alone)
    repeats = sum(asked.values()) - len(asked)
    assert repeats <= crew.held_at_kills, "only what a killed worker had in hand is asked for again"
    _pace_kept(settings.data_dir / "starts")


def _articles_asked(press: SamplePress) -> Counter[str]:
    paths = {(item.article.house, item.path) for item in press.items()}
    return Counter({f"{h}{p}": n for (h, p, _), n in press.hits.items() if (h, p) in paths})


def _pace_kept(starts: Path) -> None:
    by_host: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for line in starts.read_text().splitlines():
        host, at, worker = line.split()
        by_host[host].append((float(at), worker))
    changes = 0
    for moments in by_host.values():
        moments.sort()
        assert all(later[0] - earlier[0] >= PACE - 1e-3 for earlier, later in pairwise(moments))
        changes += sum(later[1] != earlier[1] for earlier, later in pairwise(moments))
    assert changes >= KILLS / 2, "hosts passed from worker to worker"


def _wait_for(settings: Settings, pages: int | None, tick: threading.Event) -> int:
    """Until so many pages are done (None: all, and every endpoint was asked)."""
    while True:
        with wiring.record(settings) as kept, kept.database.read() as con:
            done, left = con.execute(
                "SELECT coalesce(sum(state <> 'pending'), 0), coalesce(sum(state = 'pending'), 0) FROM pages"
            ).fetchone()
            never = con.execute("SELECT count(*) FROM endpoints WHERE last_poll IS NULL").fetchone()[0]
            known = con.execute("SELECT count(*) FROM endpoints").fetchone()[0]
        if pages is not None and (done >= pages or (done and not left)):
            return int(done)
        if pages is None and not left and not never and known == _endpoints(settings):
            return int(done)
        tick.wait(0.1)


def _endpoints(settings: Settings) -> int:
    from sample.server import publishers

    return sum(len(publisher.endpoints) for publisher in publishers(1))


def _state(settings: Settings) -> dict[str, object]:
    """All that must be the same however many read, and however often they were killed."""
    with wiring.record(settings, SystemClock()) as kept, kept.database.read() as con:
        assert con.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        groups: dict[str, list[str]] = defaultdict(list)
        for row in con.execute("SELECT a.url, x.story FROM article_stories x JOIN articles a ON a.n = x.n"):
            groups[row["story"]].append(row["url"])
        return {
            "pages": sorted(tuple(row) for row in con.execute("SELECT url, state, reason FROM pages")),
            "articles": sorted(tuple(row) for row in con.execute("SELECT id, url FROM articles")),
            "stories": sum(len(group) for group in groups.values()),
            "counts": kept.counts.totals(),
        }
