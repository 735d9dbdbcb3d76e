"""How an event comes across for the people concerned."""

from __future__ import annotations

from collections.abc import Sequence

from core.records import Tone
from core.topics import TONES


def tone(probabilities: Sequence[float]) -> Tone:
    """The most probable of TONES (given in that order) with its probability."""
    best = max(range(len(TONES)), key=lambda i: probabilities[i])
    return Tone(label=TONES[best], score=round(float(probabilities[best]), 4))
