"""Nothing is kept longer than design says: one purge, and `erase` for a single article. Both may be repeated."""

from __future__ import annotations

import logging
import sqlite3
from calendar import monthrange
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.settings import KeepSettings
from store.sqlite import (
    alerting,
    audit,
    cases,
    changes,
    channels,
    comparisons,
    desk_work,
    elapsed,
    factbook,
    labels,
    leases,
    old_files,
    pages,
    past_messages,
    people,
    report_contents,
    search,
    stones,
    stories,
)
from store.sqlite.database import Database
from store.sqlite.keeping import Keeping
from store.sqlite.rows import day_of, from_us, maybe_from_us, to_us
from store.sqlite.stones import Stone

_LOG = logging.getLogger(__name__)
FORGET_UNLISTED: Final = timedelta(days=60)
"""How long the bare id of a page is remembered after its publisher last listed it, so that it isn't read again."""
_CHANGES_DAYS: Final = 35
_AT_ONCE: Final = 200
_LONGEST_MONTHS: Final = 36
"""A text that an open case quotes is kept up to design's bound for article texts, whatever the setting says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many of each went."""

    texts: int
    replaced: int
    pages: int
    forgotten: int
    messages: int
    audit: int
    changes: int
    backups: int = 0


class Retention:
    """Deletes what has had its time."""

    def __init__(self, db: Database, path: Path, keep: KeepSettings) -> None:
        self._db = db
        self._path = path
        self._keeping = Keeping(db, keep)
        self._leap_told = False

    def purge(self, at: datetime) -> Purged:
        """Delete everything whose time is over, in short transactions; safe to stop and to repeat.

        Backups go last: StoreError for one that can't be deleted comes after all else is done.
        """
        keep = self._keeping.now()
        texts_before = months_before(at, keep.article_months)
        with self._db.write() as con:
            channels.purge(con, at)
            people.purge(con, at, months_before(at, keep.account_months))
            leases.purge(con, at)
        purged = Purged(
            texts=self._texts(at, texts_before, months_before(at, _LONGEST_MONTHS)),
            replaced=self._replaced(at - timedelta(days=keep.replaced_days)),
            pages=self._pages(at - timedelta(days=keep.stopped_days), at),
            forgotten=self._forgotten(at),
            messages=self._messages(months_before(at, keep.delivery_months), texts_before, at),
            audit=self._audit(months_before(at, keep.audit_months)),
            changes=self._changes(at - timedelta(days=_CHANGES_DAYS)),
        )
        self._office(at, keep)
        self._answers(at, keep)
        with self._db.write() as con:
            report_contents.purge(con, texts_before)
        self._scrub(index=bool(purged.texts or purged.replaced))
        backups = self.tidy(at)
        _LOG.info("purged", extra={**asdict(purged), "backups": backups})
        return replace(purged, backups=backups)

    def believes(self, at: datetime) -> bool:
        """Whether what is over at `at` may be deleted: not at once where the clock has leapt by weeks, it may be wrong.

        To be asked before every deletion by the clock that nobody has asked for, and each `elapsed.ASKED_EVERY`.
        """
        with self._db.write() as con:
            known, sure = elapsed.doubted(con), elapsed.believed(con, at)
            leap, new = elapsed.leap(con, at), elapsed.doubted(con) != known
        if leap and new and not self._leap_told:
            before, after = (f"{moment:%Y-%m-%d %H:%M}" for moment in leap)
            _LOG.warning("the clock leapt from %s to %s UTC; %s", before, after, elapsed.ADVICE)
        self._leap_told = leap is not None and (new or self._leap_told)
        return sure

    def leap(self, at: datetime) -> tuple[datetime, datetime] | None:
        """When time was last seen to pass, and `at`, where the clock that says `at` is doubted; None: it is not."""
        with self._db.read() as con:
            return elapsed.leap(con, at)

    def tidy(self, at: datetime) -> int:
        """What each machine has on its own disk: note what was erased, delete old copies of the record; how many went.

        Raises StoreError for one that can't be deleted.
        """
        self.note()
        return old_files.remove_old(self._path, at - timedelta(days=self._keeping.now().backup_days), at)

    def note(self) -> None:
        """Write beside the record what other machines have erased from it too: a restore here then forgets it again."""
        with self._db.read() as con:
            gone = people.gone(con)
        stones.note(self._path, self.stones(), gone)

    def _answers(self, at: datetime, keep: KeepSettings) -> None:
        """Closed cases with their evidence, uploads nobody confirmed, comparisons of texts that are gone."""
        with self._db.write() as con:
            cases.forget_closed(con, months_before(at, keep.case_months))
            factbook.forget_imports(con, at)
            comparisons.forget_replaced(con, to_us(at - timedelta(days=1)))

    def _office(self, at: datetime, keep: KeepSettings) -> None:
        """Notes, states and items entered by hand go with the texts of their time, visits with the reading logs."""
        with self._db.write() as con:
            desk_work.purge(
                con,
                texts_before=months_before(at, keep.article_months),
                visits_before=months_before(at, keep.delivery_months),
                names_before=months_before(at, keep.audit_months),
            )
            desk_work.forget_ended_stories(con)

    def erase(self, article_id: str, at: datetime, by: str) -> bool:
        """Remove one article everywhere and leave a stone with address and date; False where it is not there.

        The stone is on the disk before anything goes, so that an interrupted erase is finished by `replay_stones`. Of
        one whose rows went and whose words could not be taken out of the index's files (a full disk) the rest is done.
        """
        with self._db.read() as con:
            row = con.execute("SELECT url, published_at FROM articles WHERE id = ?", (article_id,)).fetchone()
            stone_there = con.execute("SELECT 1 FROM stones WHERE article = ?", (article_id,)).fetchone()
        if row is None:
            if stone_there:
                self._scrub(index=True)
            return False
        stone = Stone(article=article_id, url=row["url"], published_at=maybe_from_us(row["published_at"]), erased_at=at)
        stones.add(self._path, stone)
        with self._db.write(durable=True) as con:
            erase_rows(con, stone)
            audit.write(con, at, who=by, action="article.erase", subject=article_id)
        self._scrub(index=True)
        return True

    def stones(self) -> tuple[Stone, ...]:
        """What was erased, in order of time."""
        with self._db.read() as con:
            return tuple(
                Stone(
                    article=r["article"],
                    url=r["url"],
                    published_at=maybe_from_us(r["published_at"]),
                    erased_at=from_us(r["erased_at"]),
                )
                for r in con.execute("SELECT * FROM stones ORDER BY erased_at, article")
            )

    def replay_stones(self) -> int:
        """Erase again what the file of stones names and the record still (or again) has. Returns how many."""
        with self._db.write(durable=True) as con:
            again = replay(con, stones.read(self._path))
        if again:
            self._scrub(index=True)
        return again

    def _texts(self, at: datetime, before: datetime, longest: datetime) -> int:
        """Texts of old articles: title, address and date stay, and the counts. `longest`: where a case quotes them."""
        gone = 0
        while True:
            with self._db.write() as con:
                rows = con.execute(
                    "SELECT n FROM articles WHERE state = 'live' AND first_seen < ? AND (first_seen < ? OR NOT EXISTS"  # noqa: S608
                    f" ({cases.QUOTED.format(n='articles.n')})) LIMIT ?",
                    (to_us(before), to_us(longest), _AT_ONCE),
                ).fetchall()
                for row in rows:
                    _expire(con, row["n"], at)
            gone += len(rows)
            if len(rows) < _AT_ONCE:
                return gone

    def _replaced(self, before: datetime) -> int:
        with self._db.write() as con:
            rows = con.execute(
                "UPDATE revisions SET title = NULL, lead = NULL, paragraphs = NULL, captions = NULL"  # noqa: S608
                f" WHERE title IS NOT NULL AND replaced_at < ? AND NOT EXISTS ({_QUOTED_HERE}) RETURNING n",
                (to_us(before),),
            ).fetchall()
            for n in {row["n"] for row in rows}:
                _forget_origins(con, n)
            return len(rows)

    def _pages(self, before: datetime, at: datetime) -> int:
        """Address, title and guid of pages that are done; the id stays. One that could not be read for so long (a
        paused source, one that is declared no more) is given up.
        """
        with self._db.write() as con:
            pages.give_up(con, to_us(before), at)
            return con.execute(
                "UPDATE pages SET url = '', found_in = '', title = '', lead = '', guid = ''"
                " WHERE state <> 'pending' AND url <> '' AND done_at < ?",
                (to_us(before),),
            ).rowcount

    def _forgotten(self, at: datetime) -> int:
        day = day_of(at - FORGET_UNLISTED)
        with self._db.write() as con:
            con.execute("DELETE FROM notes WHERE until < ?", (to_us(at),))
            con.execute(
                "DELETE FROM guids WHERE page IN (SELECT id FROM pages WHERE url = '' AND seen_day < ?)", (day,)
            )
            return con.execute("DELETE FROM pages WHERE url = '' AND seen_day < ?", (day,)).rowcount

    def _messages(self, before: datetime, texts_before: datetime, at: datetime) -> int:
        """The delivery log, and whatever holds words of texts whose time is over, though it still waits for a channel
        that nobody has connected. Of each key a hash stays as long as a message with it could be made again.
        """
        self._past_messages(at)
        with self._db.write() as con:
            rows = con.execute(
                "SELECT id, key FROM outbox WHERE (state NOT IN ('waiting', 'claimed') AND coalesce(done_at, created)"
                " < :before) OR (created < :texts AND (state <> 'claimed' OR lease_until <= :now))",
                {"before": to_us(before), "texts": to_us(texts_before), "now": to_us(at)},
            ).fetchall()
            past_messages.remember(con, [row["key"] for row in rows], at)
            con.executemany("DELETE FROM outbox WHERE id = ?", [(r["id"],) for r in rows])
            alerting.purge(con, before, at)
            return len(rows)

    def _past_messages(self, at: datetime) -> None:
        more = True
        while more:
            with self._db.write() as con:
                more = past_messages.forget(con, at)

    def _audit(self, before: datetime) -> int:
        with self._db.write() as con:
            con.execute(
                "DELETE FROM desk_versions WHERE applied_at < ? AND version < (SELECT version FROM desks"
                " WHERE desks.id = desk_versions.id)",
                (to_us(before),),
            )
            con.execute(
                "DELETE FROM alert_plans WHERE applied_at < ? AND version < (SELECT max(p.version) FROM alert_plans p"
                " WHERE p.desk = alert_plans.desk)",
                (to_us(before),),
            )
            return con.execute("DELETE FROM audit WHERE at < ?", (to_us(before),)).rowcount

    def _changes(self, before: datetime) -> int:
        """Lines that every reader has taken; one that is so far behind has to rebuild its index anyway."""
        with self._db.write() as con:
            return con.execute("DELETE FROM changes WHERE at < ?", (to_us(before),)).rowcount

    def _scrub(self, *, index: bool) -> None:
        """Take deleted words out of the index's files and of the write-ahead log too, a little at a time."""
        while index:
            with self._db.write() as con:
                index = search.merge(con)
        self._db.scrub()


_QUOTED_HERE: Final = cases.QUOTED.format(n="revisions.n") + " AND c.hash = revisions.hash"


def _expire(con: sqlite3.Connection, n: int, at: datetime) -> None:
    search.remove(con, n)
    article = con.execute("SELECT id FROM articles WHERE n = ?", (n,)).fetchone()["id"]
    desk_work.forget_article(con, article)
    con.execute("DELETE FROM article_text WHERE n = ?", (n,))
    con.execute(f"DELETE FROM revisions WHERE n = ? AND NOT EXISTS ({_QUOTED_HERE})", (n,))  # noqa: S608
    for table in ("comparisons", "comparisons_dismissed", "looks"):
        con.execute(f"DELETE FROM {table} WHERE n = ?", (n,))  # noqa: S608
    labels.settle(con, n)
    con.execute("DELETE FROM corrections WHERE n = ?", (n,))
    con.execute("UPDATE article_stories SET signature = NULL WHERE n = ?", (n,))
    con.execute("UPDATE articles SET lead = '', state = 'expired' WHERE n = ?", (n,))
    _forget_origins(con, n)
    labels.strip_words(con, n)
    for row in con.execute("SELECT desk FROM desk_articles WHERE n = ?", (n,)).fetchall():
        changes.log(con, article, row["desk"], "upsert", at)
    search.add(con, n)


def _forget_origins(con: sqlite3.Connection, n: int) -> None:
    """Where an article's texts came from, of those that are not kept any more."""
    con.execute(
        "DELETE FROM text_origins WHERE n = :n AND hash NOT IN (SELECT hash FROM articles WHERE n = :n AND"
        " state = 'live' UNION ALL SELECT hash FROM revisions WHERE n = :n AND title IS NOT NULL)",
        {"n": n},
    )


def erase_rows(con: sqlite3.Connection, stone: Stone) -> bool:
    """Remove an article's rows in the caller's transaction and set the stone; True where there was an article."""
    con.execute(
        "INSERT OR IGNORE INTO stones VALUES (?, ?, ?, ?)",
        (
            stone.article,
            stone.url,
            None if stone.published_at is None else to_us(stone.published_at),
            to_us(stone.erased_at),
        ),
    )
    con.execute("UPDATE pages SET title = '', lead = '' WHERE id = :a OR identity = :a", {"a": stone.article})
    alerting.forget_article(con, stone.article, stone.erased_at)
    report_contents.forget(con, stone.article)
    row = con.execute("SELECT n, title FROM articles WHERE id = ?", (stone.article,)).fetchone()
    if row is None:
        return False
    desks = con.execute("SELECT desk, story FROM desk_articles WHERE n = ?", (row["n"],)).fetchall()
    search.remove(con, row["n"])
    cases.forget_article(con, stone.article)
    con.execute("DELETE FROM articles WHERE n = ?", (row["n"],))
    stories.forget_title(con, row["title"])
    stories.refresh_rows(con, [view["story"] for view in desks], None)
    desk_work.forget_article(con, stone.article)
    desk_work.forget_ended_stories(con)
    for view in desks:
        changes.log(con, stone.article, view["desk"], "erase", stone.erased_at)
    return True


def replay(con: sqlite3.Connection, erased: list[Stone]) -> int:
    """Erase again whatever of these the record has. Returns how many articles went."""
    return sum(erase_rows(con, stone) for stone in erased)


def months_before(at: datetime, months: int) -> datetime:
    """The same day so many months earlier (the month's last where it has no such day)."""
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=years, month=month + 1, day=min(at.day, monthrange(years, month + 1)[1]))
