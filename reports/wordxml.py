"""Blocks as WordprocessingML: paragraphs, tables and drawings in the template's own styles (ECMA-376, part 1, 17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from docx.parts.document import DocumentPart
from lxml import etree

from core.text import seen
from reports import charts
from reports.blocks import Block, Cell, Chart, Grid, Heading, Para, Run

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BODY, HEADING, HEADING_2, TABLE, TABLE_HEAD, ADDRESS, DRAWING, COPIES = (
    "DBThanBai", "DBMuc", "DBMucNho", "DBBang", "DBDauBang", "DBDiaChi", "DBBieuDo", "DBNoiNhan",
)  # fmt: skip
"""Ids of the styles that a template brings; they can be changed in Word like any other."""
_DXA_MM: Final = 1440 / 25.4


@dataclass(slots=True)
class Drawn:
    """The document that is being filled: where charts are put, and how many there are."""

    part: DocumentPart
    charts: int = field(default=0)


def elements(blocks: Iterable[Block], drawn: Drawn) -> list[etree._Element]:
    """The blocks' elements in order."""
    xml = "".join(_block(block, drawn) for block in blocks)
    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
    root = etree.fromstring(f'<w:body xmlns:w="{W}">{xml}</w:body>', parser)
    found = list(root)
    for element in found:
        root.remove(element)
    return found


def _block(block: Block, drawn: Drawn) -> str:
    match block:
        case Heading():
            return paragraph(HEADING if block.level == 1 else HEADING_2, run(block.text))
        case Para():
            style = COPIES if block.look == "copies" else BODY
            return paragraph(style, "".join(_run(one) for one in block.runs), kept=block.kept)
        case Grid():
            return _grid(block)
        case Chart():
            drawn.charts += 1
            return paragraph(DRAWING, charts.add(drawn.part, block, drawn.charts))


def paragraph(style: str, runs: str, *, kept: bool = False) -> str:
    form = f'<w:pStyle w:val="{style}"/>' + ("<w:keepNext/>" if kept else "")
    return f"<w:p><w:pPr>{form}</w:pPr>{runs}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of text that a person reads: NFC, no control characters, spaces kept."""
    shown = escape(seen(text).replace("\n", " ").replace("\t", " "))
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{shown}</w:t></w:r>'


def _run(one: Run) -> str:
    return run(one.text, ("<w:b/>" if one.bold else "") + ("<w:i/>" if one.italic else ""))


def _grid(grid: Grid) -> str:
    widths = [round(width * _DXA_MM) for width in grid.widths]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
    head = "".join(
        _cell(paragraph(TABLE_HEAD, run(text)), width) for text, width in zip(grid.head, widths, strict=True)
    )
    rows = "".join(_row(grid, row, widths) for row in grid.rows)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
    )


def _row(grid: Grid, row: Iterable[Cell], widths: list[int]) -> str:
    cells = "".join(_cell(_content(grid, n, cell), widths[n]) for n, cell in enumerate(row))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _content(grid: Grid, column: int, cell: Cell) -> str:
    side = "right" if column in grid.right else "center" if column in grid.centred else ""
    justified = f'<w:jc w:val="{side}"/>' if side else ""
    first = f'<w:p><w:pPr><w:pStyle w:val="{TABLE}"/>{justified}</w:pPr>{run(cell.text)}</w:p>'
    return first + (paragraph(ADDRESS, run(cell.address)) if cell.address else "")


def _cell(content: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
