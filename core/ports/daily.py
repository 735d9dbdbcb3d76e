"""What an index of daily counts asks of the record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from core.records import Change, Cursor, DailyCount, DailyReading


class DailyCounts(Protocol):
    """Daily counts, always of whole days, and the reader's place in the change log."""

    form: str
    """Changes whenever days are counted by other rules: everything is then counted again."""

    def days(self) -> Mapping[str, Collection[str]]:
        """Desk -> ISO days on which it has articles."""
        ...

    def totals(self, desk: str) -> Mapping[str, int]:
        """ISO day -> articles of a desk."""
        ...

    def counts(self, desk: str, day: str) -> list[DailyCount]:
        """All counts of a desk's day."""
        ...

    def reading(self, day: str, at: datetime) -> list[DailyReading]:
        """How publishers were read on a day, and what each desk kept; of the day of `at` also those not read at all."""
        ...

    def reading_days(self) -> Collection[str]:
        """ISO days of which there is something to say."""
        ...

    def reading_marks(self, first: date) -> Mapping[str, str]:
        """ISO day from `first` on -> a mark that changes with the day's figures of reading."""
        ...

    def touched(self, changes: Sequence[Change]) -> tuple[set[tuple[str, str]], set[str]]:
        """(desk, day) in which changed articles stand, and desks that lost one whose day is not known any more."""
        ...

    def cursor(self, reader: str) -> Cursor: ...

    def since(self, seq: int, limit: int = 1000) -> list[Change]: ...

    def position(self, reader: str) -> int: ...

    def last(self) -> int: ...

    def gap(self, reader: str) -> bool:
        """Whether lines that this reader has not taken are gone from the log."""
        ...

    def acknowledge(self, read: Cursor, seq: int) -> bool:
        """False where the reader has been moved since it stood there: it reads again."""
        ...
