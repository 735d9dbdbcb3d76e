"""Whether a printed figure and a verified value agree, allowing for rounding, for the bound printed and for a range."""

from __future__ import annotations

import math
from typing import Final

from core.records import Dimension, Figure

_DAYS: Final = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
"""A mean month and year of the Gregorian calendar."""
_EXACT_UP_TO: Final = 100
"""Below it a plain count is printed as it is: 12 people are not 13."""


def in_base(value: float, dimension: Dimension) -> tuple[str, float]:
    """(dimension, value), durations all in days."""
    if dimension.startswith("duration_"):
        return "duration", value * _DAYS[dimension.removeprefix("duration_")]
    return dimension, value


def grain(value: float, step: float) -> float:
    """What the last digit that is not zero stands for: 3.500 with step 1 -> 100; never below `step`."""
    if value <= 0 or step <= 0:
        return step
    for _ in range(18):
        if step * 10 > value * 1.0000001 or abs(value / (step * 10) - round(value / (step * 10))) > 1e-9:
            break
        step *= 10
    return step


def agrees(figure: Figure, value: float, dimension: Dimension) -> bool:
    """Whether a printed figure can stand for a verified value.

    "gần", "khoảng": within .6 of the last printed place and 12%; "hơn": from it to one place more; "dưới": from one
    place less to it; a plain number: half a place of the coarser of the two, at most 3%; small counts exactly; a range
    holds its ends.
    """
    kind, verified = in_base(value, dimension)
    printed_kind, low = in_base(figure.low, figure.dimension)
    if kind != printed_kind:
        return False
    high, step = in_base(figure.high, figure.dimension)[1], in_base(figure.step, figure.dimension)[1]
    if low < high:
        return low * 0.9999 <= verified <= high * 1.0001
    place = grain(low, step)
    if figure.bound == "over":
        return low * 0.999 <= verified <= low + max(place, 0.1 * low)
    if figure.bound == "under":
        return low - max(place, 0.12 * low) <= verified <= low * 1.001
    return abs(verified - low) <= _room(figure, low, verified, place) + 1e-9 * max(abs(low), abs(verified))


def _room(figure: Figure, low: float, verified: float, place: float) -> float:
    size = max(abs(low), abs(verified))
    if figure.bound == "about":
        return min(max(0.6 * place, 0.06 * size), 0.12 * size)
    if figure.dimension == "count" and size < _EXACT_UP_TO:
        return 0.0
    other = grain(verified, _decimals(verified))
    if other <= 0.06 * size and (figure.step < 1 or size >= 1000):
        place = max(place, other)
    return min(0.5 * place, 0.03 * size)


def _decimals(value: float) -> float:
    """The place of the last decimal a value is written with."""
    _, _, decimals = f"{value:.10g}".partition(".")
    return float(f"1e-{len(decimals)}") if decimals and decimals.isdigit() else 1.0


def apart(figure: Figure, value: float, dimension: Dimension) -> float:
    """Distance in powers of ten between the printed and the verified value, at most 2; 1 where either is zero."""
    low, verified = in_base(figure.low, figure.dimension)[1], in_base(value, dimension)[1]
    if low <= 0 or verified <= 0:
        return 1.0
    return min(2.0, abs(math.log10(verified / low)))


def digits(value: float) -> str:
    """The leading digits without zeros at the end: 23.800 -> "238"."""
    return f"{value:.6e}".partition("e")[0].replace(".", "").rstrip("0")
