"""A desk's own records to take along, as JSON Lines and CSV. Pure.

Titles, addresses, dates, labels, notes and counts. Texts only where they are given, by somebody who has said why.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from core.clock import local
from core.records import ArticleText, ReportArticle
from core.text import clean
from reports.xlsx import safe

COLUMNS: Final = (
    "id", "title", "url", "publisher", "published", "day", "about", "topics", "tone", "story", "reprint", "state",
    "changed", "handling", "notes",
)  # fmt: skip
TEXTS: Final = ("lead", "text")
COUNTS: Final = ("day", "articles", "read")

Row = Mapping[str, object]


def article(
    found: ReportArticle, publisher: Callable[[str], str], handling: str, notes: Iterable[str],
    text: ArticleText | None = None,
) -> Row:  # fmt: skip
    """One article. Times are Vietnamese, with their zone; what is not known is None."""
    row: dict[str, object] = {
        "id": found.id,
        "title": clean(found.title),
        "url": found.url,
        "publisher": publisher(found.source),
        "published": local(found.published).isoformat(timespec="seconds"),
        "day": found.day,
        "about": found.focus,
        "topics": list(found.topics),
        "tone": found.tone,
        "story": found.story,
        "reprint": found.reprint,
        "state": found.state,
        "changed": local(found.revised_at).isoformat(timespec="seconds") if found.revised_at else None,
        "handling": handling,
        "notes": list(notes),
    }
    return row | ({"lead": text.lead, "text": "\n".join(text.paragraphs)} if text else {})


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A line each."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def csv_lines(rows: Iterable[Row], columns: Iterable[str]) -> Iterator[str]:
    """With a head; every cell quoted and none a formula. A spreadsheet knows UTF-8 by the mark at the beginning."""
    names = tuple(columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    out.write("\ufeff")
    writer.writerow(names)
    for row in rows:
        writer.writerow([safe(_cell(row.get(name))) for name in names])
        yield _taken(out)
    yield _taken(out)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return str(value)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
