"""Words of an article as PostgreSQL's text search takes them, and what is asked of them.

A tsvector has no columns: a hit in the title is told by its weight (A), the words of desks and topics by theirs (C).
Each of the four rows of words (store/sqlite/words.py) counts its own places, so that a text may have 16,383
syllables, the most that a place can say; what comes after is found without its place, so in no phrase.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from store.sqlite import words
from store.sqlite.query import Query, Term

_LAST_PLACE: Final = 16_383
_PLACES: Final = 255
"""Places of one word that a tsvector keeps (its MAXNUMPOS)."""
_LARGEST: Final = 900_000
"""Bytes; a tsvector may have 1,048,575. A text as long as twenty novels loses its rarest words, not its article."""
_BREAK: Final = "="


def vector(marks: str, title: str, body: str) -> str:
    """A tsvector in its written form."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for number, mark in enumerate(marks.split(), start=1):
        places[mark].append(f"{number}C")
    end = _place(places, title.split(), 0, "A")
    _place(places, body.split(), end, "")
    written: list[str] = []
    size = 0
    for word, found in places.items():
        size += len(word.encode()) + 4 + 2 * len(found)
        if size > _LARGEST:
            break
        written.append(f"'{word}':{','.join(found)}" if found else f"'{word}'")
    return " ".join(written)


def _place(places: defaultdict[str, list[str]], row: Iterable[str], start: int, weight: str) -> int:
    """Note where each word stands; a paragraph's end is a gap that no phrase spans. Returns the last place."""
    counted: Counter[str] = Counter()
    for word in row:
        if word == _BREAK:
            start += max(counted.values(), default=0) + 1
            counted.clear()
            continue
        kind = "==" if word.startswith("==") else word[0] if word[0] in "=_" else ""
        counted[kind] += 1
        place = start + counted[kind]
        known = places[word]
        if place <= _LAST_PLACE and len(known) < _PLACES:
            known.append(f"{place}{weight}")
    return start + max(counted.values(), default=0) + 1


def all_of(query: Query) -> str | None:
    """The query as a tsquery in its written form, or None where it finds nothing."""
    wanted = [_said(term) for term in query.wanted]
    unwanted = [f"!{_said(term)}" for term in query.terms if not term.wanted]
    return " & ".join([*wanted, *unwanted]) if wanted else None


def any_of(query: Query) -> str:
    """What counts towards relevance: each wanted term, and words apart that stand side by side as they were typed."""
    return " | ".join([*(_said(term) for term in query.wanted), *(_phrase([pair]) for pair in query.pairs)])


def one_of(row: Iterable[str]) -> str:
    """Any of these index words."""
    return "(" + " | ".join(f"'{word}'" for word in row) + ")"


def _said(term: Term) -> str:
    return _phrase(words.phrase(term.syllables), prefix=term.prefix)


def _phrase(row: list[str], *, prefix: bool = False) -> str:
    said = " <-> ".join(f"'{word}'" for word in row)
    return f"({said}{':*' if prefix else ''})"
