"""How a unit's name is written: the key by which it is compared, and the spellings the press uses for it."""

from __future__ import annotations

import re
from typing import Final

from core.text import clean, fold

APOSTROPHES: Final = frozenset("'’‘ʼ`´")
"""Between the parts of names of the Central Highlands, as keyboards make them; the gazetteer has the first."""

_APOSTROPHE: Final = re.compile(f"[{''.join(sorted(APOSTROPHES))}]")
_HYPHEN: Final = re.compile(r"\s*[-–]\s*")
_I_OR_Y: Final = re.compile(r"\b(h|k|l|m|s|t|qu)([iíìỉĩịyýỳỷỹỵ])\b", re.IGNORECASE)
_DAK: Final = re.compile(r"\bĐ[ăắa]k\b")
_DAK_FORMS: Final = ("Đắk", "Đăk", "Đak", "Đắc")
_SWAP: Final = str.maketrans("iíìỉĩịyýỳỷỹỵ", "yýỳỷỹỵiíìỉĩị")


def key(name: str) -> str:
    """The form in which names are compared: folded (case, tone placement), one space between words, one apostrophe."""
    return _APOSTROPHE.sub("'", fold(clean(name)))


def spellings(name: str) -> list[str]:
    """The name with i and y as either is written (Mỹ, Mĩ), Đắk in each of its forms, and hyphens with and without
    spaces. First: as given.

    Both spellings of i and y are found in the press (Quyết định 1989/QĐ-BGDĐT of 2018 leaves names as they are).
    """
    forms = [name]
    swapped = _I_OR_Y.sub(lambda m: m.group(1) + m.group(2).translate(_SWAP), name)
    if swapped != name:
        forms.append(swapped)
    forms += [other for way in _DAK_FORMS for other in [_DAK.sub(way, name)] if other not in forms]
    return forms + [spaced for form in forms for spaced in _hyphens(form) if spaced != form]


def _hyphens(name: str) -> list[str]:
    if not _HYPHEN.search(name):
        return []
    return list(dict.fromkeys(_HYPHEN.sub(form, name) for form in (" - ", "-", " – ", "–", " ")))
