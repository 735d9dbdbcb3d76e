"""The record: saves and stopped pages a second, search over 20,000 articles (invented text), ms of CPU."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench._press import START, articles, vocabulary
from core.clock import FixedClock
from core.records import Endpoint, Entry, PendingPage, PollState
from core.settings import KeepSettings
from core.text import fold_plain
from core.urls import article_id
from store.sqlite.record import Record, open_record

ARTICLES = 20_000
SAVED_ALONE = 1_000
PAGES = 3_000
QUERIES = 300


def measure(count: int = ARTICLES) -> dict[str, float]:
    """Figures of one run in a temporary folder; saving and stopping one transaction each, as a crawl does."""
    with tempfile.TemporaryDirectory(prefix="diembao-bench-") as folder:
        path = Path(folder) / "diembao.sqlite3"
        with open_record(path, clock=FixedClock(START), keep=KeepSettings()) as record:
            figures = {"saves_per_s": _saves(record, count)}
            figures |= _ledger(record)
            for name, by_time in (("relevance", False), ("time", True)):
                figures |= {f"search_{name}_{k}": v for k, v in _search(record, by_time=by_time).items()}
            with record.database.alone() as con:
                con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            figures["megabytes"] = path.stat().st_size / 1e6
    return figures


def _saves(record: Record, count: int) -> float:
    """Fill the record in large transactions, then time the last saves alone."""
    fresh = list(articles(count))
    early, late = fresh[:-SAVED_ALONE], fresh[-SAVED_ALONE:]
    for start in range(0, len(early), 500):
        with record.database.write():
            for tagged in early[start : start + 500]:
                record.articles.save(tagged)
    return SAVED_ALONE / _seconds(lambda: [record.articles.save(tagged) for tagged in late])


def _ledger(record: Record) -> dict[str, float]:
    endpoint = Endpoint(source="bao", kind="feed", url="https://bao.vn/rss")
    entries = [
        Entry(source="bao", url=f"https://bao{i % 40}.vn/p{i}", found_in=endpoint.url, title=f"Tin {i}", guid=f"g{i}")
        for i in range(PAGES)
    ]
    pages = [PendingPage(id=article_id(e.url), entry=e, found_at=START) for e in entries]
    state = PollState(endpoint=endpoint, last_success=START)
    listing = _seconds(lambda: record.ledger.save_poll(state, entries, START))
    again = _seconds(lambda: record.ledger.save_poll(state, entries, START + timedelta(hours=1)))
    asking = _seconds(lambda: [record.ledger.pending(START, 50) for _ in range(20)]) / 20
    stopping = _seconds(lambda: _stop(record, pages))
    return {
        "new_entries_per_s": PAGES / listing,
        "known_entries_per_s": PAGES / again,
        "pending_50_ms": asking * 1000,
        "stops_per_s": PAGES / stopping,
    }


def _stop(record: Record, pages: list[PendingPage]) -> None:
    for page in pages:
        record.ledger.page_stopped(page, page.id, page.entry.title, START)


def _search(record: Record, *, by_time: bool) -> dict[str, float]:
    """Queries of one to four drawn words, half without diacritics, a third as phrases that do occur."""
    rng = random.Random(3)
    words = vocabulary()
    titles = [t.located.article.title for t in articles(400, seed=1)]
    times = []
    for number in range(QUERIES):
        if number % 3 == 0:
            syllables = rng.choice(titles).split()
            start = rng.randrange(len(syllables) - 3)
            text = '"' + " ".join(syllables[start : start + rng.randint(2, 4)]) + '"'
        else:
            text = " ".join(words.draw(rng, rng.randint(1, 2)))
        query = text if number % 2 else fold_plain(text)
        began = time.process_time()
        record.search.search("desk", query, by_time=by_time)
        times.append(1000 * (time.process_time() - began))
    times.sort()
    return {"p50_ms": times[len(times) // 2], "p95_ms": times[int(len(times) * 0.95)]}


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    for figure, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES).items():
        print(f"{figure:32} {value:10.2f}")
