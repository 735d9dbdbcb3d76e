"""Messages on their way: written with the article, lent to one worker at a time, marked with what came of them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core.records import Claim, Delivered, DeliveryResult, Message, OutboxRow, Refused
from store.sqlite import desks
from store.sqlite.database import Database
from store.sqlite.rows import from_us, maybe_from_us, to_us

FALLBACK_RETRY: Final = timedelta(minutes=5)
"""Where a Retry names no time: the drain normally sets its own."""


def enqueue(con: sqlite3.Connection, messages: Sequence[Message], at: datetime) -> int:
    """Write messages in the caller's transaction; one whose key was ever written is left out. Returns the new ones."""
    new = 0
    for m in messages:
        if con.execute("SELECT 1 FROM outbox_past WHERE key = ?", (key_hash(m.key),)).fetchone():
            continue
        done = con.execute(
            "INSERT INTO outbox (key, desk, recipient, channel, article, subject, text, html, created, not_before,"
            " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (
                m.key, m.desk, m.recipient, m.channel, m.article, m.subject, m.text, m.html, to_us(at),
                to_us(m.not_before or at), "page" if m.channel == "page" else "waiting",
            ),
        )  # fmt: skip
        new += done.rowcount
    return new


def key_hash(key: str) -> str:
    """What stays of a key when its message has had its time."""
    return hashlib.sha256(key.encode()).hexdigest()


class Outbox:
    """The port Outbox on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, messages: Sequence[Message], at: datetime) -> int:
        """Write messages that belong to no article (a digest, a test). Returns how many were new."""
        with self._db.write() as con:
            return enqueue(con, messages, at)

    def claim(self, at: datetime, limit: int, lease_seconds: float, channel: str = "email") -> list[Claim]:
        """Lend due messages to one worker; nobody else gets them until the lease ends.

        `Claim.attempts` counts this attempt too. The claim outlasts a power cut, so that it is known what may
        have been sent.
        """
        until = at + timedelta(seconds=lease_seconds)
        with self._db.read() as con:
            if not _due(con, at, channel, 1):
                return []
        with self._db.write(durable=True) as con:
            rows = _due(con, at, channel, limit)
            con.executemany(
                "UPDATE outbox SET state = 'claimed', lease_until = ?, attempts = attempts + 1 WHERE id = ?",
                [(to_us(until), row["id"]) for row in rows],
            )
            addresses = desks.addresses(con)
        return [
            Claim(
                id=row["id"],
                message=load_message(row),
                address=addresses.get((row["desk"], row["recipient"]), ""),
                attempts=row["attempts"] + 1,
                until=until,
            )
            for row in rows
        ]

    def mark(self, claim: Claim, result: DeliveryResult, at: datetime) -> None:
        """Record what came of a claimed message. A claim whose lease has passed on is ignored.

        It outlasts a kill at once and a power cut from the next `claim` on, which syncs all that came before: a power
        cut repeats at most what was sent since.
        """
        mine = (claim.id, to_us(claim.until))
        with self._db.write() as con:
            if isinstance(result, Delivered):
                con.execute(
                    "UPDATE outbox SET state = 'delivered', reason = '', delivered_at = ?, done_at = ?,"
                    " lease_until = NULL WHERE id = ? AND state = 'claimed' AND lease_until = ?",
                    (to_us(at), to_us(at), *mine),
                )
            elif isinstance(result, Refused):
                con.execute(
                    "UPDATE outbox SET state = 'refused', reason = ?, done_at = ?, lease_until = NULL"
                    " WHERE id = ? AND state = 'claimed' AND lease_until = ?",
                    (result.reason, to_us(at), *mine),
                )
            else:
                con.execute(
                    "UPDATE outbox SET state = 'waiting', reason = ?, not_before = ?, lease_until = NULL"
                    " WHERE id = ? AND state = 'claimed' AND lease_until = ?",
                    (result.reason, to_us(at + (FALLBACK_RETRY if result.after is None else result.after)), *mine),
                )

    def hold_all(self, reason: str) -> int:
        """Hold every message that waits or is lent out (after a restore: it may have been sent since)."""
        with self._db.write(durable=True) as con:
            return con.execute(
                "UPDATE outbox SET state = 'held', reason = ?, lease_until = NULL"
                " WHERE state IN ('waiting', 'claimed')",
                (reason,),
            ).rowcount

    def send_again(self, message_id: int, at: datetime) -> bool:
        """Let a held or refused message go out after all; False where it is neither."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "UPDATE outbox SET state = 'waiting', not_before = ?, reason = '', done_at = NULL"
                " WHERE id = ? AND state IN ('held', 'refused')",
                (to_us(at), message_id),
            )
            return done.rowcount == 1

    def drop(self, message_id: int, reason: str, at: datetime) -> bool:
        """Decide that a held or waiting message is never sent; False where it is neither."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "UPDATE outbox SET state = 'refused', reason = ?, done_at = ?"
                " WHERE id = ? AND state IN ('held', 'waiting')",
                (reason, to_us(at), message_id),
            )
            return done.rowcount == 1

    def counts(self) -> dict[str, int]:
        """State -> messages."""
        with self._db.read() as con:
            return {r["state"]: r["n"] for r in con.execute("SELECT state, count(*) AS n FROM outbox GROUP BY state")}


def _due(con: sqlite3.Connection, at: datetime, channel: str, limit: int) -> list[sqlite3.Row]:
    """Due messages, the longest due first; then those whose worker has not come back."""
    due = con.execute(
        "SELECT * FROM outbox WHERE state = 'waiting' AND channel = ? AND not_before <= ?"
        " ORDER BY not_before, id LIMIT ?",
        (channel, to_us(at), limit),
    ).fetchall()
    if len(due) < limit:
        due += con.execute(
            "SELECT * FROM outbox WHERE state = 'claimed' AND channel = ? AND lease_until <= ?"
            " ORDER BY lease_until, id LIMIT ?",
            (channel, to_us(at), limit - len(due)),
        ).fetchall()
    return due


def load_message(row: sqlite3.Row) -> Message:
    return Message(
        key=row["key"],
        desk=row["desk"],
        recipient=row["recipient"],
        channel=row["channel"],
        article=row["article"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        not_before=from_us(row["not_before"]),
    )


def load_row(row: sqlite3.Row) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        message=load_message(row),
        created=from_us(row["created"]),
        state=row["state"],
        attempts=row["attempts"],
        reason=row["reason"],
        delivered_at=maybe_from_us(row["delivered_at"]),
    )
