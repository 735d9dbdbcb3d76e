"""How much one session, or one network where nobody is signed in, may ask of the pages in a minute.

A bucket that fills steadily and holds a minute's worth: a person who works fast never meets its bottom. Each process
that serves counts for itself. Whoever sits at this machine before there is a user is not counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

_MOST: Final = 10_000
"""Buckets that are remembered."""


class Pace:
    """The buckets. Asked from several threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, datetime]] = {}
        self._lock = Lock()

    def take(self, kind: str, whose: str, per_minute: int, at: datetime) -> timedelta:
        """Take one; zero where there was one, else the time until there is."""
        with self._lock:
            left, since = self._kept.pop((kind, whose), (float(per_minute), at))
            left = min(per_minute, left + max(0.0, (at - since).total_seconds()) * per_minute / 60)
            short = max(0.0, 1 - left)
            if len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[kind, whose] = (left if short else left - 1, at)
        return timedelta(seconds=short * 60 / per_minute)
