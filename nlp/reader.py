"""From the parts of a text to what the networks read: n-gram weights and a sequence of terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from scipy import sparse

from core.text import plain
from nlp.words import grams

Array = np.ndarray[Any, Any]
Parts = Sequence[Sequence[str]]
"""The syllables of a text, part by part (title, lead): no n-gram reaches from one part into the next."""

IN_TITLE: Final = "^"
"""Marks an n-gram of the title, which counts a second time under that name."""
Indexes = tuple[dict[str, int], dict[str, int]]
_TOO_FEW: Final = 4
"""Fewer syllables may well have no diacritics by chance."""
NOTHING: Final[Array] = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Texts as the networks read them; three matrices with a row a text, float32."""

    title: sparse.csr_matrix  # n x (1 + terms): weight of each term in the title's mean vector
    lead: sparse.csr_matrix
    ngrams: sparse.csr_matrix  # n x n-grams: sublinear TF-IDF, unit length

    def __len__(self) -> int:
        return int(self.ngrams.shape[0])

    def __getitem__(self, chosen: slice | Array) -> Batch:
        return Batch(title=self.title[chosen], lead=self.lead[chosen], ngrams=self.ngrams[chosen])


def count_grams(parts: Parts) -> Counter[str]:
    """How often each 1-3-gram stands in a text; those of the title (but for 3-grams) also under IN_TITLE."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(grams(part))
    counts.update(IN_TITLE + gram for gram in grams(parts[0], 2))
    return counts


def sublinear(counts: sparse.csr_matrix, idf: Array) -> sparse.csr_matrix:
    """Rows of (1 + ln count) x idf with unit length; an empty row stays empty. Shape kept, float32."""
    rows = counts.astype(np.float32)
    rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
    filled = np.diff(rows.indptr)
    squares = np.bincount(np.repeat(np.arange(rows.shape[0]), filled), rows.data**2, minlength=rows.shape[0])
    rows.data = (rows.data / np.repeat(np.sqrt(squares), filled)).astype(np.float32)
    return rows


def packed(terms: Iterable[str]) -> Array:
    """Terms as one array of UTF-8 bytes, newline between them: small in a model file."""
    return np.frombuffer("\n".join(terms).encode(), dtype=np.uint8)


def unpacked(terms: Array) -> list[str]:
    """The terms again."""
    return terms.tobytes().decode().split("\n") if len(terms) else []


def joined(syllables: Sequence[str], index: dict[str, int]) -> Iterator[str]:
    """Syllables as terms: two in a row that are a term of the index are taken together, from left to right."""
    i = 0
    while i < len(syllables):
        pair = " ".join(syllables[i : i + 2])
        taken = 2 if i + 1 < len(syllables) and pair in index else 1
        yield pair if taken == 2 else syllables[i]
        i += taken


class Reader:
    """Texts (as Parts) to a Batch. Vocabularies are given, not learned here (see nlp.train)."""

    _indexes: Indexes | None = None
    _unmarked: Indexes | None = None

    def __init__(
        self, ngrams: Array = NOTHING, idf: Array = NOTHING, terms: Array = NOTHING, salience: Array = NOTHING
    ) -> None:
        self.ngrams = ngrams
        self.idf = idf
        self.terms = terms
        self.salience = salience

    @property
    def indexes(self) -> Indexes:
        """Column of each n-gram; number of each term, from 1."""
        if self._indexes is None:
            ngrams = {gram: column for column, gram in enumerate(unpacked(self.ngrams))}
            self._indexes = ngrams, {term: number for number, term in enumerate(unpacked(self.terms), 1)}
        return self._indexes

    @property
    def unmarked(self) -> Indexes:
        """The same for texts typed without diacritics: each plain form leads to its most frequent reading."""
        if self._unmarked is None:
            ngrams, terms = self.indexes
            by_spread = sorted(ngrams, key=lambda gram: -self.idf[ngrams[gram]])
            plain_ngrams = {plain(gram): ngrams[gram] for gram in by_spread}  # the last, most frequent one stays
            plain_terms = {plain(term): terms[term] for term in sorted(terms, key=lambda t: -terms[t])}
            self._unmarked = plain_ngrams, plain_terms
        return self._unmarked

    def ngram(self, column: int) -> str:
        """The n-gram of a column, without the mark of the title."""
        return self._lists[0][column].removeprefix(IN_TITLE)

    def term(self, number: int) -> str:
        """The term of a number."""
        return self._lists[1][number - 1]

    @cached_property
    def _lists(self) -> tuple[list[str], list[str]]:
        ngrams, terms = self.indexes
        return list(ngrams), list(terms)  # in the order of their numbers; the same strings, not once more

    def _indexes_for(self, text: Parts) -> Indexes:
        syllables = [syllable for part in text for syllable in part]
        typed_plain = len(syllables) >= _TOO_FEW and all(syllable.isascii() for syllable in syllables)
        return self.unmarked if typed_plain else self.indexes

    def counts(self, texts: Sequence[Parts]) -> sparse.csr_matrix:
        """Known n-grams of each text, texts x n-grams."""
        pointers, columns, values = [0], [], []
        for text in texts:
            index = self._indexes_for(text)[0]
            for gram, count in count_grams(text).items():
                column = index.get(gram)
                if column is not None:
                    columns.append(column)
                    values.append(count)
            pointers.append(len(columns))
        shape = (len(texts), len(self.idf))
        return sparse.csr_matrix(
            (np.array(values, np.float32), np.array(columns, np.int32), np.array(pointers, np.int32)), shape=shape
        )

    def means(self, texts: Sequence[Parts], part: int) -> sparse.csr_matrix:
        """Weight of each term in the mean of one part: salience over the root of their sum, n x (1 + terms)."""
        pointers, columns, values = [0], [], []
        for text in texts:
            index = self._indexes_for(text)[1]
            found = [index[term] for term in joined(text[part], index) if term in index]
            weights = self.salience[found]
            columns += found
            values.append(weights / np.sqrt(max(1e-9, weights.sum())))
            pointers.append(len(columns))
        data = np.concatenate(values) if values else NOTHING
        shape = (len(texts), len(self.salience))
        matrix = sparse.csr_matrix((data, np.array(columns, np.int32), np.array(pointers, np.int32)), shape=shape)
        matrix.sum_duplicates()
        return matrix

    def transform(self, texts: Sequence[Parts]) -> Batch:
        """Unknown words are passed over."""
        return Batch(
            title=self.means(texts, 0),
            lead=self.means(texts, 1),
            ngrams=sublinear(self.counts(texts), self.idf),
        )
