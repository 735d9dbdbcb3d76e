"""Daily counts for an index of their own: whole days, counted anew from the labels as they hold for each desk."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from core.clock import local_day
from core.records import Change, Cursor, Cut, DailyCount, DailyReading, EndpointStatus
from core.topics import HARM_TOPICS
from store.sqlite import labels
from store.sqlite.changes import Changes
from store.sqlite.database import Database
from store.sqlite.health import Health

FORM: Final = "1"
"""Changes whenever days are counted by other rules."""
_READABLE: Final = "ok"
_Row = tuple[Cut, str, str, str]


class DailyCounts:
    """Behind core.ports.DailyCounts. Errors of the database are StoreError."""

    form: str = f"{FORM}.{labels.VERSION}"

    def __init__(self, db: Database) -> None:
        self._db, self._changes, self._health = db, Changes(db), Health(db)

    def days(self) -> Mapping[str, Collection[str]]:
        """Desk -> ISO days on which it has articles."""
        found: dict[str, list[str]] = defaultdict(list)
        with self._db.read() as con:
            for row in con.execute("SELECT desk, day FROM label_days WHERE kind = 'all' ORDER BY desk, day"):
                found[row["desk"]].append(row["day"])
        return found

    def totals(self, desk: str) -> Mapping[str, int]:
        """ISO day -> articles of a desk."""
        with self._db.read() as con:
            rows = con.execute("SELECT day, n FROM label_days WHERE desk = ? AND kind = 'all'", (desk,))
            return {row["day"]: row["n"] for row in rows}

    def counts(self, desk: str, day: str) -> list[DailyCount]:
        """All counts of a desk's day."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT l.n, l.kind, l.key FROM desk_labels l WHERE l.desk = ?"
                " AND l.n IN (SELECT d.n FROM desk_articles d WHERE d.desk = ? AND d.day = ? AND d.hidden = 0)"
                " AND l.kind IN ('topic', 'tone', 'unit')",
                (desk, desk, day),
            ).fetchall()
        counted = Counter(cell for marks in _by_article(rows) for cell in _cells(marks))
        return [
            DailyCount(desk=desk, day=day, cut=cut, place=place, topic=topic, tone=tone, articles=n)
            for (cut, place, topic, tone), n in sorted(counted.items())
        ]

    def reading(self, day: str, at: datetime) -> list[DailyReading]:
        """How publishers were read on a day, and what each desk kept; of the day of `at` also those not read at all."""
        live = _live(self._health, at) if day == local_day(at).isoformat() else {}
        with self._db.read() as con:
            counted = _counted(con, day)
            kept = [row for desk in _desks(con) for row in con.execute(_KEPT, (desk, day)).fetchall()]
        whole = {source: _reading(day, source, counted.get(source, {}), live) for source in sorted({*counted, *live})}
        of_desks = [
            DailyReading(
                day=day, publisher=row["source"], desk=row["desk"], kept=row["n"],
                read=whole[row["source"]].read if row["source"] in whole else 0,
                health=whole[row["source"]].health if row["source"] in whole else _READABLE,
            )
            for row in kept
        ]  # fmt: skip
        return [*whole.values(), *of_desks]

    def reading_days(self) -> Collection[str]:
        """ISO days of which there is something to say."""
        with self._db.read() as con:
            rows = con.execute("SELECT day FROM counts UNION SELECT day FROM label_days WHERE kind = 'all' ORDER BY 1")
            return [row["day"] for row in rows]

    def reading_marks(self, first: date) -> Mapping[str, str]:
        """ISO day from `first` on -> a mark that changes with the day's figures of reading."""
        marks: dict[str, hashlib.blake2b] = {}
        with self._db.read() as con:
            rows = con.execute(
                "SELECT * FROM counts WHERE day >= ? ORDER BY day, source, outcome", (first.isoformat(),)
            )
            for row in rows:
                mark = marks.setdefault(row["day"], hashlib.blake2b(digest_size=8))
                mark.update(f"{row['source']} {row['outcome']} {row['n']}\n".encode())
        return {day: mark.hexdigest() for day, mark in marks.items()}

    def touched(self, changes: Sequence[Change]) -> tuple[set[tuple[str, str]], set[str]]:
        """(desk, day) in which changed articles stand, and desks that lost one whose day is not known any more."""
        with self._db.read() as con:
            known = {
                article: con.execute(
                    "SELECT d.desk, d.day FROM articles a JOIN desk_articles d ON d.n = a.n WHERE a.id = ?", (article,)
                ).fetchall()
                for article in {change.article for change in changes}
            }
            every = set(_desks(con))
        days = {(row["desk"], row["day"]) for rows in known.values() for row in rows}
        lost = [change.desk for change in changes if not known[change.article]]
        return days, every | {d for d in lost if d} if None in lost else {d for d in lost if d}

    def cursor(self, reader: str) -> Cursor:
        """See core.ports.DailyCounts, as for the rest."""
        return self._changes.cursor(reader)

    def since(self, seq: int, limit: int = 1000) -> list[Change]:
        return self._changes.since(seq, limit)

    def position(self, reader: str) -> int:
        return self._changes.position(reader)

    def last(self) -> int:
        return self._changes.last()

    def gap(self, reader: str) -> bool:
        """Whether lines that this reader has not taken are gone from the log."""
        with self._db.read() as con:
            oldest = con.execute("SELECT min(seq) FROM changes").fetchone()[0]
        return oldest is not None and oldest > self.position(reader) + 1

    def acknowledge(self, read: Cursor, seq: int) -> bool:
        return self._changes.acknowledge(read, seq)


_KEPT: Final = (
    "SELECT d.desk, a.source, count(*) AS n FROM desk_articles d JOIN articles a ON a.n = d.n"
    " WHERE d.desk = ? AND d.day = ? AND d.hidden = 0 GROUP BY d.desk, a.source ORDER BY a.source"
)


def _desks(con: sqlite3.Connection) -> list[str]:
    return [row["id"] for row in con.execute("SELECT id FROM desks ORDER BY id")]


def _by_article(rows: Sequence[sqlite3.Row]) -> Collection[Mapping[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row["n"]][row["kind"]].append(row["key"])
    return found.values()


def _cells(marks: Mapping[str, list[str]]) -> Iterator[_Row]:
    """Where an article counts. Tone stands alone or beside a topic of harm, never beside another topic."""
    (tone,) = marks.get("tone") or ("",)
    topics = [(topic, tone if topic in HARM_TOPICS else "") for topic in marks.get("topic", ())]
    yield "all", "", "", tone
    for topic, beside in topics:
        yield "topic", "", topic, beside
    for place in marks.get("unit", ()):
        yield "place", place, "", ""
        for topic, beside in topics:
            yield "place_topic", place, topic, beside


def _live(health: Health, at: datetime) -> dict[str, str]:
    """Source -> its status now, as one word; one that was never asked is not told."""
    return {one.source: one.standing for one in health.sources(at) if one.status is not EndpointStatus.NEW}


def _counted(con: sqlite3.Connection, day: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in con.execute("SELECT source, outcome, n FROM counts WHERE day = ?", (day,)):
        found[row["source"]][row["outcome"]] = row["n"]
    return found


def _reading(day: str, source: str, counted: Mapping[str, int], live: Mapping[str, str]) -> DailyReading:
    failed = sum(n for outcome, n in counted.items() if outcome.startswith("failed:"))
    read = counted.get("stopped", 0) + counted.get("kept", 0)
    refused = 2 * counted.get("failed:blocked", 0) > failed
    past = _READABLE if read or not failed else "blocked" if refused else "failing"
    return DailyReading(
        day=day, publisher=source, found=counted.get("found", 0), read=read, kept=counted.get("kept", 0),
        failed=failed, health=live.get(source, past),
    )  # fmt: skip
