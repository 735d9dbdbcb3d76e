"""Whether an article is about a desk's place or only names it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a desk's place stands in a text."""

    length: int  # characters of the whole text
    offsets: tuple[int, ...]  # where the desk's units are named
    others: int  # other places of its level or below named by type or parent
    in_title: bool


def focus_score(standing: Standing) -> float:
    """Probability that the article is about the place."""
    if not standing.offsets:
        return 0.0
    first = standing.offsets[0] / max(standing.length, 1)
    density = len(standing.offsets) / (1 + standing.length / 1000)
    early = 1.0 if standing.offsets[0] < 250 else 0.0
    value = (
        -1.0 + 1.6 * early - 1.5 * first + 1.2 * min(density, 3.0) + (2.0 if standing.in_title else 0.0)
        - 0.25 * standing.others + (0.8 if standing.length < 400 else 0.0) + 0.3 * math.log1p(len(standing.offsets))
    )  # fmt: skip
    return 1 / (1 + math.exp(-value))
