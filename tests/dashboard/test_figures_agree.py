"""One number, one truth: what the pages say of the same articles is the same wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.clock import FixedClock
from core.records import Article
from core.settings import KeepSettings
from dashboard.pages import today
from store.sqlite.record import Record, open_record
from tests.dashboard.test_pages import words
from tests.dashboard.working import Addresses, browser_of
from tests.fakes.blank import blank
from tests.fakes.records import NOON, make_article, make_desk, make_page, make_tagged

Read = Callable[..., Article]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def record(tmp_path: Path, clock: FixedClock) -> Iterator[Record]:
    with open_record(blank(tmp_path / "d.sqlite3"), clock=clock, keep=KeepSettings()) as opened:
        opened.desks.apply_desk(make_desk(), NOON, "test")
        yield opened


@pytest.fixture
def browser(record: Record, clock: FixedClock) -> TestClient:
    return browser_of(record, clock, Addresses())


@pytest.fixture
def read(record: Record, clock: FixedClock) -> Read:
    """Reads one article at a moment, as the crawl does: page and article in one transaction."""

    def once(number: int, at: datetime, *, focus: bool = True) -> Article:
        clock.move(at - clock.now())
        path = f"tin-{number}.html"
        tagged = make_tagged(make_article(path, at=at))
        matches = tuple(replace(match, focus=focus) for match in tagged.located.matches)
        record.articles.save(
            replace(tagged, located=replace(tagged.located, matches=matches)), make_page(path, found_at=at)
        )
        clock.move(NOON - clock.now())
        return tagged.located.article

    return once


def test_a_week_that_is_not_over_is_held_against_what_was_read_in_it(browser: TestClient, read: Read) -> None:
    for number, days in enumerate((0, 1, 1, 2, 3, 3, 3)):  # Tuesday, Monday; Sunday and Saturday are of the week before
        read(number, NOON - timedelta(days=days))
    assert "3 bài về địa phương trong 3 bài đã đọc" in words(browser.get("/?tuan=2026-W11").text)
    assert "4 bài về địa phương trong 4 bài đã đọc" in words(browser.get("/?tuan=2026-W10").text)


def test_sections_are_counted_over_all_pages(browser: TestClient, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "STORIES_SHOWN", 3)
    for number in range(7):
        read(number, NOON - timedelta(minutes=number), focus=number < 5)
    heads = {
        page: dict(re.findall(r"(Viết về|Có nhắc tới) Bình Sơn (\d+)", words(browser.get(f"/?trang={page}").text)))
        for page in (1, 2, 3)
    }
    assert heads == {1: {"Viết về": "5"}, 2: {"Viết về": "5", "Có nhắc tới": "2"}, 3: {"Có nhắc tới": "2"}}
