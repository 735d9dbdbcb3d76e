"""The port Store: an article, its revisions, what each desk sees of it, and all that is written with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core.clock import Clock
from core.ports import StoryTelling
from core.records import Article, DeskMatch, Looked, PendingPage, Saved, StoryChoice, TaggedArticle
from store.sqlite import alerting, cases, changes, labels, looks, pages, search, stories
from store.sqlite.database import Database
from store.sqlite.rows import (
    content_hash,
    day_of,
    dump,
    dump_labels,
    dump_mentions,
    from_us,
    load_article,
    published_values,
    to_us,
)

_MINUTE: Final = 60_000_000
_PER_MINUTE: Final = 4096
_OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)


class Articles:
    """Saves articles. Errors of the database are StoreError."""

    def __init__(self, db: Database, clock: Clock, telling: StoryTelling | None = None) -> None:
        self._db = db
        self._clock = clock
        self._telling = telling or stories.PlainTelling()

    def save(
        self,
        tagged: TaggedArticle,
        page: PendingPage | None = None,
        *,
        story: StoryChoice | None = None,
        look: Looked | None = None,
        beside: Callable[[Saved], None] | None = None,
    ) -> Saved:
        """Article, its story, per-desk rows, a note of it for the alerts and the ledger's mark, in one transaction.

        An article that nothing was decided about is a story of its own. A page that was looked at again marks nothing.
        An article that was erased is not stored again.
        Raises ValueError for a new article that concerns no desk: it is the ledger's to mark as stopped.
        """
        article = tagged.located.article
        at = self._clock.now()
        with self._db.write() as con:
            if con.execute("SELECT 1 FROM stones WHERE article = ?", (article.id,)).fetchone():
                saved = Saved.SAME
            else:
                backlog = page is not None and _is_backlog(con, page)
                saved, n, first_seen = _store(con, article, tagged)
                key = stories.settle(con, n, article.id, story, at)
                new_view = _see(con, tagged, n, first_seen, saved, backlog=backlog)
                if new_view or saved is not Saved.SAME:
                    search.remove(con, n)
                    search.add(con, n)
                    stories.refresh_after(con, n, key, story, self._telling)
                if look is not None:
                    looks.plan(con, n, article, page, _after(look, saved))
                _log(con, tagged, saved, at)
                if beside is not None:
                    beside(saved)
            if page is not None and page.again is None:
                _mark(con, page, article, at)
        return saved

    def stored(self) -> Iterator[Article]:
        """Every stored article whose text is kept, oldest first: to be located again for a new desk or place.

        One of a reserved source comes without paragraphs; `add_views` (not `save`) takes it back.
        """
        last = -1
        while True:
            with self._db.read() as con:
                rows = con.execute(
                    "SELECT a.*, t.paragraphs, t.captions FROM articles a LEFT JOIN article_text t USING (n)"
                    " WHERE state = 'live' AND a.n > ? ORDER BY a.n LIMIT 200",
                    (last,),
                ).fetchall()
            if not rows:
                return
            yield from map(load_article, rows)
            last = rows[-1]["n"]

    def add_views(self, tagged: TaggedArticle) -> bool:
        """Let desks that don't see a stored article yet see it, on its day of publication; its text is not touched.

        False where no desk was new to it (or it is not stored).
        """
        article, at = tagged.located.article, self._clock.now()
        with self._db.write() as con:
            row = con.execute("SELECT * FROM articles WHERE id = ? AND state = 'live'", (article.id,)).fetchone()
            if row is None or not _see(con, tagged, row["n"], from_us(row["first_seen"]), Saved.SAME, backlog=True):
                return False
            search.remove(con, row["n"])
            search.add(con, row["n"])
            stories.refresh(con, stories.settle(con, row["n"], article.id, None, at), self._telling)
            _log(con, tagged, Saved.CHANGED, at, quietly=True)
        return True

    def withdraw(self, article_id: str, at: datetime) -> bool:
        """The publisher has taken it down: its text leaves search at once and goes with the replaced texts.

        Title, address and date stay for the desks that saw it. False where it is not there or withdrawn already.
        """
        with self._db.write() as con:
            return withdraw(con, article_id, at)

    def known_hash(self, article_id: str) -> str | None:
        """Hash of the stored text of an article (rows.content_hash), or None where it is not stored."""
        with self._db.read() as con:
            row = con.execute("SELECT hash FROM articles WHERE id = ?", (article_id,)).fetchone()
            return row["hash"] if row else None

    def count(self) -> int:
        """Articles stored, all desks together."""
        with self._db.read() as con:
            return int(con.execute("SELECT count(*) FROM articles").fetchone()[0])


def withdraw(con: sqlite3.Connection, article_id: str, at: datetime, missing_since: datetime | None = None) -> bool:
    """What Articles.withdraw does, in the caller's transaction. `missing_since`: the first look that missed it."""
    row = con.execute("SELECT * FROM articles WHERE id = ? AND state = 'live'", (article_id,)).fetchone()
    if row is None:
        return False
    n = row["n"]
    search.remove(con, n)
    _keep_replaced(con, row, to_us(at), withdrawn=True)
    if missing_since:
        con.execute(
            "UPDATE revisions SET missing_since = ? WHERE n = ? AND replaced_at = ?",
            (to_us(missing_since), n, to_us(at)),
        )
    con.execute("DELETE FROM article_text WHERE n = ?", (n,))
    con.execute("UPDATE article_stories SET signature = NULL WHERE n = ?", (n,))
    con.execute(
        "UPDATE articles SET state = 'withdrawn', lead = '', revised_at = ?, revisions = revisions + 1 WHERE n = ?",
        (to_us(at), n),
    )
    labels.strip_words(con, n)
    for view in con.execute("SELECT desk FROM desk_articles WHERE n = ?", (n,)).fetchall():
        changes.log(con, article_id, view["desk"], "upsert", at)
        alerting.note_event(con, view["desk"], article_id, "changed", at)
    cases.note_withdrawn(con, article_id, at)
    return True


def _after(look: Looked, saved: Saved) -> Looked:
    changed = saved is Saved.CHANGED and look.next_if_changed is not None
    return replace(look, next_look=look.next_if_changed) if changed else look


def _store(con: sqlite3.Connection, article: Article, tagged: TaggedArticle) -> tuple[Saved, int, datetime]:
    """The article's own rows and the index: what it was to the record, its number, when it was first seen."""
    known = con.execute("SELECT * FROM articles WHERE id = ?", (article.id,)).fetchone()
    new_hash = content_hash(article)
    if known is None:
        if not tagged.located.matches:
            raise ValueError(f"article {article.id} concerns no desk and is not stored")
        return Saved.NEW, _insert(con, article, new_hash), article.fetched_at
    n = known["n"]
    first_seen = from_us(known["first_seen"])
    unchanged = known["hash"] == new_hash and known["state"] == "live"
    if unchanged or known["state"] == "expired":  # a text whose time is over is not taken up again
        con.execute("UPDATE articles SET last_seen = ? WHERE n = ?", (to_us(article.fetched_at), n))
        return Saved.SAME, n, first_seen
    search.remove(con, n)
    _revise(con, known, article, new_hash)
    return Saved.CHANGED, n, first_seen


def _insert(con: sqlite3.Connection, article: Article, new_hash: str) -> int:
    n = _number(con, min(article.published.at, article.fetched_at))
    seen = to_us(article.fetched_at)
    con.execute(
        "INSERT INTO articles (n, id, url, source, title, lead, language, reserved, published_at, provenance,"
        " zone_stated, doubtful, hash, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            n, article.id, article.url, article.source, article.title, article.lead, article.language,
            int(article.reserved), *published_values(article.published), new_hash, seen, seen,
        ),
    )  # fmt: skip
    _write_text(con, n, article)
    return n


def _write_text(con: sqlite3.Connection, n: int, article: Article) -> None:
    """Paragraphs and captions; nothing for a source that reserves text and data mining."""
    con.execute("DELETE FROM article_text WHERE n = ?", (n,))
    if not article.reserved:
        con.execute("INSERT INTO article_text VALUES (?, ?, ?)", (n, dump(article.paragraphs), dump(article.captions)))


def _number(con: sqlite3.Connection, published: datetime) -> int:
    """A free number in the article's minute (or the next with room), so that numbers follow publication."""
    base = to_us(max(published, _OLDEST)) // _MINUTE * _PER_MINUTE
    while True:
        last = con.execute("SELECT max(n) FROM articles WHERE n >= ? AND n < ?", (base, base + _PER_MINUTE))
        top = last.fetchone()[0]
        if top is None:
            return base
        if top + 1 < base + _PER_MINUTE:
            return int(top) + 1
        base += _PER_MINUTE


def _revise(con: sqlite3.Connection, known: sqlite3.Row, article: Article, new_hash: str) -> None:
    """Put the replaced text among the revisions (its hash only for a reserved source) and take the new one."""
    n, at = known["n"], to_us(article.fetched_at)
    replaced = known["state"] == "live"  # a withdrawn text stands among the revisions already
    if replaced:
        _keep_replaced(con, known, at)
        if known["title"] != article.title:
            stories.forget_title(con, known["title"])
    con.execute(
        "UPDATE articles SET title = ?, lead = ?, language = ?, reserved = ?, hash = ?, last_seen = ?, revised_at = ?,"
        " revisions = revisions + ?, state = 'live' WHERE n = ?",
        (
            article.title, article.lead, article.language, int(article.reserved), new_hash, at, at, int(replaced), n,
        ),
    )  # fmt: skip
    _write_text(con, n, article)


def _keep_replaced(con: sqlite3.Connection, known: sqlite3.Row, at: int, *, withdrawn: bool = False) -> None:
    """The text as it was until now, among the revisions; its hash only for a reserved source."""
    n = known["n"]
    old = con.execute("SELECT paragraphs, captions FROM article_text WHERE n = ?", (n,)).fetchone()
    number = con.execute("SELECT coalesce(max(number), 0) + 1 FROM revisions WHERE n = ?", (n,)).fetchone()[0]
    kept = (known["title"], known["lead"], old["paragraphs"], old["captions"]) if old else (None,) * 4
    con.execute(
        "INSERT INTO revisions (n, number, hash, title, lead, paragraphs, captions, seen_at, replaced_at, withdrawn)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (n, number, known["hash"], *kept, known["last_seen"], at, int(withdrawn)),
    )


def _see(
    con: sqlite3.Connection, tagged: TaggedArticle, n: int, first_seen: datetime, saved: Saved, *, backlog: bool
) -> bool:
    """What each desk sees; True where one sees it for the first time.

    What a desk had before keeps its story, state and day.
    """
    article = tagged.located.article
    published = min(article.published.at, article.fetched_at)
    listed_at = published if backlog and not article.published.doubtful else max(published, first_seen)
    new_view = False
    if saved is Saved.CHANGED:  # for a desk that the new text doesn't name: the old places stand in the old text
        con.execute(
            "UPDATE desk_articles SET mentions = '[]', topics = ?, tone = ?, tone_score = ?, model = ? WHERE n = ?",
            (dump_labels(tagged.topics), tagged.tone.label, tagged.tone.score, tagged.model, n),
        )
    for match in tagged.located.matches:
        known = con.execute("SELECT 1 FROM desk_articles WHERE desk = ? AND n = ?", (match.desk, n)).fetchone()
        if known is None:
            _insert_view(con, tagged, match, n, listed_at)
            new_view = True
        elif saved is not Saved.SAME:
            _update_view(con, tagged, match, n)
    if new_view or saved is not Saved.SAME:
        labels.write(con, n)
    return new_view


def _insert_view(con: sqlite3.Connection, tagged: TaggedArticle, match: DeskMatch, n: int, listed_at: datetime) -> None:
    moment = to_us(listed_at)
    story = stories.row_of(con, match.desk, n, tagged.located.article.title, moment)
    con.execute(
        "INSERT INTO desk_articles (desk, n, score, focus, mentions, topics, tone, tone_score, model, story, listed_at,"
        " day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (match.desk, n, *_view_values(tagged, match), story, moment, day_of(listed_at)),
    )


def _update_view(con: sqlite3.Connection, tagged: TaggedArticle, match: DeskMatch, n: int) -> None:
    con.execute(
        "UPDATE desk_articles SET score = ?, focus = ?, mentions = ?, topics = ?, tone = ?, tone_score = ?, model = ?"
        " WHERE desk = ? AND n = ?",
        (*_view_values(tagged, match), match.desk, n),
    )


def _view_values(tagged: TaggedArticle, match: DeskMatch) -> tuple[object, ...]:
    return (
        match.score,
        int(match.focus),
        dump_mentions(match.mentions),
        dump_labels(tagged.topics),
        tagged.tone.label,
        tagged.tone.score,
        tagged.model,
    )


def _log(con: sqlite3.Connection, tagged: TaggedArticle, saved: Saved, at: datetime, *, quietly: bool = False) -> None:
    """To the indexes, and (unless `quietly`: an old article that a desk is shown afterwards) to whoever tells of it."""
    article = tagged.located.article.id
    if saved is Saved.SAME:
        return
    rows = con.execute(
        "SELECT desk FROM desk_articles JOIN articles USING (n) WHERE id = ? ORDER BY desk", (article,)
    ).fetchall()
    for row in rows:
        changes.log(con, article, row["desk"], "upsert", at)
        if not quietly:
            alerting.note_event(con, row["desk"], article, "new" if saved is Saved.NEW else "changed", at)


def _is_backlog(con: sqlite3.Connection, page: PendingPage) -> bool:
    row = con.execute("SELECT backlog FROM pages WHERE id = ?", (page.id,)).fetchone()
    return row is not None and bool(row["backlog"])


def _mark(con: sqlite3.Connection, page: PendingPage, article: Article, at: datetime) -> None:
    """Kept; or the same as another page, where that one was counted as this article."""
    other = con.execute(
        "SELECT 1 FROM pages WHERE (id = :article OR identity = :article) AND id <> :page"
        " AND (state = 'kept' OR counted_as = 'kept')",
        {"article": article.id, "page": page.id},
    ).fetchone()
    own_day = min(article.published.at, at) if _is_backlog(con, page) and not article.published.doubtful else at
    outcome: pages.Outcome = "same" if other else "kept"
    pages.finish(con, page, outcome, at, identity=article.id, title=article.title, counted_at=own_day)
