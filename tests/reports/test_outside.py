"""No template brings anything from outside into a paper: neither on a reader's machine nor where the PDF is made."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

import docx
import pytest
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from core.papers import PaperError
from reports import filling, template

AWAY: Final = "http://192.168.1.1/picture.png"
_KINDS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTNOTES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def edited(change: Callable[[Document], object]) -> bytes:
    document = docx.Document(io.BytesIO(template.shipped()))
    change(document)
    return filling.saved(document)


def field(*pieces: str) -> list[Any]:
    """A field whose words are split as Word does it."""
    said = "".join(f"<w:instrText>{piece}</w:instrText>" for piece in pieces)
    begin, end = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "end"))
    return [parse_xml(f"<w:r {nsdecls('w')}>{part}</w:r>") for part in (begin, said, end)]


def in_header(document: Document) -> None:
    document.sections[0].header.paragraphs[0]._p.extend(field(f'INCLUDEPICTURE "{AWAY}"'))


def split(document: Document) -> None:
    document.add_paragraph()._p.extend(field(" INCLUDE", f'TEXT "{AWAY}"'))


def small_letters(document: Document) -> None:
    document.add_paragraph()._p.extend(field(f' includepicture "{AWAY}"'))


def in_footnotes(document: Document) -> None:
    said = f'<w:footnotes {nsdecls("w")}><w:fldSimple w:instr="IMPORT c:\\a.png"/></w:footnotes>'
    part = Part(PackURI("/word/notes.xml"), _FOOTNOTES, said.encode(), document.part.package)
    document.part.relate_to(part, RT.FOOTNOTES)


def drawn(document: Document) -> None:
    vml = 'xmlns:v="urn:schemas-microsoft-com:vml"'
    picture = f'<w:r {nsdecls("w")} {vml}><w:pict><v:shape><v:imagedata src="{AWAY}"/></v:shape></w:pict></w:r>'
    document.add_paragraph()._p.append(parse_xml(picture))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (in_header, "INCLUDEPICTURE"), (split, "INCLUDETEXT"), (small_letters, "INCLUDEPICTURE"),
        (in_footnotes, "IMPORT"), (drawn, "192.168.1.1"),
    ],
)  # fmt: skip
def test_a_field_or_drawing_that_fetches_is_refused_wherever_it_stands(
    change: Callable[[Document], object], words: str
) -> None:
    with pytest.raises(PaperError, match=words):
        filling.check(edited(change), template.SLOTS)


@pytest.mark.parametrize("kind", ["image", "oleObject", "frame", "subDocument", "footer"])
def test_no_part_lies_elsewhere(kind: str) -> None:
    content = edited(lambda document: document.part.relate_to(AWAY, f"{_KINDS}/{kind}", is_external=True))
    with pytest.raises(PaperError, match=kind):
        filling.check(content, template.SLOTS)


@pytest.mark.parametrize("kind", ["oleObject", "aFChunk", "control"])
def test_what_runs_is_known_by_its_kind_and_not_by_its_name(kind: str) -> None:
    def hidden(document: Document) -> None:
        part = Part(PackURI("/word/media/picture.bin"), "application/octet-stream", b"x", document.part.package)
        document.part.relate_to(part, f"{_KINDS}/{kind}")

    with pytest.raises(PaperError, match=kind):
        filling.check(edited(hidden), template.SLOTS)


def test_links_and_page_numbers_are_taken() -> None:
    def change(document: Document) -> None:
        document.part.relate_to("https://tinhmau.gov.vn/link", RT.HYPERLINK, is_external=True)
        document.add_paragraph()._p.extend(field(' HYPERLINK "https://tinhmau.gov.vn/link" '))
        document.add_paragraph()._p.extend(field(" PAGE "))

    filling.check(edited(change), template.SLOTS)
