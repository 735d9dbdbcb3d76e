"""Times as feeds, sitemaps and addresses write them.

Where no zone is written it is Vietnamese time. A time in the future, or from before there were news sites, is
replaced by the time of fetching and marked. Formats were met in Vietnamese feeds of 2025-26: RFC 822 with years of
two digits, "+07", "GMT+7", "+0000 (UTC)", US order with AM and PM, dd/mm/yyyy, ISO 8601 with blanks, the C library's
"Mon Nov  3 08:15:00 2025", and words ("ngày 3 tháng 11 năm 2025", "hôm qua").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from core.clock import VIETNAM, local
from core.records import Published, TimeProvenance
from core.text import clean, fold

FIRST_YEAR: Final = 1995
"""Before the first Vietnamese news site; anything older is a broken clock."""

CLOCK_SKEW: Final = timedelta(minutes=10)
"""So much may a publisher's clock run ahead of ours before its time is called a future one."""

_MONTHS: Final = {name: number for number, name in enumerate(
    "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}  # noqa: SIM905  # fmt: skip
_ZONES: Final = {"gmt": 0, "ut": 0, "utc": 0, "z": 0, "ict": 7, "est": -5, "edt": -4, "cst": -6, "pst": -8, "cet": 1}
_RFC822: Final = re.compile(r"\b(\d{1,2})[ -]([A-Za-z]{3})[a-z]{0,6}[ -,]{1,2}(\d{4}|\d{2})\b")
_MONTH_FIRST: Final = re.compile(
    r"\b([A-Za-z]{3})[a-z]{0,6}\.? {1,2}(\d{1,2})(?:st|nd|rd|th)?,? (?:(\d{1,2}:\d{2}[^,]{0,12}?) )?(\d{4})\b"
)
_VIETNAMESE: Final = re.compile(
    r"(?<!\d)(\d{1,2})[ ,/-]{1,2}(?:tháng|thg\.?|th\.?) ?"
    r"(\d{1,2}|giêng|hai|ba|tư|năm|sáu|bảy|tám|chín|mười một|mười hai|mười|chạp)\b[ ,/-]{0,2}(?:năm ?)?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_WORDS: Final = {
    "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
_ISO: Final = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})T?")
_LOCAL_ORDER: Final = re.compile(r"(?<!\d)(?<!\d:)(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{4})(?!\d)")
_TIME: Final = re.compile(
    r"(?<![\d/+-])(\d{1,2})\s?(?:[:hg]|giờ)\s?(\d{2})(?:\s?:\s?(\d{2}))?(?:[.,]\d{1,9})?\s*([AaPp]\.?[Mm]\.?\b|SA\b|CH\b)?"
)
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?\)?\s*$", re.IGNORECASE)
_ZONE_COMMENT: Final = re.compile(r"(?<=[\w+-]) ?\([A-Za-z ]{2,40}\)$")
"""A zone said once more in words, as mail headers and JavaScript do: "+0700 (Indochina Time)"."""
_ZONE_NAME: Final = re.compile(r"(?<=[\d\s.])([A-Za-z]{1,4})\)?\s*$")
_AGO: Final = re.compile(r"(\d{1,3})\s*(giây|phút|giờ|tiếng|ngày|tuần|minutes?|hours?|days?)\s*(?:trước|ago)")
_AGO_UNITS: Final = {
    "giây": timedelta(seconds=1), "phút": timedelta(minutes=1), "giờ": timedelta(hours=1),
    "tiếng": timedelta(hours=1), "ngày": timedelta(days=1), "tuần": timedelta(weeks=1),
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
}  # fmt: skip
_DAY_WORDS: Final = (("hôm kia", 2), ("hôm qua", 1), ("hôm nay", 0), ("yesterday", 1), ("today", 0))
_URL_DAY: Final = re.compile(r"(?<!\d)(20\d{2})[-_/]?(0[1-9]|1[0-2])[-_/]?(0[1-9]|[12]\d|3[01])(?=\D|\d{4,11}(?!\d)|$)")


def read(text: str, fetched_at: datetime, provenance: TimeProvenance, *, day_first: bool = True) -> Published | None:
    """The time that a text states, or None where it states none that can be read.

    `day_first` decides dates such as 03/04/2026 that can be read both ways; see `order_of`.
    """
    text = clean(text)[:120]
    if not text:
        return None
    stated = _absolute(text, day_first) or _relative(text, fetched_at)
    if stated is None:
        return None
    moment, zoned = stated
    return bounded(moment, fetched_at, provenance, zone_stated=zoned)


def bounded(
    moment: datetime | None, fetched_at: datetime, provenance: TimeProvenance, *, zone_stated: bool = True
) -> Published:
    """A time that can be true: one in the future, too old, or None (no such date) gives way to the fetch time."""
    if moment is None or moment.year < FIRST_YEAR or moment > fetched_at + CLOCK_SKEW:
        return Published(at=fetched_at, provenance="fetched", zone_stated=zone_stated, doubtful=True)
    return Published(at=min(moment, fetched_at), provenance=provenance, zone_stated=zone_stated)


def order_of(texts: Iterable[str]) -> bool:
    """Whether a source writes the day first: told by dates of it that can be read only one way; else by AM and PM.

    Dates with AM or PM come from servers set to US English, which writes the month first.
    """
    american = False
    for text in texts:
        found = _LOCAL_ORDER.search(text[:120])
        if not found:
            continue
        first, second = int(found[1]), int(found[2])
        if first > 12 or second > 12:
            return first > 12
        american = american or bool(re.search(r"\d\s?[AP]M\b", text[:120]))
    return not american


def day_in(url: str, fetched_at: datetime) -> datetime | None:
    """The day that stands in an address (/2026/03/05/, -20260305...), at its beginning in Viet Nam, or None."""
    for found in _URL_DAY.finditer(url):
        day = _date(int(found[1]), int(found[2]), int(found[3]))
        moment = day.replace(tzinfo=VIETNAM).astimezone(UTC) if day is not None else None
        if moment is not None and moment <= fetched_at:
            return moment
    return None


def _absolute(text: str, day_first: bool) -> tuple[datetime | None, bool] | None:
    """(time or None for an impossible date, whether it had a zone), or None where no date stands."""
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return datetime.fromtimestamp(int(text[:10]), UTC), True
    found = _day(text, day_first)
    if found is None:
        return None
    day, rest = found
    if day is None:
        return None, False
    clock = _TIME.search(rest)
    try:
        naive = day + _time_of(clock)
    except OverflowError:
        return None, False
    zone = _zone(rest[clock.end() :] if clock else "")
    try:
        return naive.replace(tzinfo=zone or VIETNAM).astimezone(UTC), zone is not None
    except OverflowError:
        return None, False


def _day(text: str, day_first: bool) -> tuple[datetime | None, str] | None:
    """The date at midnight without zone (None: no such date) and the text in which the time of day stands."""
    if found := _ISO.search(text):
        return _date(int(found[1]), int(found[2]), int(found[3])), text[found.end() :] or text
    if found := _LOCAL_ORDER.search(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
        return _date(year, month, day), text[: found.start()] + " " + text[found.end() :]
    if (worded := _worded(text)) is not None:
        return worded
    if found := _COMPACT.match(text):
        clock = re.sub(r"^(\d{2})(\d{2})(\d{2})?", lambda m: ":".join(p for p in m.groups() if p), text[found.end() :])
        return _date(int(found[1]), int(found[2]), int(found[3])), clock
    return None


def _worded(text: str) -> tuple[datetime | None, str] | None:
    """The same of a date whose month is a word."""
    if (found := _RFC822.search(text)) and found[2].lower() in _MONTHS:
        year = int(found[3])
        year += (2000 if year < 70 else 1900) if len(found[3]) == 2 else 0
        return _date(year, _MONTHS[found[2].lower()], int(found[1])), text[found.end() :]
    if (found := _MONTH_FIRST.search(text)) and found[1].lower() in _MONTHS:
        clock = f"{found[3] or ''} {text[found.end() :]}"
        return _date(int(found[4]), _MONTHS[found[1].lower()], int(found[2])), clock
    if found := _VIETNAMESE.search(text):
        month = _MONTH_WORDS.get(found[2].lower()) or int(found[2])
        return _date(int(found[3]), month, int(found[1])), text[: found.start()] + " " + text[found.end() :]
    return None


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - its zone is told by what follows the time of day
    except ValueError:
        return None


def _time_of(found: re.Match[str] | None) -> timedelta:
    if found is None:
        return timedelta()
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").lower().replace(".", "")
    if half in ("pm", "ch") and hour < 12:
        hour += 12
    elif half in ("am", "sa") and hour == 12:
        hour = 0
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59)) if hour < 24 and minute < 60 else timedelta()


def _zone(rest: str) -> timezone | None:
    rest = _ZONE_COMMENT.sub("", rest.strip())
    if offset := _OFFSET.search(rest):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    name = _ZONE_NAME.search(" " + rest)
    hours = _ZONES.get(name[1].lower()) if name else None
    return None if hours is None else timezone(timedelta(hours=hours))


def _relative(text: str, fetched_at: datetime) -> tuple[datetime, bool] | None:
    folded = fold(text)
    if "vừa xong" in folded or "just now" in folded:
        return fetched_at, False
    if ago := _AGO.search(folded):
        unit = ago[2].rstrip("s") if ago[2].isascii() else ago[2]
        return fetched_at - int(ago[1]) * _AGO_UNITS[unit], False
    for word, days in _DAY_WORDS:
        if word in folded:
            midnight = local(fetched_at).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
            clock = _TIME.search(text)
            return min(midnight + _time_of(clock), fetched_at).astimezone(UTC), False
    return None
