"""What leaves as a file names nobody who worked on it: no property, remark, tracked change, path or archive comment."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from core.papers import PaperError
from core.text import fold_plain
from reports import filling, template, word, xlsx
from reports.letters import Press
from tests.answers.made import DESK, QUOTE, office
from tests.reports.making import AT, PAPERS, article, content, reading, report

CANARY = "Hoàng Thị Kanariô"
PROPERTIES = ("author", "last_modified_by", "comments", "keywords", "category", "subject", "content_status",
              "identifier", "version")  # fmt: skip
APP = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    f"<Manager>{CANARY}</Manager><Company>{CANARY}</Company></Properties>"
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def by_somebody(shipped: bytes) -> bytes:
    """The template after somebody has worked on it in Word."""
    document = docx.Document(io.BytesIO(shipped))
    for name in PROPERTIES:
        setattr(document.core_properties, name, CANARY)
    line = next(p for p in document.paragraphs if p.text and p.style and p.style.style_id != filling.GUIDE_STYLE)
    document.add_comment(line.runs, text=f"Hỏi lại chị {CANARY}", author=CANARY, initials="K")
    header = document.sections[0].header.paragraphs[0]
    for paragraph in (line, header):
        changed = f'<w:pPrChange {nsdecls("w")} w:id="9" w:author="{CANARY}"><w:pPr/></w:pPrChange>'
        paragraph._p.get_or_add_pPr().append(parse_xml(changed))
    settings = document.part._settings_part
    path = settings.rels.get_or_add_ext_rel(f"{OFFICE}/attachedTemplate", rf"file:///C:\Users\{CANARY}\mau.dotm")
    settings.element.append(parse_xml(f'<w:attachedTemplate {nsdecls("w", "r")} r:id="{path}"/>'))
    package = document.part.package
    for name, kind in (("app", "extended-properties"), ("custom", "custom-properties")):
        for number in [n for n, rel in package.rels.items() if rel.reltype == f"{OFFICE}/{kind}"]:
            del package.rels[number]
        part = Part(PackURI(f"/docProps/{name}.xml"), "application/xml", APP.encode(), package)
        package.relate_to(part, f"{OFFICE}/{kind}")
    return filling.saved(document)


def named_in(file: bytes) -> list[str]:
    """Parts of a ZIP (an Office file is one) in which the person is named; "" for its comment."""
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        parts = [("", package.comment), *((name, package.read(name)) for name in package.namelist())]
        parts += [(info.filename, info.comment + info.filename.encode()) for info in package.infolist()]
    return sorted({name for name, told in parts if "kanario" in fold_plain(told.decode("utf-8", "replace"))})


def test_the_template_does_name_the_person() -> None:
    """The control: what is looked for below is in the template."""
    parts = named_in(by_somebody(template.shipped()))
    assert {"docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "word/comments.xml", "word/document.xml",
            "word/_rels/settings.xml.rels"} <= set(parts)  # fmt: skip
    assert [name for name in parts if re.fullmatch(r"word/header\d*\.xml", name)]


def test_no_report_names_who_worked_on_its_template() -> None:
    made = report(content(reading([article(n) for n in range(3)], before=2)))
    plain = word.write(made, PAPERS, "UBND xã Bình Sơn", AT)
    paper = word.write(made, PAPERS, "UBND xã Bình Sơn", AT, docx=by_somebody(template.shipped()))
    assert named_in(paper) == []
    assert texts(paper) == texts(plain)
    assert named_in(xlsx.annex(made.content)) == []


def test_no_letter_to_a_newspaper_does(tmp_path: Path) -> None:
    here = office(tmp_path)
    here.prints(QUOTE)
    case = here.opened().id
    own = by_somebody(Press().shipped("correction"))
    here.cases.set_template("d", "correction", own, "mau.docx", at=here.now(), by="u1")
    letter = here.cases.letter(DESK, case, "Báo Mẫu")
    assert named_in(letter) == []
    assert any("Báo Mẫu" in text for text in texts(letter))


def test_what_is_still_undecided_in_a_header_is_refused_as_in_the_text() -> None:
    document = docx.Document(io.BytesIO(template.shipped()))
    added = f'<w:ins {nsdecls("w")} w:id="1" w:author="{CANARY}"><w:r><w:t>thêm</w:t></w:r></w:ins>'
    document.sections[0].header.paragraphs[0]._p.append(parse_xml(added))
    with pytest.raises(PaperError, match="tracked"):
        filling.check(filling.saved(document), template.SLOTS)


def texts(paper: bytes) -> list[str]:
    document: Document = docx.Document(io.BytesIO(paper))
    assert not [rel for rel in document.part.rels.values() if rel.reltype == RT.COMMENTS]
    return [paragraph.text for paragraph in document.paragraphs]
