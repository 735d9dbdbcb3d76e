"""Labels as they hold for a desk, a row each: what facets and figures over time are counted from.

Derived from desk_articles and corrections; written anew in the transaction of whatever changes either.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from typing import Final

from core.records import LabelCount, Step
from store.sqlite import meta
from store.sqlite.database import Database
from store.sqlite.rows import (
    LISTED_COLUMNS,
    LISTED_FROM,
    dump_labels,
    focus_of,
    load_labels,
    load_listed,
)

VERSION: Final = "1"
"""Changes whenever the labels of an article change: they are then written anew."""

_SLOT: Final[dict[Step, str]] = {
    "day": "day",
    "week": "date(day, 'weekday 0', '-6 days')",
    "month": "substr(day, 1, 7) || '-01'",
}


def write(con: sqlite3.Connection, n: int, desk: str | None = None) -> None:
    """The labels of an article, for one desk or for all that see it. An article set aside has none.

    The places of one whose text is gone stay as they were written: nothing else tells them any more.
    """
    asked = (n, desk)
    places = con.execute(
        "SELECT l.desk, l.kind, l.key FROM desk_labels l JOIN articles a ON a.n = l.n"
        " WHERE l.n = ? AND l.desk = coalesce(?, l.desk) AND l.kind = 'unit' AND a.state <> 'live'",
        asked,
    ).fetchall()
    con.execute("DELETE FROM desk_labels WHERE n = ? AND desk = coalesce(?, desk)", asked)
    rows = con.execute(
        f"SELECT {LISTED_COLUMNS}, d.desk, d.day FROM {LISTED_FROM}"  # noqa: S608
        " WHERE d.n = ? AND d.desk = coalesce(?, d.desk) AND d.hidden = 0",
        asked,
    ).fetchall()
    for row in rows:
        kept = {(place["kind"], place["key"]) for place in places if place["desk"] == row["desk"]}
        con.executemany(
            "INSERT INTO desk_labels (desk, n, kind, key, day) VALUES (?, ?, ?, ?, ?)",
            [(row["desk"], n, kind, key, row["day"]) for kind, key in _labels(row) | kept],
        )


def strip_words(con: sqlite3.Connection, n: int) -> None:
    """Take the text's own words out of an article's labels; what they say of it stays."""
    for row in con.execute("SELECT desk, focus, mentions, topics FROM desk_articles WHERE n = ?", (n,)).fetchall():
        bare = [replace(label, words=()) for label in load_labels(row["topics"])]
        con.execute(
            "UPDATE desk_articles SET focus = ?, mentions = '[]', topics = ? WHERE desk = ? AND n = ?",
            (int(focus_of(row)), dump_labels(bare), row["desk"], n),
        )


def settle(con: sqlite3.Connection, n: int) -> None:
    """Take the labels as people have corrected them for the article's own: the corrections are about to go."""
    rows = con.execute(
        f"SELECT {LISTED_COLUMNS}, d.desk FROM {LISTED_FROM} WHERE d.n = ?"  # noqa: S608
        " AND EXISTS (SELECT 1 FROM corrections c WHERE c.n = d.n AND c.desk = d.desk AND c.undone_at IS NULL)",
        (n,),
    ).fetchall()
    for row in rows:
        listed = load_listed(row)
        con.execute(
            "UPDATE desk_articles SET topics = ?, tone = ?, tone_score = ? WHERE desk = ? AND n = ?",
            (dump_labels(listed.topics), listed.tone.label, listed.tone.score, row["desk"], n),
        )


def of_topics(con: sqlite3.Connection, n: int) -> list[tuple[str, str]]:
    """(desk, topic) as they hold."""
    rows = con.execute(
        "SELECT l.desk, l.key FROM desk_articles d JOIN desk_labels l ON l.desk = d.desk AND l.n = d.n"
        " WHERE d.n = ? AND l.kind = 'topic' ORDER BY 1, 2",
        (n,),
    )
    return [(row["desk"], row["key"]) for row in rows]


def bring_up_to_date(db: Database) -> bool:
    """Write all labels anew where they were written by other rules than the present ones; True where that was so."""
    with db.read() as con:
        written_by = meta.get(con, "labels")
    if written_by == VERSION:
        return False
    with db.write() as con:
        for found in con.execute("SELECT DISTINCT n FROM desk_articles ORDER BY n").fetchall():
            write(con, found["n"])
        meta.put(con, "labels", VERSION)
    return True


def counts(con: sqlite3.Connection, desk: str, first: date, last: date, step: Step) -> tuple[LabelCount, ...]:
    """Articles by slot, kind and key, both days included."""
    rows = con.execute(
        f"SELECT {_SLOT[step]} AS slot, kind, key, sum(n) AS n FROM label_days"  # noqa: S608
        " WHERE desk = ? AND day BETWEEN ? AND ? GROUP BY slot, kind, key ORDER BY slot, kind, key",
        (desk, first.isoformat(), last.isoformat()),
    )
    return tuple(LabelCount(slot=r["slot"], kind=r["kind"], key=r["key"], articles=r["n"]) for r in rows)


def _labels(row: sqlite3.Row) -> set[tuple[str, str]]:
    listed = load_listed(row)
    return {
        ("all", ""),
        ("source", listed.source),
        ("tone", listed.tone.label if listed.tone.sure else "unsure"),
        *(("topic", label.topic) for label in listed.topics),
        *(("unit", mention.unit) for mention in listed.mentions),
    }
