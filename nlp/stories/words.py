"""A text as hashed words: what stories are compared by. No word can be read back from it."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.text import fold

Hashes = NDArray[np.uint64]

_WORD: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")
MOST_WORDS: Final = 2_000
"""Of a longer text only its beginning is compared: a story is told in its first pages, and time stays bounded."""
_MOST_CHARACTERS: Final = 20_000
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_PAIR: Final = (np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
"""Odd 64-bit multipliers (the constants of Fibonacci hashing and of xxHash64)."""


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def words(text: str) -> list[str]:
    """Folded words (Vietnamese: syllables) and numbers in reading order, at most MOST_WORDS."""
    return _WORD.findall(fold(text[:_MOST_CHARACTERS]))[:MOST_WORDS]


def hashes(found: list[str]) -> Hashes:
    """One 32-bit hash a word, as uint64."""
    return np.fromiter(map(_hash, found), dtype=np.uint64, count=len(found))


def singles(hashed: Hashes, bits: int) -> NDArray[np.uint32]:
    """A bucket of `bits` bits for every word."""
    return ((hashed * _GOLDEN) >> np.uint64(64 - bits)).astype(np.uint32)


def pairs(hashed: Hashes, bits: int) -> NDArray[np.uint32]:
    """A bucket for every two neighbours: in Vietnamese, mostly one word of two syllables."""
    mixed = hashed[:-1] * _PAIR[0] + hashed[1:] * _PAIR[1]
    return ((mixed * _GOLDEN) >> np.uint64(64 - bits)).astype(np.uint32)


def runs(hashed: Hashes, size: int = 4) -> NDArray[np.uint32]:
    """A 32-bit hash for every run of `size` words, in reading order; of a shorter text one for all."""
    if len(hashed) == 0:
        return np.empty(0, dtype=np.uint32)
    size = min(size, len(hashed))
    run = np.zeros(len(hashed) - size + 1, dtype=np.uint64)
    for offset in range(size):
        run = run * _PAIR[0] + hashed[offset : len(hashed) - size + 1 + offset]
    run ^= run >> np.uint64(29)
    return ((run * _GOLDEN) >> np.uint64(32)).astype(np.uint32)


def shingles(hashed: Hashes, size: int = 4) -> NDArray[np.uint32]:
    """The hashes of all runs, without doubles, in rising order."""
    return np.unique(runs(hashed, size))


def is_number(word: str) -> bool:
    """Whether the word is a figure."""
    return word[0].isdigit()
