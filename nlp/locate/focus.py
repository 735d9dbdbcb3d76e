"""Whether an article is about a desk's place or only names it.

Logistic regression over a handful of readable features: where, how often and how the place stands, and what other
places stand beside it. Weights in weights.json, learned by `python -m nlp.locate_train`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from nlp.locate.weigh import WEIGHTS

EARLY: Final = 250  # characters: title and lead of a text that comes without fields
_RESIDENT: Final = re.compile(
    r"\b(?:trú|ngụ|quê|sinh năm|sn|hktt|nguyên quán|thường trú|tạm trú|tuổi|quê quán)\b[^.!?\n]{0,80}$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a desk's place stands in a text (or in one item of a digest)."""

    length: int  # characters
    offsets: tuple[int, ...]  # where the desk's units are named
    residents: int  # of these, how many only say where somebody lives or comes from
    units: int  # different units of the desk that are named
    others: int  # different other communes and districts that are named
    other_mentions: int  # how often
    other_first: bool  # one of them is named before the desk's
    in_title: bool


def resident(text: str, start: int) -> bool:
    """Whether the words before a name say that somebody lives there or comes from there."""
    return bool(_RESIDENT.search(text, max(0, start - 110), start))


def features(standing: Standing) -> dict[str, float]:
    """Readable features, each about between 0 and 1."""
    count = len(standing.offsets)
    return {
        "bias": 1.0,
        "early": float(standing.offsets[0] < EARLY),
        "late": standing.offsets[0] / max(standing.length, 1),
        "often": min(1.0, math.log1p(count) / 2.5),
        "dense": min(1.0, count / (1 + standing.length / 1000) / 2),
        "share": count / (count + standing.other_mentions),
        "only_residents": float(standing.residents == count),
        "units": min(1.0, (standing.units - 1) / 3),
        "others": min(1.0, standing.others / 6),
        "other_first": float(standing.other_first),
        "title": float(standing.in_title),
        "short": float(standing.length < 400),
        "spread": (standing.offsets[-1] - standing.offsets[0]) / max(standing.length, 1),
    }


@cache
def shipped() -> Mapping[str, float]:
    """The shipped weights."""
    weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["focus"]
    return weights


def focus_score(standing: Standing) -> float:
    """Probability that the article is about the place."""
    if not standing.offsets:
        return 0.0
    weights = shipped()
    value = sum(weights.get(name, 0.0) * x for name, x in features(standing).items())
    return 1 / (1 + math.exp(-value))
