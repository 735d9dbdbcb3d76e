"""Stories as one desk reads them: those of a day, and one with its timeline."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.ports import StoryTelling
from core.records import ListedArticle, ReadStory, StoryDay, StoryMerge, StoryView
from store.sqlite.rows import LISTED_COLUMNS, LISTED_FROM, day_of, from_us, load_listed
from store.sqlite.stories import REPEATS


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which desk asks, for which moment, and how stories are to look."""

    con: sqlite3.Connection
    desk: str
    at: datetime
    telling: StoryTelling


def of_day(asked: Asked, listed: Sequence[ListedArticle]) -> tuple[StoryView, ...]:
    """The stories of these articles (newest first), each with those of them that belong to it."""
    grouped: dict[str, list[ListedArticle]] = {}
    for article in listed:
        grouped.setdefault(article.story, []).append(article)
    return tuple(_view(asked, story, tuple(found)) for story, found in grouped.items())


def read(asked: Asked, story: str) -> ReadStory | None:
    """A story with its timeline; None where the desk has none of that id, now or before a merge."""
    merged = asked.con.execute(
        "SELECT into_story FROM story_merges WHERE desk = ? AND story = ?", (asked.desk, story)
    ).fetchone()
    key = merged["into_story"] if merged else story
    rows = asked.con.execute(
        f"SELECT {LISTED_COLUMNS} FROM {LISTED_FROM} WHERE d.hidden = 0 AND d.story ="  # noqa: S608
        " (SELECT id FROM stories WHERE desk = ? AND key = ?) ORDER BY d.listed_at, d.n",
        (asked.desk, key),
    ).fetchall()
    if not rows:
        return None
    days: dict[str, list[ListedArticle]] = {}
    for row in rows:
        days.setdefault(day_of(from_us(row["listed_at"])), []).append(load_listed(row))
    return ReadStory(
        view=_view(asked, key), days=tuple(_day(day, found) for day, found in days.items()), merges=_merges(asked, key)
    )


def _repeats(article: ListedArticle) -> bool:
    """Whether it is a reprint of a text that came before it."""
    return article.reprint is not None and not article.reprint.first


def _day(day: str, found: Sequence[ListedArticle]) -> StoryDay:
    return StoryDay(
        day=day,
        articles=tuple(article for article in found if not _repeats(article)),
        reprints=tuple(article for article in found if _repeats(article)),
    )


def _view(asked: Asked, story: str, listed: tuple[ListedArticle, ...] = ()) -> StoryView:
    row = asked.con.execute("SELECT * FROM stories WHERE desk = ? AND key = ?", (asked.desk, story)).fetchone()
    told = asked.con.execute(
        f"SELECT d.listed_at, a.source, {REPEATS} AS repeats FROM desk_articles d JOIN articles a ON a.n = d.n"  # noqa: S608
        " LEFT JOIN article_stories x ON x.n = d.n WHERE d.story = ? AND d.hidden = 0 ORDER BY d.listed_at, d.n",
        (row["id"],),
    ).fetchall()
    times = [from_us(one["listed_at"]) for one in told]
    return StoryView(
        id=story,
        title=row["title"],
        standing=asked.telling.standing(times, asked.at),
        first=times[0],
        last=times[-1],
        articles=len(told),
        reprints=sum(one["repeats"] or 0 for one in told),
        sources=tuple(dict.fromkeys(one["source"] for one in told)),
        of_day=listed,
    )


def _merges(asked: Asked, story: str) -> tuple[StoryMerge, ...]:
    rows = asked.con.execute(
        "SELECT * FROM story_merges WHERE desk = ? AND into_story = ? ORDER BY at, story", (asked.desk, story)
    )
    return tuple(
        StoryMerge(story=row["story"], title=row["title"], at=from_us(row["at"]), article=row["article"])
        for row in rows
    )
