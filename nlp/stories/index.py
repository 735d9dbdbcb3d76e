"""The articles of the window in memory: which of them share rare terms with a new one, and how like it they are.

Signatures lie in blocks of fixed width that are never copied; postings are plain arrays a term, of which only the
newest entries are read, so that the time of a look-up hardly grows with the window.
"""

from __future__ import annotations

from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.stories.rarity import BITS
from nlp.stories.signature import (
    FIGURES,
    SKETCH,
    TERMS,
    TITLE,
    WIDTH,
    Numbers,
    Reading,
    Signature,
    unpack,
)

Slots = NDArray[np.int64]
Floats = NDArray[np.float32]

BLOCK: Final = 1 << 15
INDEXED: Final = 24
"""Terms of a kept article that can be found by."""
ASKED: Final = 48
"""Terms of a new article that are looked for."""
NEWEST: Final = 96
"""Of each term so many newest articles are read: what is older and of the same story hangs on a newer one."""
CANDIDATES: Final = 160
MOST_OF_ONE: Final = 0.008
"""What a single shared term adds to a likeness at most: a rare name alone (a river, a street) makes no story. On the
labelled clusters B3-F1 is the same without it, and from .008 to .015 it moves by less than .001. In a text of less
than a hundred terms it is each one's even share.
"""


class Index:
    """Articles by slot number, in order of arrival. A slot once given is not given again."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint32]] = []
        self._lengths: list[NDArray[np.uint16]] = []
        self._postings: dict[int, int | array[int]] = {}  # most terms stand in one article only
        self._size = 0
        self._asked = np.zeros(1 << BITS, dtype=np.uint16)  # 1 + which of the text's terms it is

    def __len__(self) -> int:
        return self._size

    def add(self, signature: Signature) -> int:
        """Take in a signature; returns its slot."""
        slot = self._size
        block, row = divmod(slot, BLOCK)
        if block == len(self._blocks):
            self._blocks.append(np.zeros((BLOCK, WIDTH), dtype=np.uint32))
            self._lengths.append(np.zeros((BLOCK, 4), dtype=np.uint16))
        parts = (signature.terms, signature.sketch, signature.title, signature.figures)
        start = 0
        for number, (part, width) in enumerate(zip(parts, (TERMS, SKETCH, TITLE, FIGURES), strict=True)):
            self._blocks[block][row, start : start + len(part)] = part
            self._lengths[block][row, number] = len(part)
            start += width
        for term in unpack(signature.terms[:INDEXED])[0].tolist():
            self._post(term, slot)
        self._size += 1
        return slot

    def _post(self, term: int, slot: int) -> None:
        held = self._postings.get(term)
        if held is None:
            self._postings[term] = slot
        elif isinstance(held, int):
            self._postings[term] = array("I", (held, slot))
        else:
            held.append(slot)

    def blank(self, slot: int) -> None:
        """Forget a text: its slot stays, but resembles nothing."""
        block, row = divmod(slot, BLOCK)
        for term in unpack(self.signature(slot).terms[:INDEXED])[0].tolist():
            held = self._postings[term]
            if isinstance(held, int):
                del self._postings[term]
            else:
                held.remove(slot)
        self._blocks[block][row] = 0
        self._lengths[block][row] = 0

    def signature(self, slot: int) -> Signature:
        """The signature in a slot."""
        block, row = divmod(slot, BLOCK)
        line, lengths = self._blocks[block][row], self._lengths[block][row].tolist()
        starts = (0, TERMS, TERMS + SKETCH, TERMS + SKETCH + TITLE)
        terms, sketch, title, figures = (
            line[start : start + length].copy() for start, length in zip(starts, lengths, strict=True)
        )
        return Signature(terms=terms, sketch=sketch, title=title, figures=figures)

    def candidates(self, reading: Reading) -> Slots:
        """Slots that share the most weight in rare terms with the text, at most CANDIDATES."""
        found: list[NDArray[np.uint32]] = []
        weights: list[float] = []
        for term, weight in zip(reading.terms[:ASKED].tolist(), reading.weights[:ASKED].tolist(), strict=True):
            slots = self._postings.get(term)
            if slots is None:
                continue
            found.append(np.array([slots] if isinstance(slots, int) else slots[-NEWEST:], dtype=np.uint32))
            weights.append(weight * weight)
        if not found:
            return np.empty(0, dtype=np.int64)
        slots_found, place = np.unique(np.concatenate(found), return_inverse=True)
        shared = np.bincount(place, weights=np.repeat(weights, [len(part) for part in found]))
        if len(slots_found) > CANDIDATES:
            slots_found = slots_found[np.argpartition(-shared, CANDIDATES)[:CANDIDATES]]
        return slots_found.astype(np.int64)

    def likeness(self, reading: Reading, slots: Slots) -> Floats:
        """Cosine of the whole text with what is kept of each slot's, no single term adding much (MOST_OF_ONE), nor a
        passage by itself (`passages`).

        Shape (len(slots),).
        """
        self._asked[reading.terms] = np.arange(1, len(reading.terms) + 1)
        terms, weights = unpack(self._terms(slots))
        which = self._asked[terms]
        self._asked[reading.terms] = 0
        most = np.float32(max(MOST_OF_ONE, 1 / max(1, len(reading.terms))))
        shares: Floats = np.minimum(np.append(np.float32(0), reading.weights)[which] * weights, most)
        likeness: Floats = shares.sum(axis=1)
        return likeness if reading.passages is None else reading.passages.bounded(likeness, shares, which)

    def _terms(self, slots: Slots) -> Numbers:
        rows = np.empty((len(slots), TERMS), dtype=np.uint32)
        blocks = slots // BLOCK
        for block in np.unique(blocks).tolist():
            here = blocks == block
            rows[here] = self._blocks[block][slots[here] % BLOCK, :TERMS]
        return rows
