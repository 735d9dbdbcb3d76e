"""Fills an office's Word template. The machinery of every paper: reports, letters, releases.

A placeholder is `{{name}}`, in Vietnamese and with or without capitals. One that stands alone in its paragraph may be
a block: its paragraph gives way to paragraphs and tables. Others take one line of text and keep the look of the place
where they stand. Paragraphs of the style "DB Hướng dẫn" explain the template and are in no filled paper.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.text.paragraph import Paragraph
from lxml import etree

from core.archives import DAMAGED
from core.papers import PaperError, Phrase
from core.text import clean, clip, fold, nfc
from reports import nameless, outside, wordxml
from reports.blocks import Block

GUIDE_STYLE: Final = "DBHuongDan"
MOST_BYTES: Final = 5_000_000
_MOST_UNPACKED: Final = 50_000_000
_MARK: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
TEMPLATE: Final = Phrase("report.place.template")
"""How a template without a file's name is called."""
_BROKEN: Final = re.compile(r"\{\{|\}\}")
_FORBIDDEN: Final = ("word/vbaProject.bin", "word/embeddings/", "word/activeX/", "customUI/")
"""Parts that run or hide something: a template is text and looks."""
_TRACKED: Final = tuple(qn(f"w:{name}") for name in ("ins", "del", "moveFrom", "moveTo"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The placeholders that a kind of paper knows. `needed` must stand in a template; `empty_goes` lines without
    text take their paragraph with them.
    """

    lines: frozenset[str]
    blocks: frozenset[str]
    needed: frozenset[str]
    empty_goes: frozenset[str] = frozenset()


def check(content: bytes, slots: Slots, where: str | Phrase = TEMPLATE) -> Document:
    """The template, opened. Raises PaperError naming the place where it is broken."""
    document = opened(content, where)
    try:
        _settled(document, where)
        paragraphs = list(_paragraphs(document))
    except (KeyError, etree.XMLSyntaxError):  # a header that is named and not there; a part that is broken
        raise PaperError("report.template.no_docx", where=where) from None
    found: set[str] = set()
    for place, paragraph in paragraphs:
        found |= _marks(paragraph, slots, Phrase(place.key, {**place.values, "where": where}))
    missing = sorted(slots.needed - found)
    if missing:
        names = ", ".join(f"{{{{{name}}}}}" for name in missing)
        raise PaperError("report.template.missing", where=where, names=names)
    return document


def fill(content: bytes, slots: Slots, lines: Mapping[str, str], blocks: Mapping[str, Sequence[Block]]) -> Document:
    """The filled paper. Raises PaperError as `check` does. A block without a value leaves nothing behind.

    Of the people who worked on the template, and of their machines, it names none: no remark, no property.
    """
    document = check(content, slots)
    nameless.strip(document)
    drawn = wordxml.Drawn(part=document.part)
    for _, paragraph in list(_paragraphs(document)):
        if _style(paragraph) == GUIDE_STYLE:
            _remove(paragraph)
            continue
        names = [_name(raw) for raw in _MARK.findall(paragraph.text)]
        if not names:
            continue
        if names[0] in slots.blocks:
            _put_block(paragraph, wordxml.elements(blocks.get(names[0], ()), drawn))
        elif any(name in slots.empty_goes and not lines.get(name, "") for name in names):
            _remove(paragraph)
        else:
            _put_lines(paragraph, lines)
    return document


def saved(document: Document) -> bytes:
    """The document as a file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def opened(content: bytes, where: str | Phrase) -> Document:
    """A .docx. Raises PaperError for anything else, and for one that is too large, runs or embeds something."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
            unpacked = sum(info.file_size for info in package.infolist())
        bad = next((name for name in names for part in _FORBIDDEN if name.startswith(part)), "")
        if len(content) > MOST_BYTES or unpacked > _MOST_UNPACKED:
            raise PaperError("report.template.large", where=where, most=MOST_BYTES // 1_000_000)
        if bad:
            raise PaperError("report.template.holds", where=where, part=bad)
        return docx.Document(io.BytesIO(content))
    except (*DAMAGED, PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError):
        raise PaperError("report.template.no_docx", where=where) from None


def _settled(document: Document, where: str | Phrase) -> None:
    """Raises PaperError where the file still holds tracked changes, or what comes from outside."""
    for element in (found for root in nameless.roots(document) for found in root.iter(*_TRACKED)):
        raise PaperError("report.template.tracked", where=where, text=clip(clean(_said(element)), 60))
    outside.check(document, where)


def every_text(content: bytes) -> list[str]:
    """Every paragraph that stands anywhere in a .docx (body, tables, text boxes, headers, notes, drawings), as text.

    Explanations of the template are left out: they are in no filled paper.
    """
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in sorted(package.namelist()):
            if not (name.startswith("word/") and name.endswith(".xml")):
                continue
            root = etree.fromstring(package.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
            for paragraph in root.iter("{*}p"):
                style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
                if style is None or style.get(qn("w:val")) != GUIDE_STYLE:
                    found.append(clean(_said(paragraph)))
    return [text for text in found if text]


def _said(element: etree._Element) -> str:
    """The text below an element; that of paragraphs within it (text boxes) aside, and with a space for a break."""
    parts = []
    for piece in element.iter("{*}t", "{*}tab", "{*}br"):
        if element.tag != qn("w:p") or next(piece.iterancestors("{*}p"), None) is element:
            parts.append(piece.text or "" if etree.QName(piece).localname == "t" else " ")
    return "".join(parts)


def _paragraphs(document: Document) -> Iterator[tuple[Phrase, Paragraph]]:
    """Every paragraph with the place where a person finds it: body, tables, headers and footers."""
    parts = [("body", 1, document.element.body)]
    for number, section in enumerate(document.sections, 1):
        for name in ("header", "first_page_header", "footer", "first_page_footer"):
            part = getattr(section, name)
            if not part.is_linked_to_previous:
                parts.append((name, number, part._element))
    for name, number, root in parts:
        for paragraph, element in enumerate(root.iter(qn("w:p")), 1):
            assert isinstance(element, CT_P)
            place = Phrase(f"report.place.{name}", {"section": number, "paragraph": paragraph})
            yield place, Paragraph(element, document._body)


def _marks(paragraph: Paragraph, slots: Slots, where: Phrase) -> set[str]:
    text = paragraph.text
    if _style(paragraph) == GUIDE_STYLE:
        return set()
    names = [_name(raw) for raw in _MARK.findall(text)]
    shown = clip(clean(text), 60)
    if len(_MARK.findall(_said(paragraph._p))) != len(names):
        raise PaperError("report.template.control", where=where, text=clip(clean(_said(paragraph._p)), 60))
    if names and next(paragraph._p.iter(qn("w:vanish"), qn("w:webHidden")), None) is not None:
        raise PaperError("report.template.hidden", where=where, text=shown)
    if _BROKEN.search(_MARK.sub("", text)):
        raise PaperError("report.template.open", where=where, text=shown)
    for name in names:
        if name not in slots.lines | slots.blocks:
            known = ", ".join(sorted(slots.lines | slots.blocks))
            raise PaperError("report.template.unknown", where=where, name=f"{{{{{name}}}}}", known=known)
        if name in slots.blocks and clean(_MARK.sub("", text)):
            raise PaperError("report.template.alone", where=where, name=f"{{{{{name}}}}}", text=shown)
    return set(names)


def names(text: str) -> list[str]:
    """Names of the placeholders in a text, as they are compared."""
    return [_name(raw) for raw in _MARK.findall(text)]


def _name(raw: str) -> str:
    return " ".join(fold(nfc(raw)).split())


def _style(paragraph: Paragraph) -> str:
    found = paragraph._p.style
    return found or ""


def _remove(paragraph: Paragraph) -> None:
    element = paragraph._p
    parent = element.getparent()
    if parent is None:
        return
    alone = parent.tag == qn("w:tc") and len(parent.findall(qn("w:p"))) == 1
    if alone:
        for child in list(element):
            if child.tag != qn("w:pPr"):
                element.remove(child)
    else:
        parent.remove(element)


def _put_block(paragraph: Paragraph, elements: Sequence[etree._Element]) -> None:
    element = paragraph._p
    for one in elements:
        element.addprevious(one)
    _remove(paragraph)


def _put_lines(paragraph: Paragraph, lines: Mapping[str, str]) -> None:
    """Fill the placeholders of a paragraph in the look of the run in which each begins; Word splits runs at will."""
    runs = paragraph.runs
    while match := _MARK.search("".join(run.text for run in runs)):
        value = lines.get(_name(match.group(1)), "").replace("{{", "{ {").replace("}}", "} }")
        at = 0
        for run in runs:
            start, end = at, at + len(run.text)
            at = end
            if end <= match.start() or start >= match.end():
                continue
            cut, rest = (
                run.text[: max(0, match.start() - start)],
                run.text[match.end() - start :] if match.end() < end else "",
            )
            run.text = cut + (value if start <= match.start() else "") + rest
