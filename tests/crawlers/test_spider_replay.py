"""The press replay: its publishers and clock, and a crawl of it under faults."""

from __future__ import annotations

import json
import lzma
import re
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from itertools import islice
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.records import Publisher
from crawlers import crawl_page
from crawlers.replay import replay_publishers
from tests.data import data_dir, needs_data
from tests.fakes.crawling import Crawled
from tests.fakes.web import Reply, Site

TOOL = data_dir().parent / "tools" / "press_replay.py"


def _root(site: Site, speed: float) -> str:
    def entry(number: int) -> dict[str, object]:
        base = f"http://127.0.1.{number}:{site.port}"
        return {
            "items": 1,
            "address": f"127.0.1.{number}",
            "feed": base + "/rss/home.rss",
            "sitemap": base + "/news-sitemap.xml",
            "sitemap_index": base + "/sitemap.xml",
            "front": base + "/",
        }

    return json.dumps(
        {
            "clock": "2025-11-08T06:59:00+07:00",
            "speed": speed,
            "publishers": {"tuoitre.vn": entry(2), "www.baomot.com.vn": entry(1)},
        }
    )


def test_publishers_addresses_and_clock_are_the_replays() -> None:
    with Site() as site:
        site.routes["/"] = Reply(_root(site, 0))
        publishers, hosts, clock = replay_publishers(site.url())
        assert [p.id for p in publishers] == ["tuoitre_vn", "baomot_com_vn"]
        assert hosts == (f"127.0.1.1:{site.port}", f"127.0.1.2:{site.port}")
        assert [(e.kind, e.url.rpartition("/")[2]) for e in publishers[0].endpoints] == [
            ("feed", "home.rss"),
            ("sitemap", "sitemap.xml"),
            ("section", ""),
        ]
        assert clock.now() == clock.now() == datetime(2025, 11, 7, 23, 59, tzinfo=UTC)


def test_a_running_replays_clock_runs() -> None:
    with Site() as site:
        site.routes["/"] = Reply(_root(site, 3600_000))
        _, _, clock = replay_publishers(site.url())
        assert clock.now() - datetime(2025, 11, 7, 23, 59, tzinfo=UTC) < timedelta(days=365)
        assert clock.now() < clock.now()


def test_a_replay_that_fails_now_and_then_is_asked_again() -> None:
    with Site() as site:
        site.routes["/"] = lambda _: Reply(_root(site, 0)) if len(site.seen) > 2 else Reply(status=503)
        assert replay_publishers(site.url())[0]


@pytest.mark.parametrize(
    "body", ["[]", '{"publishers": {"x": {}}}', '{"clock": "yesterday", "speed": 1, "publishers": {}}']
)
def test_what_is_no_replay_is_said(body: str) -> None:
    with Site() as site:
        site.routes["/"] = Reply(body)
        with pytest.raises(ConfigError, match="no press replay"):
            replay_publishers(site.url())


# --- the real one


FAULTS = ["--fault", "503=.05", "--fault", "reset=.02", "--fault", "truncate=.02"]


@pytest.fixture
def replay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    items = next((data_dir() / "feeds").glob("items_*.jsonl.xz"))
    with (
        lzma.open(items, "rt", encoding="utf-8") as lines,
        (tmp_path / "items.jsonl").open("w", encoding="utf-8") as few,
    ):
        few.writelines(islice(lines, 300))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(TOOL), "--port", str(port), "--items", str(tmp_path / "items.jsonl"),
               "--from", "2025-01-01", "--to", "2027-01-01", *request.param]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdout.readline().startswith("serving")
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


@needs_data
@pytest.mark.skipif(not TOOL.is_file(), reason=f"the press replay is not at {TOOL}")
@pytest.mark.parametrize("replay", [[], FAULTS], indirect=True, ids=["well", "under-faults"])
def test_every_item_of_a_replay_is_read_once(replay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl_page, "FIRST_WAIT", timedelta(milliseconds=100))
    publishers, hosts, clock = replay_publishers(replay)
    crawl = Crawled(clock=clock)
    stats = crawl.run(*publishers, private_hosts=hosts, wait=60, timeout=20, sitemap_days=3_650)
    offered = set(_offered(publishers))
    read = Counter(page.url for page in crawl.pages)
    assert len(offered) >= 300 and offered <= set(read) and set(read.values()) == {1}
    assert stats.left == 0 and not crawl.ledger.queue


def _offered(publishers: Iterable[Publisher]) -> Iterator[str]:
    """Every item of every publisher, as the replay's own sitemaps list them."""
    for publisher in publishers:
        index = next(endpoint.url for endpoint in publisher.endpoints if endpoint.kind == "sitemap")
        for day in _locations(index):
            yield from _locations(day)


def _locations(url: str) -> list[str]:
    for _ in range(12):
        try:
            with urllib.request.urlopen(url) as answer:
                return re.findall("<loc>(.*?)</loc>", answer.read().decode())
        except (OSError, HTTPException):
            continue
    raise AssertionError(f"{url} does not answer")
