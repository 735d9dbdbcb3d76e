"""Which topics a text is said to have, and the words that carried each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.records import Label
from core.topics import TOPIC_IDS

MOST_TOPICS: Final = 4
MOST_WORDS: Final = 5
PLAUSIBLE: Final = 0.1
"""Below this a best topic is none."""
_SHORT: Final = 2

Scored = list[tuple[str, float]]


def chosen(scores: Mapping[str, float], thresholds: Mapping[str, float]) -> Scored:
    """Topics whose score reaches their threshold, best first, at most MOST_TOPICS. None is an answer too."""
    known = ((topic, score) for topic, score in scores.items() if topic in TOPIC_IDS)
    said = [(topic, score) for topic, score in known if score >= thresholds[topic]]
    return sorted(said, key=lambda pair: -pair[1])[:MOST_TOPICS]


def with_best(scores: Mapping[str, float], thresholds: Mapping[str, float]) -> Scored:
    """The same for a long text, which is nearly always about something: the best topic where it is PLAUSIBLE."""
    if said := chosen(scores, thresholds):
        return said
    best = max(scores, key=lambda topic: scores[topic])
    return [(best, scores[best])] if scores[best] >= PLAUSIBLE else []


def carriers(contributions: Iterable[tuple[str, float]], most: int = MOST_WORDS) -> tuple[str, ...]:
    """Words that carried a label, best first. What a word added by several ways is added up; single letters
    and whatever holds a number are left out (the model knows only a number's size: "làm 0" for "làm 3"), and so is a
    word that lies within one already taken, or has it within."""
    total: defaultdict[str, float] = defaultdict(float)
    for term, added in contributions:
        total[term] += added
    taken: list[str] = []
    for term in sorted(total, key=lambda t: (-total[t], t)):
        if len(taken) == most or total[term] <= 0:
            break
        if _spoken(term.split()) and not any(
            f" {term} " in f" {other} " or f" {other} " in f" {term} " for other in taken
        ):
            taken.append(term)
    return tuple(taken)


def _spoken(syllables: Sequence[str]) -> bool:
    return any(len(s) >= _SHORT and s.isalpha() for s in syllables) and not any(map(str.isdigit, syllables))


def labels(said: Sequence[tuple[str, float]], words: Mapping[str, tuple[str, ...]]) -> tuple[Label, ...]:
    """The records."""
    return tuple(Label(topic=topic, score=round(score, 4), words=words.get(topic, ())) for topic, score in said)
