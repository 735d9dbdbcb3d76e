"""Tables to take along: CSV and XLSX whose cells no program takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

import xlsxwriter
from starlette.responses import Response

from core.text import clean

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe(cell: str) -> str:
    """The cell as text that no spreadsheet computes (OWASP, CSV Injection): one line, an apostrophe before a sign."""
    raw_sign = cell[:1] in _DANGEROUS
    text = clean(cell)
    return f"'{text}" if text and (raw_sign or text[0] in _DANGEROUS) else text


def to_csv(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([[safe(cell) for cell in row] for row in (heads, *rows)])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """One sheet of text cells; nothing is a formula or a link."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "text_wrap": True})
        for number, row in enumerate((heads, *rows)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, safe(cell)[:32_000], bold if number == 0 else None)
        sheet.set_column(0, 0, 70)
        sheet.set_column(1, 2, 26)
        sheet.set_column(3, 3, 60)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def answer(kind: str, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Response:
    """The table as a download. KeyError for a kind outside KINDS."""
    body = {"csv": to_csv, "xlsx": to_xlsx}[kind](heads, rows)
    return Response(
        body, media_type=KINDS[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    )
