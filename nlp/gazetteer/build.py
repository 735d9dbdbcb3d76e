"""Builds the gazetteer from its sources: two public lists of units and a dated table of own corrections.

Sources (both MIT, shipped in sources/ with their notices):
legacy_to_2025.csv.xz   old commune -> commune of 2025, with codes and a point of the new one
units_2026.json.xz      provinces and communes of today
corrections.toml        units abolished before 2025, earlier types, aliases, codes that the two lists give differently
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zstandard

from core.errors import ConfigError
from core.text import clean, fold, new_tone
from nlp.gazetteer.spelling import key, spellings

SOURCES: Final = Path(__file__).parent / "sources"
SHIPPED: Final = Path(__file__).parent / "units.json.zst"
REFORM: Final = "2025-07-01"
FORMAT: Final = 1
TYPES: Final = (
    "đặc khu", "thành phố", "thị trấn", "phường", "thị xã", "huyện", "quận", "tỉnh", "xã",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Row:
    """A unit while the table is being made."""

    id: str
    level: int  # 1 province, 2 district, 3 commune
    type: str
    name: str
    parent: str | None
    since: str | None = None
    until: str | None = None
    into: dict[str, bool] = field(default_factory=dict)  # successor -> only a part of this unit went there
    point: tuple[float, float] | None = None
    derived: bool = False
    aliases: list[str] = field(default_factory=list)
    was: list[tuple[str, str | None]] = field(default_factory=list)  # earlier (type, until)
    listed: str = ""  # the name as the list of today spells it


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What was built, and where the two lists disagree."""

    units: int
    names: int
    size: int  # bytes of the file
    disagreements: tuple[str, ...]


def build(sources: Path = SOURCES, out: Path = SHIPPED) -> BuildReport:
    """Read the three sources in `sources` and write the compact file `out`.

    Raises ConfigError naming the file where a source is missing or not of the expected shape.
    """
    legacy = _read_legacy(sources / "legacy_to_2025.csv.xz")
    today = _read_today(sources / "units_2026.json.xz")
    own = _read_corrections(sources / "corrections.toml")
    disagreements: list[str] = []
    codes = {entry["from"]: entry["to"] for entry in own.get("code", ())}
    rows = _today_rows(today)
    _add_legacy(rows, legacy, codes, disagreements)
    _add_own(rows, own)
    _derive_points(rows)
    data = _encode(rows)
    packed = zstandard.ZstdCompressor(level=19).compress(json.dumps(data, ensure_ascii=False).encode())
    out.write_bytes(packed)
    return BuildReport(
        units=len(rows), names=len(data["names"]), size=len(packed), disagreements=tuple(sorted(set(disagreements)))
    )


def _read_legacy(path: Path) -> list[dict[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(lzma.decompress(path.read_bytes()).decode("utf-8"))))
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable: {error}") from None
    needed = {"provinceCode", "districtCode", "wardCode", "ward", "newWardCode", "isDividedWard", "newProvinceCode"}
    if not rows or not needed <= set(rows[0]):
        raise ConfigError(f"{path}: columns missing: {', '.join(sorted(needed - set(rows[0] if rows else ())))}")
    return rows


def _read_today(path: Path) -> list[dict[str, Any]]:
    try:
        provinces = json.loads(lzma.decompress(path.read_bytes()))
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise ConfigError(f"{path}: not readable: {error}") from None
    if not (
        isinstance(provinces, list) and provinces and all({"Code", "FullName", "Wards"} <= set(p) for p in provinces)
    ):
        raise ConfigError(f"{path}: not a list of provinces with Code, FullName and Wards")
    return provinces


def _read_corrections(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}") from None


def split_type(full: str) -> tuple[str, str]:
    """ "Thị trấn Châu Ổ" -> ("thị trấn", "Châu Ổ"). Raises ConfigError where no type of unit leads the name."""
    full = clean(full)
    lowered = full.lower()
    for kind in TYPES:
        if lowered.startswith(kind + " "):
            return kind, full[len(kind) + 1 :]
    raise ConfigError(f"gazetteer: {full!r} does not begin with a type of unit")


def _one_tone(name: str) -> str:
    """The name with tone marks in one placement, capitals kept (Hoà Phong -> Hòa Phong)."""
    lowered = new_tone(name.lower())
    return "".join(b.upper() if a.isupper() else b for a, b in zip(name, lowered, strict=True))


def _today_rows(provinces: list[dict[str, Any]]) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    for province in provinces:
        kind, name = split_type(province["FullName"])
        top = f"new:{province['Code']}"
        rows[top] = _Row(id=top, level=1, type=kind, name=_one_tone(name), parent=None, since=REFORM)
        for ward in province["Wards"]:
            kind, name = split_type(ward["FullName"])
            unit = f"new:{ward['Code']}"
            rows[unit] = _Row(id=unit, level=3, type=kind, name=_one_tone(name), parent=top, since=REFORM, listed=name)
    return rows


def _code(text: str, width: int) -> str:
    return str(int(float(text))).zfill(width)


def _add_legacy(
    rows: dict[str, _Row], legacy: list[dict[str, str]], codes: dict[str, str], disagreements: list[str]
) -> None:
    listed: set[str] = set()
    tones: set[str] = set()
    for line in legacy:
        new_code = codes.get(line["newWardCode"], line["newWardCode"])
        if new_code != line["newWardCode"]:
            disagreements.append(f"{line['newWard']}: mã {line['newWardCode']} / {new_code} (corrections.toml)")
        new = rows.get(f"new:{new_code}")
        if new is None:
            disagreements.append(f"{line['newWard']} {new_code}: not in the list of units of today")
            continue
        listed.add(new.id)
        _compare(new, rows.get(new.parent or ""), line, disagreements, tones)
        new.point = (float(line["newWardLat"]), float(line["newWardLon"]))
        _add_old(rows, line, new)
    for row in rows.values():
        if row.id.startswith("new:") and row.level == 3 and row.id not in listed:
            disagreements.append(f"{row.type} {row.name} {row.id}: no old commune leads to it")
    if tones:
        disagreements.append(f"{len(tones)} names differ only in where the tone mark stands; one placement is taken")


def _compare(new: _Row, top: _Row | None, line: dict[str, str], disagreements: list[str], tones: set[str]) -> None:
    """Note where the older list names a unit of today otherwise; it is kept as an earlier type or an alias."""
    kind, name = split_type(line["newWard"])
    if fold(name) != fold(new.name):
        disagreements.append(f"{new.id}: named {name} / {new.name}; the list of today is taken")
        new.aliases.append(_one_tone(name))
    elif name != new.listed:
        tones.add(new.id)
    _note_type(new, kind, disagreements)
    if new.parent != f"new:{line['newProvinceCode']}":
        disagreements.append(f"{new.id} {new.name}: in province {line['newProvinceCode']} / {new.parent}")
    if top is not None:
        _note_type(top, split_type(line["newProvince"])[0], disagreements)


def _note_type(row: _Row, kind: str, disagreements: list[str]) -> None:
    if kind != row.type and (kind, None) not in row.was:
        row.was.append((kind, None))
        disagreements.append(f"{row.id} {row.name}: {kind} / {row.type}; the list of today is taken")


def _add_old(rows: dict[str, _Row], line: dict[str, str], new: _Row) -> None:
    province, district = f"old:{_code(line['provinceCode'], 2)}", f"old:{_code(line['districtCode'], 3)}"
    if province not in rows:
        kind, name = split_type(line["province"])
        rows[province] = _Row(id=province, level=1, type=kind, name=_one_tone(name), parent=None, until=REFORM)
    if district not in rows:
        kind, name = split_type(line["district"])
        rows[district] = _Row(id=district, level=2, type=kind, name=_one_tone(name), parent=province, until=REFORM)
    source = rows[district]
    if line["wardCode"]:
        unit = f"old:{_code(line['wardCode'], 5)}"
        if unit not in rows:
            kind, name = split_type(line["ward"])
            rows[unit] = _Row(id=unit, level=3, type=kind, name=_one_tone(name), parent=district, until=REFORM)
        source = rows[unit]
    source.into[new.id] = line["isDividedWard"] == "True"


def _add_own(rows: dict[str, _Row], own: dict[str, Any]) -> None:
    for entry in own.get("past", ()):
        rows[entry["id"]] = _Row(
            id=entry["id"],
            level=2 if entry["type"] in {"huyện", "thị xã", "quận"} else 3,
            type=entry["type"],
            name=entry["name"],
            parent=entry["parent"],
            until=entry["until"],
            into={_known(rows, target, entry): False for target in entry["into"]},
        )
    for entry in own.get("was", ()):
        _row(rows, entry["id"]).was.append((entry["type"], entry["until"]))
    for entry in own.get("alias", ()):
        _row(rows, entry["id"]).aliases += entry["names"]


def _row(rows: dict[str, _Row], unit: str) -> _Row:
    if unit not in rows:
        raise ConfigError(f"corrections.toml: no unit {unit}")
    return rows[unit]


def _known(rows: dict[str, _Row], unit: str, entry: dict[str, Any]) -> str:
    if unit not in rows:
        raise ConfigError(f"corrections.toml: {entry['id']} leads to {unit}, which is no unit")
    return unit


def _derive_points(rows: dict[str, _Row]) -> None:
    """Old units get the mean point of what they became, provinces that of their communes; both marked derived."""
    inner: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows.values():
        if row.point is None and row.into:
            row.point, row.derived = _mean(rows[unit].point for unit in row.into), True
    for row in sorted(rows.values(), key=lambda r: -r.level):
        if row.point is None:
            row.point, row.derived = _mean(inner[row.id]), True
        if row.parent and row.point:
            inner[row.parent].append(row.point)


def _mean(points: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    known = [point for point in points if point]
    if not known:
        return None
    lat, lon = zip(*known, strict=True)
    return round(sum(lat) / len(lat), 4), round(sum(lon) / len(lon), 4)


_NUMBER: Final = re.compile(r"^\d+$")


def _encode(rows: dict[str, _Row]) -> dict[str, Any]:
    """Columns by number of the unit, and each folded name with the units that bear it."""
    order = sorted(rows.values(), key=lambda r: (r.level, r.id))
    number = {row.id: i for i, row in enumerate(order)}
    names: dict[str, list[int]] = defaultdict(list)
    for row in order:
        for spelling in _names(row):
            if number[row.id] not in names[key(spelling)]:
                names[key(spelling)].append(number[row.id])
    return {
        "format": FORMAT,
        "id": [row.id for row in order],
        "level": [row.level for row in order],
        "type": [row.type for row in order],
        "name": [row.name for row in order],
        "parent": [number[row.parent] if row.parent else -1 for row in order],
        "since": [row.since for row in order],
        "until": [row.until for row in order],
        "into": [[[number[unit], int(part)] for unit, part in row.into.items()] for row in order],
        "point": [[*row.point, int(row.derived)] if row.point else None for row in order],
        "aliases": [sorted(set(row.aliases)) for row in order],
        "was": [row.was for row in order],
        "names": dict(sorted(names.items())),
    }


def _names(row: _Row) -> list[str]:
    if _NUMBER.match(row.name):  # "Phường 1": the bare number names nothing
        short = "".join(word[0] for word in row.type.split())
        return [f"{row.type} {row.name}", f"{short}.{row.name}", f"{short}. {row.name}"]
    return [form for name in (row.name, *row.aliases) for form in spellings(name)]
