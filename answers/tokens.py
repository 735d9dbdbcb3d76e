"""A text cut into numbers, words and signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from core.text import fold

Kind = Literal["number", "word", "sign"]

_NUMBERED: Final = (
    "tháng", "ngày", "quý", "đợt", "điều", "khoản", "mục", "lộ", "ql", "tl", "lớp", "khóa", "thứ", "hạng", "số",
)  # fmt: skip
"""Words whose number is a name: "đợt 2 150 hộ" are two numbers."""
_SPACED: Final = (
    r"(?<![\d.,/])(?<!\d\s)(?i:" + "".join(rf"(?<!\b{word}\s)" for word in _NUMBERED) + ")"
    r"[1-9]\d{0,2}(?:[^\S\n]\d{3}(?!\d))+(?![^\S\n]?\d|\.\d|/)(?:,\d+)?"
)
"""Thousands set apart by blanks ("16 300"), as official tables print them; no part of a telephone number."""

_TOKEN: Final = re.compile(
    rf"(?P<number>{_SPACED}|\d+(?:[.,]\d+)*)|"
    r"(?P<word>[^\W\d_]+(?:[\d²³]+(?![.,]?\d))?|[º°˚](?:\s?[CF]\b)?|[%‰])|(?P<sign>\S)"
)
_SENTENCE_END: Final = frozenset(".!?…:;\"“”‘'(-–—•")
DASHES: Final = frozenset("-–—‑−")


_CAPITALS: Final = 2
"""A sentence of so many words, all in capitals, is in capitals throughout, not made of abbreviations."""


class Token(NamedTuple):
    """One piece of a text. `low` is folded (lower case, one tone placement), `glued`: no space before it.

    In a sentence that is in capitals throughout ("12.345 HỘ DÂN BỊ NGẬP") `text` is in lower case, since capitals tell
    nothing there.
    """

    start: int
    end: int
    text: str
    low: str
    kind: Kind
    glued: bool


NOTHING: Final = Token(-1, -1, "", "", "sign", False)
"""What stands before the first and after the last token."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of a text; an index beyond either end gives NOTHING."""

    text: str
    items: tuple[Token, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Token:
        return self.items[index] if 0 <= index < len(self.items) else NOTHING

    def opens_sentence(self, index: int) -> bool:
        """Whether a capital letter here says nothing: the first word of a text, sentence, quotation or list item."""
        before = self[index - 1]
        return before is NOTHING or (before.kind == "sign" and before.text in _SENTENCE_END)

    def in_capitals(self, index: int) -> bool:
        """Whether a word stands in a sentence that is in capitals throughout."""
        token = self[index]
        return token is not NOTHING and self.text[token.start] != token.text[0]

    def phrase(self, first: int, past: int) -> str:
        """Folded words from `first` up to `past`, one space between."""
        return " ".join(t.low for t in self.items[max(0, first) : max(0, past)])


def cut(text: str) -> Tokens:
    """The tokens of NFC text, in time linear in its length."""
    folded = fold(text)
    if len(folded) != len(text):
        raise ValueError("the text is not NFC")
    found: list[Token] = []
    before, first = -1, 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        if found and "\n" in text[before:start]:
            first = _lower(found, first)
        found.append(Token(start, end, match[0], folded[start:end], kind, start == before))
        before = end
        if kind == "sign" and match[0] in _SENTENCE_END and match[0] not in DASHES:
            first = _lower(found, first)
    _lower(found, first)
    return Tokens(text, tuple(found))


def _lower(found: list[Token], first: int) -> int:
    """Puts the words from `first` on into lower case if all are in capitals; the index after them.

    What a sign holds together stays as it is, and so do single letters: "15/CT-TTG", "5G".
    """
    words = [token.text for token in found[first:] if token.kind == "word" and len(token.text) > 1]
    if len(words) >= _CAPITALS and all(map(str.isupper, words)) and not all(map(str.isascii, words)):
        for at in range(first, len(found)):
            token, earlier = found[at], found[at - 1] if at else NOTHING
            if token.kind == "word" and len(token.text) > 1 and not (token.glued and earlier.kind == "sign"):
                found[at] = token._replace(text=token.text.lower())
    return len(found)
