"""How a story looks to people: the port StoryTelling over nlp.stories.view, loaded on first use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.records import StoryStanding


class Telling:
    """Title, state and growth of a story."""

    def title(self, titles: Sequence[str]) -> str:
        """The best of the headlines."""
        from nlp.stories.view import best_title  # noqa: PLC0415

        return best_title(titles)

    def standing(self, times: Sequence[datetime], at: datetime) -> StoryStanding:
        """State and growth at that moment."""
        from nlp.stories.view import growth, state  # noqa: PLC0415

        known = [time for time in times if time <= at]
        measured = growth(known, at)
        return StoryStanding(state=state(known, at, measured).value, recent=measured.recent, usual=measured.usual)
