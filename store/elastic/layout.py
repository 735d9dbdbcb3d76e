"""Names and forms of the indices: one a month of publication, behind one alias; a rebuild makes a new generation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from core.clock import day_bounds, local, local_day
from core.errors import ConfigError
from core.records import IndexDocument
from store.sqlite.retention import months_before

FOLDER: Final = Path(__file__).parent.parent.parent / "index_config"
TITLE_COUNTS: Final = 5
"""A word of the title counts as five of the body, as it does in the record's own search."""
FILLING: Final = "+"
LENGTHS: Final = 4
"""From three on, every article can be filled so; measured on the press, 4 comes nearest to the record's order."""
_INDEX: Final = re.compile(r"^(?P<alias>.+)-g(?P<generation>\d+)-(?P<month>\d{4}-\d{2})(?P<titles>-titles)?$")


def month_of(published: datetime) -> str:
    """The Vietnamese month, "2026-11"."""
    return local_day(published).isoformat()[:7]


def month_start(now: datetime, back: int = 0) -> datetime:
    """The first moment of the Vietnamese month so many months ago, in UTC."""
    return day_bounds(months_before(local(now), back).date().replace(day=1))[0]


def index_name(alias: str, generation: int, month: str, *, titles: bool = False) -> str:
    """Name of a month's index; `titles`: of what is left of it once the time of its texts is over."""
    return f"{alias}-g{generation}-{month}{'-titles' if titles else ''}"


def has_titles_only(index: str) -> bool:
    """Whether an index is what is left of a month."""
    match = _INDEX.match(index)
    return bool(match and match["titles"])


def generation_of(index: str) -> int:
    """Generation of an index; 0 where the name is not one of ours."""
    match = _INDEX.match(index)
    return int(match["generation"]) if match else 0


def month_in(index: str) -> str:
    """Month of an index; "" where the name is not one of ours."""
    match = _INDEX.match(index)
    return match["month"] if match else ""


def source_of(document: IndexDocument) -> dict[str, Any]:
    """The document as the engine takes it."""
    return {
        "article": document.article,
        "number": document.number,
        "desks": list(document.desks),
        "topics": list(document.topics),
        "source": document.source,
        "published": document.published.isoformat(),
        "words": [*[document.title] * TITLE_COUNTS, document.body, _filling(document)],
    }


def _filling(document: IndexDocument) -> str:
    """So many words that nobody asks for that the field is LENGTHS times as long as the text.

    The engine ranks by how often a word occurs and how long the text is. The title stands there five times for the
    first; for the second that must not make an article with a long title a long one.
    """
    title, body = (len(text.split()) for text in (document.title, document.body))
    return f"{FILLING} " * (LENGTHS * (title + body) - (TITLE_COUNTS * title + body))


def template(name: str, alias: str, replicas: int) -> dict[str, Any]:
    """A shipped template for indices of this alias. Raises ConfigError where the file is missing or damaged."""
    path = FOLDER / name
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the index template can't be read ({error}); reinstall the program") from error
    body["index_patterns"] = [f"{alias}-g*"]
    body["template"]["settings"]["number_of_replicas"] = replicas
    return body


def newest(indices: Iterable[str]) -> int:
    """The highest generation among index names; 0 without one."""
    return max(map(generation_of, indices), default=0)


def months(by_index: Mapping[str, Any]) -> tuple[str, ...]:
    """Months of some indices, oldest first."""
    return tuple(sorted(filter(None, map(month_in, by_index))))
