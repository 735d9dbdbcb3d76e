"""How records are written into columns and read back: times, lists, and what a page shows of an article."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic_core import from_json

from core.clock import local_day, to_utc
from core.records import (
    Article,
    Entry,
    Label,
    ListedArticle,
    Mention,
    PendingPage,
    Published,
    Reprint,
    Tone,
    is_about,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC. Raises ValueError for a naive time."""
    return (to_utc(moment) - _EPOCH) // _MICROSECOND


def from_us(value: int) -> datetime:
    """The aware UTC time of `to_us`."""
    return _EPOCH + timedelta(microseconds=value)


def maybe_us(moment: datetime | None) -> int | None:
    return None if moment is None else to_us(moment)


def maybe_from_us(value: int | None) -> datetime | None:
    return None if value is None else from_us(value)


def day_of(moment: datetime) -> str:
    """ISO date of the Vietnamese day."""
    return local_day(moment).isoformat()


def dump(value: object) -> str:
    """Compact JSON in plain characters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def texts(value: str | None) -> tuple[str, ...]:
    """A tuple of strings from its JSON."""
    return tuple(from_json(value)) if value else ()


def content_hash(article: Article) -> str:
    """SHA-256 over title, lead and paragraphs: what makes a text another text."""
    return hashlib.sha256(dump([article.title, article.lead, *article.paragraphs]).encode()).hexdigest()


def dump_mentions(mentions: Iterable[Mention]) -> str:
    return dump([[m.field, m.index, m.start, m.end, m.unit, round(m.score, 4), list(m.evidence)] for m in mentions])


def load_mentions(value: str) -> tuple[Mention, ...]:
    return tuple(
        Mention(field=field, index=index, start=start, end=end, unit=unit, score=score, evidence=tuple(evidence))
        for field, index, start, end, unit, score, evidence in from_json(value)
    )


def focus_of(row: sqlite3.Row) -> bool:
    """Of a row with focus and mentions: whether the article is told as being about the place."""
    return is_about(bool(row["focus"]), {(field, index) for field, index, *_ in from_json(row["mentions"])})


def dump_labels(labels: Iterable[Label]) -> str:
    return dump([[label.topic, round(label.score, 4), list(label.words)] for label in labels])


def load_labels(value: str) -> tuple[Label, ...]:
    return tuple(Label(topic=topic, score=score, words=tuple(words)) for topic, score, words in from_json(value))


def published_values(published: Published | None) -> tuple[int | None, str | None, int, int]:
    """published_at, provenance, zone_stated, doubtful."""
    if published is None:
        return None, None, 1, 0
    return to_us(published.at), published.provenance, int(published.zone_stated), int(published.doubtful)


def load_published(row: sqlite3.Row) -> Published:
    return Published(
        at=from_us(row["published_at"]),
        provenance=row["provenance"],
        zone_stated=bool(row["zone_stated"]),
        doubtful=bool(row["doubtful"]),
    )


def load_article(row: sqlite3.Row) -> Article:
    """A row of articles with paragraphs and captions."""
    return Article(
        **{name: row[name] for name in ("id", "url", "source", "title", "lead", "language")},
        paragraphs=texts(row["paragraphs"]),
        captions=texts(row["captions"]),
        published=load_published(row),
        fetched_at=from_us(row["last_seen"]),
        reserved=bool(row["reserved"]),
    )


PAGE_COLUMNS: Final = (
    "n, id, identity, source, host, url, found_in, title, lead, guid, published_at, provenance, zone_stated, doubtful,"
    " found_at, not_before, attempts"
)


def load_page(row: sqlite3.Row) -> PendingPage:
    """A row with PAGE_COLUMNS."""
    entry = Entry(
        source=row["source"],
        url=row["url"],
        found_in=row["found_in"],
        title=row["title"],
        lead=row["lead"],
        guid=row["guid"],
        published=load_published(row) if row["published_at"] is not None else None,
    )
    return PendingPage(
        id=row["id"],
        entry=entry,
        found_at=from_us(row["found_at"]),
        attempts=row["attempts"],
        due=from_us(row["not_before"]) if row["not_before"] > row["found_at"] else None,
    )


LISTED_COLUMNS: Final = (
    "a.n, a.id, a.url, a.source, a.title, a.lead, a.published_at, a.provenance, a.zone_stated, a.doubtful,"
    " a.first_seen, a.revised_at, a.revisions, a.state AS article_state, d.focus, d.topics, d.tone, d.tone_score,"
    " d.mentions, d.model, d.story, d.listed_at, x.story AS story_key, x.reprint_of, x.overlap, x.earlier,"
    " x.doubtful AS order_doubtful, r.title AS other_title, r.source AS other_source,"
    " (SELECT json_group_array(json_array(c.topic, c.present, c.tone)) FROM corrections c"
    " WHERE c.n = d.n AND c.desk = d.desk AND c.undone_at IS NULL) AS corrected"
)
LISTED_FROM: Final = (
    "desk_articles d JOIN articles a ON a.n = d.n LEFT JOIN article_stories x ON x.n = d.n"
    " LEFT JOIN articles r ON r.id = x.reprint_of"
    " AND EXISTS (SELECT 1 FROM desk_articles o WHERE o.desk = d.desk AND o.n = r.n)"
)


def load_listed(row: sqlite3.Row) -> ListedArticle:
    """A row with LISTED_COLUMNS."""
    values: dict[str, Any] = {name: row[name] for name in ("id", "url", "source", "title", "lead")}
    topics, tone, removed = _as_corrected(row)
    revised_at = maybe_from_us(row["revised_at"])
    return ListedArticle(
        **values,
        published=load_published(row),
        first_seen=from_us(row["first_seen"]),
        revised_at=revised_at,
        focus=focus_of(row),
        topics=topics,
        tone=tone,
        mentions=load_mentions(row["mentions"]),
        state=row["article_state"],
        withdrawn_at=revised_at if row["article_state"] == "withdrawn" else None,
        removed_topics=removed,
        story=row["story_key"] or "",
        reprint=_load_reprint(row),
    )


def _as_corrected(row: sqlite3.Row) -> tuple[tuple[Label, ...], Tone, tuple[str, ...]]:
    """Topics and tone of the model as a person has set them, and the topics that a person has taken away."""
    topics = {label.topic: label for label in load_labels(row["topics"])}
    tone = Tone(label=row["tone"], score=row["tone_score"])
    removed = []
    for topic, present, set_tone in from_json(row["corrected"]):
        if set_tone:
            tone = Tone(label=set_tone, score=1.0, corrected=True)
        elif present:
            words = topics[topic].words if topic in topics else ()
            topics[topic] = Label(topic=topic, score=1.0, words=words, corrected=True)
        else:
            topics.pop(topic, None)
            removed.append(topic)
    return tuple(topics.values()), tone, tuple(removed)


def _load_reprint(row: sqlite3.Row) -> Reprint | None:
    if not row["reprint_of"]:
        return None
    return Reprint(
        article=row["reprint_of"],
        source=row["other_source"] or "",
        title=row["other_title"] or "",
        overlap=row["overlap"],
        first=row["earlier"] == row["id"],
        doubtful=bool(row["order_doubtful"]),
    )
