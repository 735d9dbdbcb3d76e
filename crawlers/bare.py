"""A text as its bare letters and digits a-z0-9, in which names are looked for; see crawlers.gate.

The reduction maps each character on its own, by one look-up in a table.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np

from crawlers import legacy

Codes = np.ndarray[Any, np.dtype[np.uint16]]
Places = np.ndarray[Any, np.dtype[np.intp]]


def _small_letters() -> dict[str, str]:
    """Each small letter -> all that become it in small letters, itself the first."""
    found: dict[str, str] = {}
    for letter in map(chr, range(0x10000)):
        small = letter.lower()
        found[small] = letter + found.get(small, "") if small == letter else found.get(small, "") + letter
    return found


SMALL: Final = _small_letters()


class Needs(IntEnum):
    """What a text must have before a name can stand in it as it is written in an old encoding."""

    NOTHING = 0  # but letters that any Vietnamese text has
    SIGN = 1  # such as ©, «, ×
    FOREIGN = 2  # letters that Vietnamese has not, such as ø, ñ, ö, and digits such as ¹ and ¾


_SIGN: Final = 0x01
_FOREIGN: Final = 0x80
"""How a text's reduction shows such a character: alone, or as a mark of its bare letter."""


def _table() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Each character -> its bare letter, a capital for a capital, or 0; with marks of what Needs tells apart."""
    table = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        base = unicodedata.normalize("NFKD", chr(code).translate(legacy.TWINS).lower())[0].replace("đ", "d")
        if base.isascii() and base.isalnum():
            table[code] = ord(base.upper() if chr(code).isupper() else base)
    for letter in map(chr, range(0xA1, 0x100)):
        if letter not in legacy.VNI:
            same = [ord(one) for one in SMALL.get(letter.lower(), letter)]
            table[same] |= _FOREIGN if letter.isalnum() else _SIGN
    return table


_BASE: Final = _table()
_UNMARKED: Final = bytes(range(_FOREIGN)) * 2
_LETTERS: Final = _UNMARKED.lower()
_IS_SIGN: Final = bytes([_SIGN])
_NONE: Final = bytes((0, _SIGN, _FOREIGN, _FOREIGN | _SIGN))
"""No letters."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A text in bare letters."""

    bare: bytes
    kept: bytes  # one for each character of the text, with capitals and marks
    codes: Codes  # the text in UTF-16

    def has(self, needs: Needs) -> bool:
        """Whether it has what names need to stand in it."""
        if needs is Needs.NOTHING:
            return True
        return _IS_SIGN in self.kept if needs is Needs.SIGN else not self.kept.isascii()

    def cased(self) -> bytes:
        """The bare letters with capitals."""
        return self.kept.translate(_UNMARKED, _NONE)

    def places(self) -> Places:
        """Where in the text each bare letter stands."""
        kept = np.frombuffer(self.kept, np.uint8)
        return np.flatnonzero(kept & ~np.uint8(_FOREIGN) > _SIGN)  # of truths it is found quicker than of numbers


def reduced(text: str) -> Reduced:
    """The text in bare letters."""
    codes: Codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    kept = _BASE.take(codes, mode="clip").tobytes()  # every code is in range; "clip" only skips the check
    return Reduced(kept.translate(_LETTERS, _NONE), kept, codes)
