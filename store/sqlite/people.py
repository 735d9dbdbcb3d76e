"""The port PeopleBook on SQLite: users, their sessions, and what lies between two steps of signing in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.errors import StoreError
from core.records import Attempt, Session, User
from store.sql import upsert
from store.sqlite import audit, stones
from store.sqlite.accounts import Accounts, find, forget, users
from store.sqlite.database import connect
from store.sqlite.rows import from_us, to_us

SEEN_EVERY: Final = timedelta(minutes=5)
"""A session's last use is written down no more often."""
ATTEMPTS_KEPT: Final = timedelta(days=30)
ANSWER_IN: Final = timedelta(days=90)
"""So long after administrators were first asked about an idle account, it is disabled, and deleted as long after."""
GONE_KEPT: Final = timedelta(days=100)
"""Ids of deleted users: a little longer than any backup is."""
_DAY: Final = timedelta(days=1)


class People(Accounts):
    """Users with what they are kept by. May be used from several threads."""

    def open_session(self, session: Session) -> None:
        with self._db.write(durable=True) as con:
            con.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    session.id, session.user, to_us(session.began), to_us(session.seen),
                    session.idle // timedelta(microseconds=1), to_us(session.ends), session.network, session.browser,
                    session.way,
                ),
            )  # fmt: skip
            con.execute("UPDATE people SET active_at = ?, asked_at = NULL WHERE id = ?", _active(session))

    def session(self, session: str, at: datetime) -> tuple[Session, User] | None:
        with self._db.read() as con:
            row = con.execute(
                "SELECT * FROM sessions WHERE id = :id AND ends_at > :at AND seen_at + idle > :at",
                {"id": session, "at": to_us(at)},
            ).fetchone()
            user = find(con, "p.id", row["person"]) if row else None
        if row is None or user is None or user.disabled is not None:
            return None
        found = _session(row)
        if at - found.seen >= SEEN_EVERY:
            with suppress(StoreError):  # on a disk that is full one can still read
                self._seen(found, user, at)
        return found, user

    def sessions(self, user: str) -> tuple[Session, ...]:
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM sessions WHERE person = ? ORDER BY seen_at DESC, id", (user,))
            return tuple(_session(row) for row in rows)

    def end_session(self, user: str, session: str, at: datetime, by: str) -> bool:
        with self._db.write(durable=True) as con:
            gone = con.execute("DELETE FROM sessions WHERE id = ? AND person = ?", (session, user)).rowcount > 0
            if gone and by != user:
                audit.write(con, at, who=by, action="user.end_session", subject=user)
            return gone

    def end_sessions(self, user: str, at: datetime, by: str, *, keep: str = "") -> int:
        with self._db.write(durable=True) as con:
            gone = con.execute("DELETE FROM sessions WHERE person = ? AND id <> ?", (user, keep)).rowcount
            if gone:
                audit.write(con, at, who=by, action="user.end_sessions", subject=user, detail=str(gone))
            return gone

    def new_link(self, user: str, token: str, until: datetime, at: datetime, by: str) -> None:
        with self._db.write(durable=True) as con:
            con.execute(upsert("reset_links", "person, token, until", key="person"), (user, token, to_us(until)))
            held = con.execute("SELECT desk FROM memberships WHERE person = ?", (user,)).fetchall()
            for desk in sorted({row["desk"] for row in held} or {""}):
                audit.write(con, at, who=by, action="user.reset_link", subject=user, desk=desk)

    def link(self, token: str, at: datetime) -> User | None:
        with self._db.read() as con:
            row = con.execute(
                "SELECT person FROM reset_links WHERE token = ? AND until > ?", (token, to_us(at))
            ).fetchone()
            user = find(con, "p.id", row["person"]) if row else None
        return user if user and user.disabled is None else None

    def keep_step(self, token: str, body: str, until: datetime) -> None:
        with self._db.write() as con:
            con.execute(upsert("sign_in_steps", "token, body, until", key="token"), (token, body, to_us(until)))

    def step(self, token: str, at: datetime) -> str | None:
        with self._db.read() as con:
            return _body(con, token, at)

    def take_kept(self, token: str, at: datetime) -> str | None:
        with self._db.write() as con:
            body = _body(con, token, at)
            con.execute("DELETE FROM sign_in_steps WHERE token = ?", (token,))
            return body

    def claim(self, token: str, at: datetime, until: datetime) -> str | None:
        with self._db.write() as con:
            con.execute("DELETE FROM sign_in_steps WHERE token = ? AND until <= ?", (token, to_us(at)))
            kept = _body(con, token, at)
            if kept is None:
                con.execute("INSERT INTO sign_in_steps (token, body, until) VALUES (?, '', ?)", (token, to_us(until)))
            return kept

    def note_attempt(self, attempt: Attempt) -> None:
        with self._db.write() as con:
            con.execute(
                "INSERT INTO sign_ins (at, account, network, good) VALUES (?, ?, ?, ?)",
                (to_us(attempt.at), attempt.account, attempt.network, int(attempt.good)),
            )

    def try_in_turn(
        self, attempt: Attempt, since: datetime, wait: Callable[[tuple[Attempt, ...]], timedelta]
    ) -> timedelta:
        with self._db.write():
            left = wait(self.attempts(since, account=attempt.account, network=attempt.network))
            if not left:
                self.note_attempt(attempt)
            return left

    def attempts(self, since: datetime, *, account: str = "", network: str = "") -> tuple[Attempt, ...]:
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM sign_ins WHERE account = :a AND at >= :s UNION"
                " SELECT * FROM sign_ins WHERE network = :n AND network <> '' AND at >= :s ORDER BY id",
                {"a": account, "n": network, "s": to_us(since)},
            ).fetchall()
        return tuple(
            Attempt(at=from_us(r["at"]), account=r["account"], network=r["network"], good=bool(r["good"])) for r in rows
        )

    def _seen(self, session: Session, user: User, at: datetime) -> None:
        with self._db.write() as con:
            con.execute("UPDATE sessions SET seen_at = ? WHERE id = ?", (to_us(at), session.id))
            if user.active is None or at - user.active >= _DAY:
                con.execute("UPDATE people SET active_at = ?, asked_at = NULL WHERE id = ?", (to_us(at), user.id))


def purge(con: sqlite3.Connection, at: datetime, idle_before: datetime) -> int:
    """Delete what has had its time, in the caller's transaction; returns how many accounts were disabled or deleted.

    An account idle since `idle_before` is asked about; without an answer it is disabled, later deleted. The last
    administrator of a desk, and the last user, always stay.
    """
    now = to_us(at)
    con.execute("DELETE FROM sessions WHERE ends_at <= ? OR seen_at + idle <= ?", (now, now))
    con.execute("DELETE FROM reset_links WHERE until <= ?", (now,))
    con.execute("DELETE FROM sign_in_steps WHERE until <= ?", (now,))
    con.execute("DELETE FROM sign_ins WHERE at < ?", (to_us(at - ATTEMPTS_KEPT),))
    con.execute("DELETE FROM people_gone WHERE at < ?", (to_us(at - GONE_KEPT),))
    con.execute(
        "UPDATE people SET asked_at = ? WHERE asked_at IS NULL AND disabled_at IS NULL"
        " AND coalesce(active_at, created_at) < ?",
        (now, to_us(idle_before)),
    )
    return _unanswered(con, at)


def after_restore(con: sqlite3.Connection, present: Path, at: datetime) -> None:
    """In a restored record: what was ended or deleted since the backup is so again, by the record that it replaces.

    Sessions, links and steps end, all of them. A present record that can't be read leaves it at that.
    """
    for table in ("sessions", "reset_links", "sign_in_steps"):
        con.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    gone, disabled = _since(present)
    gone = sorted({*gone, *stones.accounts(present)})
    for user in gone:
        forget(con, user, at)
    con.executemany("UPDATE people SET disabled_at = coalesce(disabled_at, ?) WHERE id = ?", disabled)


def gone(con: sqlite3.Connection) -> list[tuple[str, datetime]]:
    """Accounts that were deleted, and when."""
    return [(row["id"], from_us(row["at"])) for row in con.execute("SELECT id, at FROM people_gone ORDER BY at, id")]


def _since(present: Path) -> tuple[list[str], list[tuple[int, str]]]:
    """Users whom the present record knows as deleted, and as disabled (since when, whom)."""
    if not present.exists():
        return [], []
    try:
        with closing(connect(present)) as con:
            gone = [row["id"] for row in con.execute("SELECT id FROM people_gone")]
            rows = con.execute("SELECT disabled_at, id FROM people WHERE disabled_at IS NOT NULL").fetchall()
            return gone, [(row["disabled_at"], row["id"]) for row in rows]
    except sqlite3.Error:
        return [], []


def _unanswered(con: sqlite3.Connection, at: datetime) -> int:
    done = 0
    for user in users(con):
        since = user.disabled or user.asked
        if since is None or at - since < ANSWER_IN or _needed(con, user):
            continue
        if user.disabled is None:
            con.execute("UPDATE people SET disabled_at = ? WHERE id = ?", (to_us(at), user.id))
            con.execute("DELETE FROM sessions WHERE person = ?", (user.id,))
            audit.write(con, at, who="purge", action="user.disable", subject=user.id, detail="idle")
            done += 1
        else:
            forget(con, user.id, at)
            audit.write(con, at, who="purge", action="user.delete", subject=user.id, detail="disabled long ago")
            done += 1
    return done


def _needed(con: sqlite3.Connection, user: User) -> bool:
    """Whether nobody else could administer one of their desks, or there is nobody else at all."""
    others = [other for other in users(con) if other.id != user.id and other.disabled is None]
    if not others:
        return True
    if user.disabled:
        return False
    top = [m for m in user.memberships if m.level in ("administrator", "operator")]
    return any(not any(m in other.memberships for other in others) for m in top)


def _session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["id"], user=row["person"], began=from_us(row["began_at"]), seen=from_us(row["seen_at"]),
        idle=timedelta(microseconds=row["idle"]), ends=from_us(row["ends_at"]), network=row["network"],
        browser=row["browser"], way=row["way"],
    )  # fmt: skip


def _active(session: Session) -> tuple[int, str]:
    return to_us(session.began), session.user


def _body(con: sqlite3.Connection, token: str, at: datetime) -> str | None:
    row = con.execute("SELECT body FROM sign_in_steps WHERE token = ? AND until > ?", (token, to_us(at))).fetchone()
    return row["body"] if row else None
