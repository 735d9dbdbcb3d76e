"""A figure from the press to the outcome, in a real browser: the sample prints 12 where the book says 9, then corrects.

Alert, page, case, letter in Word, second fetch, outcome, and what the report is told.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import docx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from alerts.planner import Planner
from app import alerting, answer_desk, sample_facts, wiring
from app.comparing import differ
from app.world import World
from core.clock import SystemClock, local_day
from core.records import CaseOutcome, FactEntry
from core.settings import Settings
from core.urls import article_id, host_of
from dashboard.app import create_app
from dashboard.office import Office
from sample.server import SamplePress
from store.sqlite.record import Record
from tests.answers.made import DESK as DESK_OF_TEST
from tests.answers.made import NOW, QUOTE, TEXTS, comparison, office
from tests.browser.windows import WIDTHS, Windows, keep, too_wide, unfold, violations

pytestmark = pytest.mark.browser

SLUG = "dong-loc-van-tuong-toc-mai"
DESK = "binh_son"


class MovedClock:
    """The system's time, set forward by hand."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.by


@dataclass(frozen=True)
class Trial:
    press: SamplePress
    clock: MovedClock
    settings: Settings
    world: World

    @property
    def article(self) -> str:
        item = next(item for item in self.press.items() if item.article.slug == SLUG)
        return article_id(self.press.url(item))

    def crawl(self) -> None:
        """In a process of its own: the browser's loop holds this thread."""
        port = urlsplit(next(iter(self.world.publishers.values())).home).port
        subprocess.run(
            [sys.executable, "-m", "app.cli", "crawl", "--sample-port", str(port)], check=True, timeout=120,
            env=os.environ | {"DIEMBAO_DATA_DIR": str(self.settings.data_dir)}, capture_output=True,
        )  # fmt: skip


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    settings = Settings(data_dir=tmp_path)
    wiring.apply_sample_desk(settings)
    assert sample_facts.apply(settings) == 2
    with SamplePress() as press:
        publishers = {p.id: p for p in press.publishers()}
        clock = MovedClock()
        hosts = tuple({host_of(p.home) for p in publishers.values()})
        yield Trial(
            press, clock, settings, World(kind="sample", publishers=publishers, private_hosts=hosts, clock=clock)
        )


@contextmanager
def serving(trial: Trial, kept: Record) -> Iterator[str]:
    office = Office(facts=answer_desk.fact_desk(kept, trial.clock), cases=answer_desk.case_desk(kept))
    app = create_app(
        reading=kept.reading, search=kept.search, desks=kept.desks, corrections=kept.corrections, differ=differ,
        publishers=trial.world.publishers, clock=trial.clock, settings=trial.settings, office=office, audit=kept.audit,
    )  # fmt: skip
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def downloaded(page: Page, what: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_text(what, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_from_the_printed_figure_to_the_outcome(trial: Trial, browser: Browser) -> None:
    trial.crawl()
    with wiring.record(trial.settings, trial.clock) as kept, serving(trial, kept) as site:
        alert = the_alert(trial, kept)  # the story's headline: of the two papers that print 12, either
        assert "ố liệu khác: " in alert
        assert "12 nhà tốc mái" in alert
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        number = open_the_case(trial, page, site)
        the_letter(page)
        page.get_by_label("Số, ký hiệu văn bản đã ký").fill("12/UBND")
        page.get_by_label("Cách gửi").fill("văn thư điện tử")
        page.get_by_role("button", name="Ghi đã gửi").click()
        evidence(page)
        trial.press.change()
        trial.crawl()
        page.goto(f"{site}/vu-viec/{number}")
        changed = page.locator("section", has=page.get_by_role("heading", name="Bài đã thay đổi"))
        expect(changed).to_contain_text("Có 12 nhà bị tốc mái")
        expect(changed).to_contain_text("Có 9 nhà bị tốc mái")
        expect(changed).to_contain_text("nay khớp với số đã kiểm chứng")
        keep(page, "case-changed")
        page.get_by_label("Báo đã cải chính").check()
        page.get_by_role("button", name="Đóng vụ việc").click()
        expect(page.get_by_text("đã đóng").first).to_be_visible()
        page.goto(f"{site}/vu-viec/ket-qua")
        expect(page.get_by_text("Báo đã cải chính: 1")).to_be_visible()
        keep(page, "case-outcomes")
        page.goto(f"{site}/bai/{trial.article}")
        expect(page.locator(".comparisons")).to_contain_text("khớp")
        page.close()
        the_record(trial, kept, number)


def the_alert(trial: Trial, kept: Record) -> str:
    """The subject of the message about the figure, once the morning's messages are made."""
    planner = Planner(alerting.office(trial.settings, kept, trial.clock, trial.world.publishers, ()))
    for hours in (0, 1, 24):
        trial.clock.by = timedelta(hours=hours)
        planner.round()
    trial.clock.by = timedelta(0)
    told = [row.message for row in kept.reading.messages(DESK, limit=200)]
    about = [message for message in told if "Số liệu báo nêu khác số liệu đã kiểm chứng" in message.text]
    assert {message.recipient for message in about} == {"thong-tin", "phong-chong-thien-tai"}
    return about[0].subject


def open_the_case(trial: Trial, page: Page, site: str) -> int:
    page.goto(f"{site}/bai/{trial.article}")
    panel = page.locator("section", has=page.get_by_role("heading", name="Số liệu báo đăng và sổ số liệu"))
    for words in ("Có 12 nhà bị tốc mái", "khác", "9 nhà", "45/BC-UBND"):
        expect(panel).to_contain_text(words)
    keep(page, "article-figures")
    panel.get_by_role("link", name="Mở vụ việc từ đối chiếu này").click()
    page.get_by_role("button", name="Mở vụ việc").click()
    expect(page.get_by_role("heading", name="Căn cứ đề nghị cải chính")).to_be_visible()
    return int(page.url.rpartition("/")[2])


def the_letter(page: Page) -> None:
    page.get_by_label("Tôi đã đọc và xác nhận riêng văn bản này").check()
    page.get_by_role("button", name="Xác nhận văn bản").click()
    content = downloaded(page, "Tải văn bản Word")
    document = docx.Document(io.BytesIO(content))
    text = "\n".join([*(p.text for p in document.paragraphs), *(c.text for t in document.tables for c in t._cells)])
    for words in (
        "Kính gửi: Đài Mẫu Quảng Ngãi", "Có 12 nhà bị tốc mái", "45/BC-UBND", "là 9 nhà", "nêu rõ lý do",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "V/v đề nghị cải chính",
    ):  # fmt: skip
        assert words in text
    keep(page, "case-letter")


def evidence(page: Page) -> None:
    page.get_by_text("Lấy bằng chứng", exact=True).first.click()
    page.get_by_label("Lý do lấy bằng chứng").fill("Lưu hồ sơ")
    content = downloaded(page, "Tải bằng chứng")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert sorted(packed.namelist()) == ["SHA256SUMS", "doc-truoc.html", "noi-dung.txt", "thong-tin.json"]
        assert "Có 12 nhà bị tốc mái" in packed.read("noi-dung.txt").decode()
        assert '"content-type"' in packed.read("thong-tin.json").decode()


def the_record(trial: Trial, kept: Record, number: int) -> None:
    """What the audit and the report are told."""
    lines = [(line.action, line.who) for line in kept.audit.lines(200, desk=DESK) if line.subject == str(number)]
    said = ("case.open", "case.read", "case.confirm", "case.letter", "case.send", "case.evidence", "case.close")
    assert {(action, "page") for action in said} <= set(lines)
    today = local_day(trial.clock.now())
    figures = answer_desk.case_desk(kept).figures(DESK, today - timedelta(days=6), today, today)
    assert (figures.opened, figures.outcomes[CaseOutcome.CORRECTED], figures.outcomes[CaseOutcome.PAPER_RIGHT]) == (
        1,
        1,
        0,
    )


PAGES = ("/so-lieu", "/so-lieu/moi", "/so-lieu/nhap", "/vu-viec", "/vu-viec/mo", "/vu-viec/ket-qua", "/vu-viec/cai-dat",
         "/vu-viec/mau/correction", "/thong-cao", "/bai/{article}", "/vu-viec/1", "/so-lieu/{fact}")  # fmt: skip


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The pages over a small record with a figure that differs and a case about it."""
    here = office(tmp_path_factory.mktemp("answering"))
    fact = here.facts.enter(DESK_OF_TEST, TEXTS, None, new=True, at=NOW, by="u1")
    assert isinstance(fact, FactEntry)
    here.facts.approve("d", fact.id, 1, NOW, "u2")
    article = here.prints(QUOTE)
    here.kept.comparisons.put("d", article, [comparison(fact=fact.id)], NOW)
    here.opened()
    trial = SimpleNamespace(clock=here.clock, world=SimpleNamespace(publishers={}), settings=Settings())
    with serving(trial, here.kept) as site:  # type: ignore[arg-type]
        yield site, {"article": article, "fact": fact.id}
    here.kept.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_fit_every_width_and_axe_finds_nothing(
    windows: Windows, answering: tuple[str, dict[str, str]], path: str
) -> None:
    site, names = answering
    address = path.format_map(names)
    page = windows.open(site + address, script=True)
    unfold(page)
    assert too_wide(page, address.strip("/").replace("/", "-"), WIDTHS[::-1]) == []  # axe sees it on a phone
    assert violations(page, address) == []


@pytest.mark.parametrize(("width", "least"), [(360, 300), (1280, 110)])
def test_the_figures_of_the_book_have_room_on_every_width(
    windows: Windows, answering: tuple[str, dict[str, str]], width: int, least: int
) -> None:
    page = windows.open(answering[0] + "/so-lieu", width, script=True)
    box = page.locator("td", has_text="45/BC-UBND").bounding_box()
    assert box and box["width"] >= least and box["height"] < 50
