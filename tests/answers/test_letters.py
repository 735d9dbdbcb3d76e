"""Templates of letters: Word files that an office edits, and what can't be taken out of them or put into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.styles.style import ParagraphStyle

from answers import letters
from core.errors import AnswerError
from core.papers import PaperError
from core.records import TEMPLATE_KINDS, Case, CaseKind, CaseState, SentPaper, TemplateKind
from reports import check
from reports import letters as word_letters
from reports.filling import saved
from reports.letters import SLOTS, Press
from tests.answers.made import DESK, GROUND, NOW, QUOTE, Office, office
from tests.answers.word import edited, opened, said, with_line, without
from tests.reports.making import PAPERS

BOX = (
    '<w:r {ns} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r>'
    "<w:t>{words}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    yield made
    made.kept.close()


def taken(here: Office, docx: bytes | None, kind: TemplateKind = "correction") -> None:
    here.cases.set_template("d", kind, docx, "mau.docx", at=NOW, by="u1")


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_the_shipped_templates_are_what_their_maker_makes_and_pass_their_own_check(kind: TemplateKind) -> None:
    shipped = Press().shipped(kind)
    assert Press().wording(saved(word_letters.build(kind))) == Press().wording(shipped)
    Press().check(kind, shipped, "mau.docx")
    assert letters.wording_refusal(said(shipped)) is None


@pytest.mark.parametrize(("kind", "mark"), [(k, m) for k in TEMPLATE_KINDS for m in sorted(SLOTS[k].needed)])
def test_what_is_needed_cannot_be_taken_out(kind: TemplateKind, mark: str) -> None:
    with pytest.raises(PaperError, match=mark):
        Press().check(kind, without(kind, mark), "mau.docx")


def test_what_an_office_edits_in_word_is_in_its_letter(here: Office) -> None:
    def edit(document: Document) -> None:
        line = next(p for p in document.paragraphs if "trân trọng" in p.text)
        line.text = "Rất mong sự hợp tác của {{tên báo}}./."
        line.runs[0].font.size = Pt(15)
        line.runs[0].font.highlight_color = WD_COLOR_INDEX.YELLOW

    here.prints(QUOTE)
    case = here.opened()
    here.cases.draft("d", case.id, at=NOW, by="u1", ground=GROUND)
    taken(here, edited("correction", edit))
    assert here.cases.template("d", "correction").version == 1
    made = here.cases.letter(DESK, case.id, "Báo Mẫu")
    assert "Rất mong sự hợp tác của Báo Mẫu./." in said(made)
    assert QUOTE.rstrip(".") in said(made)
    assert "nêu rõ lý do" in said(made)
    assert "{{" not in said(made)
    assert "HƯỚNG DẪN" not in said(made)
    line = next(p for p in opened(made).paragraphs if "hợp tác" in p.text)
    assert line.runs[0].font.size == Pt(15)
    taken(here, None)
    assert "Rất mong" not in said(here.cases.letter(DESK, case.id, "Báo Mẫu"))
    assert [line.action for line in here.kept.audit.lines(desk="d")].count("template.change") == 2


WRITTEN = list(letters.TEMPLATE_OF)
PARAGRAPH = "Xã đã rà soát từng nhà và công bố số liệu tại trụ sở."


def drafted(kind: CaseKind, *, day: dt.date | None = dt.date(2027, 2, 3), body: str = PARAGRAPH) -> Case:
    """A case of that kind, whose letter left on `day`, or has not left."""
    return Case(
        id=1, desk="d", kind=kind, state=CaseState.SENT, subject="Về thiệt hại do dông lốc", opened_at=NOW,
        opened_by="u1", touched=NOW, source="bao", article="x", url="https://bao.example.vn/1.html", published=NOW,
        title="Dông lốc ở Vạn Tường", ground=GROUND if kind is CaseKind.CORRECTION else None, body=body,
        sent=SentPaper(number="12/UBND-VX", day=day, way="bưu điện") if day else None,
    )  # fmt: skip


def paper(kind: CaseKind, *, day: dt.date | None = dt.date(2027, 2, 3), body: str = PARAGRAPH) -> bytes:
    """A letter of that kind, as the program drafts it."""
    made = letters.letter(drafted(kind, day=day, body=body), replace(DESK, papers=PAPERS), "Báo Mẫu")
    return Press().write(made, Press().shipped(letters.TEMPLATE_OF[kind]))


@pytest.mark.parametrize("kind", [kind for kind in WRITTEN if kind is not CaseKind.RELEASE])
def test_what_a_letter_is_about_stands_six_points_below_its_number(kind: CaseKind) -> None:
    style = opened(paper(kind)).styles["DB Về việc"]
    assert isinstance(style, ParagraphStyle)
    assert style.paragraph_format.space_before == Pt(6)


@pytest.mark.parametrize(("number", "shown"), [("7/UBND-VX", "Số: 07/UBND-VX"), ("1007/UBND-VX", "Số: 1007/UBND-VX")])
def test_a_number_under_ten_has_a_zero_before_it(number: str, shown: str) -> None:
    case = replace(drafted(CaseKind.ANSWER), sent=SentPaper(number=number, day=dt.date(2027, 2, 3), way="bưu điện"))
    made = Press().write(letters.letter(case, replace(DESK, papers=PAPERS), "Báo Mẫu"), Press().shipped("answer"))
    assert shown in said(made).splitlines()
    assert check.good(check.check(made))


@pytest.mark.parametrize("day", [None, dt.date(2027, 2, 3)])
@pytest.mark.parametrize("kind", WRITTEN)
def test_a_letter_keeps_the_form_of_the_decree(kind: CaseKind, day: dt.date | None) -> None:
    findings = check.check(paper(kind, day=day))
    assert [finding for finding in findings if not finding.good] == []
    held = {finding.rule for finding in findings}
    assert ({"box_about", "box_to"} <= held) == (kind is not CaseKind.RELEASE)
    assert ({"box_kind", "box_subject"} <= held) == (kind is CaseKind.RELEASE)


@pytest.mark.parametrize(
    ("quote", "printed"),
    [
        ("Có 12 nhà bị tốc mái.", "“Có 12 nhà bị tốc mái”."),
        ("“Có 12 nhà bị tốc mái.”", "“Có 12 nhà bị tốc mái”."),
        ("Ông nói: “Có 12 nhà bị tốc mái”", "“Ông nói: “Có 12 nhà bị tốc mái””."),
        ('"12 nhà" hay "9 nhà"', '“"12 nhà" hay "9 nhà"”.'),
    ],
)
def test_a_quotation_keeps_the_marks_that_stand_in_it(quote: str, printed: str) -> None:
    case = replace(drafted(CaseKind.CORRECTION), ground=replace(GROUND, quote=quote))
    made = Press().write(letters.letter(case, DESK, "Báo Mẫu"), Press().shipped("correction"))
    assert f"Bài có đoạn: {printed}" in said(made).splitlines()


@pytest.mark.parametrize("kind", WRITTEN)
def test_no_signature_stands_on_a_page_by_itself(kind: CaseKind) -> None:
    document = opened(paper(kind, body=f"{PARAGRAPH}\n{PARAGRAPH}"))
    foot = document.tables[-1]._tbl
    above = [p for p in document.paragraphs if p._p in set(foot.itersiblings(preceding=True))]
    assert [p.paragraph_format.keep_with_next for p in above[-2:]] == [True, True]
    assert above[-2].text.endswith((PARAGRAPH, "./."))


@pytest.mark.parametrize(("style", "rule"), [("DB Về việc", "box_about"), ("DB Kính gửi", "box_to")])
def test_the_checker_finds_what_differs_in_a_letter(style: str, rule: str) -> None:
    document = opened(paper(CaseKind.ANSWER))
    made = document.styles[style]
    assert isinstance(made, ParagraphStyle)
    made.font.size = Pt(11)
    assert [finding.rule for finding in check.check(saved(document)) if not finding.good] == [rule]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Đề nghị gỡ bài viết nêu trên.", "removal"),
        ("Nếu không sẽ bị xử phạt theo quy định.", "sanction"),
        ("- Công an tỉnh Quảng Ngãi;", "security"),
    ],
)
def test_what_no_letter_may_say_is_found_wherever_it_stands_in_the_file(here: Office, words: str, key: str) -> None:
    box = BOX.format(ns=nsdecls("w"), words=words)
    places = [
        with_line("correction", words),
        edited("correction", lambda d: setattr(d.sections[0].footer.paragraphs[0], "text", words)),
        edited("correction", lambda d: d.tables[0].rows[0].cells[0].add_paragraph(words)),
        edited("correction", lambda d: d.add_paragraph()._p.append(parse_xml(box))),
        with_line("correction", words.replace(" ", "\u00a0")),
    ]
    for docx in places:
        with pytest.raises(AnswerError, match=rf"template\.refused\.{key}"):
            taken(here, docx)
    assert here.cases.template("d", "correction").version == 0


def test_no_placeholder_hides(here: Office) -> None:
    def run(document: Document) -> None:
        line = next(p for p in document.paragraphs if "{{quyền từ chối}}" in p.text)
        line.runs[0].font.hidden = True

    def control(document: Document) -> None:
        line = next(p for p in document.paragraphs if "{{quyền từ chối}}" in p.text)
        box = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
        line._p.append(box)
        box[0].append(line.runs[0]._r)

    def tracked(document: Document) -> None:
        line = next(p for p in document.paragraphs if "{{quyền từ chối}}" in p.text)
        gone = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="x"/>')
        line._p.append(gone)
        gone.append(line.runs[0]._r)

    for change, words in ((run, "hidden"), (control, "content control"), (tracked, "tracked")):
        with pytest.raises(PaperError, match=words):
            taken(here, edited("correction", change))


@pytest.mark.parametrize("field", ["INCLUDETEXT c:\\a.docx", "DDEAUTO c:\\x"])
def test_a_template_that_fetches_something_is_refused(field: str) -> None:
    xml = f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    with pytest.raises(PaperError, match=field.split(maxsplit=1)[0]):
        Press().check("answer", edited("answer", lambda d: d.add_paragraph()._p.append(parse_xml(xml))), "m")


def test_an_unknown_or_open_placeholder_is_named_with_its_place() -> None:
    with pytest.raises(PaperError, match=r"mau\.docx, body, paragraph .*khác"):
        Press().check("reply", with_line("reply", "{{khác}}"), "mau.docx")
    with pytest.raises(PaperError, match="not closed"):
        Press().check("reply", with_line("reply", "{{tên báo}"), "mau.docx")
