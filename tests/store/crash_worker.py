"""Two processes that work on one record until they are killed: one reads the press, one delivers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from core.clock import FixedClock
from core.records import Article, Delivered, Looked, Message, PendingPage, StoryChoice
from core.settings import KeepSettings
from core.urls import article_id
from store.sqlite.record import Record, open_record
from tests.contracts.crawl_ledger import listed
from tests.fakes.records import NOON, make_article, make_desk, make_entry, make_message, make_tagged

ITEMS = 600
A_ROUND = 15
SOURCES = ("bao_a", "bao_b", "bao_c")


def die_before(record: Record, statement: int | None) -> None:
    """Kill this process before its `statement`th statement from now on."""
    steps = 0

    def step(_statement: str) -> None:
        nonlocal steps
        steps += 1
        if steps == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    with record.database.alone() as con:
        con.set_trace_callback(step)


Trace = Callable[[Record, int | None], object]


def kill_points(path: Path, work: Callable[[str, int, Trace], object]) -> list[int]:
    """Do the work undisturbed; returns the statements before which a kill is to be tried.

    What outlives a kill is files: the record, its log, and what was sent. Before each statement it is looked whether
    they are as before the one before it, byte for byte; where they are, a kill here is that kill once more. Of a row of
    such statements the first and the last are tried: before any work that a kill undoes, and after all of it.
    """
    seen: list[bytes] = [b""]

    def look(record: Record, _: int | None) -> None:
        with record.database.alone() as con:
            con.set_trace_callback(lambda _: seen.append(_files(path)))

    work(str(path), 0, look)
    rows = zip(seen, seen[1:], [*seen[2:], b""], strict=False)
    return [n for n, (before, now, after) in enumerate(rows, 1) if now not in {before} & {after}]


def _files(path: Path) -> bytes:
    outlive = (path, path.with_name(f"{path.name}-wal"), path.with_name("sent"))
    return b"".join(blake2b(file.read_bytes() if file.exists() else b"").digest() for file in outlive)


def crawl(path: str, round_: int, die_at: int | None = None) -> None:
    """Poll what has been published up to this round, then read every page that waits."""
    at = NOON + timedelta(hours=round_)
    with open_record(Path(path), clock=FixedClock(at), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), at, "test")
        die_before(record, die_at)
        for number, source in enumerate(SOURCES):
            items = range(number, min(ITEMS, A_ROUND * (round_ + 1)), len(SOURCES))
            listed(record.ledger, [make_entry(f"{n}.html", source, guid=f"{n}") for n in items], at)
        while pages := record.ledger.pending(at, 10):
            for page in pages:
                read(record, page, at)


def read(record: Record, page: PendingPage, at: datetime) -> None:
    """What becomes of an item is settled by its number; the second of each pair of twelve is the first again."""
    n = int(page.entry.url.rsplit("/", 1)[1].removesuffix(".html"))
    twin = page.entry.url.replace(f"/{n}.html", f"/{n - 3}.html")
    if n % 12 == 3:
        if record.ledger.is_read(article_id(twin)):
            record.ledger.page_same(page, article_id(twin), at)
        else:
            _keep(record, twin, page, at)
    elif n % 12 == 0:
        _keep(record, page.entry.url, page, at)
    elif n % 11 == 1:
        retry = at if page.attempts < 2 else None
        record.ledger.page_failed(page, "http-500", at, retry_at=retry)
    else:
        record.ledger.page_stopped(page, page.id, page.entry.title, at)


def _keep(record: Record, url: str, page: PendingPage, at: datetime) -> None:
    article = make_article(url, page.entry.source, title=f"Tin {url}", at=at)
    messages = [make_message(f"{article.id}:{who}", article=article.id) for who in ("a", "b")]
    record.articles.save(make_tagged(article), page, beside=lambda _: _put(record, messages, at))


def _put(record: Record, messages: list[Message], at: datetime) -> None:
    record.outbox.add(messages, at)


def deliver(path: str, round_: int) -> None:
    """Send what is due: a line in a file, on the disk before it is marked. Runs until it is killed."""
    at = NOON + timedelta(hours=round_)
    with open_record(Path(path), clock=FixedClock(at), keep=KeepSettings()) as record:
        while True:
            drain(record, Path(path).with_name("sent"), at)


def drain(record: Record, sent: Path, at: datetime) -> None:
    for claim in record.outbox.claim(at, 1, 60):
        with sent.open("a") as file:
            file.write(claim.message.key + "\n")
            file.flush()
            os.fsync(file.fileno())
        record.outbox.mark(claim, Delivered(), at)


def whole_way(path: str, die_at: int | None = None, trace: Trace = die_before) -> None:
    """Two pages from feed to mail; killed before its `die_at`th statement. Without one it is the start afterwards."""
    at = NOON + timedelta(minutes=5 if die_at is None else 0)
    with open_record(Path(path), clock=FixedClock(at), keep=KeepSettings()) as record:
        trace(record, die_at)
        listed(record.ledger, [make_entry("0.html", "bao_a"), make_entry("1.html", "bao_a", guid="g")], at)
        for page in record.ledger.pending(at, 10):
            if page.entry.url.endswith("0.html"):
                _keep(record, page.entry.url, page, at)
            else:
                record.ledger.page_stopped(page, page.id, page.entry.title, at)
        drain(record, Path(path).with_name("sent"), at)
        drain(record, Path(path).with_name("sent"), at)


def later_looks(path: str, die_at: int | None = None, trace: Trace = die_before) -> None:
    """Three kept articles: the third brings two stories together, one text changes, one is withdrawn."""
    at = NOON + timedelta(minutes=5 if die_at is None else 0)
    with open_record(Path(path), clock=FixedClock(at), keep=KeepSettings()) as record:
        trace(record, die_at)
        articles = [make_article(f"{n}.html", "bao_a", title=f"Tin {n}", at=NOON) for n in range(3)]
        for number, article in enumerate(articles):
            merged = (articles[1].id,) if number == 2 else ()
            story = StoryChoice(story=articles[0 if merged else number].id, merged=merged, signature=b"s")
            if record.articles.known_hash(article.id) is None:
                record.articles.save(make_tagged(article), story=story, look=_look(200))
        for page in record.ledger.looks(NOON + timedelta(hours=2), 10):
            _look_again(record, page, articles)


def _look_again(record: Record, page: PendingPage, articles: list[Article]) -> None:
    assert page.again is not None
    if page.again.article == articles[0].id:
        changed = replace(articles[0], paragraphs=("Chín nhà tốc mái.",), fetched_at=NOON + timedelta(hours=2))
        choice = StoryChoice(story=articles[0].id, signature=b"t")
        record.articles.save(make_tagged(changed), page, story=choice, look=_look(200, hours=2))
    elif page.again.article == articles[1].id:
        record.ledger.looked(page, _look(410, hours=2, withdrawn=True))
    else:
        record.ledger.looked(page, _look(304, hours=2))


def _look(status: int, hours: int = 0, withdrawn: bool = False) -> Looked:
    at = NOON + timedelta(hours=hours)
    following = None if withdrawn or hours else at + timedelta(hours=1)
    return Looked(at=at, status=status, next_look=following, withdrawn=withdrawn)
