"""Tables that an office brings: XLSX and CSV as rows of cells, read with bounds, and written.

A cell keeps what matters for judging it: whether it is a formula, lies in merged cells, or is a number or a date.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.text import clean, nfc

MOST_ROWS: Final = 5_000
"""Of one file: as many as a large office's whole book. A file of more is refused without being read to its end."""
MOST_COLUMNS: Final = 60
MOST_BYTES: Final = 8_000_000
_MOST_UNPACKED: Final = 200_000_000
_MOST_ROUND_IT: Final = 5_000_000
"""Bytes of styles and other parts that are read whole before the first row; large offices' have a tenth."""
_MOST_TAGS: Final = 3_000_000
"""Of one part that holds cells or their texts; the largest table that is taken has half of that. Reading them takes
seconds."""
_MOST_MERGED: Final = 1_000_000
"""Cells in merged ranges, which never lie over each other: more is no table."""
_MERGED: Final = re.compile(rb'<mergeCell\s[^<>]*ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_SHEET: Final = re.compile(r"xl/worksheets/sheet\d+\.xml")
_CELLS: Final = re.compile(r"xl/(worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
_ROUND_IT: Final = re.compile(r"xl/(styles|workbook)\.xml|.*\.rels|\[Content_Types\]\.xml")


class BadTable(Exception):  # noqa: N818 - an outcome with a name
    """The file is no table that can be taken. `key` says why in the catalogue."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell."""

    text: str = ""  # one clean line
    number: float | None = None
    date: dt.date | None = None
    formula: bool = False
    merged: bool = False


Rows = Sequence[tuple[int, Sequence[Cell]]]
"""(number as the office sees it, from 1; cells)."""


def read(name: str, content: bytes) -> Rows:
    """The rows that hold anything. Raises BadTable: too large, damaged, too many rows, neither XLSX nor CSV."""
    if len(content) > MOST_BYTES:
        raise BadTable("factbook.file_large")
    if content[:4] == b"PK\x03\x04":
        return _bounded(_xlsx(content))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadTable("factbook.old_excel")
    if not name.lower().endswith((".csv", ".tsv", ".txt")):
        raise BadTable("factbook.no_table")
    return _bounded(_csv(content))


def _bounded(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Rows:
    found: list[tuple[int, Sequence[Cell]]] = []
    for number, cells in rows:
        if any(cell.text or cell.formula for cell in cells):
            found.append((number, cells))
        if len(found) > MOST_ROWS + 1:
            raise BadTable("factbook.too_many_rows", most=MOST_ROWS)
        if number > MOST_ROWS * 20:
            break
    return found


def _csv(content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else content.decode("cp1258")
        except UnicodeDecodeError:
            raise BadTable("factbook.encoding") from None
    if "\0" in text:
        raise BadTable("factbook.no_table")
    first = text.partition("\n")[0]
    mark = max((";", "\t", ","), key=first.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(nfc(text)), delimiter=mark, strict=True), start=1):
            yield (
                number,
                [Cell(text=clean(value), formula=value.lstrip().startswith("=")) for value in row[:MOST_COLUMNS]],
            )
    except csv.Error:
        raise BadTable("factbook.damaged") from None


def _xlsx(content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    import openpyxl  # noqa: PLC0415 - only where a table is brought

    try:
        merged = _merged(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            yield number, [_cell(cell, (number, at) in merged) for at, cell in enumerate(row, start=1)]
        book.close()
    except BadTable:
        raise
    except Exception:  # noqa: BLE001 - whatever the library meets in a damaged file
        raise BadTable("factbook.damaged") from None


def _merged(content: bytes) -> set[tuple[int, int]]:
    """(row, column) of the cells that lie in merged ranges; of those large ones the first rows are enough."""
    found: set[tuple[int, int]] = set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _refuse_large(archive)
        sheets = sorted(name for name in archive.namelist() if _SHEET.fullmatch(name))
        xml = archive.read(sheets[0]) if sheets else b""
    looked_at = 0
    for left, top, right, bottom in _MERGED.findall(xml):
        rows = range(int(top), min(int(bottom), int(top) + MOST_ROWS) + 1)
        columns = range(_column(left), min(_column(right), MOST_COLUMNS) + 1)
        looked_at += len(rows) * len(columns)
        if looked_at > _MOST_MERGED:
            raise BadTable("factbook.damaged")
        found.update((row, column) for row in rows for column in columns)
    return found


def _refuse_large(archive: zipfile.ZipFile) -> None:
    """Raises BadTable for what would take long to read, whatever it takes packed."""
    parts = archive.infolist()
    round_it = (info.file_size for info in parts if _ROUND_IT.fullmatch(info.filename))
    if sum(info.file_size for info in parts) > _MOST_UNPACKED or max(round_it, default=0) > _MOST_ROUND_IT:
        raise BadTable("factbook.file_large")
    if any(_tags(archive, info) > _MOST_TAGS for info in parts if _CELLS.fullmatch(info.filename)):
        raise BadTable("factbook.file_large")


def _tags(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    if part.file_size <= _MOST_TAGS:
        return 0  # a tag has more than one byte
    with archive.open(part) as file:
        return sum(piece.count(b"<") for piece in iter(lambda: file.read(1 << 20), b""))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell(cell: Any, merged: bool) -> Cell:
    value = cell.value
    if value is None:
        return Cell(merged=merged)
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        return Cell(text=clean(str(value))[:80], formula=True, merged=merged)
    if isinstance(value, dt.datetime):
        return Cell(text=f"{value:%d/%m/%Y}", date=value.date(), merged=merged)
    if isinstance(value, dt.date):
        return Cell(text=f"{value:%d/%m/%Y}", date=value, merged=merged)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Cell(text=plain_number(value), number=float(value), merged=merged)
    return Cell(text=clean(str(value)), merged=merged)


def plain_number(value: float) -> str:
    """3500.5 -> "3500,5"; whole numbers without a decimal mark."""
    shown = f"{value:.6f}".rstrip("0").rstrip(".")
    return shown.replace(".", ",")


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX of texts; none of them acts as a formula."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("So so lieu")
    for row in rows:
        sheet.append([_harmless(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, as Excel opens it, semicolons between."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([[_harmless(v) for v in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
