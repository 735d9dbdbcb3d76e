"""Stories inside a transaction that somebody else holds: an article's place in them, merges, what a desk is shown.

Which story an article belongs to is decided elsewhere, once, for all desks; each desk has its own row of it, counting
and naming only what that desk sees.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.ports import StoryTelling
from core.records import Published, StoryChoice, StoryStanding
from store.sql import upsert
from store.sqlite.database import Database
from store.sqlite.rows import dump, from_us, load_published, texts, to_us

TITLES: Final = 24
"""Headlines among which the title of a story is chosen: its first and its newest."""
REPEATS: Final = "(CASE WHEN x.reprint_of <> '' AND x.earlier <> a.id THEN 1 ELSE 0 END)"
"""Whether an article repeats a text that came before it."""


class PlainTelling:
    """The first headline; new for a day, then quiet. For a record that nobody has told how stories look."""

    def title(self, titles: Sequence[str]) -> str:
        return next(iter(titles), "")

    def standing(self, times: Sequence[datetime], at: datetime) -> StoryStanding:
        day = timedelta(days=1)
        recent = sum(at - day < time <= at for time in times)
        return StoryStanding(state="new" if times and min(times) > at - day else "quiet", recent=recent, usual=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStory:
    """An article's place in the stories as it is kept, from which the index of stories is built again."""

    article: str
    story: str
    published: Published
    signature: bytes
    likeness: float
    source: str
    seen: datetime
    places: tuple[str, ...]


class Stories:
    """What was decided, for whoever decides on the next article."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def kept(self, since: datetime) -> Iterator[KeptStory]:
        """Articles of every story that had one since then, in order of arrival."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT a.*, x.story, x.signature, x.likeness, x.places"
                " FROM article_stories x JOIN articles a ON a.n = x.n"
                " WHERE x.signature IS NOT NULL AND x.story IN (SELECT y.story FROM article_stories y WHERE y.n >= ?)"
                " ORDER BY a.first_seen, a.n",
                (first_number(since),),
            ).fetchall()
        return (_kept(row) for row in rows)

    def taken_away(self, after: int) -> tuple[int, list[str]]:
        """The change log's newest line, and the articles that were erased or withdrawn since the line `after`."""
        with self._db.read() as con:
            last = int(con.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])
            rows = con.execute(
                "SELECT DISTINCT c.article FROM changes c LEFT JOIN articles a ON a.id = c.article"
                " WHERE c.seq > ? AND (c.kind = 'erase' OR a.state <> 'live')",
                (after,),
            )
            return last, [row["article"] for row in rows]

    def come(self, after: int) -> list[KeptStory]:
        """Articles that got their place since the line `after` of the change log, in order of arrival."""
        with self._db.read() as con:
            rows = con.execute(
                "SELECT a.*, x.story, x.signature, x.likeness, x.places"
                " FROM article_stories x JOIN articles a ON a.n = x.n"
                " WHERE x.signature IS NOT NULL AND a.id IN (SELECT article FROM changes WHERE seq > ?)"
                " ORDER BY a.first_seen, a.n",
                (after,),
            ).fetchall()
        return [_kept(row) for row in rows]

    def merged(self, articles: Sequence[str]) -> frozenset[str]:
        """Stories that became part of another one by these articles."""
        with self._db.read() as con:
            return frozenset(
                row["story"]
                for article in articles
                for row in con.execute("SELECT story FROM story_merges WHERE article = ?", (article,))
            )


def _kept(row: sqlite3.Row) -> KeptStory:
    return KeptStory(
        article=row["id"],
        story=row["story"],
        published=load_published(row),
        signature=row["signature"],
        likeness=row["likeness"],
        source=row["source"],
        seen=from_us(row["first_seen"]),
        places=texts(row["places"]),
    )


def first_number(moment: datetime) -> int:
    """The least number that an article of that minute can have."""
    return to_us(moment) // 60_000_000 * 4096


def settle(con: sqlite3.Connection, n: int, article: str, choice: StoryChoice | None, at: datetime) -> str:
    """Keep what was decided about an article, and the merges that it brought; the story's key.

    Decided once: of an article that has its story only the signature is renewed.
    """
    known = con.execute("SELECT story FROM article_stories WHERE n = ?", (n,)).fetchone()
    if known is None:
        _insert(con, n, choice or StoryChoice(story=article))
    elif choice is not None and choice.signature:
        con.execute("UPDATE article_stories SET signature = ? WHERE n = ?", (choice.signature, n))
    if choice is not None:
        _turn_round(con, article, choice)
        for other in choice.merged:
            _merge(con, other, choice.story, article, at)
    key: str = con.execute("SELECT story FROM article_stories WHERE n = ?", (n,)).fetchone()[0]
    return key


def _insert(con: sqlite3.Connection, n: int, choice: StoryChoice) -> None:
    con.execute(
        "INSERT INTO article_stories (n, story, signature, likeness, places, reprint_of, overlap, earlier, doubtful)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            n, choice.story, choice.signature or None, choice.likeness, dump(choice.places), choice.reprint_of,
            round(choice.overlap, 4), choice.earlier_is, int(choice.doubtful),
        ),
    )  # fmt: skip


def _turn_round(con: sqlite3.Connection, article: str, choice: StoryChoice) -> None:
    """Where the text that was found later came first, the other one is the reprint."""
    if choice.reprint_of and choice.earlier_is == article:
        con.execute(
            "UPDATE article_stories SET reprint_of = ?, overlap = ?, earlier = ?, doubtful = ?"
            " WHERE reprint_of = '' AND n = (SELECT n FROM articles WHERE id = ?)",
            (article, round(choice.overlap, 4), article, int(choice.doubtful), choice.reprint_of),
        )


def _merge(con: sqlite3.Connection, story: str, into: str, article: str, at: datetime) -> None:
    con.execute("UPDATE article_stories SET story = ? WHERE story = ?", (into, story))
    for row in con.execute("SELECT id, desk, title FROM stories WHERE key = ?", (story,)).fetchall():
        con.execute(
            upsert("story_merges", "desk, story, into_story, title, article, at", key="desk, story"),
            (row["desk"], story, into, row["title"], article, to_us(at)),
        )
        con.execute(
            "UPDATE story_merges SET into_story = ? WHERE desk = ? AND into_story = ?", (into, row["desk"], story)
        )
        other = con.execute("SELECT id FROM stories WHERE desk = ? AND key = ?", (row["desk"], into)).fetchone()
        if other is None:
            con.execute("UPDATE stories SET key = ? WHERE id = ?", (into, row["id"]))
        else:
            con.execute("UPDATE desk_articles SET story = ? WHERE story = ?", (other["id"], row["id"]))
            con.execute("DELETE FROM stories WHERE id = ?", (row["id"],))


def row_of(con: sqlite3.Connection, desk: str, n: int, title: str, moment: int) -> int:
    """The desk's row of the article's story, made where there is none."""
    key = con.execute(
        "SELECT coalesce(x.story, a.id) FROM articles a LEFT JOIN article_stories x ON x.n = a.n WHERE a.n = ?", (n,)
    ).fetchone()[0]
    known = con.execute("SELECT id FROM stories WHERE desk = ? AND key = ?", (desk, key)).fetchone()
    if known is not None:
        return int(known["id"])
    done = con.execute(
        "INSERT INTO stories (desk, key, title, opened_at, updated_at) VALUES (?, ?, ?, ?, ?)",
        (desk, key, title, moment, moment),
    )
    return int(done.lastrowid or 0)


def refresh(con: sqlite3.Connection, key: str, telling: StoryTelling | None) -> None:
    """Title, times and counts of a story's rows as they follow from its articles; a row without any goes.

    Without `telling` the title stays where it is still the headline of one of them. What the desk has set aside
    gives no title while anything else does.
    """
    for row in con.execute("SELECT id FROM stories WHERE key = ?", (key,)).fetchall():
        refresh_rows(con, [row["id"]], telling)


def refresh_after(
    con: sqlite3.Connection, n: int, key: str, choice: StoryChoice | None, telling: StoryTelling | None
) -> None:
    """The same once an article was kept: the rows of those desks alone that see it, unless others' articles moved."""
    if choice is not None and (choice.merged or choice.reprint_of):
        refresh(con, key, telling)
        return
    rows = con.execute("SELECT DISTINCT story FROM desk_articles WHERE n = ? ORDER BY story", (n,)).fetchall()
    refresh_rows(con, [row["story"] for row in rows], telling)


def refresh_rows(con: sqlite3.Connection, ids: Iterable[int], telling: StoryTelling | None) -> None:
    """The same for the given rows."""
    for story in ids:
        told = con.execute(
            f"SELECT a.title, d.listed_at, d.hidden, {REPEATS} AS repeats FROM desk_articles d"  # noqa: S608
            " JOIN articles a ON a.n = d.n LEFT JOIN article_stories x ON x.n = d.n WHERE d.story = ?"
            " ORDER BY d.listed_at, d.n",
            (story,),
        ).fetchall()
        if not told:
            con.execute("DELETE FROM stories WHERE id = ?", (story,))
            continue
        con.execute(
            "UPDATE stories SET title = ?, opened_at = ?, updated_at = ?, articles = ?, reprints = ? WHERE id = ?",
            (
                _title(con, story, told, telling), told[0]["listed_at"], told[-1]["listed_at"], len(told),
                sum(row["repeats"] or 0 for row in told), story,
            ),
        )  # fmt: skip


def _title(con: sqlite3.Connection, story: int, told: Sequence[sqlite3.Row], telling: StoryTelling | None) -> str:
    about = [row for row in told if not row["hidden"]] or told
    titles = [row["title"] for row in about if not row["repeats"]] or [row["title"] for row in about]
    if len(titles) > TITLES:
        titles = [*titles[: TITLES // 2], *titles[-TITLES // 2 :]]
    if telling is not None:
        return telling.title(titles)
    present: str = con.execute("SELECT title FROM stories WHERE id = ?", (story,)).fetchone()[0]
    return present if present in titles else titles[0]


def forget_title(con: sqlite3.Connection, title: str) -> None:
    """A headline that was replaced or erased names no story that has ended either."""
    con.execute("UPDATE story_merges SET title = '' WHERE title = ?", (title,))
