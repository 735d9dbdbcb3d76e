"""The port PeriodReadings on SQLite: a period of one desk in one pass, without any text but what is quoted."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final

from core.clock import day_bounds
from core.records import ArticleText, MessageCounts, PeriodReading, ReportArticle, ReportAsk
from core.topics import TONES
from store.sqlite import counts, desks
from store.sqlite.database import Database
from store.sqlite.rows import focus_of, from_us, maybe_from_us, texts, to_us
from store.sqlite.stories import REPEATS

_BEGUN: Final = 0.25
"""A day counts as read from this share of a usual day's articles on: before it only stragglers were seen."""
_ROWS: Final = (
    "SELECT a.n, a.id, a.url, a.source, a.title, a.published_at, a.reserved, a.state, a.revised_at, d.day, d.focus,"  # noqa: S608
    f" d.mentions, coalesce(s.key, '') AS story, coalesce({REPEATS}, 0) AS repeats"
    " FROM desk_articles d JOIN articles a ON a.n = d.n LEFT JOIN stories s ON s.id = d.story"
    " LEFT JOIN article_stories x ON x.n = d.n"
    " WHERE d.desk = :desk AND d.hidden = 0 AND d.day BETWEEN :first AND :last"
)
_LABELS: Final = (
    "SELECT l.n, l.kind, l.key FROM desk_articles d JOIN desk_labels l ON l.desk = d.desk AND l.n = d.n"
    " WHERE d.desk = :desk AND d.day BETWEEN :first AND :last AND l.kind IN ('topic', 'tone', 'unit')"
    " ORDER BY l.n, l.kind, l.key"
)


class PeriodReadings:
    """Reads for reports. Errors of the database are StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def period(self, desk: str, ask: ReportAsk, *, before: date, back: date) -> PeriodReading:
        """Articles of the period (of its story or topic), and counts from the day `back` on."""
        with self._db.read() as con:
            articles = _articles(con, desk, ask)
            read = _read(con, back, ask.last)
            return PeriodReading(
                articles=articles,
                stories=_titles(con, desk, {article.story for article in articles}),
                by_day=_by_day(con, desk, ask, back),
                topics_before=_topics_before(con, desk, ask, before),
                read_by_day=read,
                sources_read=_sources_read(con, ask),
                since=_since(con, desk, read),
                messages=_messages(con, desk, ask),
            )

    def texts(self, desk: str, articles: Sequence[str]) -> Mapping[str, ArticleText]:
        """Texts of those that are live and whose publisher doesn't reserve text and data mining."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT a.id, a.lead, t.paragraphs FROM articles a JOIN desk_articles d ON d.n = a.n AND d.desk = ?"
                " LEFT JOIN article_text t ON t.n = a.n"
                " WHERE a.state = 'live' AND a.reserved = 0 AND a.id IN (SELECT value FROM json_each(?))",
                (desk, json.dumps(list(articles))),
            )
            return {
                row["id"]: ArticleText(id=row["id"], lead=row["lead"], paragraphs=texts(row["paragraphs"]))
                for row in rows
            }

    def story_span(self, desk: str, story: str) -> tuple[str, date, date] | None:
        """Present id, first and last day of a story, also of one that became part of it. None: not the desk's."""
        with self._db.read() as con:
            merged = con.execute(
                "SELECT into_story FROM story_merges WHERE desk = ? AND story = ?", (desk, story)
            ).fetchone()
            key = merged["into_story"] if merged else story
            row = con.execute(
                "SELECT min(d.day) AS first, max(d.day) AS last FROM stories s JOIN desk_articles d ON d.story = s.id"
                " WHERE s.desk = ? AND s.key = ? AND d.hidden = 0",
                (desk, key),
            ).fetchone()
        if row["first"] is None:
            return None
        return key, date.fromisoformat(row["first"]), date.fromisoformat(row["last"])


def _articles(con: sqlite3.Connection, desk: str, ask: ReportAsk) -> tuple[ReportArticle, ...]:
    asked = {"desk": desk, "first": ask.first.isoformat(), "last": ask.last.isoformat(), "story": ask.story}
    one = " AND s.key = :story" if ask.kind == "story" else ""
    labels: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in con.execute(_LABELS, asked):
        labels[row["n"]][row["kind"]].append(row["key"])
    found = (_article(row, labels[row["n"]]) for row in con.execute(f"{_ROWS}{one} ORDER BY d.listed_at, d.n", asked))
    return tuple(article for article in found if ask.kind != "topic" or ask.topic in article.topics)


def _article(row: sqlite3.Row, labels: Mapping[str, Sequence[str]]) -> ReportArticle:
    """`labels`: as they hold, kind -> keys (store.sqlite.labels)."""
    return ReportArticle(
        id=row["id"],
        url=row["url"],
        source=row["source"],
        title=row["title"],
        published=from_us(row["published_at"]),
        day=row["day"],
        focus=focus_of(row),
        topics=tuple(labels.get("topic", ())),
        tone=next((tone for tone in TONES if tone in labels.get("tone", ())), None),
        units=tuple(labels.get("unit", ())),
        story=row["story"],
        reprint=bool(row["repeats"]),
        reserved=bool(row["reserved"]),
        state=row["state"],
        revised_at=maybe_from_us(row["revised_at"]),
    )


def _titles(con: sqlite3.Connection, desk: str, keys: set[str]) -> dict[str, str]:
    rows = con.execute(
        "SELECT key, title FROM stories WHERE desk = ? AND key IN (SELECT value FROM json_each(?))",
        (desk, json.dumps(sorted(keys))),
    )
    return {row["key"]: row["title"] for row in rows}


def _by_day(con: sqlite3.Connection, desk: str, ask: ReportAsk, back: date) -> dict[str, int]:
    if ask.kind == "story":
        return {}
    rows = con.execute(
        "SELECT day, n FROM label_days WHERE desk = ? AND kind = ? AND key = ? AND day BETWEEN ? AND ?",
        (desk, "topic" if ask.topic else "all", ask.topic, back.isoformat(), ask.last.isoformat()),
    )
    return {row["day"]: row["n"] for row in rows}


def _topics_before(con: sqlite3.Connection, desk: str, ask: ReportAsk, before: date) -> dict[str, int]:
    if ask.kind in ("story", "topic"):
        return {}
    rows = con.execute(
        "SELECT key, sum(n) AS n FROM label_days WHERE desk = ? AND kind = 'topic' AND day BETWEEN ? AND ?"
        " GROUP BY key",
        (desk, before.isoformat(), (ask.first - timedelta(days=1)).isoformat()),
    )
    return {row["key"]: row["n"] for row in rows}


def _read(con: sqlite3.Connection, first: date, last: date) -> dict[str, int]:
    rows = con.execute(
        "SELECT day, sum(n) AS n FROM counts WHERE day BETWEEN ? AND ? AND outcome IN (?, ?) GROUP BY day",
        (first.isoformat(), last.isoformat(), counts.STOPPED, counts.KEPT),
    )
    return {row["day"]: row["n"] for row in rows}


def _sources_read(con: sqlite3.Connection, ask: ReportAsk) -> int:
    row = con.execute(
        "SELECT count(DISTINCT source) FROM counts WHERE day BETWEEN ? AND ? AND outcome IN (?, ?)",
        (ask.first.isoformat(), ask.last.isoformat(), counts.STOPPED, counts.KEPT),
    ).fetchone()
    return int(row[0])


def _since(con: sqlite3.Connection, desk: str, read: Mapping[str, int]) -> date | None:
    """The first day that was read like the others, and not before the desk was filled; None: nothing was read."""
    days = sorted(day for day, articles in read.items() if articles)
    if not days:
        return None
    usual = median(read[day] for day in days)
    begun = date.fromisoformat(next(day for day in days if read[day] >= _BEGUN * usual))
    return max(begun, desks.filled_from(con, desk) or begun)


def _messages(con: sqlite3.Connection, desk: str, ask: ReportAsk) -> MessageCounts:
    """Alert messages only: a report that was mailed is none, nor is a reminder of a case."""
    bounds = to_us(day_bounds(ask.first)[0]), to_us(day_bounds(ask.last)[1])
    rows = con.execute(
        "SELECT state, count(*) AS n FROM outbox WHERE desk = ? AND created >= ? AND created < ?"
        " AND key NOT LIKE 'report:%' AND key NOT LIKE 'case:%' GROUP BY state",
        (desk, *bounds),
    )
    by_state = {row["state"]: row["n"] for row in rows}
    waiting = sum(by_state.get(state, 0) for state in ("waiting", "claimed", "held"))
    told = {name: by_state.get(name, 0) for name in ("delivered", "page", "refused")}
    return MessageCounts(waiting=waiting, **told)
