"""Crawl the sample press, killed at random moments, then once to the end. Run as a program by test_killed_crawl.py.

    python -m tests.app.killed_crawl DATA_DIR PORT KILLS SEED

Each crawl is a forked child (the parent imports the parts once, runs no crawl and has no threads), killed
with SIGKILL after a random part of a second. Prints as JSON how many children were killed while they still ran.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
from pathlib import Path

from app import crawling
from app.world import choose
from core.settings import CrawlSettings, Settings


def _crawl(settings: Settings, port: int) -> None:
    crawling.crawl(settings, choose(settings, sample_port=port), forever=False)


def _killed(settings: Settings, port: int, after: float) -> bool:
    """Start a crawl, kill it after so many seconds; False where it had ended by itself."""
    ended, end = os.pipe()
    child = os.fork()
    if not child:
        os.close(ended)
        _crawl(settings, port)
        os._exit(0)
    os.close(end)
    still = not select.select([ended], [], [], after)[0]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ended)
    return still


def main() -> None:
    folder, port, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    settings = Settings(data_dir=folder, crawl=CrawlSettings(concurrency=2))
    chance = random.Random(seed)
    alive = sum(_killed(settings, port, chance.uniform(0.3, 0.8)) for _ in range(kills))
    _crawl(settings, port)
    sys.stdout.write(json.dumps({"killed": alive}))


if __name__ == "__main__":
    main()
