"""What leaves reports while they stay: old quotations by their time, an erased article's words at once.

A report's content is JSON of the record, packed.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from core.records import NO_SUBJECT, AnnexLine, Quote, ReportContent, StoryLine
from core.text import clean
from store.sqlite.report_drafts import named_by_its_story
from store.sqlite.rows import to_us

_CONTENT: Final = TypeAdapter(ReportContent)
_Keep = Callable[[Quote], bool]


def dump_content(content: ReportContent) -> bytes:
    """As the record keeps it."""
    return zlib.compress(_CONTENT.dump_json(content), 6)


def load_content(blob: bytes) -> ReportContent:
    """The content of `dump_content`; fields that a newer version added have their defaults."""
    return _CONTENT.validate_json(zlib.decompress(blob))


def oldest_quote(content: ReportContent) -> int | None:
    """When the oldest sentence that it quotes was published, in microseconds; None where it quotes none."""
    times = [quote.published for story in content.stories for quote in story.quotes]
    return to_us(min(times)) if times else None


def retitled(title: str, before: ReportContent, after: ReportContent) -> str:
    """The title of a report about one story, with the headline that it has left; of others as it is."""
    if not before.subject or before.subject == after.subject:
        return title
    return title.replace(before.subject, after.subject or NO_SUBJECT)


def purge(con: sqlite3.Connection, before: datetime) -> int:
    """Reports whose time is over keep their line; sentences of older articles leave the others. Returns how many."""
    gone = con.execute(
        "SELECT id FROM reports WHERE content IS NOT NULL AND collected < ?", (to_us(before),)
    ).fetchall()
    for row in gone:
        con.execute("DELETE FROM report_versions WHERE report = ?", (row["id"],))
        con.execute(
            "UPDATE reports SET content = NULL, oldest_quote = NULL, papers = NULL, docx = NULL WHERE id = ?",
            (row["id"],),
        )
    for row in con.execute(
        "SELECT id, content FROM reports WHERE content IS NOT NULL AND oldest_quote < ?", (to_us(before),)
    ).fetchall():
        content = load_content(row["content"])
        stories = tuple(_quoting(story, lambda quote: quote.published >= before) for story in content.stories)
        _put(con, row["id"], replace(content, stories=stories))
    return len(gone)


def forget(con: sqlite3.Connection, article: str) -> int:
    """Take an erased article out of every draft and issued report: its sentences and headline, not its address.

    Returns how many reports held it. The stored file of an issued one goes; it is made again from what is left.
    """
    held = 0
    for row in con.execute("SELECT id, title, content FROM reports WHERE content IS NOT NULL").fetchall():
        raw = zlib.decompress(row["content"])
        if article.encode() in raw:
            content = _CONTENT.validate_json(raw)
            left = without(content, article)
            _put(con, row["id"], left)
            _set_title(con, row, retitled(row["title"], content, left))
            held += 1
    headline = con.execute("SELECT title FROM articles WHERE id = ?", (article,)).fetchone()
    if headline is not None and clean(headline["title"]):
        for row in con.execute("SELECT id, title FROM reports WHERE content IS NULL").fetchall():
            _set_title(con, row, row["title"].replace(f"“{clean(headline['title'])}”", f"“{NO_SUBJECT}”"))
    con.execute("DELETE FROM report_headlines WHERE n = (SELECT n FROM articles WHERE id = ?)", (article,))
    return held


def without(content: ReportContent, article: str) -> ReportContent:
    """The content without the words of one article. Pure."""
    stories = tuple(
        replace(
            _quoting(story, lambda quote: quote.article != article),
            title="" if article == story.title_of else story.title,
        )
        for story in content.stories
    )
    bare = replace(content, stories=stories, annex=tuple(_bare(line, article) for line in content.annex))
    return bare if stories == content.stories else named_by_its_story(bare)


def _set_title(con: sqlite3.Connection, row: sqlite3.Row, title: str) -> None:
    if title != row["title"]:
        con.execute("UPDATE reports SET title = ? WHERE id = ?", (title, row["id"]))


def _bare(line: AnnexLine, article: str) -> AnnexLine:
    return replace(line, title="", state="expired") if line.article == article else line


def _quoting(story: StoryLine, keep: _Keep) -> StoryLine:
    return replace(story, quotes=tuple(quote for quote in story.quotes if keep(quote)))


def _put(con: sqlite3.Connection, number: int, content: ReportContent) -> None:
    con.execute(
        "UPDATE reports SET content = ?, oldest_quote = ?, docx = NULL WHERE id = ?",
        (dump_content(content), oldest_quote(content), number),
    )
