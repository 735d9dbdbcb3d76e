"""The pages over 10,000 articles of one desk (invented text): server time per page, ms, and weight, KB.

Asked through the whole application, without a socket: what a reader waits for besides the network.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from starlette.testclient import TestClient

from app.comparing import differ
from bench._press import START, articles
from core.clock import FixedClock, local_day
from core.records import Desk
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.render import STATIC
from store.sqlite.record import Record, open_record

ARTICLES, ROUNDS = 10_000, 30
MINUTES_APART = 30.0
"""Forty-eight articles a day: a whole province in a week of storms."""


def measure(count: int = ARTICLES) -> dict[str, float]:
    """p95 over ROUNDS requests of each page, and the first page's weight with its style sheet."""
    with tempfile.TemporaryDirectory(prefix="diembao-bench-") as folder:
        clock = FixedClock(START)
        with open_record(Path(folder) / "diembao.sqlite3", clock=clock, keep=KeepSettings()) as record:
            newest = _fill(record, count)
            clock.move(newest - START)
            browser = _browser(record, clock)
            day = local_day(newest).isoformat()
            paths = {"today": f"/?ngay={day}", "search": "/tim-kiem?q=an", "sources": "/nguon-tin", "scope": "/pham-vi"}
            newest_id = record.reading.day("binh_son", local_day(newest))[0].id
            paths |= {"article": f"/bai/{newest_id}", "story": f"/cau-chuyen/{newest_id}", "labels": "/sua-nhan"}
            figures = {f"{name}_p95_ms": _p95(browser, path) for name, path in paths.items()}
            page = len(browser.get(paths["today"]).content)
    figures["first_load_kb"] = (page + (STATIC / "style.css").stat().st_size) / 1000
    return figures


def _fill(record: Record, count: int) -> datetime:
    record.desks.apply_desk(Desk(id="binh_son", name="Bình Sơn", office="Mẫu", units=("old:524",)), START, "bench")
    newest = START
    batch = list(articles(count, desk="binh_son", step_minutes=MINUTES_APART))
    for start in range(0, count, 500):
        with record.database.write():
            for tagged in batch[start : start + 500]:
                record.articles.save(tagged, [])
                newest = max(newest, tagged.located.article.published.at)
    return newest


def _browser(record: Record, clock: FixedClock) -> TestClient:
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections,
        differ=differ, publishers={}, clock=clock, settings=Settings(),
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1")


def _p95(browser: TestClient, path: str) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert browser.get(path).status_code == 200, path
        times.append(1000 * (time.perf_counter() - start))
    return statistics.quantiles(times, n=20)[-1]
