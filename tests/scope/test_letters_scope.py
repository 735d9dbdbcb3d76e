"""What letters to newspapers never say: no removal, no threat, no police; checked before the file is made as well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from answers import cases
from core.errors import AnswerError
from core.records import CaseKind, CaseState, Ground, TemplateKind
from tests.answers.made import DESK, DOCUMENT, GROUND, QUOTE, Office, office
from tests.answers.word import with_line

THREAT = "9 ca. Báo phải cải chính trong 24 giờ, nếu không sẽ bị xử phạt hành chính và thu hồi thẻ nhà báo"
NEVER = (
    ("Đề nghị gỡ xuống bài này.", "removal"),
    ("Đề nghị gỡ ngay giúp các bài viết nêu trên.", "removal"),
    ("Đề nghị bài viết được hạ xuống trong hôm nay.", "removal"),
    ("Nếu không cải chính, báo sẽ bị xử phạt hành chính.", "sanction"),
    ("Phóng viên phải chịu trách nhiệm trước pháp luật.", "sanction"),
    (THREAT, "sanction"),
    ("Chuyển Công an xã điều tra.", "security"),
    ("Đồng gửi C.A. xã.", "security"),
    ("Chuyển Cong an xa xem xét.", "security"),
    ("Chuyển Công-an xã xem xét.", "security"),
)
FINE = (
    "Năm 2026, Ủy ban nhân dân xã đã xử phạt hành chính 12 trường hợp lấn chiếm hành lang đường bộ.",
    "Theo kết quả điều tra dân số, xã có 9.500 người; an ninh lương thực được giữ vững.",
    "Công trình đã bị đình chỉ thi công từ ngày 12/10/2026.",
    "Trong cả tỉnh, cả xã, cơ quan sử dụng và cơ quan đối ngoại đã nhận được; công ăn việc làm ổn định.",
    "Đề nghị quý báo xem xét, cải chính. Trân trọng cảm ơn.",
)


@pytest.fixture
def here(tmp_path: Path) -> Office:
    made = office(tmp_path)
    made.prints(QUOTE)
    return made


def refused_at_each_door(here: Office, number: int, key: str) -> None:
    """Neither confirmed nor written as a file."""
    with pytest.raises(AnswerError, match=rf"template\.refused\.{key}|case\.refused\.{key}"):
        here.cases.letter(DESK, number, "Báo Mẫu")
    with pytest.raises(AnswerError, match=rf"template\.refused\.{key}|case\.refused\.{key}"):
        here.cases.confirm("d", number, at=here.now(), by="u1")
    view = here.cases.view("d", number, here.now())
    assert view is not None and view.case.state is CaseState.OPEN
    assert here.written == []


@pytest.mark.parametrize(("words", "key"), NEVER)
@pytest.mark.parametrize("kind", [CaseKind.ANSWER, CaseKind.QUESTION])
def test_no_answer_says_so(here: Office, kind: CaseKind, words: str, key: str) -> None:
    number = here.opened(kind, None).id
    here.cases.draft("d", number, at=here.now(), by="u1", body=f"Kính gửi quý báo.\n{words}")
    refused_at_each_door(here, number, key)


@pytest.mark.parametrize(("words", "key"), NEVER)
@pytest.mark.parametrize("field", ["contrary", "title", "issuer", "subject"])
def test_no_correction_request_says_so_in_any_field(here: Office, field: str, words: str, key: str) -> None:
    number = here.opened().id
    ground, subject = GROUND, None
    if field == "contrary":
        ground = replace(GROUND, contrary=f"{GROUND.contrary}. {words}")
    elif field == "subject":
        subject = words
    else:
        ground = replace(GROUND, document=replace(DOCUMENT, **{field: words}))  # type: ignore[arg-type]
    here.cases.draft("d", number, at=here.now(), by="u1", ground=ground, subject=subject)
    refused_at_each_door(here, number, key)


@pytest.mark.parametrize(("words", "key"), NEVER)
@pytest.mark.parametrize("kind", ["correction", "answer"])
def test_no_template_of_an_offices_own_says_so(here: Office, kind: TemplateKind, words: str, key: str) -> None:
    before = here.cases.template("d", kind)
    with pytest.raises(AnswerError, match=rf"template\.refused\.{key}"):
        here.cases.set_template("d", kind, with_line(kind, words), "mau.docx", at=here.now(), by="u1")
    assert here.cases.template("d", kind) == before


@pytest.mark.parametrize("words", FINE)
def test_an_office_may_write_of_its_work(here: Office, words: str) -> None:
    number = here.opened(CaseKind.ANSWER, None).id
    here.cases.draft("d", number, at=here.now(), by="u1", body=words)
    here.cases.confirm("d", number, at=here.now(), by="u1")
    assert here.cases.letter(DESK, number, "Báo Mẫu")


@pytest.mark.parametrize("quote", ['"', "“”", " ’ ", "…"])
def test_marks_alone_quote_nothing(here: Office, quote: str) -> None:
    assert not cases.quote_stands(quote, f'Xã “báo” {QUOTE} "thế" …’')
    number = here.opened(CaseKind.CORRECTION, Ground(quote=quote, contrary="9 nhà", document=DOCUMENT)).id
    refused_at_each_door(here, number, "no_quote")


def test_a_release_may_tell_of_penalties_and_police_and_asks_for_no_removal(here: Office) -> None:
    number = here.opened(CaseKind.RELEASE, None).id
    here.cases.draft("d", number, at=here.now(), by="u1", body="Người vi phạm sẽ bị xử phạt. Báo ngay Công an xã.")
    here.cases.confirm("d", number, at=here.now(), by="u1")
    here.cases.draft("d", number, at=here.now(), by="u1", body="Đề nghị các báo gỡ xuống bài này.")
    with pytest.raises(AnswerError, match=r"template\.refused\.removal"):
        here.cases.confirm("d", number, at=here.now(), by="u1")
