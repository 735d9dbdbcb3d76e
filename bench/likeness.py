"""How like the press the invented articles of the benchmarks are: in how many others stands what stands in one.

`python -m bench.likeness`: of one to four neighbouring syllables of an article, the share of articles that have them
side by side, anywhere, and anywhere in any spelling (p50: half of them have at most that share, and so on).
An index is as quick as what is asked for is rare: figures over text that repeats itself more than the press does, or
less, say nothing.
"""

from __future__ import annotations

import json
import lzma
import random
import statistics
from collections.abc import Sequence
from typing import Final

from bench.__main__ import SkipBenchError
from bench._press import articles
from core.text import fold_plain
from store.sqlite.words import syllables
from tests.data import data_dir

LENGTH: Final = 250
LEAST: Final = 150
ASKED: Final = 300

Text = list[str]


def measure() -> dict[str, float]:
    """Shares of articles, the press's and the invented ones', by the number of syllables and how they stand."""
    pressed = [text[:LENGTH] for text in _press() if len(text) >= LEAST]
    made = [_all(one.located.article.title, one.located.article.lead, *one.located.article.paragraphs)
            for one in articles(len(pressed))]  # fmt: skip
    return {f"{name}_{figure}": share for name, texts in (("press", pressed), ("invented", made))
            for figure, share in _shares(texts).items()}  # fmt: skip


def _press() -> list[Text]:
    if not data_dir().is_dir():
        raise SkipBenchError("labelled data is neither at $DIEMBAO_DATA nor at ../shared/data")
    with lzma.open(data_dir() / "locality" / "gold.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [_all(row["title"], row["text"]) for row in map(json.loads, lines)]


def _all(*texts: str) -> Text:
    return [syllable for text in texts for syllable in syllables(text)]


def _shares(texts: Sequence[Text]) -> dict[str, float]:
    rng, figures = random.Random(1), dict[str, float]()
    lines = [f" {' '.join(text)} " for text in texts]
    words = [set(text) for text in texts]
    bare = [{fold_plain(word) for word in text} for text in words]
    for count in (1, 2, 3, 4):
        found: dict[str, list[float]] = {"beside": [], "anywhere": [], "any_spelling": []}
        for text in rng.choices(texts, k=ASKED):
            at = rng.randrange(len(text) - count)
            asked = text[at : at + count]
            plain = {fold_plain(word) for word in asked}
            found["beside"].append(sum(f" {' '.join(asked)} " in line for line in lines) / len(texts))
            found["anywhere"].append(sum(set(asked) <= have for have in words) / len(texts))
            found["any_spelling"].append(sum(plain <= have for have in bare) / len(texts))
        for how, shares in found.items():
            cuts = statistics.quantiles(shares, n=20, method="inclusive")
            figures |= {f"{count}_{how}_p{p}_share": cuts[p // 5 - 1] for p in (50, 90, 95)}
    return figures


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:36} {value:8.4f}")
