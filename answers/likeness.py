"""How much a printed figure seems to speak of what a fact measures: features of a figure in its text against a fact.

Each feature is a plain number with a name, so that a decision can be explained. Indicator words are looked for in the
figure's sentence, nearer ones counting more; words that mean nearly the same count in part (cosine of their vectors).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np

from answers.agreement import agrees, apart, digits, in_base
from answers.passage import WORD, YEAR, Fact, Passage
from answers.terms import STOP, Array, Lexicon
from core.records import Figure
from core.text import fold

Features = dict[str, float]
_REACH: Final = 8.0
"""Terms over which nearness falls to 1/e."""
_LIKE: Final = 0.65
"""Cosine from which two terms are taken for the same."""
_AT_ONCE: Final = 16
"""Figures whose surroundings are worked out together: what it takes grows with them and with the text."""
_CHANGE: Final = re.compile(r"\b(?:tăng|giảm|hơn|thêm|bớt|hụt|tốc độ|chênh)\b")
_NAME: Final = re.compile(r"(?<!^)\b[A-ZĐ]\w*|\d+")
_GENERIC: Final = frozenset("tỉnh xã huyện phường quận tp h q p tt thành phố tx thị trấn đặc khu bv".split())  # noqa: SIM905
_NUMBERED: Final = re.compile(r"(quận|q|phường|p)\W{0,2}0?(\d{1,2})")
_KINDS: Final = {"q": "quận|q", "p": "phường|p"}
_QUALIFIERS: Final = (
    "bình quân", "trung bình", "khác", "còn lại", "chưa", "không", "dự kiến", "kế hoạch", "chỉ tiêu", "mục tiêu",
    "trước đây", "ban đầu", "đầu tiên", "riêng", "định mức", "tối đa", "mới", "cũ", "đang", "nữ", "một năm",
    "một tháng", "mỗi", "cả năm", "hiện nay", "tổng", "phải", "sắp", "thực tế", "liên tiếp", "đăng ký", "đề xuất",
)  # fmt: skip
"""Words of an indicator that make it another one when the sentence lacks them."""


@dataclass(frozen=True)
class Spot:
    """A figure's surroundings among the terms of its text."""

    first: int  # first term of the figure, or after it
    past: int
    inside: Array  # per term, whether it stands in the figure's sentence
    nearness: Array  # per term, 1 beside the figure, falling with distance and with figures between
    sentence: tuple[int, int]


def spot(passage: Passage, figure: Figure) -> Spot:
    """Where a figure stands."""
    start, end = passage.sentence(figure.start)
    starts = passage.starts
    first, past = int(np.searchsorted(starts, figure.start)), int(np.searchsorted(starts, figure.end))
    number = np.arange(len(starts))
    away = np.where(number < first, first - number, np.where(number >= past, number - past + 1, 0))
    inside = (starts >= start) & (starts < end)
    nearness = np.exp(-away / _REACH) * np.where(inside, 1.0, 0.5)
    for other, at in zip(passage.figures, passage.figures_at, strict=True):
        if other is figure or abs(at - first) > 80:
            continue
        if at < first:
            nearness[:at] *= 0.8
        elif at >= past:
            nearness[at:] *= 0.6
    return Spot(first, past, inside, nearness, (start, end))


class Spots:
    """The surroundings of each figure of a passage, worked out when first asked for."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self._known: dict[int, Spot] = {}

    def __getitem__(self, figure: Figure) -> Spot:
        if figure.start not in self._known:
            self._known[figure.start] = spot(self.passage, figure)
        return self._known[figure.start]


def likeness(passage: Passage, terms: Sequence[str], counting: Array) -> Array:
    """Indicator terms x text terms: 1 for the same term, else the cosine; 0 between numbers and words.

    `counting`: the text's terms that count (Passage.measures); the others are like nothing.
    """
    alike: Array = np.clip(passage.lexicon.rows(terms) @ passage.vectors.T, 0.0, 0.999)
    for row, name in enumerate(terms):
        if name[:1].isdigit():
            alike[row] = 0.0
        if name in passage.numbered:
            alike[row, passage.numbered[name]] = 1.0
    alike[:, ~counting] = 0.0
    return alike


@lru_cache(maxsize=20_000)
def indicator_terms(lexicon: Lexicon, words: str) -> tuple[str, ...]:
    """The terms of an indicator that say something; remembered, since a book's are asked for with every article."""
    return tuple(term.name for term in lexicon.terms(words) if term.name not in STOP) or ("người",)


def features(spots: Spots, fact: Fact) -> list[tuple[Figure, Features]]:
    """For each figure of the fact's dimension, its features; an empty list where there is none."""
    passage = spots.passage
    kind = in_base(0.0, fact.dimension)[0]
    figures = passage.by_kind.get(kind, ())
    if not figures or not passage.terms:
        return []
    counting = passage.measures(fact.place_names)
    terms = _best_wording(passage, fact, counting)
    alike, weights = likeness(passage, terms, counting), passage.lexicon.weights(terms)
    shared = _of_text(passage, fact)
    shared["whole"] = float((alike.max(axis=1) >= _LIKE) @ weights) / float(weights.sum())
    shared["only"] = float(len(figures) == 1)
    places = [spots[figure] for figure in figures]
    found = []
    for figure, place, words in zip(figures, places, _words(passage, places, alike, weights), strict=True):
        said = _in_sentence(passage, figure, fact, place)
        found.append((figure, {**shared, **words, **_printed(figure), **said, **_value(figure, fact)}))
    for name in ("near", "alike", "back", "head_near", "tail_near", "noun"):
        _margins([row for _, row in found], name)
    return found


def _best_wording(passage: Passage, fact: Fact, counting: Array) -> tuple[str, ...]:
    """The terms of the indicator, or of another name of it that has more words in the text."""
    if not fact.also_called:
        return indicator_terms(passage.lexicon, fact.indicator)
    wordings = [indicator_terms(passage.lexicon, words) for words in (fact.indicator, *fact.also_called)]
    there = {passage.terms[n].name for n in np.flatnonzero(counting)}
    return max(wordings, key=lambda terms: sum(t in there for t in terms) / len(terms))


def _margins(rows: list[Features], name: str) -> None:
    values = [row[name] for row in rows]
    best = sorted(values, reverse=True)[:2]
    for row in rows:
        if len(values) == 1:
            row[f"{name}_margin"] = 0.15
        else:
            row[f"{name}_margin"] = row[name] - (best[1] if row[name] == best[0] else best[0])


def _words(passage: Passage, places: Sequence[Spot], alike: Array, weights: Array) -> list[Features]:
    """How the terms of an indicator stand around each of these figures."""
    rows: list[Features] = []
    for some in range(0, len(places), _AT_ONCE):
        rows += _matches(places[some : some + _AT_ONCE], alike, weights)
    of_all, of_noun = alike.max(axis=0).tolist(), alike[:2].max(axis=0).tolist()
    for row, place in zip(rows, places, strict=True):
        before, after = _around(passage, place)
        counted = [n for n in range(place.past - 1, place.past + 2) if 0 <= n < len(passage.terms) and place.inside[n]]
        row["noun"] = max((of_noun[n] for n in counted), default=0.5)
        row["noun_any"] = max((of_all[n] for n in counted), default=0.5)
        for name, numbers in (("back", before + after), ("left", before[-3:]), ("right", after[:3])):
            row[name] = fmean(of_all[n] for n in numbers) if numbers else 0.4
    return rows


def _matches(places: Sequence[Spot], alike: Array, weights: Array) -> list[Features]:
    """How well the terms are met in the sentence and near by: figures x terms x the text's terms, all in one."""
    inside, nearness = np.stack([place.inside for place in places]), np.stack([place.nearness for place in places])
    best, nearest = ((alike * around[:, np.newaxis, :]).max(axis=2) for around in (inside, nearness))
    head, tail = (weights[:2], weights[2:]) if len(weights) > 2 else (weights[:2], np.ones(len(weights)))
    of_tail = slice(2, None) if len(weights) > 2 else slice(None)
    total = float(weights.sum())
    columns = {
        "head": best[:, :2] @ head / head.sum(),
        "head_near": nearest[:, :2] @ head / head.sum(),
        "tail": best[:, of_tail] @ tail / tail.sum(),
        "tail_near": nearest[:, of_tail] @ tail / tail.sum(),
        "near": nearest @ weights / total,
        "sentence": best @ weights / total,
        "alike": (best >= _LIKE) @ weights / total,
        "same": (best == 1.0) @ weights / total,
        "mass": best @ weights / 30,
        "near_mass": nearest @ weights / 30,
        "missed": (1 - best) @ weights / 30,
        "lowest": best.min(axis=1),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [{**dict(zip(columns, row, strict=True)), "long": len(weights) / 6} for row in rows]


def _printed(figure: Figure) -> Features:
    return {"ranged": float(figure.low < figure.high), "bounded": float(figure.bound != "exact")}


def _around(passage: Passage, place: Spot) -> tuple[list[int], list[int]]:
    """Telling terms of the sentence up to four before and after a figure."""

    def told(numbers: range) -> list[int]:
        return [n for n in numbers if place.inside[n] and passage.terms[n].name not in STOP]

    return told(range(max(0, place.first - 4), place.first)), told(
        range(place.past, min(len(passage.terms), place.past + 4))
    )


def _in_sentence(passage: Passage, figure: Figure, fact: Fact, place: Spot) -> Features:
    sentence = passage.folded[place.sentence[0] : place.sentence[1]]
    before = passage.folded[max(0, figure.start - 28) : figure.start]
    told = _told(fact.indicator)
    return {
        "change": float(bool(_CHANGE.search(before)) != told.change),
        "unmatched": float(sum(qualifier not in sentence for qualifier in told.qualifiers)),
        "names_missing": float(sum(name not in passage.folded for name in told.names)),
    }


class _Told(NamedTuple):
    """What an indicator says beside its terms."""

    change: bool
    qualifiers: tuple[str, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=20_000)
def _told(indicator: str) -> _Told:
    folded = fold(indicator)
    return _Told(
        change=bool(_CHANGE.search(folded)),
        qualifiers=tuple(qualifier for qualifier in _QUALIFIERS if qualifier in folded),
        names=tuple(fold(name) for name in _NAME.findall(indicator)),
    )


def _value(figure: Figure, fact: Fact) -> Features:
    away = apart(figure, fact.value, fact.dimension)
    tenfold = abs(away - round(away)) < 1e-6 and round(away) >= 1
    printed, verified = digits(figure.low), digits(fact.value)
    kind = in_base(0.0, fact.dimension)[0]
    return {
        "agrees": float(
            agrees(figure, fact.value, fact.dimension)
            or (fact.high is not None and fact.high > fact.value and _within(figure, fact))
        ),
        "equal": float(away < 1e-9),
        "apart": 0.3 if tenfold else away,
        "far": float(away > 1 and not tenfold),
        "within_twice": float(away < 0.31),
        "touching": float(away < 0.1),
        "near_value": float(0.1 <= away < 0.5),
        "half_away": float(0.5 <= away <= 1),
        "tenfold": float(tenfold),
        "permuted": float(printed != verified and len(printed) > 1 and sorted(printed) == sorted(verified)),
        "count": float(kind == "count"),
        "duration": float(kind == "duration"),
        "percent": float(kind == "percent"),
        "extent": float(
            kind in {"area_m2", "length_m", "mass_kg", "volume_m3", "power_w", "speed_kmh", "temperature_c"}
        ),
        "money": float(kind.startswith("money")),
        "size": min(6.0, math.log10(max(fact.value, 1.0))) / 6,
    }


def _within(figure: Figure, fact: Fact) -> bool:
    """Whether the printed value lies in the range that the document gives."""
    printed, low = in_base(figure.low, figure.dimension)[1], in_base(fact.value, fact.dimension)[1]
    high = in_base(fact.high or fact.value, fact.dimension)[1]
    return low * 0.999 <= printed <= high * 1.001


def _of_text(passage: Passage, fact: Fact) -> Features:
    """Place and period, which the text states once for many figures."""
    numbers = re.findall(r"\d+", fact.period)
    years = {n for n in numbers if YEAR.fullmatch(n)}
    told = sum(n in passage.words or n.lstrip("0") in passage.words for n in numbers)
    place = place_share(passage, fact)
    return {
        "no_period": float(not fact.period),
        "period_missing": float(bool(numbers) and told < len(numbers)),
        "other_year": float(bool(years) and bool(passage.years) and not years & passage.years),
        "compared_year": float(bool(years & passage.compared_years) and not _CHANGE.search(fold(fact.indicator))),
        "place_missing": float(place < 0.5),
    }


def place_share(passage: Passage, fact: Fact) -> float:
    """The share of the words of the fact's place that the text holds, of its best name; 1 for no place."""
    shares = [share for name in fact.places if (share := _held(passage, fold(name))) is not None]
    return max(shares, default=1.0)


def _held(passage: Passage, name: str) -> float | None:
    """The share of a folded name's words that the text holds; None where it has none, as the mere "1" of quận 1."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        kinds, number = _KINDS[numbered[1][0]], int(numbered[2])
        return float(bool(re.search(rf"\b(?:{kinds})\W{{0,2}}0?{number}(?!\w|[.,]\d)", passage.folded)))
    words = [word for word in WORD.findall(name) if word not in _GENERIC]
    if not words or name.isdecimal():
        return None
    return sum(word in passage.words for word in words) / len(words)
