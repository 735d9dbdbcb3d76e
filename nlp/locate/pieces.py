"""An article as one text with the place of each field in it, and a digest cut into its items."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Final

from core.records import Article, MentionField
from core.text import nfc

LIMIT: Final = 200_000
"""Characters of an article that are read. More is no article; hostile input of megabytes must not stop the line."""

_DIGEST: Final = re.compile(
    r"\b(?:tin vắn|điểm tin|bản tin|tin nhanh|tin ngắn|tin tức 24h|tin trong nước|tin trong tỉnh|tin địa phương"
    r"|điểm báo|24h qua|24 giờ qua|tin sáng|tin chiều|tin tối|tin nóng|tin vui|tin thời sự)\b",
    re.IGNORECASE,
)
_HEADLINE: Final = 100  # characters: a shorter line that ends no sentence is the headline of an item
_FEWEST: Final = 4  # lines of a digest


@dataclass(frozen=True, slots=True)
class Piece:
    """One field of the article, or paragraph of its body, as a stretch of the assembled text."""

    field: MentionField
    index: int
    start: int
    end: int


def assemble(article: Article) -> tuple[str, list[Piece]]:
    """All fields in NFC, a blank line between, with the place of each."""
    parts: list[tuple[MentionField, int, str]] = [("title", 0, article.title), ("lead", 0, article.lead)]
    parts += [("body", i, paragraph) for i, paragraph in enumerate(article.paragraphs)]
    parts += [("caption", i, caption) for i, caption in enumerate(article.captions)]
    parts += [("meta", i, meta) for i, meta in enumerate(article.meta)]
    pieces: list[Piece] = []
    texts: list[str] = []
    at = 0
    for field, index, raw in parts:
        text = nfc(raw[: LIMIT + 1])[: max(0, LIMIT - at)]
        if text:
            pieces.append(Piece(field, index, at, at + len(text)))
            texts.append(text)
            at += len(text) + 2
    return "\n\n".join(texts), pieces


def items(text: str, pieces: list[Piece]) -> list[tuple[int, int]]:
    """Stretches of the text that are to be understood each by itself: one, or the items of a digest.

    A digest says that it is one in its title or beginning, and has several headlines on lines of their own. What a
    province is named for in one item is no evidence for another.
    """
    if not _DIGEST.search(text, 0, 160):
        return [(0, len(text))]
    lines = _lines(text)
    if len(lines) < _FEWEST:
        return [(0, len(text))]
    titles = {piece.start for piece in pieces if piece.field in {"title", "lead"}}
    heads = [start for start, end in lines if start in titles or _is_headline(text[start:end])]
    if len(heads) < 3:
        heads = [start for start, _ in lines]
    bounds = sorted({0, *heads, len(text)})
    return list(itertools.pairwise(bounds))


def _lines(text: str) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text) if m.group().strip()]


def _is_headline(line: str) -> bool:
    line = line.strip()
    return len(line) <= _HEADLINE and not line.endswith((".", "!", "?", "…", ":", ";", ","))
