"""The fitted label network as it is shipped: small numbers, calibrated answers, and why."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin

from nlp.learn import Network, squash
from nlp.reader import NOTHING, Array, Batch

_STEPS: Final = 127
_ELSE: Final = 0.5
"""Trust in a topic of a long text that no section of the older papers answers to, read from its opening only."""


class LabelNet(BaseEstimator, ClassifierMixin):  # type: ignore[misc]
    """Batch -> probabilities, texts x (topics, then three tones).

    Word vectors are kept as int8 with a scale a row, the rest as float16. `temper` holds the scale and shift of the
    logits of topics and the scale of those of tones (Platt 1999; Guo et al. 2017), fitted on texts held out.
    """

    def __init__(  # noqa: PLR0917 - scikit-learn's way of naming what is stored
        self,
        topics: tuple[str, ...] = (),
        vectors: Array = NOTHING,
        scales: Array = NOTHING,
        hidden: Array = NOTHING,
        hidden_bias: Array = NOTHING,
        out: Array = NOTHING,
        out_bias: Array = NOTHING,
        linear: Array = NOTHING,
        body: Array = NOTHING,
        body_bias: Array = NOTHING,
        temper: tuple[float, float, float] = (1.0, 0.0, 1.0),
    ) -> None:
        self.topics = topics
        self.vectors = vectors
        self.scales = scales
        self.hidden = hidden
        self.hidden_bias = hidden_bias
        self.out = out
        self.out_bias = out_bias
        self.linear = linear
        self.body = body
        self.body_bias = body_bias
        self.temper = temper

    @classmethod
    def packed(cls, network: Network, topics: tuple[str, ...], labels: list[int]) -> LabelNet:
        """From a fitted network; `labels` are the columns that are shipped, topics first."""
        scales = np.abs(network.vectors).max(axis=1) / _STEPS
        small = np.round(network.vectors / np.maximum(scales, 1e-9)[:, None]).astype(np.int8)
        return cls(
            topics=topics,
            vectors=small,
            scales=scales.astype(np.float32),
            hidden=network.hidden.astype(np.float16),
            hidden_bias=network.hidden_bias,
            out=network.out[:, labels].astype(np.float16),
            out_bias=network.out_bias[labels],
            linear=network.linear[:, labels].astype(np.float16),
        )

    def fit(self, _batch: Any = None, _labels: Any = None) -> LabelNet:
        """Weights come from nlp.train."""
        return self

    def _mean(self, matrix: sparse.csr_matrix) -> Array:
        terms, inverse = np.unique(matrix.indices, return_inverse=True)
        narrow = sparse.csr_matrix((matrix.data, inverse, matrix.indptr), shape=(matrix.shape[0], len(terms)))
        mean: Array = narrow @ (self.vectors[terms] * self.scales[terms, None])
        return mean

    def logits(self, batch: Batch) -> Array:
        """Before squashing, tempered: texts x (topics + 3)."""
        features = np.hstack([self._mean(batch.title), self._mean(batch.lead)])
        units = np.maximum(features @ self.hidden.astype(np.float32) + self.hidden_bias, 0)
        logits: Array = units @ self.out.astype(np.float32) + self.out_bias + _weighed(batch.ngrams, self.linear)
        n, (scale, shift, tone) = len(self.topics), self.temper
        logits[:, :n] = logits[:, :n] * scale + shift
        logits[:, n:] *= tone
        return logits

    def predict_proba(self, batch: Batch) -> Array:
        """Each topic for itself; the tones sum to one."""
        return squash(self.logits(batch), len(self.topics))

    def with_body(self, scores: Array, ngrams: sparse.csr_matrix) -> Array:
        """Scores of long texts: topics that the body weights know are taken from there."""
        n = len(self.topics)
        known = np.flatnonzero(np.isfinite(self.body_bias))
        logits = _weighed(ngrams, self.body)[:, known] + self.body_bias[known]
        mixed = scores.copy()
        mixed[:, :n] *= _ELSE
        mixed[:, known] = squash(logits, len(known))
        return mixed

    def carriers(self, batch: Batch, topic: int) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """Of one text: n-grams, and terms, with what each adds to a topic. Terms: through the units that answered."""
        ngrams = batch.ngrams
        added = ngrams.data * self.linear[ngrams.indices, topic].astype(np.float32)
        features = np.hstack([self._mean(batch.title), self._mean(batch.lead)])[0]
        hidden = self.hidden.astype(np.float32)
        awake = features @ hidden + self.hidden_bias > 0
        pull = hidden[:, awake] @ self.out[awake, topic].astype(np.float32)
        size = self.vectors.shape[1]
        terms: list[tuple[int, float]] = []
        for matrix, part in ((batch.title, pull[:size]), (batch.lead, pull[size:])):
            vectors = self.vectors[matrix.indices] * self.scales[matrix.indices, None]
            terms += zip(matrix.indices.tolist(), (matrix.data * (vectors @ part)).tolist(), strict=True)
        return list(zip(ngrams.indices.tolist(), added.tolist(), strict=True)), terms


def _weighed(rows: sparse.csr_matrix, weights: Array) -> Array:
    """rows @ weights, widening only the weights that are met."""
    columns, inverse = np.unique(rows.indices, return_inverse=True)
    narrow = sparse.csr_matrix((rows.data, inverse, rows.indptr), shape=(rows.shape[0], len(columns)))
    answer: Array = narrow @ weights[columns].astype(np.float32)
    return answer
