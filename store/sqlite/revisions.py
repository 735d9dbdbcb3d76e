"""What has changed in an article: each change with the text before and after, as long as both are kept."""

from __future__ import annotations

import sqlite3

from core.records import RevisionText
from store.sqlite.rows import from_us, maybe_from_us, texts


def of_article(con: sqlite3.Connection, desk: str, article_id: str) -> tuple[RevisionText, ...]:
    """The newest change first; nothing for an article that the desk does not see."""
    article = con.execute(
        "SELECT a.*, t.paragraphs FROM articles a JOIN desk_articles d ON d.n = a.n AND d.desk = ?"
        " LEFT JOIN article_text t ON t.n = a.n WHERE a.id = ?",
        (desk, article_id),
    ).fetchone()
    if article is None:
        return ()
    kept = con.execute("SELECT * FROM revisions WHERE n = ? ORDER BY number", (article["n"],)).fetchall()
    after = [*kept[1:], article]
    return tuple(_change(old, new) for old, new in reversed(list(zip(kept, after, strict=True)))) if kept else ()


def _change(old: sqlite3.Row, new: sqlite3.Row) -> RevisionText:
    withdrawn = bool(old["withdrawn"])
    before, after = _text(old), None if withdrawn else _text(new)
    whole = before is not None and (withdrawn or after is not None)
    return RevisionText(
        number=old["number"],
        seen_at=from_us(old["seen_at"]),
        replaced_at=from_us(old["replaced_at"]),
        before=before if whole else None,
        after=after if whole else None,
        withdrawn=withdrawn,
        missing_since=maybe_from_us(old["missing_since"]),
        hash_before=old["hash"],
        hash_after="" if withdrawn else new["hash"],
    )


def _text(row: sqlite3.Row) -> str | None:
    """Title, lead and paragraphs, a line each; None where they are not kept."""
    if row["title"] is None or row["paragraphs"] is None:
        return None
    return "\n".join(part for part in (row["title"], row["lead"], *texts(row["paragraphs"])) if part)
