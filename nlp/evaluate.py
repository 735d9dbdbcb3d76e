"""`diembao evaluate`: all scores with confidence intervals, held against nlp/floors.json."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from core.topics import TONES, TOPICS
from nlp.corpus import SECTIONS, read_rows
from nlp.tagger import MODELS, Tagger, load

FLOORS: Final = Path(__file__).parent / "floors.json"
_RESAMPLES: Final = 1000
Matrix = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A figure with its 95 % confidence interval (bootstrap over texts) and the number of texts behind it."""

    name: str
    value: float
    low: float
    high: float
    n: int


def interval(name: str, n: int, figure: Callable[[Matrix], float], support: int | None = None) -> Score:
    """`figure` is computed from row numbers; resampled with a fixed seed."""
    random = np.random.default_rng(7)
    drawn = [figure(random.integers(0, n, n)) for _ in range(_RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Score(name=name, value=figure(np.arange(n)), low=float(low), high=float(high), n=support or n)


def f1(said: Matrix, true: Matrix) -> float:
    """Micro-averaged F1 of two boolean arrays."""
    total = said.sum() + true.sum()
    return float(2 * (said & true).sum() / total) if total else 0.0


def _f1_of(said: Matrix, true: Matrix) -> Callable[[Matrix], float]:
    return lambda rows: f1(said[rows], true[rows])


def calibration_error(scores: Matrix, true: Matrix, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015) over `bins` of equal width."""
    at = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [
        abs(scores[at == b].mean() - true[at == b].mean()) * (at == b).mean() for b in range(bins) if (at == b).any()
    ]
    return float(sum(gaps))


def scores(tagger: Tagger, data: Path) -> list[Score]:
    """Topics and tone on the doubly read items; disputed topics count neither way."""
    rows = read_rows(data / "topics" / "gold2026.jsonl")
    ids = [topic.id for topic in TOPICS]
    texts = [(row["title"], row["summary"], "") for row in rows]
    tags, probabilities = tagger.read(texts), tagger.scores(texts)
    true = np.array([[i in row["topics"] for i in ids] for row in rows])
    open_ = np.array([[i not in row["disputed"] for i in ids] for row in rows])
    said = np.array([[i in {label.topic for label in t.topics} for i in ids] for t in tags]) & open_
    found = [interval("topics micro-F1", len(rows), _f1_of(said, true))]
    for k, name in enumerate(ids):
        found.append(interval(f"topic {name} F1", len(rows), _f1_of(said[:, k], true[:, k]), true[:, k].sum()))
    flat, truth = probabilities[:, : len(ids)][open_], true[open_]
    found.append(interval("topics calibration error", len(flat), lambda r: calibration_error(flat[r], truth[r])))
    return found + _tone_scores(rows, [t.tone.label for t in tags], probabilities[:, len(ids) :])


def _tone_scores(rows: Sequence[dict[str, Any]], said: Sequence[str], probabilities: Matrix) -> list[Score]:
    sure = [i for i, row in enumerate(rows) if row["tone"]]
    true = np.array([rows[i]["tone"] for i in sure])
    given = np.array([said[i] for i in sure])
    best = probabilities[sure].max(axis=1)
    right = given == true
    found = [interval("tone accuracy", len(sure), _mean_of(right))]
    for name in TONES:
        pair = (given == name, true == name)
        found.append(interval(f"tone {name} F1", len(sure), _f1_of(*pair), int(pair[1].sum())))
    return [*found, interval("tone calibration error", len(sure), lambda r: calibration_error(best[r], right[r]))]


def section_scores(tagger: Tagger, data: Path, limit: int = 3000) -> list[Score]:
    """Whether the best topic of a body is that of its section, on the test parts of both older corpora."""
    found = []
    for name in ("vntc10", "sections2020"):
        rows = [row for row in read_rows(data / "topics" / f"{name}.jsonl.xz") if row["label"] in SECTIONS]
        rows = [row for row in rows if row["split"] == "test"]
        random.Random(7).shuffle(rows)  # noqa: S311 - a fixed sample
        rows = rows[:limit]
        said = tagger.read([("", "", row["text"]) for row in rows])
        right = np.array([bool(t.topics) and t.topics[0].topic in _answers(r) for t, r in zip(said, rows, strict=True)])
        labels = np.array([row["label"] for row in rows])
        found.append(interval(f"{name} accuracy", len(rows), _mean_of(right)))
        for label in sorted(set(labels)):
            own = right[labels == label]
            found.append(interval(f"{name} {label} accuracy", len(own), _mean_of(own)))
    return found


def _answers(row: dict[str, Any]) -> set[str]:
    """VNTC's "Khoa hoc" holds science, nature and medicine together."""
    return {SECTIONS[row["label"]]} | ({"environment", "health"} if row["label"] == "Khoa hoc" else set())


def _mean_of(values: Matrix) -> Callable[[Matrix], float]:
    return lambda rows: float(values[rows].mean())


def evaluate(data: Path, models: Path = MODELS, floors: Path = FLOORS) -> bool:
    """Print every score; False where one is below its floor (above, for errors). Raises ModelError."""
    bounds: dict[str, dict[str, float]] = json.loads(floors.read_text(encoding="utf-8"))
    tagger = load(models)
    found = scores(tagger, data) + section_scores(tagger, data)
    table = Table("score", "value", "95 %", "n", "bound", title=f"{tagger.version}")
    held = True
    for score in found:
        bound = bounds.get(score.name, {})
        fine = bound.get("min", score.value) <= score.value <= bound.get("max", score.value)
        held &= fine
        says = " ".join(f"{side} {value}" for side, value in bound.items()) + ("" if fine else " FAILED")
        table.add_row(score.name, f"{score.value:.3f}", f"{score.low:.3f}-{score.high:.3f}", str(score.n), says)
    Console().print(table)
    missing = bounds.keys() - {score.name for score in found}
    if missing:
        Console().print(f"bounded but not measured: {', '.join(sorted(missing))}")
    return held and not missing
