"""Score extraction without publisher rules on English pages with gold (the benchmark of a peer, MIT).

    .venv/bin/python -m tests.pages.score_pages_en [--show N] [--trafilatura]

Gold is `body`: the article's paragraphs in order; one in square brackets may be given or not (a standfirst, a note at
the end), and the benchmark takes the best choice for each page. Here as there the mean over pages counts; measured are
precision, recall and F1 of the multiset of words (NFC, split at white space).
"""

# ruff: noqa: T201 - it prints its figures
from __future__ import annotations

import argparse
import gzip
import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ExtractError
from core.records import FetchedPage
from crawlers.extract import PressExtractor
from tests.data import data_dir

Extract = Callable[[bytes], str]


def ours(body: bytes) -> str:
    """Title is not part of the gold; the lead is where the page shows it in its body."""
    page = FetchedPage(
        source="", url="https://example.org/a", final_url="https://example.org/a", status=200, headers={}, body=body,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    try:
        return PressExtractor().extract(page, None).text
    except ExtractError:
        return ""


def trafilatura(body: bytes) -> str:
    import trafilatura as library

    return library.extract(body.decode("utf-8", "replace"), fast=True, include_comments=False) or ""


def words(text: str) -> Counter[str]:
    return Counter(unicodedata.normalize("NFC", text).split())


def f1(said: str, gold: list[str]) -> tuple[float, float, float]:
    """Precision, recall, F1 of the words of one page. An optional paragraph counts where most of it was given."""
    got = words(said)
    want = Counter[str]()
    for paragraph in gold:
        if not optional(paragraph):
            want += words(paragraph)
    for paragraph in filter(optional, gold):
        more = words(paragraph[1:-1])
        if 2 * (more & (got - want)).total() > more.total():
            want += more
    both = (got & want).total()
    p, r = both / max(1, got.total()), both / max(1, want.total())
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def optional(paragraph: str) -> bool:
    return paragraph.startswith("[") and paragraph.endswith("]")


def score(extract: Extract, folder: Path | None = None) -> dict[str, tuple[float, float, float]]:
    """File name -> precision, recall, F1."""
    folder = folder or data_dir() / "pages_en" / "dataset"
    gold = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    return {
        name: f1(extract(gzip.decompress((folder / "html" / name).read_bytes())), entry["body"])
        for name, entry in sorted(gold.items())
    }


def mean(scores: dict[str, tuple[float, float, float]]) -> tuple[float, float, float]:
    n = len(scores)
    return tuple(sum(s[k] for s in scores.values()) / n for k in range(3))  # type: ignore[return-value]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--show", type=int, default=0)
    options.add_argument("--trafilatura", action="store_true")
    args = options.parse_args()
    scores = score(trafilatura if args.trafilatura else ours)
    for name, (p, r, f) in sorted(scores.items(), key=lambda item: item[1][2])[: args.show]:
        print(f"  {name:28} P {p:.3f} R {r:.3f} F1 {f:.3f}")
    p, r, f = mean(scores)
    print(f"pages_en P {p:.4f} R {r:.4f} F1 {f:.4f} n {len(scores)}")


if __name__ == "__main__":
    main()
