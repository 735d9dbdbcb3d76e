"""What answering is not for: no removal, no person, no other authority, no word that calls a text false."""

from __future__ import annotations

import dataclasses
import re

import pytest

from answers import cases, letters
from core.i18n import catalogue
from core.records import (
    TEMPLATE_KINDS,
    Case,
    CaseFigures,
    CaseKind,
    CaseOutcome,
    FactEntry,
    Letter,
    OfficePapers,
    PaperRecipient,
    Release,
    TemplateKind,
)
from core.roles import Role
from core.text import fold
from dashboard.routes import DOORS
from reports.letters import SLOTS, Press

FALSE = re.compile(
    r"\b(sai sự thật|sai lệch|bịa đặt|tin giả|giả mạo|xuyên tạc|tin sai|đăng sai|không đúng sự thật|không chính xác"
    r"|untrue|false|fake|fabricat\w*|misinformation|disinformation|wrong report)\b"
)
REMOVAL = re.compile(r"gỡ|removal|takedown|xoa-bai|go-bai")


def test_there_is_no_kind_of_case_for_removal_a_person_or_another_authority() -> None:
    assert {kind.value for kind in CaseKind} == {"correction", "answer", "release", "question", "nothing"}
    assert set(letters.TEMPLATE_OF) == set(CaseKind) - {CaseKind.NOTHING}
    assert not [door.path for door in DOORS if REMOVAL.search(door.path.replace("/bai/{article}/nhan", ""))]


def test_the_program_never_says_that_a_text_is_false() -> None:
    shown = {
        key: entry for key, entry in catalogue().items()
        if key.partition(".")[0] in ("comparison", "case", "factbook", "evidence", "letter", "release", "template")
    }  # fmt: skip
    assert len(shown) > 200
    said = {key: FALSE.search(fold(text)) for key, entry in shown.items() for text in entry.values()}
    assert {key: found.group() for key, found in said.items() if found} == {}
    assert {catalogue()[f"comparison.{verdict}"]["vi"] for verdict in ("same", "differs")} == {"khớp", "khác"}


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_no_letter_says_so_either_and_none_asks_for_removal(kind: TemplateKind) -> None:
    wording = "\n".join(Press().wording(Press().shipped(kind)))
    assert len(wording) > 200
    assert not FALSE.search(fold(wording))
    assert letters.wording_refusal(wording) is None


def test_a_request_always_names_the_papers_right_to_refuse() -> None:
    assert {"trích dẫn", "văn bản", "quyền từ chối"} <= SLOTS["correction"].needed
    assert "quyền từ chối" in SLOTS["answer"].needed
    assert "nêu rõ lý do" in letters.RIGHT_TO_REFUSE


def test_the_paper_may_have_been_right() -> None:
    for kind in (CaseKind.CORRECTION, CaseKind.ANSWER):
        assert {CaseOutcome.PAPER_RIGHT, CaseOutcome.REFUSED} <= set(cases.OUTCOMES[kind])


def test_nothing_of_a_case_or_fact_names_a_journalist_and_nothing_is_added_up_by_publisher() -> None:
    names = {field.name for record in (Case, FactEntry, Letter, Release) for field in dataclasses.fields(record)}
    assert not names & {"author", "byline", "journalist", "reporter", "person", "contact", "phone"}
    counted = {field.name for field in dataclasses.fields(CaseFigures)}
    assert not counted & {"sources", "publishers", "by_source", "by_publisher"}


def test_an_answer_that_asks_for_removal_is_not_confirmed_and_no_copy_goes_to_a_security_body() -> None:
    from core.papers import paper_refusal

    assert letters.wording_refusal("Đề nghị gỡ bài.", sanctions=False) is not None
    papers = OfficePapers(office="UBND xã", copies=(PaperRecipient(role=Role.LEADERSHIP, name="Công an xã"),))
    assert paper_refusal(papers) == "recipient.security_body"
    assert letters.wording_refusal("Trân trọng.\nĐồng gửi: Công an xã") is not None


def test_every_door_of_cases_asks_for_the_right_to_cases() -> None:
    from core.access import Level, Right, allowed

    for door in DOORS:
        if door.path.startswith(("/vu-viec", "/so-lieu")):
            assert door.right in (Right.CASES, Right.EDIT), door.path
            assert not allowed(Level.VIEWER, door.right)
        if door.path.startswith("/thong-cao"):
            assert door.right is Right.PUBLIC
            assert door.method == "GET"
    approving = next(door for door in DOORS if door.path == "/so-lieu/{fact}/duyet")
    assert not allowed(Level.OFFICER, approving.right)
