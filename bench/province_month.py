"""A month of a province at the fastest the machine goes: 1,200,000 pages seen, 30,000 kept; then backup and restore.

The record alone: what crawls list, stop and keep, a transaction each, day after day, with the daily purge. Invented
text. `python -m bench.province_month 1200000` for the whole month; a fortieth of the pages is kept.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from bench._press import START, articles
from core.clock import FixedClock
from core.records import Desk, Endpoint, Entry, PendingPage, PollState, TaggedArticle
from core.settings import KeepSettings
from core.urls import article_id
from store.sqlite import backup as archives
from store.sqlite.record import Record, open_record

PAGES = 12_000
DAYS = 30
KEPT_ONE_IN = 40
POLL = 200
SOURCES = 40


def measure(pages: int = PAGES) -> dict[str, float]:
    """Seconds, pages a second, memory after the first and the last days, files, backup and restore."""
    with tempfile.TemporaryDirectory(prefix="diembao-bench-") as folder:
        path, clock = Path(folder) / "diembao.sqlite3", FixedClock(START)
        with open_record(path, clock=clock, keep=KeepSettings()) as record:
            record.desks.apply_desk(Desk(id="desk", name="Mẫu", office="Mẫu", units=("new:51",)), START, "bench")
            began, memory, sizes = time.perf_counter(), list[float](), list[float]()
            fresh = articles(pages // KEPT_ONE_IN + DAYS, sources=SOURCES, step_minutes=1)
            for day in range(DAYS):
                _day(record, clock, fresh, pages // DAYS, day)
                record.retention.purge(clock.now())
                memory.append(psutil.Process().memory_info().rss / 2**20)
                sizes.append(_bytes(path) / 1e6)
            seconds = time.perf_counter() - began
            totals = record.ledger.totals()
            figures = {
                "pages": totals["found"], "kept": totals["kept"], "seconds": seconds,
                "pages_per_second": totals["found"] / seconds,
                "memory_mb_day_5": memory[4], "memory_mb_last": memory[-1], "memory_growth_mb": memory[-1] - memory[4],
                "files_mb": sizes[-1], "files_mb_a_day": (sizes[-1] - sizes[4]) / (DAYS - 5),
            }  # fmt: skip
            return figures | _backup(record, path, clock, fresh)


def _day(record: Record, clock: FixedClock, fresh: Iterator[TaggedArticle], pages: int, day: int) -> None:
    """Polls of one endpoint after another; each page is stopped or kept in a transaction of its own."""
    clock.move(START + timedelta(days=day) - clock.now())
    step = timedelta(days=1) / max(1, pages // POLL + 1)
    for first in range(0, pages, POLL):
        clock.move(step)
        at = clock.now()
        entries = [_entry(day, n) for n in range(first, min(first + POLL, pages))]
        endpoint = Endpoint(source=entries[0].source, kind="feed", url=entries[0].found_in)
        record.ledger.save_poll(PollState(endpoint=endpoint, last_success=at), entries, at)
        for number, entry in enumerate(entries):
            page = PendingPage(id=article_id(entry.url), entry=entry, found_at=at)
            if number % KEPT_ONE_IN == 0:
                record.articles.save(next(fresh), (), page)
            else:
                record.ledger.page_stopped(page, page.id, entry.title, at)


def _entry(day: int, number: int) -> Entry:
    source = f"bao{number // POLL % SOURCES}"
    url = f"https://{source}.vn/{day}/tin-{number}.html"
    return Entry(source=source, url=url, found_in=f"https://{source}.vn/rss", title=f"Tin thứ {number} của ngày {day}")


def _backup(record: Record, path: Path, clock: FixedClock, fresh: Iterator[TaggedArticle]) -> dict[str, float]:
    """Backup while the desk goes on writing, restore elsewhere, what was there before is there again byte by byte."""
    before = _digest(record, clock.now())
    stop, written = threading.Event(), [0]

    def goes_on() -> None:
        for one in fresh:
            if stop.is_set():
                return
            record.articles.save(one, ())
            written[0] += 1

    writer = threading.Thread(target=goes_on)
    moment = clock.now()
    clock.move(timedelta(minutes=1))
    writer.start()
    began = time.perf_counter()
    archive = path.parent / "backup.tar.gz"
    archives.backup(path, archive, clock.now())
    backed = time.perf_counter() - began
    stop.set()
    writer.join()
    began = time.perf_counter()
    target = path.parent / "restored" / "diembao.sqlite3"
    archives.restore(archive, target, clock.now())
    restored = time.perf_counter() - began
    with open_record(target, clock=clock, keep=KeepSettings()) as other:
        same = _digest(other, moment) == before
    return {
        "backup_seconds": backed, "backup_mb": archive.stat().st_size / 1e6, "restore_seconds": restored,
        "restored_is_the_same": float(same), "written_meanwhile": written[0],
    }  # fmt: skip


def _digest(record: Record, until: datetime) -> str:
    """Over articles with their texts and over pages, as they were until then."""
    found = hashlib.sha256()
    moment = round(until.timestamp() * 1_000_000)
    with record.database.read() as con:
        for sql in (
            "SELECT a.id, a.url, a.title, a.lead, a.hash, t.paragraphs FROM articles a JOIN article_text t ON t.n = a.n"
            " WHERE a.first_seen <= ? ORDER BY a.id",
            "SELECT id, source, state, title, done_at FROM pages WHERE done_at <= ? ORDER BY id",
        ):
            for row in con.execute(sql, (moment,)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


if __name__ == "__main__":
    for figure, value in measure(*map(int, sys.argv[1:2])).items():
        print(f"{figure:24} {value:14,.3f}")
