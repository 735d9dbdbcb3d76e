"""The gazetteer: units of both ages, their names, and what became of what.

Ids are stable and name the age: `old:51` a province, `old:524` a district, `old:21112` a commune, all until 30 June
2025 and by their NSO code; `new:51`, `new:21061` a province and a commune of today; `past:<slug>` a unit abolished
before 2025 for which no list gives a code.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import zstandard

from core.errors import ConfigError
from core.text import fold_plain
from nlp.gazetteer.spelling import key

Level = Literal["province", "district", "commune"]
_LEVELS: Final[dict[int, Level]] = {1: "province", 2: "district", 3: "commune"}
SHIPPED: Final = Path(__file__).parent / "units.json.zst"
FORMAT: Final = 1
_SHORT_TYPES: Final = {"tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "h": "huyện", "q": "quận", "p": "phường",
                       "x": "xã", "t": "tỉnh"}  # fmt: skip
_SHORT_TYPE: Final = re.compile(rf"({'|'.join(_SHORT_TYPES)})(?:\. ?| )(?=\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One administrative unit of either age."""

    id: str
    level: Level
    type: str  # xã, phường, thị trấn, đặc khu, huyện, quận, thị xã, thành phố, tỉnh
    name: str
    parent: str | None
    since: date | None  # None: before the lists begin
    until: date | None  # first day on which it is no more; None: exists
    successors: tuple[str, ...]
    parts: frozenset[str]  # the successors that took in only a part of it
    point: tuple[float, float] | None  # latitude, longitude
    point_derived: bool  # mean of its successors or communes, not surveyed
    aliases: tuple[str, ...]
    earlier_types: tuple[tuple[str, date | None], ...]

    @property
    def full_name(self) -> str:
        """Type and name: "huyện Bình Sơn"."""
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unit that a name may mean, told apart from its namesakes."""

    unit: Unit
    label: str  # "xã Bình Sơn, tỉnh Quảng Ngãi (từ 01/07/2025)"


class Gazetteer:
    """All units, by number inside and by id outside. Immutable once loaded."""

    def __init__(self, data: dict[str, Any]) -> None:
        if data.get("format") != FORMAT:
            raise ConfigError("gazetteer: the file is of another version; run `diembao gazetteer build`")
        self._data = data
        self.ids: list[str] = data["id"]
        self.level: list[int] = data["level"]
        self.type: list[str] = data["type"]
        self.name: list[str] = data["name"]
        self.parent: list[int] = data["parent"]
        self.names: dict[str, list[int]] = data["names"]
        self.into: list[list[list[int]]] = data["into"]
        self.since: list[str | None] = data["since"]
        self.until: list[str | None] = data["until"]
        self.was: list[list[tuple[str, str | None]]] = data["was"]
        self._units: dict[str, Unit] = {}

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Gazetteer:
        """Read a built file. Raises ConfigError where it is missing, damaged or of another version."""
        try:
            return cls(json.loads(zstandard.ZstdDecompressor().decompress(path.read_bytes())))
        except (OSError, ValueError, KeyError, zstandard.ZstdError) as error:
            raise ConfigError(f"{path}: not a gazetteer ({error}); run `diembao gazetteer build`") from None

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, unit: str) -> bool:
        return unit in self.number

    @cached_property
    def number(self) -> dict[str, int]:
        """Id -> number."""
        return {unit: i for i, unit in enumerate(self.ids)}

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """Number -> numbers of the units directly below."""
        below: dict[int, list[int]] = defaultdict(list)
        for i, parent in enumerate(self.parent):
            if parent >= 0:
                below[parent].append(i)
        return dict(below)

    @cached_property
    def origins(self) -> dict[int, list[tuple[int, bool]]]:
        """Number -> (predecessor, only a part of the predecessor came) for every unit that others became."""
        came: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for i, into in enumerate(self.into):
            for target, part in into:
                came[target].append((i, bool(part)))
        return dict(came)

    def unit(self, unit: str) -> Unit:
        """The unit of that id. KeyError for an unknown one."""
        if unit not in self._units:
            self._units[unit] = self._make(self.number[unit])
        return self._units[unit]

    def _make(self, i: int) -> Unit:
        point = self._data["point"][i]
        return Unit(
            id=self.ids[i],
            level=_LEVELS[self.level[i]],
            type=self.type[i],
            name=self.name[i],
            parent=self.ids[self.parent[i]] if self.parent[i] >= 0 else None,
            since=_day(self.since[i]),
            until=_day(self.until[i]),
            successors=tuple(self.ids[target] for target, _ in self.into[i]),
            parts=frozenset(self.ids[target] for target, part in self.into[i] if part),
            point=(point[0], point[1]) if point else None,
            point_derived=bool(point and point[2]),
            aliases=tuple(self._data["aliases"][i]),
            earlier_types=tuple((kind, _day(until)) for kind, until in self.was[i]),
        )

    def named(self, name: str) -> tuple[Unit, ...]:
        """Units that bear that name in any usual spelling."""
        return tuple(self.unit(self.ids[i]) for i in self.names.get(key(name), ()))

    def parents(self, i: int) -> list[int]:
        """Numbers of the units above, nearest first."""
        above: list[int] = []
        while self.parent[i] >= 0:
            i = self.parent[i]
            above.append(i)
        return above

    @cached_property
    def kin(self) -> list[frozenset[int]]:
        """For every unit the units of either age that may be named as lying above it.

        Those above itself; above what became it; above what it became. A commune of 1990 thus answers to its
        district, its old and its new province.
        """
        above = [frozenset(self.parents(i)) for i in range(len(self))]
        kin = []
        for i in range(len(self)):
            related = {target for target, _ in self.into[i]} | {source for source, _ in self.origins.get(i, ())}
            further = {target for one in related for target, _ in self.into[one]}
            kin.append(above[i].union(*(above[one] for one in related | further)))
        for i in range(len(self)):  # a district's provinces are those of its communes
            if self.level[i] == 2:
                kin[i] = kin[i].union(
                    *({top for top in kin[child] if self.level[top] == 1} for child in self.children.get(i, ()))
                )
        return kin

    def label(self, unit: Unit) -> str:
        """The unit with what is above it, so that namesakes can be told apart."""
        above = [self.unit(self.ids[i]).full_name for i in self.parents(self.number[unit.id])]
        age = ""
        if unit.until:
            age = f" (đến {unit.until:%d/%m/%Y})"
        elif unit.since:
            age = f" (từ {unit.since:%d/%m/%Y})"
        return ", ".join([unit.full_name, *above]) + age

    def find_units(self, query: str) -> tuple[Candidate, ...]:
        """Units that a person may mean by what was typed, with or without type, parent and diacritics.

        "Bình Sơn", "binh son", "huyện Bình Sơn", "TX. Mỹ Hào", "xã Bình Sơn, Quảng Ngãi". Larger units first; those of
        today before those of the past. Empty where nothing bears the name. What is typed without any diacritics may
        mean a name with them though another has none: "ba dinh" is Ba Đình and Ba Dinh, "xã Ba Dinh" the latter.
        """
        parts = [part.strip() for part in query.split(",") if part.strip()]
        bare = fold_plain(key(query)) == key(query)
        found = self._by_query(parts[0], bare=bare) if parts else []
        for part in parts[1:]:
            above = set(self._by_query(part, bare=bare))
            found = [i for i in found if above & self.kin[i]]
        found.sort(key=lambda i: (self.level[i], not self.ids[i].startswith("new:"), self.ids[i]))
        return tuple(Candidate(unit=unit, label=self.label(unit)) for unit in (self.unit(self.ids[i]) for i in found))

    def _by_query(self, text: str, *, bare: bool) -> list[int]:
        name, kind = key(text), ""
        short = None if self._spelled(name, bare=bare) else _SHORT_TYPE.match(name)
        if short:
            name = f"{_SHORT_TYPES[short[1]]} {name[short.end() :]}"
        entire = self._spelled(name, bare=bare)
        for known in sorted(set(self.type), key=len, reverse=True):
            if _leads(known, name):
                kind, rest = known, name[len(known) + 1 :]
                found = self._spelled(rest, bare=bare)
                if found:
                    return [i for i in found if self._was(i, kind)] or entire or found
        return entire

    def _was(self, i: int, kind: str) -> bool:
        return self.type[i] == kind or any(kind == earlier for earlier, _ in self.was[i])

    def _spelled(self, name: str, *, bare: bool) -> list[int]:
        exact = self.names.get(name)
        if exact and not bare:
            return list(exact)
        return list(self.plain_names.get(fold_plain(name), ())) if fold_plain(name) == name else []

    @cached_property
    def plain_names(self) -> dict[str, list[int]]:
        """Names without diacritics -> numbers. Made on first use: only people's queries need it."""
        plain: dict[str, list[int]] = defaultdict(list)
        for name, units in self.names.items():
            plain[fold_plain(name)] += [i for i in units if i not in plain[fold_plain(name)]]
        return dict(plain)

    def area(self, units: Iterable[str], *, partial: bool = True) -> frozenset[int]:
        """Numbers of all units of either age that lie in the area of these: themselves, what is below them, what
        they became and came from.

        A unit that took in the area only in part counts with `partial` where at least a third of what made it lies
        inside, or one of its communes lies inside whole; a smaller remainder only where nothing else carries the
        commune on. A unit above is in the area only where it lies there whole, or is named itself.
        """
        return _area(self, [self.number[unit] for unit in units], partial)


def _area(gazetteer: Gazetteer, named: list[int], partial: bool) -> frozenset[int]:
    inside: set[int] = set()
    for start in named:
        inside |= _below(gazetteer, start)
    old = {i for i in inside if not gazetteer.ids[i].startswith("new:")}
    new = inside - old
    if new:
        old |= _sources(gazetteer, new, partial)
    carried = _carried(gazetteer, old, partial)
    result = old | new | (carried if set(named) & old else set())
    for start in named:  # a province by the same name carries on the old one
        if partial and gazetteer.level[start] == 1 and gazetteer.ids[start].startswith("old:"):
            result |= {
                i for name in [key(gazetteer.name[start])] for i in gazetteer.names[name]
                if gazetteer.level[i] == 1 and gazetteer.ids[i].startswith("new:")
            }  # fmt: skip
    return frozenset(result)


def _below(gazetteer: Gazetteer, start: int) -> set[int]:
    found, todo = {start}, [start]
    while todo:
        for child in gazetteer.children.get(todo.pop(), ()):
            found.add(child)
            todo.append(child)
    return found


def _sources(gazetteer: Gazetteer, new: set[int], partial: bool) -> set[int]:
    """Old units whose ground became the new ones; districts and provinces only where all of their communes did."""
    communes: set[int] = set()
    for target in new:
        communes |= {i for i, part in gazetteer.origins.get(target, ()) if partial or not part}
    communes |= {i for one in communes for i, _ in gazetteer.origins.get(one, ())}
    whole: set[int] = set(communes)
    for level in (2, 1):
        for i in range(len(gazetteer)):
            below = gazetteer.children.get(i)
            if gazetteer.level[i] == level and below and not gazetteer.ids[i].startswith("new:"):
                now = [child for child in below if not gazetteer.ids[child].startswith("past:")]
                if now and all(child in whole for child in now):
                    whole.add(i)
    return whole


def _carried(gazetteer: Gazetteer, old: set[int], partial: bool) -> set[int]:
    """Units of today that carry on old communes."""
    shares: dict[int, tuple[int, int, int]] = {}
    targets = {target for i in old for target, _ in gazetteer.into[i] if gazetteer.ids[target].startswith("new:")}
    for target in targets:
        came = [(i, part) for i, part in gazetteer.origins[target] if not gazetteer.ids[i].startswith("past:")]
        mine = [(i, part) for i, part in came if i in old]
        shares[target] = (len(mine), len(came), sum(not part for _, part in mine))
    kept = {t for t, (mine, came, whole) in shares.items() if mine == came or (partial and (whole or 3 * mine >= came))}
    if partial:
        for i in old:
            into = {target for target, _ in gazetteer.into[i]}
            if into and not into & (kept | old):
                kept |= into & targets
    return kept


def _leads(kind: str, name: str) -> bool:
    """Whether a folded name begins with this type, each of its words with its diacritics or without any.

    "quan ba dinh" does with "quận", the commune "Quân Chu" does not.
    """
    words = kind.split()
    lead = name.split(" ")[: len(words) + 1]
    return len(lead) > len(words) and all(
        said in {word, fold_plain(word)} for said, word in zip(lead, words, strict=False)
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
