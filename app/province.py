"""A desk for each commune of a province, with its users and recipients from sheets: all of it, or nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from core import receivers, roster, sheets
from core.errors import ConfigError
from core.i18n import t
from core.records import Desk, User
from core.sheets import Planned, Problem
from core.text import fold_plain
from nlp.gazetteer.units import Gazetteer, Unit

UNIT_NAMES: Final = ("xã phường", "xã, phường", "đơn vị", "địa phương", "commune", "unit", "bàn tin", "desk")
OUTSIDE: Final = "sheet.no_such_unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What would come of one row of a sheet."""

    sheet: str  # users, recipients
    number: int
    action: str  # add, change, same, wrong
    shown: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be made. Nothing of it is taken while a row is wrong."""

    desks: tuple[Desk, ...]  # new and changed ones
    same: int  # communes whose desk stays as it is
    users: tuple[User, ...]
    rows: tuple[Said, ...]

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
    desks: Sequence[Desk], known: Sequence[Desk], users: Sequence[User], at: datetime, users_sheet: str,
    recipients_sheet: str,
) -> Plan:  # fmt: skip
    """What would be made of desks as `desks_for` gives them, and of both sheets ("": none). Pure.

    Raises ConfigError where a sheet can't be read at all. A column names the commune of each row.
    """
    names = _names(desks)
    said: list[Said] = []
    given = list(desks)
    if recipients_sheet:
        given = _with_recipients(given, names, recipients_sheet, said)
    taken: tuple[User, ...] = ()
    if users_sheet:
        text, numbers, unknown = _by_desk(users_sheet, names)
        said += unknown
        everywhere = {desk.id for desk in (*known, *desks)}
        problem, rows = roster.plan(text, users, everywhere, at)
        _raise(problem, "users")
        said += [_said("users", row, numbers) for row in rows]
        taken = roster.outcome(rows)
    before = set(known)
    changed = tuple(desk for desk in given if desk not in before)
    return Plan(desks=changed, same=len(given) - len(changed), users=taken, rows=tuple(said))


def empty_sheet(desks: Iterable[Desk], kind: str) -> str:
    """A sheet to be filled in, with a row for each commune. `kind`: users or recipients."""
    columns = roster.COLUMNS if kind == "users" else receivers.COLUMNS
    heading = [names[0] for name, names in columns.items() if name != "desk"]
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow([UNIT_NAMES[0], *heading])
    rows.writerows([desk.name, *[""] * len(heading)] for desk in desks)
    return out.getvalue()


def _with_recipients(
    desks: Sequence[Desk], names: Mapping[str, str], text: str, said: list[Said]
) -> list[Desk]:  # fmt: skip
    heading, rows = _table(text)
    place = _unit_column(heading, "recipients")
    groups: dict[str, list[tuple[int, list[str]]]] = {}
    for number, cells in rows:
        desk = names.get(sheets.plain(cells[place]) if place < len(cells) else "")
        if desk is None:
            said.append(_outside("recipients", number, cells, place))
        else:
            groups.setdefault(desk, []).append((number, cells))
    filled: list[Desk] = []
    for one in desks:
        mine = groups.get(one.id, [])
        problem, planned = receivers.plan(_written(heading, [cells for _, cells in mine]), one.recipients)
        _raise(problem, "recipients")
        numbers = [number for number, _ in mine]
        said += [_said("recipients", row, numbers) for row in planned]
        filled.append(replace(one, recipients=receivers.outcome(one.recipients, planned)))
    return filled


def _by_desk(text: str, names: Mapping[str, str]) -> tuple[str, list[int], list[Said]]:
    """The sheet of users with desk ids in place of communes' names, its rows' numbers, and rows of no commune."""
    heading, rows = _table(text)
    place = _unit_column(heading, "users")
    out, numbers, unknown = [], [], []
    for number, cells in rows:
        desk = names.get(sheets.plain(cells[place]) if place < len(cells) else "")
        if desk is None:
            unknown.append(_outside("users", number, cells, place))
        else:
            out.append([*cells[:place], desk, *cells[place + 1 :]])
            numbers.append(number)
    return _written([*heading[:place], "desk", *heading[place + 1 :]], out), numbers, unknown


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    text = text.removeprefix("\ufeff")
    head = text.lstrip("\r\n").partition("\n")[0]
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=max("\t;,", key=head.count)))
    filled = [(number, line) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if len(filled) > sheets.MOST_ROWS:
        raise ConfigError(t("sheet.too_long", "en", most=sheets.MOST_ROWS))
    return (filled[0][1], filled[1:]) if filled else ([], [])


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


def _names(desks: Iterable[Desk]) -> dict[str, str]:
    """How a sheet may call a desk's commune -> the desk: by full name, without its type, unit id or desk id."""
    names: dict[str, str] = {}
    bare: dict[str, list[str]] = {}
    for desk in desks:
        for name in (desk.name, desk.id, *desk.units):
            names[sheets.plain(name)] = desk.id
        bare.setdefault(sheets.plain(re.sub(r"^(xã|phường|đặc khu)\s+", "", desk.name)), []).append(desk.id)
    return {name: ids[0] for name, ids in bare.items() if len(ids) == 1} | names


def _free_id(unit: Unit, taken: Collection[str]) -> str:
    short = re.sub(r"[^a-z0-9]+", "_", fold_plain(unit.name)).strip("_")
    short = short if short[:1].isalpha() else f"x_{short}"
    code = unit.id.partition(":")[2]
    return short if short not in taken else f"{short}_{code}"


def _outside(sheet: str, number: int, cells: Sequence[str], place: int) -> Said:
    name = cells[place].strip() if place < len(cells) else ""
    said = t(OUTSIDE, "en", unit=name)
    return Said(sheet=sheet, number=number, action="wrong", shown=name or "-", problem=said)


def _said(sheet: str, row: Planned[Any], numbers: Sequence[int]) -> Said:
    problem = t(row.problem.key, "en", **row.problem.values) if row.problem else ""
    return Said(
        sheet=sheet, number=numbers[row.number - 2], action=row.action, shown=row.shown, problem=problem,
    )  # fmt: skip


def _raise(problem: Problem | None, sheet: str) -> None:
    if problem:
        raise ConfigError(f"sheet of {sheet}: {t(problem.key, 'en', **problem.values)}")
