"""The annex as a spreadsheet: real dates, filters, a frozen head; no cell is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Final

import xlsxwriter

from core.clock import local
from core.records import AnnexLine, ReportContent
from core.text import clean
from core.topics import TOPIC_BY_ID
from reports.telling import t

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = (
    ("number", 6), ("title", 70), ("source", 26), ("day", 18), ("url", 60), ("topics", 34), ("note", 30),
)  # fmt: skip
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_LONGEST: Final = 32_000
_OPTIONS: Final = {
    "in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False,
}  # fmt: skip


def safe(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula, in this file or in a CSV made of it (OWASP)."""
    shown = clean(text)[:_LONGEST]
    return f"'{shown}" if shown.startswith(_STARTS) or text.startswith(_STARTS) else shown


@lru_cache(maxsize=4096)
def _short(text: str) -> str:
    """`safe` of what stands in many rows."""
    return safe(text)


def _line(text: str) -> str:
    """`safe` of what was made one clean line when the report was collected."""
    return f"'{text[:_LONGEST]}" if text.startswith(_STARTS) else text[:_LONGEST]


def annex(content: ReportContent) -> bytes:
    """Every article of the report, a row each."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"author": "", "comments": ""})
        sheet = book.add_worksheet(t("report.sheet.name"))
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day, minute = (book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
        for column, (name, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, t(f"report.sheet.{name}"), head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(content.annex)), len(_COLUMNS) - 1)
        for number, row in enumerate(rows(content.annex), 1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, minute if isinstance(value, datetime) else day)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, value)
    return out.getvalue()


def rows(lines: Iterable[AnnexLine]) -> Iterable[tuple[str | int | date, ...]]:
    """The cells of each line; texts are safe, days are dates."""
    for number, line in enumerate(lines, 1):
        yield (
            number,
            _line(line.title) if line.title else t("report.erased_title"),
            _short(line.source),
            local(line.published).replace(tzinfo=None) if line.published else date.fromisoformat(line.day),
            _line(line.url),
            _short("; ".join(TOPIC_BY_ID[topic].vi for topic in line.topics)),
            _short("; ".join(_notes(line))),
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
