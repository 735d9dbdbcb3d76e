"""What every record does when two officers, or an officer and what is due daily, are at one case."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from answers.case_desk import CaseDesk
from app import answer_desk
from core.errors import AnswerError, StoreError
from core.ports import CaseBook
from core.records import Case, CaseKind, CaseOutcome, CaseState, Ground, SentPaper
from store.sqlite.record import Record
from tests.fakes.records import NOON, make_article, make_tagged

DESK, ARTICLE = "binh_son", make_article().id
QUOTE, BODY = "Cầu dài 120 m, nối hai thôn ven sông.", "Cầu dài 90 m."
PAPER = SentPaper(number="12/UBND", day=NOON.date(), way="bưu điện")


def opened(cases: CaseDesk, kind: CaseKind = CaseKind.ANSWER, body: str = BODY) -> int:
    """A case about the kept article, drafted."""
    case = cases.open(
        Case(
            id=0, desk=DESK, kind=kind, state=CaseState.OPEN, subject="Cầu mới", opened_at=NOON, opened_by="an",
            touched=NOON, article=ARTICLE, source="bao_mau", ground=Ground(quote=QUOTE, fact="f1", fact_version=2),
        )
    )  # fmt: skip
    cases.draft(DESK, case.id, at=NOON, by="an", body=body)
    return case.id


def meanwhile(monkeypatch: pytest.MonkeyPatch, book: CaseBook, act: Callable[[], object]) -> Callable[[], object]:
    """Another officer acts right after the next reading of a case. What is given back waits until that is over."""
    read, begun, first = book.case, list[Future[object]](), threading.Lock()

    def case(desk: str, number: int) -> Case | None:
        found = read(desk, number)
        if first.acquire(blocking=False):  # the other officer reads it as well
            begun.append(ThreadPoolExecutor(1).submit(act))
            wait(begun, timeout=0.3)  # it may have to wait for its turn
        return found

    monkeypatch.setattr(book, "case", case)
    return lambda: begun[0].result(timeout=60)


def full(*_: object) -> None:
    raise StoreError("the disk is full")


class CasesContract:
    """Subclass with a fixture `desked`: a record that knows make_desk() and is empty apart from it."""

    @pytest.fixture
    def book(self, desked: Record) -> CaseBook:
        desked.articles.save(make_tagged())
        return desked.cases

    @pytest.fixture
    def cases(self, desked: Record, book: CaseBook) -> CaseDesk:
        del book  # the article is kept
        return answer_desk.case_desk(desked)

    def test_evidence_that_is_taken_while_a_case_is_closed_leaves_it_closed(
        self, cases: CaseDesk, book: CaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = opened(cases)
        over = meanwhile(monkeypatch, book, lambda: cases.close(DESK, number, "corrected", "", at=NOON, by="binh"))
        cases.evidence(DESK, number, "Báo Mẫu", "Lưu hồ sơ", at=NOON, by="an")
        over()
        case = _case(book, number)
        assert (case.state, case.outcome, case.closed_at) == (CaseState.CLOSED, CaseOutcome.CORRECTED, NOON)
        assert {step.what for step in book.events(DESK, number)} == {"open", "draft", "close", "evidence"}

    def test_evidence_of_a_text_that_is_erased_meanwhile_is_not_given_and_its_quotation_stays_gone(
        self, desked: Record, cases: CaseDesk, book: CaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = opened(cases)
        over = meanwhile(monkeypatch, book, lambda: desked.retention.erase(ARTICLE, NOON, "operator"))
        with pytest.raises(AnswerError, match="text_gone"):
            cases.evidence(DESK, number, "Báo Mẫu", "Lưu hồ sơ", at=NOON, by="an")
        over()
        with pytest.raises(AnswerError, match="text_gone"):
            cases.draft(DESK, number, at=NOON, by="an", ground=Ground(quote=QUOTE))
        case = _case(book, number)
        assert (case.ground, case.body, case.text_hash) == (None, "", "")

    def test_a_draft_that_comes_during_a_confirmation_waits_and_is_not_lost(
        self, cases: CaseDesk, book: CaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = opened(cases)
        over = meanwhile(monkeypatch, book, lambda: cases.draft(DESK, number, at=NOON, by="binh", body="Cầu dài 91 m."))
        cases.confirm(DESK, number, at=NOON, by="an")
        over()
        case = _case(book, number)
        assert (case.body, case.state, case.confirmed_at) == ("Cầu dài 91 m.", CaseState.OPEN, None)
        assert [step.what for step in book.events(DESK, number)] == ["open", "draft", "confirm", "draft"]

    def test_a_draft_of_a_letter_that_is_confirmed_meanwhile_is_refused(
        self, cases: CaseDesk, book: CaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = opened(cases)
        seen = _seen(cases, number)
        over = meanwhile(
            monkeypatch, book, lambda: cases.draft(DESK, number, at=NOON, by="binh", body="Khác.", seen=seen)
        )
        cases.confirm(DESK, number, at=NOON, by="an", seen=seen)
        with pytest.raises(AnswerError, match=r"refused\.changed"):
            over()
        case = _case(book, number)
        assert (case.body, case.state, case.confirmed_by) == (BODY, CaseState.READY, "an")

    def test_nobody_confirms_sends_or_publishes_a_letter_that_they_did_not_see(self, cases: CaseDesk) -> None:
        number = opened(cases, CaseKind.RELEASE)
        seen = _seen(cases, number)
        cases.draft(DESK, number, at=NOON, by="binh", body="Cầu dài 91 m.")
        acts: tuple[Callable[[str], None], ...] = (
            lambda seen: cases.confirm(DESK, number, at=NOON, by="an", seen=seen),
            lambda seen: cases.send(DESK, number, PAPER, at=NOON, by="an", seen=seen),
            lambda seen: cases.publish(DESK, number, at=NOON, by="an", seen=seen),
        )
        for act in acts:
            with pytest.raises(AnswerError, match=r"refused\.changed"):
                act(seen)
        for act in acts[0], acts[2]:
            act(_seen(cases, number))
        assert [release.text for release in cases.releases(DESK)] == ["Cầu dài 91 m."]

    def test_what_is_no_part_of_the_letter_stands_in_nobodys_way(self, cases: CaseDesk, book: CaseBook) -> None:
        number = opened(cases)
        seen = _seen(cases, number)
        cases.note(DESK, number, "tòa soạn đã gọi", at=NOON, by="binh")
        cases.set_due(DESK, number, NOON.date(), "Quy chế", at=NOON, by="binh")
        cases.assign(DESK, number, "binh", at=NOON, by="binh")
        cases.draft(DESK, number, at=NOON, by="an", body="Cầu dài 91 m.", seen=seen)
        case = _case(book, number)
        assert (case.body, case.due, case.assigned) == ("Cầu dài 91 m.", NOON.date(), "binh")

    def test_a_new_ground_keeps_what_the_case_was_opened_from(self, cases: CaseDesk, book: CaseBook) -> None:
        number = opened(cases, CaseKind.CORRECTION)
        cases.draft(DESK, number, at=NOON, by="an", ground=Ground(quote=QUOTE, contrary="90 m"))
        ground = _case(book, number).ground
        assert ground == Ground(quote=QUOTE, contrary="90 m", fact="f1", fact_version=2)

    def test_a_release_is_public_only_together_with_its_case(
        self, cases: CaseDesk, book: CaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = opened(cases, CaseKind.RELEASE)
        cases.confirm(DESK, number, at=NOON, by="an")
        with monkeypatch.context() as failing, pytest.raises(StoreError):
            failing.setattr(book, "change", full)
            cases.publish(DESK, number, at=NOON, by="an")
        assert cases.releases(DESK) == ()
        assert _case(book, number).state is CaseState.READY
        cases.publish(DESK, number, at=NOON, by="an")
        assert (_case(book, number).state, len(cases.releases(DESK))) == (CaseState.SENT, 1)

    def test_a_release_that_the_office_withdraws_is_public_no_longer(self, cases: CaseDesk, desked: Record) -> None:
        kept, number = opened(cases, CaseKind.RELEASE), opened(cases, CaseKind.RELEASE)
        for one in kept, number:
            cases.confirm(DESK, one, at=NOON, by="an")
            cases.publish(DESK, one, at=NOON, by="an")
        cases.close(DESK, kept, "answered", "", at=NOON, by="an")
        cases.close(DESK, number, "withdrawn", "Số liệu nhầm", at=NOON, by="an")
        assert [release.case for release in cases.releases(DESK)] == [kept]
        assert cases.release(kept) == cases.releases(DESK)[0] and cases.release(number) is None
        taken = [line for line in desked.audit.lines(desk=DESK) if line.action == "release.take_back"]
        assert [(line.who, line.subject) for line in taken] == [("an", str(number))]

    @pytest.mark.parametrize("kind", [CaseKind.ANSWER, CaseKind.RELEASE])
    def test_a_letter_that_has_left_stays_as_it_was_confirmed(
        self, cases: CaseDesk, book: CaseBook, kind: CaseKind
    ) -> None:
        number = opened(cases, kind)
        cases.confirm(DESK, number, at=NOON, by="an")
        if kind is CaseKind.RELEASE:
            cases.publish(DESK, number, at=NOON, by="an")
        else:
            cases.send(DESK, number, PAPER, at=NOON, by="an")
        with pytest.raises(AnswerError, match=r"refused\.sent"):
            cases.draft(DESK, number, at=NOON, by="binh", body="Cầu dài 91 m.")
        case = _case(book, number)
        assert (case.body, case.state, case.confirmed_by) == (BODY, CaseState.SENT, "an")

    def test_a_case_counts_as_asked_about_only_together_with_the_question(
        self, desked: Record, cases: CaseDesk, book: CaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number, later = opened(cases), NOON + timedelta(days=370)
        with monkeypatch.context() as failing, pytest.raises(StoreError):
            failing.setattr(desked.outbox, "add", full)
            answer_desk.tend(desked, later)
        assert _case(book, number).asked_at is None
        assert [step.what for step in book.events(DESK, number)] == ["open", "draft"]
        assert answer_desk.tend(desked, later) == 1
        assert _case(book, number).asked_at == later


def _case(book: CaseBook, number: int) -> Case:
    case = book.case(DESK, number)
    assert case is not None
    return case


def _seen(cases: CaseDesk, number: int) -> str:
    view = cases.view(DESK, number, NOON)
    assert view is not None
    return view.seen
