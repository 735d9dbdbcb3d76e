"""What an officer typed into the search: words, and field words (nguồn: chủ đề: từ: đến:) that narrow it. Pure.

Field words are known with and without diacritics, in Vietnamese and English; a value of several words stands in
quotation marks, or is as many of the words that follow as name a publisher or topic together (nguồn:tuổi trẻ).
What can't be understood is told, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from core.clock import YEARS
from core.records import SearchFilters
from core.text import fold_plain
from core.topics import TOPIC_IDS, TOPICS

Field = Literal["source", "topic", "first", "last"]

_FIELDS: Final[dict[str, Field]] = {
    "nguon": "source", "bao": "source", "source": "source",
    "chu de": "topic", "chude": "topic", "topic": "topic",
    "tu": "first", "tu ngay": "first", "from": "first",
    "den": "last", "den ngay": "last", "to": "last",
}  # fmt: skip
_FIELD: Final = re.compile(
    rf"(?<![^\s])(?P<name>{'|'.join(sorted(map(re.escape, _FIELDS), key=len, reverse=True))})\s*:\s*"
    r'(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))'
)
_DAY: Final = re.compile(
    r"^(?:(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})(?:[/.-](?P<y>\d{4}))?|(?P<iso>\d{4}-\d{1,2}-\d{1,2}))$"
)
_FOLLOWING: Final = re.compile(r'\s+([^\s":-][^\s":]*)(?!\S)')
"""A further word of a name: neither a phrase, nor excluded, nor a field."""
_LONGEST_NAME: Final = 8
_QUOTES: Final = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The words that are left, what narrows them, and the field words that could not be understood."""

    words: str
    filters: SearchFilters
    unknown: tuple[str, ...] = ()


def read(text: str, sources: Mapping[str, str], today: date) -> Typed:
    """`sources`: id -> name of every publisher. A day without a year is the last such day."""
    typed = text.translate(_QUOTES)
    found: dict[Field, list[str]] = {"source": [], "topic": [], "first": [], "last": []}
    unknown: list[str] = []
    left, at = [], 0
    folded = fold_plain(typed)
    for match in _FIELD.finditer(folded):
        field, end = _FIELDS[match["name"]], match.end()
        value = match["quoted"] if match["quoted"] is not None else match["bare"]
        meant = _meant(field, value.strip(), sources, today)
        if match["bare"] and field in ("source", "topic"):
            for longer in _longer(folded, end):
                if whole := _meant(field, folded[match.start("bare") : longer], sources, today):
                    meant, end = whole, longer
                    break
        (found[field] if meant else unknown).extend(meant or [typed[match.start() : end]])
        left.append(typed[at : match.start()])
        at = end
    left.append(typed[at:])
    filters = SearchFilters(
        sources=tuple(dict.fromkeys(found["source"])), topics=tuple(dict.fromkeys(found["topic"])),
        first=date.fromisoformat(max(found["first"])) if found["first"] else None,
        last=date.fromisoformat(min(found["last"])) if found["last"] else None,
    )  # fmt: skip
    return Typed(words=" ".join(" ".join(left).split()), filters=filters, unknown=tuple(unknown))


def _longer(text: str, end: int) -> list[int]:
    """Where a value that ends at `end` may end with the words that follow, the farthest first."""
    ends: list[int] = []
    while len(ends) < _LONGEST_NAME and (word := _FOLLOWING.match(text, ends[-1] if ends else end)):
        ends.append(word.end())
    return ends[::-1]


def joined(one: SearchFilters, other: SearchFilters) -> SearchFilters:
    """Both together: the narrower dates, the sources and topics of either."""
    return SearchFilters(
        sources=tuple(dict.fromkeys((*one.sources, *other.sources))),
        topics=tuple(dict.fromkeys((*one.topics, *other.topics))),
        first=max(filter(None, (one.first, other.first)), default=None),
        last=min(filter(None, (one.last, other.last)), default=None),
    )


def _meant(field: Field, value: str, sources: Mapping[str, str], today: date) -> list[str]:
    if field == "source":
        return _named(value, sources.items())
    if field == "topic":
        names = [(t.id, name) for t in TOPICS for name in (t.vi, t.en, t.id)]
        return [topic for topic in _named(value, names) if topic in TOPIC_IDS]
    day = _day(value, today)
    return [day.isoformat()] if day else []


def _named(value: str, names: Iterable[tuple[str, str]]) -> list[str]:
    """Ids whose id or name is the value, else those whose name has it at the beginning of a word."""
    wanted = _spoken(value)
    if not wanted:
        return []
    known = [(key, _spoken(name)) for key, name in names]
    exact = [key for key, name in known if wanted in (name, fold_plain(key))]
    begins = re.compile(rf"(?<!\w){re.escape(wanted)}")
    return list(dict.fromkeys(exact or [key for key, name in known if begins.search(name)]))


def _spoken(name: str) -> str:
    """A name without case, diacritics and commas: "y te suc khoe"."""
    return " ".join(fold_plain(name).replace(",", " ").split())


def _day(value: str, today: date) -> date | None:
    match = _DAY.match(value)
    if match is None:
        return None
    try:
        if match["iso"]:
            year, month, day = map(int, match["iso"].split("-"))
        else:
            year, month, day = int(match["y"] or today.year), int(match["m"]), int(match["d"])
        found = date(year, month, day)
    except ValueError:
        return None
    if not YEARS[0] <= year <= YEARS[1]:
        return None
    return found.replace(year=year - 1) if not (match["iso"] or match["y"]) and found > today else found
