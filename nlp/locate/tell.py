"""Evidence in words that an officer understands, from the catalogue (places.toml)."""

from __future__ import annotations

from typing import Final

from core.i18n import t
from nlp.gazetteer.units import Gazetteer
from nlp.locate.weigh import Context, Weigher

SHOWN: Final = 4
_LEAST: Final = 0.3  # weight below which a feature is not worth a sentence


def evidence(weigher: Weigher, context: Context, occurrence: int, unit: int) -> tuple[str, ...]:
    """The strongest reasons for taking the occurrence for that unit, strongest first."""
    found = weigher.features(context, occurrence, unit)
    weights = weigher.weights
    strongest = sorted(
        (name for name, value in found.items() if weights.get(name, 0) * value > _LEAST),
        key=lambda name: -weights[name] * found[name],
    )
    return tuple(dict.fromkeys(_say(weigher, context, name, occurrence, unit) for name in strongest[:SHOWN]))


def _say(weigher: Weigher, context: Context, feature: str, occurrence: int, unit: int) -> str:
    gazetteer = weigher.gazetteer
    one = context.occurrences[occurrence]
    tops = weigher.tops[unit] - {unit}
    named = {top for top in tops if top in context.where} or tops
    return t(
        f"places.because.{feature}",
        type=one.type or gazetteer.type[unit],
        province=_names(gazetteer, named),
        district=_names(gazetteer, weigher.districts[unit] - {unit}, full=True),
        name=gazetteer.name[unit],
    )


def _names(gazetteer: Gazetteer, units: frozenset[int] | set[int], *, full: bool = False) -> str:
    found = [gazetteer.unit(gazetteer.ids[i]) for i in sorted(units)]
    return ", ".join(dict.fromkeys(unit.full_name if full else f"{unit.type} {unit.name}" for unit in found))
