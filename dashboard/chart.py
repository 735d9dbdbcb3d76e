"""The seven-day bar chart as numbers for a server-side SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.records import DayCount

HEIGHT, STEP, BAR, TOP, FOOT = 120, 48, 28, 18, 22
"""Pixels of the drawing: its height, a day's width, a bar's width, room above for the number, below for the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day's bar, in pixels of the drawing."""

    day: date
    value: int
    x: float
    y: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The drawing's size and its bars."""

    width: int
    height: int
    base: int
    bar: int
    bars: tuple[Bar, ...]


def week(counts: Sequence[DayCount]) -> Chart:
    """One bar a day, the highest as high as the drawing; a day with articles is never without a visible bar."""
    base = HEIGHT - FOOT
    top = max((count.articles for count in counts), default=0) or 1
    bars = []
    for number, count in enumerate(counts):
        height = max(3.0, round((base - TOP) * count.articles / top, 1)) if count.articles else 0.0
        x = number * STEP + (STEP - BAR) / 2
        bars.append(
            Bar(
                day=date.fromisoformat(count.day),
                value=count.articles,
                x=x,
                y=base - height,
                height=height,
                middle=number * STEP + STEP / 2,
            )
        )
    return Chart(width=max(1, len(bars)) * STEP, height=HEIGHT, base=base, bar=BAR, bars=tuple(bars))
