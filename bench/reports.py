"""A yearly report of 50,000 articles: collected from the record, written in Word, its annex as a spreadsheet."""

from __future__ import annotations

import json
import resource
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app import reporting, wiring
from core.clock import FixedClock
from core.records import Desk
from core.settings import KeepSettings
from store.sqlite.record import Record, open_record

ARTICLES = 50_000
STORIES = 12_000
AT = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
_TOPICS = ("disaster", "health", "education", "economy", "culture_tourism", "transport_infrastructure", "agriculture")
_DESK = Desk(id="tinh", name="Tỉnh Quảng Ngãi", office="UBND tỉnh Quảng Ngãi", units=("new:51",))
_LEAD = (
    "Mưa lớn trong đêm làm {n} ngôi nhà ở các xã ven sông bị ngập, chính quyền đã đưa {m} hộ dân đến nơi an toàn."
    " Nhiều tuyến đường liên xã bị chia cắt từ rạng sáng và dự kiến thông xe trong chiều cùng ngày."
)


def measure() -> dict[str, float]:
    """Seconds and peak megabytes of a year's report over 50,000 articles."""
    with tempfile.TemporaryDirectory() as folder, _filled(Path(folder) / "record.sqlite3") as record:
        gazetteer = wiring.gazetteer()
        reports = reporting.reports(record, {}, lambda: gazetteer)
        began, cpu = time.perf_counter(), time.process_time()
        ask = reports.ask(_DESK, "yearly", AT)
        report = reports.loose(_DESK, ask, AT)
        collected = time.perf_counter()
        reports.write(_DESK, report, AT)
        written = time.perf_counter()
        reporting.xlsx_file(report.content)
        done = time.perf_counter()
        assert report.content.articles == ARTICLES
        return {
            "report_year_collect_s": collected - began,
            "report_year_word_s": written - collected,
            "report_year_sheet_s": done - written,
            "report_year_s": done - began,
            "report_year_cpu_s": time.process_time() - cpu,
            "report_year_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


def _filled(path: Path) -> Record:
    """A record with a year of articles, written as rows: how they got there is measured elsewhere."""
    record = open_record(path, clock=FixedClock(AT), keep=KeepSettings())
    record.desks.apply_desk(_DESK, AT - timedelta(days=800), "bench")
    first = date(2025, 1, 1)
    with record.database.write() as con:
        con.executemany(
            "INSERT INTO stories (id, desk, title, opened_at, updated_at, key, articles)"
            " VALUES (?, 'tinh', ?, 0, 0, ?, 4)",
            ((n + 1, f"Mưa lũ ở khu vực {n}", f"s{n}") for n in range(STORIES)),
        )
        for n in range(ARTICLES):
            day = first + timedelta(days=n * 365 // ARTICLES)
            at = int(datetime(day.year, day.month, day.day, n % 17, n % 60, tzinfo=UTC).timestamp() * 1e6)
            number = at // 60_000_000 * 4096 + n % 4096
            _article(con, n, number, at, day)
        con.executemany(
            "INSERT INTO counts VALUES (?, ?, 'stopped', 600)",
            (((first + timedelta(days=d)).isoformat(), f"b{s}") for d in range(365) for s in range(10)),
        )
    return record


def _article(con: object, n: int, number: int, at: int, day: date) -> None:
    execute = con.execute  # type: ignore[attr-defined]
    mentions = [
        [field, 0, 5, 15, f"new:{21000 + n % 90}", 0.93, ["vì trước tên có chữ “xã”", "vì bài có “Quảng Ngãi”"]]
        for field in ("title", "lead", "body", "body")
    ]
    lead = _LEAD.format(n=n % 97 + 3, m=n % 53 + 2)
    execute(
        "INSERT OR IGNORE INTO articles (n, id, url, source, title, lead, language, reserved, published_at, provenance,"
        " zone_stated, doubtful, hash, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, 'vi', 0, ?, 'page', 1, 0,"
        " '', ?, ?)",
        (number, f"a{n:019}", f"https://bao{n % 40}.example/tin-mua-lu-{n}.html", f"b{n % 40}",
         f"Mưa lũ gây ngập nhiều khu dân cư ven sông, bản tin số {n}", lead, at, at, at),
    )  # fmt: skip
    execute("INSERT OR IGNORE INTO article_text VALUES (?, ?, '[]')", (number, json.dumps([lead])))
    execute(
        "INSERT OR IGNORE INTO desk_articles (desk, n, score, focus, mentions, topics, tone, tone_score, model, story,"
        " listed_at, day) VALUES ('tinh', ?, .9, 1, ?, ?, 'negative', .9, 'm', ?, ?, ?)",
        (number, json.dumps(mentions, ensure_ascii=False), json.dumps([[_TOPICS[n % 7], 0.9, ["mưa", "lũ"]]]),
         n % STORIES + 1, at, day.isoformat()),
    )  # fmt: skip
