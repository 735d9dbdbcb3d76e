"""Evidence in words that an officer understands, quoting the article, from the catalogue (places.toml)."""

from __future__ import annotations

from typing import Final

from core.i18n import catalogue, t
from nlp.locate.occurrences import Occurrence
from nlp.locate.weigh import NO_PLACE, Context, Weigher

SHOWN: Final = 4
QUOTED: Final = 3
_LEAST: Final = 0.3  # weight below which a feature is not worth a sentence


def evidence(weigher: Weigher, context: Context, text: str, occurrence: int, unit: int) -> tuple[str, ...]:
    """The strongest reasons for taking the occurrence for that unit, strongest first. Empty where none is strong."""
    found = weigher.features(context, occurrence, unit)
    weights = weigher.weights
    strongest = sorted(
        (name for name, value in found.items() if weights.get(name, 0) * value > _LEAST),
        key=lambda name: -weights[name] * found[name],
    )
    said: list[str] = []
    quoted: set[str] = set()
    for name in strongest:
        quote = _quote(text, _behind(weigher, context, name, occurrence, unit))
        if any(quote in other for other in quoted) if quote else _needs_quote(name):
            continue
        quoted.add(quote)
        said.append(_say(weigher, name, context.occurrences[occurrence].type, quote, unit))
    return tuple(dict.fromkeys(said))[:SHOWN]


def _needs_quote(feature: str) -> bool:
    """Whether its sentence is nothing without the words of the article."""
    return "{quote}" in catalogue()[f"places.because.{feature}"]["vi"]


def _say(weigher: Weigher, feature: str, kind: str, quote: str, unit: int) -> str:
    return t(
        f"places.because.{feature}",
        type=kind or weigher.gazetteer.type[unit],
        name=weigher.gazetteer.name[unit],
        quote=quote,
        province=_provinces(weigher, unit),
    )


def _behind(weigher: Weigher, context: Context, feature: str, occurrence: int, unit: int) -> list[Occurrence]:
    """The other names in the text on which a feature rests."""
    occurrences = context.occurrences
    one = occurrences[occurrence]
    if feature in {"parent_after", "parent_before", "child_before", "sibling_beside"}:
        return _linked(weigher, context, feature, one, unit)
    others = [other for other in occurrences if other.key != one.key]
    if feature in {"province", "province_near"}:
        others.sort(key=lambda other: abs(other.start - one.start))
        return [other for other in others if weigher.tops[unit] & set(other.units)][:1]
    if feature == "district":
        return [other for other in others if weigher.districts[unit] & set(other.units)][:1]
    if feature == "siblings":
        mine = weigher.districts[unit]
        return [o for o in others if any(mine & weigher.districts[v] and v not in mine for v in o.units)]
    if feature == "neighbours":
        parent = weigher.gazetteer.parent[unit]
        return [other for other in others if any(weigher.gazetteer.parent[v] == parent for v in other.units)]
    return []


def _linked(weigher: Weigher, context: Context, feature: str, one: Occurrence, unit: int) -> list[Occurrence]:
    occurrences = context.occurrences
    if feature == "parent_after":
        j = one.up
        while j >= 0:
            if weigher.kin[unit].intersection(occurrences[j].units):
                return [occurrences[j]]
            j = occurrences[j].up
        return []
    if feature == "sibling_beside":
        beside = [occurrences[j] for j in (one.up, one.down) if j >= 0]
        return [other for other in beside if weigher.sibling(other, unit)]
    return [occurrences[one.down]] if one.down >= 0 else []


def _quote(text: str, behind: list[Occurrence]) -> str:
    behind = [other for other in behind if not other.cues & NO_PLACE]  # above all: no part of a person's name
    quotes = dict.fromkeys(" ".join(text[other.lead : other.end].split()) for other in behind)
    return ", ".join(f"“{quote}”" for quote in list(quotes)[:QUOTED])


def _provinces(weigher: Weigher, unit: int) -> str:
    names = (weigher.gazetteer.name[top] for top in sorted(weigher.tops[unit] - {unit}))
    return ", ".join(dict.fromkeys(names))
