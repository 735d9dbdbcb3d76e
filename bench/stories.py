"""Stories: time to assign an article to one of the window's, up to a million of them, and the memory that they take."""

from __future__ import annotations

import json
import lzma
import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from nlp.stories import Item, Stories, StoryRow
from nlp.stories.rarity import BITS
from nlp.stories.signature import FIGURES, SKETCH, TERMS, TITLE, Signature
from tests.data import data_dir

START: Final = datetime(2026, 9, 1, tzinfo=UTC)
ASSIGNED: Final = 1_000
SIZES: Final = (100_000, 1_000_000)


def measure() -> dict[str, float]:
    """Milliseconds of CPU an article (reading the text included) and the process's peak in MB, at each window size.

    The window is filled with made signatures of full length whose terms follow Zipf's law; the articles assigned are
    newspaper bodies where the labelled data is, else the sample press's.
    """
    figures: dict[str, float] = {}
    for size in SIZES:
        code = f"import json; from bench.stories import run; print(json.dumps(run({size})))"
        root = Path(__file__).resolve().parent.parent
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=root)
        name = f"{size // 1000}k"
        figures |= {f"{key}_{name}": value for key, value in json.loads(done.stdout).items()}
    figures["growth_100k_to_1000k"] = figures["assign_ms_median_1000k"] / figures["assign_ms_median_100k"]
    return figures


def run(size: int) -> dict[str, float]:
    """Fill a window with `size` articles, then assign ASSIGNED more. For a process of its own."""
    import psutil  # noqa: PLC0415

    stories = Stories()
    rows, loaded = _rows(size), 0.0
    while batch := list(islice(rows, 10_000)):
        began = time.process_time()
        stories.load(batch)
        loaded += time.process_time() - began
    took = []
    for number, (title, body) in enumerate(_texts()):
        item = Item(id=f"n{number}", title=title, body=body, published=START + timedelta(minutes=number))
        began = time.process_time()
        stories.assign(item)
        took.append((time.process_time() - began) * 1000)
    return {
        "assign_ms_median": float(np.median(took)),
        "assign_ms_p99": float(np.percentile(took, 99)),
        "load_s": loaded,
        "peak_mb": psutil.Process().memory_info().rss / 2**20,
    }


def _rows(size: int) -> Iterator[StoryRow]:
    made = np.random.default_rng(7)
    step = 5_000
    for start in range(0, size, step):
        ranks = np.sort(np.exp(made.random((step, TERMS)) * math.log(1 << BITS)).astype(np.uint64), axis=1)[:, ::-1]
        terms = ((ranks * np.uint64(2_654_435_761)) % np.uint64(1 << BITS)).astype(np.uint32)
        weights = np.sort(made.integers(20, 120, (step, TERMS), dtype=np.uint32), axis=1)[:, ::-1]
        packed = (terms << np.uint32(32 - BITS)) | weights
        rest = made.integers(0, 2**32, (step, SKETCH + TITLE + FIGURES), dtype=np.uint32)
        for row in range(min(step, size - start)):
            sketch, title, figures = np.split(rest[row], (SKETCH, SKETCH + TITLE))
            signature = Signature(terms=packed[row], sketch=np.sort(sketch), title=title, figures=figures)
            number = start + row
            yield StoryRow(
                article=str(number),
                story=str(number - number % 3),
                published=START - timedelta(seconds=number % 700_000),
                signature=signature.to_bytes(),
            )


def _texts() -> list[tuple[str, str]]:
    path = data_dir() / "topics" / "sections2020.jsonl.xz"
    if path.exists():
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            bodies = [json.loads(line)["text"] for _, line in zip(range(ASSIGNED), lines, strict=False)]
        return [(" ".join(body.split()[:12]), body) for body in bodies]
    from sample.articles import load  # noqa: PLC0415 - not needed where the data is

    own = [(a.text.title, "\n".join(a.text.paragraphs)) for a in load()]
    return [random.Random(n).choice(own) for n in range(ASSIGNED)]
