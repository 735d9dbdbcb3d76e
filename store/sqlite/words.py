"""Text as it is indexed and asked for: syllables and pairs of neighbouring syllables, as typed and without diacritics.

Vietnamese syllables are few and common, so their posting lists are long; pairs are some ten times rarer. Four kinds
of word stand in one index, told apart by their first character:

    xuan            a syllable without diacritics (every syllable)
    =xuân           a syllable as written, where that has diacritics
    _thuong_xuan    two neighbours without diacritics
    =thường_xuân    two neighbours as written

A phrase of k syllables is a phrase of k-1 pairs. Nothing spans two paragraphs.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Final

from core.text import fold, fold_plain

VERSION: Final = "1"
"""Changes whenever the words of a text change: the index is then rebuilt."""

_SYLLABLE: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 60
_BREAK: Final = "="


def syllables(text: str) -> list[str]:
    """The text's syllables in lower case with one tone placement, cut at 60 characters."""
    return [word[:_LONGEST] for word in _SYLLABLE.findall(fold(text))]


def index_words(texts: Iterable[str]) -> str:
    """All words of some paragraphs, separated by spaces, as the index takes them."""
    plain: list[str] = []
    marked: list[str] = []
    for text in texts:
        written = syllables(text)
        bare = [fold_plain(word) for word in written]
        plain += bare
        plain += [f"_{a}_{b}" for a, b in itertools.pairwise(bare)]
        plain.append(_BREAK)
        marked += [f"={word}" for word, without in zip(written, bare, strict=True) if word != without]
        marked += [f"={a}_{b}" for a, b in itertools.pairwise(written)]
        marked.append(_BREAK)
    return " ".join(plain + marked)


def word(syllable: str) -> str:
    """The index word for one typed syllable: as written where it has diacritics, else any."""
    bare = fold_plain(syllable)
    return bare if bare == syllable else f"={syllable}"


def phrase(typed: tuple[str, ...]) -> list[str]:
    """The index words of a typed phrase, to stand one after another.

    A phrase with any diacritics is meant as it is written; one without any finds every spelling.
    """
    if len(typed) == 1:
        return [word(typed[0])]
    bare = tuple(fold_plain(syllable) for syllable in typed)
    mark = "_" if bare == typed else "="
    return [f"{mark}{a}_{b}" for a, b in itertools.pairwise(typed)]
