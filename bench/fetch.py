"""Pages of 270 KB a second through the fetcher, politeness off, on loopback, beside a plain Scrapy spider."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler

from core.clock import FixedClock
from core.records import Endpoint, FetchedPage, PendingPage, Publisher, PublisherKind
from core.settings import CrawlSettings
from crawlers.crawl_plan import Crawl
from crawlers.fetch import reactor
from crawlers.parsers import parsers
from crawlers.spider import crawl
from tests.fakes.ledger import MemoryLedger

PAGES, KILOBYTES = 800, 270
ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def pages_server() -> Iterator[str]:
    command = [sys.executable, "-m", "bench._pages_server", str(PAGES), str(KILOBYTES)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/"
        finally:
            server.terminate()


def _ours(home: str) -> int:
    clock, ledger = FixedClock(datetime(2026, 3, 5, tzinfo=UTC)), MemoryLedger()
    settings = CrawlSettings(private_hosts=("127.0.0.1",), polite=False, pace=0)
    read = 0

    def on_page(page: FetchedPage, pending: PendingPage) -> str:
        nonlocal read
        read += len(page.body) > KILOBYTES * 1000
        ledger.page_stopped(pending, pending.id, "", clock.now())
        return "stopped"

    publisher = Publisher(
        id="bench",
        name="bench",
        kind=PublisherKind.NEWSPAPER,
        licence="none, a measurement",
        home=home,
        endpoints=(Endpoint(source="bench", kind="feed", url=home + "rss"),),
    )
    crawl(
        Crawl(
            publishers=(publisher,),
            ledger=ledger,
            clock=clock,
            settings=settings,
            on_page=on_page,
            parse=parsers(settings),
            version="bench",
        )
    )
    return read


def _plain(home: str) -> int:
    saved = 0

    class PlainSpider(Spider):
        name = "plain"

        def parse(self, response: Any) -> Any:
            for link in response.xpath("//link/text()").getall():
                yield response.follow(link, self.save)

        def save(self, response: Any) -> None:
            nonlocal saved
            Path(folder, str(saved)).write_bytes(response.body)
            saved += 1

    settings = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
    with tempfile.TemporaryDirectory() as folder:
        reactor.run(lambda: Crawler(PlainSpider, settings).crawl_async(start_urls=[home + "rss"]))
    return saved


def measure() -> dict[str, float]:
    """Pages a second and CPU a page, ours and plain Scrapy's."""
    figures: dict[str, float] = {}
    with pages_server() as home:
        for name, run in (("", _ours), ("plain_scrapy_", _plain)):
            wall, cpu = time.perf_counter(), time.process_time()
            read = run(home)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            assert read == PAGES, f"{name}{read} of {PAGES} pages came"
            figures[f"{name}pages_per_second"] = read / wall
            figures[f"{name}cpu_ms_per_page"] = cpu / read * 1000
    figures["times_plain_scrapy"] = figures["plain_scrapy_cpu_ms_per_page"] / figures["cpu_ms_per_page"]
    return figures
