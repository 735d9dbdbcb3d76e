"""The real comparison of two texts behind its port, with a few names of places."""

from __future__ import annotations

from app import comparing
from core.records import DiffSentence

PLACES = frozenset({"Bình Sơn", "Vạn Tường", "Trà Bồng", "Quảng Ngãi"})


def differ(before: str, after: str) -> tuple[DiffSentence, ...]:
    """Differ."""
    return comparing.differ(before, after, is_place=PLACES.__contains__)
