"""The label model behind topics and tone: weights of n-grams, one pair of sums a label."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin

Matrix = np.ndarray[Any, Any]
_NONE: Final[Matrix] = np.zeros(0, np.float32)


def sublinear(counts: sparse.csr_matrix, idf: Matrix) -> sparse.csr_matrix:
    """Rows of (1 + ln count) x idf with unit length; an empty row stays empty. Shape kept, float32."""
    rows = counts.astype(np.float32)
    rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
    squares = np.add.reduceat(np.r_[rows.data**2, 0.0], rows.indptr[:-1]) if rows.shape[0] else np.zeros(0)
    empty = np.diff(rows.indptr) == 0
    lengths = np.sqrt(np.where(empty, 1.0, squares))
    rows.data = (rows.data / np.repeat(lengths, np.diff(rows.indptr))).astype(np.float32)
    return rows


class LabelNet(BaseEstimator, ClassifierMixin):  # type: ignore[misc]
    """Counts of n-grams to scores, texts x labels: first topics (each for itself), then tones (sum to one)."""

    def __init__(
        self,
        topics: tuple[str, ...] = (),
        idf: Matrix = _NONE,
        weights: Matrix = _NONE,
        bias: Matrix = _NONE,
    ) -> None:
        self.topics = topics
        self.idf = idf
        self.weights = weights
        self.bias = bias

    def fit(self, _counts: Any = None, _labels: Any = None) -> LabelNet:
        """Weights are set by nlp.train."""
        return self

    def logits(self, counts: sparse.csr_matrix) -> Matrix:
        """Before squashing, float32."""
        rows = sublinear(counts, self.idf)
        return np.asarray(rows @ self.weights.astype(np.float32) + self.bias)

    def predict_proba(self, counts: sparse.csr_matrix) -> Matrix:
        """Probabilities, texts x (topics + 3)."""
        logits = self.logits(counts)
        n = len(self.topics)
        topics = 1 / (1 + np.exp(-logits[:, :n]))
        tones = np.exp(logits[:, n:] - logits[:, n:].max(axis=1, keepdims=True))
        return np.hstack([topics, tones / tones.sum(axis=1, keepdims=True)])

    def contributions(self, counts: sparse.csr_matrix, topic: int) -> list[tuple[int, float]]:
        """Columns of a one-row matrix and what each adds to a topic, greatest first."""
        rows = sublinear(counts, self.idf)
        added = rows.data * self.weights[rows.indices, topic].astype(np.float32)
        return [(int(rows.indices[i]), float(added[i])) for i in np.argsort(-added) if added[i] > 0]
