"""Printed figures: how fast they are read and held beside a book of 5,000 facts, and how right that is."""

from __future__ import annotations

import json
import time

from answers.book import Book
from answers.figures import read_figures
from answers.learn import measures, out_of_sample, read_judged
from answers.passage import Fact
from bench.__main__ import SkipBenchError
from core.text import nfc
from tests.data import data_dir

_PASSAGES_AN_ARTICLE = 6
"""Labelled passages joined to the length of an article: about 2,500 characters."""


def measure() -> dict[str, float]:
    """Needs the labelled passages."""
    path = data_dir() / "figures" / "gold.jsonl"
    if not path.is_file():
        raise SkipBenchError("no labelled figures")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [nfc(row["text"]) for row in rows]
    articles = ["\n".join(texts[n : n + _PASSAGES_AN_ARTICLE]) for n in range(0, len(texts), _PASSAGES_AN_ARTICLE)]
    book = Book(_facts(rows))
    book.compare(articles[0])
    began = time.process_time()
    for article in articles:
        book.compare(article)
    a_book = time.process_time() - began
    began = time.process_time()
    for article in articles:
        read_figures(article)
    reading = time.process_time() - began
    judged = read_judged(path)
    told = measures(judged, out_of_sample(judged, folds=20, same_at=0.5, differs_at=0.81))
    return {
        "compare_cpu_ms_an_article": a_book / len(articles) * 1000,
        "figures_cpu_ms_an_article": reading / len(articles) * 1000,
        **told,
    }


def _facts(rows: list[dict[str, list[dict[str, dict[str, str]]]]]) -> list[Fact]:
    """5,000 facts: those of the passages over and over with other values, without place and period."""
    held = [one["fact"] for row in rows for one in row["facts"]]
    return [
        Fact(
            id=str(n),
            indicator=nfc(held[n % len(held)]["indicator"]),
            value=float(held[n % len(held)]["value"]) * (1 + n // len(held)),
            dimension=held[n % len(held)]["dim"],  # type: ignore[arg-type]
        )
        for n in range(5000)
    ]
