"""Crawl the sample press, killed at random moments, then once to the end. Run as a program by test_killed_crawl.py.

    python -m tests.app.killed_crawl DATA_DIR PORT KILLS SEED

Each crawl is a forked child (the parent imports and loads the parts once, runs no crawl and has no threads), killed
with SIGKILL before a random one of its statements: between two of them nothing is done that outlives it. So it is the
same kills however fast the machine. Prints as JSON how many children were killed, and not at their end already.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from app import crawling, wiring
from app.world import choose
from core.settings import CrawlSettings, Settings
from nlp.tagger import load as load_tagger
from store.sqlite import database

MOST = 600
"""Statements of a child: about 300 are its start, and some 6,000 in all read the press."""


def _crawl(settings: Settings, port: int) -> None:
    crawling.crawl(settings, choose(settings, sample_port=port), forever=False)


def _die_before(statement: int) -> None:
    steps, connect = count(1), database.connect

    def step(_: str) -> None:
        if next(steps) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(path: Path, **how: Any) -> sqlite3.Connection:
        con = connect(path, **how)
        con.set_trace_callback(step)
        return con

    database.connect = traced  # type: ignore[assignment]


def _killed(settings: Settings, port: int, statement: int) -> bool:
    """Run a crawl that is killed before that statement; False where it had ended by itself."""
    child = os.fork()
    if not child:
        _die_before(statement)
        _crawl(settings, port)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "no crawl fell by itself"
    return os.WIFSIGNALED(status)


def _begin_alike() -> None:
    """Before the fork: load what each crawl loads and does not change, and have each be the same worker once more.

    Another worker waits until the leases of the one that was killed are over: see tests/workers.
    """
    tagger = load_tagger()
    for name, made in {"load_tagger": lambda: tagger, "uuid4": lambda: UUID(int=1)}.items():
        setattr(crawling, name, made)
    wiring.example_locator()


def main() -> None:
    folder, port, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    settings = Settings(data_dir=folder, crawl=CrawlSettings(concurrency=2))
    _begin_alike()
    chance = random.Random(seed)
    killed = sum(_killed(settings, port, chance.randint(1, MOST)) for _ in range(kills))
    _crawl(settings, port)
    sys.stdout.write(json.dumps({"killed": killed}))


if __name__ == "__main__":
    main()
