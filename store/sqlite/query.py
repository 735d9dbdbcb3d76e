"""What an officer typed -> what is looked for. Any text is a query; none is a syntax error.

Words apart must all occur, anywhere in the article; "words in quotes" must stand together; -word and -"a phrase" must
not occur. The last word, while it is being typed, also finds what begins with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from core.text import clean, fold_plain
from store.sqlite import words

MAX_TERMS: Final = 24
MAX_LENGTH: Final = 500
_PREFIX_FROM: Final = 4
_PREFIX_FROM_MARKED: Final = 3
"""Letters from which an unfinished word finds what begins with it; fewer stand in nearly every article."""
_PART: Final = re.compile(
    r'(?P<minus>(?<!\S)[-−–](?=["“”«\w]))?(?:["“”«»](?P<phrase>[^"“”«»]*)["“”«»]?|(?P<word>[^\s"“”«»]+))'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Syllables that must stand together."""

    syllables: tuple[str, ...]
    wanted: bool = True
    prefix: bool = False  # the last syllable may go on
    unfinished: bool = False  # it may go on too, but is too short to say how
    forms: tuple[str, ...] = ()  # the words of the index that a prefix stands for, where they are known


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """All wanted terms must occur, no other may."""

    terms: tuple[Term, ...]

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.wanted)

    @property
    def loose(self) -> tuple[Term, ...]:
        """Wanted words apart that are whole."""
        return tuple(term for term in self.wanted if len(term.syllables) == 1 and not term.prefix)

    @property
    def pairs(self) -> tuple[str, ...]:
        """Wanted words apart that are neighbours in the query, as the index has them where they are so in a text.

        The last one counts as it stands, as if it were whole: who sends a question rarely ends it with a space.
        """
        apart = (term for term in self.wanted if len(term.syllables) == 1)
        return tuple(words.bare_pair(a.syllables[0], b.syllables[0]) for a, b in pairwise(apart))


def parse(text: str) -> Query:
    """The query of a typed text; without wanted terms it finds nothing."""
    typed = clean(text)[:MAX_LENGTH]
    terms: list[Term] = []
    for match in _PART.finditer(typed):
        wanted = not match["minus"]
        if match["phrase"] is not None:
            syllables = tuple(words.syllables(match["phrase"]))
            terms += [Term(syllables=syllables, wanted=wanted)] if syllables else []
        else:
            terms += _loose(match["word"], wanted=wanted, last=match.end() == len(typed) and not text[-1:].isspace())
    return Query(terms=tuple(dict.fromkeys(terms))[:MAX_TERMS])


def _loose(text: str, *, wanted: bool, last: bool) -> list[Term]:
    """Words apart; what is written together with a hyphen or dot (Covid-19, 3.500) stands together."""
    syllables = tuple(words.syllables(text))
    if not syllables:
        return []
    going_on = last and wanted and len(syllables) == 1 and text[-1].isalnum()
    marked = fold_plain(syllables[0]) != syllables[0]
    prefix = going_on and len(syllables[0]) >= (_PREFIX_FROM_MARKED if marked else _PREFIX_FROM)
    return [Term(syllables=syllables, wanted=wanted, prefix=prefix, unfinished=going_on and not prefix)]


def match_expression(query: Query) -> str | None:
    """The query in the syntax of FTS5's MATCH, or None where it finds nothing."""
    wanted = [_quoted(term) for term in query.terms if term.wanted]
    unwanted = [_quoted(term) for term in query.terms if not term.wanted]
    if not wanted:
        return None
    positive = " AND ".join(wanted)
    return f"({positive}) NOT ({' OR '.join(unwanted)})" if unwanted else positive


def expressions(query: Query) -> tuple[str, ...]:
    """What each wanted term is to MATCH; an expression that stands in brackets where it has several parts."""
    return tuple(_quoted(term) for term in query.wanted)


def pairs(query: Query) -> tuple[str, ...]:
    """What each pair of neighbours is to MATCH."""
    return tuple(f'"{pair}"' for pair in query.pairs)


def beginning(term: Term) -> str:
    """What the words of the index that a prefix stands for begin with."""
    return words.phrase(term.syllables)[0]


def _quoted(term: Term) -> str:
    if term.forms:
        return f"({' OR '.join(f'{chr(34)}{form}{chr(34)}' for form in term.forms)})"
    return f'"{" ".join(words.phrase(term.syllables))}"' + (" *" if term.prefix else "")
