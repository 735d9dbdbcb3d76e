"""Fitting the comparison: four logistic regressions on passages whose comparisons people have judged.

"which": of several figures, which one the fact is about. "about": whether both speak of the same thing, values apart.
"same": whether a figure that agrees in value speaks of the fact. "differs": whether the likeliest figure does, where
none agrees. The measures told are out of sample: each passage is judged by weights that were fitted without it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from answers.compare import Decision, Model, Weights, decide, judged_about, ranked, write_model
from answers.figures import read_figures
from answers.likeness import Features, Spots, features
from answers.passage import Fact, Passage
from answers.terms import MODELS, lexicon
from core.records import Figure
from core.text import nfc

WHICH: Final = (
    "near", "near_margin", "alike", "alike_margin", "back", "back_margin", "left", "right", "change", "sentence",
    "same", "apart", "bounded", "whole",
)  # fmt: skip
ABOUT: Final = (
    "near", "near_margin", "alike", "alike_margin", "same", "sentence", "back", "left", "right", "lowest", "whole",
    "only", "unmatched", "names_missing", "change", "period_missing", "no_period", "other_year", "compared_year",
    "place_missing", "long", "mass", "near_mass", "missed", "percent", "duration", "count", "extent",
)  # fmt: skip
SAME: Final = (
    "about", "equal", "bounded", "ranged", "apart", "percent", "duration", "count", "no_period", "period_missing",
    "only",
)  # fmt: skip
DIFFERS: Final = (
    "about", "which", "which_margin", "touching", "near_value", "half_away", "far", "permuted", "tenfold", "count",
    "duration", "percent", "extent", "only", "no_period",
)  # fmt: skip
_STRENGTH: Final = {"which": 0.05, "about": 0.05, "same": 0.5, "differs": 0.3}
"""Inverse strength of the L2 penalty."""
Seen = list[tuple[Figure, Features]]


@dataclass(frozen=True)
class Judged:
    """A fact beside a passage, as a person judged it."""

    passage: str
    verdict: str
    printed: str
    seen: Seen

    @property
    def hits(self) -> list[bool]:
        return [bool(self.printed) and (self.printed in f.text or f.text in self.printed) for f, _ in self.seen]


def read_judged(path: Path) -> list[Judged]:
    """The judged comparisons of a gold.jsonl (format: the labelling guide of such figures)."""
    found: list[Judged] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = nfc(row["text"])
            spots = Spots(Passage(text, read_figures(text), lexicon()))
            for held in row["facts"]:
                if held["verdict"]:
                    seen = features(spots, as_fact(held["fact"]))
                    found.append(Judged(row["id"], held["verdict"], nfc(held["printed"]), seen))
    return found


def as_fact(row: dict[str, Any]) -> Fact:
    """{"indicator","value","dim","place","period"} as a Fact."""
    place = nfc(str(row.get("place") or ""))
    return Fact(
        id="",
        indicator=nfc(str(row["indicator"])),
        value=float(row["value"]),
        dimension=row["dim"],
        places=(place,) if place else (),
        period=nfc(str(row.get("period") or "")),
    )


def fit(judged: list[Judged], *, same_at: float, differs_at: float) -> Model:
    """All four, from judged comparisons."""
    which = _fit("which", WHICH, _choices(judged))
    about = _fit("about", ABOUT, _pairs(judged, which))
    agreeing = [
        (judged_about(row, about), hit and one.verdict == "same")
        for one in judged
        for (_, row), hit in zip(one.seen, one.hits, strict=True)
        if row["agrees"]
    ]
    others = [one for one in judged if one.seen and not any(row["agrees"] for _, row in one.seen)]
    differing = [(judged_about(ranked(o.seen, which)[1], about), o.verdict == "differs") for o in others]
    same, differs = _fit("same", SAME, agreeing), _fit("differs", DIFFERS, differing)
    return Model(which=which, about=about, same=same, differs=differs, same_at=same_at, differs_at=differs_at)


def _choices(judged: list[Judged]) -> list[tuple[Features, bool]]:
    """Figures among which there was a choice, and whether it fell on them."""
    return [
        (row, hit)
        for one in judged
        if any(one.hits) and len(one.seen) > 1
        for (_, row), hit in zip(one.seen, one.hits, strict=True)
    ]


def _pairs(judged: list[Judged], which: Weights) -> list[tuple[Features, bool]]:
    """Figures that speak of the fact, and for facts that none speaks of the ones that seem to."""
    found: list[tuple[Features, bool]] = []
    for one in judged:
        if one.verdict == "none" and one.seen:
            found.append((ranked(one.seen, which)[1], False))
            found += [(row, False) for _, row in one.seen if row["agrees"]]
        elif one.verdict != "none":
            found += [(row, True) for (_, row), hit in zip(one.seen, one.hits, strict=True) if hit]
    return found


def _fit(name: str, names: tuple[str, ...], rows: list[tuple[Features, bool]]) -> Weights:
    table = np.array([[row[n] for n in names] for row, _ in rows])
    mean, scale = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    model = LogisticRegression(C=_STRENGTH[name], max_iter=2000)
    model.fit((table - mean) / scale, np.array([told for _, told in rows]))
    slopes = model.coef_[0] / scale
    return Weights(
        slopes={n: round(float(s), 5) for n, s in zip(names, slopes, strict=True)},
        intercept=round(float(model.intercept_[0] - slopes @ mean), 5),
    )


def out_of_sample(judged: list[Judged], *, folds: int, same_at: float, differs_at: float) -> list[Decision | None]:
    """What is decided about each, by weights fitted without its passage."""
    names = sorted({j.passage for j in judged})
    fold = {name: number % folds for number, name in enumerate(np.random.default_rng(7).permutation(names))}
    found: list[Decision | None] = [None] * len(judged)
    for now in range(folds):
        model = fit([j for j in judged if fold[j.passage] != now], same_at=same_at, differs_at=differs_at)
        for at, one in enumerate(judged):
            if fold[one.passage] == now:
                found[at] = decide(one.seen, model)
    return found


def measures(judged: list[Judged], decisions: list[Decision | None]) -> dict[str, float]:
    """Accuracy, and precision and recall of "differs"."""
    said = [d.verdict if d else "none" for d in decisions]
    pairs = Counter((j.verdict, s) for j, s in zip(judged, said, strict=True))
    named = sum(n for (_, s), n in pairs.items() if s == "differs")
    true = sum(n for (t, _), n in pairs.items() if t == "differs")
    right = pairs["differs", "differs"]
    return {
        "accuracy": sum(n for (t, s), n in pairs.items() if t == s) / len(judged),
        "differs_precision": right / max(1, named),
        "differs_recall": right / max(1, true),
        "same_precision": pairs["same", "same"] / max(1, sum(n for (_, s), n in pairs.items() if s == "same")),
    }


def main(data: str, folds: int = 10_000, same_at: float = 0.5, differs_at: float = 0.81) -> None:
    """Fit on DATA/figures/gold.jsonl, print the figures out of sample, write models/compare.json."""
    judged = read_judged(Path(data) / "figures" / "gold.jsonl")
    passages = len({one.passage for one in judged})
    decisions = out_of_sample(judged, folds=min(folds, passages), same_at=same_at, differs_at=differs_at)
    told = measures(judged, decisions)
    sys.stdout.write(json.dumps({name: round(value, 4) for name, value in told.items()}) + "\n")
    model = write_model(fit(judged, same_at=same_at, differs_at=differs_at))
    text = json.dumps({**model, "left_one_passage_out": told}, indent=1, sort_keys=True)
    (MODELS / "compare.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
