"""Fitting the label network: Adam, dropout on words and units, soft targets.

The network: mean word vectors of title and lead, side by side, one hidden layer, and beside it a weight for each n-gram
(as in Joulin et al. 2017, Bag of Tricks for Efficient Text Classification, with a hidden layer and a linear bypass).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse

from nlp.reader import Array, Batch

_FORGET: Final = (0.9, 0.99)
_DECAY: Final = 0.01
_WARM_UP: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is made and fitted."""

    units: int = 512
    epochs: int = 8
    batch: int = 64
    rate: float = 1e-3
    vector_rate: float = 3e-3
    linear_rate: float = 5e-3
    drop: float = 0.5  # of hidden units
    word_drop: float = 0.3
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class Network:
    """Weights while they are learned. D vector size, H units, K labels: `topics` that stand each for itself, then tones
    that sum to one."""

    topics: int
    vectors: Array  # (1 + terms) x D
    hidden: Array  # 2D x H
    hidden_bias: Array  # H
    out: Array  # H x K
    out_bias: Array  # K
    linear: Array  # n-grams x K

    @classmethod
    def new(cls, vectors: Array, *, ngrams: int, topics: int, labels: int, recipe: Recipe) -> Network:
        """Drawn at random from the recipe's seed; word vectors as given."""
        draw = np.random.default_rng(recipe.seed)
        wide, units = 2 * vectors.shape[1], recipe.units
        bias = np.zeros(labels, np.float32)
        bias[:topics] = -2.5  # topics are rare
        return cls(
            topics=topics,
            vectors=vectors.astype(np.float32),
            hidden=(draw.standard_normal((wide, units)) * np.sqrt(2 / wide)).astype(np.float32),
            hidden_bias=np.zeros(units, np.float32),
            out=(draw.standard_normal((units, labels)) * np.sqrt(1 / units)).astype(np.float32),
            out_bias=bias,
            linear=np.zeros((ngrams, labels), np.float32),
        )

    def logits(self, batch: Batch) -> Array:
        """n x K, before squashing."""
        features = np.hstack([batch.title @ self.vectors, batch.lead @ self.vectors])
        units = np.maximum(features @ self.hidden + self.hidden_bias, 0)
        answer: Array = units @ self.out + self.out_bias + batch.ngrams @ self.linear
        return answer

    def predict(self, batch: Batch) -> Array:
        """n x K probabilities."""
        return squash(self.logits(batch), self.topics)


def squash(logits: Array, topics: int) -> Array:
    """Logistic for each topic, softmax over the tones after them."""
    clipped = np.clip(logits, -30, 30)
    tones = np.exp(clipped[:, topics:] - clipped[:, topics:].max(axis=1, keepdims=True, initial=-30))
    return np.hstack([1 / (1 + np.exp(-clipped[:, :topics])), tones / tones.sum(axis=1, keepdims=True)])


@dataclass(slots=True)
class _Adam:
    """Kingma & Ba 2015, weight decay apart from the gradient; of a table only the `rows` met are stepped."""

    rate: float
    decay: float = 0.0
    first: dict[str, Array] = field(default_factory=dict)
    second: dict[str, Array] = field(default_factory=dict)

    def step(self, name: str, value: Array, gradient: Array, *, pace: float, t: int, rows: Array | None = None) -> None:
        """Change `value` in place."""
        if name not in self.first:
            self.first[name], self.second[name] = np.zeros_like(value), np.zeros_like(value)
        at = slice(None) if rows is None else rows
        first, second = self.first[name][at], self.second[name][at]
        first = first + np.float32(1 - _FORGET[0]) * (gradient - first)
        second = second + np.float32(1 - _FORGET[1]) * (gradient * gradient - second)
        self.first[name][at], self.second[name][at] = first, second
        rate = np.float32(self.rate * pace * np.sqrt(1 - _FORGET[1] ** t) / (1 - _FORGET[0] ** t))
        value[at] -= rate * first / (np.sqrt(second) + np.float32(1e-8))
        if self.decay:
            value[at] *= np.float32(1 - self.rate * pace * self.decay)


def fit(network: Network, batch: Batch, targets: Array, weights: Array, recipe: Recipe) -> Network:
    """Fit in place to (soft) targets n x K, each text counting by its weight; returns the network."""
    draw = np.random.default_rng(recipe.seed + 1)
    dense, table = _Adam(recipe.rate, _DECAY), _Adam(recipe.vector_rate)
    ngrams = _Adam(recipe.linear_rate)
    total = recipe.epochs * -(-len(batch) // recipe.batch)
    t = 0
    for _ in range(recipe.epochs):
        order = draw.permutation(len(batch))
        for start in range(0, len(order), recipe.batch):
            chosen = order[start : start + recipe.batch]
            t += 1
            pace = min(1.0, t / (_WARM_UP * total)) * max(0.02, 1 - t / total)
            piece = batch[chosen].thinned(recipe.word_drop, draw)
            found = _gradients(network, piece, targets[chosen], weights[chosen], drop=recipe.drop, draw=draw)
            for name, gradient in found.dense.items():
                dense.step(name, getattr(network, name), gradient, pace=pace, t=t)
            table.step("vectors", network.vectors, found.vectors, pace=pace, t=t, rows=found.terms)
            ngrams.step("linear", network.linear, found.linear, pace=pace, t=t, rows=found.ngrams)
    return network


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gradients:
    dense: dict[str, Array]
    terms: Array  # numbers of the terms met
    vectors: Array  # their gradients
    ngrams: Array  # columns of the n-grams met
    linear: Array


def _gradients(
    network: Network, piece: Batch, targets: Array, weights: Array, *, drop: float, draw: np.random.Generator
) -> _Gradients:
    features = np.hstack([piece.title @ network.vectors, piece.lead @ network.vectors])
    units = np.maximum(features @ network.hidden + network.hidden_bias, 0)
    mask = (draw.random(units.shape, dtype=np.float32) >= drop) / np.float32(1 - drop)
    kept = units * mask
    logits = kept @ network.out + network.out_bias + piece.ngrams @ network.linear
    error = (squash(logits, network.topics) - targets) * (weights / len(targets))[:, None]
    error = error.astype(np.float32)
    back = (error @ network.out.T) * mask * (units > 0)
    down = back @ network.hidden.T
    size = network.vectors.shape[1]
    terms, vectors = _by_column(sparse.vstack([piece.title, piece.lead]), np.vstack([down[:, :size], down[:, size:]]))
    ngrams, linear = _by_column(piece.ngrams, error)
    dense = {"out": kept.T @ error, "out_bias": error.sum(axis=0)}
    dense |= {"hidden": features.T @ back, "hidden_bias": back.sum(axis=0)}
    return _Gradients(dense=dense, terms=terms, vectors=vectors, ngrams=ngrams, linear=linear)


def _by_column(matrix: sparse.spmatrix, error: Array) -> tuple[Array, Array]:
    """Columns of `matrix` that are not empty, and for them matrix.T @ error."""
    rows = matrix.tocsr()
    columns, inverse = np.unique(rows.indices, return_inverse=True)
    narrow = sparse.csr_matrix((rows.data, inverse, rows.indptr), shape=(rows.shape[0], len(columns)))
    return columns, narrow.T @ error
