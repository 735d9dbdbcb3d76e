"""How things are said on the pages, in one language: strings, numbers, days, times."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core import i18n
from core.clock import local, local_day
from core.i18n import Language
from core.records import Step
from core.topics import TOPIC_BY_ID, ToneLabel

_MARKS: Final = str.maketrans(".,", ",.")


@dataclass(frozen=True, slots=True)
class Words:
    """One language and the present moment."""

    language: Language
    now: datetime

    def t(self, key: str, **values: object) -> str:
        """The catalogue's string; integers are written with the language's thousands mark."""
        shown = {name: self.number(v) if type(v) is int else v for name, v in values.items()}
        return i18n.t(key, self.language, **shown)

    def number(self, value: int) -> str:
        """1840 -> "1.840" (vi), "1,840" (en)."""
        grouped = f"{value:,}"
        return grouped.replace(",", ".") if self.language == "vi" else grouped

    def decimal(self, value: float) -> str:
        """1840.25 -> "1.840,2" (vi), "1,840.2" (en); whole numbers without a decimal mark."""
        shown = f"{value:,.1f}".removesuffix(".0")
        return shown.translate(_MARKS) if self.language == "vi" else shown

    def day_of(self, iso: str) -> str:
        """A Vietnamese day given as ISO date, named where it is near."""
        return self.named_day(date.fromisoformat(iso))

    def day(self, day: date) -> str:
        """ "thứ Bảy, 21/11/2026"."""
        return f"{self.t(f'weekday.{day.isoweekday()}')}, {day:%d/%m/%Y}"

    def short_day(self, day: date) -> str:
        """ "T7 21/11"."""
        return f"{self.t(f'weekday_short.{day.isoweekday()}')} {day:%d/%m}"

    def short_date(self, day: date) -> str:
        """ "21/11"."""
        return f"{day:%d/%m}"

    def full_date(self, day: date) -> str:
        """ "21/11/2026"."""
        return f"{day:%d/%m/%Y}"

    def month(self, month: str) -> str:
        """2026-11 -> "11/2026"."""
        year, _, number = month.partition("-")
        return f"{int(number)}/{year}"

    def month_end(self, month: str) -> str:
        """2026-11 -> "2026-11-30"."""
        year, number = map(int, month.split("-")[:2])
        return date(year, number, monthrange(year, number)[1]).isoformat()

    def slot(self, slot: str, step: Step) -> str:
        """A step of time, short: "21/11", or "11/2026" for a month."""
        day = date.fromisoformat(slot)
        return f"{day.month}/{day.year}" if step == "month" else f"{day:%d/%m}"

    def dated(self, iso: str) -> str:
        """A day given as ISO date: "T7 21/11/2026"."""
        day = date.fromisoformat(iso)
        return f"{self.t(f'weekday_short.{day.isoweekday()}')} {day:%d/%m/%Y}"

    def slot_full(self, first: date, last: date) -> str:
        """A step of time in full, by its days: "T7 21/11/2026", "16/11 – 22/11/2026", a whole month "11/2026"."""
        if first == last:
            return self.dated(first.isoformat())
        if first.day == 1 and last.isoformat() == self.month_end(first.isoformat()):
            return f"{first.month}/{first.year}"
        return f"{first:%d/%m} – {last:%d/%m/%Y}"

    def iso_week(self, day: date) -> str:
        """ "2026-W47", as addresses carry it."""
        return f"{day:%G-W%V}"

    def named_day(self, day: date) -> str:
        """ "Hôm nay" and "Hôm qua" by name, others by date."""
        age = (local_day(self.now) - day).days
        return self.t("day.today") if age == 0 else self.t("day.yesterday") if age == 1 else self.day(day)

    def time(self, moment: datetime) -> str:
        """Local time of day, "07:30"."""
        return f"{local(moment):%H:%M}"

    def moment(self, moment: datetime) -> str:
        """Local time with its day, the day by name where it is near."""
        here = local(moment)
        age = (local_day(self.now) - here.date()).days
        if age == 0:
            return self.t("moment.today", time=f"{here:%H:%M}")
        if age == 1:
            return self.t("moment.yesterday", time=f"{here:%H:%M}")
        return self.t("moment.day", time=f"{here:%H:%M}", day=f"{here:%d/%m/%Y}")

    def full_moment(self, moment: datetime) -> str:
        """Local time with its date, always in full."""
        here = local(moment)
        return self.t("moment.day", time=f"{here:%H:%M}", day=f"{here:%d/%m/%Y}")

    def iso_day(self, moment: datetime) -> str:
        """The Vietnamese day of a moment, as addresses carry it."""
        return local_day(moment).isoformat()

    def size(self, size: int) -> str:
        """Bytes as "812 MB" or "1,2 GB"."""
        return f"{self.decimal(size / 1e9)} GB" if size >= 1e9 else f"{self.number(max(1, round(size / 1e6)))} MB"

    def percent(self, score: float) -> int:
        """A probability as whole per cent, never a certain 100."""
        return min(99, round(100 * score))

    def topic(self, topic: str) -> str:
        """The topic's name in this language."""
        known = TOPIC_BY_ID[topic]
        return known.vi if self.language == "vi" else known.en

    def tone(self, label: ToneLabel) -> str:
        """How the event comes across for the people concerned."""
        return self.t(f"tone.{label}")

    def reason(self, reason: str) -> str:
        """A stored reason ("smtp-busy 451", "recipient.bad_address", "http-403") in words an officer knows."""
        if not reason:
            return ""
        word, _, detail = reason.partition(" ")
        if word.startswith("http-"):
            word, detail = "http", word.removeprefix("http-")
        for key in (f"reason.{word}", word):
            if key in i18n.catalogue():
                said = self.t(key)
                return f"{said} ({detail})" if detail else said
        return reason
