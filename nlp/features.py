"""From the parts of a text to a row of n-gram counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from nlp.words import grams

Parts = Sequence[Sequence[str]]
"""The syllables of a text, part by part (title, lead): no n-gram reaches from one part into the next."""


def count_grams(parts: Parts) -> Counter[str]:
    """How often each 1-3-gram stands in a text."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(grams(part))
    return counts


class GramCounts(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Texts (as Parts) to a sparse matrix of n-gram counts, texts x len(vocabulary), float32.

    The vocabulary is kept as one array of UTF-8 bytes, newline between terms, so that a model file stays small.
    """

    def __init__(self, terms: np.ndarray | None = None) -> None:
        self.terms = terms
        self._index: dict[str, int] | None = None

    @classmethod
    def of(cls, vocabulary: Iterable[str]) -> GramCounts:
        """From the terms themselves."""
        return cls(np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8))

    def fit(self, _texts: Any = None, _labels: Any = None) -> GramCounts:
        """Nothing to learn: the vocabulary is given."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_index": None}

    @property
    def vocabulary(self) -> list[str]:
        """Terms in column order."""
        return [] if self.terms is None or not len(self.terms) else self.terms.tobytes().decode().split("\n")

    @property
    def index(self) -> dict[str, int]:
        """Column of each term."""
        if self._index is None:
            self._index = {term: column for column, term in enumerate(self.vocabulary)}
        return self._index

    def transform(self, texts: Sequence[Parts]) -> sparse.csr_matrix:
        """Count; unknown n-grams are passed over."""
        index = self.index
        pointers, columns, values = [0], [], []
        for text in texts:
            for gram, count in count_grams(text).items():
                column = index.get(gram)
                if column is not None:
                    columns.append(column)
                    values.append(count)
            pointers.append(len(columns))
        shape = (len(texts), len(index))
        return sparse.csr_matrix(
            (np.array(values, np.float32), np.array(columns, np.int32), np.array(pointers, np.int32)), shape=shape
        )
