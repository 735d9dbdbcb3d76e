"""The articles of the sample press, read from sample/articles/*.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.text import nfc

FOLDER: Final = Path(__file__).parent / "articles"
NOTICE: Final = "Bài viết mẫu của chương trình diembao, không phải tin thật"
_DATE: Final = re.compile(r"\{ngay([+-]\d+)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a reader sees of an article. A paragraph that begins with "## " is a subhead."""

    title: str
    lead: str
    paragraphs: tuple[str, ...]
    caption: str = ""
    box: tuple[str, ...] = ()  # an editorial box inside the body


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleArticle:
    """An article, when it appears, and the text that replaces it later, if any.

    Either `day` (days before the press opened) with `clock` (local time), or `ago`: minutes before the opening,
    held within the same day; a negative `ago` lies after the opening.
    """

    slug: str
    house: str
    section: str
    text: Text
    day: int = 0
    clock: time = time(8, 0)
    ago: int | None = None
    changed: Text | None = None
    changed_after: int = 0  # minutes after the opening
    reprint_of: str = ""


def dated(text: Text, day: date) -> Text:
    """The text with {ngay}, {ngay-1}, {ngay+3} written out as dd/m counted from the day of publication."""

    def fill(part: str) -> str:
        return _DATE.sub(lambda m: _short(day + timedelta(days=int(m.group(1) or 0))), part)

    return Text(
        title=fill(text.title),
        lead=fill(text.lead),
        paragraphs=tuple(map(fill, text.paragraphs)),
        caption=fill(text.caption),
        box=tuple(map(fill, text.box)),
    )


@cache
def load(folder: Path = FOLDER) -> tuple[SampleArticle, ...]:
    """All articles, reprints filled in from their originals. Raises KeyError, ValueError for a wrong file."""
    rows = [row for file in sorted(folder.glob("*.toml")) for row in _rows(file)]
    own = [_article(row) for row in rows if "reprint_of" not in row]
    by_slug = {article.slug: article for article in own}
    reprints = [_reprint(row, by_slug[row["reprint_of"]]) for row in rows if "reprint_of" in row]
    articles = tuple(own + reprints)
    if len({article.slug for article in articles}) != len(articles):
        raise ValueError(f"{folder}: a slug is used twice: {_twice(a.slug for a in articles)}")
    return articles


def _rows(file: Path) -> list[dict[str, Any]]:
    text = file.read_text(encoding="utf-8")
    if text != nfc(text):
        raise ValueError(f"{file}: not NFC")
    rows: list[dict[str, Any]] = tomllib.loads(text)["article"]
    return rows


def _article(row: dict[str, Any]) -> SampleArticle:
    text = _text(row)
    later = row.get("changed")
    return SampleArticle(
        slug=row["slug"],
        house=row["house"],
        section=row["section"],
        text=text,
        **_when(row),
        changed=_text({"title": text.title, "lead": text.lead, "caption": text.caption, **later}) if later else None,
        changed_after=later["after"] if later else 0,
    )


def _reprint(row: dict[str, Any], source: SampleArticle) -> SampleArticle:
    """The original's text under the reprint's title, without the paragraphs `cut`, after the line `before`."""
    cut = set(row.get("cut", ()))
    kept = tuple(p for number, p in enumerate(source.text.paragraphs) if number not in cut)
    before = (row["before"],) if "before" in row else ()
    text = replace(
        source.text,
        title=row.get("title", source.text.title),
        lead=row.get("lead", source.text.lead),
        paragraphs=before + kept,
        caption="",
        box=(),
    )
    return SampleArticle(
        slug=row["slug"],
        house=row["house"],
        section=row["section"],
        text=text,
        reprint_of=source.slug,
        **_when(row),
    )


def _text(row: dict[str, Any]) -> Text:
    return Text(
        title=row["title"],
        lead=row["lead"],
        paragraphs=_paragraphs(row["body"]),
        caption=row.get("caption", ""),
        box=_paragraphs(row.get("box", "")),
    )


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", body) if part.strip())


def _when(row: dict[str, Any]) -> dict[str, Any]:
    if "ago" in row:
        return {"ago": int(row["ago"])}
    return {"day": int(row["day"]), "clock": time.fromisoformat(row["time"])}


def _short(day: date) -> str:
    return f"{day.day}/{day.month}"


def _twice(slugs: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [slug for slug in slugs if slug in seen or seen.add(slug)]  # type: ignore[func-returns-value]
