"""A fact as texts are held against it, and a text made ready once for many facts: terms, names, years, sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from answers.agreement import in_base
from answers.terms import Array, Lexicon, Term
from core.records import Dimension, Figure
from core.text import fold

_SENTENCE: Final = re.compile(r"[.!?…](?=[\s”\"’)]|$)|\n")
WORD: Final = re.compile(r"[^\W\d_]+\d*|\d+")
YEAR: Final = re.compile(r"(?:19|20)\d\d")
_AGAINST_YEAR: Final = re.compile(r"so (?:với|cùng)[^.;]{0,25}?((?:19|20)\d\d)")
_TOKEN: Final = re.compile(r"[^\W_]+|[^\s\w]")
_ABBREVIATION: Final = re.compile(r"[A-ZĐ\d]{2,6}|[A-ZĐ][a-z]?[A-ZĐ]|\w+\d+")
"""THPT, CoV, F1: written with capitals wherever it stands, and no name of a person."""
_BEGINS: Final = re.compile(r"(?:^|[.!?…:;\n”\"“(–-])\s*$")
"""What stands before the first word of a sentence, a title or a quotation."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What of a fact is held against texts."""

    id: str
    version: int = 1
    indicator: str
    also_called: tuple[str, ...] = ()
    value: float
    high: float | None = None  # where the document gives a range
    dimension: Dimension
    places: tuple[str, ...] = ()  # names of the place, as texts may print it
    period: str = ""  # as the office writes it
    units: tuple[str, ...] = ()  # names of units that its wordings hold

    @cached_property
    def place_names(self) -> frozenset[str]:
        """Folded names of places and units that its wordings hold, without the words of their kind."""
        wordings = fold(" | ".join((self.indicator, *self.also_called)))
        names = {fold(name) for text in (*self.places, *self.units) for name in capitals(text)}
        return frozenset(name for name in names if name in wordings)

    @cached_property
    def place_words(self) -> frozenset[str]:
        """These names and each of their words, as terms may have them."""
        return self.place_names | {word for name in self.place_names for word in name.split()}


def capitals(text: str) -> list[str]:
    """The runs of capitalised words in NFC text."""
    found: list[list[str]] = [[]]
    for match in _TOKEN.finditer(text):
        if match.group()[0].isupper():
            found[-1].append(match.group())
        elif found[-1]:
            found.append([])
    return [" ".join(run) for run in found if run]


@dataclass(frozen=True)
class Passage:
    """A text made ready once for many facts. Text NFC."""

    text: str
    figures: tuple[Figure, ...]
    lexicon: Lexicon

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def terms(self) -> list[Term]:
        return self.lexicon.terms(self.text)

    @cached_property
    def vectors(self) -> Array:
        return self.lexicon.rows([term.name for term in self.terms])

    @cached_property
    def proper(self) -> Array:
        """Per term, whether it is written as a proper name: a capital within a sentence, abbreviations apart."""
        return np.array([self._is_proper(term) for term in self.terms], bool)

    def _is_proper(self, term: Term) -> bool:
        word = self.text[term.start : term.end]
        if not word[0].isupper() or _ABBREVIATION.fullmatch(word):
            return False
        return not _BEGINS.search(self.text[max(0, term.start - 4) : term.start])

    @cached_property
    def small(self) -> Array:
        """Per term, whether it begins with a small letter: no name, wherever in a sentence it stands."""
        return np.array([self.text[term.start].islower() for term in self.terms], bool)

    def measures(self, place_names: frozenset[str]) -> Array:
        """Per term, whether it counts as a word of an indicator: proper names don't, save those of these places."""
        counting = ~self.proper
        for name in place_names:
            for match in re.finditer(rf"\b{re.escape(name)}\b", self.folded):
                counting |= (self.starts >= match.start()) & (self.starts < match.end())
        return counting

    @cached_property
    def numbered(self) -> dict[str, list[int]]:
        """Term -> where it stands among the terms."""
        found: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            found.setdefault(term.name, []).append(number)
        return found

    @cached_property
    def starts(self) -> Array:
        return np.array([term.start for term in self.terms], np.int64)

    @cached_property
    def figures_at(self) -> list[int]:
        """The first term of each figure, or after it."""
        return [int(at) for at in np.searchsorted(self.starts, [figure.start for figure in self.figures])]

    @cached_property
    def by_kind(self) -> dict[str, list[Figure]]:
        """The figures of each kind of dimension, in order."""
        found: dict[str, list[Figure]] = {}
        for figure in self.figures:
            found.setdefault(in_base(0.0, figure.dimension)[0], []).append(figure)
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(WORD.findall(self.folded))

    @cached_property
    def years(self) -> frozenset[str]:
        return frozenset(w for w in self.words if YEAR.fullmatch(w))

    @cached_property
    def compared_years(self) -> frozenset[str]:
        """Years that the text only measures against ("so với năm 2018")."""
        return frozenset(_AGAINST_YEAR.findall(self.folded))

    @cached_property
    def ends(self) -> list[int]:
        """Where sentences end."""
        return [match.end() for match in _SENTENCE.finditer(self.text)] + [len(self.text)]

    def sentence(self, at: int) -> tuple[int, int]:
        """Offsets of the sentence around an offset."""
        start = 0
        for end in self.ends:
            if at < end:
                return start, end
            start = end
        return start, len(self.text)
