"""Messages on their way: written with what they tell of, lent to one worker at a time, marked with what came of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from core.records import (
    Attachment,
    Channel,
    Claim,
    Delivered,
    DeliveryResult,
    Message,
    OutboxRow,
    PassOn,
    Recipient,
    Refused,
    Retry,
)
from store.sqlite import desks, past_messages
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, maybe_from_us, texts, to_us

FALLBACK_RETRY: Final = timedelta(minutes=5)
"""Where a Retry names no time: the drain normally sets its own."""
LONGEST_WAIT: Final = timedelta(days=3)
"""Nothing is put off so long: a `not_before` beyond it was written while the clock was ahead, and counts as due."""
ERASED: Final = "erased"
"""Reason of a message whose words went with an article: it can't be sent any more."""
_OR_ERASED: Final = f" OR (state = 'refused' AND reason = '{ERASED}')"


def enqueue(
    con: sqlite3.Connection,
    messages: Sequence[Message],
    at: datetime,
    *,
    held: str = "",
    tells_of: Mapping[str, datetime] | None = None,
) -> int:
    """Write messages in the caller's transaction; one whose key was ever written is left out. Returns the new ones.

    `held`: they wait for a person, for this reason. `tells_of`: articles and their publication, in every message.
    """
    new = 0
    for m in messages:
        if past_messages.was_written(con, m.key):
            continue
        state = "page" if m.channel == "page" else "held" if held else "waiting"
        done = con.execute(
            "INSERT INTO outbox (key, desk, recipient, channel, article, subject, text, html, created, not_before,"
            " state, reason, story, urgent, brief, thread, link, fields)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (
                m.key, m.desk, m.recipient, m.channel, m.article, m.subject, m.text, m.html, to_us(at),
                to_us(m.not_before or at), state, held if state == "held" else "", m.story, int(m.urgent), m.brief,
                m.thread, m.link, dump(dict(m.fields)),
            ),
        )  # fmt: skip
        if done.rowcount:
            new += 1
            _attach(con, done.lastrowid or 0, m.attachments, tells_of or {})
    return new


def _attach(
    con: sqlite3.Connection, message: int, attachments: Sequence[Attachment], tells_of: Mapping[str, datetime]
) -> None:
    con.executemany(
        "INSERT INTO outbox_attachments VALUES (?, ?, ?, ?, ?)",
        [(message, n, one.name, one.media_type, one.content) for n, one in enumerate(attachments)],
    )
    con.executemany(
        "INSERT INTO outbox_articles VALUES (?, ?, ?)",
        [(message, article, to_us(published)) for article, published in tells_of.items()],
    )


class Outbox:
    """The ports Outbox and Undelivered on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, messages: Sequence[Message], at: datetime) -> int:
        """Write messages; one whose key was ever written is left out. Returns how many were new."""
        with self._db.write() as con:
            return enqueue(con, messages, at)

    def claim(self, at: datetime, limit: int, lease_seconds: float, channel: Channel = "email") -> list[Claim]:
        """Lend due messages to one worker; nobody else gets them until the lease ends. Urgent ones go first.

        `Claim.attempts` counts this attempt too. The claim outlasts a power cut, so that it is known what may
        have been sent.
        """
        lease = timedelta(seconds=lease_seconds)
        with self._db.read() as con:
            if not _due(con, at, channel, 1, lease):
                return []
        with self._db.write(durable=True, claims=True) as con:
            rows = _due(con, at, channel, limit, lease, claiming=con.skip_locked)
            con.executemany(
                "UPDATE outbox SET state = 'claimed', lease_until = ?, attempts = attempts + 1 WHERE id = ?",
                [(to_us(at + lease), row["id"]) for row in rows],
            )
            people = desks.people(con) if rows else {}
            return [_claim(con, row, people, at + lease) for row in rows]

    def mark(self, claim: Claim, result: DeliveryResult | PassOn, at: datetime) -> None:
        """Record what came of a claimed message. A claim whose lease has passed on is ignored.

        What was sent while the article that it tells of was erased counts as delivered; else it is not tried again.

        It outlasts a kill at once and a power cut from the next `claim` on, which syncs all that came before: a power
        cut repeats at most what was sent since.
        """
        match result:
            case Delivered():
                sets = "state = 'delivered', reason = '', reference = ?, delivered_at = ?, done_at = ?"
                values: tuple[object, ...] = (result.reference, to_us(at), to_us(at))
            case Refused():
                sets, values = "state = 'refused', reason = ?, done_at = ?", (result.reason, to_us(at))
            case PassOn():
                struck = (*claim.struck, claim.message.channel) if result.strike else claim.struck
                sets = "state = 'waiting', channel = ?, struck = ?, reason = ?, not_before = ?"
                values = (result.channel, dump(struck), result.reason, to_us(at))
            case Retry():
                sets = "state = 'waiting', reason = ?, not_before = ?, attempts = attempts - ?"
                after = FALLBACK_RETRY if result.after is None else result.after
                values = (result.reason, to_us(at + after), 0 if result.counts else 1)
        sent = isinstance(result, Delivered)
        with self._db.write(claims=True) as con:
            con.execute(
                f"UPDATE outbox SET {sets}, lease_until = NULL"  # noqa: S608
                f" WHERE id = ? AND lease_until = ? AND (state = 'claimed'{_OR_ERASED if sent else ''})",
                (*values, claim.id, to_us(claim.until)),
            )

    def sent_since(self, channel: Channel, since: datetime) -> int:
        """Messages that the channel has taken since then."""
        with self._db.read() as con:
            row = con.execute(
                "SELECT count(*) FROM outbox WHERE channel = ? AND delivered_at >= ?", (channel, to_us(since))
            ).fetchone()
            return int(row[0])

    def message(self, message_id: int) -> OutboxRow | None:
        """One message as the page shows it."""
        with self._db.read() as con:
            row = con.execute(f"SELECT {ROW_COLUMNS} FROM outbox o WHERE id = ?", (message_id,)).fetchone()  # noqa: S608
            return load_row(row) if row else None

    def hold_all(self, reason: str, at: datetime | None = None) -> int:
        """Hold every message that waits or is lent out (after a restore: it may have been sent since)."""
        with self._db.write(durable=True) as con:
            return hold(con, reason, at)

    def send_again(self, message_id: int, at: datetime) -> bool:
        """Let a held or refused message go out after all, by the recipient's first way.

        False where it is neither, or where its words went with an article.
        """
        with self._db.write(durable=True) as con:
            row = con.execute(
                "SELECT * FROM outbox WHERE id = ? AND state IN ('held', 'refused') AND reason <> ?",
                (message_id, ERASED),
            ).fetchone()
            if row is None:
                return False
            person = desks.people(con).get((row["desk"], row["recipient"]))
            ways = person.ways if person else ()
            channel = ways[0] if ways and row["channel"] not in ways else row["channel"]
            con.execute(
                "UPDATE outbox SET state = 'waiting', not_before = ?, reason = '', done_at = NULL, attempts = 0,"
                " struck = '[]', channel = ? WHERE id = ?",
                (to_us(at), channel, message_id),
            )
            return True

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

    def due(self, at: datetime, limit: int = 1000) -> tuple[OutboxRow, ...]:
        """Messages that wait, those that are due first. Nothing is lent."""
        with self._db.read() as con:
            rows = con.execute(
                f"SELECT {ROW_COLUMNS} FROM outbox o WHERE state = 'waiting'"  # noqa: S608
                " ORDER BY not_before > ?, urgent DESC, not_before, id LIMIT ?",
                (to_us(at), limit),
            )
            return tuple(load_row(row) for row in rows)


def hold(con: sqlite3.Connection, reason: str, at: datetime | None) -> int:
    """What Outbox.hold_all does, in the caller's transaction. `at`: when the record was put back from a backup."""
    if at is not None:
        con.execute("INSERT INTO restores VALUES (?)", (to_us(at),))
    return con.execute(
        "UPDATE outbox SET state = 'held', reason = ?, lease_until = NULL WHERE state IN ('waiting', 'claimed')",
        (reason,),
    ).rowcount


def _due(
    con: sqlite3.Connection, at: datetime, channel: str, limit: int, lease: timedelta, *, claiming: str = ""
) -> list[sqlite3.Row]:
    """Due messages, urgent ones and then the longest due first; then those whose worker has not come back.

    `claiming`: what makes the rows this transaction's own. Times far ahead were written by a clock that was ahead, and
    count as past.
    """
    found: list[sqlite3.Row] = []
    for urgent in (1, 0):
        found += con.execute(
            "SELECT * FROM outbox WHERE state = 'waiting' AND channel = ? AND urgent = ? AND not_before <= ?"  # noqa: S608
            f" ORDER BY not_before, id LIMIT ? {claiming}",
            (channel, urgent, to_us(at), limit - len(found)),
        ).fetchall()
        found += con.execute(
            "SELECT * FROM outbox WHERE state = 'waiting' AND channel = ? AND urgent = ? AND not_before > ?"  # noqa: S608
            f" ORDER BY not_before, id LIMIT ? {claiming}",
            (channel, urgent, to_us(at + LONGEST_WAIT), limit - len(found)),
        ).fetchall()
    if len(found) < limit:
        found += con.execute(
            "SELECT * FROM outbox WHERE state = 'claimed' AND channel = ? AND (lease_until <= ? OR lease_until > ?)"  # noqa: S608
            f" ORDER BY lease_until, id LIMIT ? {claiming}",
            (channel, to_us(at), to_us(at + 2 * lease), limit - len(found)),
        ).fetchall()
    return found


def _claim(
    con: sqlite3.Connection, row: sqlite3.Row, people: Mapping[tuple[str, str], Recipient], until: datetime
) -> Claim:
    message = load_message(row, _attachments(con, row["id"]))
    person = people.get((row["desk"], row["recipient"]))
    return Claim(
        id=row["id"],
        message=message,
        address=person.address(message.channel) if person else "",
        attempts=row["attempts"] + 1,
        until=until,
        struck=tuple(json.loads(row["struck"])),
    )


def _attachments(con: sqlite3.Connection, message: int) -> tuple[Attachment, ...]:
    rows = con.execute("SELECT * FROM outbox_attachments WHERE message = ? ORDER BY position", (message,))
    return tuple(
        Attachment(name=row["name"], media_type=row["media_type"], content=bytes(row["content"])) for row in rows
    )


def load_message(row: sqlite3.Row, attachments: tuple[Attachment, ...] = ()) -> Message:
    return Message(
        **{
            name: row[name]
            for name in (
                "key", "desk", "recipient", "channel", "article", "subject", "text", "html", "story", "brief", "thread",
                "link",
            )
        },
        not_before=from_us(row["not_before"]),
        urgent=bool(row["urgent"]),
        fields=json.loads(row["fields"]),
        attachments=attachments,
    )  # fmt: skip


ROW_COLUMNS: Final = "o.*, (SELECT min(published_at) FROM outbox_articles t WHERE t.message = o.id) AS published"


def load_row(row: sqlite3.Row) -> OutboxRow:
    """A row with ROW_COLUMNS."""
    return OutboxRow(
        id=row["id"],
        message=load_message(row),
        created=from_us(row["created"]),
        state=row["state"],
        attempts=row["attempts"],
        reason=row["reason"],
        delivered_at=maybe_from_us(row["delivered_at"]),
        struck=texts(row["struck"]),  # type: ignore[arg-type]
        published=maybe_from_us(row["published"]),
    )
