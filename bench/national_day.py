"""A national press day: pages of 270 KB fetched from loopback, gated, the right ones stored, tagged, in stories.

`python -m bench.national_day 40000` for the whole day, `... 40000 1` with one crawl; politeness off, crawls as the
command line starts them (as `diembao run --role crawl --role crawl` does), side by side on one record.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import wiring
from bench._replay import FIRST, last_day, module, serving
from core.clock import SystemClock
from core.records import Article, Desk, Published
from core.settings import Settings
from core.text import nfc
from nlp.desks import load_desks
from nlp.locate.locator import DeskLocator
from tests.data import data_dir

LONG = True
PAGES = 2_000
WORKERS = 2
ROOT = Path(__file__).resolve().parent.parent


def measure(pages: int = PAGES, workers: int = WORKERS, *, desks: Sequence[Desk] | None = None) -> dict[str, float]:
    """Wall and CPU seconds, the page server's own CPU apart, peak memory of one crawl and of all, what was kept.

    `desks`: who watches; without them those that come with the program, and two whole provinces.
    """
    desks = _desks() if desks is None else desks
    with tempfile.TemporaryDirectory(prefix="diembao-bench-") as folder, serving(pages) as server:
        settings = Settings(data_dir=Path(folder))
        with wiring.record(settings) as kept:
            for desk in desks:
                kept.desks.apply_desk(desk, SystemClock().now(), "bench")
        before, began = server.cpu_seconds(), time.perf_counter()
        reports = _crawls(folder, server.url, workers)
        wall, served = time.perf_counter() - began, server.cpu_seconds() - before
        with wiring.record(settings) as kept:
            totals = kept.ledger.totals()
            with kept.database.read() as con:
                stored = {row["title"] for row in con.execute("SELECT title FROM articles")}
                placed = con.execute("SELECT count(*) AS n FROM article_stories").fetchone()["n"]
                tagged = con.execute("SELECT count(DISTINCT n) AS n FROM desk_articles").fetchone()["n"]
                stories = con.execute("SELECT count(DISTINCT story) AS n FROM article_stories").fetchone()["n"]
        read = totals.get("stopped", 0) + totals.get("kept", 0) + totals.get("same", 0)
        assert totals["pending"] == 0 and placed == tagged == totals.get("kept", 0), totals
        right = _right(pages, desks)
        size = sum(file.stat().st_size for file in Path(folder).glob("diembao.sqlite3*"))
    return {
        "pages": read,
        "wall_seconds": wall,
        "pages_per_second": read / wall,
        "cpu_seconds": sum(report["cpu_seconds"] for report in reports),
        "cpu_ms_per_page": 1000 * sum(report["cpu_seconds"] for report in reports) / read,
        "page_server_cpu_seconds": served,
        "peak_mb_one": max(report["peak_mb"] for report in reports),
        "peak_mb_all": sum(report["peak_mb"] for report in reports),
        "kept": totals.get("kept", 0),
        "stories": stories,
        "right_ones_stored": len(right & stored) / max(1, len(right)),
        "stored_that_are_right": len(right & stored) / max(1, len(stored)),
        "record_mb": size / 1e6,
    }


def _desks() -> tuple[Desk, ...]:
    """The five desks that come with the program, and two whole provinces."""
    provinces = (("quang_ngai", "new:51"), ("dak_lak", "new:66"))
    whole = (Desk(id=name, name=name, office="Mẫu", units=(unit,)) for name, unit in provinces)
    return (*load_desks(wiring.shipped_desks(), wiring.gazetteer()), *whole)


def _crawls(folder: str, url: str, workers: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "app.cli", "crawl", "--replay", url, "--json"]
    own = {"DIEMBAO_DATA_DIR": folder, "DIEMBAO_CRAWL__SITEMAP_FILES": "500", "DIEMBAO_LOG__LEVEL": "error"}
    started = [
        subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    said = [one.communicate()[0] for one in started]
    assert all(one.returncode == 0 for one in started), said
    return [json.loads(one.strip().splitlines()[-1]) for one in said]


def _right(pages: int, desks: Sequence[Desk]) -> set[str]:
    """Titles of the items that concern a desk by their title and lead, found without page, gate or extraction."""
    locator, found = DeskLocator(wiring.gazetteer(), desks), set()
    files = sorted(str(file) for file in (data_dir() / "feeds").glob("items_*.jsonl.xz"))
    for item in module().load_items(files, FIRST.isoformat(), last_day(pages)):
        at = SystemClock().now()
        article = Article(
            id="0", url=item["url"], source="bao", title=nfc(item["title"]), lead=nfc(item["summary"] or ""),
            paragraphs=(), captions=(), published=Published(at=at, provenance="feed"), fetched_at=at,
        )  # fmt: skip
        if locator.locate(article).matches:
            found.add(article.title)
    return found


if __name__ == "__main__":
    wanted = [int(word) for word in sys.argv[1:3]]
    for figure, value in measure(*wanted).items():
        print(f"{figure:28} {value:12,.3f}")
