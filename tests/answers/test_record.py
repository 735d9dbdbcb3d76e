"""Fact book, comparisons and cases over a real record."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import answer_desk
from core.clock import local_day
from core.errors import AnswerError
from core.records import (
    AnswerRules,
    Case,
    CaseKind,
    CaseOutcome,
    CaseState,
    Deadline,
    FactEntry,
    Ground,
    SentPaper,
)
from core.urls import article_id
from store.sqlite import looks
from tests.answers.made import CORRECTED, DESK, DOCUMENT, GROUND, NOW, QUOTE, TEXTS, URL, Office, comparison, office

DAY = dt.timedelta(days=1)
SENT = SentPaper(number="12/UBND", day=dt.date(2026, 11, 21), way="bưu điện")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.kept.close()


def entered(here: Office, by: str = "u1", **changed: str) -> FactEntry:
    entry = here.facts.enter(DESK, TEXTS | changed, None, new="value" not in changed, at=here.now(), by=by)
    assert isinstance(entry, FactEntry), entry
    return entry


def test_an_entry_is_never_overwritten(here: Office) -> None:
    first = entered(here)
    here.facts.approve("d", first.id, 1, NOW, "u2")
    second = entered(here, value="11", valid_from="25/11/2026")
    here.facts.approve("d", first.id, second.version, NOW, "u2")
    newest, oldest = here.facts.versions("d", first.id)
    assert (newest.low, newest.version, oldest.low) == (11, 2, 9)
    assert (oldest.valid_to, newest.valid_from) == (dt.date(2026, 11, 24), dt.date(2026, 11, 25))
    in_force = {day: [f.low for f in here.kept.facts.in_force("d", dt.date(2026, 11, day))] for day in (19, 24, 25)}
    assert in_force == {19: [], 24: [9], 25: [11]}


def test_what_is_not_approved_is_held_beside_nothing(here: Office) -> None:
    entered(here)
    assert here.kept.facts.in_force("d", dt.date(2026, 11, 21)) == ()


def test_where_two_people_are_asked_for_nobody_approves_what_they_entered(here: Office) -> None:
    here.cases.set_rules(AnswerRules(desk="d", two_people=True), NOW, "admin")
    entry = entered(here, by="u1")
    with pytest.raises(AnswerError, match="second_person"):
        here.facts.approve("d", entry.id, 1, NOW, "u1")
    here.facts.approve("d", entry.id, 1, NOW, "u2")
    assert here.facts.versions("d", entry.id)[0].approved_by == "u2"
    actions = [(line.action, line.who) for line in here.kept.audit.lines(desk="d")]
    assert ("fact.approve", "u2") in actions
    assert ("fact.enter", "u1") in actions


def test_a_second_figure_for_the_same_thing_is_no_new_entry(here: Office) -> None:
    entered(here)
    found = here.facts.enter(DESK, TEXTS | {"value": "12"}, None, new=True, at=NOW, by="u1")
    assert [problem.key for problem in found] == ["factbook.problem.in_book"]  # type: ignore[union-attr]


def test_search_without_diacritics_and_one_desk_only(here: Office) -> None:
    entered(here)
    assert [f.low for f in here.facts.find("d", "nha toc mai 45/bc")] == [9]
    assert here.facts.find("d", "trường học") == ()
    assert here.facts.find("other", "") == ()


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("bc.txt", "MẬT\nBáo cáo".encode(), "factbook.secret"),
        ("TUYET MAT 12.pdf", b"%PDF-", "factbook.secret"),
        ("ds.txt", "STT\tHọ và tên\tSố CCCD\n1\tx\t0\n".encode(), "factbook.persons"),
        ("lon.pdf", b"x" * 10_000_001, "factbook.file_large"),
    ],
)
def test_a_secret_document_or_a_list_of_persons_is_not_kept(here: Office, name: str, content: bytes, key: str) -> None:
    with pytest.raises(AnswerError, match=key):
        here.facts.enter(DESK, TEXTS, (name, content), new=True, at=NOW, by="u1")
    assert here.facts.find("d", "") == ()


def test_a_document_of_the_book_can_be_had_by_its_own_desk_only(here: Office) -> None:
    entry = here.facts.enter(DESK, TEXTS, ("bc.pdf", b"%PDF-1.4 mat ong"), new=True, at=NOW, by="u1")
    assert isinstance(entry, FactEntry)
    digest = hashlib.sha256(b"%PDF-1.4 mat ong").hexdigest()
    assert here.facts.file("d", digest) == ("bc.pdf", b"%PDF-1.4 mat ong")
    assert here.facts.file("other", digest) is None


def test_nothing_of_a_wrong_table_is_taken(here: Office) -> None:
    head = "Chỉ tiêu;Giá trị;Đơn vị tính;Số văn bản;Ngày văn bản;Cơ quan ban hành"
    good, bad = "A;9;nhà;1/BC;20/11/2026;UBND", "B;chín;nhà;1/BC;20/11/2026;UBND"
    number, shown = here.facts.preview(DESK, "a.csv", "\n".join((head, good, bad)).encode(), NOW, "u1")
    assert shown.wrong == 1
    with pytest.raises(AnswerError, match="import_wrong"):
        here.facts.take(DESK, number, NOW, "u1")
    assert here.facts.find("d", "") == ()
    number, _ = here.facts.preview(DESK, "a.csv", "\n".join((head, good)).encode(), NOW, "u1")
    assert here.facts.take(DESK, number, NOW, "u1") == 1
    with pytest.raises(AnswerError, match="import_gone"):
        here.facts.take(DESK, number, NOW, "u1")


def test_a_comparison_is_dismissed_once_and_for_all(here: Office) -> None:
    article = here.prints(QUOTE)
    here.kept.comparisons.put("d", article, [comparison()], NOW)
    (kept,) = here.kept.comparisons.of_article("d", article)
    assert list(here.kept.comparisons.differing("d", [article])) == [article]
    here.facts.dismiss("d", kept.id, NOW, "u1")
    assert here.kept.comparisons.of_article("d", article) == ()
    here.clock.move(DAY)
    here.prints(QUOTE + " Trời đã tạnh.")
    here.kept.comparisons.put("d", article, [comparison()], here.now())
    assert here.kept.comparisons.of_article("d", article) == ()
    assert here.kept.comparisons.differing("d", [article]) == {}
    here.kept.comparisons.put("d", article, [comparison(fact="f2")], here.now())
    assert len(here.kept.comparisons.of_article("d", article)) == 1


def test_comparisons_of_a_replaced_text_are_not_shown(here: Office) -> None:
    article = here.prints(QUOTE)
    here.kept.comparisons.put("d", article, [comparison()], NOW)
    here.clock.move(DAY)
    here.prints(CORRECTED)
    assert here.kept.comparisons.of_article("d", article) == ()


# Cases ----------------------------------------------------------------------------------------------------------------


def test_a_correction_goes_its_way(here: Office) -> None:
    here.cases.set_rules(
        AnswerRules(desk="d", deadlines={CaseKind.CORRECTION: Deadline(days=3, source="Quy chế")}), NOW, "a"
    )
    here.prints(QUOTE)
    case = here.opened()
    assert (case.due, case.due_from) == (dt.date(2026, 11, 25), "Quy chế")
    here.cases.confirm("d", case.id, at=NOW, by="u1")
    assert here.cases.letter(DESK, case.id, "Báo Mẫu")[:2] == b"PK"
    letter = here.written[0]
    assert "12 nhà bị tốc mái" in letter.values["trích dẫn"]
    assert letter.addressed == "Báo Mẫu"
    here.cases.send("d", case.id, SENT, at=NOW, by="u1")
    here.clock.move(DAY)
    here.prints(CORRECTED)
    answer_desk.note_changes(here.kept, article_id(URL), here.now())
    view = here.cases.view("d", case.id, here.now())
    assert view is not None
    (change,) = view.changes
    assert "12 nhà" in change.before
    assert "9 nhà" in change.after
    assert change.verified is True
    here.cases.close("d", case.id, "corrected", "", at=here.now(), by="u1")
    figures = here.cases.figures("d", dt.date(2026, 11, 1), dt.date(2026, 11, 30), local_day(NOW))
    assert (figures.outcomes[CaseOutcome.CORRECTED], figures.days_to_send, figures.closed) == (1, 0, 1)
    steps = [event.what for event in view.events]
    assert steps == ["open", "confirm", "send", "text"]


@pytest.mark.parametrize(
    ("ground", "key"),
    [
        (None, "no_quote"),
        (Ground(quote="Có 15 nhà bị tốc mái.", contrary=GROUND.contrary, document=GROUND.document), "quote_not_there"),
        (Ground(quote=QUOTE, contrary="", document=GROUND.document), "no_contrary"),
        (Ground(quote=QUOTE, contrary="Số nhà bị tốc mái là 12 nhà", document=GROUND.document), "same_figure"),
        (Ground(quote=QUOTE, contrary=GROUND.contrary), "no_document"),
        (Ground(quote=QUOTE, nature="opinion", contrary=GROUND.contrary, document=GROUND.document), "nature"),
        (Ground(quote=QUOTE, nature="dated_fact", contrary="Không phải vậy", document=GROUND.document), "no_date"),
        (
            Ground(quote="Xã đang rà từng nhà.", contrary=GROUND.contrary, document=GROUND.document),
            "no_figure_in_quote",
        ),
        (Ground(quote=QUOTE, typed=True, contrary=GROUND.contrary, document=GROUND.document), "typed"),
    ],
)
def test_a_correction_without_its_ground_is_never_finished(here: Office, ground: Ground | None, key: str) -> None:
    here.prints(QUOTE)
    case = here.opened(ground=ground)
    view = here.cases.view("d", case.id, NOW)
    assert view is not None
    assert f"case.refused.{key}" in view.lacking
    with pytest.raises(AnswerError):
        here.cases.confirm("d", case.id, at=NOW, by="u1")
    with pytest.raises(AnswerError):
        here.cases.letter(DESK, case.id, "Báo Mẫu")
    with pytest.raises(AnswerError, match="not_ready"):
        here.cases.send("d", case.id, SENT, at=NOW, by="u1")


def test_a_changed_letter_must_be_confirmed_anew(here: Office) -> None:
    here.prints(QUOTE)
    case = here.opened()
    here.cases.confirm("d", case.id, at=NOW, by="u1")
    here.cases.draft("d", case.id, at=NOW, by="u2", ground=GROUND)
    view = here.cases.view("d", case.id, NOW)
    assert view is not None
    assert (view.case.state, view.case.confirmed_at) == (CaseState.OPEN, None)


def test_a_document_made_after_the_publication_is_said_in_the_letter(here: Office) -> None:
    here.prints(QUOTE)
    late = Ground(quote=QUOTE, contrary=GROUND.contrary, document=replace(DOCUMENT, issued=dt.date(2026, 11, 21)))
    case = here.opened(ground=late)
    view = here.cases.view("d", case.id, NOW)
    assert view is not None
    assert view.later
    here.cases.letter(DESK, case.id, "Báo Mẫu")
    assert "ban hành sau ngày đăng bài" in here.written[0].values["văn bản"]


def test_of_a_reserved_source_the_officer_types_the_quotation_and_it_is_marked(here: Office) -> None:
    here.prints(QUOTE, reserved=True)
    case = here.opened(ground=Ground(quote=QUOTE, typed=True, contrary=GROUND.contrary, document=GROUND.document))
    here.cases.confirm("d", case.id, at=NOW, by="u1")
    with zipfile.ZipFile(io.BytesIO(here.cases.evidence("d", case.id, "Báo", "Kiểm tra", at=NOW, by="u1"))) as packed:
        text = packed.read("noi-dung.txt").decode()
        facts = json.loads(packed.read("thong-tin.json"))
    assert "gõ lại" in text
    assert facts["quotation_typed_by_officer"] is True


def test_evidence_is_verified_with_sha256sum_alone(here: Office, tmp_path: Path) -> None:
    article = here.prints(QUOTE)
    headers = {"date": "Sat, 21 Nov 2026 02:00:00 GMT", "etag": '"v1"', "content-type": "text/html", "set-cookie": "x"}
    here.kept.cases.note_origin(article, URL, headers, NOW)
    case = here.opened()
    with pytest.raises(AnswerError, match="no_reason"):
        here.cases.evidence("d", case.id, "Báo", " ", at=NOW, by="u1")
    content = here.cases.evidence("d", case.id, "Báo", "Lưu hồ sơ", at=NOW, by="u1")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(tmp_path / "zip")
        facts = json.loads(packed.read("thong-tin.json"))
        assert QUOTE in packed.read("noi-dung.txt").decode()
    assert facts["headers"] == {k: v for k, v in headers.items() if k != "set-cookie"}
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "zip", capture_output=True, check=False)
    assert checked.returncode == 0
    (tmp_path / "zip" / "noi-dung.txt").write_text("khác", encoding="utf-8")
    again = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "zip", capture_output=True, check=False)
    assert again.returncode != 0
    line = next(line for line in here.kept.audit.lines(desk="d") if line.action == "case.evidence")
    assert "Lưu hồ sơ" in line.detail
    assert hashlib.sha256(content).hexdigest() in line.detail


def test_the_paper_was_right_only_once_the_fact_book_is_corrected(here: Office) -> None:
    fact = entered(here)
    here.facts.approve("d", fact.id, 1, NOW, "u2")
    here.prints(QUOTE)
    case = here.opened(ground=replace(GROUND, fact=fact.id, fact_version=1))
    with pytest.raises(AnswerError, match="book_first"):
        here.cases.close("d", case.id, "paper_right", "báo đếm đúng", at=NOW, by="u1")
    entered(here, value="12")
    here.cases.close("d", case.id, "paper_right", "báo đếm đúng", at=NOW, by="u1")
    figures = here.cases.figures("d", dt.date(2026, 11, 1), dt.date(2026, 11, 30), local_day(NOW))
    assert figures.outcomes[CaseOutcome.PAPER_RIGHT] == 1


def test_a_letter_that_left_has_a_number_a_way_and_a_day_in_its_case(here: Office) -> None:
    here.prints(QUOTE)
    case = here.opened()
    here.cases.confirm("d", case.id, at=NOW, by="u1")
    for wrong, key in (
        ({"number": " "}, "sent_fields"), ({"way": ""}, "sent_fields"), ({"day": SENT.day + DAY}, "sent_day"),
        ({"day": SENT.day - DAY}, "sent_day"),
    ):  # fmt: skip
        with pytest.raises(AnswerError, match=key):
            here.cases.send("d", case.id, replace(SENT, **wrong), at=NOW, by="u1")
    here.cases.send("d", case.id, SENT, at=NOW, by="u1")


@pytest.mark.parametrize(("outcome", "reason"), [("no_reply", ""), ("refused", "báo không đồng ý")])
def test_a_paper_that_was_written_nothing_has_neither_refused_nor_kept_silent(
    here: Office, outcome: str, reason: str
) -> None:
    here.prints(QUOTE)
    case = here.opened()
    with pytest.raises(AnswerError, match="not_sent"):
        here.cases.close("d", case.id, outcome, reason, at=NOW, by="u1")
    here.cases.confirm("d", case.id, at=NOW, by="u1")
    here.cases.send("d", case.id, SENT, at=NOW, by="u1")
    here.cases.close("d", case.id, outcome, reason, at=NOW, by="u1")


def test_nothing_is_done_about_an_article_only_with_a_reason(here: Office) -> None:
    here.prints(QUOTE)
    case = replace(here.opened(), id=0, kind=CaseKind.NOTHING, ground=None, reason=" ")
    with pytest.raises(AnswerError, match="no_reason"):
        here.cases.open(case)
    assert here.cases.open(replace(case, reason="Tin đúng")).outcome is CaseOutcome.NOTHING_NEEDED


def test_a_case_is_late_by_todays_date_whatever_days_are_asked_about(here: Office) -> None:
    here.prints(QUOTE)
    case = here.opened()
    today = local_day(NOW)
    here.cases.set_due("d", case.id, today + DAY, "quy chế", at=NOW, by="u1")
    for last in (today - 30 * DAY, today, today + 30 * DAY):
        assert here.cases.figures("d", today - 60 * DAY, last, today).late == 0
        assert here.cases.figures("d", today - 60 * DAY, last, today + 2 * DAY).late == 1


def test_the_reply_address_of_a_question_goes_when_it_is_closed(here: Office) -> None:
    bare = Case(id=0, desk="d", kind=CaseKind.QUESTION, state=CaseState.OPEN, subject="Câu hỏi", opened_at=NOW,
                opened_by="u1", touched=NOW, source="bao", reply_to="toasoan@bao.example.vn")  # fmt: skip
    with pytest.raises(AnswerError, match="no_paper"):
        here.cases.open(replace(bare, source=""))
    case = here.cases.open(bare)
    here.cases.close("d", case.id, "answered", "", at=NOW, by="u1")
    closed = here.kept.cases.case("d", case.id)
    assert closed is not None
    assert closed.reply_to == ""
    assert b"toasoan" not in here.kept.path.read_bytes()


def test_notes_and_attachments_stay_out_of_every_search(here: Office) -> None:
    here.prints(QUOTE)
    case = here.opened()
    here.cases.note("d", case.id, "Xabcyz gọi tòa soạn", at=NOW, by="u1")
    here.cases.attach("d", case.id, "bienban.txt", "Xabcyz nội dung".encode(), at=NOW, by="u1")
    assert here.kept.search.search("d", "Xabcyz").total == 0
    assert here.facts.find("d", "Xabcyz") == ()
    with pytest.raises(AnswerError, match="file_kind"):
        here.cases.attach("d", case.id, "a.exe", b"MZ", at=NOW, by="u1")
    with pytest.raises(AnswerError, match=r"refused\.none"):
        here.cases.note("other", case.id, "x", at=NOW, by="u1")


# Retention and looks ------------------------------------------------------------------------------------------------


def test_a_replaced_text_is_kept_while_an_open_case_quotes_it_and_goes_after(here: Office) -> None:
    article = here.prints(QUOTE)
    case = here.opened()
    here.clock.move(DAY)
    here.prints(CORRECTED)
    here.clock.move(100 * DAY)
    here.kept.retention.purge(here.now())
    assert [text.current for text in here.kept.cases.texts("d", article)] == [True, False]
    here.cases.close("d", case.id, "corrected", "", at=here.now(), by="u1")
    here.kept.retention.purge(here.now())
    assert [text.current for text in here.kept.cases.texts("d", article)] == [True]
    assert QUOTE[:30].encode() not in b"".join(p.read_bytes() for p in here.kept.path.parent.glob("d.sqlite3-wal"))


def test_a_text_under_an_open_case_outlives_the_setting_but_not_the_bound(tmp_path: Path) -> None:
    here = office(tmp_path, article_months=1)
    article = here.prints(QUOTE)
    here.opened()
    here.clock.move(200 * DAY)
    here.kept.retention.purge(here.now())
    assert here.kept.cases.texts("d", article)
    here.clock.move(3 * 365 * DAY)
    here.kept.retention.purge(here.now())
    assert here.kept.cases.texts("d", article) == ()
    here.kept.close()


def test_closed_cases_go_with_all_that_belongs_to_them(here: Office) -> None:
    here.prints(QUOTE)
    case = here.opened()
    here.cases.note("d", case.id, "ghi chú", at=NOW, by="u1")
    here.cases.close("d", case.id, "withdrawn", "nhầm", at=NOW, by="u1")
    here.clock.move(720 * DAY)
    here.kept.retention.purge(here.now())
    assert here.kept.cases.case("d", case.id) is not None
    here.clock.move(20 * DAY)
    here.kept.retention.purge(here.now())
    assert here.kept.cases.case("d", case.id) is None
    assert here.kept.cases.notes("d", case.id) == ()


def test_an_erased_article_leaves_no_word_in_its_case(here: Office) -> None:
    article = here.prints(QUOTE)
    here.kept.comparisons.put("d", article, [comparison()], NOW)
    case = here.opened()
    here.kept.retention.erase(article, NOW, "operator")
    left = here.kept.cases.case("d", case.id)
    assert left is not None
    assert left.ground is None
    here.kept.close()
    assert "tốc mái".encode() not in here.kept.path.read_bytes()


def due(here: Office) -> list[bool]:
    """Of the pages that are to be looked at now: whether an open case is about them."""
    with here.kept.database.read() as con:
        return [page.again is not None and page.again.open_case for page in looks.due(con, here.now(), 10, ())]


def test_an_article_under_an_open_case_is_looked_at_again_though_its_looks_were_over(here: Office) -> None:
    here.prints(QUOTE)
    assert due(here) == []
    case = here.opened()
    assert due(here) == [True]
    here.cases.close("d", case.id, "withdrawn", "nhầm", at=NOW, by="u1")
    assert due(here) == [False]


def test_an_idle_case_is_asked_about_and_then_closed(here: Office) -> None:
    here.prints(QUOTE)
    case = here.opened()
    other = here.opened(CaseKind.ANSWER, None)
    here.clock.move(360 * DAY)
    answer_desk.tend(here.kept, here.now())
    assert here.kept.cases.case("d", case.id).asked_at is None  # type: ignore[union-attr]
    here.clock.move(10 * DAY)
    answer_desk.tend(here.kept, here.now())
    subjects = [row.message.subject for row in here.kept.reading.messages("d")]
    assert any("12 tháng" in subject for subject in subjects)
    here.cases.note("d", other.id, "còn cần", at=here.now(), by="u1")
    here.clock.move(31 * DAY)
    answer_desk.tend(here.kept, here.now())
    lapsed, kept = here.kept.cases.case("d", case.id), here.kept.cases.case("d", other.id)
    assert lapsed is not None
    assert kept is not None
    assert (lapsed.outcome, kept.state) == (CaseOutcome.LAPSED, CaseState.OPEN)


def test_reminders_go_to_the_information_office_once(here: Office) -> None:
    here.cases.set_rules(
        AnswerRules(desk="d", deadlines={CaseKind.CORRECTION: Deadline(days=2, source="Quy chế")}), NOW, "a"
    )
    here.prints(QUOTE)
    here.opened()
    seen: list[tuple[str, str]] = []
    for _ in range(6):  # Saturday to Thursday; due on Tuesday
        answer_desk.tend(here.kept, here.now())
        answer_desk.tend(here.kept, here.now())
        seen = [(row.message.recipient, row.message.subject) for row in here.kept.reading.messages("d")]
        here.clock.move(DAY)
    assert {who for who, _ in seen} == {"tt"}
    assert len(seen) == 3
    assert all("tốc mái" not in subject for _, subject in seen)


def test_the_newest_reminder_that_fell_while_the_machine_was_off_is_made_up_once(here: Office) -> None:
    here.cases.set_rules(
        AnswerRules(desk="d", deadlines={CaseKind.CORRECTION: Deadline(days=2, source="Quy chế")}), NOW, "a"
    )
    here.prints(QUOTE)
    here.opened()
    sent_on: dict[int, int] = {}
    here.clock.move(12 * DAY)  # from a Saturday to a Thursday; due on Tuesday, late on the Wednesdays from then on
    for day in range(7):
        sent_on[day] = answer_desk.tend(here.kept, here.now()) + answer_desk.tend(here.kept, here.now())
        here.clock.move(DAY)
    assert {day: messages for day, messages in sent_on.items() if messages} == {0: 1, 6: 1}
