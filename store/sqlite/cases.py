"""Cases with notes, files, steps and changes; what a desk has set for them; the office's releases."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.errors import AddressRefused
from core.records import (
    AnswerRules,
    Case,
    CaseChange,
    CaseEvent,
    CaseFile,
    CaseNote,
    KeptText,
    LetterTemplate,
    Release,
    TemplateKind,
)
from core.urls import host_of
from store.sql import upsert
from store.sqlite import audit
from store.sqlite.case_rows import case_values, dump_rules, kept_texts, load_case, load_release, load_rules
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, to_us

KEPT_HEADERS: Final = ("date", "etag", "last-modified", "content-type")
"""Of the answer that brought a text: what a reader of the evidence can hold against the publisher's own logs."""


class CaseBook:
    """The port CaseBook on SQLite."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def session(self) -> AbstractContextManager[object]:
        """Calls inside are one transaction, and whoever else writes waits for its end."""
        return self._db.write()

    def open(self, case: Case) -> Case:
        values = case_values(case)
        with self._db.write() as con:
            done = con.execute(
                f"INSERT INTO cases ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
                tuple(values.values()),
            )
            opened = replace(case, id=int(done.lastrowid or 0))
            _step(con, opened.id, "open", case.opened_at, case.opened_by, detail=case.kind.value)
            audit.write(
                con, case.opened_at, who=case.opened_by, action="case.open", subject=str(opened.id),
                detail=case.kind.value, desk=case.desk,
            )  # fmt: skip
            if case.article and case.closed_at is None:
                watch(con, case.article, case.opened_at)
        return opened

    def case(self, desk: str, number: int) -> Case | None:
        with self._db.read() as con:
            row = con.execute("SELECT * FROM cases WHERE desk = ? AND id = ?", (desk, number)).fetchone()
            return load_case(row) if row else None

    def cases(self, desk: str, *, closed: bool = False) -> tuple[Case, ...]:
        wanted = "=" if closed else "<>"
        order = "closed_at DESC" if closed else "due IS NULL, due, opened_at"
        with self._db.read() as con:
            rows = con.execute(
                f"SELECT * FROM cases WHERE desk = ? AND state {wanted} 'closed' ORDER BY {order}, id",  # noqa: S608
                (desk,),
            )
            return tuple(map(load_case, rows))

    def of_article(self, desk: str, article: str) -> tuple[Case, ...]:
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM cases WHERE desk = ? AND article = ? ORDER BY id", (desk, article))
            return tuple(map(load_case, rows))

    def open_of_article(self, article: str) -> tuple[Case, ...]:
        """Open cases of any desk about an article; asked with every text that changes, so quick where there is none."""
        with self._db.read() as con:
            rows = con.execute("SELECT * FROM cases WHERE article = ? AND state <> 'closed' ORDER BY id", (article,))
            return tuple(map(load_case, rows))

    def change(self, case: Case, what: str, at: datetime, by: str, detail: str = "") -> None:
        """Every column is written: a case that was read before this session would undo what others did since."""
        values = case_values(case)
        with self._db.write() as con:
            con.execute(
                f"UPDATE cases SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ? AND desk = ?",  # noqa: S608
                (*values.values(), case.id, case.desk),
            )
            _step(con, case.id, what, at, by, detail=detail)
            audit.write(con, at, who=by, action=f"case.{what}", subject=str(case.id), detail=detail, desk=case.desk)

    def notes(self, desk: str, number: int) -> tuple[CaseNote, ...]:
        with self._db.read() as con:
            return tuple(
                CaseNote(id=r["id"], at=from_us(r["at"]), by=r["who"], text=r["text"])
                for r in _of(con, "case_notes", desk, number)
            )

    def add_note(self, desk: str, number: int, text: str, at: datetime, by: str) -> bool:
        with self._db.write() as con:
            if not _touch(con, desk, number, at):
                return False
            con.execute(
                "INSERT INTO case_notes (cid, at, who, text) VALUES (?, ?, ?, ?)", (number, to_us(at), by, text)
            )
            audit.write(con, at, who=by, action="case.note", subject=str(number), desk=desk)
        return True

    def files(self, desk: str, number: int) -> tuple[CaseFile, ...]:
        with self._db.read() as con:
            return tuple(map(_file, _of(con, "case_files", desk, number)))

    def add_file(
        self, desk: str, number: int, *, name: str, media_type: str, content: bytes, at: datetime, by: str
    ) -> bool:
        with self._db.write() as con:
            if not _touch(con, desk, number, at):
                return False
            digest = hashlib.sha256(content).hexdigest()
            con.execute(
                "INSERT INTO case_files (cid, name, media_type, size, sha256, content, at, who)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (number, name, media_type, len(content), digest, content, to_us(at), by),
            )
            audit.write(con, at, who=by, action="case.attach", subject=str(number), detail=digest, desk=desk)
        return True

    def file(self, desk: str, number: int, file: int) -> tuple[CaseFile, bytes] | None:
        with self._db.read() as con:
            row = next((r for r in _of(con, "case_files", desk, number) if r["id"] == file), None)
            return (_file(row), row["content"]) if row else None

    def events(self, desk: str, number: int) -> tuple[CaseEvent, ...]:
        with self._db.read() as con:
            return tuple(
                CaseEvent(at=from_us(r["at"]), by=r["who"], what=r["what"], detail=r["detail"])
                for r in _of(con, "case_events", desk, number)
            )

    def changes(self, desk: str, number: int) -> tuple[CaseChange, ...]:
        with self._db.read() as con:
            return tuple(
                CaseChange(
                    at=from_us(r["at"]), before=r["before"], after=r["after"],
                    verified=None if r["verified"] is None else bool(r["verified"]), withdrawn=bool(r["withdrawn"]),
                )
                for r in _of(con, "case_changes", desk, number)
            )  # fmt: skip

    def note_change(self, number: int, text_hash: str, change: CaseChange) -> None:
        """What became of the quoted sentence in a new text; once a text."""
        verified = None if change.verified is None else int(change.verified)
        with self._db.write() as con:
            con.execute(
                "INSERT OR IGNORE INTO case_changes (cid, at, hash, before, after, verified, withdrawn)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, to_us(change.at), text_hash, change.before, change.after, verified, int(change.withdrawn)),
            )
            _step(con, number, "text", change.at, "", detail="withdrawn" if change.withdrawn else "changed")

    def texts(self, desk: str, article: str) -> tuple[KeptText, ...]:
        with self._db.read() as con:
            return kept_texts(con, desk, article)

    def note_origin(self, article: str, url: str, headers: Mapping[str, str], at: datetime) -> None:
        """Which answer brought the article's present text. Kept once a text."""
        kept = {name: headers[name] for name in KEPT_HEADERS if headers.get(name)}
        with self._db.write() as con:
            con.execute(
                "INSERT OR IGNORE INTO text_origins SELECT n, hash, ?, ?, ? FROM articles WHERE id = ?",
                (to_us(at), url, dump(kept), article),
            )

    def rules(self, desk: str) -> AnswerRules:
        with self._db.read() as con:
            row = con.execute("SELECT body FROM answer_rules WHERE desk = ?", (desk,)).fetchone()
            return load_rules(desk, row["body"]) if row else AnswerRules(desk=desk)

    def set_rules(self, rules: AnswerRules, at: datetime, by: str) -> None:
        with self._db.write() as con:
            con.execute(upsert("answer_rules", "desk, body", key="desk"), (rules.desk, dump_rules(rules)))
            audit.write(con, at, who=by, action="case.rules", subject=rules.desk, desk=rules.desk)

    def template(self, desk: str, kind: TemplateKind) -> LetterTemplate | None:
        with self._db.read() as con:
            row = con.execute(
                "SELECT * FROM letter_templates WHERE desk = ? AND kind = ? ORDER BY version DESC LIMIT 1", (desk, kind)
            ).fetchone()
        if row is None or row["docx"] is None:
            return None
        return LetterTemplate(kind=row["kind"], docx=row["docx"], version=row["version"])

    def set_template(self, desk: str, kind: TemplateKind, docx: bytes | None, at: datetime, by: str) -> None:
        with self._db.write() as con:
            con.execute(
                "INSERT INTO letter_templates SELECT :desk, :kind, coalesce(max(version), 0) + 1, :docx, :at, :who"
                " FROM letter_templates WHERE desk = :desk AND kind = :kind",
                {"desk": desk, "kind": kind, "docx": docx, "at": to_us(at), "who": by},
            )
            audit.write(
                con, at, who=by, action="template.change", subject=kind, detail="own" if docx else "shipped", desk=desk
            )

    def releases(self, desk: str | None = None, limit: int = 50) -> tuple[Release, ...]:
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM releases WHERE :desk IS NULL OR desk = :desk ORDER BY published DESC LIMIT :limit",
                {"desk": desk, "limit": limit},
            )
            return tuple(load_release(row) for row in rows)

    def release(self, number: int) -> Release | None:
        with self._db.read() as con:
            row = con.execute("SELECT * FROM releases WHERE cid = ?", (number,)).fetchone()
            return load_release(row) if row else None

    def publish(self, release: Release, by: str) -> None:
        with self._db.write() as con:
            con.execute(
                upsert("releases", "cid, desk, title, text, number, published", key="cid"),
                (release.case, release.desk, release.title, release.text, release.number, to_us(release.published)),
            )
            audit.write(
                con, release.published, who=by, action="release.publish", subject=str(release.case), desk=release.desk
            )

    def take_back(self, desk: str, number: int, at: datetime, by: str) -> None:
        with self._db.write() as con:
            if con.execute("DELETE FROM releases WHERE cid = ? AND desk = ?", (number, desk)).rowcount:
                audit.write(con, at, who=by, action="release.take_back", subject=str(number), desk=desk)


def watch(con: sqlite3.Connection, article: str, at: datetime) -> None:
    """The page of an article under an open case is looked at again at once, though its last look was over."""
    row = con.execute("SELECT n, url FROM articles WHERE id = ? AND state <> 'expired'", (article,)).fetchone()
    try:
        host = host_of(row["url"]) if row else ""
    except AddressRefused:
        host = ""
    if host:
        con.execute(
            "INSERT INTO looks (n, page, url, host, due, last_look, etag, last_modified)"
            " VALUES (?, ?, ?, ?, ?, ?, '', '')"
            " ON CONFLICT (n) DO UPDATE SET due = min(looks.due, excluded.due)",
            (row["n"], article, row["url"], host, to_us(at), to_us(at)),
        )


def note_withdrawn(con: sqlite3.Connection, article: str, at: datetime) -> None:
    """The publisher has taken the article down: its open cases show it."""
    rows = con.execute("SELECT * FROM cases WHERE article = ? AND state <> 'closed'", (article,)).fetchall()
    for case in map(load_case, rows):
        quote = case.ground.quote if case.ground else ""
        con.execute(
            "INSERT OR IGNORE INTO case_changes (cid, at, hash, before, after, withdrawn) VALUES (?, ?, ?, ?, '', 1)",
            (case.id, to_us(at), f"withdrawn {to_us(at)}", quote),
        )
        _step(con, case.id, "text", at, "", detail="withdrawn")


def forget_article(con: sqlite3.Connection, article: str) -> None:
    """Of an article that is erased: quotation, sentences and evidence go; that there was a case stays."""
    for row in con.execute("SELECT * FROM cases WHERE article = ?", (article,)).fetchall():
        case = replace(load_case(row), subject="—", title="", text_hash="", ground=None, body="")
        values = case_values(case)
        con.execute(
            f"UPDATE cases SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",  # noqa: S608
            (*values.values(), case.id),
        )
        for table in ("case_changes", "case_files", "case_notes"):
            con.execute(f"DELETE FROM {table} WHERE cid = ?", (case.id,))  # noqa: S608


QUOTED: Final = "SELECT 1 FROM cases c JOIN articles q ON q.id = c.article WHERE c.state <> 'closed' AND q.n = {n}"
"""Whether an open case quotes article {n}."""


def forget_closed(con: sqlite3.Connection, before: datetime) -> int:
    """Cases, with all that belongs to them, that were closed before that time."""
    return con.execute("DELETE FROM cases WHERE closed_at < ?", (to_us(before),)).rowcount


def _of(con: sqlite3.Connection, table: str, desk: str, number: int) -> Sequence[sqlite3.Row]:
    return con.execute(
        f"SELECT x.* FROM {table} x JOIN cases c ON c.id = x.cid WHERE c.desk = ? AND c.id = ? ORDER BY x.id",  # noqa: S608
        (desk, number),
    ).fetchall()


def _touch(con: sqlite3.Connection, desk: str, number: int, at: datetime) -> bool:
    done = con.execute(
        "UPDATE cases SET touched = ?, asked_at = NULL WHERE desk = ? AND id = ?", (to_us(at), desk, number)
    )
    return done.rowcount > 0


def _step(con: sqlite3.Connection, number: int, what: str, at: datetime, by: str, *, detail: str) -> None:
    con.execute(
        "INSERT INTO case_events (cid, at, who, what, detail) VALUES (?, ?, ?, ?, ?)",
        (number, to_us(at), by, what, detail),
    )


def _file(row: sqlite3.Row) -> CaseFile:
    return CaseFile(
        id=row["id"], name=row["name"], media_type=row["media_type"], size=row["size"], sha256=row["sha256"],
        at=from_us(row["at"]), by=row["who"],
    )  # fmt: skip
