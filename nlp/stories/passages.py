"""What two texts share within one short passage of the new one makes no story: a line that a paper puts under
everything it prints (a contest, its hotline, who supports the column), where extraction does not know it for that.

The passage that adds most to a likeness counts at most as MOST_OF_REST of what all the rest adds: reports of one event
are alike all over. On the labelled clusters B3-F1 is .967 with and without; once one line of 15 or of 45 words stands
under each of their texts it is .959 and .939, and without .902 and .424.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST_OF_REST: Final = 0.75
SHORT: Final = 80
"""Words of a text that is hardly more than one passage (a title with a lead)."""
_BLOCKS: Final = 5  # of a passage, which begins at any of them


def _longest(length: int) -> int:
    """Words of a passage: 40, of short texts no more than half, of long ones a fifth, at most 120."""
    return max(min(40, length // 2), min(120, length // 5))


@dataclass(frozen=True, kw_only=True, eq=False)
class Passages:
    """Where the terms of a text stand in its body, in blocks of a fifth of a passage.

    `block`: shape (1 + terms,), `blocks` for those that stand in the title only or too far apart for one passage, and
    first for what is no term of the text.
    """

    block: NDArray[np.int64]
    blocks: int

    def bounded(self, likeness: Floats, shares: Floats, which: NDArray[np.integer[Any]]) -> Floats:
        """Likenesses, shape (rows,), with no more of a passage than is due.

        `shares`, shape (rows, columns): what each term adds; `which`, alike: the text's term that it is, from 1, or 0.
        """
        if self.blocks <= _BLOCKS:
            return likeness
        rows, width = len(shares), self.blocks + 1
        place = self.block[which] + np.arange(0, rows * width, width)[:, None]
        by_block = np.bincount(place.ravel(), weights=shares.ravel(), minlength=rows * width).reshape(rows, width)
        summed = np.cumsum(by_block[:, :-1], axis=1)
        most = summed[:, _BLOCKS - 1 :].copy()
        most[:, 1:] -= summed[:, :-_BLOCKS]
        passage = most.max(axis=1)
        bounded: Floats = np.minimum(likeness, (1 + MOST_OF_REST) * (likeness - passage)).astype(np.float32)
        return bounded


def passages(place: NDArray[np.integer[Any]], at: NDArray[np.integer[Any]], terms: int, length: int) -> Passages:
    """Of a body of `length` words and all `terms` of the text: which term (`place`) stands at which word (`at`)."""
    if length < SHORT:
        return Passages(block=np.zeros(1 + terms, np.int64), blocks=0)
    longest = _longest(length)
    size = longest // _BLOCKS
    first, last = np.full(terms, length), np.zeros(terms, np.int64)
    np.minimum.at(first, place, at)
    np.maximum.at(last, place, at)
    blocks = length // size + 1
    block = np.where((first < length) & (last - first < longest), first // size, blocks)
    return Passages(block=np.concatenate([[blocks], block]), blocks=blocks)
