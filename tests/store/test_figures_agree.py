"""One number, one truth: figures over time, reports, daily counts, days and export count the same articles alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.records import Label, Published, ReportAsk, StoryChoice, Tone
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.records import make_article, make_desk, make_match, make_mention, make_page, make_tagged

LAST = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
"""The last second of the year in Viet Nam: Thursday of ISO week 53 of 2026, which ends on 3 January 2027."""
FIRST_DAY, LAST_DAY = date(2026, 12, 28), date(2027, 1, 3)
SECOND = timedelta(seconds=1)
NOW = datetime(2027, 1, 3, 9, 0, tzinfo=UTC)
Figures = dict[tuple[str, str], int]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    clock = FixedClock(LAST - timedelta(days=3))
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=clock, keep=KeepSettings()) as opened:
        for desk in ("binh_son", "quang_ngai"):
            opened.desks.apply_desk(make_desk(desk), clock.now(), "quan tri")
        _fill(opened, clock)
        clock.move(NOW - clock.now())
        yield opened


def _fill(record: Record, clock: FixedClock) -> None:
    """Ten articles round the end of the year: every way in which one may come to be counted otherwise than another."""
    moments = [LAST - timedelta(days=3), LAST, LAST + SECOND, *(LAST + timedelta(days=n) for n in range(1, 3))] * 2
    for number, at in enumerate(sorted(moments)):
        clock.move(at - clock.now())
        ahead = timedelta(days=4) if number == 7 else -SECOND  # one says that it will be published
        article = make_article(f"tin-{number}.html", at=at, published=Published(at=at + ahead, provenance="meta"))
        where = {"field": "body", "index": 5} if number == 8 else {}  # a line in passing
        named = [make_mention(unit=unit, **where) for unit in ("xa_binh_son", "xa_tinh_khe")[: 1 + number % 2]]
        matches = [make_match("binh_son", mentions=tuple(named), focus=number % 3 > 0)]
        matches += [make_match("quang_ngai")] if number % 4 == 0 else []
        tagged = make_tagged(article, topics=(Label(topic="health", score=0.9),) * (number != 5))
        tagged = replace(tagged, located=replace(tagged.located, matches=tuple(matches)))
        tagged = replace(tagged, tone=Tone(label="negative", score=0.4 if number == 3 else 0.9))
        earlier = _id(number - 1) if number in {4, 8} else ""
        choice = StoryChoice(story=_id(number // 3 * 3), reprint_of=earlier, earlier_is=earlier, overlap=0.9)
        choice = replace(choice, merged=(_id(3),), story=_id(6)) if number == 8 else choice
        record.articles.save(tagged, make_page(f"tin-{number}.html", found_at=at), story=choice)
    now = clock.now()
    record.corrections.correct("binh_son", _id(1), topic="disaster", at=now, by="u1")
    record.corrections.correct("binh_son", _id(2), topic="health", present=False, at=now, by="u1")
    record.corrections.correct("binh_son", _id(3), tone="positive", at=now, by="u1")
    record.work.set_aside("binh_son", _id(9), now, "u1")


def _id(number: int) -> str:
    return make_article(f"tin-{number}.html").id


def _as_read(record: Record) -> None:
    """Nothing more."""


def _changed(record: Record) -> None:
    """A text changed, others withdrawn, one erased."""
    record.articles.save(make_tagged(make_article("tin-6.html", at=NOW, lead="Xã Bình Sơn đã sửa tin.")))
    for number in (1, 4):
        record.articles.withdraw(_id(number), NOW)
    record.retention.erase(_id(0), NOW, "u1")


def _corrected_since(record: Record) -> None:
    """An officer sets right what a text said that is no longer there."""
    _changed(record)
    record.corrections.correct("binh_son", _id(1), topic="weather", at=NOW, by="u1")


def _old(record: Record) -> None:
    _changed(record)
    record.retention.purge(NOW + timedelta(days=3 * 366))


LATER = [_as_read, _changed, _corrected_since, _old]


def over_time(record: Record) -> Figures:
    """As the page Xu hướng counts: the week that begins on Monday 28 December."""
    rows = record.reading.label_counts("binh_son", FIRST_DAY, LAST_DAY, "week")
    assert {row.slot for row in rows} == {FIRST_DAY.isoformat()}
    return {(row.kind, row.key): row.articles for row in rows}


def of_kibana(record: Record) -> Figures:
    found: Counter[tuple[str, str]] = Counter()
    days = [FIRST_DAY + timedelta(days=n) for n in range(7)]
    for row in (row for day in days for row in record.daily.counts("binh_son", day.isoformat())):
        if row.cut == "all":
            found.update({("all", ""): row.articles, ("tone", row.tone): row.articles})
        elif row.cut in ("topic", "place"):
            found["topic" if row.cut == "topic" else "unit", row.topic or row.place] += row.articles
    return dict(found)


def of_report(record: Record) -> Figures:
    ask = ReportAsk(kind="period", first=FIRST_DAY, last=LAST_DAY)
    read = record.periods.period("binh_son", ask, before=FIRST_DAY, back=FIRST_DAY)
    assert sum(read.by_day.values()) == len(read.articles)
    assert read.by_day == Counter(article.day for article in read.articles)
    found: Counter[tuple[str, str]] = Counter()
    for one in read.articles:
        found.update([("all", ""), ("tone", one.tone or "unsure")])
        found.update([("topic", topic) for topic in one.topics] + [("unit", unit) for unit in one.units])
    return dict(found)


def of_days(record: Record) -> Figures:
    """As the day pages list articles, with the labels that stand beside each."""
    found: Counter[tuple[str, str]] = Counter()
    for listed in (one for n in range(7) for one in record.reading.day("binh_son", FIRST_DAY + timedelta(days=n))):
        found.update([("all", ""), ("tone", listed.tone.label if listed.tone.sure else "unsure")])
        found.update(("topic", label.topic) for label in listed.topics)
    return dict(found)


@pytest.mark.parametrize("then", LATER)
def test_every_count_of_a_week_is_the_same(record: Record, then: Callable[[Record], None]) -> None:
    then(record)
    truth = over_time(record)
    assert truth["all", ""] == (9 if then is _as_read else 8)
    assert truth["unit", "xa_binh_son"] == truth["all", ""] and truth["unit", "xa_tinh_khe"] == 4
    assert of_days(record) == {mark: articles for mark, articles in truth.items() if mark[0] != "unit"}
    assert of_report(record) == truth
    assert of_kibana(record) == truth


@pytest.mark.parametrize("then", LATER)
def test_stories_reprints_and_what_is_about_the_place_are_the_same(
    record: Record, then: Callable[[Record], None]
) -> None:
    then(record)
    ask = ReportAsk(kind="period", first=FIRST_DAY, last=LAST_DAY)
    reported = record.periods.period("binh_son", ask, before=FIRST_DAY, back=FIRST_DAY).articles
    views = record.reading.stories_between("binh_son", FIRST_DAY, LAST_DAY, NOW)
    listed = [article for view in views for article in view.of_day]
    assert {article.story for article in reported} == {view.id for view in views}
    assert sum(view.articles for view in views) == len(reported) == len(listed)
    repeats = [one for one in listed if one.reprint and not one.reprint.first]
    assert sum(article.reprint for article in reported) == len(repeats) == sum(view.reprints for view in views)
    about = {one.id for one in listed if one.focus}
    assert {one.id for one in reported if one.focus} == about and _id(7) in about and _id(8) not in about
    assert {one.source for one in reported} == {source for view in views for source in view.sources}
    for view in views:
        told = record.reading.story("binh_son", view.id, NOW)
        assert told is not None and told.view.articles == sum(len(d.articles) + len(d.reprints) for d in told.days)


def test_a_desk_that_came_later_is_compared_with_no_days_that_were_not_read_for_it(tmp_path: Path) -> None:
    """The press is read for a year when a second desk is set up on 1 March: it is filled thirty days back."""
    clock = FixedClock(datetime(2025, 3, 1, 5, 0, tzinfo=UTC))
    with open_record(blank(tmp_path / "later.sqlite3"), clock=clock, keep=KeepSettings()) as record:
        record.desks.apply_desk(make_desk(), clock.now(), "quan tri")
        for number in range(400):
            path, now = f"tin-{number}.html", clock.now()
            if number == 365:
                record.desks.apply_desk(make_desk("quang_ngai"), now, "quan tri")
            desks = ("binh_son", "quang_ngai") if number >= 365 else ("binh_son",)
            record.articles.save(make_tagged(make_article(path, at=now), desks), make_page(path, found_at=now))
            clock.move(timedelta(days=1))

        def since(desk: str, month: int) -> date | None:
            first = date(2026, month, 1)
            ask = ReportAsk(kind="monthly", first=first, last=date(2026, month + 1, 1) - timedelta(days=1))
            return record.periods.period(desk, ask, before=first - timedelta(days=31), back=date(2025, 6, 1)).since

        assert since("quang_ngai", 2) == since("quang_ngai", 1) == since("quang_ngai", 3) == date(2026, 1, 30)
        assert since("binh_son", 2) == date(2025, 6, 1)
        record.desks.apply_desk(make_desk(office="Văn phòng xã Bình Sơn"), clock.now(), "quan tri")
        record.retention.purge(clock.now() + timedelta(days=800))  # of its versions the audit keeps the last
        assert since("binh_son", 2) == date(2025, 6, 1)
