"""Search over one desk's articles of two years, FTS5 and Elasticsearch side by side in one run (invented text).

`python -m bench.index 1000000` is the run of a province: it takes nearly two hours, 30 GB of disk and 4 GB of memory.
`python -m bench.index 1000000 FOLDER` leaves what it makes there, and a second run asks it again.
Articles have 250 syllables, the newest of them on the day of asking; the desk sees them all, the hardest case.
Questions have one to four words, a third each as typed apart, in quotation marks and without diacritics; times are
those of the port, with what is shown of twenty hits read from the record. Of Elasticsearch they are told without that
reading too (`_engine_`): of a record larger than what the machine keeps in memory, it is the disk's time.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from elasticsearch import Elasticsearch

from bench import desk as bench_desk
from bench.__main__ import SkipBenchError
from core.clock import FixedClock
from core.errors import StoreError
from core.ports import SearchIndex
from core.records import SearchHit, TaggedArticle
from core.settings import ElasticSettings, KeepSettings
from core.text import fold_plain
from store.elastic.client import connect
from store.elastic.feed import Feed
from store.elastic.search import ElasticSearch
from store.elastic.upkeep import Upkeep
from store.sqlite.indexing import Indexing
from store.sqlite.query import Query
from store.sqlite.record import Record, open_record
from tests.elastic import server

ARTICLES: Final = 100_000
DAYS: Final = 730
"""As long as texts are kept by default: 25 indices of a month each."""
ASKED: Final = bench_desk.FIRST + timedelta(days=DAYS)
QUERIES: Final = 600
_BEFORE: Final = range(12, 20)
"""Seeds of other questions that are put first, of so many each: a service has run for a while. Java compiles what is
asked of it while it is asked: of the first 600, the slowest take three times as long as of the seventh."""
SAVED: Final = 400
PER_SECOND: Final = 10.0
"""Articles saved while two readers ask without a pause: a province keeps some 1,000 a day."""
ALIAS: Final = "bench"
RECORD: Final = "diembao.sqlite3"
HEAP: Final = "-Xms1g -Xmx1g"
Figures = dict[str, float]


class _Timed(Indexing):
    """The record's side, which adds up how long it took to read what is shown of hits."""

    reading = 0.0  # seconds

    def hits(self, desk: str, numbers: Sequence[int], asked: Query) -> list[SearchHit]:
        """See store.elastic.record.RecordSide."""
        began = time.perf_counter()
        try:
            return super().hits(desk, numbers, asked)
        finally:
            self.reading += time.perf_counter() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Both engines over one record."""

    record: Record
    side: _Timed
    client: Elasticsearch
    far: ElasticSearch
    feed: Feed
    upkeep: Upkeep


def measure(count: int = ARTICLES, keep: Path | None = None) -> Figures:
    """Rows a second in, sizes in MB, search in ms at p50, p95 and p99, lag in s from saving to finding.

    `keep`: folder for the record and the engine's data, which are used again where they are there.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="diembao-bench-index-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    try:
        figures, path = _once(folder / "made.json", lambda: _made(folder, count)), folder / RECORD
        with _both(path, folder / "elastic") as engines:
            figures |= _once(folder / "fed.json", lambda: _fed(engines, count))
            others = [query for seed in _BEFORE for query in _questions(count, seed)]
            asked = _questions(count, seed=11)
            for name, index in (("fts5", engines.record.search), ("elastic", engines.far)):
                figures |= _shown(_searches(name, index, others, asked, engines))
            return figures | _shown(_lags(engines, count, asked))
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _once(told: Path, step: Callable[[], Figures]) -> Figures:
    """The figures of a step that is done only where an earlier run has not left them."""
    if not told.exists():
        told.write_text(json.dumps(step()), encoding="utf-8")
    figures: Figures = json.loads(told.read_text(encoding="utf-8"))
    return _shown(figures)


def _apart(count: int) -> float:
    return DAYS * 1440 / count


def _made(folder: Path, count: int) -> Figures:
    path = folder / RECORD
    path.unlink(missing_ok=True)
    indexing = bench_desk.make(path, count, _apart(count), texts=count)
    with _opened(path) as record, record.database.read() as con:
        size = con.execute(  # the number of pages: their bytes, added up, pass what SQLite adds them up in
            "SELECT sum(pageno) * (SELECT page_size FROM pragma_page_size) AS size FROM dbstat"
            " WHERE aggregate = 1 AND name LIKE 'search%'"
        ).fetchone()
    return {"fts5_rows_per_s": count / indexing, "fts5_mb": size["size"] / 1e6}


def _shown(figures: Figures) -> Figures:
    """A long run that is broken off has shown what it had."""
    for figure, value in figures.items():
        print(f"  {figure:28} {value:12,.2f}  load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    return figures


def _opened(path: Path) -> Record:
    return open_record(path, clock=FixedClock(bench_desk.FIRST), keep=KeepSettings())


@contextmanager
def _both(path: Path, folder: Path) -> Iterator[Engines]:
    if server.java_home() is None:
        raise SkipBenchError("Java 17 is not on this machine")
    with _opened(path) as record:
        node = server.Node(folder=folder, heap=HEAP)
        node.pipe.unlink(missing_ok=True)
        for part in ("lib", "modules"):  # of an earlier run; what it indexed stays
            shutil.rmtree(folder / part, ignore_errors=True)
        node.prepare()
        node.start()
        try:
            node.wait()
            with connect(ElasticSettings(hosts=(node.url,), timeout=60)) as client:
                side = _Timed(record.database)
                yield Engines(
                    record=record, side=side, client=client, far=ElasticSearch(client, ALIAS, side, FixedClock(ASKED)),
                    feed=Feed(client, ALIAS, side, FixedClock(bench_desk.FIRST)), upkeep=Upkeep(client, ALIAS, side),
                )  # fmt: skip
        finally:
            node.stop()


def _fed(engines: Engines, count: int) -> Figures:
    began = time.perf_counter()
    sent = engines.upkeep.rebuild(_told(count))
    engines.client.indices.refresh(index=ALIAS)
    took = time.perf_counter() - began
    changes = engines.record.changes
    changes.acknowledge(changes.cursor("elastic"), changes.last())
    assert sent == count == engines.client.count(index=ALIAS)["count"]
    engines.client.indices.flush(index=ALIAS)
    return {"elastic_rows_per_s": count / took, "elastic_mb": engines.upkeep.status().bytes / 1e6}


def _told(count: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if done % 50_000 < 500:
            print(f"  {done} of {count} articles sent to Elasticsearch", file=sys.stderr, flush=True)

    return tell


def _questions(count: int, seed: int) -> list[str]:
    """Neighbouring syllables of a paragraph, so that each finds something."""
    rng = random.Random(seed)
    texts = [
        text.replace(".", "").split() for one in _some(min(count, 2000)) for text in one.located.article.paragraphs
    ]
    asked = []
    for number in range(QUERIES):
        words = rng.choice(texts)
        length = number % 4 + 1
        at = rng.randrange(len(words) - length)
        said = " ".join(words[at : at + length]).lower()
        asked.append((f"{said} ", f'"{said}"', f"{fold_plain(said)} ")[number // 4 % 3])
    return asked


def _some(count: int) -> list[TaggedArticle]:
    return list(bench_desk.tagged(count))


def _searches(name: str, index: SearchIndex, others: list[str], asked: list[str], engines: Engines) -> Figures:
    """Times as they pass, and the processors' mean work, which other work on the machine changes less."""
    figures: Figures = {}
    for order, by_time in (("relevance", False), ("time", True)):
        for query in others:
            index.search(bench_desk.DESK, query, by_time=by_time)
        times, reading, work = list[float](), list[float](), _work(name, engines.client)
        for query in asked:
            engines.side.reading, began = 0.0, time.perf_counter()
            assert index.search(bench_desk.DESK, query, by_time=by_time).total
            times.append((time.perf_counter() - began) * 1000)
            reading.append(engines.side.reading * 1000)
        figures |= _percentiles(f"{name}_{order}", times, "ms")
        if any(reading):
            alone = [whole - read for whole, read in zip(times, reading, strict=True)]
            figures |= _percentiles(f"{name}_{order}_engine", alone, "ms")
        quoted = [took for took, query in zip(times, asked, strict=True) if query.startswith('"')]
        figures[f"{name}_{order}_phrases_p95_ms"] = _percentiles("", quoted, "")["_p95_"]
        figures[f"{name}_{order}_cpu_ms"] = (_work(name, engines.client) - work) / len(asked)
    return figures


def _work(name: str, client: Elasticsearch) -> float:
    """Processor time in ms of this process and, for Elasticsearch, of the server, both so far."""
    own = time.process_time() * 1000
    if name != "elastic":
        return own
    (node,) = client.nodes.stats(metric="process")["nodes"].values()
    return own + float(node["process"]["cpu"]["total_in_millis"])


def _percentiles(name: str, values: list[float], unit: str) -> Figures:
    ordered = sorted(values)
    return {f"{name}_p{p}_{unit}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 95, 99)}


def _lags(engines: Engines, count: int, asked: list[str]) -> Figures:
    """One thread saves, one feeds as the service does, two ask questions without a pause, one looks for what came."""
    stop, saved, lags = threading.Event(), dict[int, float](), list[float]()

    def feeding() -> None:
        while not stop.wait(0.5):
            with suppress(StoreError):  # a record that is held for long: the service tries again too
                engines.feed.all()

    def asking() -> None:
        while not stop.is_set():
            for number, query in enumerate(asked):
                engines.far.search(bench_desk.DESK, query, by_time=bool(number % 2))
                if stop.is_set():
                    return

    def looking() -> None:
        known = set[int]()
        while len(known) < SAVED and not stop.wait(0.02):
            answer = engines.client.search(
                index=ALIAS, query={"range": {"number": {"gte": first}}}, size=SAVED, source={"includes": ["number"]},
            )  # fmt: skip
            now = time.perf_counter()
            found = {int(hit["_source"]["number"]) for hit in answer["hits"]["hits"]} - known
            lags.extend(now - saved[n] for n in found)
            known |= found

    with engines.record.database.read() as con:
        there = con.execute("SELECT count(*) AS n FROM articles").fetchone()["n"]
    late = list(bench_desk.tagged(SAVED, _apart(count), first=there, seed=there))
    first = bench_desk.number(late[0].located.article)
    threads = [threading.Thread(target=target, daemon=True) for target in (feeding, asking, asking)]
    watch = threading.Thread(target=looking, daemon=True)
    for thread in (*threads, watch):
        thread.start()
    for one in late:
        saved[bench_desk.number(one.located.article)] = time.perf_counter()
        engines.record.articles.save(one)
        stop.wait(1 / PER_SECOND)
    watch.join(timeout=60)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(lags) == SAVED, f"{len(lags)} of {SAVED} were found"
    return _percentiles("lag", lags, "s")


if __name__ == "__main__":
    wanted, kept = int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES, Path(sys.argv[2]) if sys.argv[2:] else None
    for figure, value in measure(wanted, kept).items():
        print(f"{figure:28} {value:12,.2f}", flush=True)
