"""How much a story weighs in the day's order: sources, growth, whether it is about the place, harm to people. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from core.records import ListedArticle, StoryView
from core.topics import HARM_TOPICS

FOCUS: Final = 1.5
HARM: Final = 1.5
NEW: Final = 0.5
MOST_GROWTH: Final = 2.0


def weight(view: StoryView, articles: Sequence[ListedArticle]) -> float:
    """A number to sort by, of a story and its articles of the day. A story of one source and nothing else weighs 1."""
    sources = math.log2(1 + len({article.source for article in articles} | set(view.sources)))
    return (
        sources + _growth(view) + FOCUS * any(article.focus for article in articles) + HARM * any(map(harms, articles))
    )


def harms(article: ListedArticle) -> bool:
    """Whether people come to harm: a topic of harm, and a tone that says so surely."""
    harmful = any(label.topic in HARM_TOPICS for label in article.topics)
    return harmful and article.tone.sure and article.tone.label == "negative"


def _growth(view: StoryView) -> float:
    standing = view.standing
    if standing.state == "growing":
        return min(MOST_GROWTH, 0.5 + math.log2(1 + standing.recent / max(standing.usual, 1.0)) / 2)
    return NEW if standing.state == "new" else 0.0
