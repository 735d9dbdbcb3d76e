"""A paper made from an office's template tells nothing of whoever worked on the template, nor of their machine.

Word keeps their names in remarks, in changes of looks that are not settled, and in the file's properties; the path of
the template on their disk too. Newspapers and the public get these papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.part import XmlPart
from docx.oxml.ns import qn
from lxml import etree

_WITH_NAMES: Final = tuple(
    qn(f"w:{name}")
    for name in (
        "commentRangeStart", "commentRangeEnd", "commentReference", "attachedTemplate", "rPrChange", "pPrChange",
        "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange", "trPrChange", "tcPrChange", "numberingChange",
    )
)  # fmt: skip
_OF_SOMEBODY: Final = frozenset(
    {"comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "documenttasks", "customXml",
     "extended-properties", "custom-properties", "thumbnail", "attachedTemplate"}
)  # fmt: skip
"""Last words of the types of parts that tell of them (ECMA-376, parts 1 and 2; MS-DOCX, 2.2)."""


def strip(document: Document) -> None:
    """Take out remarks and their writers, changes of looks, properties, and the place where the template lay."""
    settings = list(_parts(document, RT.SETTINGS))
    for root in (*roots(document), *(part.element for part in settings)):
        for element in list(root.iter(*_WITH_NAMES)):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    for part in (document.part.package, document.part, *settings):
        for number, rel in list(part.rels.items()):
            if rel.reltype.rpartition("/")[2] in _OF_SOMEBODY:
                del part.rels[number]


def describe(document: Document, title: str) -> None:
    """Give the file a title and a language, and nothing that its template had."""
    core = document.core_properties
    core.author = core.last_modified_by = core.comments = core.keywords = core.category = core.subject = ""
    core.content_status = core.identifier = core.version = ""
    core.title, core.language, core.revision = title[:250], "vi-VN", 1


def roots(document: Document) -> Iterator[etree._Element]:
    """The body, and every header and footer, those of even pages too."""
    yield document.element.body
    for kind in (RT.HEADER, RT.FOOTER):
        yield from (part.element for part in _parts(document, kind))


def _parts(document: Document, kind: str) -> Iterator[XmlPart]:
    for rel in document.part.rels.values():
        if rel.reltype == kind and not rel.is_external and isinstance(rel.target_part, XmlPart):
            yield rel.target_part
