"""A draft says nothing that its papers no longer print: what was replaced or withdrawn since leaves it at once.

Counts and assessments stay as they were collected, until somebody collects anew; an issued report stays as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.records import ArticleState, ReportContent, StoryLine
from core.text import clean
from store.sqlite.rows import maybe_from_us, texts, to_us

_UNDER_WAY: Final = timedelta(minutes=10)
"""So long may lie between the fetch that gives a change its time and the record's knowing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """An article that was changed, withdrawn or emptied since the draft was collected."""

    title: str
    state: ArticleState
    revised_at: datetime | None
    text: str  # title, lead and paragraphs in clean lines; "" where nothing is kept


def standing(con: sqlite3.Connection, content: ReportContent) -> ReportContent:
    """The content with its quotations, headlines and annex as the articles stand now."""
    now = _changed(con, content)
    if not now:
        return content
    annex = tuple(
        replace(line, title=now[line.article].title, state=now[line.article].state,
                revised_at=now[line.article].revised_at)
        if line.article in now else line
        for line in content.annex
    )  # fmt: skip
    told = replace(
        content,
        stories=tuple(_told(story, now) for story in content.stories),
        annex=annex,
        changed=tuple(line.article for line in annex if line.revised_at is not None and line.state != "expired"),
    )
    return named_by_its_story(told)


def named_by_its_story(content: ReportContent) -> ReportContent:
    """A report about one story bears the headline that the story has, or none."""
    if content.ask.kind != "story" or not content.stories:
        return content
    return replace(content, subject=content.stories[0].title)


def _told(story: StoryLine, now: Mapping[str, _Now]) -> StoryLine:
    quotes = tuple(
        quote for quote in story.quotes
        if quote.article not in now or (now[quote.article].state == "live" and quote.text in now[quote.article].text)
    )  # fmt: skip
    headline = now.get(story.title_of)
    if headline is None:
        return replace(story, quotes=quotes)
    return replace(story, quotes=quotes, title="" if headline.state == "withdrawn" else headline.title)


def _changed(con: sqlite3.Connection, content: ReportContent) -> dict[str, _Now]:
    shown = {line.article for line in content.annex if line.article}
    rows = con.execute(
        "SELECT a.id, a.title, a.lead, a.state, a.revised_at, t.paragraphs FROM desk_articles d"
        " JOIN articles a ON a.n = d.n LEFT JOIN article_text t ON t.n = a.n"
        " WHERE d.desk = ? AND (a.state <> 'live' OR a.revised_at >= ?) AND d.day BETWEEN ? AND ?",
        (
            content.desk,
            to_us(content.collected - _UNDER_WAY),
            content.ask.first.isoformat(),
            content.ask.last.isoformat(),
        ),
    )
    found = {}
    for row in rows:
        if row["id"] in shown:
            parts = (row["title"], row["lead"], *texts(row["paragraphs"]))
            found[row["id"]] = _Now(
                title=clean(row["title"]), state=row["state"], revised_at=maybe_from_us(row["revised_at"]),
                text="\n".join(clean(part) for part in parts if part),
            )  # fmt: skip
    return found
