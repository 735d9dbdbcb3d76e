"""Word vectors from texts without labels: what stands near what, weighed by surprise, in fewer dimensions.

Levy, Goldberg and Dagan 2015 (Improving Distributional Similarity with Lessons Learned from Word Embeddings): positive
pointwise mutual information with context smoothing .75, then a truncated SVD with the square root of its values.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from nlp.reader import joined

Array = np.ndarray[Any, Any]
REACH: Final = 6
"""How many terms away a neighbour may stand."""
_SEEN: Final = 15
_PAIR_SEEN: Final = 20
_PAIR_TIES: Final = 20.0
_SMOOTHING: Final = 0.75
_RARE_PAIR: Final = 1.5
_COMMON: Final = 1e-3


def choose_terms(sequences: Sequence[Sequence[str]], most: int, persons: Counter[str]) -> tuple[list[str], Array]:
    """The most frequent terms (syllables, and pairs bound more than by chance) and how often each is seen.

    Pairs as in Mikolov et al. 2013 (Distributed Representations of Words and Phrases); none that is mostly part of a
    person's name, as counted in `persons`.
    """
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for syllables in sequences:
        single.update(syllables)
        pairs.update(itertools.pairwise(syllables))
    total = sum(single.values())
    bound = {
        f"{a} {b}": 0
        for (a, b), n in pairs.items()
        if n >= _PAIR_SEEN
        and a[0] != "0"
        and b[0] != "0"
        and 2 * persons[f"{a} {b}"] < n
        and (n - _PAIR_SEEN / 2) * total > _PAIR_TIES * single[a] * single[b]
    }
    del pairs
    seen: Counter[str] = Counter()
    for syllables in sequences:
        seen.update(joined(syllables, bound))
    kept = [term for term, n in seen.most_common(most) if n >= _SEEN]
    return kept, np.array([seen[term] for term in kept], np.float64)


def salience(seen: Array) -> Array:
    """Weight of each term in a mean (Arora et al. 2017, smooth inverse frequency); 0 for number 0, no term."""
    share = seen / seen.sum()
    return np.concatenate([[0.0], _COMMON / (_COMMON + share)]).astype(np.float32)


def neighbours(sequences: Iterable[Sequence[str]], index: dict[str, int], reach: int = REACH) -> sparse.csr_matrix:
    """How often each term stands within `reach` of each other, nearer ones counting more: terms x terms."""
    gap = [-1] * reach
    numbers: list[Array] = []
    for syllables in sequences:
        numbers.append(np.array([index.get(term, 0) - 1 for term in joined(syllables, index)] + gap, np.int32))
    line = np.concatenate(numbers)
    size = len(index)
    counts = sparse.csr_matrix((size, size), dtype=np.float32)
    for away in range(1, reach + 1):
        left, right = line[:-away], line[away:]
        both = (left >= 0) & (right >= 0)
        weight = np.full(both.sum(), away**-0.5, np.float32)
        counts = counts + sparse.coo_matrix((weight, (left[both], right[both])), shape=(size, size)).tocsr()
    return counts + counts.T


def embed(counts: sparse.csr_matrix, seen: Array, dimensions: int, seed: int) -> Array:
    """Unit vectors, (1 + terms) x dimensions float32; row 0 is for no term and is zero."""
    table = counts.tocoo()
    totals = np.asarray(counts.sum(axis=1)).ravel()
    context = totals**_SMOOTHING / (totals**_SMOOTHING).sum()
    with np.errstate(divide="ignore"):
        surprise = np.log(table.data / (totals[table.row] * context[table.col]))
    kept = (surprise > 0) & (table.data >= _RARE_PAIR)
    matrix = sparse.csr_matrix(
        (surprise[kept].astype(np.float32), (table.row[kept], table.col[kept])), shape=counts.shape
    )
    left, values, _ = randomized_svd(matrix, dimensions, n_oversamples=20, n_iter=3, random_state=seed)
    vectors = left * np.sqrt(values)
    vectors -= np.average(vectors, axis=0, weights=seen)
    vectors /= np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True))
    return np.vstack([np.zeros((1, dimensions)), vectors]).astype(np.float32)
