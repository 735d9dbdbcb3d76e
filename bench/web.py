"""The pages over 100,000 articles of one desk (invented text): server time a page, search, weight, readers at once.

Pages are asked through the whole application without a socket: what a reader waits for besides the network. Readers
at once come through a real server while another process saves articles into the same record.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import uvicorn
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from app.comparing import differ
from app.operation import Keeper, Machine
from app.places import GazetteerPlaces
from app.wiring import gazetteer
from app.world import World
from bench import desk as bench_desk
from bench._press import vocabulary
from core.clock import FixedClock, local_day
from core.records import Publisher, PublisherKind, SearchFilters, TaggedArticle
from core.settings import KeepSettings, Settings
from core.text import fold_plain
from core.urls import article_id
from dashboard.app import create_app
from dashboard.office import Office
from dashboard.render import STATIC
from store.sqlite.record import Record, open_record

ROUNDS, QUERIES, READERS, READ_SECONDS = 30, 300, 50, 12.0


def measure(count: int = bench_desk.ARTICLES) -> dict[str, float]:
    """p95 of each page and of the search, weight of the first load, and 50 readers beside a process that writes."""
    made = bench_desk.filled(count)
    try:
        with open_record(made.path, clock=FixedClock(made.newest), keep=KeepSettings()) as record:
            app = _app(record, made.newest)
            browser = TestClient(app, base_url="http://127.0.0.1")
            paths = _paths(record, made.newest)
            figures = {f"{name}_p95_ms": _p95(lambda path=path: _get(browser, path)) for name, path in paths.items()}  # type: ignore[misc]
            figures |= _searches(record)
            first = len(browser.get("/").content) + sum((STATIC / n).stat().st_size for n in ("style.css", "app.js"))
            figures["first_load_kb"] = first / 1000
            return figures | _readers(app, made.path, list(paths.values()))
    finally:
        shutil.rmtree(made.path.parent, ignore_errors=True)


def _paths(record: Record, newest: datetime) -> dict[str, str]:
    today = local_day(newest)
    listed = record.reading.day(bench_desk.DESK, today)[0]
    return {
        "today": "/",
        "week": f"/?tuan={today:%G-W%V}",
        "article": f"/bai/{listed.id}",
        "story": f"/cau-chuyen/{listed.story}",
        "search": "/tim-kiem?q=an",
        "search_topic": "/tim-kiem?chu-de=health",
        "trends": "/xu-huong",
        "trends_5_years": "/xu-huong?khoang=5-nam",
        "labels": "/sua-nhan",
        "aside": "/khong-phai",
        "add": "/them-bai",
        "alerts": "/canh-bao",
        "sources": "/nguon-tin",
        "source": "/nguon-tin/bao1",
        "settings": "/cai-dat",
        "audit": "/nhat-ky",
        "desks": "/cac-ban-tin",
        "scope": "/pham-vi",
    }


def _app(record: Record, newest: datetime) -> ASGIApp:
    publishers = {
        f"bao{n}": Publisher(id=f"bao{n}", name=f"Báo số {n}", kind=PublisherKind.NEWSPAPER, licence="mẫu",
                             home=f"https://bao{n}.vn/", endpoints=())
        for n in range(bench_desk.SOURCES)
    }  # fmt: skip
    settings = Settings()
    world = World(kind="real", publishers=publishers)
    office = Office(
        work=record.work, keeper=Keeper(settings, world, record), operation=Machine(record),
        places=GazetteerPlaces(gazetteer()),
    )  # fmt: skip
    return create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections,
        differ=differ, publishers=publishers, clock=FixedClock(newest), settings=settings, office=office,
        audit=record.audit,
    )  # fmt: skip


def _get(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 200, path


def _p95(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    work()
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.quantiles(times, n=20)[-1]


def _searches(record: Record) -> dict[str, float]:
    """Queries of one to four drawn words, half without diacritics, a third as phrases, and half narrowed."""
    rng, words = random.Random(3), vocabulary()
    times: dict[str, list[float]] = {"time": [], "relevance": [], "facets": []}
    for number in range(QUERIES):
        text = " ".join(words.draw(rng, rng.randint(1, 3)))
        query = text if number % 2 else fold_plain(text)
        query = f'"{query}"' if number % 3 == 0 else query
        filters = SearchFilters(topics=("health",)) if number % 2 else SearchFilters()
        for name, work in _ways(record, query, filters).items():
            start = time.perf_counter()
            work()
            times[name].append(1000 * (time.perf_counter() - start))
    return {f"find_{name}_p95_ms": statistics.quantiles(taken, n=20)[-1] for name, taken in times.items()}


def _ways(record: Record, query: str, filters: SearchFilters) -> Mapping[str, Callable[[], object]]:
    return {
        "time": lambda: record.search.search(bench_desk.DESK, query, by_time=True, filters=filters),
        "relevance": lambda: record.search.search(bench_desk.DESK, query, filters=filters),
        "facets": lambda: record.search.facets(bench_desk.DESK, query, filters),
    }


def _readers(app: ASGIApp, path: Path, paths: list[str]) -> dict[str, float]:
    """READERS browsers read one page after another while another process saves articles as a crawl does."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "bench.web", "write", str(path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd(),
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert writer.stdout is not None
    if not writer.stdout.readline():
        raise RuntimeError("the process that writes has ended")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            base = f"http://127.0.0.1:{listener.getsockname()[1]}"
            asked, wrong = asyncio.run(_read_all(base, paths))
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            writer.terminate()
    saved = (writer.communicate(timeout=20)[0] or "").count("\n")
    return {"readers_errors": float(wrong), "readers_pages_per_s": asked / READ_SECONDS, "readers_saved": float(saved)}


async def _read_all(base: str, paths: list[str]) -> tuple[int, int]:
    until = time.perf_counter() + READ_SECONDS

    async def one(number: int) -> tuple[int, int]:
        asked = wrong = 0
        rng = random.Random(number)
        async with httpx.AsyncClient(base_url=base, timeout=60) as browser:
            while time.perf_counter() < until:
                try:
                    answer = await browser.get(rng.choice(paths))
                    wrong += answer.status_code != 200
                except httpx.HTTPError:
                    wrong += 1
                asked += 1
        return asked, wrong

    found = await asyncio.gather(*(one(number) for number in range(READERS)))
    return sum(asked for asked, _ in found), sum(wrong for _, wrong in found)


def _write(path: Path) -> None:
    """What the crawl's process does to the record: one article a transaction, some twenty a second."""
    with open_record(path, clock=FixedClock(bench_desk.FIRST), keep=KeepSettings()) as record:
        for one in bench_desk.tagged(5000):
            article = one.located.article
            moved = article.published.at + timedelta(days=1)
            fresh = _another(one, moved)
            record.articles.save(fresh, [])
            print(fresh.located.article.id, flush=True)
            time.sleep(0.05)


def _another(one: TaggedArticle, moved: datetime) -> TaggedArticle:
    article = one.located.article
    url = article.url.replace("/tin-", "/moi-")
    article = replace(article, id=article_id(url), url=url, published=replace(article.published, at=moved))
    return replace(one, located=replace(one.located, article=article))


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        _write(Path(sys.argv[2]))
    else:
        for figure, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else bench_desk.ARTICLES).items():
            print(f"{figure:32} {value:10.2f}")
