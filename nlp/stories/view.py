"""What a story looks like to people: its title, growth and state. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.text import fold
from nlp.stories.words import words

_DAY: Final = timedelta(hours=24)
NEW: Final = timedelta(hours=24)
"""A story is new for a day."""
GROWS_FROM: Final = 3
"""Fewer articles in a day are no growth, whatever is usual."""
GROWS_BY: Final = 1.5
"""Growing: so many times the usual number in the last 24 hours."""
_FITTING: Final = (6, 18)
"""Words (Vietnamese: syllables) of a headline that says enough and can be read at a glance."""
_OPENERS: Final = (
    "điểm tin", "tin nhanh", "bản tin", "video", "clip", "ảnh", "infographic", "trực tiếp", "podcast", "e-magazine",
)  # fmt: skip


class StoryState(StrEnum):
    """How a story stands."""

    NEW = "new"
    GROWING = "growing"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Articles in the last 24 hours, beside the usual number for 24 hours of the story."""

    recent: int
    usual: float


def best_title(titles: Sequence[str]) -> str:
    """The headline that says most of what all of them say, in a fitting length; of equals the first. "" for none.

    Each is weighed by the mean share of words that it has in common with the others (Dice), less for capitals,
    questions, trailing dots, names of formats and a length beyond 6 to 18 words.
    """
    found = [title for title in titles if title.strip()]
    if not found:
        return ""
    bags = [set(words(title)) for title in found]

    def worth(number: int) -> float:
        bag = bags[number]
        shared = [2 * len(bag & other) / max(1, len(bag) + len(other)) for k, other in enumerate(bags) if k != number]
        return (sum(shared) / len(shared) if shared else 0.0) - _fault(found[number])

    return found[max(range(len(found)), key=lambda number: (worth(number), -number))]


def _fault(title: str) -> float:
    """What speaks against a headline as the title of a story, 0 to about 1."""
    length = len(title.split())
    beyond = max(0, _FITTING[0] - length, length - _FITTING[1])
    folded = fold(title).strip()
    return (
        0.04 * beyond
        + 0.15 * folded.endswith(("?", "...", "…", "!"))
        + 0.15 * (title.isupper() and length > 2)
        + 0.3 * folded.startswith(_OPENERS)
    )


def growth(times: Sequence[datetime], now: datetime) -> Growth:
    """Articles of the last 24 hours beside the usual: the story's own mean a day before."""
    recent = sum(now - _DAY < at <= now for at in times)
    earlier = [at for at in times if at <= now - _DAY]
    days = max(1.0, (now - _DAY - min(earlier)) / _DAY) if earlier else 1.0
    return Growth(recent=recent, usual=len(earlier) / days)


def state(times: Sequence[datetime], now: datetime, measured: Growth) -> StoryState:
    """Growing before new before quiet."""
    if measured.recent >= GROWS_FROM and measured.recent >= GROWS_BY * measured.usual:
        return StoryState.GROWING
    return StoryState.NEW if times and min(times) > now - NEW else StoryState.QUIET
