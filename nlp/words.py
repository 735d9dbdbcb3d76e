"""Words of Vietnamese text: syllables as they are written, n-grams of them, and segmentation into words.

Vietnamese writes a space between syllables, not between words. The models read n-grams of syllables, which need no
segmenter; the search index reads words, for which underthesea is loaded on first use.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from core.text import fold, plain

_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%")
_CENTURIES: Final = ("19", "20")
_SYLLABLE: Final = re.compile(
    r"(?:ngh?|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
"""The form of a Vietnamese syllable without diacritics."""
_FOREIGN: Final = 0.45
"""A smaller share of syllables of that form: another language. 80 English pages have .39 at most, 11,470 Vietnamese
items .53 at least."""
_ENOUGH: Final = 4


def _shape(token: str) -> str:
    """A number as its size only: models must not learn figures."""
    if not token[0].isdecimal():
        return token
    if len(token) == 4 and token[:2] in _CENTURIES:
        return "2000"
    return "0" * min(len(token), 3)


def tokens(text: str, limit: int | None = None) -> list[str]:
    """Syllables of `text`, folded (NFC, lower case, one tone placement), numbers as shapes; the first `limit`."""
    found = _TOKEN.findall(fold(text))
    return [_shape(token) for token in (found if limit is None else found[:limit])]


def grams(syllables: Sequence[str], longest: int = 3) -> list[str]:
    """All n-grams of a sequence of syllables, from single ones to those of `longest` (at most 3)."""
    found = list(syllables)
    if longest > 1:
        found += [f"{a} {b}" for a, b in itertools.pairwise(syllables)]
    if longest > 2:
        found += [f"{a} {b} {c}" for a, b, c in zip(syllables, syllables[1:], syllables[2:], strict=False)]
    return found


def is_foreign(syllables: Sequence[str]) -> bool:
    """Whether this is surely another language, with Vietnamese diacritics or without."""
    words = [syllable for syllable in syllables if syllable.isalpha()]
    formed = sum(_SYLLABLE.fullmatch(plain(word)) is not None for word in words)
    return len(words) >= _ENOUGH and formed < _FOREIGN * len(words)


@cache
def _segmenter() -> Any:
    from underthesea import word_tokenize  # noqa: PLC0415 - takes a second to load; most commands never need it

    return word_tokenize


def segment(text: str) -> list[str]:
    """Words of `text` by underthesea, syllables of one word joined by a space. About 20 ms for 750 words."""
    return [str(word) for word in _segmenter()(text)] if text.strip() else []
