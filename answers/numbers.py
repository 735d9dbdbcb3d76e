"""Numbers as Vietnamese writes them: digits, words and both together.

"3.500", "1,2", "2.5 tỷ", "1 triệu 200 nghìn", "hai mươi lăm", "một trăm linh năm", "ba triệu rưỡi", "nửa tỷ". The words
follow the reading of numerals as taught in primary school; forms that stand for more than one thing ("trăm rưỡi
người", "hai trăm năm") are read as the press means them or not at all.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from answers.tokens import Tokens

ONES: Final = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_LAST: Final = {**ONES, "mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5}
"""What may follow "mươi"; "năm" there is mostly the word for year."""
MULTIPLIERS: Final = {
    "nghìn": 1e3, "ngàn": 1e3, "vạn": 1e4, "triệu": 1e6, "tỷ": 1e9, "tỉ": 1e9, "trăm": 1e2, "chục": 1e1,
}  # fmt: skip
_NO_MULTIPLIER: Final = {
    "tỷ": frozenset({"lệ", "phú", "số", "trọng", "suất", "giá", "mỉ", "muội", "đối", "khối"}),
    "tỉ": frozenset({"lệ", "phú", "số", "trọng", "suất", "giá", "mỉ", "muội", "đối", "khối"}),
    "triệu": frozenset({"phú", "chứng", "tập", "hồi"}),
    "chục": frozenset({"bạc"}),
    "vạn": frozenset({"vật", "sự", "nhất"}),
}
LONGEST: Final = 24
"""Characters of digits beyond which a number is a code."""

_BLANK: Final = re.compile(r"\s")
_WHOLE: Final = re.compile(r"\d+")
_DOTS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_COMMAS: Final = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL: Final = re.compile(r"\d+[.,]\d+")
_ONE_COMMA: Final = re.compile(r"[1-9]\d{0,2},\d{3}")


class Amount(NamedTuple):
    """A number and where it ends."""

    value: float
    step: float  # what the last written digit stands for
    past: int  # index of the token after it
    scale: float  # of the last multiplier ("triệu": 1e6), 1 without one
    words: bool  # written in words alone
    base: float = 0.0  # before the multiplier


def read_digits(text: str, *, measured: bool) -> tuple[float, float] | None:
    """Value and step of "3.500", "3 500", "1,2", "1.200,5", "2.5"; None for what is no number ("1.5.2020").

    `measured`: a multiplier or a unit of measure follows, so that a single comma with three digits is a decimal comma
    ("41,420 triệu"); before things that are counted it separates thousands, as older texts print ("3,500 người").
    """
    if len(text) > LONGEST:
        return None
    text = _BLANK.sub(".", text)
    if _WHOLE.fullmatch(text):
        return float(text), 1.0
    if _DOTS.fullmatch(text):
        return _with_decimals(text.replace(".", "").replace(",", "."))
    if _COMMAS.fullmatch(text) and not (measured and _ONE_COMMA.fullmatch(text)):
        return _with_decimals(text.replace(",", ""))
    if _DECIMAL.fullmatch(text):
        return _with_decimals(text.replace(",", "."))
    return None


def _with_decimals(text: str) -> tuple[float, float]:
    _, _, decimals = text.partition(".")
    return float(text), float(f"1e-{len(decimals)}") if decimals else 1.0


def multiplier(tokens: Tokens, at: int) -> float:
    """The factor of a multiplier word here, or 0."""
    word = tokens[at].low
    factor = MULTIPLIERS.get(word, 0.0)
    if not factor or tokens[at].text[0].isupper() or tokens[at + 1].low in _NO_MULTIPLIER.get(word, ()):
        return 0.0
    return factor


def _small(tokens: Tokens, at: int) -> tuple[int, int] | None:
    """A number below a thousand in words: (value, index after it)."""
    word = tokens[at].low
    if word == "mười":
        return _ending(tokens, at + 1, 10)
    if word not in ONES:
        return None
    one, after = ONES[word], tokens[at + 1].low
    if after == "mươi":
        return _ending(tokens, at + 2, one * 10)
    if after == "trăm" and tokens[at + 1].text == "trăm":
        return _hundreds(tokens, at + 2, one * 100)
    return one, at + 1


def _ending(tokens: Tokens, at: int, tens: int) -> tuple[int, int]:
    word = tokens[at].low
    if word in _LAST and word != "năm" and not _belongs_on(tokens, at):
        return tens + _LAST[word], at + 1
    return tens, at


def _belongs_on(tokens: Tokens, at: int) -> bool:
    """Whether a numeral here opens the next part ("hai mươi | ba trăm"), or a range ("mười | hai mươi")."""
    return tokens[at + 1].low in {"mươi", "trăm"}


def _hundreds(tokens: Tokens, at: int, hundreds: int) -> tuple[int, int]:
    word = tokens[at].low
    if word in {"linh", "lẻ"} and tokens[at + 1].low in _LAST:
        return hundreds + _LAST[tokens[at + 1].low], at + 2
    if word == "mười" or (word in ONES and tokens[at + 1].low == "mươi"):
        tens = _small(tokens, at)
        if tens:
            return hundreds + tens[0], tens[1]
    return hundreds, at


def _part(tokens: Tokens, at: int, measured: bool) -> Amount | None:
    """One number with the multipliers that follow it: "10,9 ngàn tỷ", "ba trăm nghìn"."""
    token = tokens[at]
    words = token.kind == "word"
    if token.kind == "number":
        read = read_digits(token.text, measured=measured or multiplier(tokens, at + 1) > 0)
        if not read:
            return None
        (value, step), past = read, at + 1
    else:
        small = _half(tokens, at) or _small(tokens, at)
        if not small:
            return None
        value, past = small
        step = 0.5 if value == 0.5 else 1.0
    scale, base = 1.0, value
    while factor := multiplier(tokens, past):
        if (words and factor <= 100 and scale > 1) or scale * factor > 1e16:
            break
        scale, past = scale * factor, past + 1
    if value == 0.5 and scale == 1.0 and words:
        return None
    return Amount(_times(value, scale), _times(step, scale), past, scale, words, base)


def _times(value: float, scale: float) -> float:
    """The product as it is written: 8,2 triệu is 8,200,000, where the product of two floats is a little less."""
    return float(Decimal(repr(float(value))) * int(scale))


def _half(tokens: Tokens, at: int) -> tuple[float, int] | None:
    return (0.5, at + 1) if tokens[at].low == "nửa" and multiplier(tokens, at + 1) >= 1e3 else None


def _next_part(tokens: Tokens, amount: Amount) -> Amount | None:
    """What is still to be added: "1 triệu | 200 nghìn", "hai nghìn | không trăm linh năm"."""
    at = amount.past
    if tokens[at].low == "không" and tokens[at + 1].low == "trăm":
        value, past = _hundreds(tokens, at + 2, 0)
        return Amount(value, 1.0, past, 1.0, True, value) if past > at + 2 else None
    if tokens[at].low in {"linh", "lẻ"} and tokens[at + 1].low in _LAST:
        value = _LAST[tokens[at + 1].low]
        return Amount(value, 1.0, at + 2, 1.0, True, value)
    more = _part(tokens, at, False)
    if more is None or more.value >= amount.scale or more.base == 0.5:
        return None
    plain = more.scale == 1.0
    if plain and (not (amount.words and more.words) or more.value < 10):
        return None
    return more


def read_amount(tokens: Tokens, at: int, *, measured: bool = False) -> Amount | None:
    """The number that begins at a token, or None. Reads no sign, no unit, no qualifier."""
    amount = _part(tokens, at, measured)
    if amount is None:
        return None
    while amount.scale >= 1e3 and (more := _next_part(tokens, amount)):
        amount = Amount(
            amount.value + more.value, more.step, more.past, more.scale, amount.words and more.words, amount.base
        )
    if amount.scale > 1 and tokens[amount.past].low == "rưỡi":
        half = amount.scale / 2
        return amount._replace(value=amount.value + half, step=half, past=amount.past + 1)
    return amount


def read_fraction(tokens: Tokens, at: int) -> tuple[float, int] | None:
    """ "hai phần ba", "ba phần tư": (share, index after it)."""
    above, below = _small(tokens, at), None
    if above and tokens[above[1]].low == "phần":
        word = tokens[above[1] + 1].low
        below = (_LAST[word], above[1] + 2) if word in _LAST else _small(tokens, above[1] + 1)
    return (above[0] / below[0], below[1]) if above and below and below[0] > 1 else None
