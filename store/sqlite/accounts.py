"""Users, their levels, and the ways by which they prove who they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from core.access import Level
from core.people import PeopleError, administrators, check_memberships, check_user
from core.records import OVER_DESKS, Membership, SecondFactor, User
from store.sqlite import audit
from store.sqlite.database import Database
from store.sqlite.rows import from_us, maybe_from_us, to_us

_USER = (
    "SELECT p.*, coalesce(f.secret, '') <> '' AS factor FROM people p LEFT JOIN second_factors f ON f.person = p.id "
)


class Accounts:
    """The part of the port PeopleBook that lasts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def any(self) -> bool:
        with self._db.read() as con:
            return con.execute("SELECT 1 FROM people LIMIT 1").fetchone() is not None

    def users(self) -> tuple[User, ...]:
        with self._db.read() as con:
            return users(con)

    def user(self, user: str) -> User | None:
        with self._db.read() as con:
            return find(con, "p.id", user)

    def by_email(self, email: str) -> User | None:
        with self._db.read() as con:
            return find(con, "p.email", email)

    def add(self, user: User, by: str) -> None:
        check_user(user)
        with self._db.write(durable=True) as con:
            _check_desks(con, user.memberships)
            if con.execute("SELECT 1 FROM people WHERE email = ?", (user.email,)).fetchone():
                raise PeopleError("people.taken", email=user.email)
            con.execute(
                "INSERT INTO people (id, email, name, created_at) VALUES (?, ?, ?, ?)",
                (user.id, user.email, user.name, to_us(user.created)),
            )
            _set_memberships(con, user.id, user.memberships)
            _audit(con, user.created, by, "user.add", user.id, user.memberships, levels(user.memberships))

    def change(
        self, user: str, *, name: str | None = None, memberships: Sequence[Membership] | None = None, at: datetime,
        by: str,
    ) -> None:  # fmt: skip
        with self._db.write(durable=True) as con:
            before = _known(con, user)
            after = before.memberships if memberships is None else tuple(memberships)
            check_memberships(after)
            _check_desks(con, after)
            con.execute("UPDATE people SET name = ? WHERE id = ?", (before.name if name is None else name, user))
            administered = _administered(con)
            _set_memberships(con, user, after)
            _check_administered(con, administered)
            known = _known(con, user)
            check_user(known)
            if known.administers and not before.administers:  # their sessions were begun for longer than such may last
                con.execute("DELETE FROM sessions WHERE person = ?", (user,))
            touched = (*before.memberships, *after)
            _audit(con, at, by, "user.change", user, touched, f"{levels(before.memberships)} -> {levels(after)}")

    def disable(self, user: str, at: datetime, by: str) -> None:
        with self._db.write(durable=True) as con:
            known = _known(con, user)
            administered = _administered(con)
            con.execute("UPDATE people SET disabled_at = coalesce(disabled_at, ?) WHERE id = ?", (to_us(at), user))
            con.execute("DELETE FROM sessions WHERE person = ?", (user,))
            con.execute("DELETE FROM reset_links WHERE person = ?", (user,))
            _check_administered(con, administered)
            _audit(con, at, by, "user.disable", user, known.memberships)

    def enable(self, user: str, at: datetime, by: str) -> None:
        with self._db.write(durable=True) as con:
            known = _known(con, user)
            con.execute(
                "UPDATE people SET disabled_at = NULL, asked_at = NULL, active_at = ? WHERE id = ?", (to_us(at), user)
            )
            _audit(con, at, by, "user.enable", user, known.memberships)

    def delete(self, user: str, at: datetime, by: str) -> None:
        with self._db.write(durable=True) as con:
            known = _known(con, user)
            administered = _administered(con)
            if con.execute("SELECT count(*) FROM people").fetchone()[0] == 1:
                raise PeopleError("people.last_user")
            forget(con, user, at)
            _check_administered(con, administered)
            _audit(con, at, by, "user.delete", user, known.memberships)

    def password(self, user: str) -> str:
        with self._db.read() as con:
            row = con.execute("SELECT password FROM people WHERE id = ?", (user,)).fetchone()
            return row["password"] if row else ""

    def set_password(self, user: str, hashed: str, at: datetime, by: str, *, keep: str = "") -> None:
        with self._db.write(durable=True) as con:
            known = _known(con, user)
            con.execute("UPDATE people SET password = ? WHERE id = ?", (hashed, user))
            con.execute("DELETE FROM sessions WHERE person = ? AND id <> ?", (user, keep))
            con.execute("DELETE FROM reset_links WHERE person = ?", (user,))
            _audit(con, at, by, "user.password", user, known.memberships)

    def better_hash(self, user: str, before: str, hashed: str) -> None:
        with self._db.write() as con:
            con.execute("UPDATE people SET password = ? WHERE id = ? AND password = ?", (hashed, user, before))

    def second_factor(self, user: str) -> SecondFactor | None:
        with self._db.read() as con:
            row = con.execute("SELECT * FROM second_factors WHERE person = ? AND secret <> ''", (user,)).fetchone()
            left = con.execute("SELECT count(*) FROM recovery_codes WHERE person = ?", (user,)).fetchone()[0]
        if row is None:
            return None
        return SecondFactor(secret=row["secret"], confirmed=True, last_step=row["last_step"], recovery_left=left)

    def begin_second_factor(self, user: str, secret: str) -> None:
        with self._db.write() as con:
            con.execute(
                "INSERT INTO second_factors (person, begun) VALUES (?, ?)"
                " ON CONFLICT (person) DO UPDATE SET begun = excluded.begun",
                (user, secret),
            )

    def pending_secret(self, user: str) -> str:
        with self._db.read() as con:
            row = con.execute("SELECT begun FROM second_factors WHERE person = ?", (user,)).fetchone()
            return row["begun"] if row else ""

    def confirm_second_factor(self, user: str, recovery: Sequence[str], step: int, at: datetime, by: str) -> None:
        with self._db.write(durable=True) as con:
            known = _known(con, user)
            con.execute(
                "UPDATE second_factors SET secret = begun, begun = '', last_step = ? WHERE person = ? AND begun <> ''",
                (step, user),
            )
            con.execute("DELETE FROM recovery_codes WHERE person = ?", (user,))
            con.executemany("INSERT INTO recovery_codes VALUES (?, ?)", [(user, code) for code in recovery])
            _audit(con, at, by, "user.second_factor", user, known.memberships, "on")

    def drop_second_factor(self, user: str, at: datetime, by: str) -> None:
        with self._db.write(durable=True) as con:
            known = _known(con, user)
            con.execute("DELETE FROM second_factors WHERE person = ?", (user,))
            con.execute("DELETE FROM recovery_codes WHERE person = ?", (user,))
            _audit(con, at, by, "user.second_factor", user, known.memberships, "off")

    def take_step(self, user: str, step: int) -> bool:
        with self._db.write(durable=True) as con:
            return con.execute(
                "UPDATE second_factors SET last_step = :step WHERE person = :user AND last_step < :step",
                {"step": step, "user": user},
            ).rowcount > 0  # fmt: skip

    def take_recovery(self, user: str, code: str, at: datetime) -> bool:
        with self._db.write(durable=True) as con:
            used = con.execute("DELETE FROM recovery_codes WHERE person = ? AND code = ?", (user, code)).rowcount > 0
            if used:
                known = _known(con, user)
                _audit(con, at, user, "user.recovery_code", user, known.memberships)
            return used

    def idle(self, before: datetime) -> tuple[User, ...]:
        """Those whom administrators are asked about, and those who will be."""
        return tuple(u for u in self.users() if u.disabled is None and (u.active or u.created) < before)

    def keep_idle(self, user: str, at: datetime, by: str) -> None:
        with self._db.write() as con:
            known = _known(con, user)
            con.execute("UPDATE people SET asked_at = NULL, active_at = ? WHERE id = ?", (to_us(at), user))
            _audit(con, at, by, "user.keep", user, known.memberships)


def users(con: sqlite3.Connection) -> tuple[User, ...]:
    """All users, by name."""
    held: dict[str, list[Membership]] = {}
    for row in con.execute("SELECT * FROM memberships ORDER BY desk"):
        held.setdefault(row["person"], []).append(Membership(desk=row["desk"], level=Level(row["level"])))
    found = [_user(row, held.get(row["id"], [])) for row in con.execute(_USER)]
    return tuple(sorted(found, key=lambda user: (user.name.casefold(), user.id)))


def find(con: sqlite3.Connection, column: str, value: str) -> User | None:
    """The user with that value in a unique column."""
    row = con.execute(f"{_USER} WHERE {column} = ?", (value,)).fetchone()
    if row is None:
        return None
    held = con.execute("SELECT desk, level FROM memberships WHERE person = ? ORDER BY desk", (row["id"],))
    return _user(row, [Membership(desk=m["desk"], level=Level(m["level"])) for m in held])


def forget(con: sqlite3.Connection, user: str, at: datetime) -> None:
    """Delete a user with all that hangs on them; the id stays, so that a restored backup forgets them again."""
    con.execute("DELETE FROM people WHERE id = ?", (user,))
    con.execute("INSERT OR IGNORE INTO people_gone VALUES (?, ?)", (user, to_us(at)))
    con.execute("DELETE FROM sign_in_steps WHERE body LIKE ?", (f"%{user}%",))
    con.execute("DELETE FROM visits WHERE who = ?", (user,))


def levels(memberships: Sequence[Membership]) -> str:
    """Levels as the audit tells them: "administrator@binh_son, operator"."""
    return ", ".join(m.level if m.desk == OVER_DESKS else f"{m.level}@{m.desk}" for m in memberships) or "none"


def _user(row: sqlite3.Row, memberships: Sequence[Membership]) -> User:
    return User(
        id=row["id"], email=row["email"], name=row["name"], memberships=tuple(memberships),
        created=from_us(row["created_at"]), active=maybe_from_us(row["active_at"]),
        disabled=maybe_from_us(row["disabled_at"]), asked=maybe_from_us(row["asked_at"]),
        password=bool(row["password"]), second_factor=bool(row["factor"]),
    )  # fmt: skip


def _known(con: sqlite3.Connection, user: str) -> User:
    found = find(con, "p.id", user)
    if found is None:
        raise PeopleError("people.no_such_user")
    return found


def _set_memberships(con: sqlite3.Connection, user: str, memberships: Sequence[Membership]) -> None:
    con.execute("DELETE FROM memberships WHERE person = ?", (user,))
    con.executemany("INSERT INTO memberships VALUES (?, ?, ?)", [(user, m.desk, m.level) for m in memberships])


def _check_desks(con: sqlite3.Connection, memberships: Sequence[Membership]) -> None:
    known = {row["id"] for row in con.execute("SELECT id FROM desks")} | {OVER_DESKS}
    for membership in memberships:
        if membership.desk not in known:
            raise PeopleError("people.no_desk", desk=membership.desk)


def _administered(con: sqlite3.Connection) -> frozenset[str]:
    """Desks that have an administrator who can still sign in."""
    everyone = users(con)
    held = {m.desk for user in everyone for m in user.memberships}
    return frozenset(desk for desk in held if administrators(everyone, desk))


def _check_administered(con: sqlite3.Connection, before: frozenset[str]) -> None:
    """Raises PeopleError (and so undoes the change) where a desk has lost its last administrator."""
    lost = before - _administered(con)
    if lost - {OVER_DESKS}:
        raise PeopleError("people.last_administrator", desk=min(lost - {OVER_DESKS}))
    if lost:
        raise PeopleError("people.last_operator")


def _audit(  # noqa: PLR0917 - as an audit line reads
    con: sqlite3.Connection, at: datetime, by: str, action: str, user: str, touched: Sequence[Membership],
    detail: str = "",
) -> None:  # fmt: skip
    """A line for each desk that it concerns."""
    for desk in sorted({m.desk for m in touched} or {OVER_DESKS}):
        audit.write(con, at, who=by, action=action, subject=user, detail=detail, desk=desk)
