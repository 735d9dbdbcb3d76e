"""Kernel ridge regression of labels on texts: alike texts have alike labels.

How alike two texts are is the mean of four views (a sum of kernels; Shawe-Taylor & Cristianini 2004): the cosine of
their n-grams, and Gaussian kernels of the mean word vectors of their titles, their leads, and both. The Gaussian ones
look through centres, means of many texts found without labels (Williams & Seeger 2001, the Nyström method): what is
learned is a weight for each n-gram and each centre, so that no text is in the model. Centres also serve a little better
than all texts would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import linalg, sparse

from nlp.reader import Array

WIDTHS: Final = (1.0, 1.0, 2.0)
"""exp(-width x squared distance) for title, lead, both; found by cross-validation, flat around."""
_VIEWS: Final = 1 + len(WIDTHS)
_TINY: Final = 1e-9
_CHUNK: Final = 4096
_ROUNDS: Final = 3
_JITTER: Final = 1e-3
"""Added to each centre's likeness with itself: keeps weights small where centres are near each other."""


def unit(rows: Array) -> Array:
    """Rows of length one; an empty row stays empty. float32."""
    answer: Array = rows / np.maximum(_TINY, np.linalg.norm(rows, axis=1, keepdims=True))
    return answer.astype(np.float32, copy=False)


def views(title: Array, lead: Array) -> tuple[Array, Array, Array]:
    """Unit vectors of titles, of leads, and of both together."""
    title, lead = unit(title), unit(lead)
    return title, lead, unit(title + lead)


def gaussian(left: Array, right: Array, width: float) -> Array:
    """Kernel of unit vectors: left rows x right rows, float32."""
    kernel: Array = left @ right.T
    kernel -= 1
    kernel *= 2 * width
    return np.exp(kernel, out=kernel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the kernel reads: n texts."""

    ngrams: sparse.csr_matrix  # n x n-grams, rows of unit length
    views: tuple[Array, Array, Array]  # each n x D, unit rows

    def __len__(self) -> int:
        return int(self.ngrams.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Centres:
    """C points of one view, and what makes their likenesses into coordinates."""

    points: Array  # C x D, unit rows
    width: float
    root: Array  # C x C, lower triangle: Cholesky factor of the points' kernel, float64

    @classmethod
    def among(cls, rows: Array, count: int, width: float, seed: int) -> Centres:
        """Found by a few rounds of spherical k-means (Dhillon & Modha 2001) among unit rows, drawn at the start."""
        points = np.random.default_rng(seed).permutation(rows)[:count]
        for _ in range(_ROUNDS):
            points = _moved(points, rows)
        kernel = gaussian(points, points, width).astype(np.float64)
        kernel[np.diag_indices(len(points))] += _JITTER
        return cls(points=points, width=width, root=linalg.cholesky(kernel, lower=True))

    def coordinates(self, rows: Array) -> Array:
        """rows x C float32; their products are the kernel as seen through the centres."""
        near = gaussian(self.points, rows, self.width).astype(np.float64)
        answer: Array = linalg.solve_triangular(self.root, near, lower=True, overwrite_b=True)
        return answer.T.astype(np.float32)

    def weights(self, of_coordinates: Array) -> Array:
        """Weights of the centres' likenesses that answer to weights of the coordinates (C x K), float32."""
        answer: Array = linalg.solve_triangular(self.root, of_coordinates, lower=True, trans="T")
        return answer.astype(np.float32)


def _moved(points: Array, rows: Array) -> Array:
    """Each point to the mean of the rows that are nearest to it; one that has none stays."""
    nearest = np.concatenate(
        [(rows[start : start + _CHUNK] @ points.T).argmax(axis=1) for start in range(0, len(rows), _CHUNK)]
    )
    shape = (len(points), len(rows))
    members = sparse.csr_matrix((np.ones(len(rows), np.float32), (nearest, np.arange(len(rows)))), shape=shape)
    sums = members @ rows
    filled = np.linalg.norm(sums, axis=1, keepdims=True) > _TINY
    answer: Array = np.where(filled, unit(sums), points)
    return answer


def likeness(texts: Texts, coordinates: Sequence[Array]) -> Array:
    """Each text with each, n x n float32: 13,900 texts take 0.8 GB. `coordinates` are those of their views."""
    turned = texts.ngrams.T.tocsc()
    kernel = np.empty((len(texts), len(texts)), np.float32)
    for start in range(0, len(texts), _CHUNK):
        rows = slice(start, start + _CHUNK)
        kernel[rows] = (texts.ngrams[rows] @ turned).toarray()
        for view in coordinates:
            kernel[rows] += view[rows] @ view.T
    kernel /= _VIEWS
    return kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A solved regression: what each training text adds (n x K), and the mean label."""

    shares: Array
    mean: Array


def solve(kernel: Array, labels: Array, penalty: float) -> Solved:
    """Ridge regression on `kernel` (n x n); labels n x K."""
    ridged = kernel + penalty * np.eye(len(kernel), dtype=np.float32)
    mean = labels.mean(axis=0)
    factor = linalg.cho_factor(ridged, lower=True, overwrite_a=True, check_finite=False)
    shares = linalg.cho_solve(factor, labels - mean, check_finite=False)
    return Solved(shares=shares.astype(np.float32), mean=mean.astype(np.float32))


def out_of_fold(kernel: Array, labels: Array, penalty: float, *, folds: int, seed: int) -> Array:
    """What is said of each text by a regression that has not seen it, n x K."""
    fold = np.random.default_rng(seed).integers(0, folds, len(labels))
    said = np.zeros_like(labels)
    for number in range(folds):
        told, asked = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        solved = solve(kernel[np.ix_(told, told)], labels[told], penalty)
        said[asked] = kernel[np.ix_(asked, told)] @ solved.shares + solved.mean
    return said


def side_by_side(parts: Sequence[Solved]) -> Solved:
    """Regressions of several groups of labels as one."""
    shares, means = [part.shares for part in parts], [part.mean for part in parts]
    return Solved(shares=np.hstack(shares), mean=np.concatenate(means))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The regression without its texts. K labels, C centres a view."""

    linear: Array  # n-grams x K
    centres: tuple[Array, ...]  # for each view C x D, unit rows
    weights: tuple[Array, ...]  # for each view C x K
    mean: Array  # K


def gather(solved: Solved, texts: Texts, centres: Sequence[Centres], coordinates: Sequence[Array]) -> Fitted:
    """The shares of the training texts added up: by n-gram, and by centre."""
    shares = solved.shares / _VIEWS
    weights = [c.weights(view.T @ shares) for c, view in zip(centres, coordinates, strict=True)]
    return Fitted(
        linear=np.asarray(texts.ngrams.T @ shares, np.float32),
        centres=tuple(c.points for c in centres),
        weights=tuple(weights),
        mean=solved.mean,
    )
