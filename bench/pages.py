"""Gate and extraction per page, CPU milliseconds, beside trafilatura, readability and newspaper4k in the same run.

Pages: the labelled real ones, saved as published (115 to 1,300 KB). The gate is asked with the names of one desk, of
which none stands on them, so that it reads every page to its end, and with the names of five hundred desks.
"""

# ruff: noqa: PLC0415 - what is compared with is loaded only when it is its turn
from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bench.__main__ import SkipBenchError
from core.errors import ExtractError
from core.records import FetchedPage
from crawlers.extract import PressExtractor
from crawlers.gate import PatternGate
from tests.data import data_dir

ONE_DESK = ("Hạnh Dịch", "Quế Phong", "Thông Thụ", "Tri Lễ", "Mường Quàng")
SYLLABLES = (
    "Cẩm", "Thạch", "Hoằng", "Đak", "Krông", "Tịnh", "Nghĩa", "Phước", "Trường", "Vĩnh", "Ngọc", "Xuân", "Kỳ", "Hưng",
    "Lương", "Mường", "Nậm", "Yên", "Bản", "Chiềng", "Thượng", "Hạ", "Quỳnh", "Diễn", "Ninh",
)  # fmt: skip
ROUNDS = 3


def measure() -> dict[str, float]:
    """Medians and 95th percentiles in milliseconds of CPU; ratios of medians."""
    pages = [_page(body) for body in _bodies()]
    one, many = PatternGate(ONE_DESK), PatternGate(_names(5_000))
    times = {
        "gate": [_ms(one.passes, p) for p in pages],
        "gate_500_desks": [_ms(many.passes, p) for p in pages],
        "trafilatura_fast": [_ms(_trafilatura_fast, p, 2) for p in pages],
    }
    articles = [_page(body) for body in _bodies(lists=False)]
    times |= {
        "extract": [_ms(_extract, p) for p in articles],
        "articles_trafilatura_fast": [_ms(_trafilatura_fast, p, 2) for p in articles],
        "articles_trafilatura": [_ms(_trafilatura, p, 1) for p in articles],
        "articles_readability": [_ms(_readability, p, 1) for p in articles],
        "articles_newspaper4k": [_ms(_newspaper, p, 1) for p in articles],
    }
    return _figures(times)


def _figures(times: dict[str, list[float]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, values in times.items():
        figures[f"{name}_median_ms"] = statistics.median(values)
        figures[f"{name}_p95_ms"] = statistics.quantiles(values, n=20)[-1]
    median = {name: statistics.median(values) for name, values in times.items()}
    figures["gate_times_cheaper"] = median["trafilatura_fast"] / median["gate"]
    figures["gate_times_cheaper_in_all"] = sum(times["trafilatura_fast"]) / sum(times["gate"])
    figures["gate_500_desks_over_one"] = median["gate_500_desks"] / median["gate"]
    figures["extract_times_cheaper"] = median["articles_trafilatura"] / median["extract"]
    return figures


def _bodies(lists: bool = True) -> Iterable[bytes]:
    folder = data_dir()
    if not folder.is_dir():
        raise SkipBenchError("labelled data is neither at $DIEMBAO_DATA nor at ../shared/data")
    for file in sorted((folder / "pages").glob("*.html")):
        if lists or "-list-" not in file.name:
            yield file.read_bytes()
    for file in sorted((folder / "pages_en" / "dataset" / "html").glob("*.html.gz")):
        yield gzip.decompress(file.read_bytes())


def _names(count: int) -> list[str]:
    """As many names of two and three syllables as five hundred desks have, that stand on none of the pages."""
    pairs = [f"{a} {b}" for a in SYLLABLES for b in SYLLABLES if a != b]
    return [f"{pair} {c}" for pair in pairs for c in SYLLABLES][:count]


def _page(body: bytes) -> FetchedPage:
    url = "https://bao.example/tin-1.htm"
    return FetchedPage(
        source="bao", url=url, final_url=url, status=200, headers={}, body=body, fetched_at=datetime.now(UTC)
    )


def _ms(work: Callable[[FetchedPage], object], page: FetchedPage, rounds: int = ROUNDS) -> float:
    """CPU milliseconds, the best of some rounds: other programs share the machine."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work(page)
        best = min(best, time.process_time() - began)
    return best * 1000


def _extract(page: FetchedPage) -> object:
    try:
        return PressExtractor().extract(page, None)
    except ExtractError:
        return None


def _trafilatura(page: FetchedPage) -> object:
    import trafilatura

    return trafilatura.extract(page.body.decode("utf-8", "replace"))


def _trafilatura_fast(page: FetchedPage) -> object:
    import trafilatura

    return trafilatura.extract(page.body.decode("utf-8", "replace"), fast=True)


def _readability(page: FetchedPage) -> object:
    import readability

    return readability.Document(page.body.decode("utf-8", "replace")).summary()


def _newspaper(page: FetchedPage) -> object:
    import newspaper

    article = newspaper.Article(page.url, language="en", fetch_images=False)  # it would ask the network
    article.download(input_html=page.body.decode("utf-8", "replace"))
    article.parse()
    return article.text
