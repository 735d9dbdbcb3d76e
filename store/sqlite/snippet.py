"""A short passage of an article with what was looked for marked by U+E000 and U+E001."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from core.text import fold, fold_plain
from store.sqlite.query import Query, Term

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
LENGTH: Final = 220
_MARKS: Final = str.maketrans("", "", OPEN + CLOSE)


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
def _pattern(term: Term) -> tuple[bool, re.Pattern[str]]:
    """(with diacritics?, pattern over the text folded that way).

    It begins with the letters of the first syllable, for which a text is searched fastest; only then it looks back.
    """
    with_marks = any(fold_plain(s) != s for s in term.syllables)
    first, *others = (re.escape(s) for s in term.syllables)
    body = "".join([rf"{first}(?<![^\W_]{first})", *(rf"[\W_]+{other}" for other in others)])
    return with_marks, re.compile(body + (r"[^\W_]*" if term.prefix else r"(?![^\W_])"))


def _spans(text: str, patterns: Sequence[tuple[bool, re.Pattern[str]]]) -> list[tuple[int, int, int]]:
    """Hits as (start, end, term), not overlapping, in order. Folding keeps the length of NFC text."""
    marked = fold(text) if any(with_marks for with_marks, _ in patterns) else ""
    bare = fold_plain(text) if not all(with_marks for with_marks, _ in patterns) else ""
    hits = [
        (m.start(), m.end(), kind)
        for kind, (with_marks, pattern) in enumerate(patterns)
        for m in pattern.finditer(marked if with_marks else bare)
    ]
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
            parts += [text[at:a].translate(_MARKS), OPEN, text[a:b].translate(_MARKS), CLOSE]
            at = b
    parts.append(text[at:end].translate(_MARKS))
    return ("… " if start else "") + "".join(parts).strip() + (" …" if end < len(text) else "")
