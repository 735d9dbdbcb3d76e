"""Nothing of an article stays behind, in whatever table or file it came to lie: when it is erased, after a restore from
an older backup, and when its time is over. Texts that are packed (reports, Word files, evidence) are unpacked first.
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest

from app import answer_desk, reporting, wiring
from core.clock import FixedClock
from core.records import (
    Case,
    CaseKind,
    CaseOutcome,
    CaseState,
    Comparison,
    Delivered,
    Figure,
    Ground,
    Label,
    Published,
    SentPaper,
    SourceDocument,
)
from core.settings import KeepSettings
from reports import filling
from store.sqlite.backup import backup, default_target, restore
from store.sqlite.record import Record, open_record
from store.sqlite.retention import months_before
from tests.contracts.crawl_ledger import listed
from tests.fakes.blank import blank
from tests.fakes.records import make_article, make_entry, make_mention, make_message, make_tagged
from tests.reports.making import DESK

MONDAY = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TITLE, TEXT, OFFICE = "cosaotim", "chimyenhot", "tuonglinhphuong"
"""Words of the article's headline, of its text, and of what the office wrote on it."""
QUOTE = f"Xã Bình Sơn đã huy động 20 người {TEXT} khắc phục điểm sạt lở trên tuyến đường liên xã."
ARTICLE = make_article(
    title=f"Bình Sơn {TITLE} khắc phục sạt lở", lead=QUOTE, paragraphs=(f"Đường {TEXT} thông trong ngày.",),
    captions=(f"Ảnh {TEXT}.",), fetched_at=MONDAY - DAY, published=Published(at=MONDAY - DAY, provenance="meta"),
)  # fmt: skip
DOCUMENT = SourceDocument(number="45/BC-UBND", issued=(MONDAY - DAY).date(), issuer="UBND xã Bình Sơn", title="Báo cáo")
NAMES = {"bao_mau": SimpleNamespace(name="Báo Mẫu")}


def tagged(**changed: object) -> object:
    labels = (Label(topic="disaster", score=0.9, words=(TEXT,)),)
    made = make_tagged(replace(ARTICLE, **changed), topics=labels)  # type: ignore[arg-type]
    match = replace(made.located.matches[0], mentions=(make_mention(evidence=(f"“{TEXT}”",)),))
    return replace(made, located=replace(made.located, matches=(match,)))


@dataclass
class Office:
    """A record in which one article has been through all that an office does."""

    record: Record
    clock: FixedClock
    case: int
    report: int

    def where(self, word: str) -> set[str]:
        """Tables, and files beside them, in which the word stands."""
        with closing(sqlite3.connect(self.record.path)) as con:
            names = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {
                name for name in names if "fts" not in name and not name.startswith("search")
                for row in con.execute(f"SELECT * FROM {name}") if any(word in told(cell) for cell in row)
            }  # fmt: skip
        files = (file for file in self.record.path.parent.glob("*") if file.is_file())
        return found | {file.name for file in files if word.encode() in file.read_bytes()}


def told(cell: object) -> str:
    """A cell as text, unpacked where it is packed."""
    if not isinstance(cell, bytes):
        return str(cell)
    with suppress(zlib.error):
        return zlib.decompress(cell).decode("utf-8", "replace")
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(cell)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
    return cell.decode("utf-8", "replace")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = FixedClock(MONDAY)
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=clock, keep=KeepSettings()) as record:
        record.desks.apply_desk(DESK, MONDAY, "test")
        listed(record.ledger, [make_entry("tin-1.html", title=ARTICLE.title)], MONDAY)
        (page,) = record.ledger.pending(MONDAY, 1)
        record.articles.save(tagged(paragraphs=(f"Bản đầu {TEXT}.",)), page)  # type: ignore[arg-type]
        record.articles.save(tagged())  # type: ignore[arg-type]
        yield Office(record, clock, handled(record), told_of(record))


def handled(record: Record) -> int:
    """The office's work on the article; the number of the case."""
    here, at = ARTICLE.id, MONDAY
    story = record.reading.article(DESK.id, here).listed.story  # type: ignore[union-attr]
    record.work.add_note(DESK.id, "article", here, f"Đã hỏi {OFFICE}", at=at, by="u1")
    record.work.add_note(DESK.id, "story", story, f"Đã hỏi {OFFICE}", at=at, by="u1")
    record.work.handle(DESK.id, "article", here, state="seen", at=at, by="u1")
    record.corrections.correct(DESK.id, here, topic="health", at=at, by="u1")
    figure = Figure(start=24, end=32, text="20 người", low=20, high=20, dimension="count")
    kept = Comparison(
        fact="f1", fact_version=1, verdict="differs", figure=figure, sentence=QUOTE, sentence_start=0,
        sentence_end=len(QUOTE), score=0.9, reasons=(),
    )  # fmt: skip
    record.comparisons.put(DESK.id, here, [kept], at)
    cases = answer_desk.case_desk(record)
    ground = Ground(quote=QUOTE, contrary="Xã đã huy động 25 người", document=DOCUMENT)
    case = cases.open(
        Case(id=0, desk=DESK.id, kind=CaseKind.CORRECTION, state=CaseState.OPEN, subject=f"Tin {TITLE}", opened_at=at,
             opened_by="u1", touched=at, article=here, source="bao_mau", url=ARTICLE.url, title=ARTICLE.title,
             published=at - DAY, ground=ground)
    )  # fmt: skip
    cases.note(DESK.id, case.id, f"Báo viết {TEXT}", at=at, by="u1")
    printed = docx.Document()
    printed.add_paragraph(f"Bản in: {QUOTE}")
    cases.attach(DESK.id, case.id, "ban-in.docx", filling.saved(printed), at=at, by="u1")
    return case.id


def told_of(record: Record) -> int:
    """Reports with the article, issued, drafted and mailed, a headline given out, alerts; the issued one's number."""
    made = reporting.reports(record, NAMES, wiring.gazetteer)  # type: ignore[arg-type]
    ask = made.ask(DESK, "weekly", MONDAY, (MONDAY - DAY).date())
    number = made.draft(DESK, ask, MONDAY, "u1")
    made.issue(DESK, number, MONDAY, "u1")
    made.draft(DESK, ask, MONDAY, "u1")
    made.mail(DESK, number, MONDAY)
    record.reports.show_headline(DESK.id, ARTICLE.id, shown=True, at=MONDAY, by="u1")
    for key in ("sent", "waiting"):
        record.outbox.add([make_message(key, article=ARTICLE.id, subject=ARTICLE.title, text=QUOTE)], MONDAY)
    claim = next(claim for claim in record.outbox.claim(MONDAY, 10, 60) if claim.message.key == "sent")
    record.outbox.mark(claim, Delivered(), MONDAY)
    return number


PLACES = {
    TITLE: {"articles", "pages", "cases", "reports", "outbox", "outbox_attachments", "revisions"},
    TEXT: {"articles", "article_text", "revisions", "comparisons", "cases", "case_notes", "case_files", "reports",
           "outbox", "outbox_attachments"},
    OFFICE: {"office_notes"},
}  # fmt: skip


def test_it_lies_in_many_places(office: Office) -> None:
    """The control: what is looked for below is found in all of them now."""
    for word, places in PLACES.items():
        assert places <= office.where(word), word
    feed = reporting.reports(office.record, NAMES, wiring.gazetteer).json_feed(DESK)  # type: ignore[arg-type]
    assert TITLE in feed and TEXT not in feed


@pytest.mark.parametrize("word", PLACES)
def test_erased_it_lies_in_none(office: Office, word: str) -> None:
    assert office.record.retention.erase(ARTICLE.id, MONDAY, "operator")
    assert office.where(word) == set()
    feed = reporting.reports(office.record, NAMES, wiring.gazetteer).json_feed(DESK)  # type: ignore[arg-type]
    assert TITLE not in feed


@pytest.mark.parametrize("word", PLACES)
def test_nor_after_a_restore_from_before(office: Office, word: str) -> None:
    target = default_target(office.record.path, MONDAY)
    backup(office.record.path, target, MONDAY)
    office.record.retention.erase(ARTICLE.id, MONDAY + DAY, "operator")
    restore(target, office.record.path, MONDAY + 2 * DAY)
    for aside in office.record.path.parent.glob("*.aside-*"):
        assert word.encode() not in aside.read_bytes()
    assert office.where(word) == set()


def after(months: int) -> datetime:
    """The first purge at which what was written on MONDAY is so old."""
    return months_before(MONDAY, -months) + DAY


def close(office: Office) -> None:
    cases = answer_desk.case_desk(office.record)
    cases.confirm(DESK.id, office.case, at=MONDAY, by="u1")
    cases.send(DESK.id, office.case, SentPaper(number="1", day=MONDAY.date(), way="thư"), at=MONDAY, by="u1")
    cases.close(DESK.id, office.case, CaseOutcome.CORRECTED.value, "", at=MONDAY, by="u1")


def test_after_24_months_a_headline_is_left_and_nothing_else(office: Office) -> None:
    close(office)
    office.record.retention.purge(after(24))
    assert office.where(TEXT) == set() and office.where(OFFICE) == set()
    assert office.where(TITLE) - {office.record.path.name, f"{office.record.path.name}-wal"} == {"articles", "stories"}
    assert office.record.cases.case(DESK.id, office.case) is None


def test_a_month_earlier_it_is_there(office: Office) -> None:
    close(office)
    office.record.retention.purge(after(23))
    assert {"article_text", "cases", "case_files", "reports"} <= office.where(TEXT)
    assert "office_notes" in office.where(OFFICE)


def test_what_an_open_case_quotes_is_kept_until_36_months_and_no_longer(office: Office) -> None:
    office.record.retention.purge(after(24))
    assert "article_text" in office.where(TEXT)
    office.record.retention.purge(after(36))
    assert office.where(TEXT) <= {"cases", "case_notes", "case_files", "diembao.sqlite3"}


def test_a_case_that_nobody_touches_is_asked_about_then_closed_then_gone(office: Office) -> None:
    """Twelve months, the time for an answer, and the period after closing."""
    record = office.record
    answer_desk.tend(record, after(12))
    assert record.cases.case(DESK.id, office.case).asked_at is not None  # type: ignore[union-attr]
    answer_desk.tend(record, after(12) + 31 * DAY)
    closed = record.cases.case(DESK.id, office.case)
    assert closed is not None and closed.outcome is CaseOutcome.LAPSED and closed.closed_at
    record.retention.purge(months_before(closed.closed_at, -24) + DAY)
    assert office.where(TEXT) == set()


def test_visits_go_with_the_reading_logs(office: Office) -> None:
    record = office.record
    record.work.visited(DESK.id, "u1", MONDAY)
    record.retention.purge(after(5))
    assert record.work.last_visit(DESK.id, "u1") is None and "visits" in office.where("u1")
    record.retention.purge(after(6))
    assert "visits" not in office.where("u1")
