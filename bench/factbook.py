"""The fact book: looking through a table of 5,000 rows before it is taken, and a table that is too long."""

from __future__ import annotations

import io
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from app import answer_desk, wiring
from core.clock import FixedClock
from core.errors import AnswerError
from core.records import Desk
from core.settings import KeepSettings
from store.sqlite.record import open_record

ROWS, TOO_MANY = 5_000, 50_000
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
_DESK = Desk(id="binh_son", name="Bình Sơn", office="UBND xã Bình Sơn", units=("old:524",))
_HEAD = ("Chỉ tiêu", "Giá trị", "Đơn vị tính", "Địa bàn", "Từ ngày", "Đến ngày", "Số văn bản", "Ngày văn bản",
         "Cơ quan ban hành")  # fmt: skip
_PLACES = ("xã Bình Sơn", "xã Vạn Tường", "xã Đông Sơn", "xã Bình Minh", "")
_UNITS = ("ha", "triệu đồng", "hộ", "%", "nhà", "km", "tấn")


def measure() -> dict[str, float]:
    """CPU seconds to look through a table of 5,000 rows, to take it, and to refuse one of 50,000."""
    good, long = _table(ROWS), _table(TOO_MANY)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_record(Path(folder) / "record.sqlite3", clock=FixedClock(AT), keep=KeepSettings()) as record,
    ):
        record.desks.apply_desk(_DESK, AT, "bench")
        wiring.gazetteer()
        facts = answer_desk.fact_desk(record, FixedClock(AT))
        began = time.process_time()
        number, shown = facts.preview(_DESK, "so.xlsx", good, AT, "bench")
        looked = time.process_time() - began
        assert (len(shown.entries), shown.wrong) == (ROWS, 0)
        began = time.process_time()
        assert facts.take(_DESK, number, AT, "bench") == ROWS
        taken = time.process_time() - began
        began = time.process_time()
        try:
            facts.preview(_DESK, "so.xlsx", long, AT, "bench")
        except AnswerError:
            refused = time.process_time() - began
    return {"preview_5000_seconds": looked, "take_5000_seconds": taken, "refuse_50000_seconds": refused}


def _table(rows: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_HEAD)
    for n in range(rows):
        unit, place = _UNITS[n % len(_UNITS)], _PLACES[n % len(_PLACES)]
        sheet.append(
            (f"Chỉ tiêu kế hoạch số {n}", f"{n % 97 + 1},5" if unit not in ("hộ", "nhà") else str(n % 97 + 1), unit,
             place, "01/01/2026", "30/06/2026", f"{n % 300 + 1}/BC-UBND", date(2026, 7, n % 28 + 1),
             "UBND xã Bình Sơn")
        )  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
