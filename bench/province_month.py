"""A month of a province in the record: pages seen and kept, memory that stays, backup and restore while desks run.

A hundred desks, one for each commune. Every page goes as the crawl's would through the record: listed by a poll, then
stopped, or kept in a story, for one desk or two; each is a transaction. Articles are invented and their labels and
stories given, so that the record alone is measured; what reading a page costs is measured by chain, many_desks and
stories. Each day ends with the purge.

`python -m bench.province_month 1200000` for the whole month; a fortieth of the pages is kept.
"""

from __future__ import annotations

import gc
import hashlib
import random
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from app import province, wiring
from bench._press import START, articles
from core.clock import FixedClock
from core.records import Desk, Endpoint, Entry, PendingPage, PollState, StoryChoice, TaggedArticle
from core.settings import KeepSettings
from core.urls import article_id
from store.sqlite import backup as archives
from store.sqlite.record import Record, open_record

PAGES = 12_000
DAYS = 30
SETTLED = 5
"""The first days of which nothing is compared: caches and the window of stories fill up."""
KEPT_ONE_IN = 40
TWO_DESKS = 0.2
NEW_STORY = 0.4
RUNNING = 200
"""Stories that still get articles: with the share of new ones, two to three articles a story."""
POLL = 200
SOURCES = 40
DESKS = 100
PROVINCES = ("Quảng Ngãi", "Đắk Lắk")


@dataclass(slots=True)
class _Day:
    """What a day has taken, and what is there at its end."""

    pages: int
    seconds: float
    cpu: float
    purge: float
    memory_mb: float
    files_mb: float


class _Province:
    """The record of a province and what writes into it."""

    def __init__(self, record: Record, clock: FixedClock, pages: int) -> None:
        self.record, self.clock = record, clock
        self.desks = _desks()
        for desk in self.desks:
            record.desks.apply_desk(desk, clock.now(), "bench")
        self._stories: deque[tuple[str, tuple[Desk, ...]]] = deque(maxlen=RUNNING)
        self._fresh = articles(10 * pages + 1_000_000, sources=SOURCES, step_minutes=DAYS * 1440 * KEPT_ONE_IN / pages)
        self._rng = random.Random(1)

    def poll(self, day: int, first: int, count: int) -> None:
        """One endpoint lists so many new pages; each is read."""
        at = self.clock.now()
        entries = [_entry(day, n) for n in range(first, first + count)]
        endpoint = Endpoint(source=entries[0].source, kind="feed", url=entries[0].found_in)
        self.record.ledger.save_poll(PollState(endpoint=endpoint, last_success=at), entries, at)
        for number, entry in enumerate(entries, first):
            page = PendingPage(id=article_id(entry.url), entry=entry, found_at=at)
            if number % KEPT_ONE_IN == 0:
                self._keep(next(self._fresh), page)
            else:
                self.record.ledger.page_stopped(page, page.id, entry.title, at)

    def _keep(self, tagged: TaggedArticle, page: PendingPage) -> None:
        if not self._stories or self._rng.random() < NEW_STORY:
            desks = self._rng.sample(self.desks, 1 + (self._rng.random() < TWO_DESKS))
            self._stories.append((tagged.located.article.id, tuple(desks)))
            story, chosen = self._stories[-1]
        else:
            story, chosen = self._rng.choice(self._stories)
        with self.record.ledger.batch():
            self.record.articles.save(_seen_by(tagged, chosen), page, story=StoryChoice(story=story))


def _seen_by(tagged: TaggedArticle, desks: Sequence[Desk]) -> TaggedArticle:
    """The article as these desks see it."""
    matches = tuple(
        replace(match, desk=desk.id, mentions=tuple(replace(said, unit=desk.units[0]) for said in match.mentions))
        for desk in desks
        for match in tagged.located.matches
    )
    return replace(tagged, located=replace(tagged.located, matches=matches))


def measure(pages: int = PAGES) -> dict[str, float]:
    """Pages a second, CPU, memory after the first and the last days, files, backup and restore of them."""
    with tempfile.TemporaryDirectory(prefix="diembao-bench-") as folder:
        path, clock = Path(folder) / "diembao.sqlite3", FixedClock(START)
        with open_record(path, clock=clock, keep=KeepSettings()) as record:
            made = _Province(record, clock, pages)
            days = [_day(made, path, pages // DAYS, day) for day in range(DAYS)]
            return _month(record, days) | _backup(made, path)


def _day(made: _Province, path: Path, pages: int, day: int) -> _Day:
    """Polls spread over the day, then the purge."""
    began, used = time.perf_counter(), time.process_time()
    made.clock.move(START + timedelta(days=day) - made.clock.now())
    firsts = range(0, pages, POLL)
    for first in firsts:
        made.clock.move(timedelta(days=1) / (len(firsts) + 1))
        made.poll(day, first, min(POLL, pages - first))
    before_purge = time.perf_counter()
    made.record.retention.purge(made.clock.now())
    gc.collect()
    done = _Day(
        pages=pages, seconds=time.perf_counter() - began, cpu=time.process_time() - used,
        purge=time.perf_counter() - before_purge, memory_mb=psutil.Process().memory_info().rss / 2**20,
        files_mb=_bytes(path) / 1e6,
    )  # fmt: skip
    if pages >= PAGES:  # of a month that takes long, what has been so far
        print(f"day {day + 1}: {done}", file=sys.stderr, flush=True)
    return done


def _month(record: Record, days: Sequence[_Day]) -> dict[str, float]:
    early, late = days[SETTLED - 1], days[-1]
    seconds, totals = sum(day.seconds for day in days), record.ledger.totals()
    return {
        "pages": totals["found"], "kept": totals["kept"], "desks": len(record.desks.desks()), "seconds": seconds,
        "pages_per_second": totals["found"] / seconds,
        "cpu_ms_a_page": 1000 * sum(day.cpu for day in days) / totals["found"],
        "cpu_last_days_to_first": sum(d.cpu for d in days[-SETTLED:]) / sum(d.cpu for d in days[:SETTLED]),
        "purge_seconds_longest": max(day.purge for day in days), "memory_mb_day_5": early.memory_mb,
        "memory_mb_day_15": days[DAYS // 2 - 1].memory_mb, "memory_mb_last": late.memory_mb,
        "memory_growth_mb": late.memory_mb - early.memory_mb, "files_mb": late.files_mb,
        "files_mb_a_day": (late.files_mb - early.files_mb) / (DAYS - SETTLED),
    }  # fmt: skip


def _entry(day: int, number: int) -> Entry:
    source = f"bao{number // POLL % SOURCES}"
    url = f"https://{source}.vn/{day}/tin-{number}.html"
    return Entry(source=source, url=url, found_in=f"https://{source}.vn/rss", title=f"Tin thứ {number} của ngày {day}")


def _desks() -> list[Desk]:
    found: list[Desk] = []
    for name in PROVINCES:
        above, units = province.communes(wiring.gazetteer(), name)
        found += province.desks_for(above, units, found)
    return found[:DESKS]


class _GoingOn:
    """Pages that come while something else is done, as fast as the record takes them."""

    def __init__(self, made: _Province) -> None:
        self.written = 0
        self._made, self._stop = made, threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._failed: list[Exception] = []

    def __enter__(self) -> _GoingOn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._failed:
            raise self._failed[0]

    def _write(self) -> None:
        try:
            while not self._stop.is_set():
                self._made.poll(DAYS, self.written, KEPT_ONE_IN)
                self.written += KEPT_ONE_IN
        except Exception as error:  # noqa: BLE001 - raised where the thread was started
            self._failed.append(error)


def _backup(made: _Province, path: Path) -> dict[str, float]:
    """Backup and restore elsewhere while the desks go on; what was there before is there again, byte by byte."""
    before, moment = _digest(made.record, made.clock.now()), made.clock.now()
    made.clock.move(timedelta(minutes=1))
    archive, target = path.parent / "backup.tar.gz", path.parent / "restored" / "diembao.sqlite3"
    with _GoingOn(made) as going:
        backed = _seconds(lambda: archives.backup(path, archive, made.clock.now()))
        written_in_backup = going.written
        restored = _seconds(lambda: archives.restore(archive, target, made.clock.now()))
    with open_record(target, clock=made.clock, keep=KeepSettings()) as other:
        same = _digest(other, moment) == before
        taken = other.ledger.totals()["found"]
    return {
        "backup_seconds": backed, "backup_mb": archive.stat().st_size / 1e6, "restore_seconds": restored,
        "restored_is_the_same": float(same), "running_is_the_same": float(_digest(made.record, moment) == before),
        "pages_restored": taken, "written_in_backup": written_in_backup,
        "written_in_restore": going.written - written_in_backup,
    }  # fmt: skip


def _seconds(done: Callable[[], object]) -> float:
    began = time.perf_counter()
    done()
    return time.perf_counter() - began


def _digest(record: Record, until: datetime) -> str:
    """Over articles with their texts, the desks that see them, and over pages, as they were then."""
    found = hashlib.sha256()
    moment = round(until.timestamp() * 1_000_000)
    with record.database.read() as con:
        for sql in (
            "SELECT a.id, a.url, a.title, a.lead, a.hash, t.paragraphs FROM articles a JOIN article_text t ON t.n = a.n"
            " WHERE a.first_seen <= ? ORDER BY a.id",
            "SELECT a.id, d.desk, d.mentions, d.topics FROM articles a JOIN desk_articles d ON d.n = a.n"
            " WHERE a.first_seen <= ? ORDER BY a.id, d.desk",
            "SELECT id, source, state, title, done_at FROM pages WHERE done_at <= ? ORDER BY id",
        ):
            for row in con.stream(sql.replace("?", str(moment))):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


if __name__ == "__main__":
    for figure, value in measure(*map(int, sys.argv[1:2])).items():
        print(f"{figure:24} {value:14,.3f}")
