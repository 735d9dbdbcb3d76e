"""Counts are exact: each finished page stands in one line, whatever it goes through."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import integers, sampled_from

from core.clock import FixedClock
from core.records import Published
from core.settings import KeepSettings
from core.urls import article_id
from store.sqlite.record import Record, open_record
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import (
    NOON,
    make_article,
    make_endpoint,
    make_entry,
    make_page,
    make_state,
    make_tagged,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_the_counts_add_up_to_what_was_found(record: Record) -> None:
    listed(record.ledger, [make_entry(f"{n}.html") for n in range(6)])
    pages = record.ledger.pending(NOON, 10)
    record.ledger.page_stopped(pages[0], pages[0].id, "", NOON)
    record.articles.save(make_tagged(make_article(pages[1].entry.url)), pages[1])
    record.ledger.page_failed(pages[2], "no-body", NOON, retry_at=None)
    record.ledger.page_failed(pages[3], "timeout", NOON, retry_at=NOON + HOUR)
    record.ledger.page_same(pages[4], pages[0].id, NOON)
    assert record.ledger.totals() == {
        "found": 6, "stopped": 1, "kept": 1, "failed:no-body": 1, "same": 1, "pending": 2,
    }  # fmt: skip


def test_a_page_read_once_more_for_a_new_desk_moves_from_stopped_to_kept_on_its_day(record: Record) -> None:
    listed(record.ledger, [make_entry()])
    (page,) = record.ledger.pending(NOON, 1)
    record.ledger.page_stopped(page, page.id, "Tin", NOON)
    record.ledger.reread(record.ledger.stopped_since(NOON - HOUR), NOON + 3 * DAY)
    assert record.ledger.totals() == {"found": 1, "stopped": 1, "pending": 1}
    (page,) = record.ledger.pending(NOON + 3 * DAY, 1)
    record.articles.save(make_tagged(make_article(at=NOON + 3 * DAY)), page)
    assert record.ledger.totals() == {"found": 1, "kept": 1, "pending": 0}
    assert record.counts.read_by_day(NOON.date(), NOON.date()) == {"2026-03-10": 1}


def test_a_page_that_was_read_and_then_fails_stays_read(record: Record) -> None:
    listed(record.ledger, [make_entry()])
    (page,) = record.ledger.pending(NOON, 1)
    record.articles.save(make_tagged(), page)
    record.ledger.reread([page], NOON + HOUR)
    record.ledger.page_failed(page, "http-500", NOON + HOUR, retry_at=None)
    assert record.ledger.totals() == {"found": 1, "kept": 1, "pending": 0}
    assert record.ledger.is_read(page.id)


def test_one_article_under_two_addresses_is_kept_once(record: Record) -> None:
    listed(record.ledger, [make_entry("r/1"), make_entry("r/2")])
    for page in record.ledger.pending(NOON, 2):
        record.articles.save(make_tagged(make_article("tin-1.html")), page)
    assert record.ledger.totals() == {"found": 2, "kept": 1, "same": 1, "pending": 0}


def test_the_backlog_is_counted_on_its_own_days(record: Record) -> None:
    entries = [
        make_entry(f"{n}.html", published=Published(at=NOON - n * DAY, provenance="feed", doubtful=n == 3))
        for n in (0, 1, 2, 3)
    ]
    listed(record.ledger, entries)
    for page in record.ledger.pending(NOON, 10):
        record.ledger.page_stopped(page, page.id, "", NOON)
    days = record.counts.read_by_day((NOON - 9 * DAY).date(), NOON.date())
    assert days == {"2026-03-08": 1, "2026-03-09": 1, "2026-03-10": 2}


def test_what_comes_later_is_counted_when_it_is_read(record: Record) -> None:
    listed(record.ledger, [make_entry("0.html")], NOON - 2 * DAY)
    old = Published(at=NOON - 9 * DAY, provenance="feed")
    listed(record.ledger, [make_entry("1.html", published=old)], NOON)
    page = next(p for p in record.ledger.pending(NOON, 10) if p.entry.url.endswith("1.html"))
    record.ledger.page_stopped(page, page.id, "", NOON)
    assert record.counts.read_by_day((NOON - 9 * DAY).date(), NOON.date()) == {"2026-03-10": 1}


def test_endpoints_that_are_no_longer_declared_are_forgotten(record: Record) -> None:
    old, new = make_endpoint(url="https://bao_mau.vn/cu.rss"), make_endpoint()
    for endpoint in (old, new):
        record.ledger.save_poll(make_state(endpoint, etag="x"), [], NOON)
    assert record.ledger.forget_endpoints([new]) == 1
    assert [health.endpoints for health in record.reading.sources(NOON)] == [1]
    assert record.ledger.poll_states([old, new])[new.url].etag == "x"


def test_a_batch_is_one_transaction(record: Record) -> None:
    listed(record.ledger, [make_entry(f"{n}.html") for n in range(3)])
    with pytest.raises(RuntimeError), record.ledger.batch():
        for page in record.ledger.pending(NOON, 10):
            record.ledger.page_stopped(page, page.id, "", NOON)
        raise RuntimeError
    assert record.ledger.totals() == {"found": 3, "pending": 3}


class AnyOrder(RuleBasedStateMachine):
    """Whatever is told in whatever order, counts equal what the pages' own states say."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(NOON)
        self.folder = tempfile.TemporaryDirectory(prefix="diembao-")
        self.record = open_record(Path(self.folder.name) / "r.sqlite3", clock=self.clock, keep=KeepSettings())

    def teardown(self) -> None:
        self.record.close()
        self.folder.cleanup()

    @rule(path=integers(0, 4), guid=sampled_from(["", "g1", "g2"]))
    def list_entry(self, path: int, guid: str) -> None:
        listed(self.record.ledger, [make_entry(f"{path}.html", guid=guid)], self.clock.now())

    @rule(path=integers(0, 4), identity=integers(0, 4))
    def stop(self, path: int, identity: int) -> None:
        self.record.ledger.page_stopped(make_page(f"{path}.html"), _id(identity), "", self.clock.now())

    @rule(path=integers(0, 4), identity=integers(0, 4), body=integers(0, 1))
    def save(self, path: int, identity: int, body: int) -> None:
        article = make_article(f"{identity}.html", paragraphs=(f"Thân {body}.",), at=self.clock.now())
        self.record.articles.save(make_tagged(article), make_page(f"{path}.html"))

    @rule(path=integers(0, 4), retry=sampled_from([None, NOON]))
    def fail(self, path: int, retry: object) -> None:
        self.record.ledger.page_failed(
            make_page(f"{path}.html"), "timeout", self.clock.now(), retry_at=NOON if retry else None
        )

    @rule(path=integers(0, 4), other=integers(0, 4))
    def same(self, path: int, other: int) -> None:
        self.record.ledger.page_same(make_page(f"{path}.html"), _id(other), self.clock.now())

    @rule(path=integers(0, 4))
    def reread(self, path: int) -> None:
        self.record.ledger.reread([make_page(f"{path}.html")], self.clock.now())

    @rule(hours=integers(1, 30))
    def wait(self, hours: int) -> None:
        self.clock.move(hours * HOUR)

    @invariant()
    def counts_are_exact(self) -> None:
        with self.record.database.read() as con:
            lines = con.execute(
                "SELECT counted_as AS line, count(*) AS n FROM pages WHERE counted_as IS NOT NULL GROUP BY 1"
            ).fetchall()
            open_pages = con.execute("SELECT count(*) FROM pages WHERE counted_as IS NULL").fetchone()[0]
            pending = con.execute(
                "SELECT count(*) FROM pages WHERE state = 'pending' AND counted_as IS NULL"
            ).fetchone()[0]
            kept = con.execute("SELECT count(*) FROM pages WHERE counted_as = 'kept'").fetchone()[0]
        totals = self.record.counts.totals()
        totals.pop("found", None)
        assert totals == {row["line"]: row["n"] for row in lines}
        assert open_pages == pending
        assert kept <= self.record.articles.count()


def _id(number: int) -> str:
    return article_id(f"https://bao_mau.vn/{number}.html")


AnyOrder.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestAnyOrder = AnyOrder.TestCase
