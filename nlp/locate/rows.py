"""The filter behind `diembao locate`: rows of JSON in, rows of JSON out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from core.clock import to_utc
from core.records import Article, Published, Publisher
from core.text import seen
from nlp.locate.locator import DeskLocator

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def filter_rows(
    rows: Iterable[dict[str, Any]], locator: DeskLocator, publishers: Mapping[str, Publisher] | None = None
) -> Iterator[dict[str, Any]]:
    """{"id", "title", "lead", "text"[, "published", "source", "section"]} -> {"id", "localities"}, in order.

    Each locality is {"id", "focus", "score", "mentions": [{"field", "index", "start", "end", "unit", "score",
    "evidence"}]}.
    """
    for row in rows:
        located = locator.locate(article_of(row), (publishers or {}).get(str(row.get("source"))))
        yield {
            "id": row.get("id"),
            "localities": [
                {
                    "id": match.desk,
                    "focus": match.focus,
                    "score": match.score,
                    "mentions": [
                        {
                            "field": mention.field,
                            "index": mention.index,
                            "start": mention.start,
                            "end": mention.end,
                            "unit": mention.unit,
                            "score": mention.score,
                            "evidence": list(mention.evidence),
                        }
                        for mention in match.mentions
                    ],
                }
                for match in located.matches
            ],
        }


def article_of(row: dict[str, Any]) -> Article:
    """A row as an article. A time that is missing or unreadable is doubtful and no evidence."""
    section = row.get("section")
    return Article(
        id=str(row.get("id", "")),
        url="",
        source=str(row.get("source") or ""),
        title=seen(str(row.get("title") or "")),
        lead=seen(str(row.get("lead") or "")),
        paragraphs=(seen(str(row.get("text") or "")),),
        captions=(),
        published=_published(row.get("published")),
        fetched_at=_UNKNOWN,
        meta=(seen(str(section)),) if section else (),
    )


def _published(value: object) -> Published:
    try:
        return Published(at=to_utc(datetime.fromisoformat(str(value))), provenance="feed")
    except ValueError:
        return Published(at=_UNKNOWN, provenance="fetched", doubtful=True)
