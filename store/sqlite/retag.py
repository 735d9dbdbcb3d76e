"""Labels of an earlier model: they stay with their version until somebody asks for them to be given anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from core.records import Article, TaggedArticle
from store.sqlite import audit, changes, labels, search
from store.sqlite.database import Database
from store.sqlite.rows import dump_labels, load_article

_BATCH: Final = 200
_OUTDATED: Final = (
    "FROM articles a WHERE a.state = 'live' AND EXISTS"
    " (SELECT 1 FROM desk_articles d WHERE d.n = a.n AND d.model <> :model)"
)


class Retagging:
    """Finds and replaces labels of another model. What people have corrected lies apart and stays."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def outdated(self, model: str) -> int:
        """How many articles carry labels of another model than this."""
        with self._db.read() as con:
            return int(con.execute(f"SELECT count(*) {_OUTDATED}", {"model": model}).fetchone()[0])

    def articles(self, model: str) -> Iterator[list[Article]]:
        """Those articles, oldest first, in batches; one of a reserved source comes without paragraphs.

        One whose text is no longer kept is not among them: its labels stay as they are.
        """
        last = -1
        while True:
            with self._db.read() as con:
                rows = con.execute(
                    "SELECT a.*, t.paragraphs, t.captions FROM articles a LEFT JOIN article_text t USING (n)"  # noqa: S608
                    f" WHERE a.n IN (SELECT a.n {_OUTDATED}) AND a.n > :last ORDER BY a.n LIMIT {_BATCH}",
                    {"model": model, "last": last},
                ).fetchall()
            if not rows:
                return
            yield [load_article(row) for row in rows]
            last = rows[-1]["n"]

    def textless(self, model: str) -> int:
        """How many articles have labels of another model and no text any more."""
        with self._db.read() as con:
            return int(
                con.execute(
                    "SELECT count(DISTINCT d.n) FROM desk_articles d JOIN articles a ON a.n = d.n"
                    " WHERE a.state <> 'live' AND d.model <> ?",
                    (model,),
                ).fetchone()[0]
            )

    def relabel(self, tagged: Sequence[TaggedArticle], at: datetime) -> int:
        """Labels anew for every desk that sees these articles, in one transaction; how many articles were changed."""
        with self._db.write() as con:
            return sum(_relabel(con, one, at) for one in tagged)

    def note(self, at: datetime, *, who: str, model: str, articles: int) -> None:
        """A line of the audit: who asked, for which model, how many articles were labelled anew."""
        with self._db.write(durable=True) as con:
            audit.write(con, at, who=who, action="label.retag", subject=model, detail=f"{articles} articles")


def _relabel(con: sqlite3.Connection, tagged: TaggedArticle, at: datetime) -> bool:
    article = tagged.located.article.id
    desks = con.execute(
        "UPDATE desk_articles SET topics = ?, tone = ?, tone_score = ?, model = ?"
        " WHERE n = (SELECT n FROM articles WHERE id = ? AND state = 'live') AND model <> ? RETURNING desk, n",
        (dump_labels(tagged.topics), tagged.tone.label, tagged.tone.score, tagged.model, article, tagged.model),
    ).fetchall()
    for row in desks:
        labels.write(con, row["n"], row["desk"])
        changes.log(con, article, row["desk"], "upsert", at)
    if desks:
        search.again(con, desks[0]["n"])
    return bool(desks)
