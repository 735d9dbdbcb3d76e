"""What a page costs with 1, 10, 100 and 500 desks: from its bytes (270 KB) to the record, fetching apart, one core.

The pages are those of the first days of a month of the press replay, in order of time, none left out: what share of
them names a place of some desk, and is kept, grows with the desks. All numbers of desks take turns, some pages at a
time, so that whatever else the machine does weighs on them alike. `cpu_ms_per_page` is the mean
over all pages; `cpu_ms_stopped`, over those that end at the gate, is what desks cost a page that concerns none.
bench.crawled_desks measures the same with fetching.

`python -m bench.many_desks 3000` for as many pages; these hold a week of storms and floods over three of the provinces.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from statistics import fmean

from app import crawling, province, wiring
from app.flow import Flow, PageOutcome
from app.world import World
from bench._press import articles
from bench._replay import press
from core.clock import FixedClock, to_utc
from core.ports import Extractor
from core.records import Article, Desk, Endpoint, Entry, FetchedPage, LocatedArticle, PendingPage, PollState, Publisher
from core.settings import Settings
from core.urls import article_id

PAGES = 600
WARM = 20
AT_A_TIME = 20
"""Pages in a row with one number of desks: a crawl, too, has its names in the processor's cache."""
COUNTS = (1, 10, 100, 500)
PROVINCES = ("Quảng Ngãi", "Đắk Lắk", "Thanh Hóa", "Nghệ An", "Gia Lai")
"""Their 600 communes; the months of the replay had storms and floods in three of them."""

Pages = Sequence[tuple[FetchedPage, PendingPage]]


class _Counting:
    """The extractor, which knows how many pages have come as far as this."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.asked = 0

    def extract(self, page: FetchedPage, publisher: Publisher | None) -> Article:
        """See core.ports.Extractor."""
        self.asked += 1
        return self._extractor.extract(page, publisher)


@dataclass(slots=True)
class _Reading:
    """A flow for a number of desks over a record of its own, and what each page has cost it, in CPU ms."""

    flow: Flow
    extractor: _Counting
    stopped: list[float] = field(default_factory=list)  # at the gate
    looked_at: list[float] = field(default_factory=list)  # past the gate, and not kept
    kept: list[float] = field(default_factory=list)

    def read(self, page: FetchedPage, pending: PendingPage) -> None:
        """Read a page and add what it cost to its kind."""
        asked, began = self.extractor.asked, time.process_time()
        outcome = self.flow.read(page, pending)
        used = 1000 * (time.process_time() - began)
        if outcome in {PageOutcome.NEW, PageOutcome.CHANGED}:
            self.kept.append(used)
        else:
            (self.stopped if self.extractor.asked == asked else self.looked_at).append(used)


def measure(pages: int = PAGES) -> dict[str, float]:
    """CPU ms a page by number of desks, of all pages and of stopped ones, growth, how many went on and were kept."""
    made = list(_pages(pages + WARM))
    with ExitStack() as stack:
        readings = [_reading(stack, made, communes(count)) for count in COUNTS]
        _read(readings, made[:WARM])
        readings = [_Reading(one.flow, one.extractor) for one in readings]
        gc.collect()
        gc.freeze()  # as a crawl does: else one number of desks or another is charged with a look through all names
        try:
            _read(readings, made[WARM:])
        finally:
            gc.unfreeze()
    return _figures(dict(zip(COUNTS, readings, strict=True)))


def _read(readings: Sequence[_Reading], pages: Pages) -> None:
    """Every page with every number of desks, some pages at a time: each is the first to touch them equally often."""
    for turn, start in enumerate(range(0, len(pages), AT_A_TIME)):
        first = turn % len(readings)
        for one in (*readings[first:], *readings[:first]):
            for page, pending in pages[start : start + AT_A_TIME]:
                one.read(page, pending)


def _figures(readings: dict[int, _Reading]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for count, one in readings.items():
        every = [*one.stopped, *one.looked_at, *one.kept]
        figures |= {
            f"cpu_ms_per_page_{count}": fmean(every), f"cpu_ms_stopped_{count}": fmean(one.stopped),
            f"past_the_gate_{count}": len(every) - len(one.stopped), f"kept_{count}": len(one.kept),
        }  # fmt: skip
    few = COUNTS[0]
    for count in COUNTS[1:]:
        for of, name in (("cpu_ms_per_page", "cost"), ("cpu_ms_stopped", "stopped_cost")):
            figures[f"{name}_{count}_to_{few}"] = figures[f"{of}_{count}"] / figures[f"{of}_{few}"]
    most = readings[100]
    figures |= {"cpu_ms_looked_at_100": fmean(most.looked_at or [0.0]), "cpu_ms_kept_100": fmean(most.kept or [0.0])}
    return figures


def communes(count: int) -> tuple[Desk, ...]:
    """So many desks, each of a commune of these provinces."""
    found: list[Desk] = []
    for name in PROVINCES:
        above, units = province.communes(wiring.gazetteer(), name)
        found += province.desks_for(above, units, found)
    return tuple({desk.id: desk for desk in found}.values())[:count]


def _reading(stack: ExitStack, pages: Pages, desks: tuple[Desk, ...]) -> _Reading:
    clock = FixedClock(pages[-1][0].fetched_at)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="diembao-bench-"))
    kept = stack.enter_context(wiring.record(Settings(data_dir=Path(folder)), clock))
    with kept.database.write():
        for desk in desks:
            kept.desks.apply_desk(desk, clock.now(), "bench")
    endpoint = Endpoint(source="bao", kind="feed", url="http://127.0.0.1/rss")
    kept.ledger.save_poll(PollState(endpoint=endpoint), [pending.entry for _, pending in pages], clock.now())
    flow = crawling.flow(World(kind="replay", publishers={}, clock=clock), kept)
    flow.tagger.tag(LocatedArticle(article=next(articles(1)).located.article, matches=()))  # loads its words
    extractor = _Counting(flow.extractor)
    return _Reading(replace(flow, extractor=extractor), extractor)


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
