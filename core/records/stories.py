"""What is decided about an article's story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChoice:
    """What was decided once about an article: its story, and whether it repeats another text."""

    story: str  # id of the story: the id of the article that opened it
    merged: tuple[str, ...] = ()  # stories that have become part of it by this article
    reprint_of: str = ""  # the article whose text this one repeats; "" for none
    overlap: float = 0.0  # estimated share of the shorter text that stands in the other, 0 to 1
    earlier_is: str = ""  # of the two, the one that came first
    doubtful: bool = False  # which came first can't be told for certain
    likeness: float = 0.0  # to the story joined, as it was when it was decided
    signature: bytes = b""  # from which the index of stories is built again; holds no text
    places: tuple[str, ...] = ()  # gazetteer ids of the units that it is about


StoryState = Literal["new", "growing", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStanding:
    """How a story stands at a moment."""

    state: StoryState
    recent: int  # articles of the last 24 hours
    usual: float  # articles that are usual in 24 hours
