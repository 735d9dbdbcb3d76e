"""What hosts' rules say, kept in the record where it can keep it, else in memory."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from core.ports import CrawlNotes


class Notes:
    """Small texts with a time until which they hold."""

    def __init__(self, keeper: object) -> None:
        able = hasattr(keeper, "note") and hasattr(keeper, "keep_note")
        self._keeper = cast("CrawlNotes", keeper) if able else None
        self._memory: dict[str, tuple[str, datetime]] = {}

    def get(self, key: str, at: datetime) -> str | None:
        """The text, or None where there is none or its time is over."""
        if self._keeper is not None:
            return self._keeper.note(key, at)
        text, until = self._memory.get(key, ("", at))
        return text if until > at else None

    def keep(self, key: str, text: str, until: datetime) -> None:
        """Keep a text until then."""
        if self._keeper is not None:
            self._keeper.keep_note(key, text, until)
        else:
            self._memory[key] = (text, until)
