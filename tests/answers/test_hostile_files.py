"""Files that an office is given and uploads: damaged ones are told of, and none takes the program's memory or time."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from answers import caution, sheets
from answers.sheets import BadTable
from reports import template

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/>'


def packed(**parts: bytes) -> bytes:
    """A ZIP; names with __ for / and . left out before xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def damaged(content: bytes, part: str) -> bytes:
    """The file with a byte changed in the compressed content of one part: its directory is whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.getinfo(part)
    at = info.header_offset + 30 + len(info.filename)
    return content[:at] + b"\xff" + content[at + 1 :]


def test_a_damaged_document_is_looked_at_as_far_as_it_can_be_read() -> None:
    assert caution.document_refusal("van-ban.docx", damaged(template.shipped(), "word/document.xml")) is None
    assert caution.document_refusal("TUYỆT MẬT.docx", damaged(template.shipped(), "word/document.xml"))


def test_a_damaged_table_is_told_of() -> None:
    with pytest.raises(BadTable, match="damaged"):
        sheets.read("bang.xlsx", damaged(sheets.write([["a", "b"]]), "xl/workbook.xml"))


def test_a_small_file_that_unpacks_to_very_much_is_refused_unread() -> None:
    large = b"<w:p/>" * 4_000_000
    bomb = packed(**{f"word__header{number}": large for number in range(1, 4)})
    assert len(bomb) < 200_000
    assert caution.document_refusal("van-ban.docx", bomb) == "factbook.file_large"


@pytest.mark.parametrize("part", ["xl__styles", "xl__workbook", "[Content_Types]"])
def test_a_table_whose_styles_are_larger_than_any_table_is_refused_unread(part: str) -> None:
    bomb = packed(**{part: b"<font/>" * 1_000_000})
    assert len(bomb) < 50_000
    with pytest.raises(BadTable, match="file_large"):
        sheets.read("a.xlsx", bomb)


@pytest.mark.parametrize("part", ["xl__worksheets__sheet1", "xl__worksheets__Bang", "xl__sharedStrings"])
def test_a_table_of_millions_of_cells_is_refused_unread(part: str) -> None:
    bomb = packed(**{part: b"<row>" + b"<c/>" * 3_000_000 + b"</row>"})
    assert len(bomb) < 50_000
    with pytest.raises(BadTable, match="file_large"):
        sheets.read("a.xlsx", bomb)


def test_tags_without_an_end_take_no_more_time_than_their_length() -> None:
    began = time.process_time()
    assert caution.document_refusal("a.docx", packed(word__document=b"<w:t " * 100_000)) is None
    assert caution.document_refusal("a.xlsx", packed(xl__sharedStrings=b"<t " * 150_000)) is None
    with pytest.raises(BadTable, match="damaged"):
        sheets.read("a.xlsx", packed(xl__worksheets__sheet1=b"<mergeCell " * 50_000))
    assert time.process_time() - began < 2, "each looked through to the end takes minutes"


def test_merged_cells_that_lie_over_each_other_are_no_table() -> None:
    merged = '<mergeCell ref="A1:BH5000"/>' * 50
    with pytest.raises(BadTable, match="damaged"):
        sheets._merged(packed(xl__worksheets__sheet1=f"{HEAD}<mergeCells>{merged}</mergeCells></worksheet>".encode()))
    few = '<mergeCell ref="A1:B2"/><mergeCell ref="D4:D4"/>'
    found = sheets._merged(packed(xl__worksheets__sheet1=f"{HEAD}<mergeCells>{few}</mergeCells></worksheet>".encode()))
    assert found == {(1, 1), (1, 2), (2, 1), (2, 2), (4, 4)}
