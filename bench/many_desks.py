"""What a page costs with 1, 10, 100 and 500 desks: from its bytes (270 KB) to the record, fetching apart, one core.

`python -m bench.many_desks 3000` for as many pages of the press replay.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from app import crawling, province, wiring
from app.world import World
from bench._press import articles
from bench._replay import press
from core.clock import FixedClock, to_utc
from core.records import Desk, Endpoint, Entry, FetchedPage, LocatedArticle, PendingPage, PollState
from core.settings import Settings
from core.urls import article_id

PAGES = 600
COUNTS = (1, 10, 100, 500)
PROVINCES = ("Quảng Ngãi", "Đắk Lắk", "Thanh Hóa", "Nghệ An", "Gia Lai")
"""Their 600 communes; the months of the replay had storms and floods in three of them."""


def measure(pages: int = PAGES) -> dict[str, float]:
    """CPU ms a page by number of desks, how many were kept, and the growth against one desk."""
    made, figures = list(_pages(pages)), dict[str, float]()
    for count in COUNTS:
        cost, kept = _cost(made, _desks(count))
        figures |= {f"cpu_ms_per_page_{count}": cost, f"kept_{count}": kept}
    for count in COUNTS[1:]:
        figures[f"cost_{count}_to_1"] = figures[f"cpu_ms_per_page_{count}"] / figures["cpu_ms_per_page_1"]
    return figures


def _desks(count: int) -> tuple[Desk, ...]:
    found: list[Desk] = []
    for name in PROVINCES:
        above, units = province.communes(wiring.gazetteer(), name)
        found += province.desks_for(above, units, found)
    return tuple({desk.id: desk for desk in found}.values())[:count]


def _cost(pages: list[tuple[FetchedPage, PendingPage]], desks: tuple[Desk, ...]) -> tuple[float, int]:
    clock = FixedClock(pages[-1][0].fetched_at)
    with tempfile.TemporaryDirectory(prefix="diembao-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        with wiring.record(settings, clock) as kept:
            with kept.database.write():
                for desk in desks:
                    kept.desks.apply_desk(desk, clock.now(), "bench")
            endpoint = Endpoint(source="bao", kind="feed", url="http://127.0.0.1/rss")
            kept.ledger.save_poll(PollState(endpoint=endpoint), [pending.entry for _, pending in pages], clock.now())
            world = World(kind="replay", publishers={}, clock=clock)
            flow = crawling.flow(world, kept)
            flow.tagger.tag(LocatedArticle(article=next(articles(1)).located.article, matches=()))  # loads its words
            for page, pending in pages[:20]:
                flow.read(page, pending)
            gc.collect()
            began = time.process_time()
            for page, pending in pages[20:]:
                flow.read(page, pending)
            used = time.process_time() - began
            return 1000 * used / (len(pages) - 20), kept.counts.totals().get("kept", 0)


def _pages(count: int) -> Iterator[tuple[FetchedPage, PendingPage]]:
    shown = press(count)
    rows = sorted(((row["when"], host, row) for host, rows in shown.items.items() for row in rows if row["built"]),
                  key=lambda one: one[:2])  # fmt: skip
    for when, host, row in rows[:count]:
        url = f"https://{host}{row['path']}"
        at = to_utc(when) + timedelta(minutes=5)
        entry = Entry(source="bao", url=url, found_in="http://127.0.0.1/rss", title=row["title"])
        page = FetchedPage(
            source="bao", url=url, final_url=url, status=200, headers={"content-type": "text/html; charset=utf-8"},
            body=shown.article(host, row), fetched_at=at, entry=entry,
        )  # fmt: skip
        yield page, PendingPage(id=article_id(url), entry=entry, found_at=at)


if __name__ == "__main__":
    for figure, value in measure(*map(int, sys.argv[1:2])).items():
        print(f"{figure:24} {value:10.3f}")
