"""Recipients of a desk by CSV: what each row would do, shown before anything is done. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from core import sheets
from core.i18n import LANGUAGES, t
from core.records import Recipient
from core.roles import Role, refusal
from core.sheets import Planned, Problem, Row
from core.text import clean, fold_plain, has_diacritics

COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "name": ("nơi nhận", "tên", "name", "recipient"),
    "roles": ("phần việc", "vai trò", "roles", "role"),
    "email": ("thư điện tử", "email", "e-mail", "địa chỉ thư"),
    "phone": ("điện thoại", "phone"),
    "evening": ("bản tin chiều", "evening"),
}
ROLE_NAMES: Final[Mapping[str, Role]] = {
    **{sheets.plain(role.value): role for role in Role},
    **{sheets.plain(t(f"role.{role.value}", language)): role for role in Role for language in LANGUAGES},
}
_KNOWN: Final = "; ".join(t(f"role.{role.value}", "vi") for role in Role)
MOST: Final = 200
NAME_LIMIT: Final = 120
_YES: Final = frozenset({"co", "x", "yes", "1", "true"})


def wrong(one: Recipient) -> str | None:
    """Why nobody may receive as this one, as a catalogue key; None where nothing stands against it."""
    if not one.name:
        return "recipient.no_name"
    if not one.roles:
        return "recipient.no_role"
    reasons = (
        refusal(role=role, name=one.name, address=one.email, phone=one.phone, zalo_user_id=one.zalo_user_id)
        for role in one.roles
    )
    return next((reason for reason in reasons if reason), None)


def made(name: str, known: Iterable[Recipient]) -> Recipient:
    """A new recipient of that name with an id that none of the others has."""
    taken = {one.id for one in known}
    short = re.sub(r"[^a-z0-9]+", "-", fold_plain(name)).strip("-")[:40] or "noi-nhan"
    free = next(f"{short}-{number}" if number else short for number in range(len(taken) + 1)
                if (f"{short}-{number}" if number else short) not in taken)  # fmt: skip
    return Recipient(id=free, name=name, roles=())


def plan(text: str, known: Sequence[Recipient]) -> tuple[Problem | None, tuple[Planned[Recipient], ...]]:
    """What is wrong with the whole, and what each row would do. Recipients are known by their names.

    Several roles stand in one cell, with "," ";" or "/" between them. Who is on no row stays as they are.
    """
    sheet = sheets.read(text, COLUMNS, needed=("name", "roles"))
    by_name = {sheets.exact(one.name): one for one in known}
    named = frozenset(sheets.exact(_name(row)) for row in sheet.rows)
    planned = []
    for row in sheet.rows:
        one = _planned(row, by_name, named)
        if one.item is not None:
            by_name[sheets.exact(one.item.name)] = one.item
        planned.append(one)
    problem = sheet.problem
    if problem is None and len(by_name) > MOST:
        problem = Problem(key="sheet.too_long", values={"most": MOST})
    return problem, tuple(planned)


def outcome(known: Sequence[Recipient], planned: Sequence[Planned[Recipient]]) -> tuple[Recipient, ...]:
    """The desk's recipients as all rows together make them; as they were while a row is wrong."""
    if any(row.action == "wrong" for row in planned):
        return tuple(known)
    every = {one.id: one for one in known} | {row.item.id: row.item for row in planned if row.item is not None}
    return tuple(every.values())


def write(recipients: Sequence[Recipient]) -> str:
    """The recipients as such a sheet."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow([COLUMNS[name][0] for name in ("name", "roles", "email", "phone", "evening")])
    for one in recipients:
        roles = "; ".join(t(f"role.{role.value}", "vi") for role in one.roles)
        rows.writerow([*map(sheets.guarded, (one.name, roles, one.email, one.phone)), "có" if one.evening else ""])
    return out.getvalue()


def _name(row: Row) -> str:
    return clean(row.cells["name"]).removeprefix("'")[:NAME_LIMIT]


def _meant(name: str, known: Mapping[str, Recipient], named: Collection[str]) -> tuple[Recipient, ...]:
    """Whom a name means: who is called exactly so, else, of a name typed without any diacritics, all it may stand for.

    "Lan" and "Lân" are two: who is named exactly on a row of their own (`named`) is meant by no other.
    """
    if exactly := known.get(sheets.exact(name)):
        return (exactly,)
    if has_diacritics(name):
        return ()
    folded = sheets.plain(name)
    return tuple(one for key, one in known.items() if key not in named and sheets.plain(one.name) == folded)


def _planned(row: Row, known: Mapping[str, Recipient], named: Collection[str]) -> Planned[Recipient]:
    name = _name(row)
    roles, unknown = _roles(row.cells["roles"])
    if unknown:
        return _wrong(row, name, "recipient.no_such_role", role=unknown, known=_KNOWN)
    meant = _meant(name, known, named)
    if len(meant) > 1:
        return _wrong(row, name, "sheet.several_names", name=name, names="; ".join(one.name for one in meant))
    before = meant[0] if meant else None
    after = replace(
        before or made(name, known.values()), roles=roles, email=row.cells["email"].strip(),
        phone=row.cells["phone"].strip(), evening=sheets.plain(row.cells["evening"]) in _YES,
    )  # fmt: skip
    reason = wrong(after)
    if reason:
        return _wrong(row, name, reason)
    action = "same" if before == after else "change" if before else "add"
    return Planned(number=row.number, action=action, shown=after.name, item=after)


def _roles(cell: str) -> tuple[tuple[Role, ...], str]:
    """The roles of a cell, and the first word that is none. A role's own name may hold a comma."""
    whole = ROLE_NAMES.get(sheets.plain(cell))
    if whole:
        return (whole,), ""
    found: list[Role] = []
    for part in re.split(r"[;/|]", cell):
        words = [word for word in part.split(",") if word.strip()]
        while words:
            size = next((n for n in range(len(words), 0, -1) if sheets.plain(",".join(words[:n])) in ROLE_NAMES), 0)
            if not size:
                return (), words[0].strip()
            found.append(ROLE_NAMES[sheets.plain(",".join(words[:size]))])
            words = words[size:]
    return tuple(dict.fromkeys(found)), ""


def _wrong(row: Row, shown: str, key: str, **values: object) -> Planned[Recipient]:
    return Planned(number=row.number, action="wrong", shown=shown, problem=Problem(key=key, values=values))
