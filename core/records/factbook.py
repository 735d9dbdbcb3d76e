"""A table for the fact book as it would be taken: each row an entry, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.records.answers import FactEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class FactProblem:
    """What is wrong with an entry, and where: a catalogue key with its values, and a column of the table."""

    key: str
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One row of a table: an entry, or what is wrong with it."""

    number: int
    texts: Mapping[str, str]
    entry: FactEntry | None = None
    what: Literal["new", "version", "same"] = "new"
    problems: tuple[FactProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPreview:
    """A whole table. It is taken only where no row has a problem."""

    rows: tuple[FactRow, ...]

    @property
    def wrong(self) -> int:
        return sum(bool(row.problems) for row in self.rows)

    @property
    def entries(self) -> tuple[FactEntry, ...]:
        """What taking it would add; nothing while a row is wrong."""
        if self.wrong:
            return ()
        return tuple(row.entry for row in self.rows if row.entry and row.what != "same")
