"""The whole chain on the sample press: from its feeds to the officer's page and the mail box."""

from __future__ import annotations

import html
import re
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import wiring
from app.channels import channels
from app.comparing import differ
from app.crawling import crawl
from app.delivering import deliver
from app.world import World
from core.clock import SystemClock, local_day
from core.settings import Settings
from core.urls import article_id, host_of
from dashboard.app import create_app
from nlp.desks import load_desk
from sample.server import SamplePress
from tests.data import ROOT

EXPECTED = tomllib.loads((ROOT / "sample" / "expected.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Run:
    """A sample press, the record after a crawl of it, and what the crawl reported."""

    press: SamplePress
    settings: Settings
    world: World
    report: dict[str, Any]

    def again(self) -> dict[str, Any]:
        """Another crawl, which waits for no page that the press answers with an error each time."""
        hurried = self.settings.crawl.model_copy(update={"wait": 1})
        return crawl(self.settings.model_copy(update={"crawl": hurried}), self.world, forever=False)

    def ids(self) -> dict[str, str]:
        """Slug -> article id, of everything that can be read."""
        return {item.article.slug: article_id(self.press.url(item)) for item in self.press.items()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("sample"))
    wiring.apply_sample_desk(settings)
    with SamplePress() as press:
        publishers = press.publishers()
        world = World(
            kind="sample",
            publishers={p.id: p for p in publishers},
            private_hosts=tuple({host_of(p.home) for p in publishers}),
        )
        yield Run(press, settings, world, crawl(settings, world, forever=False))


@pytest.fixture(scope="module")
def page(run: Run) -> Iterator[TestClient]:
    with wiring.record(run.settings) as kept:
        application = create_app(
            reading=kept.reading, search=kept.search, desks=kept.desks, corrections=kept.corrections, differ=differ,
            publishers=run.world.publishers, clock=SystemClock(), settings=run.settings,
        )  # fmt: skip
        yield TestClient(application, base_url="http://127.0.0.1")


def test_every_article_is_read_once_and_the_counts_add_up(run: Run) -> None:
    with wiring.record(run.settings) as kept:
        totals = kept.counts.totals()
    assert totals["found"] == len(run.press.items())
    assert totals["stopped"] + totals["kept"] == totals["found"]
    pages = [n for (_, path, status), n in run.press.hits.items() if status == 200 and path.count("-") > 2]
    assert max(pages) == 1


def test_the_desk_gets_its_articles_and_no_namesake(run: Run) -> None:
    ids = run.ids()
    with wiring.record(run.settings) as kept, kept.database.read() as con:
        stored = {row["id"] for row in con.execute("SELECT id FROM articles")}
    named = {ids[slug] for slug in EXPECTED["binh_son"] if slug in ids}
    assert not {slug for slug in EXPECTED["namesakes"] if ids.get(slug) in stored}
    assert len(named & stored) >= len(named) - 1
    assert not stored - named


def test_the_silent_source_and_the_broken_feed_are_seen(run: Run, page: TestClient) -> None:
    with wiring.record(run.settings) as kept:
        health = {source.source: source for source in kept.reading.sources(SystemClock().now())}
    assert health[EXPECTED["silent"]].silent
    assert sum(source.silent for source in health.values()) == 1
    assert "not-a-feed" in health[EXPECTED["broken_feed"]].reason
    assert "không phải" in page.get("/nguon-tin").text


def test_today_is_on_the_page_with_evidence_and_an_alert_waits(run: Run, page: TestClient) -> None:
    today = page.get("/").text
    shown = html.unescape(re.sub(r"</?mark[^>]*>", "", today))
    now = SystemClock().now()
    expected = [
        item for item in run.press.items()
        if item.article.slug in EXPECTED["binh_son"] and local_day(item.at) == local_day(now)
    ]  # fmt: skip
    assert len(expected) >= 4
    stories = " ".join(page.get(link).text for link in set(re.findall(r'href="(/cau-chuyen/[^"?#]+)', today)))
    ids = run.ids()  # a reprint stands on the page of its story
    told = [item.text.title in shown or f"/bai/{ids[item.article.slug]}" in stories for item in expected]
    assert sum(told) >= len(expected) - 1
    assert "<mark" in today
    deliver(run.settings, run.world, stop=threading.Event(), forever=False)
    with wiring.record(run.settings) as kept:
        assert kept.alerts.alerts("binh_son"), "told at once or with the digest"
        assert not kept.alerts.events()


def test_search_without_diacritics_finds_what_is_written_with_them(run: Run, page: TestClient) -> None:
    with wiring.record(run.settings) as kept:
        plain = kept.search.search("binh_son", "van tuong", by_time=True)
        marked = kept.search.search("binh_son", "Vạn Tường", by_time=True)
    assert plain.total >= marked.total > 0
    assert page.get("/tim-kiem", params={"q": "van tuong"}).status_code == 200


def test_a_second_crawl_reads_nothing_again(run: Run) -> None:
    before = sum(n for (_, path, status), n in run.press.hits.items() if status == 200 and path.count("-") > 2)
    again = run.again()
    after = sum(n for (_, path, status), n in run.press.hits.items() if status == 200 and path.count("-") > 2)
    pages = again["pages"]
    assert isinstance(pages, dict)
    assert set(pages) <= {"unchanged"} and after == before  # a look at what is half an hour old by now


def test_messages_on_the_page_need_no_channel(run: Run) -> None:
    with wiring.record(run.settings) as record:
        assert list(channels(run.settings, record, SystemClock())) == ["page"]


def test_no_byline_of_the_sample_reaches_the_record(run: Run) -> None:
    blob = b"".join(file.read_bytes() for file in Path(run.settings.data_dir).rglob("*") if file.is_file())
    assert "Nhóm phóng viên mẫu".encode() not in blob
    assert "Ban biên tập mẫu".encode() not in blob


def test_a_new_desk_is_filled_from_what_was_read_before_it(run: Run) -> None:
    with wiring.record(run.settings) as kept:
        desk = load_desk(ROOT / "desks" / "provinces" / "quang_ngai.toml", wiring.gazetteer())
        now = SystemClock().now()
        before = kept.counts.totals()
        kept.desks.apply_desk(desk, now, "test")
        seen, again = wiring.refill(kept, run.settings, desk, now)
        assert seen >= 30 and again > 100
    report = run.again()
    assert report["pages"].get("new", 0) > 3
    with wiring.record(run.settings) as kept, kept.database.read() as con:
        desks = dict(con.execute("SELECT desk, count(*) FROM desk_articles GROUP BY desk").fetchall())
        totals = kept.counts.totals()
    assert desks["quang_ngai"] > desks["binh_son"]
    assert totals["found"] == before["found"] == totals["stopped"] + totals["kept"]
