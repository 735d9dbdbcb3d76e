"""The daily counts of a desk of 5,000 articles in half a year: counting all, counting a day, a dashboard.

A day that changed is counted, written and searchable in `a_day_p95_ms`; `dashboard_p95_ms` is the slowest twentieth of
the three dashboards' searches, a panel each, as Kibana sends them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bench import desk
from bench.__main__ import SkipBenchError
from core.clock import FixedClock
from core.settings import ElasticSettings, KeepSettings, KibanaSettings
from kibana.boards import SLUGS, board_id
from kibana.objects import saved_objects
from store.elastic.client import connect
from store.elastic.counts import DailyFeed, DailyIndices, DailyNames
from store.sqlite.changes import log
from store.sqlite.record import open_record
from tests.elastic import server
from tests.kibana.lens import Viewer, requests_of

ARTICLES: Final = 5_000
DAYS: Final = 30
NAMES: Final = DailyNames(desk=str, place=str, publisher=str)


def measure() -> dict[str, float]:
    """Seconds and milliseconds; the engine runs on this machine."""
    made = desk.filled(ARTICLES)
    indices = DailyIndices(prefix="bench-daily")
    clock = FixedClock(made.newest)
    try:
        with (
            _node() as url,
            open_record(made.path, clock=clock, keep=KeepSettings()) as record,
            connect(ElasticSettings(hosts=(url,), timeout=60)) as client,
        ):
            feed = DailyFeed(client, indices, record.daily, NAMES, clock)
            feed.set_up()
            began = time.perf_counter()
            documents = feed.rebuild()
            whole = time.perf_counter() - began
            feed.once()
            days = []
            for row in record.changes.since(record.changes.last() - DAYS):
                with record.database.write() as con:
                    log(con, row.article, row.desk, "upsert", made.newest)
                began = time.perf_counter()
                feed.once()
                client.indices.refresh(index=indices.counts(desk.DESK))
                days.append(time.perf_counter() - began)
            settings = KibanaSettings(url="http://127.0.0.1:5601", indices=indices.prefix)
            viewer = Viewer(now=made.newest, zone=settings.time_zone)
            asked = [one for b in SLUGS for one in requests_of(saved_objects(settings), board_id(settings, b), viewer)]
            panels = []
            for one in asked * 3:
                began = time.perf_counter()
                client.search(index=one.index, **_named(one.body))
                panels.append(time.perf_counter() - began)
    finally:
        shutil.rmtree(made.path.parent, ignore_errors=True)
    return {
        "documents": documents, "whole_s": round(whole, 1), "a_day_p95_ms": _p95(days),
        "dashboard_p95_ms": _p95(panels),
    }  # fmt: skip


def _named(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("size", "query", "aggs", "track_total_hits")}


def _p95(seconds: list[float]) -> float:
    return round(sorted(seconds)[int(len(seconds) * 0.95)] * 1000, 1)


@contextmanager
def _node() -> Iterator[str]:
    if server.java_home() is None:
        raise SkipBenchError("Java 17 is not on this machine")
    with server.room() as folder:
        node = server.Node(folder=folder / "one")
        node.prepare()
        node.start()
        try:
            node.wait()
            yield node.url
        finally:
            node.stop()


if __name__ == "__main__":
    print(measure())
