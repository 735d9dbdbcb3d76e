"""An office at work over the real record: a desk with one article and its message, and a browser for its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from starlette.testclient import TestClient

from core.clock import Clock, FixedClock
from core.records import AddressAnswer, Message, SourceDetail, SourceProposal
from core.settings import KeepSettings, Settings
from dashboard.app import create_app
from dashboard.office import Office
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.differ import differ
from tests.fakes.reading import publisher
from tests.fakes.records import NOON, make_article, make_desk, make_tagged

FIRST = make_article()
HERE = f"/bai/{FIRST.id}"


class Machine:
    """Figures that a page asks for, without a machine."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def figures(self, at: datetime) -> object:
        return self._record.operation.figures(at, {"diembao": "thử"})

    def would_go(self, at: datetime, months: dict[str, int]) -> dict[str, int]:
        return self._record.operation.would_go(at, months)

    def keep(self) -> KeepSettings:
        return self._record.keeping.now()

    def shorten(self, periods: dict[str, int], at: datetime, by: str) -> None:
        self._record.keeping.shorten(periods, at, by)


class Keeper:
    """Sources of the record; declares nothing."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def detail(self, source: str, desk: str, at: datetime) -> SourceDetail | None:
        return self._record.operation.source(source, desk, at)

    def check(self, source: str, at: datetime, by: str) -> bool:
        report = {"samples": [{"url": "https://bao-mau.example/1", "reason": ""},
                              {"url": "https://bao-mau.example/2", "reason": "no-body"}]}  # fmt: skip
        self._record.source_checks.save(source, at, json.dumps(report), verified=True)
        return True

    def propose(self, url: str) -> SourceProposal:
        return SourceProposal(home=url, name="Báo Mới", feeds=("https://baomoi.example/rss",))

    def declare(self, url: str, *, name: str, kind: str, licence: str, reason: str, at: datetime, by: str) -> str:
        self._record.audit.add(at, by, "source.add", "bao-moi", f"{name}, {kind}, {licence}, {reason}: {url}")
        return "bao_mau"


class Addresses:
    """Answers as it was told to and remembers what was asked."""

    def __init__(self) -> None:
        self.answer = AddressAnswer(state="stopped", url="https://bao-mau.example/x", source="bao_mau", title="Tin X")
        self.asked: list[tuple[str, bool]] = []

    def look(self, desk: str, url: str, *, take: bool, at: datetime, by: str) -> AddressAnswer:
        self.asked.append((url, take))
        return replace(self.answer, url=url)


@contextmanager
def at_work(tmp_path: Path) -> Iterator[Record]:
    """The record of one desk that has FIRST."""
    with open_record(blank(tmp_path / "d.sqlite3"), clock=FixedClock(NOON), keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), NOON, "test")
        message = Message(
            key="k1", desk="binh_son", recipient="page", channel="page", article=FIRST.id, subject="Cầu", text="Cầu"
        )
        record.articles.save(make_tagged(FIRST))
        record.outbox.add([message], NOON)
        yield record


def browser_of(record: Record, clock: Clock, addresses: Addresses) -> TestClient:
    """A browser on this machine."""
    office = Office(work=record.work, addresses=addresses, keeper=Keeper(record), operation=Machine(record))  # type: ignore[arg-type]
    app = create_app(
        reading=record.reading, search=record.search, desks=record.desks, corrections=record.corrections, differ=differ,
        publishers={"bao_mau": publisher("bao_mau", "Báo Mẫu")}, clock=clock, settings=Settings(), audit=record.audit,
        office=office,
    )  # fmt: skip
    return TestClient(app, base_url="http://127.0.0.1:8765")
