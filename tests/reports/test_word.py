"""The paper itself: its form, its template, and what an office may change of it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from core.errors import ConfigError
from core.papers import PaperError
from core.records import OfficePapers, PaperRecipient, ReportWords
from core.roles import Role
from reports import check, filling, pdf, template, word
from tests.parts import require
from tests.reports.making import AT, PAPERS, article, content, reading, report

ROOT = Path(__file__).resolve().parents[2]


def paper(
    *, articles: int = 3, papers: OfficePapers | None = PAPERS, own: bytes | None = None, **what: object
) -> bytes:
    """A report as a file."""
    made = content(reading([article(n, **what) for n in range(articles)], before=2))
    return word.write(report(made), papers, "UBND xã Bình Sơn", AT, docx=own)


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def texts(content: bytes) -> list[str]:
    """Every paragraph, in the order of the file."""
    document = opened(content)
    return [Paragraph(p, document._body).text for p in document.element.body.iter(qn("w:p"))]


def changed(edit: object) -> bytes:
    """The shipped template with a paragraph edited."""
    document = opened(template.shipped())
    edit(document)  # type: ignore[operator]
    return filling.saved(document)


def test_the_report_has_the_form_of_the_decree() -> None:
    assert [finding for finding in check.check(paper()) if not finding.good] == []


def test_the_head_body_and_signature_are_the_offices() -> None:
    found = texts(paper())
    for line in (
        "ỦY BAN NHÂN DÂN XÃ BÌNH SƠN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "Số:       /BC-UBND", "Bình Sơn, ngày      tháng 11 năm 2025", "BÁO CÁO",
        "Điểm báo tuần (từ ngày 03 tháng 11 đến ngày 09 tháng 11 năm 2025)", "Nơi nhận:", "- Thường trực HĐND xã;",
        "- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Phụ lục",
    ):  # fmt: skip
        assert line in [text.replace("\n", " ") for text in found], line
    assert not any("{{" in text or "HƯỚNG DẪN" in text for text in found)


def rules(content: bytes) -> dict[str, float]:
    """Width in mm of each rule below a line of the head, by its style."""
    document = opened(content)
    widths = {"DBKeCoQuan": 64.0, "DBKeTieuNgu": 96.0, "DBKeTrichYeu": 160.0}
    found = {}
    for element in document.element.body.iter(qn("w:p")):
        if element.style in widths:
            form = Paragraph(element, document._body).paragraph_format
            assert form.left_indent is not None
            assert form.left_indent == form.right_indent
            found[element.style] = widths[element.style] - 2 * form.left_indent / Mm(1)
    return found


def test_rules_are_as_wide_as_the_motto_and_a_third_to_a_half_of_the_lines_above() -> None:
    """On a printed page "ỦY BAN NHÂN DÂN" is 39.7 mm wide, the motto 56 mm, the subject 144.5 mm."""
    found = rules(paper())
    assert 56 * 0.93 < found["DBKeTieuNgu"] < 56 * 1.07
    assert 39.7 / 3 < found["DBKeCoQuan"] < 39.7 / 2
    assert 144.5 / 3 < found["DBKeTrichYeu"] < 144.5 / 2

    def larger(document: Document) -> None:
        document.styles["DB Tiêu ngữ"].font.size = Pt(14)

    assert rules(paper(own=changed(larger)))["DBKeTieuNgu"] == pytest.approx(found["DBKeTieuNgu"] * 14 / 13, abs=0.3)


def test_the_annex_names_every_article_with_its_address() -> None:
    found = texts(paper(articles=9))
    assert [f"https://bao.example/bai-{n}.html" for n in range(9)] == [t for t in found if t.startswith("https://")]


def test_the_annex_is_told_of_and_counts_its_own_pages() -> None:
    made = paper()
    found = texts(made)
    assert found.index("Phụ lục") + 1 == found.index("DANH MỤC TIN, BÀI")
    assert "Danh mục tin, bài trong kỳ có tại Phụ lục kèm theo Báo cáo này." in found[: found.index("Nơi nhận:")]
    assert {"box_annex", "box_annex_title", "annex_told", "annex_pages"} <= {f.rule for f in check.check(made)}

    def capitals(document: Document) -> None:
        next(p for p in document.paragraphs if p.text == "Phụ lục").runs[0].text = "PHỤ LỤC"

    def untold(document: Document) -> None:
        for paragraph in document.paragraphs:
            if "Phụ lục kèm theo" in paragraph.text:
                paragraph.clear()  # type: ignore[no-untyped-call]

    def counted_on(document: Document) -> None:
        for count in document.sections[-1]._sectPr.findall(qn("w:pgNumType")):
            document.sections[-1]._sectPr.remove(count)

    assert _wrong(capitals) == {"box_annex"}
    assert _wrong(untold) == {"annex_told"}
    assert _wrong(counted_on) == {"annex_pages"}


def test_each_of_several_addressees_has_a_line_and_is_told_as_above() -> None:
    names = ("Sở Văn hóa, Thể thao và Du lịch", "Sở Nông nghiệp và Môi trường")
    addressed = tuple(PaperRecipient(role=Role.LEADERSHIP, name=name) for name in names)
    made = paper(papers=replace(PAPERS, addressed=addressed))
    found = texts(made)
    assert "Kính gửi:\n- Sở Văn hóa, Thể thao và Du lịch;\n- Sở Nông nghiệp và Môi trường." in found
    at = found.index("Nơi nhận:")
    assert found[at + 1 : at + 4] == ["- Như trên;", "- Thường trực HĐND xã;", "- Lưu: VT."]
    form = next(p for p in opened(made).paragraphs if p.text.startswith("Kính gửi")).paragraph_format
    assert form.left_indent is not None
    assert form.first_line_indent is not None
    assert 15 < -form.first_line_indent / Mm(1) < 22  # "Kính gửi:" in 14 points: the dashes stand below its colon
    one = texts(paper(papers=replace(PAPERS, addressed=addressed[:1])))
    assert "Kính gửi: Sở Văn hóa, Thể thao và Du lịch" in one


def test_a_headline_of_400_characters_stays_within_the_paper() -> None:
    long = "Đường liên xã " * 30
    made = paper(articles=1, title=long)
    assert all(finding.good for finding in check.check(made))
    assert any(len(text) > 350 for text in texts(made))


@pytest.mark.parametrize("papers", [None, OfficePapers(office="UBND xã Bình Sơn"), replace(PAPERS, signatory="")])
def test_what_the_office_has_not_said_is_left_for_the_clerk(papers: OfficePapers | None) -> None:
    made = paper(papers=papers)
    assert all(finding.good for finding in check.check(made))
    assert any(text.startswith("Số:") for text in texts(made))


def test_a_long_line_of_addressees_is_no_body() -> None:
    names = ("Sở Văn hóa, Thể thao và Du lịch tỉnh Quảng Ngãi", "Ủy ban nhân dân xã Bình Sơn")
    addressed = tuple(PaperRecipient(role=Role.LEADERSHIP, name=name) for name in names)
    found = check.check(paper(papers=replace(PAPERS, addressed=addressed)))
    assert [finding for finding in found if not finding.good] == []
    assert "box_to" in {finding.rule for finding in found}


def test_several_addressees_stand_on_a_line_each_with_their_dashes_under_the_colon() -> None:
    names = ("Sở Văn hóa, Thể thao và Du lịch tỉnh Quảng Ngãi", "Ủy ban nhân dân xã Bình Sơn")
    addressed = tuple(PaperRecipient(role=Role.LEADERSHIP, name=name) for name in names)
    document = opened(paper(papers=replace(PAPERS, addressed=addressed)))
    (to,) = [paragraph for paragraph in document.paragraphs if paragraph.text.startswith("Kính gửi")]
    assert to.text == f"Kính gửi:\n- {names[0]};\n- {names[1]}."
    form = to.paragraph_format
    assert form.alignment == WD_ALIGN_PARAGRAPH.LEFT
    assert form.left_indent is not None and form.first_line_indent is not None
    assert 0 < -form.first_line_indent <= form.left_indent
    alone = opened(paper(papers=replace(PAPERS, addressed=addressed[:1])))
    assert f"Kính gửi: {names[0]}" in [paragraph.text for paragraph in alone.paragraphs]


def test_charts_are_drawings_with_words() -> None:
    made = paper(articles=8, topics=("disaster", "weather"))
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        charts = [name for name in package.namelist() if name.startswith("word/charts/")]
        body = package.read("word/document.xml").decode()
        assert not [name for name in package.namelist() if name.endswith((".png", ".jpg", ".emf"))]
    assert len(charts) == 2
    assert re.findall(r'descr="([^"]+)"', body)[0].startswith(
        "Số bài về huyện Bình Sơn theo thời gian. Biểu đồ cột: 7 cột"
    )


_ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers",
    "pBdr", "shd", "tabs", "suppressAutoHyphens", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr",
    "sectPr",
)  # fmt: skip
_TABLE_ORDER = ("tblStyle", "tblW", "jc", "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook")


@pytest.mark.parametrize("content", [paper(articles=8), template.shipped()], ids=["report", "template"])
def test_word_opens_it_without_repair(content: bytes) -> None:
    """Properties stand in the schema's order, drawings have ids of their own, every part that is named is there."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        trees = [etree.fromstring(package.read(name)) for name in ("word/document.xml", "word/styles.xml")]
        names = set(package.namelist())
        relations = etree.fromstring(package.read("word/_rels/document.xml.rels"))
    for tag, order in (("w:pPr", _ORDER), ("w:tblPr", _TABLE_ORDER)):
        for properties in (node for tree in trees for node in tree.iter(qn(tag))):
            names_of = [etree.QName(child).localname for child in properties]
            places = [order.index(name) for name in names_of if name in order]
            assert places == sorted(places), etree.tostring(properties)
    ids = [node.get("id") for node in trees[0].iter() if etree.QName(node).localname == "docPr"]
    assert len(ids) == len(set(ids))
    assert {f"word/{r.get('Target')}" for r in relations if "charts/" in r.get("Target", "")} <= names


def test_a_long_annex_goes_into_the_spreadsheet_and_the_paper_says_so() -> None:
    made = content(reading([article(n) for n in range(word.ANNEX_MOST + 1)]))
    block = next(iter(word.annex(made)))
    assert "3.001 tin, bài, được lập thành tệp bảng tính" in getattr(block, "text", "")


def test_the_same_report_is_the_same_file_without_a_persons_name() -> None:
    found = opened(paper())
    assert (found.core_properties.author, found.core_properties.last_modified_by) == ("", "")
    assert texts(paper()) == texts(paper())


# Templates ------------------------------------------------------------------------------------------------------------


def test_the_shipped_template_is_what_its_maker_makes() -> None:
    made = opened(filling.saved(template.build()))
    assert [p.text for p in made.paragraphs] == [p.text for p in opened(template.shipped()).paragraphs]


def test_an_office_may_change_looks_and_wording() -> None:
    def edit(document: Document) -> None:
        document.styles["DB Thân bài"].font.size = Pt(13)
        document.paragraphs[-1].insert_paragraph_before("Số điện thoại liên hệ: 0255 000 000")

    made = paper(own=changed(edit))
    assert "Số điện thoại liên hệ: 0255 000 000" in texts(made)
    assert next(f for f in check.check(made) if f.rule == "body_size").found.startswith("13 pt")


def test_a_section_may_stand_elsewhere_and_is_not_said_twice() -> None:
    made = paper(own=changed(lambda d: d.paragraphs[-1].insert_paragraph_before("{{ĐÁNH GIÁ}}")))
    found = texts(made)
    assert sum("ĐÁNH GIÁ" in text for text in found) == 1
    assert found.index(next(t for t in found if "ĐÁNH GIÁ" in t)) > found.index("Phụ lục")


def test_a_placeholder_that_word_has_split_into_runs_is_filled() -> None:
    def edit(document: Document) -> None:
        paragraph = next(p for p in document.paragraphs if p.text == "{{trích yếu}}")
        paragraph.clear()  # type: ignore[no-untyped-call]
        for piece in ("Về việc {", "{trích", " yếu}", "}, kỳ này"):
            paragraph.add_run(piece)

    assert any(
        t.startswith("Về việc Điểm báo tuần") and t.endswith(", kỳ này") for t in texts(paper(own=changed(edit)))
    )


def _without(name: str) -> object:
    def edit(document: Document) -> None:
        for element in document.element.body.iter(qn("w:p")):
            paragraph = Paragraph(element, document._body)
            if paragraph.text == f"{{{{{name}}}}}":
                paragraph.clear()  # type: ignore[no-untyped-call]

    return edit


@pytest.mark.parametrize("name", sorted(template.SLOTS.needed))
def test_a_template_without_a_needed_placeholder_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(PaperError, match=name):
        filling.check(changed(_without(name)), template.SLOTS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{nội dung}} của tuần", "paragraph of its own"),
        ("{{người đọc}}", "no placeholder {{người đọc}}"),
        ("{{trích yếu", "not closed"),
        ("{{ {{trích yếu}} }}", "not closed"),
    ],
)
def test_a_broken_place_is_named(text: str, said: str) -> None:
    with pytest.raises(PaperError, match=said) as caught:
        filling.check(changed(lambda d: d.paragraphs[-1].insert_paragraph_before(text)), template.SLOTS, "mau.docx")
    assert "mau.docx, body, paragraph" in str(caught.value)
    assert "mau.docx, phần thân, đoạn" in caught.value.said("vi")


def test_what_is_no_word_file_is_refused() -> None:
    for bad in (b"", b"PK\x03\x04 broken", b"<html></html>"):
        with pytest.raises(PaperError, match="not a Word document"):
            filling.check(bad, template.SLOTS)


def test_a_word_file_that_was_damaged_on_its_way_is_refused() -> None:
    shipped = template.shipped()
    with zipfile.ZipFile(io.BytesIO(shipped)) as package:
        part = package.getinfo("word/document.xml")
    at = part.header_offset + 30 + len(part.filename)
    with pytest.raises(PaperError, match="not a Word document"):
        filling.check(shipped[:at] + b"\xff" + shipped[at + 1 :], template.SLOTS)


def test_macros_and_bombs_are_refused() -> None:
    def packed(name: str, body: bytes) -> bytes:
        out = io.BytesIO(template.shipped())
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
            package.writestr(name, body)
        return out.getvalue()

    with pytest.raises(PaperError, match="vbaProject"):
        filling.check(packed("word/vbaProject.bin", b"x"), template.SLOTS)
    with pytest.raises(PaperError, match="larger"):
        filling.check(packed("word/media/x.bin", b"0" * 60_000_000), template.SLOTS)


@pytest.mark.parametrize("odd", ["\uffff", "\ufffe", "\x0b", "\x00", "\ud800"])
def test_what_no_xml_holds_spoils_no_report(odd: str) -> None:
    """A paper's page may hold any of them: "&#xFFFF;" is a letter to a parser of pages."""
    assert any("Lũ lớn" in text for text in texts(paper(articles=1, title=f"Lũ{odd} lớn")))


def test_braces_in_a_headline_are_text() -> None:
    assert any("{{nội dung}} là gì" in text for text in texts(paper(articles=1, title="{{nội dung}} là gì")))


def test_recipients_of_the_paper_pass_the_one_check() -> None:
    from core.papers import check_papers

    with pytest.raises(ConfigError, match="papers"):
        check_papers(replace(PAPERS, copies=(PaperRecipient(role=Role.LEADERSHIP, name="Công an xã"),)), "desk x")


# The checker ----------------------------------------------------------------------------------------------------------


def _wrong(edit: object) -> set[str]:
    document = opened(paper())
    edit(document)  # type: ignore[operator]
    return {finding.rule for finding in check.check(filling.saved(document)) if not finding.good}


def test_the_checker_finds_what_differs() -> None:
    def narrow(document: Document) -> None:
        document.sections[0].left_margin = Mm(20)

    def letter(document: Document) -> None:
        document.sections[0].page_width = Mm(216)

    def small(document: Document) -> None:
        document.styles["DB Thân bài"].font.size = Pt(12)

    def tight(document: Document) -> None:
        document.styles["DB Thân bài"].paragraph_format.space_before = Pt(3)

    def wide(document: Document) -> None:
        document.styles["DB Thân bài"].paragraph_format.line_spacing = 1.6

    def own_height(document: Document) -> None:
        document.styles["DB Thân bài"].paragraph_format.line_spacing = Pt(18)

    def arial(document: Document) -> None:
        fonts = document.styles["DB Tên loại"].element.rPr.rFonts
        fonts.set(qn("w:ascii"), "Arial")

    def numbered(document: Document) -> None:
        document.sections[0].different_first_page_header_footer = False

    assert _wrong(narrow) == {"margin_left"}
    assert _wrong(letter) == {"page"}
    assert _wrong(small) == {"body_size"}
    assert _wrong(tight) == _wrong(wide) == {"body_spacing"}
    assert _wrong(own_height) == set()
    assert _wrong(arial) == {"font"}
    assert _wrong(numbered) == {"page_number"}


def _first(document: Document, text: str) -> Paragraph:
    every = (Paragraph(p, document._body) for p in document.element.body.iter(qn("w:p")))
    return next(p for p in every if p.text.startswith(text))


def test_the_checker_looks_at_every_run_and_at_short_paragraphs() -> None:
    def small(document: Document) -> None:
        _first(document, "Trong kỳ báo cáo").add_run(" và thêm").font.size = Pt(9)

    def other_font(document: Document) -> None:
        _first(document, "Trong kỳ báo cáo").add_run(" và thêm").font.name = "Arial"

    def short(document: Document) -> None:
        _first(document, "Không có nguồn tin").insert_paragraph_before("Tốt.").add_run("!").font.size = Pt(11)

    assert _wrong(small) == _wrong(short) == {"body_size"}
    assert _wrong(other_font) == {"font"}


@pytest.mark.parametrize(
    ("begins", "text", "rule"),
    [
        ("Độc lập", "ĐỘC LẬP - TỰ DO - HẠNH PHÚC", "box_motto"),
        ("Điểm báo tuần", "ĐIỂM BÁO TUẦN", "box_subject"),
        ("Bình Sơn, ngày", "Bình Sơn, ngày 3 tháng 11 năm 2025", "box_date"),
        ("Bình Sơn, ngày", "Bình Sơn, ngày 03 tháng 2 năm 2026", "box_date"),
        ("Số:", "Số: 7/BC-UBND", "box_number"),
        ("Số:", "Số: 07/BC-UBND", ""),
        ("Bình Sơn, ngày", "Bình Sơn, ngày 03 tháng 11 năm 2025", ""),
    ],
)
def test_the_checker_reads_letters_and_numbers_as_the_decree_writes_them(begins: str, text: str, rule: str) -> None:
    def edit(document: Document) -> None:
        _first(document, begins).runs[0].text = text

    assert _wrong(edit) == ({rule} if rule else set())


def test_the_checker_finds_boxes_out_of_order_or_missing() -> None:
    def swapped(document: Document) -> None:
        body = document.element.body
        body.insert(len(body) - 1, document.tables[0]._tbl)

    assert "order" in _wrong(swapped)
    assert {"box_country", "box_copies", "order"} <= {
        finding.rule for finding in check.check(filling.saved(docx.Document())) if not finding.good
    }


# PDF ------------------------------------------------------------------------------------------------------------------


def test_without_libreoffice_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PaperError, match="libreoffice-writer-nogui"):
        pdf.convert(paper())


def test_the_pdf_is_made_by_libreoffice_and_says_which_font_stands_in() -> None:
    require("libreoffice")
    made = pdf.convert(paper(articles=8))
    assert made.content.startswith(b"%PDF-")
    assert made.note in {"", pdf.OTHER_FONT, pdf.NO_FONT}
    assert b"/Subtype/Image" not in made.content  # its charts are drawn, not painted
    if made.note == pdf.OTHER_FONT:
        assert b"Tinos" in made.content
        assert b"LiberationSerif" not in made.content


def test_words_of_a_person_are_text_and_nothing_else() -> None:
    made = content(reading([article(0)]))
    words = ReportWords(assessment="<w:p>không phải thẻ</w:p> & {{nội dung}}\x00")
    found = word.write(report(made, words), PAPERS, "UBND", AT)
    assert any("<w:p>không phải thẻ</w:p> & {{nội dung}}" in text for text in texts(found))
