"""Many readers at once while the sample press is crawled into the same record by another process."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import uvicorn
from starlette.types import ASGIApp

from app.crawling import crawl
from app.world import World
from core.settings import Settings
from core.urls import host_of
from sample.server import SamplePress

READERS: Final = 50
AT_LEAST: Final = 12.0
AT_MOST: Final = 180.0
"""Seconds of reading: as long as the crawl takes, within these."""


def crowd(app: ASGIApp, folder: Path, paths: Sequence[str]) -> dict[str, float]:
    """Answers that were no page, pages a second, and articles that the crawl has kept meanwhile."""
    began = time.perf_counter()
    crawling = subprocess.Popen(
        [sys.executable, "-m", "bench._crowd", str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd(),
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    try:
        with _served(app) as base:
            asked, wrong = asyncio.run(_read_all(base, paths, crawling))
        took = time.perf_counter() - began
        saved = (crawling.communicate(timeout=AT_MOST)[0] or "").strip()
    finally:
        crawling.kill()
    if crawling.returncode:
        raise RuntimeError("the crawl beside the readers has failed")
    return {"readers_errors": float(wrong), "readers_pages_per_s": asked / took, "readers_saved": float(saved)}


@contextmanager
def _served(app: ASGIApp) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


async def _read_all(base: str, paths: Sequence[str], crawling: subprocess.Popen[str]) -> tuple[int, int]:
    began = time.perf_counter()

    def going_on() -> bool:
        passed = time.perf_counter() - began
        return passed < AT_LEAST or (crawling.poll() is None and passed < AT_MOST)

    async def one(number: int) -> tuple[int, int]:
        asked = wrong = 0
        rng = random.Random(number)
        async with httpx.AsyncClient(base_url=base, timeout=60) as browser:
            while going_on():
                wrong += await _is_wrong(browser, rng.choice(paths))
                asked += 1
        return asked, wrong

    found = await asyncio.gather(*(one(number) for number in range(READERS)))
    return sum(asked for asked, _ in found), sum(wrong for _, wrong in found)


async def _is_wrong(browser: httpx.AsyncClient, path: str) -> bool:
    try:
        answer = await browser.get(path)
    except httpx.HTTPError as error:
        print(f"  {path}: {error!r}", file=sys.stderr)
        return True
    if answer.status_code != 200:
        print(f"  {path}: {answer.status_code}", file=sys.stderr)
    return answer.status_code != 200


def _crawl(folder: Path) -> None:
    """The sample press on loopback, read once to the end into the record in `folder`; prints what was kept."""
    with SamplePress() as press:
        publishers = press.publishers()
        world = World(
            kind="sample", publishers={one.id: one for one in publishers},
            private_hosts=tuple({host_of(one.home) for one in publishers}),
        )  # fmt: skip
        report = crawl(Settings(data_dir=folder), world, forever=False)
    print(report["pages"].get("new", 0))


if __name__ == "__main__":
    _crawl(Path(sys.argv[1]))
