"""A letter or a press release in Word: the same machinery as the report, in the form of Decree 30/2020/NĐ-CP.

The wording comes filled in (answers/letters.py); here it gets head, addressee, recipients and signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from core.i18n import t
from core.records import Letter, OfficePapers
from reports import filling, template, word
from reports.blocks import Block, Para, Run, para

SLOTS: Final = filling.Slots(
    lines=frozenset(
        {"cơ quan cấp trên", "cơ quan", "số ký hiệu", "về việc", "địa danh ngày tháng", "tên loại", "trích yếu",
         "kính gửi", "quyền hạn", "chức vụ", "người ký"}
    ),
    blocks=frozenset({"nội dung", "nơi nhận"}),
    needed=frozenset({"cơ quan", "số ký hiệu", "địa danh ngày tháng", "nội dung", "nơi nhận", "chức vụ"}),
    empty_goes=frozenset({"cơ quan cấp trên", "về việc", "tên loại", "trích yếu", "kính gửi", "quyền hạn"}),
)  # fmt: skip


def write(letter: Letter) -> bytes:
    """The letter as a .docx. The port LetterPress."""
    papers = letter.papers or OfficePapers(office=letter.office)
    blocks: dict[str, Sequence[Block]] = {
        "nội dung": [para(text) for text in letter.paragraphs],
        "nơi nhận": list(_copies(letter, papers)),
    }
    document = filling.fill(_template(release=letter.kind == "release"), SLOTS, _lines(letter, papers), blocks)
    word._rules(document)
    _properties(document, letter)
    return filling.saved(document)


def _lines(letter: Letter, papers: OfficePapers) -> dict[str, str]:
    release = letter.kind == "release"
    return {
        "cơ quan cấp trên": papers.parent.upper(),
        "cơ quan": papers.office.upper(),
        "số ký hiệu": t("letter.number", number=letter.number or "        /        "),
        "về việc": "" if release else t("letter.about", about=letter.about),
        "địa danh ngày tháng": _date_line(papers.place, letter.day),
        "tên loại": t("letter.release") if release else "",
        "trích yếu": letter.about if release else "",
        "kính gửi": t("letter.to", paper=letter.addressed) if letter.addressed else "",
        "quyền hạn": papers.authority.upper(),
        "chức vụ": papers.title.upper() or t("report.foot.title_blank"),
        "người ký": papers.signatory,
    }


def _date_line(place: str, day: date | None) -> str:
    """Day under 10 and months 1 and 2 with a leading zero; left open where the clerk will write it."""
    shown = place or t("report.head.place_blank")
    if day is None:
        return t("letter.date_open", place=shown)
    month = f"{day:%m}" if day.month < 3 else str(day.month)
    return t("letter.date", place=shown, day=f"{day:%d}", month=month, year=f"{day:%Y}")


def _copies(letter: Letter, papers: OfficePapers) -> Iterator[Para]:
    """The addressee as above; the office's own copies; the file. No other recipient has a place here."""
    names = [t("letter.as_above")] if letter.addressed else []
    names += [line.name for line in papers.copies]
    for name in names:
        yield Para(runs=(Run(text=f"- {name};"),), look="copies")
    yield Para(runs=(Run(text=t("report.foot.filing", filing=papers.filing or "VT")),), look="copies")


@cache
def _template(*, release: bool) -> bytes:
    document = docx.Document()
    template._page(document)
    template._styles(document)
    template._style(document, "DB Về việc", 12, align=WD_ALIGN_PARAGRAPH.CENTER, before=3)
    _head(document, release=release)
    if release:
        template._line(document, "{{tên loại}}", "DB Tên loại")
        template._line(document, "{{trích yếu}}", "DB Trích yếu")
        template._line(document, "", "DB Kẻ trích yếu")
    else:
        addressed = template._line(document, "{{kính gửi}}", "DB Kính gửi")
        addressed.paragraph_format.space_before = Pt(18)
        addressed.paragraph_format.space_after = Pt(12)
    template._line(document, "{{nội dung}}", "DB Thân bài")
    template._foot(document)
    return filling.saved(document)


def _head(document: Document, *, release: bool) -> None:
    """The two-column head; of a letter with "V/v …" below its number (box 5b)."""
    table = template._bare_table(document, 2, (66, 94))
    left, right = table.rows[0].cells
    template._fill(
        left, ("{{cơ quan cấp trên}}", "DB Cơ quan cấp trên"), ("{{cơ quan}}", "DB Cơ quan"), ("", "DB Kẻ cơ quan")
    )
    template._fill(
        right, ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "DB Quốc hiệu"), ("Độc lập - Tự do - Hạnh phúc", "DB Tiêu ngữ"),
        ("", "DB Kẻ tiêu ngữ"),
    )  # fmt: skip
    left, right = table.rows[1].cells
    about = [] if release else [("{{về việc}}", "DB Về việc")]
    template._fill(left, ("{{số ký hiệu}}", "DB Số ký hiệu"), *about)
    template._fill(right, ("{{địa danh ngày tháng}}", "DB Ngày tháng"))


def _properties(document: Document, letter: Letter) -> None:
    """No name of a person or machine in the file's own description."""
    core = document.core_properties
    core.author = core.last_modified_by = core.comments = core.keywords = ""
    core.title = letter.about[:250]
    core.language = "vi-VN"
