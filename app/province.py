"""A desk for each commune of a province, with its users and recipients from sheets: all of it, or nothing."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from core import receivers, roster, sheets
from core.errors import ConfigError
from core.i18n import t
from core.records import OVER_DESKS, Desk, User
from core.sheets import Planned, Problem
from core.text import clean, identifier
from nlp.gazetteer.units import Gazetteer, Unit

UNIT_NAMES: Final = ("xã phường", "xã, phường", "đơn vị", "địa phương", "commune", "unit", "bàn tin", "desk")
OUTSIDE: Final = "sheet.no_such_unit"
SEVERAL: Final = "sheet.several_units"
EVERYWHERE: Final = "all desks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What would come of one row of a sheet."""

    sheet: str  # users, recipients
    number: int
    action: str  # add, change, same, wrong
    shown: str
    where: str = ""  # commune and desk to which it goes
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be made. Nothing of it is taken while a row is wrong."""

    desks: tuple[Desk, ...]  # new and changed ones
    same: int  # communes whose desk stays as it is
    users: tuple[User, ...]
    rows: tuple[Said, ...]
    skipped: int = 0  # rows with a commune and nothing else
    without_account: tuple[str, ...] = ()  # names of desks, where a sheet of users was given

    @property
    def wrong(self) -> tuple[Said, ...]:
        """Rows that stand against it."""
        return tuple(row for row in self.rows if row.action == "wrong")


def communes(gazetteer: Gazetteer, province: str) -> tuple[Unit, tuple[Unit, ...]]:
    """The province of today and its communes, by name. Raises ConfigError where none, or several, are meant."""
    found = [
        one for one in gazetteer.find_units(province) if one.unit.level == "province" and one.unit.id.startswith("new:")
    ]
    if len(found) != 1:
        meant = "; ".join(one.label for one in found) or _past(gazetteer, province) or "no province of today"
        raise ConfigError(f"{province!r} is {meant}; give its name as it is since 1 July 2025")
    number = gazetteer.number[found[0].unit.id]
    below = (gazetteer.unit(gazetteer.ids[child]) for child in gazetteer.children.get(number, ()))
    return found[0].unit, tuple(sorted((u for u in below if u.until is None), key=lambda unit: unit.id))


def _past(gazetteer: Gazetteer, province: str) -> str:
    """What became of a province of that name from before; "" where there was none."""
    was = [one.unit for one in gazetteer.find_units(province) if one.unit.level == "province"]
    if not was:
        return ""
    inside = gazetteer.area([was[0].id], partial=False)
    above = {gazetteer.parents(i)[-1] for i in inside if gazetteer.ids[i].startswith("new:") and gazetteer.parents(i)}
    now = " and ".join(sorted(gazetteer.unit(gazetteer.ids[i]).full_name for i in above))
    return f"{gazetteer.label(was[0])}, now in {now}" if now else ""


def desks_for(province: Unit, units: Iterable[Unit], known: Sequence[Desk]) -> tuple[Desk, ...]:
    """A desk for each unit; the one that the record has where it watches that unit and nothing else."""
    by_unit = {desk.units: desk for desk in known}
    taken = {desk.id for desk in known}
    made = []
    for unit in units:
        desk = by_unit.get((unit.id,)) or Desk(
            id=_free_id(unit, taken), name=unit.full_name, units=(unit.id,),
            office=f"UBND {unit.full_name}, {province.full_name}",
        )  # fmt: skip
        taken.add(desk.id)
        made.append(desk)
    return tuple(made)


def plan(  # noqa: PLR0917 - all that it is made from
    desks: Sequence[Desk], units: Sequence[Unit], known: Sequence[Desk], users: Sequence[User], at: datetime,
    users_sheet: str | None, recipients_sheet: str | None,
) -> Plan:  # fmt: skip
    """What would be made of `units`, of their desks as `desks_for` gives them, and of both sheets (None: none). Pure.

    Raises ConfigError where a sheet can't be read at all. A column names the commune of each row.
    """
    meant = _Meant(desks, units)
    said: list[Said] = []
    given, taken, skipped = list(desks), dict[str, User](), 0
    if recipients_sheet is not None:
        sheet = _sorted(recipients_sheet, meant, "recipients")
        given = _with_recipients(given, sheet, said)
        skipped += sheet.skipped
    if users_sheet is not None:
        sheet = _sorted(users_sheet, meant, "users")
        taken = _accounts(sheet, users, (*known, *desks), at, said)
        skipped += sheet.skipped
    before = set(known)
    changed = tuple(desk for desk in given if desk not in before)
    return Plan(
        desks=changed, same=len(given) - len(changed), users=tuple(taken.values()), rows=tuple(said), skipped=skipped,
        without_account=_without({u.id: u for u in users} | taken, desks) if users_sheet is not None else (),
    )  # fmt: skip


def empty_sheet(desks: Iterable[Desk], kind: str) -> str:
    """A sheet to be filled in, with a row for each commune. `kind`: users or recipients."""
    columns = roster.COLUMNS if kind == "users" else receivers.COLUMNS
    heading = [names[0] for name, names in columns.items() if name != "desk"]
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow([UNIT_NAMES[0], *heading])
    rows.writerows([desk.name, *[""] * len(heading)] for desk in desks)
    return out.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    desk: Desk
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """A sheet's rows with the desk that each is about."""

    heading: list[str]
    place: int  # of the column that names the commune
    rows: list[_Row]
    strays: list[Said]  # rows of no commune, or of nobody knows which
    skipped: int


class _Meant:
    """Which desk a sheet means by a commune's full name, by the name without its type, by unit id or desk id.

    Communes of one province differ in diacritics alone (xã Sơn Hà, xã Sơn Hạ), so a name is taken as it is written. One
    that fits none so is compared without diacritics, and may then fit several.
    """

    def __init__(self, desks: Sequence[Desk], units: Sequence[Unit]) -> None:
        self._ids = {name: {desk.id: desk} for desk in desks for name in (desk.id, *desk.units)}
        self._exact: defaultdict[str, dict[str, Desk]] = defaultdict(dict)
        self._plain: defaultdict[str, dict[str, Desk]] = defaultdict(dict)
        for desk, unit in zip(desks, units, strict=True):
            for name in (desk.name, unit.full_name, unit.name):
                self._exact[sheets.exact(name)][desk.id] = desk
            for name in (desk.name, unit.full_name, unit.name, *desk.units, desk.id):
                self._plain[sheets.plain(name)][desk.id] = desk

    def desks(self, name: str) -> tuple[Desk, ...]:
        """One; none; or several, between which the name doesn't tell."""
        found = self._ids.get(name) or self._exact.get(sheets.exact(name)) or self._plain.get(sheets.plain(name)) or {}
        return tuple(found.values())


def _sorted(text: str, meant: _Meant, kind: str) -> _Sorted:
    heading, lines = _table(text, kind)
    place = _unit_column(heading, kind)
    rows, strays, skipped = list[_Row](), list[Said](), 0
    for number, cells in lines:
        name = clean(cells[place]) if place < len(cells) else ""
        desks = meant.desks(name)
        if name and not any(clean(cell) for cell in (*cells[:place], *cells[place + 1 :])):
            skipped += 1
        elif len(desks) != 1:
            strays.append(_stray(kind, number, name, desks))
        else:
            rows.append(_Row(number=number, desk=desks[0], cells=cells))
    return _Sorted(heading=heading, place=place, rows=rows, strays=strays, skipped=skipped)


def _with_recipients(desks: Sequence[Desk], sheet: _Sorted, said: list[Said]) -> list[Desk]:
    said += sheet.strays
    groups: dict[str, list[_Row]] = {desk.id: [] for desk in desks}
    for row in sheet.rows:
        groups[row.desk.id].append(row)
    filled: list[Desk] = []
    for one in desks:
        mine = groups[one.id]
        problem, planned = receivers.plan(_written(sheet.heading, [row.cells for row in mine]), one.recipients)
        _raise(problem, "recipients")
        said += [_said("recipients", row, mine) for row in planned]
        filled.append(replace(one, recipients=receivers.outcome(one.recipients, planned)))
    return filled


def _accounts(
    sheet: _Sorted, users: Sequence[User], desks: Iterable[Desk], at: datetime, said: list[Said]
) -> dict[str, User]:  # fmt: skip
    """New and changed users by id; desks' ids stand in place of communes' names when the rows are looked at."""
    said += sheet.strays
    place = sheet.place
    heading = [*sheet.heading[:place], "desk", *sheet.heading[place + 1 :]]
    lines = [[*row.cells[:place], row.desk.id, *row.cells[place + 1 :]] for row in sheet.rows]
    problem, planned = roster.plan(_written(heading, lines), users, {desk.id for desk in desks}, at)
    _raise(problem, "users")
    said += [_said("users", row, sheet.rows) for row in planned]
    return {user.id: user for user in roster.outcome(planned)}


def _without(users: Mapping[str, User], desks: Iterable[Desk]) -> tuple[str, ...]:
    held = {held.desk for user in users.values() if not user.disabled for held in user.memberships}
    return tuple(desk.name for desk in desks if desk.id not in held)


def _table(text: str, sheet: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    text = text.removeprefix("\ufeff")
    head = text.lstrip("\r\n").partition("\n")[0]
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=max("\t;,", key=head.count)))
    except csv.Error:
        raise ConfigError(f"sheet of {sheet}: {t('sheet.unreadable', 'en')}") from None
    filled = [(number, line) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if len(filled) > sheets.MOST_ROWS:
        raise ConfigError(t("sheet.too_long", "en", most=sheets.MOST_ROWS))
    if not filled:
        raise ConfigError(f"sheet of {sheet}: it is empty; --sheets writes one with a row for each commune")
    return filled[0][1], filled[1:]


def _written(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [heading, *([cell.replace("\n", " ") for cell in r] for r in rows)]
    )
    return out.getvalue()


def _unit_column(heading: Sequence[str], sheet: str) -> int:
    wanted = {sheets.plain(name) for name in UNIT_NAMES}
    for place, name in enumerate(heading):
        if sheets.plain(name) in wanted:
            return place
    missing = t("sheet.missing_column", "en", columns=UNIT_NAMES[0])
    raise ConfigError(f"sheet of {sheet}: {missing} It names the commune of each row; --sheets writes an empty one")


def _free_id(unit: Unit, taken: Collection[str]) -> str:
    short = identifier(unit.name)
    code = unit.id.partition(":")[2]
    return short if short not in taken else f"{short}_{code}"


def _stray(sheet: str, number: int, name: str, desks: Sequence[Desk]) -> Said:
    said = (
        t(SEVERAL, "en", unit=name, names=" or ".join(map(_label, desks))) if desks else t(OUTSIDE, "en", unit=name)
    )  # fmt: skip
    return Said(sheet=sheet, number=number, action="wrong", shown=name or "-", problem=said)


def _label(desk: Desk) -> str:
    return f"{desk.name} ({desk.id})"


def _said(sheet: str, row: Planned[Any], rows: Sequence[_Row]) -> Said:
    problem = t(row.problem.key, "en", **row.problem.values) if row.problem else ""
    about = rows[row.number - 2]
    over = isinstance(row.item, User) and row.item.memberships[-1].desk == OVER_DESKS
    return Said(
        sheet=sheet, number=about.number, action=row.action, shown=row.shown, problem=problem,
        where=EVERYWHERE if over else _label(about.desk),
    )  # fmt: skip


def _raise(problem: Problem | None, sheet: str) -> None:
    if problem:
        raise ConfigError(f"sheet of {sheet}: {t(problem.key, 'en', **problem.values)}")
