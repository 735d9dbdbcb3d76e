"""Daily counts, as an index for dashboards gets them: no text, no address, no article of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cut = Literal["all", "place", "topic", "place_topic"]
"""By what articles are counted. Sums are right within one cut: an article has several places and topics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyCount:
    """Articles of a desk's Vietnamese day. Tone only without place and topic, or beside a topic of harm."""

    desk: str
    day: str  # ISO date
    cut: Cut
    place: str = ""  # unit of the gazetteer
    topic: str = ""
    tone: str = ""  # a tone, or "unsure"
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReading:
    """How a publisher was read on a Vietnamese day; with a desk, how many of its articles that desk kept."""

    day: str  # ISO date
    publisher: str
    desk: str = ""  # "": of the publisher as a whole
    found: int = 0  # pages listed
    read: int = 0  # pages read, kept or not
    kept: int
    failed: int = 0
    health: str  # ok, or the status by which it could not be read
