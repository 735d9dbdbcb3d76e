"""What is new: CPU of a feed, a news sitemap and a section page in ms, and how well article links are told (F1)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from core.records import Endpoint, Publisher, PublisherKind
from crawlers import feeds, sections, sections_train, sitemaps
from tests.data import data_dir

AT = datetime(2026, 11, 21, tzinfo=UTC)
HOME = "https://bao.example.vn/"
ENDPOINT = Endpoint(source="bao", kind="feed", url=HOME)
BAO = Publisher(id="bao", name="Báo", kind=PublisherKind.NEWSPAPER, licence="", home=HOME, endpoints=())
ROUNDS = 7


def measure() -> dict[str, float]:
    """A feed and a sitemap of 200 items, an invented list page; F1 where the labelled pages are at hand."""
    page = sections_train.invented()[0]
    figures = {
        "feed_200_ms": _cpu_ms(lambda: feeds.parse(_feed(), **_answer(HOME))),  # type: ignore[arg-type]
        "sitemap_200_ms": _cpu_ms(lambda: sitemaps.parse(_sitemap(), **_answer(HOME))),  # type: ignore[arg-type]
        "section_ms": _cpu_ms(
            lambda: sections.parse(page.markup.encode(), **{**_answer(page.url), "publisher": None})  # type: ignore[arg-type]
        ),
    }
    real = sections_train.labelled(data_dir() / "pages")
    if real:
        figures["links_f1_page_out"] = min(score.f1 for score in sections_train.leave_page_out(real))
        figures["links_f1_publisher_out"] = min(score.f1 for score in sections_train.leave_publisher_out(real))
    return figures


def _answer(url: str) -> dict[str, object]:
    return {"endpoint": ENDPOINT, "url": url, "fetched_at": AT, "headers": {}, "publisher": BAO}


def _cpu_ms(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1000)
    return median(taken)


def _feed() -> bytes:
    items = "".join(
        f"<item><title>Tin số {n}</title><link>{HOME}tin-so-{n}.html</link><guid>{HOME}tin-so-{n}.html</guid>"
        "<pubDate>Fri, 20 Nov 2026 10:00:00 +0700</pubDate><description><![CDATA[<a href='x'><img src='y'></a> Mưa lớn"
        " ở nhiều xã ven sông, nước lên nhanh trong đêm.]]></description></item>"
        for n in range(200)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Báo</title>{items}</channel></rss>'.encode()


def _sitemap() -> bytes:
    rows = "".join(
        f"<url><loc>{HOME}tin-so-{n}.html</loc><news:news><news:publication_date>2026-11-20T10:00:00+07:00"
        f"</news:publication_date><news:title>Tin số {n}</news:title></news:news></url>"
        for n in range(200)
    )
    names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    return (f'<urlset {names} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>').encode()
