"""A report in Word: the office's template filled with head, body, recipients, signature and annex."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section as WordSection
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from core.clock import local_day
from core.papers import NUMBER_MARK
from core.records import AnnexLine, OfficePapers, Report, ReportContent
from core.text import clean
from reports import filling, looks, nameless, sections, template
from reports.blocks import Block, Cell, Grid, Heading, Para, Run, Section, para
from reports.telling import day_digits, moment_day, t

ANNEX_MOST: Final = 3_000
"""Rows of the annex in Word, some 150 pages; a longer list comes as the spreadsheet beside it."""
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_SECTION_NAMES: Final = {
    "chung": "chung", "nổi bật": "noi_bat", "lĩnh vực": "linh_vuc", "xử lý": "xu_ly", "nguồn": "nguon",
    "đánh giá": "danh_gia", "kiến nghị": "kien_nghi",
}  # fmt: skip
_BLANK: Final = "      "
_OFFICE_PT, _OFFICE_MM = 12, 60
"""Size of the issuing body's name in the shipped template, and the width that it has there."""


def write(
    report: Report, papers: OfficePapers | None, office: str, at: datetime, *, docx: bytes | None = None
) -> bytes:
    """The report as a .docx. `office` heads it where there are no papers; `at` gives the date line its month.

    Raises ConfigError naming the place where the template is broken.
    """
    papers = report.papers or papers or OfficePapers(office=office)
    content = docx if docx is not None else template.shipped()
    lines = _lines(report, papers, local_day(report.head.issued or at))
    document = filling.fill(content, template.SLOTS, lines, _blocks(report, papers, content))
    _rules(document)
    _addressees(document)
    _properties(document, report)
    return filling.saved(document)


def _lines(report: Report, papers: OfficePapers, day: date) -> dict[str, str]:
    title = sections.title(report.content)
    return {
        "cơ quan cấp trên": papers.parent.upper(),
        "cơ quan": _office(papers.office.upper()),
        "số ký hiệu": _number(papers.number),
        "địa danh ngày tháng": _date_line(papers.place, day),
        "trích yếu": title,
        "kính gửi": _to(papers),
        "quyền hạn": _capitals(papers.authority),
        "chức vụ": papers.title.upper() or t("report.foot.title_blank"),
        "người ký": papers.signatory,
        "kèm theo": t("report.annex.of", number=_lower(_number(papers.number)), date=_date(day), office=papers.office),
    }


def _office(name: str) -> str:
    """In two lines, as is customary, where one is too narrow: "ỦY BAN NHÂN DÂN" and the place below it."""
    for body in ("ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "VĂN PHÒNG", "TRUNG TÂM", "SỞ", "PHÒNG"):
        if name.startswith(f"{body} ") and _width_mm(name, _OFFICE_PT) > _OFFICE_MM:
            return f"{body}\n{name.removeprefix(body).strip()}"
    return name


def _capitals(authority: str) -> str:
    """ "TM. Ủy ban nhân dân" -> "TM. ỦY BAN NHÂN DÂN"."""
    return authority.upper()


def _number(pattern: str) -> str:
    if not pattern:
        return t("report.head.number_blank")
    return t("report.head.number", number=pattern.replace(NUMBER_MARK, _BLANK))


def _lower(number: str) -> str:
    return number[:1].lower() + number[1:].replace(":", "", 1)


def _date_line(place: str, day: date) -> str:
    return t("report.head.date", place=place or t("report.head.place_blank"), date=_date(day))


def _date(day: date) -> str:
    """The day is left to the clerk."""
    month = f"{day:%m}" if day.month < 3 else str(day.month)
    return t("report.head.day_blank", month=month, year=str(day.year))


def _to(papers: OfficePapers) -> str:
    """One beside "Kính gửi:"; of several each on a line of its own with a dash, as the form has it."""
    names = [line.name for line in papers.addressed]
    if not names:
        return ""
    several = "\n- " + ";\n- ".join(names) + "."
    return t("report.head.to", names=names[0] if len(names) == 1 else several).replace(" \n", "\n")


def _blocks(report: Report, papers: OfficePapers, content: bytes) -> Mapping[str, Sequence[Block]]:
    parts = sections.sections(report.content, report.words, draft=report.head.issued is None)
    own = _placed(content)
    found: dict[str, list[Block]] = {}
    body: list[Block] = []
    for number, part in enumerate(parts):
        blocks = [Heading(text=f"{_ROMAN[number]}. {part.title}"), *part.blocks]
        name = next((n for n, section in _SECTION_NAMES.items() if section == part.id), "")
        if name in own:
            found[name] = blocks
        else:
            body += blocks
    body.append(para(t("report.annex.told")))
    body.append(Para(runs=(Run(text=sections.closing(report.content)),), kept=True))
    return found | {"nội dung": body, "nơi nhận": list(_copies(papers)), "phụ lục": list(annex(report.content))}


def _placed(content: bytes) -> set[str]:
    """Sections that the template puts somewhere by themselves."""
    document = filling.check(content, template.SLOTS)
    texts = {name for paragraph in document.element.body.iter(qn("w:p")) for name in _names(paragraph)}
    return texts & set(_SECTION_NAMES)


def _names(element: object) -> list[str]:
    return filling.names(str(getattr(element, "text", "")))


def _copies(papers: OfficePapers) -> Iterator[Para]:
    names = [t("letter.as_above")] if papers.addressed else []
    names += [line.name for line in papers.copies]
    for name in names:
        yield Para(runs=(Run(text=f"- {name};"),), look="copies")
    if not names:
        yield Para(runs=(Run(text=t("report.foot.copies_blank")),), look="copies")
    filing = t("report.foot.filing", filing=papers.filing) if papers.filing else t("report.foot.filing_blank")
    yield Para(runs=(Run(text=filing),), look="copies")


def annex(content: ReportContent) -> Iterator[Block]:
    """Every article with title, publisher, date and address."""
    if not content.annex:
        yield para(t("report.annex.none" if sections.known(content) else "report.stories.unknown"))
    elif len(content.annex) > ANNEX_MOST:
        yield para(t("report.annex.file", articles=len(content.annex)))
    else:
        yield Grid(
            head=(t("report.annex.number"), t("report.annex.title"), t("report.annex.source"), t("report.annex.day")),
            rows=[_annex_row(number, line) for number, line in enumerate(content.annex, 1)],
            widths=(12, 91, 32, 25), centred=frozenset({0, 3}),
        )  # fmt: skip


def _annex_row(number: int, line: AnnexLine) -> tuple[Cell, ...]:
    notes = []
    if line.reprint:
        notes.append(t("report.annex.reprint"))
    if line.state == "withdrawn":
        notes.append(t("report.annex.withdrawn"))
    if not line.article:
        notes.append(t("report.annex.by_hand", where=line.where) if line.where else t("report.annex.by_hand_only"))
    title = line.title or t("report.erased_title")
    day = moment_day(line.published) if line.published else day_digits(date.fromisoformat(line.day))
    named = f"{title} ({'; '.join(notes)})" if notes else title
    return (Cell(text=str(number)), Cell(text=named, address=line.url), Cell(text=line.source), Cell(text=day))


# The rules below head and title ---------------------------------------------------------------------------------------


def _rules(document: Document) -> None:
    """Set each rule's width from the line above it: as wide as the motto, a third to a half below the others."""
    section = document.sections[0]
    whole = _text_width(section)
    for element in document.element.body.iter(qn("w:p")):
        share = template.RULES.get(element.style or "")
        above = element.getprevious()
        if share is None or above is None or above.tag != qn("w:p"):
            continue
        cell = element.getparent()
        width = _cell_width(cell) if cell.tag == qn("w:tc") else whole
        text = max(str(getattr(above, "text", "")).split("\n"), key=len)
        points = looks.size(Paragraph(above, document._body), document)
        rule = share * min(_width_mm(text, points), width * 0.96)
        form = Paragraph(element, document._body).paragraph_format
        form.left_indent = form.right_indent = Mm(round(max(0.0, (width - rule) / 2), 1))


def _addressees(document: Document) -> None:
    """Several addressees: their dashes stand below one another under the colon, the whole in the middle."""
    for element in document.element.body.iter(qn("w:p")):
        lines = str(getattr(element, "text", "")).split("\n")
        if len(lines) < 2 or f"{lines[0]} " != t("report.head.to", names="") or not lines[1].startswith("- "):
            continue
        paragraph = Paragraph(element, document._body)
        points = looks.size(paragraph, document)
        lead = _width_mm(lines[0].removesuffix(":"), points)
        free = _text_width(document.sections[0]) - lead - max(_width_mm(line, points) for line in lines[1:])
        form = paragraph.paragraph_format
        form.alignment = WD_ALIGN_PARAGRAPH.LEFT
        form.left_indent, form.first_line_indent = Mm(round(lead + max(0.0, free / 2), 1)), Mm(round(-lead, 1))


def _text_width(section: WordSection) -> float:
    if section.page_width and section.left_margin and section.right_margin:
        return (section.page_width - section.left_margin - section.right_margin) / Mm(1)
    return 210.0


def _cell_width(cell: object) -> float:
    found = getattr(cell, "width", None)
    return float(found / Mm(1)) if found else 70.0


def _width_mm(text: str, size: float) -> float:
    """About how wide a bold line is in Times (mean advances of its capitals, small letters and spaces)."""
    em = size * 25.4 / 72
    return sum(_advance(char) for char in clean(text)) * em


def _advance(char: str) -> float:
    if char == " ":
        return 0.25
    if char in "iíìỉĩịjltfrI-.,'()":
        return 0.33
    return 0.70 if char.isupper() else 0.50


def _properties(document: Document, report: Report) -> None:
    """The same content gives the same file, and so its time is the content's."""
    nameless.describe(document, sections.title(report.content))
    core = document.core_properties
    core.created = core.modified = (report.head.issued or report.content.collected).replace(tzinfo=None)


def outline(report: Report) -> tuple[Section, ...]:
    """The report's sections as the page shows them."""
    return sections.sections(report.content, report.words, draft=report.head.issued is None)
