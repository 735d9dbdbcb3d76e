"""Names and points of the gazetteer, for the map of a desk's communes."""

from __future__ import annotations

from functools import cache

from core.records import Desk, Place
from nlp.gazetteer.units import Gazetteer, Unit


class GazetteerPlaces:
    """The port Places on the shipped gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._area = cache(self._communes)

    def area(self, desk: Desk) -> tuple[Place, ...]:
        """Today's communes of the desk's area, by name."""
        return self._area(desk.units)

    def place(self, unit: str) -> Place | None:
        """The unit of that id; None for an unknown one."""
        return _place(self._gazetteer.unit(unit)) if unit in self._gazetteer else None

    def _communes(self, units: tuple[str, ...]) -> tuple[Place, ...]:
        found: dict[str, Unit] = {}
        waiting = [unit for unit in units if unit in self._gazetteer]
        seen: set[str] = set()
        while waiting:
            unit = self._gazetteer.unit(waiting.pop())
            if unit.id in seen:
                continue
            seen.add(unit.id)
            if unit.level == "commune" and unit.until is None:
                found[unit.id] = unit
            below = self._gazetteer.children.get(self._gazetteer.number[unit.id], [])
            waiting += [self._gazetteer.ids[number] for number in below]
            if unit.level == "commune":
                waiting += unit.successors
        return tuple(_place(unit) for unit in sorted(found.values(), key=lambda unit: unit.name))


def printed_names(gazetteer: Gazetteer, unit: str) -> tuple[str, ...]:
    """As texts may print the unit of that id; nothing for an unknown one."""
    return (gazetteer.unit(unit).name, *gazetteer.unit(unit).aliases) if unit in gazetteer else ()


def _place(unit: Unit) -> Place:
    latitude, longitude = unit.point or (None, None)
    return Place(unit=unit.id, name=unit.full_name, latitude=latitude, longitude=longitude, today=unit.until is None)
