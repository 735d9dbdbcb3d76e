"""An address that somebody pasted, on the sample press over real HTTP: every answer that there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app import wiring
from app.addresses import PastedAddresses
from app.world import World
from core.clock import SystemClock
from core.errors import FetchError
from core.records import AddressAnswer, FetchedPage
from core.settings import Settings
from core.urls import host_of
from crawlers.etiquette.tdm import PATH
from crawlers.fetch.visit import Visitor
from sample.server import SamplePress
from store.sqlite.record import Record


@dataclass(frozen=True)
class Desk:
    """The press, the record, and what takes addresses."""

    press: SamplePress
    record: Record
    addresses: PastedAddresses

    @property
    def desk(self) -> str:
        return self.record.desks.desks()[0].id

    def look(self, url: str, *, take: bool = False) -> AddressAnswer:
        """Asked from another thread, as the pages do."""
        found: list[AddressAnswer] = []
        at = SystemClock().now()
        asking = threading.Thread(
            target=lambda: found.append(self.addresses.look(self.desk, url, take=take, at=at, by="user-1"))
        )
        asking.start()
        asking.join(timeout=60)
        return found[0]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("addresses"))
    wiring.apply_sample_desk(settings)
    with SamplePress() as press:
        publishers = press.publishers()
        hosts = tuple({host_of(p.home) for p in publishers})
        world = World(kind="sample", publishers={p.id: p for p in publishers}, private_hosts=hosts)
        with wiring.record(settings, world.clock) as record:
            yield Desk(press, record, PastedAddresses(settings, world, record))


def test_what_is_about_the_place_is_fetched_now_and_known_from_then_on(desk: Desk) -> None:
    taken = next(answer for item in desk.press.items() if (answer := desk.look(desk.press.url(item))).state == "taken")
    again = desk.look(taken.url)
    assert (again.state, again.article, again.title) == ("read", taken.article, taken.title)
    assert desk.record.audit.lines(1)[0].who == "user-1" and desk.record.audit.lines(1)[0].action == "article.add"
    desk.record.work.set_aside(desk.desk, taken.article, SystemClock().now(), "user-1")
    assert desk.look(taken.url).state == "set_aside"
    desk.record.retention.erase(taken.article, SystemClock().now(), "user-1")
    assert desk.look(taken.url, take=True).state == "erased"


def test_what_the_gate_stopped_is_taken_when_somebody_says_so(desk: Desk) -> None:
    urls = [desk.press.url(item) for item in reversed(desk.press.items())]
    stopped = next(answer for url in urls if (answer := desk.look(url)).state == "stopped")
    assert desk.record.reading.article(desk.desk, stopped.article) is None
    taken = desk.look(stopped.url, take=True)
    assert taken.state == "taken"
    read = desk.record.reading.article(desk.desk, taken.article)
    assert read is not None and read.listed.focus
    with desk.record.database.read() as con:
        (n,) = con.execute("SELECT n FROM articles WHERE id = ?", (taken.article,)).fetchone()
        origins = con.execute("SELECT count(*) FROM text_origins WHERE n = ?", (n,)).fetchone()[0]
    assert origins == 1, "kept as the pipeline keeps every article"
    assert desk.look(stopped.url).state == "read"


def test_what_is_of_no_listed_publisher_is_refused_with_the_reason(desk: Desk) -> None:
    told = {
        "https://www.facebook.com/nhom/1": "source.social_network",
        "https://khong-khai.example/bai.html": "source.not_listed",
        "ftp://bao.example/x": "source.not_an_address",
    }
    for url, reason in told.items():
        answer = desk.look(url)
        assert (answer.state, answer.reason) == ("refused", reason)


def test_a_page_that_is_not_there_says_so(desk: Desk) -> None:
    home = desk.press.publishers()[0].home
    answer = desk.look(home.rstrip("/") + "/khong-co-bai-nay-20261121.html")
    assert answer.state == "failed" and answer.reason.startswith("http-")


def test_without_a_contact_no_publisher_is_asked(desk: Desk) -> None:
    """The pages start without one."""
    publishers = {p.id: p for p in desk.press.publishers()}
    real = PastedAddresses(Settings(), World(kind="real", publishers=publishers), desk.record)
    url = desk.press.publishers()[0].home.rstrip("/") + "/bai-chua-ai-doc-20261121.html"
    answer = real.look(desk.desk, url, take=True, at=SystemClock().now(), by="user-1")
    assert (answer.state, answer.reason) == ("failed", "no-contact")


def test_rules_on_text_mining_that_can_not_be_had_are_none_as_in_the_crawl(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Visitor.__call__

    def cut_off(visitor: Visitor, url: str) -> FetchedPage:
        if url.endswith(PATH):
            raise FetchError(f"{url}: timeout", reason="timeout")
        return ask(visitor, url)

    monkeypatch.setattr(Visitor, "__call__", cut_off)
    answer = desk.look(desk.press.publishers()[0].home.rstrip("/") + "/cung-khong-co-bai-nay-20261121.html")
    assert answer.reason == "http-404"
