"""How the paragraphs of a Word file look: size, font, justification, distances.

Resolved as Word does it: a run's own, then its character style's, then its paragraph style's and the styles that this
is based on, then the document's defaults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree

from core.text import clean

_SIZE: Final = ("w:sz", "w:val")
_FONT: Final = ("w:rFonts", "w:ascii")
_SINGLE: Final = 1.15
"""Height of a single line of Times New Roman, in sizes of its letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A paragraph with its look."""

    text: str
    size: float  # points, of its first run with text
    sizes: frozenset[float]  # of all its runs with text
    fonts: frozenset[str]
    bold: bool
    italic: bool
    justified: bool
    indent_mm: float  # of the first line
    apart: float  # points before and after it together
    lines: float  # distance of its lines, 1 for single
    in_table: bool
    at: int  # its place among all paragraphs


def pieces(document: Document) -> Iterator[Piece]:
    """Every paragraph of the body and its tables, in the order of the file."""
    for at, element in enumerate(document.element.body.iter(qn("w:p"))):
        paragraph = Paragraph(element, document._body)
        text = clean(paragraph.text)
        in_table = any(parent.tag == qn("w:tc") for parent in element.iterancestors())
        yield Piece(
            text=text, size=size(paragraph, document), sizes=frozenset(map(_points, _all(paragraph, document, *_SIZE))),
            fonts=frozenset(found or "-" for found in _all(paragraph, document, *_FONT)),
            bold=_switched(paragraph, document, "w:b"), italic=_switched(paragraph, document, "w:i"),
            justified=alignment(paragraph, document) == "both",
            indent_mm=_indent(paragraph, document), apart=_apart(paragraph, document),
            lines=_lines(paragraph, document), in_table=in_table, at=at,
        )  # fmt: skip


def size(paragraph: Paragraph, document: Document) -> float:
    """Points."""
    return _points(_run_value(paragraph, document, *_SIZE))


def _points(half: str | None) -> float:
    return int(half) / 2 if half else 10.0


def _switched(paragraph: Paragraph, document: Document, tag: str) -> bool:
    value = _run_value(paragraph, document, tag, "w:val", bare="1")
    return value not in (None, "", "0", "false", "off")


def _run_value(paragraph: Paragraph, document: Document, tag: str, name: str, bare: str = "") -> str | None:
    """The look of the paragraph's first run with text."""
    return _all(paragraph, document, tag, name, bare)[0]


def _all(paragraph: Paragraph, document: Document, tag: str, name: str, bare: str = "") -> list[str | None]:
    """The look of each run with text; where there is none, that of the first run or of the paragraph itself."""
    every = list(paragraph._p.iter(qn("w:r")))
    runs = [run for run in every if "".join(t.text or "" for t in run.iter(qn("w:t"))).strip()] or every[:1]
    below = [style.find(qn("w:rPr")) for style in _styles(paragraph, document)]
    below.append(_default(document, "w:rPr"))
    own = [run.find(qn("w:rPr")) for run in runs] or [None]
    return [_first([one, *below], tag, name, bare) for one in own]


def alignment(paragraph: Paragraph, document: Document) -> str:
    """left, center, right, both."""
    return _first(_forms(paragraph, document), "w:jc", "w:val") or "left"


def _indent(paragraph: Paragraph, document: Document) -> float:
    value = _first(_forms(paragraph, document), "w:ind", "w:firstLine")
    return int(value) / 1440 * 25.4 if value else 0.0


def _apart(paragraph: Paragraph, document: Document) -> float:
    forms = _forms(paragraph, document)
    return sum(int(_first(forms, "w:spacing", side) or 0) for side in ("w:before", "w:after")) / 20


def _lines(paragraph: Paragraph, document: Document) -> float:
    """Word counts lines in 240ths, or in 20ths of a point where they have a height of their own."""
    forms = _forms(paragraph, document)
    line = int(_first(forms, "w:spacing", "w:line") or 240)
    if (_first(forms, "w:spacing", "w:lineRule") or "auto") == "auto":
        return line / 240
    return line / 20 / (_SINGLE * size(paragraph, document))


def _forms(paragraph: Paragraph, document: Document) -> list[etree._Element | None]:
    own = paragraph._p.find(qn("w:pPr"))
    return [own, *(style.find(qn("w:pPr")) for style in _styles(paragraph, document)), _default(document, "w:pPr")]


def _first(chain: list[etree._Element | None], tag: str, name: str, bare: str = "") -> str | None:
    for properties in chain:
        node = properties.find(qn(tag)) if properties is not None else None
        if node is not None and (node.get(qn(name)) is not None or bare):
            return node.get(qn(name), bare)
    return None


def _styles(paragraph: Paragraph, document: Document) -> list[etree._Element]:
    """The paragraph's style and those that it is based on."""
    known, default = _known(document.styles.element)
    style = known.get(paragraph._p.style) if paragraph._p.style else default
    chain: list[etree._Element] = []
    while style is not None and style not in chain:
        chain.append(style)
        based = style.find(qn("w:basedOn"))
        style = known.get(based.get(qn("w:val"))) if based is not None else None
    return chain


@lru_cache(maxsize=1)
def _known(styles: etree._Element) -> tuple[dict[str | None, etree._Element], etree._Element | None]:
    """Styles by id, and the one of paragraphs that name none."""
    known = {style.get(qn("w:styleId")): style for style in styles.iter(qn("w:style"))}
    plain = (s for s in known.values() if s.get(qn("w:default")) == "1" and s.get(qn("w:type")) == "paragraph")
    return known, next(plain, None)


def _default(document: Document, tag: str) -> etree._Element | None:
    outer = {"w:rPr": "w:rPrDefault", "w:pPr": "w:pPrDefault"}[tag]
    defaults = document.styles.element.find(qn("w:docDefaults"))
    node = defaults.find(qn(outer)) if defaults is not None else None
    return node.find(qn(tag)) if node is not None else None
