"""Makes the template that comes with the program: `python -m reports.template` writes reports/templates/bao_cao.docx.

Sizes, margins and the order of boxes are those of Decree 30/2020/NĐ-CP, Appendix I. An office edits the file in Word.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Final

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from reports import filling

FONT: Final = "Times New Roman"
SLOTS: Final = filling.Slots(
    lines=frozenset(
        {"cơ quan cấp trên", "cơ quan", "số ký hiệu", "địa danh ngày tháng", "trích yếu", "kính gửi", "quyền hạn",
         "chức vụ", "người ký", "kèm theo"}
    ),
    blocks=frozenset(
        {"nội dung", "chung", "nổi bật", "lĩnh vực", "xử lý", "nguồn", "đánh giá", "kiến nghị", "nơi nhận", "phụ lục"}
    ),
    needed=frozenset(
        {"cơ quan", "số ký hiệu", "địa danh ngày tháng", "trích yếu", "nội dung", "nơi nhận", "chức vụ", "người ký",
         "phụ lục"}
    ),
    empty_goes=frozenset({"cơ quan cấp trên", "kính gửi", "quyền hạn"}),
)  # fmt: skip
"""The placeholders of a report's template."""
RULES: Final = {"DBKeTieuNgu": 1.0, "DBKeCoQuan": 0.42, "DBKeTrichYeu": 0.42}
"""Styles of the rules below a line, and the share of that line's width that they take."""
_AFTER_SHADE: Final = (
    "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr",
)  # fmt: skip
"""What follows a shade in paragraph properties (ECMA-376, part 1, 17.3.1.26)."""
_GUIDE: Final = (
    "HƯỚNG DẪN SỬA MẪU (các dòng nền xám này không xuất hiện trong báo cáo, có thể xóa)",
    "Sửa chữ, cỡ chữ, lề, thêm bớt dòng cố định như trong mọi văn bản Word. Chỗ nào chương trình điền thì giữ nguyên"
    " tên trong hai dấu ngoặc nhọn. Tên bắt buộc phải có: cơ quan, số ký hiệu, địa danh ngày tháng, trích yếu,"
    " nội dung, nơi nhận, chức vụ, người ký, phụ lục. Có thể thêm hoặc bỏ: cơ quan cấp trên, kính gửi, quyền hạn, kèm"
    " theo.",
    "Toàn bộ nội dung nằm ở chỗ “nội dung”. Muốn đặt riêng một phần ở chỗ khác thì viết tên phần đó, mỗi tên một"
    " dòng riêng, trong hai dấu ngoặc nhọn: chung, nổi bật, lĩnh vực, xử lý, nguồn, đánh giá, kiến nghị; phần đã đặt"
    " riêng không lặp lại trong “nội dung”.",
    "Kiểu chữ của thân bài, đề mục, bảng, nơi nhận là các kiểu có tên bắt đầu bằng “DB”; sửa kiểu là sửa toàn báo cáo."
    " Sau khi sửa, kiểm tra mẫu bằng lệnh “diembao report template --check” hoặc khi tải mẫu lên trang Báo cáo.",
)


def shipped() -> bytes:
    """The template that comes with the program."""
    return (resources.files("reports") / "templates" / "bao_cao.docx").read_bytes()


def build() -> Document:
    """The template, made anew."""
    document = docx.Document()
    _page(document)
    _styles(document)
    for text in _GUIDE:
        document.add_paragraph(text, style="DB Hướng dẫn")
    _head(document)
    _line(document, "BÁO CÁO", "DB Tên loại")
    _line(document, "{{trích yếu}}", "DB Trích yếu")
    _line(document, "", "DB Kẻ trích yếu")
    _line(document, "{{kính gửi}}", "DB Kính gửi")
    _line(document, "{{nội dung}}", "DB Thân bài")
    _foot(document)
    _new_count(document)
    _line(document, "Phụ lục", "DB Phụ lục")
    _line(document, "DANH MỤC TIN, BÀI", "DB Trích yếu")
    _line(document, "{{kèm theo}}", "DB Kèm theo")
    _line(document, "{{phụ lục}}", "DB Thân bài")
    return document


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance, section.footer_distance = Mm(9), Mm(9)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = number.add_run()
    run.font.size, run.font.name = Pt(13), FONT
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        piece: Any = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            piece.set(qn("w:fldCharType"), kind)
        else:
            piece.text = text
        run._r.append(piece)


def _new_count(document: Document) -> None:
    """The annex begins a page and counts its own from 1. The break's own line takes no room after the signature."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    count: Any = OxmlElement("w:pgNumType")
    count.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(count, "w:cols", "w:titlePg", "w:docGrid")
    form = document.paragraphs[-1].paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(1)


def _styles(document: Document) -> None:
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _font(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    centre, left, both = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY
    _style(document, "DB Quốc hiệu", 12, align=centre, bold=True)
    _style(document, "DB Tiêu ngữ", 13, align=centre, bold=True)
    _style(document, "DB Cơ quan cấp trên", 12, align=centre)
    _style(document, "DB Cơ quan", 12, align=centre, bold=True)
    _style(document, "DB Số ký hiệu", 13, align=centre, before=6)
    _style(document, "DB Ngày tháng", 13, align=centre, italic=True, before=6)
    _style(document, "DB Tên loại", 14, align=centre, bold=True, before=18)
    _style(document, "DB Trích yếu", 14, align=centre, bold=True)
    _style(document, "DB Phụ lục", 14, align=centre, bold=True)
    _style(document, "DB Kính gửi", 14, align=centre, before=6, after=6)
    _style(document, "DB Kèm theo", 13, align=centre, italic=True, after=8)
    body = _style(document, "DB Thân bài", 14, align=both, before=6, spacing=1.1)
    body.paragraph_format.first_line_indent = Mm(12.7)
    for name, size, kept in (("DB Mục", 14, 8), ("DB Mục nhỏ", 14, 6)):
        heading = _style(document, name, size, align=both, bold=True, before=kept, spacing=1.1)
        heading.paragraph_format.first_line_indent = Mm(12.7)
        heading.paragraph_format.keep_with_next = True
    _style(document, "DB Biểu đồ", 13, align=centre, before=8, after=4)
    _style(document, "DB Bảng", 12, align=left)
    head = _style(document, "DB Đầu bảng", 12, align=centre, bold=True)
    head.paragraph_format.keep_with_next = True
    _style(document, "DB Địa chỉ", 9, align=left)
    _style(document, "DB Nơi nhận đầu", 12, align=left, bold=True, italic=True)
    _style(document, "DB Nơi nhận", 11, align=left)
    _style(document, "DB Chức vụ", 14, align=centre, bold=True)
    _style(document, "DB Người ký", 14, align=centre, bold=True)
    guide = _style(document, "DB Hướng dẫn", 11, align=left, after=2)
    _put(guide, f'<w:shd {nsdecls("w")} w:val="clear" w:fill="D9D9D9"/>', _AFTER_SHADE)
    for name in ("DB Kẻ tiêu ngữ", "DB Kẻ cơ quan", "DB Kẻ trích yếu"):
        _rule(_style(document, name, 2, align=centre, before=4))


def _style(
    document: Document, name: str, size: int, *, align: WD_ALIGN_PARAGRAPH, bold: bool = False, italic: bool = False,
    before: int = 0, after: int = 0, spacing: float = 1.0,
) -> ParagraphStyle:  # fmt: skip
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.element.set(qn("w:styleId"), _id(name))
    _font(style, size)
    style.font.bold, style.font.italic = bold, italic
    form = style.paragraph_format
    form.alignment, form.space_before, form.space_after, form.line_spacing = align, Pt(before), Pt(after), spacing
    style.quick_style = True
    return style


def _id(name: str) -> str:
    """ "DB Thân bài" -> "DBThanBai": ids are ASCII."""
    from core.text import plain  # noqa: PLC0415 - only when the template is made

    return "".join(word[:1].upper() + word[1:] for word in plain(name).split())


def _font(style: ParagraphStyle, size: int) -> None:
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)


def _rule(style: ParagraphStyle) -> None:
    border = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    _put(style, border, ("w:shd", *_AFTER_SHADE))


def _put(style: ParagraphStyle, xml: str, before: tuple[str, ...]) -> None:
    """Into the style's paragraph properties, in the order that the schema asks for: Word repairs another."""
    style.element.get_or_add_pPr().insert_element_before(parse_xml(xml), *before)


def _head(document: Document) -> None:
    table = _bare_table(document, 2, (64, 96))
    left, right = table.rows[0].cells
    _fill(left, ("{{cơ quan cấp trên}}", "DB Cơ quan cấp trên"), ("{{cơ quan}}", "DB Cơ quan"), ("", "DB Kẻ cơ quan"))
    _fill(
        right, ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "DB Quốc hiệu"),
        ("Độc lập - Tự do - Hạnh phúc", "DB Tiêu ngữ"), ("", "DB Kẻ tiêu ngữ"),
    )  # fmt: skip
    left, right = table.rows[1].cells
    _fill(left, ("{{số ký hiệu}}", "DB Số ký hiệu"))
    _fill(right, ("{{địa danh ngày tháng}}", "DB Ngày tháng"))


def _foot(document: Document) -> None:
    _line(document, "", "DB Nơi nhận").paragraph_format.keep_with_next = True
    table = _bare_table(document, 1, (70, 90))
    left, right = table.rows[0].cells
    _fill(left, ("Nơi nhận:", "DB Nơi nhận đầu"), ("{{nơi nhận}}", "DB Nơi nhận"))
    space = [("", "DB Người ký")] * 4
    _fill(
        right, ("{{quyền hạn}}", "DB Chức vụ"), ("{{chức vụ}}", "DB Chức vụ"), *space, ("{{người ký}}", "DB Người ký")
    )
    for paragraph in [*left.paragraphs, *right.paragraphs][:-1]:
        paragraph.paragraph_format.keep_with_next = True


def _bare_table(document: Document, rows: int, widths: tuple[int, int]) -> Table:
    table: Table = document.add_table(rows, 2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    margins = '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
    cells = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    table._tbl.tblPr.insert_element_before(cells, "w:tblLook", "w:tblCaption", "w:tblDescription")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return table


def _fill(cell: _Cell, *lines: tuple[str, str]) -> None:
    for number, (text, style) in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.style = style
        paragraph.add_run(text)


def _line(document: Document, text: str, style: str) -> Paragraph:
    return document.add_paragraph(text, style=style)


def main() -> None:
    """Write the shipped template."""
    file = Path(__file__).parent / "templates" / "bao_cao.docx"
    file.write_bytes(filling.saved(build()))
    filling.check(file.read_bytes(), SLOTS, str(file))


if __name__ == "__main__":
    main()
