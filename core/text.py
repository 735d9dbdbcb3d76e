"""Text at the door, and the one place for folding.

Everything that enters goes through `nfc` or `clean`; everything that is compared goes through `fold` (case and the
two ways of placing a tone mark) or `fold_plain` (diacritics dropped as well). Both folds of NFC text keep its length,
so that an offset found in folded text is an offset in the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_TONED: Final = {
    "a": "àáảãạ", "e": "èéẻẽẹ", "o": "òóỏõọ", "u": "ùúủũụ", "y": "ỳýỷỹỵ",
}  # fmt: skip
_OLD_TO_NEW: Final = {
    first + _TONED[second][tone]: _TONED[first][tone] + second
    for first, second in (("o", "a"), ("o", "e"), ("u", "y"))
    for tone in range(5)
}
"""oà -> òa, oè -> òe, uỳ -> ùy and so on: the tone on the last vowel of an open syllable moves to the first."""
_LETTER: Final = r"[^\W\d_]|[\u0300-\u036f]"
"""A letter, or a mark that stayed alone in composed text."""

_OLD_TONE: Final = re.compile(rf"(o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?<![qQ]..)(?!{_LETTER})")
"""One of _OLD_TO_NEW. What stands before is looked at last: looked at first, it would be at every letter of a text."""
_QU_TONE: Final = re.compile(r"q([ùúủũụ])y(?!" + _LETTER + ")")

_UNSEEN: Final = dict.fromkeys(
    code
    for first, last in (
        (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E),
        (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xD800, 0xDFFF),
        (0xFDD0, 0xFDEF), *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Controls, zero-width marks, bidirectional overrides, lone surrogates and noncharacters: nothing that a newspaper
prints. XML takes no surrogate and few controls and noncharacters: one in a headline would be a report not written.
"""

_PLAIN: Final[dict[int, int]] = {}
for _code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
    _base = unicodedata.normalize("NFD", chr(_code))
    if len(_base) > 1 and all(unicodedata.combining(mark) for mark in _base[1:]):
        _PLAIN[_code] = ord(_base[0])
_PLAIN[ord("đ")], _PLAIN[ord("Đ")] = ord("d"), ord("D")
_MARKED: Final = re.compile(f"[{''.join(map(chr, _PLAIN))}]")


def nfc(text: str) -> str:
    """Composed form, as all text inside the program is."""
    return unicodedata.normalize("NFC", text)


def strip_unseen(text: str) -> str:
    """Without control characters, bidirectional overrides, zero-width marks and lone surrogates; keeps \\t \\n \\r."""
    return text.translate(_UNSEEN)


def seen(text: str) -> str:
    """NFC text as a reader sees it, blanks and lines as they are: for texts of several lines. `clean` makes one line.

    Unseen characters go first: one between a letter and its mark would keep the two apart.
    """
    return nfc(strip_unseen(text))


def clean(text: str) -> str:
    """One line of NFC text: unseen characters dropped, white space collapsed, ends trimmed.

    White space comes first: a form feed between two words is one to Python, and unseen to a reader.
    """
    line = " ".join(text.split())
    if not line.isprintable():  # nearly every line is, and to look is quicker than to drop
        line = " ".join(strip_unseen(line).split())
    return nfc(line)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a space where one is near, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit // 2)
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:-") + "…"


def new_tone(text: str) -> str:
    """Lower-case NFC text with tone marks in one placement (hoà -> hòa, thuý -> thúy, qúy -> quý). Keeps the length."""
    moved = _OLD_TONE.sub(lambda m: _OLD_TO_NEW[m.group(1)], text)
    return _QU_TONE.sub(lambda m: "qu" + "ỳýỷỹỵ"["ùúủũụ".index(m.group(1))], moved)


def lower(text: str) -> str:
    """Lower case that keeps the length ("İ" would grow in `str.lower`)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def fold(text: str) -> str:
    """For comparing with diacritics: NFC, lower case, one tone placement. Keeps the length of NFC text."""
    return new_tone(lower(nfc(text)))


def plain(text: str) -> str:
    """Without diacritics, case kept: "Thường Xuân" -> "Thuong Xuan". Keeps the length of NFC text."""
    return nfc(text).translate(_PLAIN)


def fold_plain(text: str) -> str:
    """For comparing without diacritics: lower case and plain. Keeps the length of NFC text."""
    return lower(plain(text))


def identifier(name: str) -> str:
    """A short name for files and addresses, of small ASCII letters, digits and "_": "Ea H'Leo" -> "ea_h_leo"."""
    short = re.sub(r"[^a-z0-9]+", "_", fold_plain(name)).strip("_")
    return short if short[:1].isalpha() else f"x_{short}"


def written(folded: str, *, bare: bool) -> str:
    """A regular expression for one folded word as it may be written in NFC text: `bare` is `fold_plain`, else `fold`.

    Looking for a word so is many times quicker than folding the text. What stands before and after is the caller's.
    """
    as_is = "".join(_letter(char, bare=bare) for char in folded)
    others = "" if bare else "".join(f"|{_letters(old)}(?!{_LETTER})" for old in _old_placements(folded))
    return f"(?:{as_is}{others})" if others else as_is


def _old_placements(folded: str) -> list[str]:
    """Spellings whose tone mark stands where `new_tone` takes it from."""
    found = [
        folded.removesuffix(new) + old
        for old, new in _OLD_TO_NEW.items()
        if folded.endswith(new) and not folded.removesuffix(new).endswith("q")
    ]
    if folded.endswith(tuple("qu" + tone for tone in "ỳýỷỹỵ")):
        found.append(folded[:-2] + "ùúủũụ"["ỳýỷỹỵ".index(folded[-1])] + "y")
    return found


def _letters(word: str) -> str:
    return "".join(_letter(char, bare=False) for char in word)


@lru_cache(maxsize=1000)
def _letter(folded: str, *, bare: bool) -> str:
    """One folded letter as a character class of all that fold to it."""
    others = (_written_plain() if bare else _written()).get(folded, "")
    capital = folded.upper()
    found = dict.fromkeys(folded + others + (capital if len(capital) == 1 else ""))
    return f"[{''.join(map(re.escape, found))}]" if len(found) > 1 else re.escape(folded)


@lru_cache(maxsize=1)
def _written() -> dict[str, str]:
    return _inverse(lower)


@lru_cache(maxsize=1)
def _written_plain() -> dict[str, str]:
    return _inverse(fold_plain)


def _inverse(folding: Callable[[str], str]) -> dict[str, str]:
    """Folded letter -> the letters of NFC text that fold to it, over the alphabets up to general punctuation."""
    found: dict[str, str] = {}
    for char in map(chr, range(0x41, 0x2200)):
        folded = folding(char)
        if folded != char and nfc(char) == char:
            found[folded] = found.get(folded, "") + char
    return found


def has_diacritics(text: str) -> bool:
    """Whether the text carries any Vietnamese mark (a tone, a vowel sign or đ)."""
    return _MARKED.search(nfc(text)) is not None


def marked(text: str) -> int:
    """How many characters of NFC text carry a mark."""
    return len(_MARKED.findall(text))
