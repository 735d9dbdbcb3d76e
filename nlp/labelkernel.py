"""The fitted regression as it is shipped: small numbers, calibrated answers, and why."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from nlp.kernel import WIDTHS, Fitted, gaussian, views
from nlp.reader import NOTHING, Array, Batch

_STEPS: Final = 127
_ELSE: Final = 0.5
"""Trust in a topic of a long text that no section of the older papers answers to, read from its opening only."""
_LEAST: Final = 1e-9


def squash(logits: Array, topics: int) -> Array:
    """Logistic for each topic, softmax over the tones after them."""
    clipped = np.clip(logits, -30, 30)
    tones = np.exp(clipped[:, topics:] - clipped[:, topics:].max(axis=1, keepdims=True, initial=-30))
    return np.hstack([1 / (1 + np.exp(-clipped[:, :topics])), tones / tones.sum(axis=1, keepdims=True)])


def small(rows: Array) -> tuple[Array, Array]:
    """Rows as int8, and the scale of each."""
    scales = (np.abs(rows).max(axis=1) / _STEPS).astype(np.float32)
    return np.round(rows / np.maximum(scales, _LEAST)[:, None]).astype(np.int8), scales


class LabelKernel:
    """Batch -> probabilities, texts x (topics, then three tones).

    Word vectors are kept as int8 with a scale a row; centres (those of the three views one under the other) and weights
    of n-grams as float16. `temper` and `shift` turn what the regression says into log-odds (Platt 1999): for a topic
    its score times temper[k, k] plus shift[k], for tones three sums of all three scores.
    """

    def __init__(  # noqa: PLR0917 - each is stored under its name
        self,
        topics: tuple[str, ...] = (),
        vectors: Array = NOTHING,
        scales: Array = NOTHING,
        centres: Array = NOTHING,
        weights: Array = NOTHING,
        linear: Array = NOTHING,
        mean: Array = NOTHING,
        temper: Array = NOTHING,
        shift: Array = NOTHING,
        body: Array = NOTHING,
        body_bias: Array = NOTHING,
    ) -> None:
        self.topics = topics
        self.vectors = vectors
        self.scales = scales
        self.centres = centres
        self.weights = weights
        self.linear = linear
        self.mean = mean
        self.temper = temper
        self.shift = shift
        self.body = body
        self.body_bias = body_bias

    _wide: list[tuple[Array, Array]] | None = None

    @classmethod
    def packed(cls, fitted: Fitted, vectors: Array, topics: tuple[str, ...], labels: list[int]) -> LabelKernel:
        """From a fitted regression; `labels` are the columns that are shipped, topics first. Not tempered yet."""
        rows, scales = small(vectors)
        return cls(
            topics=topics,
            vectors=rows,
            scales=scales,
            centres=np.vstack(fitted.centres).astype(np.float16),
            weights=np.vstack(fitted.weights)[:, labels].astype(np.float32),
            linear=fitted.linear[:, labels].astype(np.float16),
            mean=fitted.mean[labels],
            temper=np.eye(len(labels), dtype=np.float32),
            shift=np.zeros(len(labels), np.float32),
        )

    @property
    def wide(self) -> list[tuple[Array, Array]]:
        """Centres and weights of each view, as float32; made on first use."""
        if self._wide is None:
            centres = np.split(self.centres.astype(np.float32), len(WIDTHS))
            self._wide = list(zip(centres, np.split(self.weights, len(WIDTHS)), strict=True))
        return self._wide

    def _mean(self, matrix: sparse.csr_matrix) -> Array:
        terms, inverse = np.unique(matrix.indices, return_inverse=True)
        narrow = sparse.csr_matrix((matrix.data, inverse, matrix.indptr), shape=(matrix.shape[0], len(terms)))
        mean: Array = narrow @ (self.vectors[terms] * self.scales[terms, None])
        return mean

    def said(self, batch: Batch) -> Array:
        """What the regression says, before it is tempered: texts x (topics + 3)."""
        answer: Array = _weighed(batch.ngrams, self.linear) + self.mean
        seen = views(self._mean(batch.title), self._mean(batch.lead))
        for view, (centres, weights), width in zip(seen, self.wide, WIDTHS, strict=True):
            answer += gaussian(view, centres, width) @ weights
        return answer

    def predict_proba(self, batch: Batch) -> Array:
        """Each topic for itself; the tones sum to one."""
        return squash(self.said(batch) @ self.temper + self.shift, len(self.topics))

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
        """Of one text: n-grams, and terms, with what each adds to a topic.

        Terms by the slope of the answer along their vectors, less what lies along the text's own vector: that says
        which words draw the text towards the topic, not how long it is.
        """
        ngrams = batch.ngrams
        added = ngrams.data * self.linear[ngrams.indices, topic].astype(np.float32)
        means = [self._mean(batch.title)[0], self._mean(batch.lead)[0]]
        seen = [view[0] for view in views(*(mean[None] for mean in means))]
        slopes = [self._slope(number, view, topic) for number, view in enumerate(seen)]
        length = max(_LEAST, float(np.linalg.norm(seen[0] + seen[1])))
        together = _across(slopes[2], seen[2]) / length
        terms: list[tuple[int, float]] = []
        for matrix, mean, view, slope in zip((batch.title, batch.lead), means, seen, slopes, strict=False):
            pull = _across(slope + together, view) / max(_LEAST, float(np.linalg.norm(mean)))
            vectors = self.vectors[matrix.indices] * self.scales[matrix.indices, None]
            terms += zip(matrix.indices.tolist(), (matrix.data * (vectors @ pull)).tolist(), strict=True)
        return list(zip(ngrams.indices.tolist(), added.tolist(), strict=True)), terms

    def _slope(self, number: int, view: Array, topic: int) -> Array:
        centres, weights = self.wide[number]
        near = gaussian(view[None], centres, WIDTHS[number])[0]
        slope: Array = 2 * WIDTHS[number] * ((near * weights[:, topic]) @ centres)
        return slope


def _across(slope: Array, direction: Array) -> Array:
    """The part of a slope that lies across a unit vector."""
    part: Array = slope - (slope @ direction) * direction
    return part


def _weighed(rows: sparse.csr_matrix, weights: Array) -> Array:
    """rows @ weights, widening only the weights that are met."""
    columns, inverse = np.unique(rows.indices, return_inverse=True)
    narrow = sparse.csr_matrix((rows.data, inverse, rows.indptr), shape=(rows.shape[0], len(columns)))
    answer: Array = narrow @ weights[columns].astype(np.float32)
    return answer
