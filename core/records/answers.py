"""Verified figures of an office, printed figures of a text, and the two held beside each other.

Values are in the base unit of their dimension: đồng, US dollar, m2, m, kg, m3, percent, the unit named by a duration,
degree Celsius, km/h, watt, or a plain count.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Dimension = Literal[
    "count",
    "percent",
    "money_vnd",
    "money_usd",
    "area_m2",
    "length_m",
    "mass_kg",
    "volume_m3",
    "duration_minute",
    "duration_hour",
    "duration_day",
    "duration_week",
    "duration_month",
    "duration_year",
    "temperature_c",
    "speed_kmh",
    "power_w",
]

Bound = Literal["exact", "about", "over", "under"]
"""over: "hơn", "trên", "ít nhất"; under: "dưới", "chưa đến", "không quá"; about: "khoảng", "gần", "chừng"."""

Verdict = Literal["same", "differs"]
"""Agrees within rounding and bound, or differs beyond both. Where it is doubtful there is no comparison at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One quantity as a text states it."""

    start: int  # offsets in the NFC text, from the qualifier to the unit
    end: int
    text: str  # as printed: "gần 3.500 ha"
    low: float  # in the base unit; low == high unless a range is printed
    high: float
    dimension: Dimension
    bound: Bound = "exact"
    step: float = 0.0  # what the last printed digit stands for, in the base unit: 1,2 tỷ -> 1e8
    of: str = ""  # the words after the unit that say what is counted or measured; "" where none follow


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """The document that says so."""

    number: str  # "123/BC-UBND"
    issued: dt.date
    issuer: str  # the issuing body, never a person
    title: str = ""  # "Báo cáo thiệt hại do mưa lũ"
    file: str = ""  # SHA-256 of the stored file; "" where it is kept on paper
    file_name: str = ""
    url: str = ""  # where it is published, if it is


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """One version of one entry of the fact book (sổ số liệu). A change is a new version; none is overwritten."""

    id: str  # the same through all versions
    version: int  # from 1
    desk: str
    indicator: str  # in the office's words: "Diện tích lúa bị ngập"
    also_called: tuple[str, ...] = ()  # other wordings that mean the same: "lúa ngập úng"
    low: float  # in the base unit of the dimension; low == high unless the document gives a range
    high: float
    dimension: Dimension
    unit: str  # as the office writes it: "ha", "triệu đồng", "người"
    place: str = ""  # gazetteer id; "" where the figure is of no one place
    place_name: str = ""  # as the office writes it, also where it is smaller than a unit: "hồ Bàu Đầy, xã Hải Lâm"
    period_from: dt.date | None = None  # both ends included; None where the figure has no period
    period_to: dt.date | None = None
    period_name: str = ""  # as the office writes it: "đợt mưa lũ tháng 10/2025"
    document: SourceDocument
    owner: str = ""  # the function that owns the figure (core.roles), told by a rule on figures that differ
    entered_by: str  # user name
    entered_at: dt.datetime
    approved_by: str = ""  # "" until somebody has; only an approved version is held beside printed figures
    approved_at: dt.datetime | None = None
    valid_from: dt.date  # the day from which this is the office's figure
    valid_to: dt.date | None = None  # the last such day; None while it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonReason:
    """Why a figure was held beside a fact, one piece of it."""

    key: str  # catalogue key below answers.reason
    words: str = ""  # the words of text and fact that it rests on, as printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A printed figure beside a verified one. It judges no text: it says "khớp" or "khác" of two figures."""

    fact: str  # FactEntry.id
    fact_version: int
    verdict: Verdict
    figure: Figure
    sentence: str
    sentence_start: int  # offsets in the NFC text
    sentence_end: int
    score: float  # estimated probability that both speak of the same thing, place and period
    reasons: tuple[ComparisonReason, ...]
