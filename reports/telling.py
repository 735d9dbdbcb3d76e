"""How a report says numbers, days and comparisons, in the administration's Vietnamese. Pure.

Under 20 articles a change is told in numbers, not per cent: a rise from 2 to 3 is no "50%".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from core import i18n
from core.clock import local_day

FEW: Final = 20
"""Below so many articles, now or before, a change is told in numbers."""
_TIMES: Final = 3.0
"""From so many times as much on a rise is told as "gấp … lần"."""


def t(key: str, /, **values: object) -> str:
    """The catalogue's Vietnamese string; whole numbers are written with their thousands mark."""
    return i18n.t(key, "vi", **{name: number(v) if type(v) is int else v for name, v in values.items()})


def number(value: int) -> str:
    """1840 -> "1.840"."""
    return f"{value:,}".replace(",", ".")


def decimal(value: float) -> str:
    """3.25 -> "3,2"; whole numbers without a decimal mark; "1.840,5"."""
    whole, _, part = f"{value:,.1f}".partition(".")
    return whole.replace(",", ".") + (f",{part}" if part != "0" else "")


def about(value: float) -> str:
    """A mean after "khoảng": whole from ten on."""
    return number(round(value)) if value >= 10 else decimal(value)


def day_full(day: date) -> str:
    """ "ngày 05 tháng 11 năm 2025": a leading zero for days under 10 and for January and February (Decree 30/2020)."""
    return t("report.day_full", day=_day(day), month=_month(day), year=str(day.year))


def day_short(day: date) -> str:
    """ "ngày 05 tháng 11"."""
    return t("report.day_short", day=_day(day), month=_month(day))


def day_digits(day: date) -> str:
    """ "05/11/2025"."""
    return f"{day:%d/%m/%Y}"


def moment_day(moment: datetime) -> str:
    """The Vietnamese day of a moment as "05/11/2025"."""
    return day_digits(local_day(moment))


def days_between(first: date, last: date) -> str:
    """ "từ ngày 05/11/2025 đến ngày 07/11/2025", or "ngày 05/11/2025"."""
    if first == last:
        return t("report.on_day", day=day_digits(first))
    return t("report.from_to", first=day_digits(first), last=day_digits(last))


def _day(day: date) -> str:
    return f"{day.day:02}"


def _month(day: date) -> str:
    return f"{day.month:02}" if day.month < 3 else str(day.month)


def compared(now: int, before: int | None, word: str) -> str:
    """ "tăng 5 bài so với tuần trước (7 bài)", "tăng 12% so với …", "bằng …"; `word` names the span before."""
    if before is None:
        return t("report.compare.nothing", before=word)
    if before == 0:
        return t("report.compare.none_before" if now else "report.compare.same_none", before=word, articles=now)
    if now == before:
        return t("report.compare.same", before=word)
    return _change(now, before, word)


def _change(now: int, before: int, word: str) -> str:
    key = "up" if now > before else "down"
    if now < FEW or before < FEW:
        return t(f"report.compare.{key}_by", articles=abs(now - before), before=word, was=before)
    if now >= _TIMES * before:
        return t("report.compare.times", times=decimal(now / before), before=word, was=before)
    percent = half_up(100 * abs(now - before), before)
    if percent == 0:
        return t("report.compare.about", before=word, was=before)
    return t(f"report.compare.{key}_percent", percent=percent, before=word, was=before)


def share(part: int, whole: int) -> str:
    """ "(35%)" with a space before it; "" where the whole is under 20 articles."""
    return f" ({half_up(100 * part, whole)}%)" if whole >= FEW else ""


def half_up(part: int, whole: int) -> int:
    """A quotient of two numbers that are not negative, rounded as readers round: 12,5 is 13."""
    return (2 * part + whole) // (2 * whole)


def joined(parts: Sequence[str]) -> str:
    """ "a", "a và b", "a, b và c"."""
    if len(parts) < 2:
        return "".join(parts)
    return t("report.and", first=", ".join(parts[:-1]), last=parts[-1])


def sentence(text: str) -> str:
    """With a capital first letter and a full stop."""
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "?", "…", ":")) else f"{shown}."
