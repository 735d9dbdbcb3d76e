"""Holds a Word paper to the form of Decree 30/2020/NĐ-CP, Appendix I: page, margins, fonts, sizes, order of boxes.

Looks are resolved as Word does it: a run's own, then its character style's, then its paragraph style's and the styles
that this is based on, then the document's defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Length
from docx.text.paragraph import Paragraph
from lxml import etree

from core.records import PaperFinding
from core.text import clean, fold
from reports import filling

_MM: Final = 36_000
FONT: Final = "Times New Roman"
_PAGE: Final = (210, 297)
_MARGINS: Final = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
"""Millimetres."""
_SIZES: Final = {
    "country": (12, 13), "motto": (13, 14), "office": (12, 13), "number": (13, 13), "date": (13, 14), "kind": (13, 14),
    "subject": (13, 14), "body": (13, 14), "signatory": (13, 14), "copies": (12, 12), "copy": (11, 11),
    "page": (13, 14),
}  # fmt: skip
"""Points, by box."""
_ORDER: Final = ("office", "country", "motto", "number", "date", "kind", "subject", "body", "copies")
"""Boxes 2, 1, 3, 4, 5a, 6, 9b, as they stand in the file: the two columns of the head from left to right."""
_BOLD: Final = frozenset({"country", "motto", "office", "kind", "subject", "signatory", "copies"})
_ITALIC: Final = frozenset({"date", "copies"})
_CAPITALS: Final = frozenset({"country", "office", "kind"})
_SLACK_MM: Final = 0.6
_BODY_LEAST: Final = 40
"""Characters of a paragraph that counts as body; shorter ones are headings and list items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A paragraph with its look."""

    text: str
    size: float
    font: str
    bold: bool
    italic: bool
    justified: bool
    indent_mm: float
    in_table: bool
    at: int


def check(content: bytes, where: str = "paper") -> tuple[PaperFinding, ...]:
    """What the paper keeps and what it doesn't, in the order of the form. Raises ConfigError for what is no .docx."""
    document = filling.opened(content, where)
    pieces = list(_pieces(document))
    boxes = _boxes(pieces)
    return (
        *_page(document), _page_number(document), *_looks(boxes), *_body(pieces, boxes), _fonts(pieces), _order(boxes),
    )  # fmt: skip


def good(findings: tuple[PaperFinding, ...]) -> bool:
    """Whether nothing was found wrong."""
    return all(finding.good for finding in findings)


# Page -----------------------------------------------------------------------------------------------------------------


def _page(document: Document) -> Iterator[PaperFinding]:
    for section in document.sections:
        size = (_mm(section.page_width), _mm(section.page_height))
        fits = all(abs(a - b) <= 1 for a, b in zip(size, _PAGE, strict=True))
        yield PaperFinding(rule="page", good=fits, found=f"{size[0]:.0f} x {size[1]:.0f} mm")
        for side, (least, most) in _MARGINS.items():
            found = _mm(getattr(section, f"{side}_margin"))
            fits = least - _SLACK_MM <= found <= most + _SLACK_MM
            yield PaperFinding(rule=f"margin_{side}", good=fits, found=f"{found:.0f} mm")


def _mm(length: Length | None) -> float:
    return (length or 0) / _MM


def _page_number(document: Document) -> PaperFinding:
    """In the header, centred, and not on the first page."""
    section = document.sections[0]
    shown = [p for p in section.header.paragraphs if "PAGE" in _instructions(p)]
    first = section.different_first_page_header_footer and not any(
        "PAGE" in _instructions(p) for p in section.first_page_header.paragraphs
    )
    if not shown:
        return PaperFinding(rule="page_number", good=False, found="-")
    size = _size(shown[0], document)
    least, most = _SIZES["page"]
    centred = _alignment(shown[0], document) == "center"
    return PaperFinding(
        rule="page_number", good=bool(first and centred and least <= size <= most), found=f"{size:g} pt"
    )


def _instructions(paragraph: Paragraph) -> str:
    element = paragraph._p
    simple = [node.get(qn("w:instr"), "") for node in element.iter(qn("w:fldSimple"))]
    return " ".join([*simple, *(node.text or "" for node in element.iter(qn("w:instrText")))])


# Boxes ----------------------------------------------------------------------------------------------------------------


def _boxes(pieces: list[_Piece]) -> dict[str, _Piece]:
    """The paragraphs that are boxes of the form, found by what stands in them."""
    found: dict[str, _Piece] = {}
    for n, piece in enumerate(pieces):
        name = _box(piece.text)
        if name and name not in found:
            found[name] = piece
            if name == "kind":
                after = next((p for p in pieces[n + 1 :] if p.text and not p.in_table), None)
                if after:
                    found["subject"] = after
    if "country" in found:
        above = [p for p in pieces if p.in_table and p.at < found["country"].at and p.text.isupper()]
        if above:
            found["office"] = above[-1]
    start = found["subject"].at if "subject" in found else -1
    body = next((p for p in pieces if p.at > start and not p.in_table and len(p.text) >= _BODY_LEAST), None)
    if body and "subject" in found:
        found["body"] = body
    if "copies" in found:
        found |= _signature([p for p in pieces if p.at > found["copies"].at and p.in_table and p.text])
    return found


def _box(text: str) -> str:
    folded = fold(text)
    if folded.startswith("cộng hòa xã hội chủ nghĩa việt nam"):
        return "country"
    if folded.startswith("độc lập - tự do"):
        return "motto"
    if re.match(r"số:", folded):
        return "number"
    if re.search(r", ngày\s.*tháng\s.*năm \d{4}$", folded):
        return "date"
    if text.strip() in {"BÁO CÁO", "THÔNG CÁO BÁO CHÍ", "TỜ TRÌNH", "THÔNG BÁO", "KẾ HOẠCH"}:
        return "kind"
    return "copies" if folded.startswith("nơi nhận:") else ""


def _signature(after: list[_Piece]) -> dict[str, _Piece]:
    copy = next((p for p in after if p.text.startswith("-")), None)
    signatory = next((p for p in after if p.text.isupper() and not p.text.startswith("-")), None)
    return ({"copy": copy} if copy else {}) | ({"signatory": signatory} if signatory else {})


def _looks(boxes: dict[str, _Piece]) -> Iterator[PaperFinding]:
    for name, (least, most) in _SIZES.items():
        if name in {"page", "body"}:
            continue
        piece = boxes.get(name)
        if piece is None:
            yield PaperFinding(rule=f"box_{name}", good=False, found="-")
            continue
        fits = least <= piece.size <= most
        fits = fits and (name not in _BOLD or piece.bold) and (name not in _ITALIC or piece.italic)
        fits = fits and (name not in _CAPITALS or piece.text.isupper())
        look = "".join([" B" if piece.bold else "", " I" if piece.italic else ""])
        yield PaperFinding(rule=f"box_{name}", good=fits, found=f"{piece.size:g} pt{look}")


def _order(boxes: dict[str, _Piece]) -> PaperFinding:
    places = [boxes[name].at for name in _ORDER if name in boxes]
    fits = len(places) == len(_ORDER) and places == sorted(places)
    there = sorted((name for name in _ORDER if name in boxes), key=lambda name: boxes[name].at)
    return PaperFinding(rule="order", good=fits, found=" > ".join(there))


def _body(pieces: list[_Piece], boxes: dict[str, _Piece]) -> Iterator[PaperFinding]:
    """Paragraphs between title and recipients, tables left out."""
    start = boxes["subject"].at if "subject" in boxes else -1
    end = boxes["copies"].at if "copies" in boxes else len(pieces) + 1
    body = [p for p in pieces if start < p.at < end and not p.in_table and len(p.text) >= _BODY_LEAST]
    if not body:
        yield PaperFinding(rule="body_size", good=False, found="-")
        return
    sizes = sorted({p.size for p in body})
    least, most = _SIZES["body"]
    yield PaperFinding(
        rule="body_size", good=all(least <= size <= most for size in sizes),
        found=", ".join(f"{size:g} pt" for size in sizes),
    )  # fmt: skip
    justified = sum(p.justified for p in body)
    yield PaperFinding(rule="body_justified", good=justified == len(body), found=f"{justified}/{len(body)}")
    indents = sorted({round(p.indent_mm, 1) for p in body})
    fits = all(9.5 <= indent <= 13.2 for indent in indents)
    yield PaperFinding(rule="body_indent", good=fits, found=", ".join(f"{indent:g} mm" for indent in indents))


def _fonts(pieces: list[_Piece]) -> PaperFinding:
    fonts = sorted({p.font for p in pieces if p.text})
    return PaperFinding(rule="font", good=fonts == [FONT], found=", ".join(fonts) or "-")


# Looks ----------------------------------------------------------------------------------------------------------------


def _pieces(document: Document) -> Iterator[_Piece]:
    for at, element in enumerate(document.element.body.iter(qn("w:p"))):
        paragraph = Paragraph(element, document._body)
        text = clean(paragraph.text)
        in_table = any(parent.tag == qn("w:tc") for parent in element.iterancestors())
        yield _Piece(
            text=text, size=_size(paragraph, document), font=_font(paragraph, document),
            bold=_switched(paragraph, document, "w:b"), italic=_switched(paragraph, document, "w:i"),
            justified=_alignment(paragraph, document) == "both",
            indent_mm=_indent(paragraph, document), in_table=in_table, at=at,
        )  # fmt: skip


def _size(paragraph: Paragraph, document: Document) -> float:
    value = _run_value(paragraph, document, "w:sz", "w:val")
    return int(value) / 2 if value else 10.0


def _font(paragraph: Paragraph, document: Document) -> str:
    return _run_value(paragraph, document, "w:rFonts", "w:ascii") or "-"


def _switched(paragraph: Paragraph, document: Document, tag: str) -> bool:
    value = _run_value(paragraph, document, tag, "w:val", bare="1")
    return value not in (None, "", "0", "false", "off")


def _run_value(paragraph: Paragraph, document: Document, tag: str, name: str, bare: str = "") -> str | None:
    """The look of the paragraph's first run with text."""
    every = list(paragraph._p.iter(qn("w:r")))
    runs = [run for run in every if "".join(t.text or "" for t in run.iter(qn("w:t"))).strip()] or every
    own = [run.find(qn("w:rPr")) for run in runs[:1]]
    chain = [*own, *(style.find(qn("w:rPr")) for style in _styles(paragraph, document)), _default(document, "w:rPr")]
    return _first(chain, tag, name, bare)


def _alignment(paragraph: Paragraph, document: Document) -> str:
    return _first(_forms(paragraph, document), "w:jc", "w:val") or "left"


def _indent(paragraph: Paragraph, document: Document) -> float:
    value = _first(_forms(paragraph, document), "w:ind", "w:firstLine")
    return int(value) / 1440 * 25.4 if value else 0.0


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
