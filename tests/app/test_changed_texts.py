"""A text that its publisher changes or takes down, from the press to the record."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from app import wiring
from app.comparing import differ
from app.crawling import crawl
from app.world import World
from core.clock import Clock, FixedClock, SystemClock
from core.records import ListedArticle
from core.settings import Settings
from core.urls import article_id, host_of
from sample.edition import Item
from sample.houses import House
from sample.server import SamplePress
from store.sqlite.record import Record

SLUG = "dong-loc-van-tuong-toc-mai"
HOUR = timedelta(hours=1)


class MovedClock:
    """The system's time, set forward by hand."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.by


class Press(SamplePress):
    """A sample press that can take a page down. Its own time stands still: what changes is changed by hand."""

    gone: frozenset[str] = frozenset()

    def answer(self, house: House, path: str):  # type: ignore[no-untyped-def]
        answer = super().answer(house, path)
        return replace(answer, status=HTTPStatus.NOT_FOUND, modified=None) if path in self.gone else answer

    def at_first(self, hits: Counter[tuple[str, str, int]]) -> None:
        """Show the texts as they were before any change, and have counted these answers."""
        self.gone, self._changed_at = frozenset(), None
        self.hits = Counter(hits)

    def item(self, slug: str) -> Item:
        return next(item for item in self.items() if item.article.slug == slug)


@dataclass(frozen=True)
class Trial:
    press: Press
    clock: MovedClock
    settings: Settings
    world: World
    first: dict[str, object]

    def crawl(self) -> dict[str, object]:
        return crawl(self.settings, self.world, forever=False)

    def seen(self, kept: Record) -> ListedArticle:
        read = kept.reading.article("binh_son", article_id(self.press.url(self.press.item(SLUG))))
        assert read is not None
        return read.listed

    def pages_read(self) -> int:
        return self.press.hits[self.press.item(SLUG).article.house, self.press.item(SLUG).path, 200]


@dataclass(frozen=True)
class Before:
    """The press, and what the first crawl of it left and reported."""

    press: Press
    folder: Path
    hits: Counter[tuple[str, str, int]]
    report: dict[str, object]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("first"))
    wiring.apply_sample_desk(settings)
    press = Press(FixedClock(SystemClock().now()))
    with press:
        report = crawl(settings, _world(press, SystemClock()), forever=False)
        yield Before(press, settings.data_dir, Counter(press.hits), report)


def _world(press: Press, clock: Clock) -> World:
    publishers = {p.id: p for p in press.publishers()}
    hosts = tuple({host_of(p.home) for p in publishers.values()})
    return World(kind="sample", publishers=publishers, private_hosts=hosts, clock=clock)


@pytest.fixture
def trial(before: Before, tmp_path: Path) -> Trial:
    """The press as at first, and a copy of what the first crawl left."""
    press, clock = before.press, MovedClock()
    press.at_first(before.hits)
    settings = Settings(data_dir=Path(shutil.copytree(before.folder, tmp_path / "changed")))
    return Trial(press, clock, settings, _world(press, clock), before.report)


def test_a_changed_figure_becomes_a_revision(trial: Trial) -> None:
    with wiring.record(trial.settings) as kept:
        before = kept.reading.day_counts("binh_son", trial.press.opened.date(), 3)
        old = [hit.article.id for hit in kept.search.search("binh_son", '"12 ngôi nhà"').hits]
        assert trial.seen(kept).id in old
    trial.press.change()
    trial.clock.by = 3 * HOUR
    second = trial.crawl()
    assert second["record"] == trial.first["record"]
    assert trial.pages_read() == 2
    with wiring.record(trial.settings) as kept:
        listed = trial.seen(kept)
        (change,) = kept.reading.revisions("binh_son", listed.id)
        after = kept.reading.day_counts("binh_son", trial.press.opened.date(), 3)
        found = [hit.article.id for hit in kept.search.search("binh_son", '"12 ngôi nhà"').hits]
        now_found = [hit.article.id for hit in kept.search.search("binh_son", '"9 ngôi nhà"').hits]
    assert after == before
    assert listed.revised_at is not None
    assert listed.id not in found
    assert listed.id in now_found
    assert change.before is not None
    assert change.after is not None
    pieces = [p for sentence in differ(change.before, change.after) for p in sentence.pieces if p.mark == "figure"]
    assert ("removed", "12") in {(p.kind, p.text) for p in pieces}
    assert ("added", "9") in {(p.kind, p.text) for p in pieces}


def test_a_text_that_is_as_it_was_is_asked_for_conditionally_and_changes_nothing(trial: Trial) -> None:
    trial.clock.by = 3 * HOUR
    second = trial.crawl()
    pages = second["pages"]
    assert isinstance(pages, dict)
    assert pages["unchanged"] > 0
    assert second["record"] == trial.first["record"]
    with wiring.record(trial.settings) as kept:
        assert kept.reading.revisions("binh_son", trial.seen(kept).id) == ()


def test_a_page_that_is_gone_at_two_looks_is_withdrawn(trial: Trial) -> None:
    trial.press.gone = frozenset({trial.press.item(SLUG).path})
    trial.clock.by = 3 * HOUR
    trial.crawl()
    with wiring.record(trial.settings) as kept:
        assert trial.seen(kept).state == "live"
    trial.clock.by = 5 * HOUR
    last = trial.crawl()
    assert last["record"] == trial.first["record"]
    with wiring.record(trial.settings) as kept:
        listed = trial.seen(kept)
        (change,) = kept.reading.revisions("binh_son", listed.id)
        found = [hit.article.id for hit in kept.search.search("binh_son", '"tốc mái"').hits]
    assert (listed.state, listed.lead) == ("withdrawn", "")
    assert listed.withdrawn_at is not None
    assert (change.withdrawn, change.after) == (True, None)
    assert listed.id not in found


def test_a_page_that_comes_back_is_not_withdrawn(trial: Trial) -> None:
    trial.press.gone = frozenset({trial.press.item(SLUG).path})
    trial.clock.by = 3 * HOUR
    trial.crawl()
    trial.press.gone = frozenset()
    trial.clock.by = 5 * HOUR
    trial.crawl()
    trial.press.gone = frozenset({trial.press.item(SLUG).path})
    trial.clock.by = 8 * HOUR
    trial.crawl()
    with wiring.record(trial.settings) as kept:
        assert trial.seen(kept).state == "live"


def test_reprints_and_the_articles_of_one_event_are_one_story(trial: Trial) -> None:
    with wiring.record(trial.settings) as kept:
        now = trial.clock.now()
        listed = [a for back in range(8) for a in kept.reading.day("binh_son", (now - back * 24 * HOUR).date())]
        reprints = [a for a in listed if a.reprint is not None and not a.reprint.first]
        assert reprints
        for article in reprints:
            story = kept.reading.story("binh_son", article.story, now)
            assert story is not None
            assert article.id in {a.id for day in story.days for a in day.reprints}
            assert story.view.articles >= 2
