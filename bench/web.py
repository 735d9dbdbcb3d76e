"""The pages over 100,000 articles of one desk (invented text): server time a page, search, weight, readers at once.

Server time is the CPU time of the process that answers, the whole application without a socket: what a page costs
whatever else the machine does meanwhile. Every door that shows something is asked, or is named here with the reason
why not. Readers at once come through a real server while another process crawls the sample press.
"""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from starlette.testclient import TestClient

from app import answer_desk, reporting, wiring
from app.serving import application
from app.world import World
from bench import desk as bench_desk
from bench._crowd import crowd
from bench._press import vocabulary
from core.clock import FixedClock, local_day
from core.ports import CaseDesk
from core.records import Case, CaseKind, CaseState, Desk, Publisher, PublisherKind, SearchFilters
from core.settings import Settings
from core.text import fold_plain
from dashboard.render import STATIC
from dashboard.routes import DOORS
from store.sqlite.record import Record

ROUNDS: Final = 20
QUERIES: Final = 300
FACTS: Final = 1000
_HEAD: Final = (
    "Chỉ tiêu", "Giá trị", "Đơn vị tính", "Địa bàn", "Từ ngày", "Đến ngày", "Số văn bản", "Ngày văn bản",
    "Cơ quan ban hành",
)  # fmt: skip
_NO_PAGES: Final = re.compile(
    r"/xuat$|/tai/|/tep(/|$)|/van-ban|/bao-cao/mau$|\.atom$|\.json$|\{token\}|/dang-nhap|/dat-mat-khau|/tai-khoan|"
    r"/thong-cao/\{number:int\}$|/khoe$|/healthz$"
)
"""Files and feeds; what only a token, a signed-in user or an issued release opens; what a machine asks."""


def measure(count: int = bench_desk.ARTICLES) -> dict[str, float]:
    """p95 of each page and of the search, weight of the first load, and READERS readers beside a crawl."""
    made = bench_desk.filled(count)
    settings = Settings(data_dir=made.path.parent)
    try:
        with wiring.record(settings, FixedClock(made.newest)) as record:
            world = World(kind="real", publishers=_publishers(), clock=FixedClock(made.newest))
            paths = _paths(record, world, made.newest)
            app = application(settings, world, record)
            browser = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000))
            _check_all_answer(browser, paths)
            figures = {f"{name}_p95_ms": _p95(lambda path=path: browser.get(path)) for name, path in paths.items()}  # type: ignore[misc]
            figures |= _searches(record)
            figures["first_load_kb"] = _weight(browser) / 1000
            return figures | crowd(app, made.path.parent, list(paths.values()))
    finally:
        shutil.rmtree(made.path.parent, ignore_errors=True)


def _paths(record: Record, world: World, newest: datetime) -> dict[str, str]:
    today = local_day(newest)
    listed = record.reading.day(bench_desk.DESK, today)[0]
    (desk,) = record.desks.desks()
    fact, case, report = _facts(record, desk, newest), _case(record, newest), _report(record, world, desk, newest)
    paths = {
        "today": "/",
        "week": f"/?tuan={today:%G-W%V}",
        "article": f"/bai/{listed.id}",
        "story": f"/cau-chuyen/{listed.story}",
        "search": "/tim-kiem?q=an",
        "search_topic": "/tim-kiem?chu-de=health",
        "search_words": "/tim-kiem?q=truong+than&xep=thoi-gian",
        "trends": "/xu-huong",
        "trends_5_years": "/xu-huong?khoang=5-nam",
        "labels": "/sua-nhan",
        "aside": "/khong-phai",
        "add": "/them-bai",
        "alerts": "/canh-bao",
        "alert_rules": "/canh-bao/quy-tac",
        "alert_templates": "/canh-bao/mau",
        "alert_template": "/canh-bao/mau/alert/subject.txt",
        "channels": "/kenh-gui",
        "sources": "/nguon-tin",
        "source_new": "/nguon-tin-moi",
        "source": "/nguon-tin/bao1",
        "reports": "/bao-cao",
        "report": f"/bao-cao/{report}",
        "papers": "/bao-cao/the-thuc",
        "users": "/nguoi-dung",
        "users_sheet": "/nguoi-dung/bang",
        "recipients": "/nguoi-nhan",
        "recipients_sheet": "/nguoi-nhan/bang",
        "facts": "/so-lieu",
        "facts_found": "/so-lieu?q=nha",
        "fact_new": "/so-lieu/moi",
        "facts_bring": "/so-lieu/nhap",
        "fact": f"/so-lieu/{fact}",
        "cases": "/vu-viec",
        "case_new": f"/vu-viec/mo?bai={listed.id}",
        "case_outcomes": "/vu-viec/ket-qua",
        "case_rules": "/vu-viec/cai-dat",
        "case_template": "/vu-viec/mau/correction",
        "case": f"/vu-viec/{case}",
        "releases": "/thong-cao",
        "settings": "/cai-dat",
        "audit": "/nhat-ky",
        "desks": "/cac-ban-tin",
        "scope": "/pham-vi",
        "readiness": "/readyz",
        "metrics": "/metrics",
        "wizard": "/bat-dau",
        "api_me": "/api/me",
        "api_today": "/api/today",
        "api_stories": "/api/stories",
        "api_story": f"/api/stories/{listed.story}",
        "api_article": f"/api/articles/{listed.id}",
        "api_search": "/api/search?q=an",
        "api_trends": "/api/trends",
        "api_sources": "/api/sources",
        "api_alerts": "/api/alerts",
    }
    _check_all_asked(list(paths.values()))
    return paths


def _check_all_asked(paths: list[str]) -> None:
    """Raises RuntimeError for doors of the pages that are neither asked nor left out with a reason."""
    asked = [path.split("?")[0] for path in paths]
    shown = [door.path for door in DOORS if door.method == "GET" and not _NO_PAGES.search(door.path)]
    if lost := [path for path in shown if not any(map(_shape(path).fullmatch, asked))]:
        raise RuntimeError(f"no figure for the pages {', '.join(lost)}: add them in bench/web.py")


def _shape(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def _check_all_answer(browser: TestClient, paths: Mapping[str, str]) -> None:
    wrong = {path: answer.status_code for path in paths.values() if (answer := browser.get(path)).status_code != 200}
    if wrong:
        raise RuntimeError(f"no pages: {wrong}")


def _publishers() -> dict[str, Publisher]:
    return {
        f"bao{n}": Publisher(id=f"bao{n}", name=f"Báo số {n}", kind=PublisherKind.NEWSPAPER, licence="mẫu",
                             home=f"https://bao{n}.vn/", endpoints=())
        for n in range(bench_desk.SOURCES)
    }  # fmt: skip


def _facts(record: Record, desk: Desk, at: datetime) -> str:
    book = answer_desk.fact_desk(record, FixedClock(at))
    number, _ = book.preview(desk, "so-lieu.csv", _table(at.year), at, "bench")
    book.take(desk, number, at, "bench")
    return book.find(desk.id, "")[0].id


def _table(before: int) -> bytes:
    """FACTS figures of the months of the fifteen years before a year, as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for n in range(FACTS):
        month, number = f"{n % 12 + 1:02}/{before - 15 + n // 12 % 15}", f"{n % 300 + 1}/BC-UBND"
        what, value = f"Số nhà bị tốc mái tại điểm dân cư {n}", str(n % 90 + 1)
        writer.writerow((what, value, "nhà", "", f"01/{month}", f"28/{month}", number, f"28/{month}", "UBND xã"))
    return out.getvalue().encode("utf-8-sig")


def _case(record: Record, at: datetime) -> int:
    cases: CaseDesk = answer_desk.case_desk(record)
    opened = [
        cases.open(
            Case(id=0, desk=bench_desk.DESK, kind=CaseKind.QUESTION, state=CaseState.OPEN, subject=f"Câu hỏi số {n}",
                 opened_at=at, opened_by="bench", touched=at, source="bao1")
        )
        for n in range(100)
    ]  # fmt: skip
    return opened[-1].id


def _report(record: Record, world: World, desk: Desk, at: datetime) -> int:
    reports = reporting.reports(record, world.publishers, wiring.gazetteer)
    return reports.draft(desk, reports.ask(desk, "monthly", at), at, "bench")


def _weight(browser: TestClient) -> int:
    """Bytes of the first page and of what it loads, before any compression."""
    page = browser.get("/").content
    loaded: set[str] = {name.decode() for name in re.findall(rb'(?:href|src)="[^"]*/([\w.-]+)\?v=', page)}
    return len(page) + sum((STATIC / name).stat().st_size for name in loaded)


def _p95(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    work()
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _searches(record: Record) -> dict[str, float]:
    """Queries of one to six drawn syllables, half without diacritics, a third as phrases, and half narrowed."""
    rng, words = random.Random(3), vocabulary()
    times: dict[str, list[float]] = {"time": [], "relevance": [], "facets": []}
    for number in range(QUERIES):
        text = " ".join(words.draw(rng, rng.randint(1, 3)))
        query = text if number % 2 else fold_plain(text)
        query = f'"{query}"' if number % 3 == 0 else query
        filters = SearchFilters(topics=("health",)) if number % 2 else SearchFilters()
        for name, work in _ways(record, query, filters).items():
            start = time.process_time()
            work()
            times[name].append(1000 * (time.process_time() - start))
    return {f"find_{name}_p95_ms": statistics.quantiles(taken, n=20)[-1] for name, taken in times.items()}


def _ways(record: Record, query: str, filters: SearchFilters) -> Mapping[str, Callable[[], object]]:
    return {
        "time": lambda: record.search.search(bench_desk.DESK, query, by_time=True, filters=filters),
        "relevance": lambda: record.search.search(bench_desk.DESK, query, filters=filters),
        "facets": lambda: record.search.facets(bench_desk.DESK, query, filters),
    }


if __name__ == "__main__":
    for figure, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else bench_desk.ARTICLES).items():
        print(f"{figure:32} {value:10.2f}")
