"""Tables of people as offices keep them: CSV as spreadsheets write it, or cells pasted from one. Pure.

The same shape serves users and recipients: a preview says row by row what would happen, and nothing is taken while a
row is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from core.errors import ConfigError
from core.text import clean, fold, fold_plain

Item = TypeVar("Item")
MOST_ROWS, MOST_CELL = 5_000, 300
_MARKS: Final = "\t;,"
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something can't be taken: a key of the catalogue with its values."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number as a spreadsheet counts, and its cells by column; a column that isn't there is ""."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows, or why there are none."""

    rows: tuple[Row, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Generic[Item]):
    """What would come of one row."""

    number: int
    action: str  # add, change, same, wrong
    shown: str  # whom it is about
    item: Item | None = None
    problem: Problem | None = None


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 (with or without a mark), UTF-16 with a mark, else Windows-1258 as old sheets have.

    Raises ConfigError for what is no text: a workbook, or UTF-16 without a mark.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if data.startswith(_WORKBOOKS) or b"\0" in data:
        raise ConfigError("not a table as text; save it in the spreadsheet as CSV (UTF-8)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1258", errors="replace")


def read(text: str, columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Sheet:
    """The sheet's rows. `columns`: column -> headings under which it may stand, compared without diacritics and case.

    Empty rows are left out; columns of other headings too. A sheet without one of the `needed` columns has a problem.
    """
    text = text.removeprefix("\ufeff")
    head = text.lstrip("\r\n").partition("\n")[0]
    mark = max(_MARKS, key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False))
    except csv.Error:
        return Sheet(problem=Problem(key="sheet.unreadable", values={}))
    numbered = [(number, [clean(cell)[:MOST_CELL] for cell in line]) for number, line in enumerate(lines, 1)]
    filled = [(number, line) for number, line in numbered if any(line)]
    if len(filled) > MOST_ROWS + 1:
        return Sheet(problem=Problem(key="sheet.too_long", values={"most": MOST_ROWS}))
    places = _places(filled[0][1] if filled else [], columns)
    missing = [column for column in needed if column not in places]
    if missing:
        heading = ", ".join(columns[column][0] for column in missing)
        return Sheet(problem=Problem(key="sheet.missing_column", values={"columns": heading}))
    return Sheet(rows=tuple(Row(number=number, cells=_cells(line, places, columns)) for number, line in filled[1:]))


def _places(heading: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    by_name = {plain(name): column for column, names in columns.items() for name in (column, *names)}
    found: dict[str, int] = {}
    for place, name in enumerate(heading):
        column = by_name.get(plain(name))
        if column is not None:
            found.setdefault(column, place)
    return found


def plain(name: str) -> str:
    """A heading or a word of a list as it is compared."""
    return " ".join(fold_plain(name).replace("_", " ").replace("-", " ").split())


def exact(name: str) -> str:
    """A name as it is told from its like: diacritics count; case, spaces and the place of a tone mark don't."""
    return " ".join(fold(clean(name)).replace("_", " ").replace("-", " ").split())


def _cells(line: Sequence[str], places: Mapping[str, int], columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: line[places[name]] if name in places and places[name] < len(line) else "" for name in columns}


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
