"""The compact signature of a text: all that the index keeps of an article, at most 1,672 bytes.

Four lists of 32-bit numbers, nothing readable: the terms that weigh most (bucket and weight in one number), a bottom-k
sketch of its runs of four words (Broder 1997), the words of its title without figures, and its figures.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.stories.passages import Passages, passages
from nlp.stories.rarity import BITS, rarity
from nlp.stories.words import Hashes, hashes, is_number, pairs, shingles, singles, words

Numbers = NDArray[np.uint32]

TERMS: Final = 320
SKETCH: Final = 64
TITLE: Final = 16
FIGURES: Final = 16
WIDTH: Final = TERMS + SKETCH + TITLE + FIGURES
_PARTS: Final = (TERMS, SKETCH, TITLE, FIGURES)
_HEAD: Final = struct.Struct("<4H")
_WEIGHT_BITS: Final = 32 - BITS
_WEIGHT_TOP: Final = (1 << _WEIGHT_BITS) - 1
TITLE_COUNTS: Final = 3.0
"""A word of the title counts as three in the body."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Signature:
    """See the module. Each array is of dtype uint32; the terms are in falling order of weight."""

    terms: Numbers
    sketch: Numbers
    title: Numbers
    figures: Numbers

    def to_bytes(self) -> bytes:
        """Four lengths, two bytes each, then the numbers, little-endian."""
        parts = (self.terms, self.sketch, self.title, self.figures)
        return _HEAD.pack(*map(len, parts)) + np.concatenate(parts).astype("<u4").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Signature:
        """Raises ValueError where the bytes are no signature."""
        if len(raw) < _HEAD.size:
            raise ValueError(f"a signature of {len(raw)} bytes")
        lengths = _HEAD.unpack_from(raw)
        if len(raw) != _HEAD.size + 4 * sum(lengths) or any(n > top for n, top in zip(lengths, _PARTS, strict=True)):
            raise ValueError(f"a damaged signature of {len(raw)} bytes")
        numbers = np.frombuffer(raw, dtype="<u4", offset=_HEAD.size).astype(np.uint32)
        ends = np.cumsum(lengths)
        terms, sketch, title, figures = np.split(numbers, ends[:-1])
        return cls(terms=terms, sketch=sketch, title=title, figures=figures)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signature) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text as it is when it comes in: all its terms (the signature keeps the heaviest), and its signature.

    `terms` are buckets, `weights` float32 of length one together, in falling order of weight.
    """

    terms: Numbers
    weights: NDArray[np.float32]
    title: Numbers
    figures: Numbers
    sketch: Numbers
    length: int = 0  # words of lead and body, at most words.MOST_WORDS
    passages: Passages | None = None  # None for a text of which its signature is all that is left

    @cached_property
    def signature(self) -> Signature:
        """What is kept."""
        steps = np.clip(np.round(self.weights[:TERMS] * _WEIGHT_TOP), 1, _WEIGHT_TOP).astype(np.uint32)
        packed = (self.terms[:TERMS] << np.uint32(_WEIGHT_BITS)) | steps
        return Signature(terms=packed, sketch=self.sketch, title=self.title, figures=self.figures)


def unpack(packed: Numbers) -> tuple[Numbers, NDArray[np.float32]]:
    """Buckets and weights of packed terms, same shape; the number 0 is bucket 0 with no weight."""
    weights = (packed & np.uint32(_WEIGHT_TOP)).astype(np.float32) / np.float32(_WEIGHT_TOP)
    return packed >> np.uint32(_WEIGHT_BITS), weights


def reading_of(signature: Signature) -> Reading:
    """What a kept signature still tells of the text."""
    terms, weights = unpack(signature.terms)
    return Reading(
        terms=terms, weights=weights, title=signature.title, figures=signature.figures, sketch=signature.sketch
    )


def read(title: str, lead: str, body: str) -> Reading:
    """TF-IDF over words and pairs of neighbours, term frequency dampened by log(1 + n). Any text, empty ones too."""
    head, rest = words(title), words(body if lead and body.startswith(lead) else f"{lead}\n{body}")
    in_title, in_body = hashes(head), hashes(rest)
    terms, weights, where = _weigh(in_title, in_body)
    named = [word for word in head if not is_number(word)]
    figures = [word for word in {*head, *rest} if is_number(word) and len(word) > 1]
    return Reading(
        terms=terms,
        weights=weights,
        title=np.unique(pairs(hashes(named), 32))[:TITLE],
        figures=np.unique(hashes(figures)).astype(np.uint32)[:FIGURES],
        sketch=shingles(in_body if len(in_body) >= 8 else np.concatenate([in_title, in_body]))[:SKETCH],
        length=len(rest),
        passages=where,
    )


def signature(title: str, lead: str, body: str) -> Signature:
    """The signature of a text."""
    return read(title, lead, body).signature


def _weigh(title: Hashes, body: Hashes) -> tuple[Numbers, NDArray[np.float32], Passages]:
    buckets = np.concatenate([singles(body, BITS), pairs(body, BITS), singles(title, BITS), pairs(title, BITS)])
    in_body = max(0, len(body) * 2 - (len(body) > 0))
    counts = np.full(len(buckets), TITLE_COUNTS)
    counts[:in_body] = 1.0
    terms, place = np.unique(buckets, return_inverse=True)
    weights = np.log1p(np.bincount(place, weights=counts)).astype(np.float32) * rarity().of(terms)
    order = np.argsort(-weights, kind="stable")
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    at = np.concatenate([np.arange(len(body)), np.arange(in_body - len(body))])
    where = passages(ranks[place[:in_body]], at, len(terms), len(body))
    terms, weights = terms[order], weights[order]
    norm = float(np.linalg.norm(weights))
    return terms.astype(np.uint32), (weights / norm if norm else weights).astype(np.float32), where


def resemblance(a: Numbers, b: Numbers, full: int = SKETCH) -> float:
    """Estimated share of the runs of words of the shorter text that stand in the other, from two sketches.

    Below the lower of the two greatest hashes both sketches are complete, so their common part is a fair sample.
    """
    if not len(a) or not len(b):
        return 0.0
    top = min(int(s[-1]) if len(s) >= full else 0xFFFFFFFF for s in (a, b))
    a, b = a[a <= top], b[b <= top]
    return len(np.intersect1d(a, b, assume_unique=True)) / max(1, min(len(a), len(b)))
