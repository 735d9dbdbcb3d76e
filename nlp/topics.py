"""Which topics a text is said to have, and the words that carried each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.records import Label
from core.topics import TOPIC_IDS

MOST_TOPICS: Final = 4
MOST_WORDS: Final = 5


def chosen(scores: Mapping[str, float], thresholds: Mapping[str, float]) -> list[tuple[str, float]]:
    """Topics whose score reaches their threshold, best first, at most MOST_TOPICS. None is an answer too."""
    known = ((topic, score) for topic, score in scores.items() if topic in TOPIC_IDS)
    said = [(topic, score) for topic, score in known if score >= thresholds[topic]]
    return sorted(said, key=lambda pair: -pair[1])[:MOST_TOPICS]


def carriers(contributions: Iterable[tuple[str, float]], most: int = MOST_WORDS) -> tuple[str, ...]:
    """Words that carried a label, best first; one that lies within another already taken is left out."""
    taken: list[str] = []
    for term, _ in contributions:
        padded = f" {term} "
        if any(padded in f" {other} " or f" {other} " in padded for other in taken):
            continue
        taken.append(term)
        if len(taken) == most:
            break
    return tuple(taken)


def labels(said: Sequence[tuple[str, float]], words: Mapping[str, tuple[str, ...]]) -> tuple[Label, ...]:
    """The records."""
    return tuple(Label(topic=topic, score=round(score, 4), words=words.get(topic, ())) for topic, score in said)
