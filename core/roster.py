"""Users by CSV: what each row would do, shown before anything is done. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from core import sheets
from core.access import Level
from core.i18n import t
from core.people import PeopleError, check_user, email_of, new_id
from core.records import OVER_DESKS, Membership, User
from core.sheets import Planned, Problem, Row

COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "email": ("thư điện tử", "email", "e-mail", "địa chỉ thư"),
    "name": ("họ tên", "tên", "name", "họ và tên"),
    "level": ("vai trò", "level", "quyền", "role"),
    "desk": ("bàn tin", "desk"),
}
LEVEL_NAMES: Final[Mapping[str, Level]] = {
    **{level.value: level for level in Level},
    "nguoi xem": Level.VIEWER, "xem": Level.VIEWER, "chuyen vien": Level.OFFICER, "can bo": Level.OFFICER,
    "bien tap": Level.EDITOR, "bien tap vien": Level.EDITOR, "quan tri": Level.ADMINISTRATOR,
    "quan tri vien": Level.ADMINISTRATOR, "van hanh": Level.OPERATOR,
}  # fmt: skip
_KNOWN: Final = "; ".join(t(f"level.{level.value}", "vi").lower() for level in Level)


def plan(
    text: str,
    known: Sequence[User],
    desks: Collection[str],
    at: datetime,
    *,
    desk: str = "",
    usual: str = "",
) -> tuple[Problem | None, tuple[Planned[User], ...]]:
    """What is wrong with the whole, and what each row would do.

    A row is one level of one user on one desk. `usual` is the desk of rows that name none; with `desk` no row may be
    about anything else.
    Rows of the same address add up. Somebody with an account keeps their name; the level on that desk changes.
    """
    sheet = sheets.read(text, COLUMNS, needed=("email", "name", "level"))
    users = {user.email: user for user in known}
    planned = []
    for row in sheet.rows:
        one = _planned(row, users, desks, at, desk, usual or desk)
        if one.item is not None:
            users[one.item.email] = one.item
        planned.append(one)
    return sheet.problem, tuple(planned)


def outcome(planned: Sequence[Planned[User]]) -> tuple[User, ...]:
    """The users as all the rows together make them; each once. Empty while a row is wrong."""
    if any(row.action == "wrong" for row in planned):
        return ()
    last = {row.item.email: row.item for row in planned if row.item is not None and row.action != "same"}
    return tuple(last.values())


def write(users: Sequence[User], desk: str | None = None) -> str:
    """The users as such a sheet, of one desk or of all. UTF-8 with a mark is what spreadsheets open without asking."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["email", "họ tên", "vai trò", "bàn tin"])
    for user in users:
        for membership in user.memberships:
            if desk in (None, membership.desk):
                email, name = sheets.guarded(user.email), sheets.guarded(user.name)
                rows.writerow([email, name, membership.level, membership.desk])
    return out.getvalue()


def _planned(  # noqa: PLR0917 - all that a row is held against
    row: Row, users: Mapping[str, User], desks: Collection[str], at: datetime, desk: str, usual: str
) -> Planned[User]:
    email, name = email_of(row.cells["email"]), row.cells["name"]
    shown = email or name
    level = LEVEL_NAMES.get(sheets.plain(row.cells["level"]))
    if level is None:
        return _wrong(row, shown, "sheet.bad_level", level=row.cells["level"], known=_KNOWN)
    where = OVER_DESKS if level is Level.OPERATOR else row.cells["desk"] or usual
    if desk and (level is Level.OPERATOR or where != desk):
        return _wrong(row, shown, "sheet.other_desk")
    if where != OVER_DESKS and where not in desks:
        return _wrong(row, shown, "people.no_desk", desk=where or "-")
    before = users.get(email)
    user = before or User(id=new_id(), email=email, name=name, memberships=(), created=at)
    kept = tuple(m for m in user.memberships if m.desk != where)
    after = replace(user, memberships=(*kept, Membership(desk=where, level=level)))
    try:
        check_user(after)
    except PeopleError as error:
        return _wrong(row, shown, error.key, **error.values)
    same = before is not None and set(before.memberships) == set(after.memberships)
    action = "same" if same else "change" if before else "add"
    return Planned(number=row.number, action=action, shown=shown, item=after)


def _wrong(row: Row, shown: str, key: str, **values: object) -> Planned[User]:
    problem = Problem(key=key, values=values)
    return Planned(number=row.number, action="wrong", shown=shown, problem=problem)
