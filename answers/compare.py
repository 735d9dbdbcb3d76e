"""Holding beside: which printed figure speaks of the same thing, place and period as a fact, and whether they agree.

Decided by features (likeness.py) and logistic regressions whose weights stand in models/compare.json, fitted by
learn.py. Precision comes first: a comparison below its threshold is not made at all. Nothing here calls a text false.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from answers.figures import read_figures
from answers.likeness import Features, Spots, features
from answers.passage import Fact, Passage
from answers.terms import MODELS, STOP, lexicon
from core.records import Comparison, ComparisonReason, Figure, Verdict

Seen = list[tuple[Figure, Features]]
READ: Final = 30_000
"""Characters of a text that are held beside facts: a long report has half as many, while every figure is weighed
against every word, so that a list of a megabyte would stop the line."""
PARTS: Final = ("which", "about", "same", "differs")
_FILE: Final = MODELS / "compare.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A logistic regression: a slope a feature, and an intercept."""

    slopes: Mapping[str, float]
    intercept: float

    def score(self, row: Features) -> float:
        """The logit."""
        return self.intercept + sum(slope * row[name] for name, slope in self.slopes.items())

    def probability(self, row: Features) -> float:
        """Between 0 and 1."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.score(row)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The four regressions and the probabilities from which a verdict is given."""

    which: Weights
    about: Weights
    same: Weights
    differs: Weights
    same_at: float
    differs_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict about one figure."""

    verdict: Verdict
    figure: Figure
    row: Features
    score: float


def ranked(seen: Seen, which: Weights) -> tuple[Figure, Features]:
    """The figure that a fact is likeliest about, its features with "which" and the lead over the next."""
    order = sorted(((which.score(row), -number) for number, (_, row) in enumerate(seen)), reverse=True)
    figure, row = seen[-order[0][1]]
    lead = order[0][0] - order[1][0] if len(order) > 1 else 2.0
    return figure, {**row, "which": order[0][0], "which_margin": lead}


def judged_about(row: Features, about: Weights) -> Features:
    """With "about": the logit that figure and fact speak of the same thing, whatever their values."""
    return {**row, "about": about.score(row)}


def decide(seen: Seen, model: Model) -> Decision | None:
    """The verdict on a fact from the features of its dimension's figures; None where it is doubtful.

    Where any figure agrees in value, the fact is never said to differ.
    """
    agreeing = [(figure, judged_about(row, model.about)) for figure, row in seen if row["agrees"]]
    if agreeing:
        scores = [model.same.probability(row) for _, row in agreeing]
        best = scores.index(max(scores))
        return _said("same", *agreeing[best], scores[best], model.same_at)
    if not seen:
        return None
    figure, row = ranked(seen, model.which)
    row = judged_about(row, model.about)
    return _said("differs", figure, row, model.differs.probability(row), model.differs_at)


def _said(verdict: Verdict, figure: Figure, row: Features, score: float, least: float) -> Decision | None:
    return Decision(verdict=verdict, figure=figure, row=row, score=score) if score >= least else None


@cache
def shipped() -> Model:
    """The fitted model of models/compare.json."""
    return read_model(json.loads(_FILE.read_text(encoding="utf-8")))


def read_model(row: Mapping[str, Any]) -> Model:
    """A model from what `write_model` gave."""
    parts = {name: Weights(slopes=row[name]["slopes"], intercept=row[name]["intercept"]) for name in PARTS}
    return Model(**parts, same_at=row["same_at"], differs_at=row["differs_at"])


def write_model(model: Model) -> dict[str, Any]:
    """As JSON can hold it."""
    parts = {name: getattr(model, name) for name in PARTS}
    shown: dict[str, Any] = {name: {"intercept": w.intercept, "slopes": dict(w.slopes)} for name, w in parts.items()}
    return {**shown, "same_at": model.same_at, "differs_at": model.differs_at}


def prepare(text: str) -> Spots:
    """A text, at most its first READ characters, made ready for any number of facts.

    Raises ValueError for text that is not NFC.
    """
    text = text[:READ]
    return Spots(Passage(text, read_figures(text), lexicon()))


def compare(spots: Spots, fact: Fact) -> Comparison | None:
    """What a text prints beside one fact, or None where nothing may be held against it."""
    decision = decide(features(spots, fact), shipped())
    return shown(spots.passage, fact, decision) if decision else None


def shown(passage: Passage, fact: Fact, decision: Decision) -> Comparison:
    """A decision with its sentence and its reasons."""
    start, end = passage.sentence(decision.figure.start)
    while start < end and passage.text[start].isspace():
        start += 1
    return Comparison(
        fact=fact.id,
        fact_version=fact.version,
        verdict=decision.verdict,
        figure=decision.figure,
        sentence=passage.text[start:end],
        sentence_start=start,
        sentence_end=end,
        score=round(decision.score, 3),
        reasons=reasons(passage, fact, decision, (start, end)),
    )


def reasons(
    passage: Passage, fact: Fact, decision: Decision, sentence: tuple[int, int]
) -> tuple[ComparisonReason, ...]:
    """What the decision rests on, in the order in which an officer would look."""
    own = {term.name for term in passage.lexicon.terms(fact.indicator)} - STOP
    counting = passage.measures(fact.place_names)
    shared = [
        passage.text[term.start : term.end]
        for term, counts in zip(passage.terms, counting, strict=True)
        if counts and term.name in own and sentence[0] <= term.start < sentence[1]
    ]
    found = [ComparisonReason(key="words", words=", ".join(dict.fromkeys(shared)))] if shared else []
    if fact.places and not decision.row["place_missing"]:
        found.append(ComparisonReason(key="place", words=fact.places[0]))
    if fact.period and not decision.row["period_missing"]:
        found.append(ComparisonReason(key="period", words=fact.period))
    if decision.verdict == "differs":
        return (*found, ComparisonReason(key="beyond_rounding", words=decision.figure.text))
    key = "equal" if decision.row["equal"] and decision.figure.bound == "exact" else "within_rounding"
    return (*found, ComparisonReason(key=key, words=decision.figure.text))
