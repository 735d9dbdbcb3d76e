"""A desk of 100,000 articles in some ten years (invented text), made once and kept: for the pages and the search."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from bench._press import START, articles
from core.clock import FixedClock, local_day
from core.records import Article, Desk, Label, Mention, Recipient, TaggedArticle, Tone
from core.roles import Role
from core.settings import KeepSettings
from core.topics import TOPICS
from store.sqlite import search
from store.sqlite.record import Record, open_record
from store.sqlite.rows import content_hash, day_of, dump, dump_labels, dump_mentions, to_us
from store.sqlite.words import desk_word, index_words, source_word, topic_word

ARTICLES: Final = 100_000
DESK: Final = "binh_son"
MINUTES_APART: Final = 50.0
"""About 29 articles a day over nine and a half years; the last of them on the day that is looked at."""
SOURCES: Final = 70
UNITS: Final = ("new:21100", "new:21085", "new:21040", "new:21109", "new:21061", "old:524")
TEXTS: Final = 10_000
"""Texts below the lead are all different up to here; later articles take them again below their own title and lead."""
BATCH: Final = 5000
_IN_BULK: Final = {"hashsize": 64 << 20, "automerge": 0, "crisismerge": 2000}
"""Settings of FTS5 under which all is merged once, at the end."""
_DAILY: Final = {"hashsize": 1 << 20, "automerge": 4, "crisismerge": 16}
"""Those that FTS5 has by itself."""
_MERGED_AT_ONCE: Final = 100_000  # pages
VERSION: Final = "6"
FIRST: Final = START - timedelta(days=365 * 8)
_TABLES: Final = {
    "stories": "stories (id, desk, title, opened_at, updated_at, key, articles)",
    "articles": "articles (n, id, url, source, title, lead, language, reserved, published_at, provenance, zone_stated,"
    " doubtful, hash, first_seen, last_seen)",
    "article_text": "article_text (n, paragraphs, captions)",
    "article_stories": "article_stories (n, story, places)",
    "desk_articles": "desk_articles (desk, n, score, focus, mentions, topics, tone, tone_score, model, story,"
    " listed_at, day)",
    "desk_labels": "desk_labels (desk, n, kind, key, day)",
    "changes": "changes (article, desk, kind, at)",
    "search": "search (rowid, desk, title, body)",
    "indexed": "indexed (n, desks)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The record's file and the moment of its newest article."""

    path: Path
    newest: datetime


def filled(count: int = ARTICLES) -> Filled:
    """A copy of a record with that many articles, for the caller to throw away.

    Made once and kept in the temporary folder under a name that changes with this file's rules and the schema.
    """
    home = Path(tempfile.gettempdir()) / "diembao-bench-desk"
    home.mkdir(exist_ok=True)
    kept = home / f"{count}-{_mark()}.sqlite3"
    if not kept.exists():
        making = home / f"making-{kept.name}"
        for file in home.glob(f"*{making.name}*"):
            file.unlink()
        make(making, count)
        for older in home.glob(f"{count}-*"):
            older.unlink()
        making.rename(kept)
    own = Path(tempfile.mkdtemp(prefix="diembao-bench-")) / "diembao.sqlite3"
    shutil.copyfile(kept, own)
    return Filled(path=own, newest=FIRST + timedelta(minutes=MINUTES_APART * (count - 1)))


def tagged(
    count: int, minutes_apart: float = MINUTES_APART, texts: int = TEXTS, *, first: int = 0, seed: int = 1
) -> Iterator[TaggedArticle]:
    """Articles of the desk with topics of the whole set, units of its area, and in part about it."""
    rng = random.Random(5)
    ids = [topic.id for topic in TOPICS]
    shift = FIRST - START
    pool: list[tuple[str, ...]] = []
    fresh = articles(count, first=first, seed=seed, desk=DESK, sources=SOURCES, step_minutes=minutes_apart)
    for number, plain in enumerate(fresh):
        located = plain.located
        article = located.article
        paragraphs = article.paragraphs if number < texts else pool[number % texts]
        if number < min(texts, count - texts):
            pool.append(paragraphs)
        published = replace(article.published, at=article.published.at + shift)
        article = replace(article, paragraphs=paragraphs, published=published, fetched_at=article.fetched_at + shift)
        mentions = tuple(
            Mention(field=field, index=0, start=0, end=4, unit=rng.choice(UNITS), score=0.97,
                    evidence=("vì câu có tên tỉnh “Quảng Ngãi”",))
            for field in (("title", "lead") if number % 2 else ("body",))
        )  # fmt: skip
        match = replace(located.matches[0], mentions=mentions)
        topics = tuple(Label(topic=t, score=0.9, words=("một", "hai")) for t in rng.sample(ids, rng.choice((1, 1, 2))))
        tone = Tone(label=rng.choice(("negative", "neutral", "positive")), score=rng.choice((0.6, 0.9)))
        yield replace(plain, located=replace(located, article=article, matches=(match,)), topics=topics, tone=tone)


def make(path: Path, count: int, minutes_apart: float = MINUTES_APART, texts: int = TEXTS) -> float:
    """Write such a record to `path`; later articles take the first `texts` texts again.

    Returns the seconds of it that went into FTS5: preparing the words, writing them, and merging them at the end.
    """
    indexing = 0.0
    with open_record(path, clock=FixedClock(FIRST), keep=KeepSettings()) as record:
        record.desks.apply_desk(_desk(), FIRST, "bench")
        with record.database.alone() as con:  # a file that is thrown away where the making fails
            con.execute("PRAGMA synchronous = OFF")
            con.execute("PRAGMA secure_delete = OFF")
            _set(con, _IN_BULK)
        stories = _Stories(random.Random(9))
        fresh = tagged(count, minutes_apart, texts)
        while batch := list(islice(fresh, BATCH)):
            with record.database.write() as con:
                _write(con, batch, stories)
            began = time.perf_counter()
            with record.database.write() as con:
                _index(con, batch)
            indexing += time.perf_counter() - began
        _count(record, local_day(FIRST), local_day(FIRST + timedelta(minutes=minutes_apart * count)))
        with record.database.alone() as con:
            _set(con, _DAILY)
            began = time.perf_counter()
            while search.merge(con, _MERGED_AT_ONCE):  # as the daily purge leaves it
                pass
            indexing += time.perf_counter() - began
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return indexing


def _set(con: sqlite3.Connection, options: dict[str, int]) -> None:
    for name, value in options.items():
        con.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (name, value))


class _Stories:
    """A third of the articles follow the one before in its story; a story of the press has a few."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._left, self.number, self.key = rng, 0, 0, ""

    def place(self, article: str) -> bool:
        """Give the article its story; True where that is a new one."""
        if self._left and self._rng.random() < 0.4:
            self._left -= 1
            return False
        self.number, self.key, self._left = self.number + 1, article, self._rng.choice((0, 0, 2, 5))
        return True


def _write(con: sqlite3.Connection, batch: list[TaggedArticle], stories: _Stories) -> None:
    """The rows that saving them one by one leaves, a table after the other: some ten times quicker."""
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _TABLES if table not in ("search", "indexed")}
    followed: list[tuple[object, ...]] = []
    for one in batch:
        article = one.located.article
        listed = to_us(article.fetched_at)
        if stories.place(article.id):
            rows["stories"].append((stories.number, DESK, article.title, listed, listed, stories.key, 1))
        else:
            followed.append((listed, stories.number))
        for table, values in _rows(one, stories).items():
            rows[table] += values
    _insert(con, rows)
    con.executemany("UPDATE stories SET updated_at = ?, articles = articles + 1 WHERE id = ?", followed)


def _index(con: sqlite3.Connection, batch: list[TaggedArticle]) -> None:
    rows: dict[str, list[tuple[object, ...]]] = {"search": [], "indexed": []}
    for one in batch:
        article = one.located.article
        marks = [desk_word(DESK), *sorted(topic_word(DESK, t.topic) for t in one.topics), source_word(article.source)]
        n, seen = number(article), " ".join(marks)
        rows["search"].append((n, seen, index_words([article.title]), _body_words(article)))
        rows["indexed"].append((n, seen))
    _insert(con, rows)


def _insert(con: sqlite3.Connection, rows: dict[str, list[tuple[object, ...]]]) -> None:
    for table, values in rows.items():
        con.executemany(f"INSERT INTO {_TABLES[table]} VALUES ({','.join('?' * len(values[0]))})", values)


def number(article: Article) -> int:
    return to_us(article.published.at) // 60_000_000 * 4096


def _rows(one: TaggedArticle, stories: _Stories) -> dict[str, list[tuple[object, ...]]]:
    article, match = one.located.article, one.located.matches[0]
    at, seen = to_us(article.published.at), to_us(article.fetched_at)
    n, day = number(article), day_of(article.fetched_at)
    units = {("unit", mention.unit) for mention in match.mentions}
    tone = one.tone.label if one.tone.sure else "unsure"
    kinds = {("all", ""), ("source", article.source), ("tone", tone), *units, *(("topic", t.topic) for t in one.topics)}
    view = (match.score, int(match.focus), dump_mentions(match.mentions), dump_labels(one.topics), one.tone.label)
    return {
        "articles": [(
            n, article.id, article.url, article.source, article.title, article.lead, article.language, 0, at,
            article.published.provenance, 1, 0, content_hash(article), seen, seen,
        )],
        "article_text": [(n, dump(article.paragraphs), "[]")],
        "article_stories": [(n, stories.key, "[]")],
        "desk_articles": [(DESK, n, *view, one.tone.score, one.model, stories.number, seen, day)],
        "desk_labels": [(DESK, n, kind, key, day) for kind, key in kinds],
        "changes": [(article.id, DESK, "upsert", seen)],
    }  # fmt: skip


def _body_words(article: Article) -> str:
    return f"{index_words([article.lead])} {_paragraph_words(article.paragraphs)}"


@lru_cache(maxsize=TEXTS)
def _paragraph_words(paragraphs: tuple[str, ...]) -> str:
    return index_words(paragraphs)


def _count(record: Record, first: date, last: date) -> None:
    """What the crawl would have counted and polled, for health and the usual day."""
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    with record.database.write() as con:
        con.executemany(
            "INSERT OR REPLACE INTO counts VALUES (?, ?, ?, ?)",
            [
                (day, f"bao{source}", outcome, n)
                for day in days[-400:]
                for source in range(SOURCES)
                for outcome, n in (("found", 45), ("stopped", 40), ("kept", 1), ("failed:timeout", 1))
            ],
        )
        at = to_us(FIRST)
        con.executemany(
            "INSERT INTO endpoints VALUES (?, ?, 'feed', 'ok', '', '', '', NULL, 600000000, ?, ?, ?, ?, 0, '', '')",
            [(f"https://bao{s}.vn/rss/{n}", f"bao{s}", at, at, at, at) for s in range(SOURCES) for n in range(5)],
        )


def _desk() -> Desk:
    office = Recipient(id="vp", name="Văn phòng", roles=(Role.INFORMATION_OFFICE,))
    return Desk(id=DESK, name="Bình Sơn", office="Mẫu", units=("old:524",), recipients=(office,))


def _mark() -> str:
    """Changes with the rules by which the record is made."""
    from store.sqlite.migrate import shipped  # noqa: PLC0415

    parts = [VERSION, *(migration.sha256 for migration in shipped())]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
