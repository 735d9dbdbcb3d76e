"""Words of Vietnamese text as terms: synonyms made one, each with its weight and its vector.

Vectors (models/words.npz) say what stands near what, learned without labels from the texts of two older press corpora
(app/word_vectors.py makes the file anew): positive pointwise mutual information and SVD, 128 dimensions, the 24,000
most frequent terms kept as int8. Pairs that are mostly capitalised, as names of persons are, are no terms. Rarity is
the logarithm of how seldom a term is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from core.text import fold

Array = np.ndarray[Any, Any]
MODELS: Final = Path(__file__).parent / "models"
_WORD: Final = re.compile(r"[^\W\d_]+\d*|\d+(?:[.,/]\d+)*")
_NUMBER_WEIGHT: Final = 4.0
STOP: Final = frozenset(
    {"số", "các", "của", "và", "là", "được", "đã", "có", "cho", "với", "trong", "tại", "theo", "từ", "đến", "tới", "ở",
     "bị", "do", "để", "một", "những", "này", "đó", "khi", "thì", "mà", "về", "ra", "vào", "lên", "sau", "trước", "mỗi",
     "cả"}
)  # fmt: skip
"""Terms that say nothing of what is measured."""


class Term(NamedTuple):
    """A term and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicon:
    """Terms with vectors (row 0: unknown, zero) and weights; phrases that mean the same."""

    index: Mapping[str, int]
    vectors: Array  # (1 + terms) x dimensions, float32, unit rows
    rarity: Array  # (1 + terms), natural logarithm of 1 / frequency
    same: Mapping[str, str]  # folded phrase -> the phrase that stands for its group
    longest: Mapping[str, int]  # first word of such a phrase -> words of the longest that it begins

    def terms(self, text: str) -> list[Term]:
        """The terms of NFC text, longest phrases first, from left to right."""
        matches = list(_WORD.finditer(fold(text)))
        words = [match.group() for match in matches]
        found: list[Term] = []
        at = 0
        while at < len(words):
            name, length = self._longest(words, at)
            found.append(Term(name, matches[at].start(), matches[at + length - 1].end()))
            at += length
        return found

    def _longest(self, words: list[str], at: int) -> tuple[str, int]:
        """The longest phrase that begins at a word, and how many words it has."""
        first = words[at]
        for length in range(min(self.longest.get(first, 2), len(words) - at), 1, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in self.same:
                return self.same[phrase], length
            if length == 2 and phrase in self.index:
                return phrase, 2
        return self.same.get(first, first), 1

    def rows(self, names: Sequence[str]) -> Array:
        """Vectors of terms: n x dimensions."""
        found: Array = self.vectors[[self.index.get(name, 0) for name in names]]
        return found

    def weights(self, names: Sequence[str]) -> Array:
        """How much each term says: rare ones more."""
        return np.array(
            [_NUMBER_WEIGHT if n[:1].isdigit() else float(self.rarity[self.index.get(n, 0)]) for n in names]
        )


def synonyms(text: str) -> dict[str, str]:
    """Phrase -> the first of its group, from lines of phrases with commas between."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        group = [fold(phrase.strip()) for phrase in line.split(",")]
        for phrase in group:
            found.setdefault(phrase, group[0])
    return found


@cache
def lexicon() -> Lexicon:
    """The shipped one, loaded once."""
    with np.load(MODELS / "words.npz") as file:
        names = file["terms"].tobytes().decode().split("\n")
        vectors = file["vectors"].astype(np.float32) * file["scales"].astype(np.float32)[:, None]
        rarity = file["rarity"].astype(np.float32)
    groups = tomllib.loads((Path(__file__).parent / "synonyms.toml").read_text(encoding="utf-8"))["groups"]
    same = synonyms(groups)
    return Lexicon(
        index={name: number for number, name in enumerate(names, 1)},
        vectors=vectors,
        rarity=rarity,
        same=same,
        longest=_longest_by_first(same),
    )


def _longest_by_first(phrases: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for phrase in phrases:
        words = phrase.split()
        found[words[0]] = max(found.get(words[0], 2), len(words))
    return found
