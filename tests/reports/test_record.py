"""Drafts, versions, issued reports, schedules and headlines over the real record; what erasing and time take away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import openpyxl
import pytest

from app import drafting, reporting
from app.reporting import place_name
from core.clock import FixedClock
from core.errors import ConfigError
from core.records import Claim, Delivered, OfficePapers, Published, ReportSchedule, ReportWords, Retry, StoryChoice
from core.settings import KeepSettings, Settings
from reports import check, mail
from store.sqlite.record import Record, open_record
from tests.fakes.blank import blank
from tests.fakes.records import make_article, make_message, make_tagged
from tests.reports.making import DESK
from tests.reports.test_word import texts

MONDAY = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)
"""10:00 in Viet Nam."""
WEEK = date(2026, 3, 8)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(blank(tmp_path / "diembao.sqlite3"), clock=FixedClock(MONDAY), keep=KeepSettings()) as opened:
        opened.desks.apply_desk(DESK, MONDAY, "test")
        for number in range(4):
            _save(opened, number)
        yield opened


def _save(record: Record, number: int, **what: Any) -> str:
    at = MONDAY - timedelta(days=number + 1)
    given: dict[str, Any] = {
        "published": Published(at=at, provenance="meta"),
        "fetched_at": at,
        "title": f"Bình Sơn khắc phục sạt lở, bản tin {number}",
        "lead": f"Xã Bình Sơn đã huy động {number + 20} người khắc phục điểm sạt lở trên tuyến đường liên xã.",
        "paragraphs": ("Đường thông trong ngày.",),
    }
    article = make_article(f"bai-{number}.html", **(given | what))
    record.articles.save(make_tagged(article), story=StoryChoice(story="sat-lo"))
    return article.id


@pytest.fixture
def reports(record: Record) -> reporting.Reports:
    from app import wiring

    names = {"bao_mau": SimpleNamespace(name="Báo Mẫu")}
    return reporting.reports(record, names, wiring.gazetteer)  # type: ignore[arg-type]


def draft(reports: reporting.Reports) -> int:
    return reports.draft(DESK, reports.ask(DESK, "weekly", MONDAY, WEEK), MONDAY, "u1")


def content_of(reports: reporting.Reports, number: int) -> Any:
    report = reports.book.report(DESK.id, number)
    assert report is not None
    return report.content


def test_a_report_is_collected_from_the_record(reports: reporting.Reports) -> None:
    made = content_of(reports, draft(reports))
    assert (made.articles, len(made.annex), made.stories_all) == (4, 4, 1)
    assert all("khắc phục điểm sạt lở" in quote.text for quote in made.stories[0].quotes)
    assert made.stories[0].quotes[0].source == "Báo Mẫu"


def test_a_reminder_of_a_case_is_counted_as_no_alert(reports: reporting.Reports, record: Record) -> None:
    at = datetime.combine(WEEK, datetime.min.time(), UTC)
    keys = ("alert:d:s:a:1", "digest:d:a:x", "case:d:1:due:2026-03-05:a", "report:1:a")
    record.outbox.add([replace(make_message(key), desk=DESK.id) for key in keys], at)
    assert content_of(reports, draft(reports)).messages.waiting == 2


def test_versions_of_what_a_person_writes_are_kept(reports: reporting.Reports) -> None:
    number = draft(reports)
    book = reports.book
    assert book.write(DESK.id, number, ReportWords(intro="Một."), MONDAY, "u1")
    assert not book.write(DESK.id, number, ReportWords(intro="Một."), MONDAY, "u1")
    assert book.write(DESK.id, number, ReportWords(intro="Hai."), MONDAY, "u2")
    assert [(v.number, v.words.intro, v.by) for v in book.versions(DESK.id, number)] == [
        (3, "Hai.", "u2"), (2, "Một.", "u1"), (1, "", "u1"),
    ]  # fmt: skip


def test_an_issued_report_does_not_change_when_articles_do(reports: reporting.Reports, record: Record) -> None:
    number = draft(reports)
    assert reports.issue(DESK, number, MONDAY, "u1")
    before = reports.file(DESK, number, "docx")
    _save(record, 1, paragraphs=("Nội dung đã được tòa soạn viết lại hoàn toàn sau khi đăng.",))
    record.desks.apply_desk(replace(DESK, papers=OfficePapers(office="Cơ quan khác")), MONDAY, "test")
    changed = replace(DESK, papers=OfficePapers(office="Cơ quan khác"))
    assert reports.file(changed, number, "docx") == before
    assert not reports.recollect(DESK, number, MONDAY, "u1")
    assert not reports.book.write(DESK.id, number, ReportWords(intro="Muộn."), MONDAY, "u1")
    assert not reports.book.remove(DESK.id, number, MONDAY, "u1")
    assert not reports.issue(DESK, number, MONDAY, "u1")


def test_what_a_paper_replaced_or_withdrew_leaves_the_draft_and_stays_out_when_it_is_issued(
    reports: reporting.Reports, record: Record
) -> None:
    _save(record, 2, lead="Mưa lớn kéo dài khiến 300 ha lúa vụ đông xuân ở vùng trũng ven sông bị ngập sâu.")
    number = draft(reports)
    quotes = content_of(reports, number).stories[0].quotes
    replaced = next(quote for quote in quotes if "300 ha" in quote.text)
    withdrawn = next(quote for quote in quotes if quote.article != replaced.article)
    _save(record, 2, lead="Tòa soạn đã viết lại phần này.", title="Tên bài mới", fetched_at=MONDAY)
    record.articles.withdraw(withdrawn.article, MONDAY)
    for issued in (False, True):
        if issued:
            assert reports.issue(DESK, number, MONDAY, "u1")
        made = content_of(reports, number)
        quoted = {quote.article for told in made.stories for quote in told.quotes}
        assert not quoted & {withdrawn.article, replaced.article}
        lines = {line.article: line for line in made.annex}
        assert (lines[withdrawn.article].state, lines[replaced.article].title) == ("withdrawn", "Tên bài mới")
        assert set(made.changed) == {withdrawn.article, replaced.article}
        assert made.articles == 4
        file = reports.file(DESK, number, "docx")
        assert file is not None
        printed = "\n".join(texts(file.content))
        assert withdrawn.text not in printed
        assert replaced.text not in printed


def test_an_issued_report_has_the_form(reports: reporting.Reports) -> None:
    number = draft(reports)
    reports.book.write(DESK.id, number, ReportWords(assessment="Báo chí phản ánh kịp thời."), MONDAY, "u1")
    reports.issue(DESK, number, MONDAY, "u1")
    file = reports.file(DESK, number, "docx")
    assert file is not None
    assert all(finding.good for finding in check.check(file.content))
    assert "Báo chí phản ánh kịp thời." in texts(file.content)


def test_another_desk_sees_nothing_of_it(reports: reporting.Reports) -> None:
    number = draft(reports)
    assert reports.book.report("khac", number) is None
    assert reports.book.versions("khac", number) == ()
    assert not reports.book.remove("khac", number, MONDAY, "u1")


def test_an_erased_article_leaves_every_report(reports: reporting.Reports, record: Record) -> None:
    number = draft(reports)
    reports.issue(DESK, number, MONDAY, "u1")
    other = draft(reports)
    gone = content_of(reports, number).annex[1]
    assert record.retention.erase(gone.article, MONDAY, "operator")
    for one in (number, other):
        made = content_of(reports, one)
        assert made.annex[1].title == ""
        assert (made.annex[1].url, made.annex[1].day) == (gone.url, gone.day)
        assert not any(quote.article == gone.article for story in made.stories for quote in story.quotes)
    file = reports.file(DESK, number, "docx")
    assert file is not None
    assert not any(gone.title in text for text in texts(file.content))
    assert any("bài đã xóa khỏi hệ thống" in text for text in texts(file.content))


def story_draft(reports: reporting.Reports, record: Record) -> tuple[int, str, str]:
    """Number of a draft about the story, and its headline's article and words."""
    made = content_of(reports, draft(reports)).stories[0]
    assert made.title_of
    number = reports.draft(DESK, reports.story_ask(DESK, made.id), MONDAY, "u1")
    return number, made.title_of, made.title


def everything_said(reports: reporting.Reports, number: int) -> str:
    report, file = reports.book.report(DESK.id, number), reports.file(DESK, number, "docx")
    assert report is not None and file is not None
    title = io.BytesIO(file.content)
    listed = next(head.title for head in reports.book.reports(DESK.id) if head.id == number)
    words = [report.head.title, listed if report.head.issued else "", docx.Document(title).core_properties.title]
    return "\n".join([*words, *texts(file.content), mail.plain(report)])


@pytest.mark.parametrize("issued", [False, True])
def test_an_erased_headline_leaves_the_title_of_the_report_about_its_story(
    reports: reporting.Reports, record: Record, issued: bool
) -> None:
    number, article, headline = story_draft(reports, record)
    if issued:
        assert reports.issue(DESK, number, MONDAY, "u1")
    assert headline in everything_said(reports, number)
    assert record.retention.erase(article, MONDAY, "operator")
    assert headline not in everything_said(reports, number)
    assert "Điểm báo về nội dung “…”" in everything_said(reports, number)
    assert not any(headline in head.title for head in reports.book.reports(DESK.id))


def test_an_erased_headline_leaves_the_line_of_a_report_whose_time_is_over(
    reports: reporting.Reports, record: Record
) -> None:
    number, article, headline = story_draft(reports, record)
    assert reports.issue(DESK, number, MONDAY, "u1")
    record.retention.purge(MONDAY + timedelta(days=800))
    assert record.retention.erase(article, MONDAY + timedelta(days=801), "operator")
    assert not any(headline in head.title for head in reports.book.reports(DESK.id))


def test_a_withdrawn_headline_leaves_the_draft_about_its_story_and_is_not_called_erased(
    reports: reporting.Reports, record: Record
) -> None:
    number, article, headline = story_draft(reports, record)
    record.articles.withdraw(article, MONDAY)
    report = reports.book.report(DESK.id, number)
    assert report is not None
    assert (report.content.subject, report.head.title.count(headline)) == ("", 0)
    assert "(tiêu đề không còn: bài đã gỡ hoặc đã xóa)" in mail.plain(report)
    assert "xóa khỏi hệ thống" not in everything_said(reports, number)
    assert reports.issue(DESK, number, MONDAY, "u1")
    assert not any("Điểm báo về nội dung" in h.title and headline in h.title for h in reports.book.reports(DESK.id))


def test_a_report_is_kept_as_long_as_the_texts_and_then_only_its_line(
    reports: reporting.Reports, record: Record
) -> None:
    number = draft(reports)
    reports.issue(DESK, number, MONDAY, "u1")
    record.retention.purge(MONDAY + timedelta(days=700))
    assert reports.book.report(DESK.id, number) is not None
    record.retention.purge(MONDAY + timedelta(days=800))
    assert reports.book.report(DESK.id, number) is None
    assert [head.purged for head in reports.book.reports(DESK.id)] == [True]
    assert reports.book.issued_docx(DESK.id, number) is None


def test_sentences_go_with_the_texts_they_come_from(reports: reporting.Reports, record: Record) -> None:
    late = MONDAY + timedelta(days=400)
    number = reports.draft(DESK, reports.story_ask(DESK, "sat-lo"), late, "u1")
    assert content_of(reports, number).stories[0].quotes
    record.retention.purge(MONDAY + timedelta(days=800))
    assert content_of(reports, number).stories[0].quotes == ()


def test_reports_and_headlines_survive_a_backup(reports: reporting.Reports, record: Record, tmp_path: Path) -> None:
    number = draft(reports)
    with open_record(record.path, clock=FixedClock(MONDAY), keep=KeepSettings()) as again:
        assert again.reports.report(DESK.id, number) == reports.book.report(DESK.id, number)


# Spreadsheet ----------------------------------------------------------------------------------------------------------


def test_the_spreadsheet_has_real_dates_filters_and_no_formula(reports: reporting.Reports, record: Record) -> None:
    at = MONDAY - timedelta(days=1)
    evil = make_article(
        "cong-thuc.html", title='=HYPERLINK("https://xau.example","bấm")', fetched_at=at,
        published=Published(at=at, provenance="meta"),
    )  # fmt: skip
    record.articles.save(make_tagged(evil))
    file = reports.file(DESK, draft(reports), "xlsx")
    assert file is not None
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:G{len(rows) + 1}"
    assert all(isinstance(row[3].value, datetime) for row in rows)
    assert not any(cell.data_type == "f" for row in rows for cell in row)
    assert any(str(row[1].value).startswith("'=HYPERLINK") for row in rows)


# Mail and schedule ----------------------------------------------------------------------------------------------------


def test_the_summary_goes_to_leadership_once_with_the_report(reports: reporting.Reports, record: Record) -> None:
    number = draft(reports)
    assert reports.mail(DESK, number, MONDAY, "https://diembao.example") == 1
    assert reports.mail(DESK, number, MONDAY, "https://diembao.example") == 0
    (row,) = record.reading.messages(DESK.id)
    assert row.message.recipient == "lanh-dao"
    assert "4 bài viết về hoặc nhắc đến" in row.message.text
    assert f'"https://diembao.example/bao-cao/{number}?ban={DESK.id}"' in row.message.html, "of this desk among several"
    (claim,) = record.outbox.claim(MONDAY, 10, 60)
    assert claim.message.attachments[0].content[:2] == b"PK"
    assert claim.address == "lanh-dao@xa.example.org"


def test_a_recipient_of_a_security_body_gets_no_report(reports: reporting.Reports) -> None:
    person = replace(DESK.recipients[0], name="Ban Chỉ huy quân sự xã")
    assert reports.mail(replace(DESK, recipients=(person,)), draft(reports), MONDAY) == 0


def test_an_erased_article_leaves_the_mails_too(reports: reporting.Reports, record: Record) -> None:
    number = draft(reports)
    reports.mail(DESK, number, MONDAY)
    quoted = content_of(reports, number).stories[0].quotes[0]
    record.retention.erase(quoted.article, MONDAY, "operator")
    (row,) = record.reading.messages(DESK.id)
    assert (row.state, row.reason, row.message.text) == ("refused", "erased", "")
    assert not record.outbox.send_again(row.id, MONDAY)
    assert record.outbox.claim(MONDAY, 10, 60) == [], "an empty mail goes to nobody"


def erased_under_way(reports: reporting.Reports, record: Record) -> Claim:
    """A report's mail that a deliverer has taken, and then an article that it quotes is erased."""
    number = draft(reports)
    reports.mail(DESK, number, MONDAY)
    quoted = content_of(reports, number).stories[0].quotes[0]
    (claim,) = record.outbox.claim(MONDAY, 10, 60)
    record.retention.erase(quoted.article, MONDAY, "operator")
    return claim


def test_a_mail_that_is_under_way_while_its_article_is_erased_is_not_tried_again(
    reports: reporting.Reports, record: Record
) -> None:
    claim = erased_under_way(reports, record)
    record.outbox.mark(claim, Retry(reason="connect"), MONDAY)
    (row,) = record.reading.messages(DESK.id)
    assert (row.state, row.reason) == ("refused", "erased")
    assert record.outbox.claim(MONDAY + timedelta(days=1), 10, 60) == []


def test_a_mail_that_was_sent_while_its_article_was_erased_counts_as_sent(
    reports: reporting.Reports, record: Record
) -> None:
    claim = erased_under_way(reports, record)
    record.outbox.mark(claim, Delivered(reference="r"), MONDAY)
    (row,) = record.reading.messages(DESK.id)
    assert (row.state, row.message.text) == ("delivered", "")


def test_a_schedule_drafts_each_period_once(reports: reporting.Reports) -> None:
    weekly = ReportSchedule(desk=DESK.id, kind="weekly", weekday=5, minute=7 * 60 + 30, mail=True)
    thursday = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
    reports.schedule(weekly, thursday, "u1")
    assert drafting.due(reports, DESK, thursday) == 0
    assert drafting.due(reports, DESK, datetime(2026, 3, 13, 0, 0, tzinfo=UTC)) == 0
    friday = datetime(2026, 3, 13, 0, 31, tzinfo=UTC)
    assert [drafting.due(reports, DESK, friday) for _ in range(3)] == [1, 0, 0]
    head = reports.book.reports(DESK.id)[0]
    assert (head.ask.first, head.ask.last, head.by) == (date(2026, 3, 6), date(2026, 3, 12), "schedule")
    assert drafting.due(reports, DESK, friday + timedelta(days=7)) == 1


def test_a_week_drafted_while_the_clock_was_ahead_stands_for_none_before_it(reports: reporting.Reports) -> None:
    thursday, friday = datetime(2026, 3, 12, 10, 0, tzinfo=UTC), datetime(2026, 3, 13, 0, 31, tzinfo=UTC)
    reports.schedule(ReportSchedule(desk=DESK.id, kind="weekly", weekday=5, minute=7 * 60 + 30), thursday, "u1")
    assert drafting.due(reports, DESK, friday + timedelta(days=364)) == 1
    assert [drafting.due(reports, DESK, friday + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    assert [drafting.due(reports, DESK, friday + timedelta(days=7, minutes=n)) for n in range(3)] == [1, 0, 0]


def test_of_very_many_desks_some_wait_for_the_next_round(
    record: Record, reports: reporting.Reports, tmp_path: Path
) -> None:
    class Slow(FixedClock):
        """Each look at it finds six seconds gone."""

        def now(self) -> datetime:
            self.move(timedelta(seconds=6))
            return super().now()

    others = [replace(DESK, id=f"{DESK.id}_{number}", recipients=()) for number in range(4)]
    for desk in others:
        record.desks.apply_desk(desk, MONDAY, "test")
        reports.schedule(ReportSchedule(desk=desk.id, kind="weekly"), MONDAY, "u1")
    next_round = drafting.scheduled(Settings(data_dir=tmp_path), record, {}, Slow(MONDAY + timedelta(days=8)))
    drafted = []
    for _ in range(4):
        next_round()
        drafted.append(sum(len(record.reports.reports(desk.id)) for desk in others))
    assert drafted == [2, 4, 4, 4]


def test_a_report_that_cannot_be_written_is_drafted_once_and_mailed_to_nobody(
    reports: reporting.Reports, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    weekly = ReportSchedule(desk=DESK.id, kind="weekly", weekday=5, minute=7 * 60 + 30, mail=True)
    reports.schedule(weekly, datetime(2026, 3, 12, 10, 0, tzinfo=UTC), "u1")
    record.reports.set_template(DESK.id, b"no Word file", MONDAY, "u1")
    friday = datetime(2026, 3, 13, 0, 31, tzinfo=UTC)
    assert [drafting.due(reports, DESK, friday + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    assert len(reports.book.reports(DESK.id)) == 1
    assert record.reading.messages(DESK.id) == ()
    assert "is drafted and not mailed" in caplog.text


def test_a_draft_that_breaks_off_leaves_nothing_and_is_made_whole_later(
    reports: reporting.Reports, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly = ReportSchedule(desk=DESK.id, kind="weekly", weekday=5, minute=7 * 60 + 30, mail=True)
    reports.schedule(weekly, datetime(2026, 3, 12, 10, 0, tzinfo=UTC), "u1")
    friday = datetime(2026, 3, 13, 0, 31, tzinfo=UTC)
    with monkeypatch.context() as broken:
        broken.setattr(reporting.Reports, "mail", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            drafting.due(reports, DESK, friday)
    assert reports.book.reports(DESK.id) == ()
    assert drafting.due(reports, DESK, friday) == 1
    assert len(record.reading.messages(DESK.id)) == 1


def test_a_machine_that_was_off_on_friday_drafts_on_monday(reports: reporting.Reports) -> None:
    reports.schedule(ReportSchedule(desk=DESK.id, kind="weekly"), datetime(2026, 3, 12, 10, 0, tzinfo=UTC), "u1")
    assert drafting.due(reports, DESK, datetime(2026, 3, 15, 22, 0, tzinfo=UTC)) == 1


# Headlines ------------------------------------------------------------------------------------------------------------


def test_chosen_headlines_are_fed_with_links_and_without_texts(reports: reporting.Reports, record: Record) -> None:
    one, other = content_of(reports, draft(reports)).annex[:2]
    assert reports.book.show_headline(DESK.id, one.article, True, MONDAY, "u1")
    assert not reports.book.show_headline(DESK.id, one.article, True, MONDAY, "u1")
    atom, feed = reports.atom(DESK, "https://x.example/cong/binh_son.atom"), reports.json_feed(DESK)
    for text in (atom, feed):
        assert one.title in text
        assert one.url in text
        assert other.title not in text
        assert "huy động" not in text
    record.articles.withdraw(one.article, MONDAY)
    assert one.title not in reports.atom(DESK)


def test_a_headline_cannot_break_the_feed(reports: reporting.Reports, record: Record) -> None:
    import feedparser

    at = MONDAY - timedelta(days=1)
    evil = make_article(
        "xau.html", title='</title><script>alert(1)</script> & "ngoặc" \u202e', fetched_at=at,
        published=Published(at=at, provenance="meta"),
    )  # fmt: skip
    record.articles.save(make_tagged(evil))
    reports.book.show_headline(DESK.id, evil.id, True, MONDAY, "u1")
    parsed = feedparser.parse(reports.atom(DESK).encode())
    assert not parsed.bozo
    assert "alert(1)" in parsed.entries[0].title
    assert "\u202e" not in parsed.entries[0].title


def test_wrong_wishes_are_refused(reports: reporting.Reports) -> None:
    for wish in (
        lambda: reports.ask(DESK, "daily", MONDAY),
        lambda: reports.story_ask(DESK, "khong-co"),
        lambda: reports.topic_ask("religion", WEEK, WEEK),
        lambda: reports.period_ask(WEEK, WEEK - timedelta(days=1)),
        lambda: reports.period_ask(WEEK - timedelta(days=2000), WEEK),
    ):
        with pytest.raises(ConfigError):
            wish()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("desk", "said"),
    [
        ("Tỉnh Quảng Ngãi", "tỉnh Quảng Ngãi"),
        ("Thành phố Đà Nẵng", "thành phố Đà Nẵng"),
        ("Thị xã Đức Phổ (trước 01/07/2025)", "thị xã Đức Phổ"),
        ("Đặc khu Lý Sơn", "đặc khu Lý Sơn"),
        ("Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("Phường 15", "Phường 15"),
        ("Bình Sơn", "Bình Sơn"),
        ("Xã", "Xã"),
    ],
)
def test_a_place_is_named_within_a_sentence_as_the_decree_writes_it(desk: str, said: str) -> None:
    assert place_name(replace(DESK, name=desk)) == said
