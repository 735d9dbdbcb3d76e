"""Text as it is indexed and asked for: syllables and pairs of neighbouring syllables, as typed and without diacritics.

Vietnamese syllables are few and common, so their posting lists are long; pairs are some ten times rarer. Four rows
of words stand in one index, told apart by how they begin:

    xuan             each syllable without diacritics
    _thuong_xuan     each two neighbours without diacritics
    =xuân            each syllable as written
    ==thường_xuân    each two neighbours as written

A phrase of k syllables is a phrase of k-1 pairs. Nothing spans two paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from core.text import fold, fold_plain

VERSION: Final = "3"
"""Changes whenever the words of a text change: the index is then rebuilt."""

_SYLLABLE: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 60
_BREAK: Final = "="


def syllables(text: str) -> list[str]:
    """The text's syllables in lower case with one tone placement, cut at 60 characters."""
    return [word[:_LONGEST] for word in _SYLLABLE.findall(fold(text))]


def index_words(texts: Iterable[str]) -> str:
    """All words of some paragraphs, separated by spaces, as the index takes them."""
    found: list[str] = []
    for text in texts:
        written = syllables(text)
        bare = fold_plain(" ".join(written)).split()
        found += bare
        found += [f"_{a}_{b}" for a, b in pairwise(bare)]
        found += [f"={word}" for word in written]
        found += [f"=={a}_{b}" for a, b in pairwise(written)]
        found.append(_BREAK)
    return " ".join(found)


def desk_word(desk: str) -> str:
    """The index word of a desk: its id in hexadecimal, since ids may have characters that end a word."""
    return f"={desk.encode().hex()}"


def topic_word(desk: str, topic: str) -> str:
    """The index word of a topic as it holds for a desk."""
    return f"{desk_word(desk)}_{topic}"


def source_word(source: str) -> str:
    """The index word of a publisher; no desk's word begins like it."""
    return f"=s_{source.encode().hex()}"


def phrase(typed: tuple[str, ...]) -> list[str]:
    """Index words for typed syllables that stand together; they must stand together too.

    What carries any diacritics is meant as it is written; what carries none finds every spelling.
    """
    bare = [fold_plain(syllable) for syllable in typed]
    if bare == list(typed):
        return [bare_pair(a, b) for a, b in pairwise(bare)] or bare
    return [f"=={a}_{b}" for a, b in pairwise(typed)] or [f"={typed[0]}"]


def bare_pair(one: str, other: str) -> str:
    """The index word of two neighbours in any spelling."""
    return f"_{fold_plain(one)}_{fold_plain(other)}"
