"""A short passage of an article with what was looked for marked by U+E000 and U+E001."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from core.text import fold_plain, written
from store.sqlite.query import Query, Term

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
LENGTH: Final = 220


def snippet(query: Query, texts: Sequence[str], length: int = LENGTH) -> str:
    """About `length` characters of the first text with the most different terms; the first text where none is."""
    patterns = [_pattern(term) for term in query.wanted]
    best, best_spans, most = next((text for text in texts if text), ""), [], 0
    for text in filter(None, texts):
        spans = _spans(text, patterns)
        kinds = len({kind for _, _, kind in spans})
        if kinds > most:
            best, best_spans, most = text, spans, kinds
        if most == len(patterns):
            break
    return _cut(best, [(start, end) for start, end, _ in best_spans], length)


@lru_cache(maxsize=256)
def _pattern(term: Term) -> re.Pattern[str]:
    """What finds the term in a text as it is printed; typed without diacritics, in every spelling.

    It begins with the letters of the first syllable, for which a text is searched fastest; only then it looks back.
    """
    bare = all(fold_plain(syllable) == syllable for syllable in term.syllables)
    first, *others = (written(syllable, bare=bare) for syllable in term.syllables)
    begin = rf"{first}(?<![^\W_].{{{len(term.syllables[0])}}})"
    return re.compile(begin + "".join(rf"[\W_]+{other}" for other in others) + _end(term), re.DOTALL)


def _end(term: Term) -> str:
    return r"[^\W_]*" if term.prefix else r"(?![^\W_])"


def _spans(text: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int, int]]:
    """Hits as (start, end, term), not overlapping, in order."""
    hits = [(m.start(), m.end(), kind) for kind, pattern in enumerate(patterns) for m in pattern.finditer(text)]
    kept: list[tuple[int, int, int]] = []
    for hit in sorted(hits):
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept


def _cut(text: str, spans: list[tuple[int, int]], length: int) -> str:
    first = spans[0][0] if spans else 0
    start = max(0, first - length // 3)
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + length // 2)
    parts, at = [], start
    for a, b in spans:
        if a >= at and b <= end:
            parts += [_unmarked(text[at:a]), OPEN, _unmarked(text[a:b]), CLOSE]
            at = b
    parts.append(_unmarked(text[at:end]))
    return ("… " if start else "") + "".join(parts).strip() + (" …" if end < len(text) else "")


def _unmarked(text: str) -> str:
    """Marks that the text itself brings are none of ours."""
    return text.replace(OPEN, "").replace(CLOSE, "")
