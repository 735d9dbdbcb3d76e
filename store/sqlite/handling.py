"""The port Handlings: who has seen and taken what, silences, signed links."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from core.records import Handling, Mark, SignedLink, Silence
from core.text import clean, clip
from store.sqlite import audit
from store.sqlite.database import Database
from store.sqlite.rows import from_us, maybe_from_us, to_us

NOTE_LIMIT: Final = 500
LONGEST_SILENCE: Final = timedelta(days=30)


class Handlings:
    """The port Handlings on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def mark(
        self, desk: str, story: str, handling: Handling, note: str, at: datetime, *, recipient: str = "", user: str = ""
    ) -> Mark:
        """Keep that somebody has seen or taken a story; the same again by the same one within a minute is one."""
        words = clip(clean(note), NOTE_LIMIT)
        with self._db.write(durable=True) as con:
            known = con.execute(
                "SELECT * FROM story_marks WHERE desk = ? AND story = ? AND handling = ? AND recipient = ? AND who = ?"
                " AND note = ? AND at > ?",
                (desk, story, handling, recipient, user, words, to_us(at - timedelta(minutes=1))),
            ).fetchone()
            if known:
                return _load_mark(known)
            done = con.execute(
                "INSERT INTO story_marks (desk, story, handling, note, at, recipient, who)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (desk, story, handling, words, to_us(at), recipient, user),
            )
            row = con.execute("SELECT * FROM story_marks WHERE id = ?", (done.lastrowid,)).fetchone()
            return _load_mark(row)

    def marks(self, desk: str, story: str | None = None) -> tuple[Mark, ...]:
        """Oldest first; of one story (and of those that became part of it) or of all."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT m.*, coalesce(g.into_story, m.story) AS now_story FROM story_marks m"
                " LEFT JOIN story_merges g ON g.desk = m.desk AND g.story = m.story"
                " WHERE m.desk = :desk AND (:story IS NULL OR coalesce(g.into_story, m.story) = :story) ORDER BY m.id",
                {"desk": desk, "story": story},
            ).fetchall()
        return tuple(_load_mark(row, row["now_story"]) for row in rows)

    def silence(
        self, desk: str, at: datetime, ends: datetime, by: str, *, story: str = "", topic: str = "", unit: str = ""
    ) -> Silence:
        """Tell nothing of a story, or of a topic or unit, until `ends`; audited. The same again within a minute is one.

        Raises ValueError for one without an end within 30 days, or that names nothing.
        """
        if not (story or topic or unit) or not at < ends <= at + LONGEST_SILENCE:
            raise ValueError("a silence names something and ends within 30 days")
        with self._db.write(durable=True) as con:
            known = con.execute(
                "SELECT * FROM silences WHERE desk = ? AND story = ? AND topic = ? AND unit = ? AND who = ?"
                " AND begins > ? AND ends > ? AND ends - begins = ?",
                (desk, story, topic, unit, by, to_us(at - timedelta(minutes=1)), to_us(at), to_us(ends) - to_us(at)),
            ).fetchone()
            if known:
                return _load_silence(known)
            done = con.execute(
                "INSERT INTO silences (desk, story, topic, unit, begins, ends, who) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (desk, story, topic, unit, to_us(at), to_us(ends), by),
            )
            detail = f"{story or topic or unit} until {ends.isoformat()}"
            audit.write(con, at, who=by, action="alerts.silence", subject=desk, detail=detail, desk=desk)
            return _load_silence(con.execute("SELECT * FROM silences WHERE id = ?", (done.lastrowid,)).fetchone())

    def silences(self, desk: str, at: datetime) -> tuple[Silence, ...]:
        """Those in force."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM silences WHERE desk = ? AND begins <= ? AND ends > ? ORDER BY ends",
                (desk, to_us(at), to_us(at)),
            ).fetchall()
        return tuple(_load_silence(row) for row in rows)

    def end_silence(self, desk: str, silence: int, at: datetime, by: str) -> bool:
        """End one at once; False where it is not in force."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "UPDATE silences SET ends = ? WHERE desk = ? AND id = ? AND ends > ?",
                (to_us(at), desk, silence, to_us(at)),
            )
            if done.rowcount:
                audit.write(con, at, who=by, action="alerts.silence_end", subject=desk, detail=str(silence), desk=desk)
            return done.rowcount == 1

    def put_links(self, links: Iterable[SignedLink]) -> None:
        """Keep links that are given out."""
        with self._db.write() as con:
            con.executemany(
                "INSERT OR IGNORE INTO signed_links VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                [(k.id, k.desk, k.story, k.recipient, k.key, to_us(k.created), to_us(k.expires)) for k in links],
            )

    def link(self, link: str) -> SignedLink | None:
        """One link, revoked or not; None where there is none."""
        with self._db.read() as con:
            row = con.execute("SELECT * FROM signed_links WHERE id = ?", (link,)).fetchone()
            return _load_link(row) if row else None

    def links(self, key: str) -> tuple[SignedLink, ...]:
        """Those of a message."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM signed_links WHERE key = ? ORDER BY id", (key,)).fetchall()
        return tuple(_load_link(row) for row in rows)

    def revoke(self, desk: str, key: str, at: datetime, by: str) -> int:
        """End the links of a message at once, audited. Returns how many there were."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "UPDATE signed_links SET revoked_at = ? WHERE desk = ? AND key = ? AND revoked_at IS NULL",
                (to_us(at), desk, key),
            )
            if done.rowcount:
                audit.write(con, at, who=by, action="alerts.revoke", subject=desk, detail=key, desk=desk)
            return done.rowcount


def _load_mark(row: sqlite3.Row, story: str = "") -> Mark:
    return Mark(
        id=row["id"], desk=row["desk"], story=story or row["story"], handling=row["handling"], note=row["note"],
        at=from_us(row["at"]), recipient=row["recipient"], user=row["who"],
    )  # fmt: skip


def _load_silence(row: sqlite3.Row) -> Silence:
    return Silence(
        id=row["id"], desk=row["desk"], story=row["story"], topic=row["topic"], unit=row["unit"],
        ends=from_us(row["ends"]), by=row["who"],
    )  # fmt: skip


def _load_link(row: sqlite3.Row) -> SignedLink:
    return SignedLink(
        id=row["id"], desk=row["desk"], story=row["story"], recipient=row["recipient"], key=row["key"],
        created=from_us(row["created"]), expires=from_us(row["expires"]), revoked_at=maybe_from_us(row["revoked_at"]),
    )  # fmt: skip
