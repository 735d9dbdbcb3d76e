"""The port ReportBook on SQLite: drafts with versions, issued reports frozen whole, and headlines for the portal.

Figures and words are JSON of the records; what an article's own sentences say goes when the article's text goes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from pydantic import TypeAdapter

from core.records import (
    Message,
    OfficePapers,
    Report,
    ReportAsk,
    ReportContent,
    ReportHead,
    ReportSchedule,
    ReportVersion,
    ReportWords,
    ShownHeadline,
)
from store.sqlite import audit, outbox
from store.sqlite.database import Database
from store.sqlite.report_contents import dump_content, load_content, oldest_quote, retitled
from store.sqlite.report_drafts import standing
from store.sqlite.rows import from_us, maybe_from_us, to_us

_ASK: Final = TypeAdapter(ReportAsk)
_WORDS: Final = TypeAdapter(ReportWords)
_PAPERS: Final = TypeAdapter(OfficePapers)
_HEADS: Final = (
    "SELECT r.*, r.content IS NULL AS purged, (SELECT max(v.number) FROM report_versions v WHERE v.report = r.id)"
    " AS version FROM reports r"
)


class ReportBook:
    """The port ReportBook on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def reports(self, desk: str, limit: int = 100) -> tuple[ReportHead, ...]:
        """The newest first."""
        with self._db.read() as con:
            rows = con.execute(f"{_HEADS} WHERE r.desk = ? ORDER BY r.id DESC LIMIT ?", (desk, limit))
            return tuple(_head(row) for row in rows)

    def report(self, desk: str, number: int) -> Report | None:
        """None where there is none, or its time is over. A draft quotes only what its papers print now."""
        with self._db.read() as con:
            row = _row(con, desk, number)
            if row is None or row["content"] is None:
                return None
            words = con.execute(
                "SELECT words FROM report_versions WHERE report = ? ORDER BY number DESC LIMIT 1", (number,)
            ).fetchone()
            collected = content = load_content(row["content"])
            if row["issued"] is None:
                content = standing(con, collected)
        return Report(
            head=replace(_head(row), title=retitled(row["title"], collected, content)),
            content=content,
            words=_WORDS.validate_json(words["words"]) if words else ReportWords(),
            papers=_PAPERS.validate_json(row["papers"]) if row["papers"] else None,
        )

    def versions(self, desk: str, number: int) -> tuple[ReportVersion, ...]:
        """The newest first."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT v.* FROM report_versions v JOIN reports r ON r.id = v.report WHERE r.desk = ? AND r.id = ?"
                " ORDER BY v.number DESC",
                (desk, number),
            )
            return tuple(
                ReportVersion(
                    number=row["number"],
                    words=_WORDS.validate_json(row["words"]),
                    at=from_us(row["at"]),
                    by=row["who"],
                )
                for row in rows
            )

    def add(self, content: ReportContent, title: str, words: ReportWords, at: datetime, by: str) -> int:
        """A new draft; its number."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "INSERT INTO reports (desk, ask, title, articles, created, created_by, collected, content,"
                " oldest_quote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    content.desk, _ASK.dump_json(content.ask).decode(), title, content.articles, to_us(at), by,
                    to_us(content.collected), dump_content(content), oldest_quote(content),
                ),
            )  # fmt: skip
            number = int(done.lastrowid or 0)
            _add_version(con, number, 1, words, at=at, by=by)
            audit.write(con, at, who=by, action="report.draft", subject=str(number), desk=content.desk)
        return number

    def write(
        self, desk: str, number: int, words: ReportWords, at: datetime, by: str, *, after: int | None = None
    ) -> bool:
        """The next version of a draft's words. False where nothing changed, there is none, or it is issued.

        And where a later version than `after` is there.
        """
        with self._db.write(durable=True) as con:
            row = _row(con, desk, number)
            if row is None or row["issued"] is not None or row["content"] is None:
                return False
            if after is not None and (row["version"] or 0) > after:
                return False
            last = con.execute(
                "SELECT words FROM report_versions WHERE report = ? ORDER BY number DESC LIMIT 1", (number,)
            ).fetchone()
            if last and _WORDS.validate_json(last["words"]) == words:
                return False
            version = (row["version"] or 0) + 1
            _add_version(con, number, version, words, at=at, by=by)
            audit.write(
                con, at, who=by, action="report.write", subject=str(number), detail=f"version {version}", desk=desk
            )
        return True

    def recollect(self, desk: str, number: int, content: ReportContent, at: datetime, by: str) -> bool:
        """Newer figures in a draft. False where there is none, or it is issued."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "UPDATE reports SET content = ?, articles = ?, collected = ?, oldest_quote = ?"
                " WHERE id = ? AND desk = ? AND issued IS NULL AND content IS NOT NULL",
                (
                    dump_content(content), content.articles, to_us(content.collected), oldest_quote(content),
                    number, desk,
                ),
            )  # fmt: skip
            if done.rowcount:
                audit.write(con, at, who=by, action="report.collect", subject=str(number), desk=desk)
        return bool(done.rowcount)

    def issue(
        self, desk: str, number: int, *, papers: OfficePapers | None, docx: bytes, at: datetime, by: str,
        read: ReportHead,
    ) -> bool:  # fmt: skip
        """From now on nothing of it changes. False where there is none, it is issued already, or is not as `read`."""
        kept = _PAPERS.dump_json(papers).decode() if papers else None
        with self._db.write(durable=True) as con:
            row = _row(con, desk, number)
            if row is None or row["issued"] is not None or row["content"] is None:
                return False
            if _head(row).read_as != read.read_as:
                return False
            collected = load_content(row["content"])
            content = standing(con, collected)
            title = retitled(row["title"], collected, content)
            done = con.execute(
                "UPDATE reports SET content = ?, title = ?, oldest_quote = ?, papers = ?, docx = ?, issued = ?,"
                " issued_by = ? WHERE id = ? AND desk = ? AND issued IS NULL",
                (dump_content(content), title, oldest_quote(content), kept, docx, to_us(at), by, number, desk),
            )
            if done.rowcount:
                audit.write(con, at, who=by, action="report.issue", subject=str(number), desk=desk)
        return bool(done.rowcount)

    def issued_docx(self, desk: str, number: int) -> bytes | None:
        """The file of an issued report; None of a draft, or where an article was erased from it since."""
        with self._db.read() as con:
            row = _row(con, desk, number)
        return row["docx"] if row is not None else None

    def remove(self, desk: str, number: int, at: datetime, by: str) -> bool:
        """Delete a draft. False where there is none, or it is issued."""
        with self._db.write(durable=True) as con:
            done = con.execute(
                "DELETE FROM reports WHERE id = ? AND desk = ? AND issued IS NULL", (number, desk)
            ).rowcount
            if done:
                audit.write(con, at, who=by, action="report.remove", subject=str(number), desk=desk)
        return bool(done)

    def schedules(self, desk: str | None = None) -> tuple[ReportSchedule, ...]:
        """Of one desk, or of all."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM report_schedules WHERE (:desk IS NULL OR desk = :desk) ORDER BY desk, kind",
                {"desk": desk},
            )
            return tuple(_schedule(row) for row in rows)

    def set_schedule(self, schedule: ReportSchedule, at: datetime, by: str) -> None:
        """Take a schedule in the place of the one of its kind. What was drafted already is not drafted again."""
        with self._db.write(durable=True) as con:
            con.execute(
                "INSERT INTO report_schedules (desk, kind, weekday, minute, mail, enabled, last_done)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (desk, kind) DO UPDATE SET weekday = excluded.weekday,"
                " minute = excluded.minute, mail = excluded.mail, enabled = excluded.enabled",
                (
                    schedule.desk, schedule.kind, schedule.weekday, schedule.minute, int(schedule.mail),
                    int(schedule.enabled), schedule.last_done.isoformat() if schedule.last_done else None,
                ),
            )  # fmt: skip
            audit.write(con, at, who=by, action="report.schedule", subject=schedule.kind, desk=schedule.desk)

    def session(self) -> AbstractContextManager[object]:
        """Calls inside are one transaction."""
        return self._db.write(durable=True)

    def schedule_done(self, desk: str, kind: str, last: date, today: date) -> bool:
        """That the period which ends on that day is drafted; False where it was already.

        One that ends after `today` was drafted while the clock was ahead, and stands for none before it.
        """
        with self._db.write(durable=True) as con:
            done = con.execute(
                "UPDATE report_schedules SET last_done = :last WHERE desk = :desk AND kind = :kind"
                " AND (last_done IS NULL OR last_done < :last OR last_done > :today)",
                {"last": last.isoformat(), "today": today.isoformat(), "desk": desk, "kind": kind},
            )
            return done.rowcount == 1

    def template(self, desk: str) -> bytes | None:
        """The desk's own template; None: the shipped one."""
        with self._db.read() as con:
            row = con.execute("SELECT docx FROM report_templates WHERE desk = ?", (desk,)).fetchone()
            return row["docx"] if row else None

    def set_template(self, desk: str, docx: bytes | None, at: datetime, by: str) -> None:
        """Take an office's own template, or with None go back to the shipped one."""
        with self._db.write(durable=True) as con:
            con.execute("DELETE FROM report_templates WHERE desk = ?", (desk,))
            if docx is not None:
                con.execute("INSERT INTO report_templates VALUES (?, ?, ?, ?)", (desk, docx, to_us(at), by))
            audit.write(con, at, who=by, action="report.template", subject="own" if docx else "shipped", desk=desk)

    def send(self, messages: Sequence[Message], tells_of: Mapping[str, datetime], at: datetime) -> int:
        """Put a report's mails into the outbox; the articles they tell of with their publication. Returns the new."""
        with self._db.write(durable=True) as con:
            return outbox.enqueue(con, messages, at, tells_of=tells_of)

    def headlines(self, desk: str, limit: int = 50) -> tuple[ShownHeadline, ...]:
        """Chosen ones that are still there, the newest published first."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT a.id, a.title, a.url, a.source, a.published_at, h.chosen FROM report_headlines h"
                " JOIN articles a ON a.n = h.n JOIN desk_articles d ON d.n = h.n AND d.desk = h.desk"
                " WHERE h.desk = ? AND a.state <> 'withdrawn' AND d.hidden = 0 ORDER BY h.n DESC LIMIT ?",
                (desk, limit),
            )
            return tuple(
                ShownHeadline(
                    article=row["id"],
                    title=row["title"],
                    url=row["url"],
                    source=row["source"],
                    published=from_us(row["published_at"]),
                    chosen=from_us(row["chosen"]),
                )
                for row in rows
            )

    def show_headline(self, desk: str, article: str, shown: bool, at: datetime, by: str) -> bool:
        """False where the desk has no such live article, or nothing changes."""
        with self._db.write(durable=True) as con:
            if shown:
                done = con.execute(
                    "INSERT OR IGNORE INTO report_headlines SELECT d.desk, d.n, ?, ? FROM desk_articles d"
                    " JOIN articles a ON a.n = d.n WHERE d.desk = ? AND a.id = ? AND a.state = 'live' AND d.hidden = 0",
                    (to_us(at), by, desk, article),
                )
            else:
                done = con.execute(
                    "DELETE FROM report_headlines WHERE desk = ? AND n = (SELECT n FROM articles WHERE id = ?)",
                    (desk, article),
                )
            if done.rowcount > 0:
                action = "headline.show" if shown else "headline.hide"
                audit.write(con, at, who=by, action=action, subject=article, desk=desk)
        return done.rowcount > 0


def _row(con: sqlite3.Connection, desk: str, number: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = con.execute(f"{_HEADS} WHERE r.desk = ? AND r.id = ?", (desk, number)).fetchone()
    return row


def _add_version(
    con: sqlite3.Connection, report: int, number: int, words: ReportWords, *, at: datetime, by: str
) -> None:
    con.execute(
        "INSERT INTO report_versions VALUES (?, ?, ?, ?, ?)",
        (report, number, _WORDS.dump_json(words).decode(), to_us(at), by),
    )


def _head(row: sqlite3.Row) -> ReportHead:
    return ReportHead(
        id=row["id"],
        desk=row["desk"],
        ask=_ASK.validate_json(row["ask"]),
        title=row["title"],
        articles=row["articles"],
        created=from_us(row["created"]),
        by=row["created_by"],
        collected=from_us(row["collected"]),
        version=row["version"] or 0,
        issued=maybe_from_us(row["issued"]),
        issued_by=row["issued_by"],
        purged=bool(row["purged"]),
    )


def _schedule(row: sqlite3.Row) -> ReportSchedule:
    return ReportSchedule(
        desk=row["desk"],
        kind=row["kind"],
        weekday=row["weekday"],
        minute=row["minute"],
        mail=bool(row["mail"]),
        enabled=bool(row["enabled"]),
        last_done=date.fromisoformat(row["last_done"]) if row["last_done"] else None,
    )
