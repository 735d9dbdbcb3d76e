"""Chooses the sentences by which a report tells a story: the articles' own, quoted as they stand. Pure.

No word is made up. The first sentence is the lead of the article that gives the story its headline; the others come
from later or other articles and add something: figures, places, words that the chosen ones don't have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.records import ArticleText, Quote, ReportArticle
from core.text import clean, fold

Split = Callable[[str], Sequence[str]]
"""A text -> its sentences in order."""

MOST, OF_ONE = 3, 2
"""Sentences of a story, and of one that a single article tells."""
_SHORTEST, _LONGEST = 40, 420
"""Characters of a sentence that is quoted: shorter ones say too little, longer ones are lists run together."""
_SAME: Final = 0.5
"""Share of the shorter sentence's words from which two sentences say the same."""
_PARAGRAPHS: Final = 8
_DATELINE: Final = re.compile(r"^(?:\([^()]{2,24}\)|[A-ZĐ][\w.]{1,15}(?:\s[A-ZĐ]\w{1,8})?)\s+[-–—]\s+")
_PERSON: Final = re.compile(
    r"\b(?i:ông|bà|anh|chị|em|cháu|cô|chú|bác|bé|cụ|nạn nhân|đồng chí|thầy|bác sĩ|nghệ sĩ|ca sĩ|diễn viên|nhạc sĩ"
    r"|nhà văn|nhà báo|luật sư|kỹ sư|tiến sĩ|giáo sư|ths|ts|pgs|gs|thủ tướng|bộ trưởng|thứ trưởng|tổng bí thư"
    r"|chủ tịch nước|(?:thiếu|trung|thượng|đại) (?:tướng|tá|úy)|ni trưởng|ni sư|hòa thượng|thượng tọa|đại đức|linh mục"
    r"|giám mục|mục sư)\.?"
    r"\s+[A-ZĐÀ-ỸƠƯ]\w*"
)
"""A word of address before a capital: the sentence names a person."""
_SPOKEN: Final = re.compile(r"[\"“”«»]|^[-–—]\s|[?:;]$")
"""Somebody's words inside, or an unfinished sentence: no statement of what happened."""
_FIGURE: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    quote: Quote
    words: frozenset[str]
    weight: float
    position: int  # in its article


def choose(
    articles: Sequence[ReportArticle],
    texts: Mapping[str, ArticleText],
    split: Split,
    publisher: Callable[[str], str],
    *,
    title: str = "",
    most: int = MOST,
) -> tuple[Quote, ...]:
    """Two or three sentences (fewer where there are none) of a story's articles, given oldest first.

    `texts` holds what may be quoted; reprints are quoted only where nothing else may be.
    """
    told = [a for a in articles if a.id in texts]
    own = [a for a in told if not a.reprint] or told
    most = min(most, OF_ONE) if len(own) == 1 and most == MOST else most
    groups = [_candidates(a, texts[a.id], split, publisher, title) for a in own]
    every = [candidate for group in groups for candidate in group]
    chosen: list[_Candidate] = []
    while len(chosen) < most:
        left = [c for c in every if all(_shared(c.words, d.words) < _SAME for d in chosen)]
        if not left:
            break
        chosen.append(max(left, key=lambda c: c.weight - _used(c, chosen)))
    order = {a.id: n for n, a in enumerate(own)}
    return tuple(c.quote for c in sorted(chosen, key=lambda c: (c.quote.published, order[c.quote.article], c.position)))


def _candidates(
    article: ReportArticle, text: ArticleText, split: Split, publisher: Callable[[str], str], title: str
) -> list[_Candidate]:
    lead = [(s, n, True) for n, s in enumerate(split(text.lead))]
    body = [(s, n, False) for n, p in enumerate(text.paragraphs[:_PARAGRAPHS]) for s in split(p)]
    found = []
    for place, (raw, position, of_lead) in enumerate([*lead, *body]):
        shown = _DATELINE.sub("", clean(raw))
        if not quotable(shown):
            continue
        weight = (2.0 if of_lead else 0.0) - 0.15 * position + (0.6 if _FIGURE.search(shown) else 0.0)
        weight += 0.8 if article.focus else 0.0
        weight += 1.0 if clean(article.title) == clean(title) and of_lead else 0.0
        quote = Quote(
            article=article.id, text=shown, source=publisher(article.source), published=article.published,
            url=article.url,
        )  # fmt: skip
        found.append(
            _Candidate(quote=quote, words=frozenset(_WORD.findall(fold(shown))), weight=weight, position=place)
        )
    return found


def quotable(sentence: str) -> bool:
    """Whether a sentence stands by itself, names no person by a word of address, and is nobody's speech."""
    if not _SHORTEST <= len(sentence) <= _LONGEST or not sentence.endswith((".", "…", "!")):
        return False
    return not (_PERSON.search(sentence) or _SPOKEN.search(sentence))


def _used(candidate: _Candidate, chosen: Sequence[_Candidate]) -> float:
    """What speaks against another sentence of an article that is quoted already: others are heard too."""
    same = sum(c.quote.article == candidate.quote.article for c in chosen)
    overlap = max((_shared(candidate.words, c.words) for c in chosen), default=0.0)
    return 1.2 * same + 1.5 * overlap


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
