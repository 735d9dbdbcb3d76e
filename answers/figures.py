"""Reading figures: every quantity that a Vietnamese text states, with its value in a base unit.

A number (numbers.py), its unit or the thing counted (units.py, nouns.py), the qualifier before it, a range; and the
rules for what is no quantity (context.py). One pass over the tokens with bounded looking ahead: linear time.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from answers import context
from answers.lexicon import phrases, words
from answers.numbers import ONES, Amount, multiplier, read_amount, read_fraction
from answers.tokens import DASHES, Tokens, cut
from answers.units import OTHER_UNITS, Unit, is_rate, unit_at
from core.records import Bound, Figure

_COUNTED: Final = words("counted")
_FUNCTION: Final = words("function")
_COUNTED_ANYWAY: Final = phrases("counted_anyway")
_ABBREVIATIONS: Final = words("abbreviations")
_ALONE: Final = words("alone")
_COUNT: Final = Unit("count", 1)
_VND: Final = Unit("money_vnd", 1)
_USD: Final = Unit("money_usd", 1)
_LAND: Final = frozenset({"đất", "ruộng", "lúa", "tây", "vườn", "mía", "rẫy"})
_DURATIONS: Final = frozenset({"tháng", "năm", "ngày", "giờ", "tiếng", "tuần"})
_OF_WORDS: Final = 8
"""At most so many words after the unit are taken as what is counted."""


class Quantity(NamedTuple):
    """A quantity before its qualifier is known; token indexes."""

    first: int
    past: int
    low: float
    high: float
    step: float
    unit: Unit
    noun: int  # where the words for the thing counted begin; 0 where a unit of measure stands instead


def read_figures(text: str) -> tuple[Figure, ...]:
    """The figures of NFC text in order of appearance, none overlapping. Raises ValueError for text that is not NFC."""
    tokens = cut(text)
    shut = context.shut(tokens)
    found: list[Figure] = []
    at = 0
    while at < len(tokens):
        if not _may_open(tokens, at) or shut[at]:
            at += 1
            continue
        quantity, past = _read(tokens, at)
        if quantity and not any(shut[i] for i in range(at, min(len(tokens), quantity.past))):
            found.append(_figure(tokens, quantity))
        at = max(past, at + 1)
    return tuple(found)


def _may_open(tokens: Tokens, at: int) -> bool:
    token = tokens[at]
    if token.kind == "number" or token.text == "$":
        return True
    if token.low not in ONES and token.low not in {"mười", "nửa"}:
        return False
    # "HAI BÀ TRƯNG", "BA TƠ": in capitals a name is not told from a numeral
    return not tokens.in_capitals(at) and (token.text[0].islower() or tokens.opens_sentence(at))


def _read(tokens: Tokens, at: int) -> tuple[Quantity | None, int]:
    """The quantity that begins at a token, or None, and where to go on reading."""
    if tokens[at].text == "$":
        return _dollars(tokens, at)
    if tokens[at].low == "nửa" and tokens[at + 1].low in _DURATIONS:
        return _half_duration(tokens, at)
    share = read_fraction(tokens, at)
    if share:
        return None, share[1]
    amount = _amount(tokens, at)
    if amount is None:
        return None, at + 1
    return _pair(tokens, at, amount) or _range(tokens, at, amount) or _single(tokens, at, amount)


def _amount(tokens: Tokens, at: int) -> Amount | None:
    measured = tokens[at].kind == "number" and unit_at(tokens, at + 1)
    return read_amount(tokens, at, measured=bool(measured) and measured[0].dimension not in {"money_vnd", "money_usd"})  # type: ignore[index]


def _dollars(tokens: Tokens, at: int) -> tuple[Quantity | None, int]:
    amount = read_amount(tokens, at + 1) if tokens[at + 1].kind == "number" else None
    if not amount:
        return None, at + 1
    past = amount.past + (tokens[amount.past].low == "usd")
    return Quantity(at, past, amount.value, amount.value, amount.step, _USD, 0), past


def _half_duration(tokens: Tokens, at: int) -> tuple[Quantity | None, int]:
    unit = unit_at(tokens, at + 1)
    if not unit or context.half_is_no_duration(tokens, at, unit[1]):
        return None, at + 1
    return Quantity(at, unit[1], 0.5, 0.5, 0.5, unit[0], 0), unit[1]


def _unit(tokens: Tokens, at: int, amount: Amount) -> tuple[Unit, int, bool] | None:
    """What is measured or counted after a number: unit, index after it, whether it is a thing counted."""
    found = unit_at(tokens, at)
    if found:
        return *found, False
    if tokens[at].low in OTHER_UNITS or _is_land_or_money(tokens, at):
        return None
    past = noun_at(tokens, at, words=amount.words or (amount.scale > 1 and context.speaks_of_money(tokens, at)))
    if past:
        return (_COUNT, past, True) if amount.value == int(amount.value) else None
    if amount.scale >= 1e3 and not amount.words and not context.counts_people(tokens, at):
        return (_USD if tokens[at].text == "$" else _VND), at, False
    return None


def _is_land_or_money(tokens: Tokens, at: int) -> bool:
    """ "5 mẫu ruộng", "2 công đất", "40 triệu bảng Anh": words that count things elsewhere."""
    word, after = tokens[at].low, tokens[at + 1].low
    return (word in {"mẫu", "công"} and after in _LAND) or (
        word == "bảng" and (after == "anh" or (at > 0 and multiplier(tokens, at - 1) > 0))
    )


def noun_at(tokens: Tokens, at: int, *, words: bool = False) -> int:
    """The index after the first word of what is counted here, 0 where nothing is."""
    token, after = tokens[at], tokens[at + 1]
    words = words or tokens.in_capitals(at)  # "26 TRẦN PHÚ"
    if token.kind != "word" or token.glued or (len(token.low) < 2 and token.low not in {"y", "ổ", "ô"}):
        return 0
    if token.text[0].isupper():
        named = after.text.islower() and token.low in _COUNTED and token.text != token.low
        return at + 1 if token.low in _ABBREVIATIONS or (named and not words) else 0
    pair = f"{token.low} {after.low}"
    if pair in _COUNTED_ANYWAY:
        return at + 2
    if token.low in _FUNCTION and token.low not in _COUNTED:
        return at + 1 if token.low in {"các", "bên"} and not words and token.low == "các" else 0
    if words and token.low not in _COUNTED and pair != "sinh viên":
        return 0
    return at + 1 + _goes_on(tokens, at)


def _goes_on(tokens: Tokens, at: int) -> bool:
    """Whether a second syllable belongs to the noun: "thí sinh", "doanh nghiệp", but "người | chết"."""
    after = tokens[at + 1]
    return after.kind == "word" and after.text.islower() and tokens[at].low not in _ALONE and after.low not in _FUNCTION


def _pair(tokens: Tokens, at: int, first: Amount) -> tuple[Quantity | None, int] | None:
    """ "120/150 xã" is two counts of one noun: the first, the second being read next; None where there is no pair."""
    if tokens[first.past].text != "/" or tokens[first.past + 1].kind != "number" or first.words:
        return None
    second = read_amount(tokens, first.past + 1)
    noun = noun_at(tokens, second.past) if second and second.value >= first.value else 0
    if not second or not noun:
        return None
    return Quantity(at, first.past, first.value, first.value, first.step, _COUNT, second.past), first.past


def _single(tokens: Tokens, at: int, amount: Amount) -> tuple[Quantity | None, int]:
    unit = _unit(tokens, amount.past, amount)
    if unit is None:
        past = context.bare_number(tokens, at, amount)
        if past:
            return Quantity(at, past, amount.value, amount.value, amount.step, _COUNT, past), past
        return None, amount.past
    kind, past, noun = unit
    value, step = amount.value, amount.step
    if tokens[past].low == "rưỡi" and not noun:
        value, step, past = value + 0.5, 0.5, past + 1
    if context.refused(tokens, context.Reading(at, amount, past, kind, amount.past if noun else 0)) or is_rate(
        tokens, past, measured=not noun
    ):
        return None, amount.past
    value, step = value * kind.factor, step * kind.factor
    return Quantity(at, past, value, value, step, kind, amount.past if noun else 0), past


def _range(tokens: Tokens, at: int, first: Amount) -> tuple[Quantity | None, int] | None:  # noqa: PLR0911  a rule a line
    """ "5-7%", "từ 20 đến 30 triệu đồng", "từ 35cm đến 1 mét"; None where no range begins here."""
    own = unit_at(tokens, first.past)
    middle = own[1] if own else first.past
    joint = tokens[middle]
    if not (_joins(tokens, at, middle, bool(own)) or (not own and _next_digit(tokens, at, first))):
        return None
    second = _amount(tokens, middle + 1) if tokens[middle + 1].kind == "number" or first.words else None
    if second is None or second.words != first.words:
        return None
    unit = _unit(tokens, second.past, second)
    if unit is None:
        return (None, second.past) if joint.text in DASHES else None
    kind, past, noun = unit
    if own and own[0].dimension != kind.dimension:
        return None
    low = first.value * (own[0].factor if own else kind.factor)
    if not own and first.scale == 1 and second.scale > 1 and first.value <= second.base:
        low *= second.scale
    high = second.value * kind.factor
    if low > high:
        return (None, past) if joint.text in DASHES else None
    if context.refused(tokens, context.Reading(at, first, past, kind, second.past if noun else 0)) or is_rate(
        tokens, past, measured=not noun
    ):
        return None, past
    return Quantity(at, past, low, high, second.step * kind.factor, kind, second.past if noun else 0), past


def _next_digit(tokens: Tokens, at: int, first: Amount) -> bool:
    """ "3, 4 người": two digits in a row mean from the one to the other."""
    following = tokens[at + 2].text
    return (
        tokens[at + 1].text == ","
        and first.value < 10
        and following.isdecimal()  # "②" and "²" are digits that no number is made of
        and float(following) == first.value + 1
        and tokens[at + 3].kind == "word"
    )


def _joins(tokens: Tokens, at: int, middle: int, unit: bool) -> bool:
    joint = tokens[middle]
    if joint.text in DASHES or joint.text == "~":
        return True
    if joint.low in {"đến", "tới"}:
        return not unit or context.says_from(tokens, at)
    return joint.low in {"hoặc", "hay"} and not unit


def _figure(tokens: Tokens, quantity: Quantity) -> Figure:
    first, bound = context.qualifier(tokens, quantity.first)
    past, bound = _after(tokens, quantity.past, bound)
    start, end = tokens[first].start, tokens[past - 1].end
    return Figure(
        start=start,
        end=end,
        text=tokens.text[start:end],
        low=quantity.low,
        high=quantity.high,
        dimension=quantity.unit.dimension,
        bound=bound,
        step=quantity.step,
        of=_of(tokens, quantity.noun or quantity.past),
    )


def _after(tokens: Tokens, past: int, bound: Bound) -> tuple[int, Bound]:
    words = tokens.phrase(past, past + 2)
    if words in {"trở lên", "trở xuống"}:
        return past + 2, "over" if words == "trở lên" else "under"
    return past, bound


def _of(tokens: Tokens, at: int) -> str:
    """The words that follow up to a sign, a number or a word that opens something new."""
    past = at
    while past < at + _OF_WORDS and tokens[past].kind == "word" and tokens[past].text != "%":
        if past > at and tokens[past].low in context.CLOSERS:
            break
        past += 1
    return tokens.text[tokens[at].start : tokens[past - 1].end] if past > at else ""
