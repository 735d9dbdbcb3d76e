"""The port DeskWork: notes, states, articles set aside, items entered by hand, visits, kept filters, pauses."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from core.records import (
    MEDIA,
    WORK_STATES,
    HandItem,
    Medium,
    Note,
    SavedFilter,
    SetAside,
    SourcePause,
    Subject,
    WorkState,
    WorkStatus,
)
from core.text import clip, seen
from core.topics import TOPIC_IDS
from store.sql import upsert
from store.sqlite import alerting, audit, changes, labels, search, stories
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, maybe_from_us, texts, to_us

NOTE_LIMIT: Final = 2000
VISIT_ENDS: Final = timedelta(minutes=30)
"""After so long without a page a visit is over."""
_WRITTEN_EVERY: Final = timedelta(minutes=2)
_DOERS: Final = (
    ("set_aside", "who", "at"), ("saved_filters", "who", "at"), ("pauses", "who", "since"),
    ("corrections", "who", "at"), ("corrections", "undone_by", "undone_at"), ("comparisons_dismissed", "who", "at"),
    ("report_headlines", "who", "chosen"), ("report_templates", "who", "at"), ("letter_templates", "who", "at"),
    ("reports", "created_by", "created"), ("reports", "issued_by", "issued"),
)  # fmt: skip
"""Where it stands who did something that outlives the audit: table, column, and since when."""


class DeskWork:
    """Writes and reads what an office adds. Errors of the database are StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def notes(self, desk: str, about: Subject, subject: str) -> tuple[Note, ...]:
        """Oldest first; of a story also those of stories that became part of it."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM office_notes WHERE desk = :desk AND about = :about"
                " AND (subject = :subject OR (about = 'story'"
                " AND subject IN (SELECT story FROM story_merges WHERE desk = :desk AND into_story = :subject)))"
                " ORDER BY id",
                {"desk": desk, "about": about, "subject": subject},
            )
            return tuple(_note(row) for row in rows)

    def add_note(self, desk: str, about: Subject, subject: str, text: str, *, at: datetime, by: str) -> bool:
        """False where the desk has no such article or story, or nothing was written."""
        written = clip(seen(text).strip(), NOTE_LIMIT)
        with self._db.write(durable=True) as con:
            if not written or not _is_there(con, desk, about, subject):
                return False
            con.execute(
                "INSERT INTO office_notes (desk, about, subject, text, at, who) VALUES (?, ?, ?, ?, ?, ?)",
                (desk, about, subject, written, to_us(at), by),
            )
            audit.write(con, at, who=by, action="note.add", subject=subject, detail=about, desk=desk)
        return True

    def remove_note(self, desk: str, note: int, at: datetime, by: str) -> bool:
        """False where the desk has no such note."""
        with self._db.write(durable=True) as con:
            row = con.execute("SELECT subject FROM office_notes WHERE id = ? AND desk = ?", (note, desk)).fetchone()
            if row is None:
                return False
            con.execute("DELETE FROM office_notes WHERE id = ?", (note,))
            audit.write(con, at, who=by, action="note.remove", subject=row["subject"], desk=desk)
        return True

    def handling(self, desk: str, about: Subject, subjects: Sequence[str]) -> dict[str, WorkStatus]:
        """Of those that were ever touched; the others are new."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM handling WHERE desk = ? AND about = ? AND subject IN (SELECT value FROM json_each(?))",
                (desk, about, dump(list(subjects))),
            )
            return {row["subject"]: _handling(row) for row in rows}

    def handle(
        self, desk: str, about: Subject, subject: str, *, state: WorkState | None = None, assigned: str | None = None,
        at: datetime, by: str,
    ) -> bool:  # fmt: skip
        """Set state, colleague or both; the same again is nobody's deed.

        False where the desk has no such thing. Raises ValueError: unknown state.
        """
        if state not in {None, *WORK_STATES}:
            raise ValueError(f"no such state: {state}")
        with self._db.write(durable=True) as con:
            if not _is_there(con, desk, about, subject):
                return False
            was = _handled(con, desk, about, subject)
            if state in (None, was.state) and assigned in (None, was.assigned):
                return True
            con.execute(
                "INSERT INTO handling (desk, about, subject, state, assigned, at, who)"
                " VALUES (:desk, :about, :subject, coalesce(:state, 'new'), coalesce(:assigned, ''), :at, :who)"
                " ON CONFLICT (desk, about, subject) DO UPDATE SET state = coalesce(:state, handling.state),"
                " assigned = coalesce(:assigned, handling.assigned), at = :at, who = :who",
                {
                    "desk": desk, "about": about, "subject": subject, "state": state, "assigned": assigned,
                    "at": to_us(at), "who": by,
                },
            )  # fmt: skip
            detail = " ".join(part for part in (state or "", f"to={assigned}" if assigned is not None else "") if part)
            audit.write(con, at, who=by, action=f"{about}.handle", subject=subject, detail=detail, desk=desk)
        return True

    def set_aside(self, desk: str, article: str, at: datetime, by: str) -> bool:
        """Out of counts, search and lists; what alerts were to say of it is said without it or held. False where the
        desk doesn't list it.
        """
        with self._db.write(durable=True) as con:
            n = _number(con, desk, article, hidden=False)
            if n is None:
                return False
            con.execute("UPDATE desk_articles SET hidden = 1 WHERE desk = ? AND n = ?", (desk, n))
            con.execute(upsert("set_aside", "desk, n, at, who", key="desk, n"), (desk, n, to_us(at), by))
            alerting.set_aside(con, desk, article, at)
            con.execute(
                "INSERT INTO set_aside_messages SELECT id, desk, ?, state FROM outbox"
                " WHERE desk = ? AND article = ? AND state IN ('waiting', 'page')"
                " ON CONFLICT (message) DO UPDATE SET desk = excluded.desk, n = excluded.n, state = excluded.state",
                (n, desk, article),
            )
            con.execute(
                "UPDATE outbox SET state = 'held', reason = 'set-aside' WHERE state IN ('waiting', 'page')"
                " AND id IN (SELECT message FROM set_aside_messages WHERE desk = ? AND n = ?)",
                (desk, n),
            )
            _seen_anew(con, desk, n)
            audit.write(con, at, who=by, action="article.set_aside", subject=article, desk=desk)
            changes.log(con, article, desk, "upsert", at)
        return True

    def take_back(self, desk: str, article: str, at: datetime, by: str) -> bool:
        """Undo `set_aside`: everything is as before. False where it is not set aside."""
        with self._db.write(durable=True) as con:
            n = _number(con, desk, article, hidden=True)
            if n is None:
                return False
            con.execute("UPDATE desk_articles SET hidden = 0 WHERE desk = ? AND n = ?", (desk, n))
            con.execute("DELETE FROM set_aside WHERE desk = ? AND n = ?", (desk, n))
            con.execute(
                "UPDATE outbox SET reason = '', state = (SELECT s.state FROM set_aside_messages s WHERE s.message = id)"
                " WHERE state = 'held' AND reason = 'set-aside'"
                " AND id IN (SELECT message FROM set_aside_messages WHERE desk = ? AND n = ?)",
                (desk, n),
            )
            con.execute("DELETE FROM set_aside_messages WHERE desk = ? AND n = ?", (desk, n))
            alerting.note_event(con, desk, article, "changed", at)
            _seen_anew(con, desk, n)
            audit.write(con, at, who=by, action="article.take_back", subject=article, desk=desk)
            changes.log(con, article, desk, "upsert", at)
        return True

    def aside(self, desk: str) -> tuple[SetAside, ...]:
        """Newest first."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT s.*, a.id FROM set_aside s JOIN articles a ON a.n = s.n WHERE s.desk = ?"
                " ORDER BY s.at DESC, s.n",
                (desk,),
            )
            return tuple(SetAside(desk=desk, article=row["id"], at=from_us(row["at"]), by=row["who"]) for row in rows)

    def add_item(
        self, desk: str, *, source: str, medium: Medium, title: str, day: date, where: str, at: datetime, by: str
    ) -> HandItem:
        """Enter a printed or broadcast item. Raises ValueError for an unknown medium."""
        if medium not in MEDIA:
            raise ValueError(f"no such medium: {medium}")
        with self._db.write(durable=True) as con:
            made = con.execute(
                "INSERT INTO hand_items (desk, source, medium, title, day, place, at, who)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (desk, source, medium, title, day.isoformat(), where, to_us(at), by),
            ).lastrowid
            audit.write(con, at, who=by, action="item.add", subject=source, detail=day.isoformat(), desk=desk)
            return _item(con.execute("SELECT * FROM hand_items WHERE id = ?", (made,)).fetchone())

    def items(self, desk: str, first: date, last: date) -> tuple[HandItem, ...]:
        """Both days included, the newest first."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM hand_items WHERE desk = ? AND day BETWEEN ? AND ? ORDER BY day DESC, id DESC",
                (desk, first.isoformat(), last.isoformat()),
            )
            return tuple(_item(row) for row in rows)

    def remove_item(self, desk: str, item: int, at: datetime, by: str) -> bool:
        """False where the desk has no such item."""
        with self._db.write(durable=True) as con:
            if con.execute("DELETE FROM hand_items WHERE id = ? AND desk = ?", (item, desk)).rowcount == 0:
                return False
            audit.write(con, at, who=by, action="item.remove", subject=str(item), desk=desk)
        return True

    def last_visit(self, desk: str, who: str) -> datetime | None:
        """When this user's visit before the present one ended."""
        with self._db.read() as con:
            row = con.execute("SELECT * FROM visits WHERE desk = ? AND who = ?", (desk, who)).fetchone()
            return maybe_from_us(row["before"]) if row else None

    def visited(self, desk: str, who: str, at: datetime) -> None:
        """The user has a page before them. Written now and then only."""
        now, over = to_us(at), to_us(at - VISIT_ENDS)
        with self._db.read() as con:
            row = con.execute("SELECT at FROM visits WHERE desk = ? AND who = ?", (desk, who)).fetchone()
        if row is not None and to_us(at - _WRITTEN_EVERY) < row["at"]:
            return
        with self._db.write() as con:
            con.execute(
                "INSERT INTO visits (desk, who, at) VALUES (:desk, :who, :now) ON CONFLICT (desk, who)"
                " DO UPDATE SET before = CASE WHEN visits.at < :over THEN visits.at"
                " ELSE visits.before END, at = max(visits.at, :now)",
                {"desk": desk, "who": who, "now": now, "over": over},
            )

    def save_filter(
        self, desk: str, *, topics: Sequence[str], sources: Sequence[str], at: datetime, by: str
    ) -> SavedFilter:
        """Keep a filter of topics and publishers; the same twice is one.

        Raises ValueError for a topic outside the closed set or a filter of nothing.
        """
        if not (topics or sources) or not TOPIC_IDS.issuperset(topics):
            raise ValueError(f"no filter of topics and publishers: {topics!r} {sources!r}")
        values = (desk, dump(sorted(set(topics))), dump(sorted(set(sources))))
        with self._db.write(durable=True) as con:
            made = con.execute(
                "INSERT INTO saved_filters (desk, topics, sources, at, who) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (desk, topics, sources) DO NOTHING",
                (*values, to_us(at), by),
            )
            row = con.execute(
                "SELECT * FROM saved_filters WHERE desk = ? AND topics = ? AND sources = ?", values
            ).fetchone()
            if made.rowcount:
                audit.write(con, at, who=by, action="filter.save", subject=str(row["id"]), desk=desk)
            return _filter(row)

    def filters(self, desk: str) -> tuple[SavedFilter, ...]:
        """In order of keeping."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM saved_filters WHERE desk = ? ORDER BY id", (desk,))
            return tuple(_filter(row) for row in rows)

    def remove_filter(self, desk: str, number: int, at: datetime, by: str) -> bool:
        """False where the desk has no such filter."""
        with self._db.write(durable=True) as con:
            if con.execute("DELETE FROM saved_filters WHERE id = ? AND desk = ?", (number, desk)).rowcount == 0:
                return False
            audit.write(con, at, who=by, action="filter.remove", subject=str(number), desk=desk)
        return True

    def pauses(self) -> tuple[SourcePause, ...]:
        """Sources that are not read, by id."""
        with self._db.read() as con:
            return tuple(
                SourcePause(source=row["source"], since=from_us(row["since"]), by=row["who"], reason=row["reason"])
                for row in con.execute("SELECT * FROM pauses ORDER BY source")
            )

    def pause(self, source: str, at: datetime, by: str, reason: str) -> bool:
        """Not read from now on. False where it is paused already."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "INSERT INTO pauses VALUES (?, ?, ?, ?) ON CONFLICT (source) DO NOTHING",
                (source, to_us(at), by, reason),
            )
            if done.rowcount == 0:
                return False
            audit.write(con, at, who=by, action="source.pause", subject=source, detail=reason)
        return True

    def resume(self, source: str, at: datetime, by: str) -> bool:
        """Read again. False where it is not paused."""
        with self._db.write(durable=True) as con:
            if con.execute("DELETE FROM pauses WHERE source = ?", (source,)).rowcount == 0:
                return False
            audit.write(con, at, who=by, action="source.resume", subject=source)
        return True


def forget_article(con: sqlite3.Connection, article: str) -> None:
    """What the office wrote about an article goes with its text, in the caller's transaction."""
    con.execute("DELETE FROM office_notes WHERE about = 'article' AND subject = ?", (article,))
    con.execute("DELETE FROM handling WHERE about = 'article' AND subject = ?", (article,))


def forget_ended_stories(con: sqlite3.Connection) -> None:
    """What was written about stories that no desk has any more, under whatever id."""
    for table in ("office_notes", "handling"):
        con.execute(
            f"DELETE FROM {table} WHERE about = 'story' AND subject NOT IN (SELECT key FROM stories)"  # noqa: S608
            " AND subject NOT IN (SELECT m.story FROM story_merges m JOIN stories s ON s.key = m.into_story)"
        )


def purge(con: sqlite3.Connection, *, texts_before: datetime, visits_before: datetime, names_before: datetime) -> int:
    """Notes, states and items as old as the texts; visits as old as reading logs; who did what as old as the audit.
    Returns the notes and items that went.
    """
    old = to_us(texts_before)
    gone = con.execute("DELETE FROM office_notes WHERE at < ?", (old,)).rowcount
    con.execute("DELETE FROM handling WHERE at < ?", (old,))
    gone += con.execute("DELETE FROM hand_items WHERE at < ?", (old,)).rowcount
    con.execute("DELETE FROM set_aside_messages WHERE message NOT IN (SELECT id FROM outbox)")
    con.execute("DELETE FROM visits WHERE at < ?", (to_us(visits_before),))
    for table, who, since in _DOERS:
        con.execute(
            f"UPDATE {table} SET {who} = '' WHERE {since} < ? AND {who} NOT IN ('', 'schedule')",  # noqa: S608
            (to_us(names_before),),
        )
    return gone


def _is_there(con: sqlite3.Connection, desk: str, about: Subject, subject: str) -> bool:
    wanted = (
        "SELECT 1 FROM articles a JOIN desk_articles d ON d.n = a.n WHERE d.desk = ? AND a.id = ?"
        if about == "article"
        else "SELECT 1 FROM stories WHERE desk = ? AND key = ?"
    )
    return con.execute(wanted, (desk, subject)).fetchone() is not None


def _handled(con: sqlite3.Connection, desk: str, about: Subject, subject: str) -> WorkStatus:
    row = con.execute(
        "SELECT * FROM handling WHERE desk = ? AND about = ? AND subject = ?", (desk, about, subject)
    ).fetchone()
    return _handling(row) if row else WorkStatus()


def _number(con: sqlite3.Connection, desk: str, article: str, *, hidden: bool) -> int | None:
    row = con.execute(
        "SELECT d.n FROM desk_articles d JOIN articles a ON a.n = d.n WHERE d.desk = ? AND a.id = ? AND d.hidden = ?",
        (desk, article, int(hidden)),
    ).fetchone()
    return row["n"] if row else None


def _seen_anew(con: sqlite3.Connection, desk: str, n: int) -> None:
    rows = con.execute("SELECT story FROM desk_articles WHERE desk = ? AND n = ?", (desk, n)).fetchall()
    stories.refresh_rows(con, [row["story"] for row in rows if row["story"] is not None], None)
    labels.write(con, n, desk)
    search.again(con, n)


def _note(row: sqlite3.Row) -> Note:
    same = {name: row[name] for name in ("id", "desk", "about", "subject", "text")}
    return Note(**same, at=from_us(row["at"]), by=row["who"])


def _handling(row: sqlite3.Row) -> WorkStatus:
    return WorkStatus(state=row["state"], assigned=row["assigned"], at=from_us(row["at"]), by=row["who"])


def _item(row: sqlite3.Row) -> HandItem:
    same = {name: row[name] for name in ("id", "desk", "source", "medium", "title", "day")}
    return HandItem(**same, where=row["place"], at=from_us(row["at"]), by=row["who"])


def _filter(row: sqlite3.Row) -> SavedFilter:
    return SavedFilter(
        id=row["id"], desk=row["desk"], topics=texts(row["topics"]), sources=texts(row["sources"]),
        at=from_us(row["at"]), by=row["who"],
    )  # fmt: skip
