"""The port ChannelBook: followers who are recipients, numbers that Zalo refuses, what its webhook told, troubles of
whole channels.

Nobody is kept who merely follows the account: a follower is known only once they have sent a recipient's code.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from core.errors import ConfigError
from core.records import Channel, ChannelTrouble, Desk, Follower, PhoneRefusal, ZaloEvent
from core.zalo import code_of
from store.sql import upsert
from store.sqlite import audit, meta
from store.sqlite.database import Database
from store.sqlite.rows import from_us, maybe_from_us, to_us

CODE_GOOD: Final = timedelta(days=7)
RECEIPTS_KEPT: Final = timedelta(days=4)
"""Longer than an event may be old (core.zalo.OLDEST), so that none is taken twice."""
GONE_KEPT: Final = timedelta(days=30)
"""After which somebody who no longer follows is forgotten, and a trouble that nobody has seen again."""
_AGAIN: Final = timedelta(minutes=1)
_PUT_FOLLOWER: Final = upsert(
    "zalo_followers",
    "desk, recipient, user, following, changed_at, linked_at, wrote_at",
    key="desk, recipient",
)
_PUT_REFUSAL: Final = upsert("zns_refusals", "desk, recipient, reason, at", key="desk, recipient")
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is easily mistaken: 0 and O, 1, I and L."""


class ChannelBook:
    """The port ChannelBook on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def invite(self, desk: str, recipient: str, at: datetime, by: str) -> str:
        """A code that the recipient sends to the account to be known as this recipient; good once and for 7 days.

        An earlier code of the recipient no longer holds. Raises ConfigError where the desk has no such recipient.
        """
        code = "DB" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        with self._db.write(durable=True) as con:
            if not con.execute("SELECT 1 FROM desks WHERE id = ?", (desk,)).fetchone():
                raise ConfigError(f"no desk {desk}; diembao desk list names them")
            if (desk, recipient) not in _recipients(con):
                raise ConfigError(f"desk {desk} has no recipient {recipient}; see diembao desk export {desk}")
            con.execute("DELETE FROM zalo_codes WHERE desk = ? AND recipient = ?", (desk, recipient))
            con.execute(
                "INSERT INTO zalo_codes VALUES (?, ?, ?, ?)", (_hash(code), desk, recipient, to_us(at + CODE_GOOD))
            )
            audit.write(con, at, who=by, action="zalo.invite", subject=f"{desk}/{recipient}", desk=desk)
        return code

    def take(self, event: ZaloEvent, now: datetime) -> bool:
        """Record what an event says; False where it was taken before or is older than what is known."""
        with self._db.write() as con:
            new = con.execute(
                "INSERT INTO zalo_receipts VALUES (?, ?) ON CONFLICT DO NOTHING", (event.receipt, to_us(now))
            ).rowcount
            if not new:
                return False
            if event.kind == "wrote":
                return _wrote(con, event, now)
            done = con.execute(
                "UPDATE zalo_followers SET following = ?, changed_at = ? WHERE user = ? AND changed_at < ?",
                (event.kind == "follow", to_us(event.at), event.user, to_us(event.at)),
            )
            return done.rowcount > 0

    def follower(self, user: str) -> Follower | None:
        """Of several recipients who share this follower, the first."""
        with self._db.read() as con:
            row = con.execute("SELECT * FROM zalo_followers WHERE user = ? LIMIT 1", (user,)).fetchone()
            return None if row is None else _load(row)

    def followers(self, desk: str | None = None) -> tuple[Follower, ...]:
        """By desk and recipient."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM zalo_followers WHERE :desk IS NULL OR desk = :desk ORDER BY desk, recipient",
                {"desk": desk},
            )
            return tuple(_load(row) for row in rows)

    def lapse(self, user: str, at: datetime) -> None:
        """Zalo says that this user does not follow (any longer)."""
        with self._db.write() as con:
            con.execute(
                "UPDATE zalo_followers SET following = 0, changed_at = max(changed_at, ?) WHERE user = ?",
                (to_us(at), user),
            )

    def refuse_phone(self, desk: str, recipient: str, phone: str, reason: str, at: datetime) -> None:
        """Zalo refuses this number for good. Of a number that is not the recipient's any more nothing is kept."""
        with self._db.write() as con:
            own = con.execute(
                "SELECT 1 FROM desks d, json_each(d.body, '$.recipients') r WHERE d.id = ?"
                " AND json_extract(r.value, '$.id') = ? AND json_extract(r.value, '$.phone') = ?",
                (desk, recipient, phone),
            ).fetchone()
            if own:
                con.execute(_PUT_REFUSAL, (desk, recipient, reason, to_us(at)))

    def phone_refusals(self, desk: str) -> tuple[PhoneRefusal, ...]:
        """Of a desk's recipients; one goes as soon as the recipient's number is changed."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM zns_refusals WHERE desk = ? ORDER BY recipient", (desk,))
            return tuple(
                PhoneRefusal(recipient=row["recipient"], reason=row["reason"], at=from_us(row["at"])) for row in rows
            )

    def try_phone(self, desk: str, recipient: str, at: datetime, by: str) -> bool:
        """A recipient's number is tried again; False where it was not refused."""
        with self._db.write() as con:
            gone = con.execute("DELETE FROM zns_refusals WHERE desk = ? AND recipient = ?", (desk, recipient)).rowcount
            if gone:
                audit.write(con, at, who=by, action="zalo.try", subject=f"{desk}/{recipient}", desk=desk)
            return gone > 0

    def last_event(self) -> datetime | None:
        """When the webhook last told something."""
        with self._db.read() as con:
            return maybe_from_us(con.execute("SELECT max(at) FROM zalo_receipts").fetchone()[0])

    def trouble(self, channel: Channel, reason: str, at: datetime) -> None:
        """A reason that concerns every message of the channel. Written once a minute at most."""
        with self._db.read() as con:
            row = con.execute("SELECT * FROM channel_troubles WHERE channel = ?", (channel,)).fetchone()
        if row and row["reason"] == reason and from_us(row["last"]) <= at < from_us(row["last"]) + _AGAIN:
            return
        with self._db.write() as con:
            con.execute(
                "INSERT INTO channel_troubles VALUES (?, ?, ?, ?)"
                " ON CONFLICT (channel) DO UPDATE SET reason = excluded.reason, last = excluded.last",
                (channel, reason, to_us(at), to_us(at)),
            )

    def well(self, channel: Channel) -> None:
        """The channel has taken a message: no trouble any more."""
        with self._db.read() as con:
            if not con.execute("SELECT 1 FROM channel_troubles WHERE channel = ?", (channel,)).fetchone():
                return
        with self._db.write() as con:
            con.execute("DELETE FROM channel_troubles WHERE channel = ?", (channel,))

    def troubles(self) -> tuple[ChannelTrouble, ...]:
        """Of each channel that has one."""
        with self._db.read() as con:
            return tuple(
                ChannelTrouble(
                    channel=row["channel"], reason=row["reason"], since=from_us(row["since"]), last=from_us(row["last"])
                )
                for row in con.execute("SELECT * FROM channel_troubles ORDER BY channel")
            )

    def belong_to(self, account: str) -> None:
        """Followers are known to this account from now on: those of another one go (their ids hold for one only)."""
        with self._db.write(durable=True) as con:
            before = con.execute("SELECT value FROM meta WHERE name = 'zalo_account'").fetchone()
            meta.put(con, "zalo_account", account)
            if before and before["value"] != account:
                self.forget_followers()

    def forget_followers(self) -> int:
        """Delete all followers, codes and refusals: the account is disconnected or another. How many followers."""
        with self._db.write(durable=True) as con:
            con.execute("DELETE FROM zns_refusals")
            con.execute("DELETE FROM zalo_codes")
            return con.execute("DELETE FROM zalo_followers").rowcount


def followers(con: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Desk -> recipient -> Zalo id of those who have made themselves known and follow."""
    found: dict[str, dict[str, str]] = {}
    for row in con.execute("SELECT desk, recipient, user FROM zalo_followers WHERE following = 1"):
        found.setdefault(row["desk"], {})[row["recipient"]] = row["user"]
    return found


def with_followers(desk: Desk, users: Mapping[str, str]) -> Desk:
    """The desk with the Zalo ids of its recipients."""
    if not users:
        return desk
    filled = (
        dataclasses.replace(one, zalo_user_id=one.zalo_user_id or users.get(one.id, "")) for one in desk.recipients
    )
    return dataclasses.replace(desk, recipients=tuple(filled))


def without_followers(con: sqlite3.Connection, desk: Desk) -> Desk:
    """The desk as it is kept: who made himself known by a code stands in the table of followers alone."""
    rows = con.execute("SELECT recipient, user FROM zalo_followers WHERE desk = ?", (desk.id,))
    users = {row["recipient"]: row["user"] for row in rows}
    bare = (
        dataclasses.replace(one, zalo_user_id="") if users.get(one.id) == one.zalo_user_id else one
        for one in desk.recipients
    )
    return dataclasses.replace(desk, recipients=tuple(bare)) if users else desk


def purge(con: sqlite3.Connection, at: datetime) -> int:
    """Delete what has had its time, in the caller's transaction. Returns how many rows went."""
    gone = to_us(at - GONE_KEPT)
    return sum(
        con.execute(statement, (before,)).rowcount
        for statement, before in (
            ("DELETE FROM zalo_receipts WHERE at < ?", to_us(at - RECEIPTS_KEPT)),
            ("DELETE FROM zalo_codes WHERE until < ?", to_us(at)),
            ("DELETE FROM zalo_followers WHERE following = 0 AND changed_at < ?", gone),
            ("DELETE FROM channel_troubles WHERE last < ?", gone),
        )
    )


def _wrote(con: sqlite3.Connection, event: ZaloEvent, now: datetime) -> bool:
    known = con.execute(
        "UPDATE zalo_followers SET wrote_at = max(coalesce(wrote_at, 0), ?) WHERE user = ?",
        (to_us(event.at), event.user),
    )
    return _redeem(con, event, now) if event.code else known.rowcount > 0


def _redeem(con: sqlite3.Connection, event: ZaloEvent, now: datetime) -> bool:
    hashed = _hash(event.code)
    code = con.execute("SELECT * FROM zalo_codes WHERE hash = ? AND until >= ?", (hashed, to_us(now))).fetchone()
    if code is None:
        return False
    con.execute("DELETE FROM zalo_codes WHERE hash = ?", (hashed,))
    con.execute(
        _PUT_FOLLOWER,
        (code["desk"], code["recipient"], event.user, 1, to_us(event.at), to_us(now), to_us(event.at)),
    )
    known = f"{code['desk']}/{code['recipient']}"
    audit.write(con, now, who="zalo", action="zalo.linked", subject=known, desk=code["desk"])
    return True


def _recipients(con: sqlite3.Connection) -> set[tuple[str, str]]:
    rows = con.execute("SELECT d.id, json_extract(r.value, '$.id') FROM desks d, json_each(d.body, '$.recipients') r")
    return {(row[0], row[1]) for row in rows}


def _hash(code: str) -> str:
    return hashlib.sha256((code_of(code) or "").encode()).hexdigest()


def _load(row: sqlite3.Row) -> Follower:
    return Follower(
        desk=row["desk"],
        recipient=row["recipient"],
        user=row["user"],
        following=bool(row["following"]),
        linked_at=from_us(row["linked_at"]),
        wrote_at=maybe_from_us(row["wrote_at"]),
    )
