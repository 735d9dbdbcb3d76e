"""The port ReadingRoom: what pages and reports ask of the record, for one desk."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta

from core.ports import StoryTelling
from core.records import (
    DayCount,
    LabelCount,
    ListedArticle,
    OutboxRow,
    ReadArticle,
    ReadStory,
    RevisionText,
    Step,
    StoryView,
)
from store.sqlite import desks, labels, revisions, storytelling
from store.sqlite.counts import Counts
from store.sqlite.database import Database
from store.sqlite.health import Health
from store.sqlite.outbox import ROW_COLUMNS, load_row
from store.sqlite.rows import LISTED_COLUMNS, LISTED_FROM, load_listed, texts
from store.sqlite.stories import PlainTelling


class ReadingRoom(Health):
    """Reads for pages. Errors of the database are StoreError."""

    def __init__(self, db: Database, telling: StoryTelling | None = None) -> None:
        super().__init__(db)
        self._telling = telling or PlainTelling()
        self._counts = Counts(db)

    def day(self, desk: str, day: date) -> tuple[ListedArticle, ...]:
        """Articles published (or, where later, first seen) on that Vietnamese day, newest first.

        What an endpoint already listed when it was first asked belongs to its day of publication.
        """
        return self._between(desk, day, day)

    def _between(self, desk: str, first: date, last: date) -> tuple[ListedArticle, ...]:
        with self._db.read() as con:
            rows = con.execute(
                f"SELECT {LISTED_COLUMNS} FROM {LISTED_FROM} WHERE d.desk = ? AND d.day BETWEEN ? AND ?"  # noqa: S608
                " AND d.hidden = 0 ORDER BY d.listed_at DESC, d.n DESC",
                (desk, first.isoformat(), last.isoformat()),
            )
            return tuple(load_listed(row) for row in rows)

    def article(self, desk: str, article_id: str) -> ReadArticle | None:
        """The article as this desk sees it; None where it doesn't concern the desk (or is not there)."""
        with self._db.read() as con:
            row = con.execute(
                f"SELECT {LISTED_COLUMNS}, t.paragraphs, t.captions FROM {LISTED_FROM}"  # noqa: S608
                " LEFT JOIN article_text t ON t.n = d.n WHERE a.id = ? AND d.desk = ?",
                (article_id, desk),
            ).fetchone()
        return None if row is None else _read_article(row)

    def day_counts(self, desk: str, last: date, days: int = 7) -> tuple[DayCount, ...]:
        """One line a day, oldest first, the last being `last`; days without articles too."""
        wanted = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
        with self._db.read() as con:
            rows = con.execute(
                "SELECT day, count(*) AS n FROM desk_articles WHERE desk = ? AND hidden = 0 AND day BETWEEN ? AND ?"
                " GROUP BY day",
                (desk, wanted[0].isoformat(), last.isoformat()),
            )
            about = {row["day"]: row["n"] for row in rows}
            read = self._counts.read_by_day(wanted[0], last)
            begun = desks.filled_from(con, desk) or wanted[0]
        return tuple(
            DayCount(day=key, articles=about.get(key, 0), read=read.get(key, 0), whole=day >= begun)
            for day, key in ((day, day.isoformat()) for day in wanted)
        )

    def stories(self, desk: str, day: date, at: datetime) -> tuple[StoryView, ...]:
        """Stories with an article on that Vietnamese day, with its articles of the day; the newest article's first."""
        return self.stories_between(desk, day, day, at)

    def stories_between(self, desk: str, first: date, last: date, at: datetime) -> tuple[StoryView, ...]:
        """The same for several days, both included."""
        with self._db.read() as con:
            asked = storytelling.Asked(con=con, desk=desk, at=at, telling=self._telling)
            return storytelling.of_day(asked, self._between(desk, first, last))

    def label_counts(self, desk: str, first: date, last: date, step: Step) -> tuple[LabelCount, ...]:
        """Articles by topic, tone (only where it is sure), unit and in all, in steps of time, in their order."""
        with self._db.read() as con:
            return labels.counts(con, desk, first, last, step)

    def story(self, desk: str, story: str, at: datetime) -> ReadStory | None:
        """A story with its timeline; the id of one that was merged leads to what it became."""
        with self._db.read() as con:
            asked = storytelling.Asked(con=con, desk=desk, at=at, telling=self._telling)
            return storytelling.read(asked, story)

    def revisions(self, desk: str, article_id: str) -> tuple[RevisionText, ...]:
        """What has changed in an article, the newest change first; empty where it is not the desk's."""
        with self._db.read() as con:
            return revisions.of_article(con, desk, article_id)

    def messages(self, desk: str, limit: int = 50) -> tuple[OutboxRow, ...]:
        """The desk's messages, newest first."""
        with self._db.read() as con:
            rows = con.execute(
                f"SELECT {ROW_COLUMNS} FROM outbox o WHERE desk = ? ORDER BY id DESC LIMIT ?",  # noqa: S608
                (desk, limit),
            )
            return tuple(load_row(row) for row in rows)


def _read_article(row: sqlite3.Row) -> ReadArticle:
    return ReadArticle(
        listed=load_listed(row),
        paragraphs=texts(row["paragraphs"]),
        captions=texts(row["captions"]),
        revisions=row["revisions"],
        model=row["model"],
    )
