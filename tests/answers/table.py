"""Tables as an office brings them, for tests."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from answers.factbook import Entering, identity_of
from core.records import FactEntry

NOW = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)
HEAD = ("Chỉ tiêu", "Giá trị", "Đơn vị tính", "Địa bàn", "Từ ngày", "Đến ngày", "Số văn bản", "Ngày văn bản",
        "Cơ quan ban hành")  # fmt: skip
ROW = ("Số nhà bị tốc mái", "9", "nhà", "xã Vạn Tường", "20/11/2026", "20/11/2026", "45/BC-UBND", "21/11/2026",
       "UBND xã Vạn Tường")  # fmt: skip
PLACES = {"xã Vạn Tường": ("new:21061",), "Bình Hải": ("old:1", "old:2")}


def row(**changed: Any) -> tuple[Any, ...]:
    """ROW with fields replaced: value, unit, place, issued, indicator, number."""
    at = {"indicator": 0, "value": 1, "unit": 2, "place": 3, "first": 4, "last": 5, "number": 6, "issued": 7}
    cells = list(ROW)
    for name, value in changed.items():
        cells[at[name]] = value
    return tuple(cells)


def xlsx(*rows: Sequence[Any], merge: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for cells in (HEAD, *rows):
        sheet.append(list(cells))
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def entering(entries: Sequence[FactEntry] = ()) -> Entering:
    known = {identity_of(entry): entry for entry in entries}
    return Entering(
        desk="d", by="u1", at=NOW, today=dt.date(2026, 11, 21), known=known, places=lambda name: PLACES.get(name, ())
    )
