"""Holds a Word paper to the form of Decree 30/2020/NĐ-CP, Appendix I: page, margins, fonts, sizes, order of boxes.

A paper is either one with a name of its own (báo cáo, thông cáo: boxes 5a) or a letter (công văn: "V/v …" below the
number, box 5b, and "Kính gửi", box 9a). Each is held to its own boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Length
from docx.text.paragraph import Paragraph

from core.records import PaperFinding
from core.text import fold
from reports import filling
from reports.looks import Piece, alignment, pieces, size

_MM: Final = 36_000
FONT: Final = "Times New Roman"
_PAGE: Final = (210, 297)
_MARGINS: Final = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
"""Millimetres."""
_SIZES: Final = {
    "country": (12, 13), "motto": (13, 14), "office": (12, 13), "number": (13, 13), "date": (13, 14), "kind": (13, 14),
    "subject": (13, 14), "about": (12, 13), "to": (13, 14), "body": (13, 14), "signatory": (13, 14),
    "copies": (12, 12), "copy": (11, 11), "page": (13, 14), "annex": (14, 14), "annex_title": (13, 14),
}  # fmt: skip
"""Points, by box."""
_NAMED: Final = ("office", "country", "motto", "number", "date", "kind", "subject", "body", "copies")
_LETTER: Final = ("office", "country", "motto", "number", "about", "date", "to", "body", "copies")
"""Boxes 2, 1, 3, 4 or 5b, 5a or 9a, 6, 9b, as they stand in the file: the columns of the head from left to right."""
_BOLD: Final = frozenset(
    {"country", "motto", "office", "kind", "subject", "signatory", "copies", "annex", "annex_title"}
)
_ITALIC: Final = frozenset({"date", "copies"})
_CAPITALS: Final = frozenset({"country", "office", "kind", "annex_title"})
_SMALL: Final = frozenset({"motto", "subject", "about", "annex"})
_NO_ZERO: Final = re.compile(r"^Số: ?\d/|, ngày +\d +tháng|, ngày .*tháng +[12] +năm")
"""Numbers and days under 10, January and February are written with a zero before them (Appendix I, II.3 and II.4)."""
_ANNEX: Final = re.compile(r"phụ lục( [ivx]+)?")
_SAYS: Final = {
    name: re.compile(pattern)
    for name, pattern in (
        ("country", r"^cộng hòa xã hội chủ nghĩa việt nam"), ("motto", r"^độc lập - tự do"), ("number", r"^số:"),
        ("about", r"^v/v "), ("date", r", ngày\s.*tháng\s.*năm( \d{4})?$"), ("to", r"^kính gửi:"),
        ("copies", r"^nơi nhận:"),
    )
}  # fmt: skip
"""By what a box is known, in folded text. A letter's year is left to the clerk with its day."""
_SLACK_MM: Final = 0.6
_LEAST_PT: Final = 6
"""Points between paragraphs of the body."""
_LINES: Final = (1.0, 1.5)
_BODY_LEAST: Final = 40
"""Characters of a paragraph that counts as body; shorter ones are headings and list items."""


def check(content: bytes, where: str = "paper") -> tuple[PaperFinding, ...]:
    """What the paper keeps and what it doesn't, in the order of the form. Raises ConfigError for what is no .docx."""
    document = filling.opened(content, where)
    found = list(pieces(document))
    boxes = _boxes(found)
    return (
        *_page(document), _page_number(document), *_looks(boxes), *_body(found, boxes), *_annex(document, found, boxes),
        _fonts(found), _order(boxes),
    )  # fmt: skip


def good(findings: tuple[PaperFinding, ...]) -> bool:
    """Whether nothing was found wrong."""
    return all(finding.good for finding in findings)


# Page -----------------------------------------------------------------------------------------------------------------


def _page(document: Document) -> Iterator[PaperFinding]:
    """Of all sections together: an annex may have one of its own."""
    sizes = [(_mm(section.page_width), _mm(section.page_height)) for section in document.sections]
    fits = all(abs(a - b) <= 1 for size in sizes for a, b in zip(size, _PAGE, strict=True))
    shown = dict.fromkeys(f"{width:.0f} x {height:.0f} mm" for width, height in sizes)
    yield PaperFinding(rule="page", good=fits, found=", ".join(shown))
    for side, (least, most) in _MARGINS.items():
        widths = [_mm(getattr(section, f"{side}_margin")) for section in document.sections]
        fits = all(least - _SLACK_MM <= width <= most + _SLACK_MM for width in widths)
        shown = dict.fromkeys(f"{width:.0f} mm" for width in widths)
        yield PaperFinding(rule=f"margin_{side}", good=fits, found=", ".join(shown))


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
    points = size(shown[0], document)
    least, most = _SIZES["page"]
    centred = alignment(shown[0], document) == "center"
    return PaperFinding(
        rule="page_number", good=bool(first and centred and least <= points <= most), found=f"{points:g} pt"
    )


def _instructions(paragraph: Paragraph) -> str:
    element = paragraph._p
    simple = [node.get(qn("w:instr"), "") for node in element.iter(qn("w:fldSimple"))]
    return " ".join([*simple, *(node.text or "" for node in element.iter(qn("w:instrText")))])


# Boxes ----------------------------------------------------------------------------------------------------------------


def _boxes(every: list[Piece]) -> dict[str, Piece]:
    """The paragraphs that are boxes of the form, found by what stands in them."""
    found: dict[str, Piece] = {}
    for piece in every:
        name = _box(piece)
        if name and name not in found:
            found[name] = piece
    if "kind" in found:
        found |= _below_kind([p for p in every if p.at > found["kind"].at and p.text and not p.in_table][:2])
    if "country" in found:
        above = [p for p in every if p.in_table and p.at < found["country"].at and p.text.isupper()]
        if above:
            found["office"] = above[-1]
    body = next((p for p in every if p.at > _start(found) and not p.in_table and len(p.text) >= _BODY_LEAST), None)
    if body and _start(found) >= 0:
        found["body"] = body
    if "copies" in found:
        found |= _annexed([p for p in every if p.at > found["copies"].at and p.text and not p.in_table])
        found |= _signature([p for p in every if p.at > found["copies"].at and p.in_table and p.text])
    return found


def _box(piece: Piece) -> str:
    if piece.text.strip() in {"BÁO CÁO", "THÔNG CÁO BÁO CHÍ", "TỜ TRÌNH", "THÔNG BÁO", "KẾ HOẠCH"}:
        return "kind"
    folded = fold(piece.text)
    found = next((name for name, pattern in _SAYS.items() if pattern.search(folded)), "")
    return "" if found == "about" and not piece.in_table else found


def _below_kind(after: list[Piece]) -> dict[str, Piece]:
    """What a paper with a name is about, and whom it is addressed to where anybody stands there."""
    return {name: piece for name, piece in zip(("subject", "to"), after, strict=False)
            if name == "subject" or _box(piece) == "to"}  # fmt: skip


def _start(boxes: Mapping[str, Piece]) -> int:
    """Where the last box before the body stands; -1 where there is none."""
    return max((boxes[name].at for name in ("subject", "to") if name in boxes), default=-1)


def _order_of(boxes: Mapping[str, Piece]) -> tuple[str, ...]:
    """The boxes that a paper of this form has, in order."""
    letter = "kind" not in boxes and ("about" in boxes or "to" in boxes)
    return _LETTER if letter else _NAMED


def _signature(after: list[Piece]) -> dict[str, Piece]:
    copy = next((p for p in after if p.text.startswith("-")), None)
    signatory = next((p for p in after if p.text.isupper() and not p.text.startswith("-")), None)
    return ({"copy": copy} if copy else {}) | ({"signatory": signatory} if signatory else {})


def _annexed(after: list[Piece]) -> dict[str, Piece]:
    """The line "Phụ lục" below the recipients, and the annex's title under it."""
    at = next((n for n, piece in enumerate(after) if _ANNEX.fullmatch(fold(piece.text))), None)
    return {} if at is None else dict(zip(("annex", "annex_title"), after[at : at + 2], strict=False))


def _looks(boxes: dict[str, Piece]) -> Iterator[PaperFinding]:
    annex = {"annex", "annex_title"} if "annex" in boxes else set()
    wanted = {*_order_of(boxes), "signatory", "copy", *({"to"} & set(boxes)), *annex}
    for name, (least, most) in _SIZES.items():
        if name == "body" or name not in wanted:
            continue
        piece = boxes.get(name)
        if piece is None:
            yield PaperFinding(rule=f"box_{name}", good=False, found="-")
            continue
        fits = least <= piece.size <= most
        fits = fits and (name not in _BOLD or piece.bold) and (name not in _ITALIC or piece.italic)
        fits = fits and (name not in _CAPITALS or piece.text.isupper())
        fits = fits and not (name in _SMALL and piece.text.isupper()) and not _NO_ZERO.search(piece.text)
        look = "".join([" B" if piece.bold else "", " I" if piece.italic else ""])
        yield PaperFinding(rule=f"box_{name}", good=fits, found=f"{piece.size:g} pt{look}")


def _order(boxes: dict[str, Piece]) -> PaperFinding:
    order = _order_of(boxes)
    places = [boxes[name].at for name in order if name in boxes]
    fits = len(places) == len(order) and places == sorted(places)
    there = sorted((name for name in order if name in boxes), key=lambda name: boxes[name].at)
    return PaperFinding(rule="order", good=fits, found=" > ".join(there))


def _body(every: list[Piece], boxes: dict[str, Piece]) -> Iterator[PaperFinding]:
    """Paragraphs between title or addressee and recipients, tables left out."""
    end = boxes["copies"].at if "copies" in boxes else len(every) + 1
    body = [p for p in every if _start(boxes) < p.at < end and not p.in_table and len(p.text) >= _BODY_LEAST]
    if not body:
        yield PaperFinding(rule="body_size", good=False, found="-")
        return
    short = [p for p in every if _start(boxes) < p.at < end and not p.in_table and p.text]
    sizes = sorted({size for p in short for size in p.sizes})
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
    apart, lines = sorted({p.apart for p in body}), sorted({round(p.lines, 2) for p in body})
    fits = apart[0] >= _LEAST_PT and _LINES[0] <= lines[0] and lines[-1] <= _LINES[1]
    found = [f"{points:g} pt" for points in apart] + [f"x {line:g}" for line in lines]
    yield PaperFinding(rule="body_spacing", good=fits, found=", ".join(found))


def _annex(document: Document, every: list[Piece], boxes: dict[str, Piece]) -> Iterator[PaperFinding]:
    """An annex is told of in the paper, and its pages are counted by themselves (III.1)."""
    if "annex" not in boxes:
        return
    said = [p for p in every if _start(boxes) < p.at < boxes["copies"].at and "phụ lục" in fold(p.text)]
    yield PaperFinding(rule="annex_told", good=bool(said), found=str(len(said)))
    breaks = [
        n for n, p in enumerate(document.element.body.iter(qn("w:p"))) if p.find(f".//{qn('w:sectPr')}") is not None
    ]
    before = sum(n < boxes["annex"].at for n in breaks)
    count = document.sections[before]._sectPr.find(qn("w:pgNumType")) if before else None
    start = count.get(qn("w:start"), "-") if count is not None else "-"
    yield PaperFinding(rule="annex_pages", good=start == "1", found=start)


def _fonts(every: list[Piece]) -> PaperFinding:
    fonts = sorted({font for p in every if p.text for font in p.fonts})
    return PaperFinding(rule="font", good=fonts == [FONT], found=", ".join(fonts) or "-")
