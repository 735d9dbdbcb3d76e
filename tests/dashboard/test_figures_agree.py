"""One number, one truth: what the pages say of the same articles is the same wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from alerts.rules import source_event
from app import reporting
from core.clock import FixedClock, day_bounds, local_day
from core.i18n import catalogue
from core.records import Article, EndpointStatus, RuleEvent
from core.settings import KeepSettings
from dashboard.metrics import exposition
from dashboard.pages import today
from dashboard.words import Words
from reports import telling
from store.sqlite.record import Record, open_record
from store.sqlite.rows import to_us
from tests.contracts.crawl_ledger import listed
from tests.dashboard.test_pages import words
from tests.dashboard.working import Addresses, browser_of
from tests.fakes.blank import blank
from tests.fakes.records import (
    NOON,
    make_article,
    make_desk,
    make_endpoint,
    make_entry,
    make_page,
    make_state,
    make_tagged,
)  # fmt: skip

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
    assert "3 bài nhắc tới địa phương trong 3 bài đã đọc" in words(browser.get("/?tuan=2026-W11").text)
    assert "4 bài nhắc tới địa phương trong 4 bài đã đọc" in words(browser.get("/?tuan=2026-W10").text)


@pytest.mark.parametrize(
    ("asked", "steps", "first", "last"),
    [
        ("", 12, ("2025-12-22", "2025-12-22", "2025-12-28"), ("2026-03-09", "2026-03-09", "2026-03-10")),
        ("buoc=month&tu=2025-12-30&den=2026-02-27", 3, ("2025-12-01", "2025-12-30", "2025-12-31"),
         ("2026-02-01", "2026-02-01", "2026-02-27")),
        ("buoc=day&tu=2026-02-28&den=2026-03-01", 2, ("2026-02-28",) * 3, ("2026-03-01",) * 3),
    ],
)  # fmt: skip
def test_figures_over_time_for_machines_say_so_too(
    browser: TestClient, read: Read, asked: str, steps: int, first: tuple[str, ...], last: tuple[str, ...]
) -> None:
    for number, day in enumerate(map(date.fromisoformat, ["2025-12-22", "2025-12-31", "2026-02-28", "2026-03-10"])):
        read(number, day_bounds(day)[0] + timedelta(hours=1))
    told = browser.get(f"/api/trends?{asked}").json()
    slots = [(slot["slot"], slot["first"], slot["last"]) for slot in told["slots"]]
    assert (len(slots), slots[0], slots[-1]) == (steps, first, last)
    assert told["counts"] and {count["slot"] for count in told["counts"]} <= {slot for slot, _, _ in slots}


def test_what_is_usual_is_known_from_whole_days_alone(
    browser: TestClient, read: Read, record: Record, clock: FixedClock
) -> None:
    """A desk that came after the press was read, and a day that is not over."""
    number = iter(range(1000))
    for weeks, articles in ((0, 20), (1, 30), (2, 30), (3, 30), (4, 30)):
        for _ in range(articles):
            read(next(number), NOON - timedelta(weeks=weeks, minutes=1))
    usual = "thứ Ba thường có"
    assert f"{usual} 30 bài" in words(browser.get("/").text)
    assert "ít hơn" not in words(browser.get("/").text), "the day is not over"
    clock.move(timedelta(hours=13))
    assert f"{usual} 30 bài (ít hơn 33% so với thường lệ)" in words(browser.get("/?ngay=2026-03-10").text)
    clock.move(-timedelta(hours=13))
    with record.database.write() as con:  # as if the desk had come after most of it
        con.execute("UPDATE desk_versions SET applied_at = ?", (to_us(NOON - timedelta(days=5)),))
    for weeks in (5, 6, 7, 8):
        for _ in range(3):
            record.ledger.page_stopped(
                make_page(f"khac-{next(number)}.html"), "x", "Tin", NOON - timedelta(weeks=weeks)
            )
    assert f"{usual} 30 bài" in words(browser.get("/?ngay=2026-03-10").text)


def test_a_week_of_two_years_says_which(browser: TestClient) -> None:
    assert "Tuần 29/12/2025 – 04/01/2026" in words(browser.get("/?tuan=2026-W01").text)
    assert "Tuần 02/03 – 08/03/2026" in words(browser.get("/?tuan=2026-W10").text)


def test_sections_are_counted_over_all_pages(browser: TestClient, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "STORIES_SHOWN", 3)
    for number in range(7):
        read(number, NOON - timedelta(minutes=number), focus=number < 5)
    heads = {
        page: dict(re.findall(r"(Viết về|Có nhắc tới) Bình Sơn (\d+)", words(browser.get(f"/?trang={page}").text)))
        for page in (1, 2, 3)
    }
    assert heads == {1: {"Viết về": "5"}, 2: {"Viết về": "5", "Có nhắc tới": "2"}, 3: {"Có nhắc tới": "2"}}


@pytest.mark.parametrize(
    ("asked", "steps", "first", "last"),
    [
        ("khoang=30-ngay", 30, ("T2 09/02/2026", 1), ("T3 10/03/2026", 1)),
        ("khoang=12-tuan", 12, ("22/12 – 28/12/2025", 1), ("09/03 – 10/03/2026", 2)),
        ("khoang=12-thang", 12, ("4/2025", 1), ("01/03 – 10/03/2026", 3)),
        ("tu=2026-01-07&den=2026-03-09", 10, ("07/01 – 11/01/2026", 0), ("T2 09/03/2026", 1)),
        ("tu=2026-02-28&den=2026-03-08", 9, ("T7 28/02/2026", 0), ("CN 08/03/2026", 1)),
    ],
)
def test_figures_over_time_say_of_which_days_they_are(
    browser: TestClient, read: Read, asked: str, steps: int, first: tuple[str, int], last: tuple[str, int]
) -> None:
    days = ["2025-04-01", "2025-12-22", "2026-01-06", "2026-02-09", "2026-03-08", "2026-03-09", "2026-03-10"]
    for number, day in enumerate(map(date.fromisoformat, days)):
        read(number, day_bounds(day)[0] + timedelta(hours=1))
    page = browser.get(f"/xu-huong?{asked}").text
    table = page[page.index('<section class="figure" aria-labelledby="f-articles">') :]
    row = r'<tr><th scope="row">([^<]*)</th><td class="num">(\d+)</td></tr>'
    rows = re.findall(row, table[: table.index("</table>")])
    told = [(name, int(articles)) for name, articles in rows]
    assert (len(told), told[0], told[-1]) == (steps, first, last)
    assert f"Số bài {sum(articles for _, articles in told)} bài" in words(page)


def test_a_source_stands_once_wherever_sources_are_counted(record: Record, browser: TestClient) -> None:
    """Four publishers, silent for two months: one is blocked besides, one is paused, one blocked and paused."""
    for source in ("bao_mau", "chan", "dung", "chan_dung"):
        for days in range(64, 60, -1):
            listed(record.ledger, [make_entry(f"{days}.html", source)], NOON - timedelta(days=days))
        status = EndpointStatus.BLOCKED if source.startswith("chan") else EndpointStatus.OK
        record.ledger.save_poll(make_state(make_endpoint(source), status=status), [], NOON)
        if source.endswith("dung"):
            record.work.pause(source, NOON, "u1", "Báo đang bảo trì")
    health = record.reading.sources(NOON)
    assert {one.source: one.standing for one in health} == {
        "bao_mau": "silent", "chan": "blocked", "dung": "paused", "chan_dung": "paused",
    }  # fmt: skip
    page = words(browser.get("/").text)
    assert "1 nguồn tin chúng tôi không đọc được" in page and "1 nguồn im lặng hơn thường lệ" in page
    assert browser.get("/api/today").json()["unread"] == ["chan"]
    assert "4 nguồn: 1 không đọc được, 1 im lặng, 2 tạm dừng" in words(browser.get("/cac-ban-tin").text)
    daily = record.daily.reading(local_day(NOON).isoformat(), NOON)
    assert {one.publisher: one.health for one in daily} == {one.source: one.standing for one in health}
    figures = exposition(record.operation.figures(NOON, {}), health, NOON)
    told = re.findall(r'diembao_sources{status="(\w+)"} (\d+)', figures)
    assert told == [("blocked", "1"), ("paused", "2"), ("silent", "1")]
    assert {one.source: source_event(one) for one in health if source_event(one)} == {
        "bao_mau": RuleEvent.SILENT, "chan": RuleEvent.BLOCKED,
    }  # fmt: skip
    reports = reporting.reports(record, {}, lambda: pytest.fail("no place is asked for"))
    assert {line.name: line.reason for line in reports._unread(NOON)} == {
        "bao_mau": "silent", "chan": "blocked", "dung": "paused", "chan_dung": "paused",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(1840.5, "1.840,5", "1,840.5"), (12_345.0, "12.345", "12,345"), (3.25, "3,2", "3.2"), (0.0, "0", "0")],
)
def test_a_decimal_is_written_alike_on_pages_and_in_reports(value: float, vi: str, en: str) -> None:
    assert Words("vi", NOON).decimal(value) == telling.decimal(value) == vi
    assert Words("en", NOON).decimal(value) == en


def test_a_share_is_written_alike_on_pages_and_in_reports() -> None:
    said = [text for strings in catalogue().values() for text in strings.values() if re.search(r"\}\s?%", text)]
    assert said and not [text for text in said if "}%" not in text]
