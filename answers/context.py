"""What is no quantity although it holds a number: dates, clock times, ages, ordinals, roads, documents, scores.

Rules look at a few words around a number, as the labelling guide of such figures words them. Nothing here searches
the text with a pattern that can backtrack.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from answers.lexicon import phrases, words
from answers.numbers import Amount
from answers.tokens import DASHES, Tokens
from answers.units import Unit
from core.records import Bound

CLOSERS: Final = words("closers")
"""Words that end the noun phrase after a figure."""
_ABOUT: Final = frozenset({"gần", "khoảng", "chừng", "độ", "ước", "tầm", "cỡ", "ngót", "quãng"})
_OVER: Final = frozenset({"hơn", "trên", "quá", "vượt", "ngoài"})
_UNDER: Final = frozenset({"dưới"})
EXACT: Final[Bound] = "exact"
_PAIRS: Final[dict[str, Bound]] = {
    "ít nhất": "over", "tối thiểu": "over", "hơn cả": "over", "không dưới": "over", "không ít": "over",
    "không quá": "under", "tối đa": "under", "chưa đến": "under", "chưa tới": "under", "chưa đầy": "under",
    "không tới": "under", "không đến": "under", "chưa quá": "under", "cao nhất": "under", "nhiều nhất": "under",
    "trên dưới": "about", "xấp xỉ": "about", "ước tính": "about", "ước khoảng": "about", "vào khoảng": "about",
    "ước chừng": "about", "gần như": "about", "đâu đó": "about", "ước đạt": "about",
}  # fmt: skip

_ORDINAL: Final = words("ordinal")

_ORDINAL_BUT: Final = words("ordinal_but")

_STRONG: Final = words("strong")
_GROUPS: Final = frozenset({"nhóm", "cụm", "bộ", "dãy", "hệ", "tổ", "đội", "loại"})
_DAY: Final = frozenset({"ngày", "mùng", "mồng", "mồng_một"})
_NOT_DAY: Final = frozenset({"mỗi", "một", "hàng", "hằng", "mấy", "nhiều", "vài", "cả", "những"})
_TIME_OF_DAY: Final = frozenset({"sáng", "trưa", "chiều", "tối", "đêm", "hôm", "khuya", "qua", "nay"})
_CLOCK_BEFORE: Final = frozenset({"lúc", "hồi", "vào", "đúng", "đến", "tới", "trước", "từ", "khung", "mốc", "đầu"})
_CLOCK_AFTER: Final = frozenset(
    {"sáng", "trưa", "chiều", "tối", "đêm", "ngày", "hôm", "cùng", "kém", "rạng", "khuya", "hàng"}
)
_DOCUMENTS: Final = phrases("named_by_number")
_LAWS: Final = frozenset({"nghị định", "thông tư", "nghị quyết", "chỉ thị", "công văn", "quốc lộ"})
_MONEY: Final = words("money")
_PEOPLE: Final = frozenset(
    {"người", "khách", "dân", "lượt", "hộ", "học", "sinh", "ca", "bản", "chiếc", "con", "cây", "bệnh", "view"}
)
_BARE: Final = Unit("count", 1)
_YEAR: Final = re.compile(r"(?:1[5-9]|20)\d\d")
_YEARS_OF_NEWS: Final = ("19", "20")
"""A number that begins so is mostly a year although nothing calls it one."""
_NO_YEAR_AFTER: Final = frozenset({"gần", "hơn", "trên", "dưới", "ngót", "có", "gồm", "thêm"})
_YEAR_AFTER: Final = frozenset({"từ", "vào", "trước", "sau", "hồi"})
_FUNCTION: Final = words("function")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_TWO_DIGITS: Final = re.compile(r"\d{1,2}")
_CHUNK: Final = re.compile(r"\S+")
_ADDRESS: Final = re.compile(r"https?://|www\.|\w@\w|[A-Za-z0-9]\.(?:com|vn|net|org|gov|edu)\b")
_CHAIN: Final = 6
"""At most so many numbers with slashes or dashes between make one date."""


class Reading(NamedTuple):
    """A number with what it seems to measure or count."""

    at: int  # its first token
    amount: Amount
    past: int  # after the unit or noun
    unit: Unit
    noun: int  # where the noun begins, 0 for a unit of measure


def shut(tokens: Tokens) -> list[bool]:
    """Per token, whether nothing may be read there: dates, clock times, document numbers, addresses, codes."""
    closed = [False] * len(tokens)
    _shut_addresses(tokens, closed)
    for at, token in enumerate(tokens.items):
        if token.kind != "number" or closed[at]:
            continue
        if past := _code(tokens, at) or _date(tokens, at) or _clock(tokens, at):
            for i in range(at, min(past, len(tokens))):
                closed[i] = True
    return closed


def _shut_addresses(tokens: Tokens, closed: list[bool]) -> None:
    if not any(mark in tokens.text for mark in ("http", "www.", "@", ".vn", ".com", ".net", ".org")):
        return
    spans = [match.span() for match in _CHUNK.finditer(tokens.text) if _ADDRESS.search(match.group())]
    now = 0
    for at, token in enumerate(tokens.items):
        while now < len(spans) and spans[now][1] <= token.start:
            now += 1
        closed[at] = now < len(spans) and spans[now][0] <= token.start


def _code(tokens: Tokens, at: int) -> int:  # noqa: PLR0911  a rule a line
    """Index after a number that is part of a name or code ("Covid-19", "57H", "4.0", "15/2020/NĐ-CP"), else 0."""
    token, before, after = tokens[at], tokens[at - 1], tokens[at + 1]
    if token.glued and before.kind == "word" and before.text not in {"%"}:
        return at + 1
    if token.glued and before.glued and before.text in {"-", "+", "_", ".", "–", "&"} and tokens[at - 2].kind == "word":
        letters = tokens[at - 2]
        if letters.text != "%" and not (tokens[at - 3].kind == "number" and letters.glued):
            return at + 1
    if len(token.text) > 6 and "." not in token.text and "," not in token.text and token.text[0] == "0":
        return at + 1
    if token.text in {"4.0", "2.0", "3.0"} and after.low not in {"triệu", "tỷ", "tỉ"}:
        return at + 1
    if after.text == "/" and after.glued and tokens[at + 2].glued and tokens[at + 2].kind == "number":
        if tokens[at + 3].text == "/" and tokens[at + 3].glued and tokens[at + 4].glued:
            return at + 5
        if tokens[at + 2].text == token.text:
            return at + 3
    if after.text == "/" and after.glued and tokens[at + 2].text.isupper() and tokens[at + 2].glued:
        return at + 3 if len(tokens[at + 2].text) > 1 and tokens[at + 2].low not in {"tp", "kg", "usd"} else 0
    return 0


def _date(tokens: Tokens, at: int) -> int:  # noqa: PLR0911  a rule a line
    """Index after a date that begins here, else 0. "25-26-27/1/2019", "23/7", "ngày 3 tháng 8", "năm 2019"."""
    if not _day_or_month(tokens[at].text):
        return _year(tokens, at)
    past = _chain(tokens, at)
    before, earlier = tokens[at - 1], tokens[at - 2]
    if before.low in _DAY or (before.low == "hôm" and past > at):
        if before.low == "ngày" and (earlier.low in _NOT_DAY or earlier.kind == "number") and past == at + 1:
            return 0
        return _and_more(tokens, past)
    if before.low == "tháng" and earlier.low not in _NOT_DAY and not _counted_month(tokens, at):
        return _and_more(tokens, past)
    if (
        before.low == "năm"
        and tokens[at].text.isdigit()
        and earlier.low not in _NOT_DAY
        and tokens[at + 1].low == "tuổi"
    ):
        return past
    if past > at + 1 and _slashed(tokens, at, past):
        return past
    dotted = tokens[at].text.partition(".")
    if before.low in _TIME_OF_DAY and dotted[2] and len(dotted[2]) <= 2 and int(dotted[2]) <= 12:
        return past
    return 0


def _counted_month(tokens: Tokens, at: int) -> bool:
    earlier = tokens[at - 2]
    return earlier.kind == "number" or earlier.low in {"hai", "ba", "sáu", "mỗi", "một"}


def _day_or_month(text: str) -> bool:
    return all(len(part) <= 2 for part in re.split(r"[.,]", text)[:2]) and len(text) <= 10


def _chain(tokens: Tokens, at: int) -> int:
    """Index after numbers joined by slashes and dashes without spaces."""
    past = at + 1
    for _ in range(_CHAIN):
        between, after = tokens[past], tokens[past + 1]
        if not (between.glued and between.text in {"/", "-", "–", "."} and after.glued and after.kind == "number"):
            break
        past += 2
    return past


def _and_more(tokens: Tokens, past: int) -> int:
    """A date may go on: "ngày 25 và 26/9", "từ ngày 13 - 23/3", "tháng 3, 4"; further days are shut as well."""
    joint = tokens[past].low
    if (joint in {"và", "đến", "tới", ",", "hoặc"} or joint in DASHES) and tokens[past + 1].kind == "number":
        last = _chain(tokens, past + 1)
        if "/" in tokens.phrase(past + 1, last) or (tokens[last].low in {"tháng", ",", ".", ")", "năm"}):
            return last
    return past


def _slashed(tokens: Tokens, at: int, past: int) -> bool:
    """Whether numbers with slashes are a date and not a pair ("120/150 xã") or a share ("2/3 diện tích")."""
    parts = [t.text for t in tokens.items[at:past] if t.kind == "number"]
    signs = [t.text for t in tokens.items[at:past] if t.kind == "sign"]
    if "/" not in signs:
        return False
    if len(parts) >= 3 or (len(parts[-1]) == 4 and parts[-1].isdigit()):
        return True
    first, second = parts[-2], parts[-1]
    if not (first.isdigit() and second.isdigit() and int(first) <= 31 and 1 <= int(second) <= 12):
        return False
    after = tokens[past]
    return not (after.kind == "word" and after.low in _STRONG and after.low not in {"con"} and _in_pair(tokens, at))


def _in_pair(tokens: Tokens, at: int) -> bool:
    return tokens[at - 1].low not in _TIME_OF_DAY and tokens[at - 1].low not in {"ngày", "từ", "đến", "(", "tới"}


def _year(tokens: Tokens, at: int) -> int:
    token, before, after = tokens[at], tokens[at - 1], tokens[at + 1]
    if not _YEAR.fullmatch(token.text):
        return 0
    past = _chain(tokens, at)
    if before.low in {"năm", "sn", "sinh", "khóa", "niên", "vụ", "mùa", "tết", "đoạn", "cup", "xuân", "kỳ", "hè"}:
        return _years_on(tokens, past)
    if past > at + 1 and "/" not in tokens.phrase(at, past):
        return past
    if after.text in DASHES and _YEAR.fullmatch(tokens[at + 2].text):
        return at + 3
    counted = after.kind == "word" and (
        after.low in _STRONG or after.low in {"m", "m2", "%", "usd", "trường"} or _counts(tokens, at)
    )
    return 0 if counted and before.low not in DASHES else past


def _counts(tokens: Tokens, at: int) -> bool:
    """Whether four digits before any other word count: "1500 lỗi", "hơn 2000 thẻ", but "Giải đấu 2019 khép lại"."""
    before, after = tokens[at - 1], tokens[at + 1]
    if after.text[0].isupper() or after.low in _FUNCTION:
        return False
    if tokens[at].text.startswith(_YEARS_OF_NEWS):
        return before.low in _NO_YEAR_AFTER
    return before.low not in _YEAR_AFTER and before.text != "("


def _years_on(tokens: Tokens, past: int) -> int:
    joint = tokens[past].low
    if (joint in {"và", "đến", "tới", ",", "hoặc", "hay", "sang"} or joint in DASHES) and (
        _YEAR.fullmatch(tokens[past + 1].text) and (joint != "," or tokens[past + 1].text.startswith(_YEARS_OF_NEWS))
    ):
        return past + 2
    return past


def _clock(tokens: Tokens, at: int) -> int:
    """Index after a clock time that begins here, else 0: "14h30", "8 giờ sáng", "từ 7 giờ 30"."""
    token, after = tokens[at], tokens[at + 1]
    if not (token.text.isdigit() and len(token.text) <= 2 and int(token.text) <= 24):
        return 0
    if after.text == ":" and after.glued and tokens[at + 2].glued and _TWO_DIGITS.fullmatch(tokens[at + 2].text):
        return at + 3
    if after.glued and (after.low == "h" or re.fullmatch(r"[hg]\d{1,2}", after.low)):
        return _after_clock(tokens, at, at + 2)
    if after.low in {"giờ", "g"} and _is_clock(tokens, at):
        return _after_clock(tokens, at, at + 2)
    return 0


def _after_clock(tokens: Tokens, at: int, past: int) -> int:
    if tokens[past].kind == "number" and len(tokens[past].text) <= 2:
        past += 2 if tokens[past + 1].low in {"phút", "'", "p", "’"} else 1
    elif tokens[past - 1].low == "h" and _lasts(tokens, at) and tokens[past].low not in _CLOCK_AFTER:
        return 0
    return past


def _lasts(tokens: Tokens, at: int) -> bool:
    return tokens[at - 1].low in {"trong", "suốt", "dài", "hơn", "mất", "gần", "vòng", "sau"}


def _is_clock(tokens: Tokens, at: int) -> bool:
    before, past = tokens[at - 1], at + 2
    if tokens[past].low in {"đồng", "liền", "liên"}:
        return False
    if tokens[past].kind == "number" or tokens[past].low in _CLOCK_AFTER:
        return not (tokens[past].low in {"ngày", "mỗi", "hàng"} and before.low in {"trong", "suốt", "làm"})
    if before.low in DASHES or before.low in {"đến", "tới"}:
        return _opens_clock(tokens, at)
    if before.low == "khoảng" and tokens[at - 2].low in _CLOCK_BEFORE | {","}:
        return True
    late = before.low == "sau" and 20 <= int(tokens[at].text) < 24
    return late or before.low in _CLOCK_BEFORE or before.low in _TIME_OF_DAY


def _opens_clock(tokens: Tokens, at: int) -> bool:
    """Whether "đến 9 giờ" ends a time ("từ 7 giờ đến 9 giờ") and no span ("từ 2 đến 3 giờ", "kéo dài đến 5 giờ")."""
    words = tokens.phrase(at - 6, at)
    return "giờ" in words or "lúc" in words or tokens[at - 2].kind != "number"


def half_is_no_duration(tokens: Tokens, at: int, past: int) -> bool:
    """ "nửa năm đầu", "nửa tháng cuối" name a time; "một nửa ngày" halves something else."""
    return (tokens[past].low in {"đầu", "cuối", "sau"} and tokens[past + 1].low != "đó") or tokens[at - 1].low == "một"


def says_from(tokens: Tokens, at: int) -> bool:
    """Whether "từ" or a qualifier opens a range before a number."""
    return tokens[at - 1].low in {"từ", "khoảng", "dao", "động", "mức", "giá", "tầm", "chừng", "trong"}


def counts_people(tokens: Tokens, past: int) -> bool:
    """Whether a bare "2 triệu" speaks of people or things by the words before it, rather than of money."""
    words = {t.low for t in tokens.items[max(0, past - 10) : max(0, past - 1)]}
    return bool(words & _PEOPLE) and bool(words & {"số", "lượng", "lượt", "dân"})


def speaks_of_money(tokens: Tokens, past: int) -> bool:
    """Whether "2 tỷ", not followed by a known thing counted, is money by the words around it ("trị giá 2 tỷ")."""
    return tokens[past].low in _MONEY or any(t.low in _MONEY for t in tokens.items[max(0, past - 10) : past])


def bare_number(tokens: Tokens, at: int, amount: Amount) -> int:
    """Index after a number that counts without a noun: "858.772", "2 trong số hơn 16.300 trường hợp"; else 0."""
    token, past = tokens[at], amount.past
    if amount.words or token.kind != "number" or _named(tokens, Reading(at, amount, past, _BARE, 0)):
        return 0
    if tokens[past].text in DASHES and tokens[past].glued and tokens[past + 1].glued:
        return 0
    if amount.scale > 1:
        return past if counts_people(tokens, past) else 0
    counts = (
        (tokens.phrase(past, past + 2) in {"trong số", "trong tổng"} and token.text.isdigit())
        or _says_number(tokens, at)
        or (_GROUPED.fullmatch(token.text) and amount.value >= 1000 and tokens[past].text != "/")
    )
    return past if counts and tokens[at - 1].text not in {"$", "€", "£"} else 0


def _says_number(tokens: Tokens, at: int) -> bool:
    """ "số thí sinh bị điểm liệt là 649,": a number that its own sentence calls one."""
    after, words = tokens[at + 1], tokens.items[max(0, at - 25) : at]
    if tokens[at - 1].low != "là" or after.kind != "sign" or not tokens[at].text.isdigit() or tokens[at].text[0] == "0":
        return False
    return any(t.low == "số" for t in words) and after.text in {",", ".", ";", "("}


def refused(tokens: Tokens, read: Reading) -> bool:
    """Whether a number with its unit or noun is no quantity after all."""
    dimension = read.unit.dimension
    if read.noun:
        none = (
            _is_age(tokens, read.noun)
            or _is_address(tokens, read.noun)
            or _is_times(tokens, read.at, read.noun)
            or (read.amount.value == 4 and tokens[read.noun].low == "mùa")
        )
    else:
        none = dimension.startswith("duration") and (
            _is_age(tokens, read.past) or _is_period(tokens, read.at, read.past, dimension)
        )
    return none or (read.amount.words and _word_is_none(tokens, read)) or _named(tokens, read)


def _is_age(tokens: Tokens, past: int) -> bool:
    if tokens[past].low != "tuổi":
        return False
    return tokens[past - 1].low != "năm" or tokens[past - 2].low in {"hai", "ba"}


def _is_address(tokens: Tokens, past: int) -> bool:
    """ "26 đường số 16", "1 số vị trí": a street address; "some"."""
    word, after = tokens[past].low, tokens[past + 1]
    if word == "số":
        return True
    return word in {"đường", "phố", "ngõ", "hẻm"} and (after.low == "số" or after.text[:1].isupper())


def _is_period(tokens: Tokens, at: int, past: int, dimension: str) -> bool:  # noqa: PLR0911  a rule a line
    """ "10 tháng đầu năm", "9 tháng năm 2019", "ngày 3 tháng 8"; "12 tháng 5" after a day."""
    after = tokens[past].low
    if dimension == "duration_month":
        if after in {"đầu", "cuối"} and tokens[past + 1].low not in {"đời", "tiên"}:
            return True
        if (after == "năm" and _YEAR.fullmatch(tokens[past + 1].text)) or _YEAR.fullmatch(tokens[past].text):
            return True
        if tokens[past].kind == "number" and len(tokens[past].text) <= 2 and tokens[past].text.isdigit():
            return True
        if after == "/" and tokens[past + 1].kind == "number":
            return True
        return after in {"năm", "của"} and tokens[past + 1].low in {"nay", "ngoái", "năm"}
    if dimension == "duration_year":
        return bool(_YEAR.fullmatch(tokens[past].text))
    if dimension == "duration_hour" and tokens[at].kind == "number":
        return tokens[past].kind == "number" and tokens[past + 1].low == "phút" and tokens[at - 1].low in _CLOCK_BEFORE
    return False


def _is_times(tokens: Tokens, at: int, past: int) -> bool:
    """ "gấp 1,5 lần", "tăng 3 lần": a ratio."""
    return tokens[past].low == "lần" and (
        "gấp" in tokens.phrase(at - 4, at)
        or tokens[at - 1].low in {"tăng", "giảm", "hơn", "bằng"}
        or tokens[past + 1].low in {"so", "thứ"}
    )


def _word_is_none(tokens: Tokens, read: Reading) -> bool:  # noqa: PLR0911  a rule a line
    """Words that are numerals by their letters only: the year "năm", the father "ba", the article "một"."""
    at, amount, past, noun = read.at, read.amount, read.past, bool(read.noun)
    if amount.past > at + 1:
        return False
    word, after, before = tokens[at].low, tokens[at + 1].low, tokens[at - 1].low
    if word == "một":
        return not (noun and _is_counted_one(tokens, past))
    if before in {"thứ", "tháng", "ngày", "mấy", "đôi", "một", "mùng", "lớp", "mồng", "tư", "chủ"}:
        return True
    if word == "năm":
        return not _is_five(tokens, at, noun)
    if word == "ba":
        return after in {"mẹ", "má", "lô", "rọi", "cây", "tôi", "em", "anh", "chị", "bị", "con"} and not (
            after in {"mẹ", "cây", "em", "anh", "con", "chị"} and _is_three(tokens, at)
        )
    if word in {"chín", "tám", "bảy", "sáu"} and noun and after not in _STRONG:
        return True
    if word == "hai":
        return after in {"bên", "tay", "bàn", "chân", "lòng", "mắt", "chiều", "vai", "hàng", "đầu", "phía", "mặt", "má"}
    return False


def _is_five(tokens: Tokens, at: int, noun: bool) -> bool:
    before, after = tokens[at - 1], tokens[at + 1]
    if before.kind == "number" or before.low in {
        "mỗi", "một", "trong", "cả", "đầu", "cuối", "hàng", "hằng", "các", "những", "nhiều", "mấy", "vài", "hai", "ba",
        "từng", "suốt", "giữa", "bốn", "mười", "mươi", "quanh", "qua", "theo",
    }:  # fmt: skip
        return False
    if after.low == "tháng":
        return False
    if after.low in {
        "học",
        "nay",
        "trước",
        "sau",
        "ngoái",
        "qua",
        "tới",
        "đó",
        "này",
        "con",
        "công",
        "nhà",
        "đại",
        "xe",
    }:
        return after.low in {"con", "học"} and tokens[at + 2].low == "sinh" and noun
    return after.low in _STRONG or not noun


def _is_three(tokens: Tokens, at: int) -> bool:
    before = tokens[at - 1].low
    return tokens.phrase(at + 1, at + 3) in {"mẹ con", "anh em", "chị em", "em học", "cây số"} or before in {
        "có", "cả", "của", "với", "làm", "khiến", "và", "gồm", "được", "là",
    }  # fmt: skip


def _is_counted_one(tokens: Tokens, past: int) -> bool:
    """ "một người chết": what befell it follows at once."""
    return tokens[past].low in {"chết", "mất", "bị", "tử", "thiệt"} and tokens[past - 1].low in {
        "người", "nhân", "cháu", "em", "sinh", "bé", "khách",
    }  # fmt: skip


def _named(tokens: Tokens, read: Reading) -> bool:  # noqa: PLR0911  a rule a line
    """Whether the word before makes the number a name: "lớp 12", "quốc lộ 1", "bão số 6", "iPhone 11"."""
    at, before, earlier = read.at, tokens[read.at - 1], tokens[read.at - 2]
    if before.kind != "word":
        return before.text == "." and before.glued and earlier.low in {"q", "p", "số", "bn", "đt", "khu", "f"}
    if not read.noun and read.past > read.amount.past:
        return _names_measure(tokens, read)
    if before.low == "tuổi" or (read.amount.words and before.low not in {"thứ", "số"}):
        return before.low == "tuổi"
    counted = bool(read.noun) and tokens[read.noun].low in _STRONG
    if tokens.phrase(at - 2, at) in _DOCUMENTS:
        return not counted or tokens.phrase(at - 2, at) in _LAWS
    if before.low == "số":
        return earlier.low not in {"trong", "tổng", "con", "ra", "hơn", "một", "vô", "đa", "dân", "sĩ", "doanh"}
    if before.low in _ORDINAL:
        return not (
            before.low in _ORDINAL_BUT
            and (counted or (read.noun and (before.low in _GROUPS or read.amount.value >= 100)))
        )
    return before.text[0].isupper() and not tokens.opens_sentence(at - 1) and not read.noun


def _names_measure(tokens: Tokens, read: Reading) -> bool:
    """ "lần thứ 2", "thế kỷ 21", "học kỳ 2 năm học 2019": before units of measure only these."""
    before, earlier = tokens[read.at - 1].low, tokens[read.at - 2].low
    if before in {"thứ", "kỷ"} or (before == "số" and earlier not in {"con", "tổng", "trong", "một", "doanh"}):
        return True
    return read.unit.dimension == "duration_year" and before in {"kỳ", "kì", "quý", "khóa", "khoá", "lớp", "hk", "tuần"}


def qualifier(tokens: Tokens, at: int) -> tuple[int, Bound]:
    """Index of the first word of the qualifier before a number (`at` without one), and the bound it sets."""
    start, bound = at, EXACT
    for _ in range(3):
        pair, word = tokens.phrase(start - 2, start), tokens[start - 1].low
        found = _qualifies(tokens, start, pair, word)
        if not found:
            break
        length, said = found
        start -= length
        bound = said if bound in {"exact", "about"} and said != "exact" else bound
    return start, _negated(tokens, start, at, bound)


def _qualifies(tokens: Tokens, at: int, pair: str, word: str) -> tuple[int, Bound] | None:  # noqa: PLR0911  a rule a line
    if pair in _PAIRS:
        return 2, _PAIRS[pair]
    if word in _ABOUT and not (word == "độ" and tokens[at - 2].low in {"nhiệt", "tốc", "mức", "trình", "mật", "cường"}):
        return 1, "about"
    if word in _OVER:
        return 1, "over"
    if word in _UNDER:
        return 1, "under"
    if word == "từ":
        return 1, "exact"
    if word == "trong" and tokens.phrase(at - 3, at - 1) in {"tối đa", "tối thiểu"}:
        return 1, "exact"
    return None


def _negated(tokens: Tokens, start: int, at: int, bound: Bound) -> Bound:
    """ "không tập trung quá 30 người" sets an upper bound."""
    if bound == "over" and tokens[at - 1].low == "quá" and "không" in tokens.phrase(start - 4, start).split():
        return "under"
    return bound
