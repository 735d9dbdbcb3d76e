"""What officers corrected, as a small local layer over the shipped model.

A correction holds for its article at once, in full for a reprint of it, and less and less for texts that share fewer of
its n-grams. It needs the article's own text and none of the training texts; leaving it out undoes it. (A kernel
perceptron in all but name: Freund & Schapire 1999.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from core.topics import TONES, TOPICS
from nlp.labelkernel import squash
from nlp.reader import Array

LABELS: Final = (*(topic.id for topic in TOPICS), *TONES)
"""Columns of scores, in order."""
ALIKE: Final = 0.3
"""Cosine of two texts' n-grams below which a correction of one says nothing of the other."""
SURE: Final = 2.2
"""Log-odds to which a corrected label is brought: .90."""
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One click: whether `label` holds for the text (title, lead, text). Raises ValueError for one not in LABELS."""

    text: tuple[str, str, str]
    label: str
    holds: bool = True

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise ValueError(f"{self.label!r} is no topic or tone of ours")


class Corrections:
    """Corrections made ready: rows of n-grams and, for each, which label moves by how much."""

    def __init__(self, made: Sequence[Correction], ngrams: sparse.csr_matrix, scores: Array) -> None:
        """`ngrams` and `scores` are what reader and model give for the texts of `made`, a row each."""
        self._rows = ngrams.T.tocsc()
        self._columns = np.array([LABELS.index(correction.label) for correction in made], int)
        signs = np.array([1.0 if correction.holds else -1.0 for correction in made])
        odds = _log_odds(scores[np.arange(len(made)), self._columns])
        self._shift = signs * np.maximum(0.0, SURE - signs * odds)

    def __len__(self) -> int:
        return len(self._columns)

    def adjust(self, scores: Array, ngrams: sparse.csr_matrix) -> Array:
        """Scores (n x LABELS) of texts with these n-grams, corrected; topics each for itself, tones sum to one."""
        if not len(self):
            return scores
        cosine = np.asarray((ngrams @ self._rows).todense())
        weight = np.clip((cosine - ALIKE) / (1 - ALIKE), 0, 1)
        n = len(TOPICS)
        moved = np.hstack([_log_odds(scores[:, :n]), np.log(np.maximum(scores[:, n:], _LEAST))])
        for number, column in enumerate(self._columns):
            moved[:, column] += weight[:, number] * self._shift[number]
        adjusted = squash(moved, n)
        untouched = weight.max(axis=1) == 0
        adjusted[untouched] = scores[untouched]
        return adjusted


def _log_odds(scores: Array) -> Array:
    clipped = np.clip(scores, _LEAST, 1 - _LEAST)
    odds: Array = np.log(clipped / (1 - clipped))
    return odds
