"""The verb `stories`: JSON objects in, {"id", "story"} out, in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import VIETNAM
from core.text import seen
from nlp.stories.assign import Item, Stories

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def filter_rows(rows: Iterable[dict[str, Any]], stories: Stories | None = None) -> Iterator[dict[str, str]]:
    """Rows {"id", "title", "lead", "text", "published", "url"} to {"id", "story"}, each decided once.

    Keys but "id" may be missing; a row without a time is taken to be of the time of the row before it.
    Merges come too late for lines already written and are not repeated. Raises KeyError for a row without "id".
    """
    stories = stories if stories is not None else Stories()
    at = _NO_TIME
    for row in rows:
        at = _time(row.get("published")) or at
        yield {"id": row["id"], "story": stories.assign(_item(row, at)).story}


def _item(row: dict[str, Any], at: datetime) -> Item:
    title, lead, body = (seen(str(row.get(key) or "")) for key in ("title", "lead", "text"))
    source = row.get("source") or urlsplit(str(row.get("url") or "")).netloc
    return Item(id=str(row["id"]), title=title, lead=lead, body=body, published=at, source=str(source))


def _time(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=VIETNAM)).astimezone(UTC)
