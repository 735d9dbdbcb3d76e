"""A desk of 100,000 articles in some ten years (invented text), made once and kept: for the pages and the search."""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from bench._press import START, articles
from core.clock import FixedClock, local_day
from core.records import Desk, Label, Mention, Recipient, StoryChoice, TaggedArticle, Tone
from core.roles import Role
from core.settings import KeepSettings
from core.topics import TOPICS
from store.sqlite.record import Record, open_record
from store.sqlite.rows import to_us

ARTICLES: Final = 100_000
DESK: Final = "binh_son"
MINUTES_APART: Final = 50.0
"""About 29 articles a day over nine and a half years; the last of them on the day that is looked at."""
SOURCES: Final = 70
UNITS: Final = ("new:21100", "new:21085", "new:21040", "new:21109", "new:21061", "old:524")
VERSION: Final = "2"
FIRST: Final = START - timedelta(days=365 * 8)


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
        _make(making, count)
        making.rename(kept)
    own = Path(tempfile.mkdtemp(prefix="diembao-bench-")) / "diembao.sqlite3"
    shutil.copyfile(kept, own)
    return Filled(path=own, newest=FIRST + timedelta(minutes=MINUTES_APART * (count - 1)))


def tagged(count: int) -> Iterator[TaggedArticle]:
    """Articles of the desk with topics of the whole set, units of its area, and in part about it."""
    rng = random.Random(5)
    ids = [topic.id for topic in TOPICS]
    shift = FIRST - START
    for number, plain in enumerate(articles(count, desk=DESK, sources=SOURCES, step_minutes=MINUTES_APART)):
        located = plain.located
        article = located.article
        published = replace(article.published, at=article.published.at + shift)
        article = replace(article, published=published, fetched_at=article.fetched_at + shift)
        mentions = tuple(
            Mention(field=field, index=0, start=0, end=4, unit=rng.choice(UNITS), score=0.97,
                    evidence=("vì câu có tên tỉnh “Quảng Ngãi”",))
            for field in (("title", "lead") if number % 2 else ("body",))
        )  # fmt: skip
        match = replace(located.matches[0], mentions=mentions)
        topics = tuple(Label(topic=t, score=0.9, words=("một", "hai")) for t in rng.sample(ids, rng.choice((1, 1, 2))))
        tone = Tone(label=rng.choice(("negative", "neutral", "positive")), score=rng.choice((0.6, 0.9)))
        yield replace(plain, located=replace(located, article=article, matches=(match,)), topics=topics, tone=tone)


def _make(path: Path, count: int) -> None:
    with open_record(path, clock=FixedClock(FIRST), keep=KeepSettings()) as record:
        record.desks.apply_desk(_desk(), FIRST, "bench")
        story, left = "", 0
        rng = random.Random(9)
        batch: list[TaggedArticle] = []
        for one in tagged(count):
            batch.append(one)
            if len(batch) == 500:
                story, left = _save(record, batch, rng, story, left)
                batch = []
        _save(record, batch, rng, story, left)
        _count(record, local_day(FIRST), local_day(FIRST + timedelta(minutes=MINUTES_APART * count)))
        with record.database.alone() as con:
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _save(record: Record, batch: list[TaggedArticle], rng: random.Random, story: str, left: int) -> tuple[str, int]:
    """A third of the articles follow an earlier one in its story; a story of the press has a few."""
    with record.database.write():
        for one in batch:
            if left and rng.random() < 0.4:
                left -= 1
            else:
                story, left = one.located.article.id, rng.choice((0, 0, 2, 5))
            record.articles.save(one, [], story=StoryChoice(story=story))
    return story, left


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
