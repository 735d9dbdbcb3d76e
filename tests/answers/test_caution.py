"""Files of papers that an office uploads: marks of secrecy and columns of persons, where such files have them."""

from __future__ import annotations

import io
import zipfile

import pytest

from answers.caution import document_refusal
from tests.parts import require

BREAK, TAB = "</w:t><w:br/><w:t>", '</w:t></w:r><w:r><w:tab/><w:t xml:space="preserve">'


def packed(part: str, content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, content)
    return out.getvalue()


def word(*paragraphs: str, part: str = "document") -> bytes:
    runs = (f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    return packed(f"word/{part}.xml", f"<w:body>{''.join(runs)}</w:body>")


def table(*cells: str) -> bytes:
    """Each cell one run, or several with "|" between them."""
    runs = ("".join(f"<r><t>{run}</t></r>" for run in cell.split("|")) for cell in cells)
    return packed("xl/sharedStrings.xml", "".join(f"<si>{cell}</si>" for cell in runs))


def sheet(*cells: str) -> bytes:
    """Cells whose texts stand in the sheet itself."""
    row = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return packed("xl/worksheets/sheet1.xml", f"<sheetData><row>{row}<c><v>3500</v></c></row></sheetData>")


def pdf(words: str) -> bytes:
    """A page that says so."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET"
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R"
        "/Resources<</Font<</F1 4 0 R>>>>>>endobj\n"
        "4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        f"5 0 obj<</Length {len(drawn)}>>stream\n{drawn}\nendstream\nendobj\ntrailer<</Root 1 0 R>>\n"
    ).encode()


@pytest.mark.parametrize(
    "content",
    [
        word("UBND XÃ VẠN TƯỜNG", "MẬT", "Số: 12/BC-UBND"),
        word(f"UBND XÃ VẠN TƯỜNG{BREAK}MẬT{BREAK}Số: 12/BC-UBND"),
        word(f"UBND XÃ VẠN TƯỜNG{TAB}MẬT"),
        word("TỐI</w:t></w:r><w:r><w:t> MẬT"),
        word("MẬT", part="header2"),
        table("STT", "MẬT"),
        sheet("STT", "MẬT"),
    ],
)
def test_a_mark_of_secrecy_is_seen_wherever_the_paper_has_it(content: bytes) -> None:
    assert document_refusal("a", content) == "factbook.secret"


@pytest.mark.parametrize(
    "content",
    [
        word("STT", "Họ và tên", "Thôn"),
        word(f"STT{TAB}Họ và tên{TAB}Thôn"),
        word("STT", f"Họ và{BREAK}tên"),
        table("STT", "Ngày sinh"),
        table("STT", "Họ |và tên"),
        sheet("STT", "Họ và tên"),
        "STT;Số CCCD\n1;0".encode(),
    ],
)
def test_columns_of_persons_are_seen_however_they_stand_beside_each_other(content: bytes) -> None:
    assert document_refusal("a", content) == "factbook.persons"


@pytest.mark.parametrize(
    "content",
    [
        word("BẢO", "MẬT", "thông tin"), word(f"Mật{BREAK}độ dân số"), table("STT", "Họ hàng", "Tên thôn"),
        sheet("STT", "Thôn"),
        "Họ và tên người ký: như trên".encode(), b"\x89PNG\xff",
    ],
)  # fmt: skip
def test_a_paper_that_only_has_such_words_is_taken(content: bytes) -> None:
    assert document_refusal("a", content) is None


def test_a_pdf_is_read_too() -> None:
    require("pdftotext")
    assert document_refusal("a.pdf", pdf("TUYET MAT")) == "factbook.secret"
    assert document_refusal("a.pdf", pdf("Ho va ten    Nam sinh")) == "factbook.persons"
    assert document_refusal("a.pdf", pdf("Bao cao tuan")) is None
