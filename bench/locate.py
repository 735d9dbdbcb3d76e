"""Places: loading the gazetteer, articles a second with five desks, and what 500 desks cost instead of one."""

from __future__ import annotations

import json
import lzma
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from core.records import Desk
from nlp.desks import load_desks
from nlp.gazetteer.units import Gazetteer
from nlp.locate import DeskLocator
from nlp.locate.rows import article_of, filter_rows
from tests.data import data_dir

DESKS = Path(__file__).resolve().parent.parent / "desks"
ARTICLES = 10_000
SAMPLE = 1_000

_LOAD = """
import json, psutil, time
from nlp.gazetteer.units import Gazetteer
me = psutil.Process()
before, began = me.memory_info().rss, time.perf_counter()
gazetteer = Gazetteer.load()
loaded = time.perf_counter() - began
gazetteer.kin, gazetteer.number, gazetteer.children
print(json.dumps({
    "ms": loaded * 1000,
    "whole_ms": (time.perf_counter() - began) * 1000,
    "mb": (me.memory_info().rss - before) / 2**20,
}))
"""


def measure() -> dict[str, float]:
    """`load_ms`, `load_mb`; `articles_per_s` (one core, JSON in and out); `cost_500_to_1` (same articles)."""
    loads = [_load() for _ in range(5)]
    gazetteer = Gazetteer.load()
    rows = _rows()
    five = DeskLocator(gazetteer, load_desks(DESKS, gazetteer))
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    began = time.process_time()
    for result in filter_rows((json.loads(line) for line in lines), five):
        json.dumps(result, ensure_ascii=False)
    speed = len(lines) / (time.process_time() - began)
    one, many = (_cost(DeskLocator(gazetteer, _random_desks(gazetteer, n)), rows[:SAMPLE]) for n in (1, 500))
    return {
        "load_ms": statistics.median(load["ms"] for load in loads),
        "load_with_relations_ms": statistics.median(load["whole_ms"] for load in loads),
        "load_mb": max(load["mb"] for load in loads),
        "articles_per_s": speed,
        "ms_with_1_desk": one,
        "ms_with_500_desks": many,
        "cost_500_to_1": many / one,
    }


def _load() -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, check=True, cwd=DESKS.parent)
    loaded: dict[str, float] = json.loads(done.stdout)
    return loaded


def _cost(locator: DeskLocator, rows: list[dict[str, Any]]) -> float:
    """Milliseconds of CPU an article."""
    articles = [article_of(row) for row in rows]
    locator.locate(articles[0])
    began = time.process_time()
    for article in articles:
        locator.locate(article)
    return (time.process_time() - began) * 1000 / len(articles)


def _random_desks(gazetteer: Gazetteer, count: int) -> list[Desk]:
    districts = [unit for unit, level in zip(gazetteer.ids, gazetteer.level, strict=True) if level == 2]
    chosen = random.Random(7).sample(districts, count)
    return [Desk(id=f"desk_{i}", name="", office="", units=(unit,)) for i, unit in enumerate(chosen)]


def _rows() -> list[dict[str, Any]]:
    """Articles of the labelled data where they are, else the benchmark's passages put together to their length."""
    path = data_dir() / "topics" / "sections2020.jsonl.xz"
    if path.exists():
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for _, line in zip(range(ARTICLES), lines, strict=False)]
    else:
        from tests.nlp.places.passages import passages  # noqa: PLC0415 - not needed where the data is

        invented = [passage.text for passage in passages()]
        picked = random.Random(7)
        texts = ["\n".join(picked.sample(invented, 24)) for _ in range(ARTICLES)]
    return [{"id": str(i), "title": "", "lead": "", "text": text} for i, text in enumerate(texts)]
