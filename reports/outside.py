"""What no template may hold: parts that run something, and whatever is fetched when its paper is opened.

LibreOffice fetches it too where the paper is made a PDF, on this machine: an address of the office's own network, or a
file of the machine, would come into the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from docx.document import Document
from docx.opc.part import Part, XmlPart
from lxml import etree

from core.papers import PaperError, Phrase

_RUNNING: Final = frozenset(
    {"vbaProject", "oleObject", "package", "control", "activeXControlBinary", "aFChunk", "subDocument", "extensibility"}
)
"""Last words of the types of parts that run something, or hold another document."""
_TOLD_ONLY: Final = frozenset({"hyperlink", "attachedTemplate"})
"""Those that may lead elsewhere: a link waits for a click, and where the template lay is taken out of every paper."""
_FETCHING: Final = re.compile(
    r"^\s*(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|DATABASE|DDEAUTO|DDE|LINK|RD|MACROBUTTON)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Fields that bring something from outside into the paper (ECMA-376, part 1, 17.16.5), and two names from before."""
_ELSEWHERE: Final = re.compile(r"[/\\]{2}|^\s*[a-z]+:", re.IGNORECASE)


def check(document: Document, where: str | Phrase) -> None:
    """Raises PaperError naming what it is; etree.XMLSyntaxError where a part is no XML."""
    package = document.part.package
    assert package is not None
    parts = list(package.iter_parts())
    for rels in (package.rels, *(part.rels for part in parts)):
        for rel in rels.values():
            kind = rel.reltype.rpartition("/")[2]
            if rel.is_external and kind not in _TOLD_ONLY:
                raise PaperError("report.template.outside", where=where, part=f"{kind} ({rel.target_ref[:80]})")
            if kind in _RUNNING:
                raise PaperError("report.template.holds", where=where, part=kind)
    for root in _roots(parts):
        found = _FETCHING.search(_fields(root))
        if found:
            raise PaperError("report.template.outside", where=where, part=found[1].upper())
        for drawn in root.iter("{urn:schemas-microsoft-com:vml}*"):
            if _ELSEWHERE.search(drawn.get("src", "")):
                raise PaperError("report.template.outside", where=where, part=drawn.get("src", "")[:80])


def _roots(parts: list[Part]) -> Iterator[etree._Element]:
    """Every part that is XML, whatever it is called: body, headers, notes, text boxes, settings."""
    for part in parts:
        if isinstance(part, XmlPart):
            yield part.element
        elif part.content_type.endswith("xml"):
            yield etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _fields(root: etree._Element) -> str:
    """What the part's fields say, each beginning a line: Word splits their words at will."""
    said = []
    for piece in root.iter("{*}instrText", "{*}fldChar", "{*}fldSimple"):
        kind = etree.QName(piece).localname
        if kind == "instrText":
            said.append((piece.text or "").replace("\n", " "))
        else:
            own = next((str(value) for name, value in piece.items() if etree.QName(name).localname == "instr"), "")
            said.append("\n" + own.replace("\n", " ") + "\n" * bool(own))
    return "".join(said)
