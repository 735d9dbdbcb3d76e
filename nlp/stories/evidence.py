"""Evidence beside the words: the places, and numbers of one series ("Giá vàng hôm nay", weather, lottery)."""

from __future__ import annotations

from typing import Final

from nlp.stories.signature import FIGURES, TITLE, Reading, Signature, resemblance

_OTHER_PLACE: Final = 0.7
_SAME_TITLE: Final = 0.6
_FEW_FIGURES: Final = 0.34
_FORM: Final = 0.85
"""A form filled anew differs at each figure; where so many runs of words agree, it is a reprint with a correction."""


def places_agree(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Factor on the likeness of two texts: less where both are about units, and none of them is the same.

    The same unit makes nothing more alike: all that one desk reads is about its place.
    """
    return _OTHER_PLACE if ours and theirs and not ours & theirs else 1.0


def same_series(ours: Reading, theirs: Signature) -> bool:
    """Whether two texts are the same form filled with other figures: titles alike but for figures, figures not.

    A reprint keeps the figures; a further report of the same event has another headline.
    """
    if min(len(ours.title), len(theirs.title)) < 2 or min(len(ours.figures), len(theirs.figures)) < 3:
        return False
    if resemblance(ours.title, theirs.title, TITLE) < _SAME_TITLE:
        return False
    other_figures = resemblance(ours.figures, theirs.figures, FIGURES) < _FEW_FIGURES
    return other_figures and resemblance(ours.sketch, theirs.sketch) < _FORM
