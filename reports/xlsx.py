"""The annex as a spreadsheet: real dates, filters, a frozen head; no cell is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from core.clock import local
from core.records import AnnexLine, ReportContent
from core.text import clean
from core.topics import TOPIC_BY_ID
from reports.telling import t

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = (
    ("number", 6), ("title", 70), ("source", 26), ("day", 18), ("url", 60), ("topics", 34), ("note", 30),
)  # fmt: skip
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "|", "%")
_LONGEST: Final = 32_767


def safe(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula, in this file or in a CSV made of it (OWASP)."""
    shown = clean(text)[: _LONGEST - 1]
    return f"'{shown}" if shown.startswith(_STARTS) or text.startswith(_STARTS) else shown


def annex(content: ReportContent) -> bytes:
    """Every article of the report, a row each."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(t("report.sheet.name"))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{max(1, len(content.annex)) + 1}"
    for number, (_, width) in enumerate(_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_head(sheet, t(f"report.sheet.{name}")) for name, _ in _COLUMNS])
    for row in rows(content.annex):
        sheet.append([_dated(sheet, value) for value in row])
    book.properties.creator = "diembao"
    book.properties.title = None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(lines: Iterable[AnnexLine]) -> Iterable[tuple[object, ...]]:
    """The cells of each line; texts are safe, days are dates."""
    for number, line in enumerate(lines, 1):
        yield (
            number,
            safe(line.title or t("report.erased_title")),
            safe(line.source),
            local(line.published).replace(tzinfo=None) if line.published else date.fromisoformat(line.day),
            safe(line.url),
            safe("; ".join(TOPIC_BY_ID[topic].vi for topic in line.topics)),
            safe("; ".join(_notes(line))),
        )


def _notes(line: AnnexLine) -> Iterable[str]:
    if line.reprint:
        yield t("report.annex.reprint")
    if line.state == "withdrawn":
        yield t("report.annex.withdrawn")
    elif line.revised_at is not None:
        yield t("report.annex.changed")
    if not line.article:
        yield t("report.annex.by_hand", where=line.where) if line.where else t("report.annex.by_hand_only")


def _head(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.alignment = Font(bold=True), Alignment(vertical="top", wrap_text=True)
    return cell


def _dated(sheet: Any, value: object) -> object:
    """Dates carry their format; anything else stands for itself."""
    if not isinstance(value, date):
        return value
    cell: Any = WriteOnlyCell(sheet)
    cell.value = value
    cell.number_format = "dd/mm/yyyy hh:mm" if isinstance(value, datetime) else "dd/mm/yyyy"
    return cell
