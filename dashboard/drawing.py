"""Charts as numbers for server-side SVG: bars over time, bars of kinds, stacked bars, a map of points. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.records import Place

WIDTH: Final = 720
HEIGHT: Final = 200
TOP: Final = 20
FOOT: Final = 26
LEFT: Final = 34
MAP: Final = 420
_EDGE: Final = 30
_LABELS: Final = 12
_NAMED: Final = 12
"""Points that bear their name on the map where there is room; the table has them all."""
_LETTER: Final = 7.2
"""Pixels of a letter of a name, rather too many than too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One rectangle, in pixels, with what it stands for."""

    key: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One step of time with its parts, the lowest first."""

    slot: str
    middle: float
    total: int
    top: float
    parts: tuple[Part, ...]
    labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Bars over time with a scale."""

    width: int
    height: int
    base: int
    left: int
    ticks: tuple[tuple[int, float], ...]  # (value, y)
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the map."""

    unit: str
    name: str
    articles: int
    x: float
    y: float
    radius: float
    label: tuple[float, float, str] | None  # where the name stands: x, y, SVG text-anchor; None: no room for it


def columns(slots: Sequence[str], keys: Sequence[str], values: Mapping[tuple[str, str], int]) -> Columns:
    """Bars for the slots, each stacked of the keys in their order; `values` by (slot, key)."""
    base, room = HEIGHT - FOOT, HEIGHT - FOOT - TOP
    totals = [sum(values.get((slot, key), 0) for key in keys) for slot in slots]
    ceiling = nice(max(totals, default=0))
    step = (WIDTH - LEFT) / max(1, len(slots))
    every = max(1, math.ceil(len(slots) / _LABELS))
    drawn = []
    for number, (slot, total) in enumerate(zip(slots, totals, strict=True)):
        x, y = LEFT + number * step + step * 0.15, float(base)
        parts = []
        for key in keys:
            value = values.get((slot, key), 0)
            if value:
                height = room * value / ceiling
                y -= height
                parts.append(Part(key=key, value=value, x=_r(x), y=_r(y), width=_r(step * 0.7), height=_r(height)))
        drawn.append(
            Column(slot=slot, middle=_r(x + step * 0.35), total=total, top=_r(y), parts=tuple(parts),
                   labelled=number % every == 0)
        )  # fmt: skip
    ticks = tuple((ceiling * part // 4, _r(base - room * part / 4)) for part in range(5))
    return Columns(width=WIDTH, height=HEIGHT, base=base, left=LEFT, ticks=ticks, columns=tuple(drawn))


def nice(highest: int) -> int:
    """The scale's upper end: four times a round number, not below the highest value."""
    quarter = max(1, -(-highest // 4))
    power = int(10 ** max(0, len(str(quarter)) - 2))
    return 4 * power * -(-quarter // power)


def shares(counts: Sequence[tuple[str, int]], width: float = 100.0) -> tuple[tuple[str, int, float], ...]:
    """(key, count, length of its bar) with the highest as long as `width`."""
    most = max((count for _, count in counts), default=0) or 1
    return tuple((key, count, _r(width * count / most)) for key, count in counts)


def points(places: Sequence[Place], counts: Mapping[str, int]) -> tuple[Point, ...]:
    """Places with coordinates on a square of MAP pixels, north up; area of a point follows its articles."""
    located = [p for p in places if p.latitude is not None and p.longitude is not None]
    if not located:
        return ()
    norths = [p.latitude or 0.0 for p in located]
    shrink = math.cos(math.radians(sum(norths) / len(norths)))
    easts = [(p.longitude or 0.0) * shrink for p in located]
    span = max(max(norths) - min(norths), max(easts) - min(easts)) or 1.0
    scale = (MAP - 2 * _EDGE) / span
    off_x = (MAP - scale * (max(easts) - min(easts))) / 2
    off_y = (MAP - scale * (max(norths) - min(norths))) / 2
    most = max((counts.get(p.unit, 0) for p in located), default=0) or 1
    named = {p.unit for p in sorted(located, key=lambda p: -counts.get(p.unit, 0))[:_NAMED] if counts.get(p.unit)}
    drawn = [
        Point(
            unit=place.unit, name=place.name, articles=counts.get(place.unit, 0),
            x=_r(off_x + scale * (east - min(easts))), y=_r(off_y + scale * (max(norths) - north)),
            radius=_r(3 + 15 * math.sqrt(counts.get(place.unit, 0) / most)) if counts.get(place.unit) else 3.0,
            label=None,
        )
        for place, east, north in zip(located, easts, norths, strict=True)
    ]  # fmt: skip
    return _labelled(sorted(drawn, key=lambda point: -point.radius), named)


def _labelled(points: Sequence[Point], named: Collection[str]) -> tuple[Point, ...]:
    """Names beside, above or below their points, where they cover no point and no other name; the largest first."""
    taken = [(p.x - p.radius, p.y - p.radius, p.x + p.radius, p.y + p.radius) for p in points]
    found = []
    for point in points:
        label = None
        for x, y, anchor in _places_for(point) if point.unit in named else ():
            box = _text_box(x, y, anchor, f"{point.name[:28]} {point.articles}")
            inside = box[0] >= 0 and box[2] <= MAP and box[1] >= 0 and box[3] <= MAP
            if inside and not any(_touch(box, other) for other in taken):
                label = (_r(x), _r(y), anchor)
                taken.append(box)
                break
        found.append(replace(point, label=label))
    return tuple(found)


_Box = tuple[float, float, float, float]


def _places_for(point: Point) -> tuple[tuple[float, float, str], ...]:
    gap = point.radius + 4
    beside = ((point.x + gap, point.y + 4, "start"), (point.x - gap, point.y + 4, "end"))
    above, below, edge = point.y - gap - 1, point.y + gap + 11, point.radius
    over = [(point.x + shift, y, at) for shift, at in ((0, "middle"), (-edge, "start"), (edge, "end"))
            for y in (above, below)]  # fmt: skip
    return (*beside, *over)


def _text_box(x: float, y: float, anchor: str, text: str) -> _Box:
    """About what a line of the map's type covers: y is its base line."""
    wide = len(text) * _LETTER
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return left, y - 11, left + wide, y + 4


def _touch(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _r(value: float) -> float:
    return round(value, 1)
