"""The role "tag": what crawls have read is labelled and kept by another process, once, whoever falls over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import crawling, tagging, wiring
from app.sample import SampleProcess
from app.world import World, choose
from core.clock import FixedClock
from core.settings import Settings
from store.sqlite.untagged import Untagged
from tests.fakes.records import NOON


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with SampleProcess() as press:
        yield press.port


def made(folder: Path, port: int) -> tuple[Settings, World]:
    settings = Settings(data_dir=folder)
    wiring.apply_sample_desk(settings)
    return settings, choose(settings, sample_port=port)


def kept_by(settings: Settings) -> tuple[dict[str, int], list[tuple[str, str, str]]]:
    with wiring.record(settings) as kept, kept.database.read() as con:
        rows = con.execute(
            "SELECT a.url, d.topics, d.tone FROM desk_articles d JOIN articles a ON a.n = d.n ORDER BY a.url"
        )
        return kept.counts.totals(), [tuple(row) for row in rows]


def test_a_crawl_hands_over_where_somebody_labels_and_all_is_as_if_it_had_done_it_alone(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "HEARD", timedelta(hours=1))  # one crawl, however slow, is within it
    alone, world = made(tmp_path / "alone", port)
    crawling.crawl(alone, world, forever=False)
    shared, world = made(tmp_path / "shared", port)
    with wiring.record(shared) as kept:
        kept.leases.seen("labels", "tag", "another machine")
    done = crawling.crawl(shared, world, forever=False)
    assert done["pages"]["handed"] > 20 and done["record"].get("kept", 0) < done["pages"]["handed"]
    with wiring.record(shared) as kept:
        waiting = kept.untagged.count()
        assert len(kept.untagged.claim("one that dies", 5, 0.0)) == 5
    said = tagging.tag(shared, world, stop=threading.Event(), forever=False)
    assert said == f"{waiting} articles labelled and kept"
    assert kept_by(shared) == kept_by(alone)
    with wiring.record(shared) as kept:
        assert kept.untagged.count() == 0
        assert kept.leases.workers(timedelta(hours=1)) != (), "whoever said it was there still is"


def test_what_waits_is_lent_to_one_worker_and_passes_on(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    with wiring.record(Settings(data_dir=tmp_path)) as kept:
        queue = Untagged(kept.database, clock)
        for page in ("a", "b", "c"):
            queue.put(page, "{}")
        assert [page for page, _ in queue.claim("one", 2, 30)] == ["a", "b"]
        assert [page for page, _ in queue.claim("two", 5, 30)] == ["c"]
        clock.move(timedelta(seconds=31))
        queue.done("a")
        assert [page for page, _ in queue.claim("two", 5, 30)] == ["b", "c"]
        kept.retention.purge(NOON + timedelta(days=2))
        assert queue.count() == 0
