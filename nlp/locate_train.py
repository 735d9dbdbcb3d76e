"""Learns the weights of the place resolver: `python -m nlp.locate_train DATA [--write]`.

Reads DATA/locality/gold.jsonl.xz (labels per name and article) and, as a background in which none of the desks is
meant, DATA/topics/sections2020.jsonl.xz. Prints figures cross-validated by article; with --write it then learns from
all of it and writes nlp/locate/weights.json. The weights are drawn towards the ones set by hand (`prior`), whose signs
they keep, so that a feature that the labels say little about keeps its meaning.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from core.records import Desk
from core.text import nfc
from nlp.desks import load_desks
from nlp.gazetteer.spelling import key
from nlp.gazetteer.units import Gazetteer
from nlp.locate.focus import Standing, features
from nlp.locate.locator import DeskLocator, desk_area
from nlp.locate.occurrences import read
from nlp.locate.pieces import assemble
from nlp.locate.rows import article_of
from nlp.locate.weigh import LOOSE, WEIGHTS, Weigher

DESKS: Final = Path(__file__).parent.parent / "desks"
PULL: Final = 0.5
"""How strongly weights are drawn to the prior; chosen by cross-validation among .1, .25, .5, 1, 2."""
FOLDS: Final = 10
BACKGROUND: Final = "background-"
TITLE: Final = 1.5
"""Weight of standing in title or lead, for focus; set by hand, since the labelled texts come without titles."""
FOCUS_C: Final = 1.0
"""Inverse of the ridge for focus; chosen by cross-validation among .3, 1, 3, 10."""

Matrix = NDArray[np.float64]


@dataclass(slots=True)
class Example:
    """One occurrence of a labelled name: features of each candidate and, last, of none."""

    article: str
    group: tuple[str, str]  # article and name
    label: str  # a desk, "none" or "other"
    matrix: Matrix
    areas: dict[str, Matrix]  # desk -> 1.0 for candidates that lie in it


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--loose", action="store_true", help="count loose names anew and write them, nothing else")
    parser.add_argument("--pull", type=float, default=PULL)
    options = parser.parse_args(arguments)
    learner = Learner(options.data, options.pull)
    if options.loose:
        names = loose_names(learner.weigher, options.data / "topics" / "sections2020.jsonl.xz")
        LOOSE.write_text("\n".join(names) + "\n", encoding="utf-8")
        return 0
    learner.cross_validate()
    learner.focus_weights = learner.focus()
    if options.write:
        learner.write()
    return 0


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a packed JSON Lines file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Learner:
    """Examples, and what is learned from them."""

    def __init__(self, data: Path, pull: float) -> None:
        self.pull = pull
        self.focus_weights: dict[str, float] = {}
        self.gazetteer = Gazetteer.load()
        self.rows = read_rows(data / "locality" / "gold.jsonl.xz")
        town = Desk(id="hong_ngu_city", name="", office="", units=("old:868",))
        self.desks = (*load_desks(DESKS, self.gazetteer), town)
        self.areas = {desk.id: desk_area(self.gazetteer, desk) for desk in self.desks}
        shipped = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        self.prior: dict[str, float] = shipped["prior"]
        self.names = sorted(self.prior)
        self.start = np.array([self.prior[name] for name in self.names])
        self.weigher = Weigher(self.gazetteer, self.prior)
        self.examples = [e for row in self.rows for e in self._examples(row)]
        self.examples += self._background(data / "topics" / "sections2020.jsonl.xz")
        self.ids = sorted({e.article for e in self.examples})

    def _examples(self, row: dict[str, Any]) -> list[Example]:
        labels = {key(name): sense for name, sense in row["names"].items()}
        found = []
        text, _ = assemble(article_of(row))
        _, occurrences = read(text, self.weigher.finder)
        context = self.weigher.context(occurrences)
        for i, one in enumerate(occurrences):
            name = next((name for name in labels if name in one.key), None)
            if name is None:
                continue
            sense = labels[name]
            label = sense if sense in self.areas else "none" if sense in {"org", "person"} else "other"
            found.append(self._example(row["id"], name, label, context, i))
        return found

    def _example(self, article: str, name: str, label: str, context: Any, i: int) -> Example:
        one = context.occurrences[i]
        sets = [self.weigher.features(context, i, unit) for unit in one.units]
        sets.append(self.weigher.none_features(context, one))
        matrix = np.array([[f.get(name, 0.0) for name in self.names] for f in sets])
        areas = {
            desk: np.array([float(unit in area) for unit in one.units] + [0.0]) for desk, area in self.areas.items()
        }
        return Example(article, (article, name), label, matrix, areas)

    def _background(self, path: Path, count: int = 6000) -> list[Example]:
        """Names of the desks' communes in articles that name none of the desks' labelled names."""
        if not path.exists():
            return []
        labelled = {key(name) for row in self.rows for name in row["names"]}
        watched = frozenset().union(*self.areas.values())
        rows = read_rows(path)
        random.Random(7).shuffle(rows)  # noqa: S311 - a fixed sample, nothing secret
        found = []
        for n, row in enumerate(rows[:count]):
            text = nfc(row["text"])[:20_000]
            _, occurrences = read(text, self.weigher.finder)
            if any(name in one.key for one in occurrences for name in labelled):
                continue
            context = self.weigher.context(occurrences)
            for i, one in enumerate(occurrences):
                if watched.intersection(one.units):
                    scores, _ = self.weigher.score(context, i)
                    if sum(s for u, s in zip(one.units, scores, strict=True) if u in watched) > 0.02:
                        found.append(self._example(f"{BACKGROUND}{n}", one.key, "other", context, i))
        return found

    def probabilities(self, weights: Matrix, example: Example) -> Matrix:
        """Of each candidate and of none."""
        logits = example.matrix @ weights
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum())

    def learn(self, examples: list[Example]) -> Matrix:
        """Weights from these examples. Of a positive name the clearest occurrence counts, of a negative one all."""
        weights = self.start
        bounds = [(0.0, None) if value > 0 else (None, 0.0) for value in self.start]
        for _ in range(3):
            chosen = self._choose(weights, examples)
            weights = minimize(self._loss, weights, args=(chosen,), jac=True, method="L-BFGS-B", bounds=bounds).x
        return np.asarray(weights)

    def _choose(self, weights: Matrix, examples: list[Example]) -> list[tuple[Example, float]]:
        groups: dict[tuple[str, str], list[Example]] = {}
        for example in examples:
            groups.setdefault(example.group, []).append(example)
        chosen: list[tuple[Example, float]] = []
        for members in groups.values():
            label = members[0].label
            if label in self.areas:
                best = max(members, key=lambda e: float(self.probabilities(weights, e) @ e.areas[label]))
                chosen.append((best, 1.0))
            else:
                chosen += [(e, 1.0 / len(members)) for e in members]
        return chosen

    def _loss(self, weights: Matrix, chosen: list[tuple[Example, float]]) -> tuple[float, Matrix]:
        loss = self.pull * float(((weights - self.start) ** 2).sum()) / 2
        gradient = self.pull * (weights - self.start)
        for example, share in chosen:
            p = self.probabilities(weights, example)
            wanted = self._wanted(example)
            inside = p * wanted
            total = max(float(inside.sum()), 1e-9)
            loss -= share * float(np.log(total))
            gradient = gradient - share * (example.matrix.T @ (inside / total - p))
        return loss, gradient

    def _wanted(self, example: Example) -> Matrix:
        if example.label in self.areas:
            return example.areas[example.label]
        if example.label == "none":
            return np.array([0.0] * (len(example.matrix) - 1) + [1.0])
        return 1.0 - np.clip(sum(area for desk, area in example.areas.items()), 0.0, 1.0)

    def cross_validate(self) -> None:
        """Print precision, recall and F1 of desks by article, and the calibration, each article left out in turn."""
        ids = list(self.ids)
        random.Random(7).shuffle(ids)  # noqa: S311 - a fixed split
        scores: dict[tuple[str, str], float] = {}
        for fold in range(FOLDS):
            left_out = set(ids[fold::FOLDS])
            weights = self.learn([e for e in self.examples if e.article not in left_out])
            self._score([e for e in self.examples if e.article in left_out], weights, scores)
        gold = {(row["id"], desk) for row in self.rows for desk in row["localities"]}
        print("cross-validated:", report(scores, gold))  # noqa: T201
        own: dict[tuple[str, str], float] = {}
        self._score(self.examples, self.learn(self.examples), own)
        print("on the training data:", report(own, gold))  # noqa: T201

    def _score(self, examples: list[Example], weights: Matrix, scores: dict[tuple[str, str], float]) -> None:
        for e in examples:
            p = self.probabilities(weights, e)
            for desk, area in e.areas.items():
                if area.any() and desk != "hong_ngu_city":
                    pair = (e.article, desk)
                    scores[pair] = max(scores.get(pair, 0.0), float(p @ area))

    def standings(self) -> list[tuple[str, str, dict[str, float], bool]]:
        """(article, desk, features, about it) of every match in articles whose label is sure."""
        locator = DeskLocator(self.gazetteer, [desk for desk in self.desks if desk.id != "hong_ngu_city"])
        found: list[tuple[str, str, dict[str, float], bool]] = []
        for row in self.rows:
            if row["sure"]:
                told: list[tuple[str, Standing]] = []
                locator.watch = lambda desk, standing, told=told: told.append((desk, standing))
                locator.locate(article_of(row))
                found += [(row["id"], desk, features(standing), desk in row["focus"]) for desk, standing in told]
        return found

    def focus(self) -> dict[str, float]:
        """Print cross-validated figures of focus; returns the weights learned from everything."""
        rows = self.standings()
        ids = sorted({row[0] for row in rows})
        random.Random(7).shuffle(ids)  # noqa: S311 - a fixed split
        gold = {(row["id"], d) for row in self.rows if row["sure"] for d in row["focus"] if d != "hong_ngu_city"}
        said: set[tuple[str, str]] = set()
        for fold in range(FOLDS):
            left_out = set(ids[fold::FOLDS])
            weights = fit_focus([row for row in rows if row[0] not in left_out])
            said |= {(a, d) for a, d, f, _ in rows if a in left_out and sum(weights[n] * f[n] for n in f) >= 0}
        right = len(said & gold)
        f1 = 2 * right / (len(said) + len(gold))
        print(f"focus, cross-validated: P {right / len(said):.4f} R {right / len(gold):.4f} F1 {f1:.4f}")  # noqa: T201
        return fit_focus(rows)

    def write(self) -> None:
        """Learn from everything and write the weights."""
        weights = dict(zip(self.names, (round(float(w), 3) for w in self.learn(self.examples)), strict=True))
        WEIGHTS.write_text(
            json.dumps({"weights": weights, "prior": self.prior, "focus": self.focus_weights}, indent=1, sort_keys=True)
            + "\n",
            encoding="utf-8",
        )


def loose_names(weigher: Weigher, path: Path) -> list[str]:
    """Names of a single commune that mostly stand in texts that name neither its province nor its district.

    Counted bare and per article over the background; a name that stands so in two articles or more, and in more than
    three of five that it stands in, is loose.
    """
    alone: Counter[str] = Counter()
    together: Counter[str] = Counter()
    for row in read_rows(path):
        _, occurrences = read(nfc(row["text"])[:20_000], weigher.finder)
        named = {unit for one in occurrences for unit in one.units if weigher.level[unit] < 3}
        for name, units in {one.key: one.units for one in occurrences if not one.type}.items():
            if all(weigher.level[unit] == 3 for unit in units) and weigher.unique(units):
                (together if any(weigher.kin[unit] & named for unit in units) else alone)[name] += 1
    return sorted(n for n, count in alone.items() if count >= 2 and count > 0.6 * (count + together[n]))


def fit_focus(rows: list[tuple[str, str, dict[str, float], bool]]) -> dict[str, float]:
    """Logistic regression with a light ridge."""
    names = list(rows[0][2])
    x = np.array([[features[name] for name in names] for _, _, features, _ in rows])
    y = np.array([1.0 if about else 0.0 for *_, about in rows])
    model = LogisticRegression(C=FOCUS_C, fit_intercept=False, max_iter=2000).fit(x, y)
    learned = {name: round(float(w), 3) for name, w in zip(names, model.coef_[0], strict=True)}
    return learned | {"title": TITLE}


def report(scores: dict[tuple[str, str], float], gold: set[tuple[str, str]]) -> str:
    """Precision, recall, F1 at one half, and the expected calibration error over ten bins."""
    gold = {pair for pair in gold if pair[1] != "hong_ngu_city"}
    said = {pair for pair, score in scores.items() if score >= 0.5}
    right = len(said & gold)
    precision, recall = right / max(1, len(said)), right / max(1, len(gold))
    labelled = [(score, pair in gold) for pair, score in scores.items() if not pair[0].startswith(BACKGROUND)]
    error = calibration_error(labelled)
    f1 = 2 * precision * recall / (precision + recall)
    wrong = sorted(said ^ gold)
    lines = [f"P {precision:.4f} R {recall:.4f} F1 {f1:.4f} ECE {error:.4f} (of {len(labelled)}) wrong {wrong}"]
    for desk in sorted({desk for _, desk in gold}):
        mine, true = {pair for pair in said if pair[1] == desk}, {pair for pair in gold if pair[1] == desk}
        lines.append(f"  {desk}: {len(mine & true)} right of {len(mine)} said and {len(true)} wanted")
    return "\n".join(lines)


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error: mean gap of score and share that is right, by bins of equal width (Naeini 2015)."""
    total = 0.0
    for k in range(bins):
        inside = [(s, y) for s, y in pairs if k / bins <= s < (k + 1) / bins or (k == bins - 1 and s == 1.0)]
        if inside:
            gap = abs(sum(s for s, _ in inside) - sum(y for _, y in inside)) / len(inside)
            total += gap * len(inside) / len(pairs)
    return total


if __name__ == "__main__":
    sys.exit(main())
