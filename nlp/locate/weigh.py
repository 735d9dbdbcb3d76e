"""Weighs, for one occurrence of a name, each unit that bears it against the others and against none of them.

A conditional logit: each candidate unit has a sum of weighted features, "no unit" has another, and the scores are
their softmax. The features are few and each has a sentence in the catalogue (places.toml), so that every score can be
told in words. The weights are in weights.json and learned by `python -m nlp.locate_train`.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from nlp.gazetteer.units import Gazetteer
from nlp.locate.occurrences import NameFinder, Occurrence

WEIGHTS: Final = Path(__file__).parent / "weights.json"
LOOSE: Final = Path(__file__).parent / "loose.txt"
NEAR: Final = 160  # characters within which a province counts as near
COMMUNE_TYPES: Final = frozenset({"xã", "phường", "thị trấn", "đặc khu"})
SILENT: Final = frozenset({"listed", "former", "single", "hospital", "top"})
NO_PLACE: Final = frozenset({"person", "company", "paper", "longer", "hamlet", "feature", "address"})
DISTRICT_TYPES: Final = frozenset({"huyện", "quận", "thị xã", "thành phố"})


@dataclass(slots=True)
class Context:
    """What the article as a whole says about places; made once for an article."""

    occurrences: list[Occurrence]
    where: dict[int, list[int]] = field(default_factory=dict)  # unit above communes -> offsets where it may be named
    family: dict[int, float] = field(default_factory=dict)  # district -> weight of names of its communes
    neighbours: dict[int, float] = field(default_factory=dict)  # province -> weight of names of its districts
    provinces: set[int] = field(default_factory=set)  # provinces named without another type word
    backed: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    # name -> unit -> (first two) occurrences whose type or parent speaks for that unit
    no_place: set[str] = field(default_factory=set)  # names that elsewhere in the text are a person's or a company's
    old_style: bool = False  # a district is named as one that exists
    new_style: bool = False  # communes are named, no district is
    published: date | None = None
    paper: int | None = None  # province of the publisher


class Weigher:
    """Scores candidates. Holds what is needed of the gazetteer, by number; several locators may share one."""

    def __init__(self, gazetteer: Gazetteer, weights: dict[str, float] | None = None) -> None:
        self.gazetteer = gazetteer
        self.weights = weights if weights is not None else load_weights()
        self.loose = load_loose()
        self.finder = NameFinder(gazetteer.names, gazetteer.plain_names)
        self.kin = gazetteer.kin
        self.level = gazetteer.level
        self.types = [
            {kind, *(earlier for earlier, _ in was)} for kind, was in zip(gazetteer.type, gazetteer.was, strict=True)
        ]
        self._unique: dict[int, bool] = {}
        self._spread: dict[int, int] = {}
        self.districts = [
            frozenset({d for d in kin if self.level[d] == 2} | ({i} if self.level[i] == 2 else set()))
            for i, kin in enumerate(self.kin)
        ]
        self.tops = [
            frozenset({p for p in kin if self.level[p] == 1} | ({i} if self.level[i] == 1 else set()))
            for i, kin in enumerate(self.kin)
        ]

    def context(
        self, occurrences: list[Occurrence], *, published: date | None = None, paper: int | None = None
    ) -> Context:
        """What the text names as a whole."""
        context = Context(occurrences, published=published, paper=paper)
        where: dict[int, list[int]] = defaultdict(list)
        family: dict[int, float] = defaultdict(float)
        neighbours: dict[int, float] = defaultdict(float)
        seen: set[str] = set()
        for one in occurrences:
            for unit in one.units:
                if self.level[unit] < 3 and not one.cues & {"person", "company", "longer"}:
                    where[unit].append(one.start)
                if self.level[unit] == 1 and (not one.type or one.type in self.types[unit]):
                    context.provinces |= {unit}
            if one.key in seen or one.cues & {"person", "longer"}:
                continue
            seen.add(one.key)
            share = 1 / self.spread(one.units)
            for district in frozenset().union(*(self.districts[unit] for unit in one.units)):
                family[district] += share
            for top in {self.gazetteer.parent[unit] for unit in one.units if self.level[unit] == 2}:
                neighbours[top] += share
        context.where, context.family, context.neighbours = dict(where), dict(family), dict(neighbours)
        types = {one.type for one in occurrences if not one.cues & {"former"}}
        context.old_style = bool(types & {"huyện", "thị xã", "quận"})
        context.new_style = not context.old_style and bool(types & {"xã", "phường", "đặc khu"})
        context.no_place = {one.key for one in occurrences if not one.type and one.cues & NO_PLACE}
        self._back(context)
        return context

    def _back(self, context: Context) -> None:
        """Which units are backed by what stands right beside a name; it speaks for the name's other occurrences."""
        for i, one in enumerate(context.occurrences):
            if len(one.units) < 2 or (not one.type and one.up < 0):
                continue
            for unit in one.units:
                if one.type and not (one.type in self.types[unit] or self._near_type(one.type, unit)):
                    continue
                chain = self._chain_evidence(context, i, unit)
                if "other_parent" not in chain and (one.type or "parent_after" in chain):
                    by = context.backed.setdefault(one.key, {}).setdefault(unit, [])
                    if len(by) < 2:
                        by.append(i)

    def _near_type(self, kind: str, unit: int) -> bool:
        return kind in COMMUNE_TYPES and self.level[unit] == 3

    def unique(self, units: list[int]) -> bool:
        """Whether all units of that name lie in one old district (an old commune and the one it became, say)."""
        first = units[0]
        if first not in self._unique:
            self._unique[first] = bool(frozenset.intersection(*(self.districts[unit] for unit in units)))
        return self._unique[first]

    def features(self, context: Context, i: int, unit: int) -> dict[str, float]:
        """Evidence for and against occurrence i being this unit."""
        one = context.occurrences[i]
        level = self.level[unit]
        found: dict[str, float] = {}
        if one.type:
            found.update(self._type_evidence(one, unit))
        else:
            found[("province_bare", "district_bare", "commune_bare")[level - 1]] = 1.0
            if level == 2 and "huyện" not in self.types[unit] and len(one.units) > 1:
                found["town_bare"] = 1.0
        if level > 1 and "type_level" not in found and self.unique(one.units):
            found["unique"] = 1.0
        if not one.type and one.key in self.loose:
            found["loose"] = 1.0
        found.update(self._chain_evidence(context, i, unit))
        if "other_parent" in found:
            found.pop("unique", None)  # the lists may lack the namesake that is meant
        if level == 3 and "unique" in found and "commune_bare" in found and "loose" not in found:
            found["unique_bare"] = 1.0
        if level == 1 and "top" in one.cues:
            found["province_body"] = 1.0
        found.update(self._text_evidence(context, i, unit))
        found.update(self._age_evidence(context, unit))
        return found

    def spread(self, units: list[int]) -> int:
        """In how many different districts (or, of districts, provinces) the units of one name lie."""
        first = units[0]
        if first not in self._spread:
            self._spread[first] = len(
                {min(self.districts[unit] or self.tops[unit]) if self.tops[unit] else unit for unit in units}
            )
        return self._spread[first]

    def _type_evidence(self, one: Occurrence, unit: int) -> dict[str, float]:
        if one.type in self.types[unit]:
            return {"type": 1.0}
        if one.type in COMMUNE_TYPES and self.level[unit] == 3:
            return {"type_near": 1.0}
        if one.type in DISTRICT_TYPES and self.level[unit] == 2:
            others = one.units if one.type == "huyện" else ()
            past = bool(others) and not any(self.level[v] == 2 and "huyện" in self.types[v] for v in others)
            return {"type_past": 1.0} if past else {"type_other": 1.0}
        return {"type_level": 1.0}

    def _chain_evidence(self, context: Context, i: int, unit: int) -> dict[str, float]:
        found: dict[str, float] = {}
        occurrences = context.occurrences
        one = occurrences[i]
        kin = self.kin[unit]
        level = self.level[unit]
        j, steps = occurrences[i].up, 0
        while j >= 0 and steps < 3 and not occurrences[j].joined:
            other = occurrences[j]
            if self._province_list(occurrences[i], other, unit) or one.type == "tỉnh":
                break
            if kin.intersection(other.units) and self._above(other, unit):
                found["parent_after"] = 1.0
                break
            if self._claims_above(one, other, unit):
                found["other_parent"] = 1.0
                break
            j, steps = other.up, steps + 1
        up = one.up
        as_province = not one.type and level > 1 and any(self.level[v] == 1 for v in one.units)
        down = one.down
        if down >= 0 and not one.joined:
            below = occurrences[down]
            reach = _reach(below.type)
            if reach > level and any(unit in self.kin[v] for v in below.units):
                found["child_before"] = 1.0
            elif reach < level and not as_province and kin.intersection(below.units):
                found["parent_before"] = 1.0
        for j in (up, down):
            if j >= 0 and not as_province and self.sibling(occurrences[j], unit):
                found["sibling_beside"] = 1.0
        return found

    def _province_list(self, one: Occurrence, other: Occurrence, unit: int) -> bool:
        """ "Đồng Nai, Bình Phước, Quảng Ngãi": provinces side by side, not a commune Bình Phước in Quảng Ngãi."""
        return (
            one.type in {"", "tỉnh"}
            and not other.type
            and not other.bracketed
            and self.level[unit] > 1
            and any(self.level[v] == 1 for v in one.units)
            and any(self.level[v] == 1 for v in other.units)
        )

    def _above(self, other: Occurrence, unit: int) -> bool:
        """Whether the other occurrence can name something above this unit, by its type word."""
        if other.type in COMMUNE_TYPES:
            return False
        return not (other.type in DISTRICT_TYPES and self.level[unit] <= 2 and other.type != "thành phố")

    def _claims_above(self, one: Occurrence, other: Occurrence, unit: int) -> bool:
        """Whether the other says that the name lies in it, which this unit does not."""
        if self.level[unit] == 1 or ("listed" in one.cues and other.type == one.type):
            return False
        if other.type == "tỉnh":
            return True
        if other.type in DISTRICT_TYPES:
            return (self.level[unit] == 3 and one.type not in DISTRICT_TYPES) or (other.inside and not one.type)
        if other.type:
            return False
        levels = {self.level[v] for v in other.units}
        return levels == {1} or (1 in levels and 3 not in levels) or (bool(one.type) and levels <= {1, 2})

    def sibling(self, other: Occurrence, unit: int) -> bool:
        """Whether the other occurrence can name a unit of the same district (of the same province, for districts)."""
        level = self.level[unit]
        mine = self.districts[unit] if level == 3 else self.tops[unit]
        for v in other.units:
            if self.level[v] != level or v == unit:
                continue
            theirs = self.districts[v] if level == 3 else self.tops[v]
            if mine & theirs:
                return True
        return False

    @staticmethod
    def _echo(context: Context, i: int, unit: int) -> dict[str, float]:
        """What the other occurrences of the same name say of this one."""
        backed = context.backed.get(context.occurrences[i].key, {})
        if any(j != i for j in backed.get(unit, ())):
            return {"elsewhere": 1.0}
        if any(j != i for by in backed.values() for j in by):
            return {"elsewhere_other": 1.0}
        return {}

    def _text_evidence(self, context: Context, i: int, unit: int) -> dict[str, float]:
        found: dict[str, float] = {}
        one = context.occurrences[i]
        gaps = [
            gap
            for top in self.tops[unit]
            if top != unit and (gap := _nearest(context.where.get(top, ()), one)) is not None
        ]  # fmt: skip
        if gaps:
            found["province"] = 1.0
            if min(gaps) < NEAR:
                found["province_near"] = 1.0
        elif context.provinces - set(one.units):
            found["province_other"] = 1.0
        if self.level[unit] == 3 and any(
            _nearest(context.where.get(district, ()), one) is not None for district in self.districts[unit]
        ):
            found["district"] = 1.0
        share = 1 / self.spread(one.units)
        kinsfolk = max((context.family.get(d, 0.0) for d in self.districts[unit]), default=0.0) - share
        if kinsfolk > 0.02:
            found["siblings"] = min(1.0, kinsfolk)
        if self.level[unit] == 2:
            beside = context.neighbours.get(self.gazetteer.parent[unit], 0.0) - share
            if beside > 0.02:
                found["neighbours"] = min(1.0, beside / 2)
        found.update(self._echo(context, i, unit))
        if context.paper is not None and context.paper in self.tops[unit]:
            found["paper"] = 1.0
        return found

    def _age_evidence(self, context: Context, unit: int) -> dict[str, float]:
        since, until = self.gazetteer.since[unit], self.gazetteer.until[unit]
        if context.published is None:
            if not since or self.level[unit] != 3:
                return {}
            return {"reads_old": 1.0} if context.old_style else {"reads_new": 1.0} if context.new_style else {}
        if since and context.published.isoformat() < since:
            return {"not_yet": 1.0}
        if until and context.published.isoformat() >= until:
            return {"no_more": 1.0}
        return {}

    def none_features(self, context: Context, one: Occurrence) -> dict[str, float]:
        """Evidence that the occurrence is no unit of the gazetteer at all."""
        found = {"none": 1.0} if not one.type else {"none_typed": 1.0}
        found.update({f"none_{cue}": 1.0 for cue in one.cues if cue not in SILENT})
        if all(self.level[unit] == 3 for unit in one.units):
            found.pop("none_body", None)  # Bệnh viện Bạch Mai is not the ward's; a district's hospital is its own
            found.update({f"none_{cue}": 1.0 for cue in ("hospital", "single") if cue in one.cues})
        else:
            found.pop("none_number", None)  # "Quế Phong 36 người" counts; "bản Bình Sơn 1" is a hamlet
        if not one.type and not one.cues & NO_PLACE and one.key in context.no_place:
            found["none_elsewhere"] = 1.0
        return found

    def score(self, context: Context, i: int) -> tuple[list[float], float]:
        """Probability of each of the occurrence's units, in their order, and of none."""
        one = context.occurrences[i]
        logits = [self._sum(self.features(context, i, unit)) for unit in one.units]
        logits.append(self._sum(self.none_features(context, one)))
        top = max(logits)
        powers = [math.exp(value - top) for value in logits]
        total = sum(powers)
        return [power / total for power in powers[:-1]], powers[-1] / total

    def _sum(self, found: dict[str, float]) -> float:
        weights = self.weights
        return sum(weights.get(name, 0.0) * value for name, value in found.items())


def _reach(kind: str) -> float:
    """The level that a type word says: 1 province, 2 district, 3 commune; 2.5 for a name without one."""
    if kind == "tỉnh":
        return 1
    if kind in DISTRICT_TYPES:
        return 2
    return 3 if kind else 2.5


def _nearest(spots: Sequence[int], one: Occurrence) -> int | None:
    """Characters to the nearest of the ascending offsets that lies outside the occurrence; None where there is none."""
    i = bisect_left(spots, one.start)
    gaps = [one.start - spots[i - 1]] if i else []
    while i < len(spots) and spots[i] < one.end:
        i += 1
    if i < len(spots):
        gaps.append(spots[i] - one.start)
    return min(gaps, default=None)


def load_loose() -> frozenset[str]:
    """Names of one commune that the press mostly prints for something else (Đông Nam, Quốc Khánh); folded."""
    return frozenset(LOOSE.read_text(encoding="utf-8").split("\n")) - {""}


def load_weights() -> dict[str, float]:
    """The shipped weights."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return loaded
