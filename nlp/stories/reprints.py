"""How much of one text stands in another, counted on the texts themselves (the index only estimates it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.stories.words import hashes, is_number, runs, words

RUN: Final = 4
"""Words in a row that must agree before they count as taken over (as in Broder 1997; Vietnamese words have two)."""
LEAST_WORDS: Final = 25
"""A shorter text is too little to be called a reprint of anything."""
KEPT: Final = 0.55
"""Least share of the shorter text's words that stand in the other, in runs, for a reprint."""
_FIGURES: Final = 5
_SAME_FIGURES: Final = 0.34
_FORM: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """What two texts have in common. Shares are 0 to 1."""

    of_first: float  # share of the first text's words that stand in the second, in runs of at least RUN
    of_second: float
    words_first: int
    words_second: int
    figures: int  # figures of the shorter text, each once
    figures_kept: float  # share of them that stand in the other; 1 for none

    @property
    def of_shorter(self) -> float:
        """Share of the shorter text that stands in the longer."""
        return self.of_first if self.words_first <= self.words_second else self.of_second

    @property
    def same_form(self) -> bool:
        """Whether both are one form filled with different figures (prices, weather), not a text taken over."""
        return self.figures >= _FIGURES and self.figures_kept < _SAME_FIGURES and self.of_shorter < _FORM

    @property
    def reprint(self) -> bool:
        """Whether one text is the other one, cut, lengthened or edited."""
        long_enough = min(self.words_first, self.words_second) >= LEAST_WORDS
        return long_enough and self.of_shorter >= KEPT and not self.same_form


def sameness(first: str, second: str) -> Sameness:
    """Compare two texts (lead and body; at most words.MOST_WORDS words of each). Takes about a millisecond."""
    here, there = words(first), words(second)
    ours, theirs = hashes(here), hashes(there)
    one, two = runs(ours, RUN), runs(theirs, RUN)
    figures, others = ({w for w in side if is_number(w)} for side in sorted((here, there), key=len))
    return Sameness(
        of_first=_covered(one, two, len(ours)),
        of_second=_covered(two, one, len(theirs)),
        words_first=len(ours),
        words_second=len(theirs),
        figures=len(figures),
        figures_kept=len(figures & others) / len(figures) if figures else 1.0,
    )


def _covered(ours: NDArray[np.uint32], theirs: NDArray[np.uint32], length: int) -> float:
    """Share of `length` words that lie in a run which the other text has too."""
    if not length or not len(ours):
        return 0.0
    shared = np.isin(ours, theirs)
    covered = np.zeros(length, dtype=bool)
    for offset in range(length - len(ours) + 1):
        covered[offset : offset + len(ours)] |= shared
    return float(covered.mean())
