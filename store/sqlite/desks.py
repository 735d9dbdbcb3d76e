"""The desks that the record holds, each version with who applied it and when."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from core.clock import local_day
from core.errors import ConfigError
from core.i18n import t
from core.papers import check_office, papers_from
from core.records import Desk, QuietHours, Recipient
from core.roles import Role, refusal
from store.sql import upsert
from store.sqlite import audit, channels
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, to_us

_FILLED: Final = timedelta(days=30)
"""How far back a new desk is filled from what the gate stopped (core.settings: at most 30 days)."""
_FOUND_SINCE: Final = (
    "SELECT 1 FROM desk_articles d JOIN articles a ON a.n = d.n WHERE d.desk = ? AND a.first_seen >= ?"
    " ORDER BY d.n DESC LIMIT 1"
)


class DeskBook:
    """The port DeskBook on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def desks(self) -> tuple[Desk, ...]:
        """All desks, by id; recipients who follow the Zalo account have their id there."""
        with self._db.read() as con:
            return all_desks(con)

    def apply_desk(self, desk: Desk, at: datetime, by: str) -> bool:
        """Take a desk as it is described; False where nothing changed.

        Raises ConfigError for a recipient that may not receive anything, and an office that may hold no desk.
        """
        check_recipients(desk)
        with self._db.write(durable=True) as con:
            return _take(con, desk, at, by)

    def change_desk(self, desk: str, how: Callable[[Desk], Desk], at: datetime, by: str) -> bool:
        """Take a desk as `how` makes it of what it is, with nobody between; False where nothing changed.

        Raises ConfigError as `apply_desk` does, and for a desk that the record doesn't hold.
        """
        with self._db.write(durable=True) as con:
            known = next((one for one in all_desks(con) if one.id == desk), None)
            if known is None:
                raise ConfigError(f"no desk {desk} in the record")
            after = how(known)
            check_recipients(after)
            return _take(con, after, at, by)

    def version(self, desk: str) -> int:
        """The desk's present version; 0 for one that the record doesn't hold."""
        with self._db.read() as con:
            row = con.execute("SELECT version FROM desks WHERE id = ?", (desk,)).fetchone()
            return row["version"] if row else 0


def check_recipients(desk: Desk) -> None:
    """Raises ConfigError for a recipient who may not be one, or an office that can't hold a desk."""
    for person in desk.recipients:
        for role in person.roles:
            reason = refusal(
                role=role, name=person.name, address=person.email, phone=person.phone, zalo_user_id=person.zalo_user_id
            )
            if reason:
                raise ConfigError(f"desk {desk.id}, recipient {person.id}: {t(reason, 'en')}")
    check_office(desk)


def _take(con: sqlite3.Connection, desk: Desk, at: datetime, by: str) -> bool:
    body = dump_desk(channels.without_followers(con, desk))
    row = con.execute("SELECT version, body FROM desks WHERE id = ?", (desk.id,)).fetchone()
    if row is not None and row["body"] == body:
        return False
    version = row["version"] + 1 if row is not None else 1
    con.execute(upsert("desks", "id, version, body", key="id"), (desk.id, version, body))
    con.execute("INSERT INTO desk_versions VALUES (?, ?, ?, ?, ?)", (desk.id, version, body, to_us(at), by))
    audit.write(con, at, who=by, action="desk.apply", subject=desk.id, detail=f"version {version}", desk=desk.id)
    return True


def filled_from(con: sqlite3.Connection, desk: str) -> date | None:
    """The first day that the press was looked through for the desk; None: it has been there as long as is known.

    A desk whose first version is not known any more is older than the audit; of one that has nothing that was found
    since (an old press that was replayed) its day says nothing.
    """
    row = con.execute("SELECT applied_at FROM desk_versions WHERE id = ? AND version = 1", (desk,)).fetchone()
    if row is None or con.execute(_FOUND_SINCE, (desk, row["applied_at"])).fetchone() is None:
        return None
    return local_day(from_us(row["applied_at"])) - _FILLED


def all_desks(con: sqlite3.Connection) -> tuple[Desk, ...]:
    """The desks, by id, with those who follow the Zalo account."""
    rows = con.execute("SELECT body FROM desks ORDER BY id").fetchall()
    known = channels.followers(con)
    return tuple(channels.with_followers(desk, known.get(desk.id, {})) for desk in (load_desk(r["body"]) for r in rows))


def people(con: sqlite3.Connection) -> dict[tuple[str, str], Recipient]:
    """(desk, recipient's id) -> recipient as the desks have it now."""
    return {(desk.id, person.id): person for desk in all_desks(con) for person in desk.recipients}


def dump_desk(desk: Desk) -> str:
    return dump(dataclasses.asdict(desk))


def load_desk(body: str) -> Desk:
    """The desk of `dump_desk`; fields that a newer version added have their defaults."""
    values = json.loads(body)
    values["units"] = tuple(values["units"])
    values["places"] = tuple(tuple(place) for place in values.get("places", ()))
    values["recipients"] = tuple(_load_recipient(person) for person in values.get("recipients", ()))
    values["papers"] = papers_from(values.get("papers"))
    return Desk(**values)


def _load_recipient(values: dict[str, Any]) -> Recipient:
    fixed = {
        "roles": tuple(Role(role) for role in values["roles"]),
        "channels": tuple(values.get("channels", ())),
        "quiet": tuple(QuietHours(**hours) for hours in values.get("quiet", ())),
    }
    return Recipient(**{**values, **fixed})
