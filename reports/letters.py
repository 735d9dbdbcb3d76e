"""A letter or a press release in Word: the same machinery as the report, in the form of Decree 30/2020/NĐ-CP.

The wording stands in the template, a Word file that an office edits; what is filled in comes from answers/letters.py.
`python -m reports.letters` writes the templates that come with the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from core.i18n import t
from core.records import Letter, OfficePapers, TemplateKind
from reports import filling, nameless, template, word
from reports.blocks import Block, Para, Run, para

_HEAD: Final = frozenset(
    {"cơ quan cấp trên", "cơ quan", "số ký hiệu", "địa danh ngày tháng", "quyền hạn", "chức vụ", "người ký"}
)
_EMPTY_GOES: Final = frozenset({"cơ quan cấp trên", "quyền hạn"})
_FORM: Final = frozenset({"cơ quan", "số ký hiệu", "địa danh ngày tháng", "nơi nhận", "chức vụ"})
_ARTICLE: Final = ("tên cơ quan", "tên báo", "tiêu đề", "địa chỉ", "ngày đăng")


def _slots(lines: tuple[str, ...], needed: tuple[str, ...], *, body: bool) -> filling.Slots:
    return filling.Slots(
        lines=_HEAD | frozenset(lines), blocks=frozenset({"nội dung", "nơi nhận"} if body else {"nơi nhận"}),
        needed=_FORM | frozenset(needed), empty_goes=_EMPTY_GOES,
    )  # fmt: skip


SLOTS: Final[dict[TemplateKind, filling.Slots]] = {
    "correction": _slots(
        ("kính gửi", *_ARTICLE, "trích dẫn", "số liệu", "văn bản", "quyền từ chối"),
        ("kính gửi", "tiêu đề", "địa chỉ", "ngày đăng", "trích dẫn", "số liệu", "văn bản", "quyền từ chối"),
        body=False,
    ),
    "answer": _slots(
        ("kính gửi", *_ARTICLE, "quyền từ chối"),
        ("kính gửi", "tiêu đề", "địa chỉ", "nội dung", "quyền từ chối"),
        body=True,
    ),
    "release": _slots(("tên cơ quan", "trích yếu"), ("trích yếu", "nội dung"), body=True),
    "reply": _slots(("kính gửi", "tên cơ quan", "tên báo"), ("kính gửi", "nội dung"), body=True),
}
"""The placeholders of each kind. What is needed can't be taken out: the quotation, the document and the paper's right
to refuse among them."""
_FILES: Final[dict[TemplateKind, str]] = {
    "correction": "de_nghi_cai_chinh.docx", "answer": "van_ban_phan_hoi.docx", "release": "thong_cao_bao_chi.docx",
    "reply": "tra_loi_cau_hoi.docx",
}  # fmt: skip
_ABOUT: Final[dict[TemplateKind, str]] = {
    "correction": "V/v đề nghị cải chính thông tin đăng trên báo chí",
    "answer": "V/v phản hồi nội dung đăng trên báo chí",
    "reply": "V/v trả lời câu hỏi của cơ quan báo chí",
}
_TEXT: Final[dict[TemplateKind, tuple[str, ...]]] = {
    "correction": (
        "Ngày {{ngày đăng}}, {{tên báo}} đăng bài “{{tiêu đề}}” tại địa chỉ:",
        "{{địa chỉ}}",
        "Bài có đoạn: “{{trích dẫn}}”.",
        "Về nội dung này, theo {{văn bản}}: {{số liệu}}.",
        "Căn cứ Điều 34 Luật Báo chí số 126/2025/QH15, {{tên cơ quan}} đề nghị {{tên báo}} xem xét, cải chính nội dung"
        " nêu trên theo quy định.",
        "{{quyền từ chối}}",
        "{{tên cơ quan}} trân trọng cảm ơn sự phối hợp của {{tên báo}}./.",
    ),
    "answer": (
        "Ngày {{ngày đăng}}, {{tên báo}} đăng bài “{{tiêu đề}}” tại địa chỉ:",
        "{{địa chỉ}}",
        "Căn cứ Điều 36 Luật Báo chí số 126/2025/QH15, {{tên cơ quan}} có ý kiến như sau:",
        "{{nội dung}}",
        "{{tên cơ quan}} đề nghị {{tên báo}} đăng nội dung phản hồi này theo quy định.",
        "{{quyền từ chối}}",
        "{{tên cơ quan}} trân trọng cảm ơn sự phối hợp của {{tên báo}}./.",
    ),
    "release": ("{{tên cơ quan}} thông tin đến báo chí:", "{{nội dung}}"),
    "reply": (
        "{{tên cơ quan}} nhận được câu hỏi của {{tên báo}} và trả lời như sau:",
        "{{nội dung}}",
        "{{tên cơ quan}} trân trọng cảm ơn sự quan tâm của {{tên báo}}./.",
    ),
}
"""The wording that comes with the program."""
_GUIDE: Final = (
    "HƯỚNG DẪN SỬA MẪU (các dòng nền xám này không xuất hiện trong văn bản, có thể xóa)",
    "Sửa lời văn, chữ, cỡ chữ, lề như trong mọi văn bản Word. Chỗ nào chương trình điền thì giữ nguyên tên trong hai"
    " dấu ngoặc nhọn. Bắt buộc phải có: {names}.",
    "Mẫu yêu cầu gỡ bài, đe dọa xử lý, hoặc nêu cơ quan công an, quân sự thì không được nhận.",
)


class Press:
    """The port LetterPress."""

    def write(self, letter: Letter, docx: bytes) -> bytes:
        papers = letter.papers or OfficePapers(office=letter.office)
        blocks: dict[str, Sequence[Block]] = {
            "nội dung": _body(letter),
            "nơi nhận": list(_copies(letter, papers)),
        }
        document = filling.fill(docx, SLOTS[letter.kind], {**letter.values, **_lines(letter, papers)}, blocks)
        word._rules(document)
        nameless.describe(document, letter.about)
        return filling.saved(document)

    def shipped(self, kind: TemplateKind) -> bytes:
        return (resources.files("reports") / "templates" / _FILES[kind]).read_bytes()

    def check(self, kind: TemplateKind, docx: bytes, name: str) -> None:
        filling.check(docx, SLOTS[kind], name or filling.TEMPLATE)

    def wording(self, docx: bytes) -> tuple[str, ...]:
        return tuple(filling.every_text(docx))

    def placeholders(self, kind: TemplateKind) -> tuple[tuple[str, bool], ...]:
        slots = SLOTS[kind]
        return tuple((name, name in slots.needed) for name in sorted(slots.lines | slots.blocks))


def _body(letter: Letter) -> list[Para]:
    """The last paragraph stands on one page with what follows: no signature stands on a page by itself."""
    made = [para(text) for text in letter.body or ("…",)]
    return [*made[:-1], replace(made[-1], kept=True)]


def _lines(letter: Letter, papers: OfficePapers) -> dict[str, str]:
    return {
        "cơ quan cấp trên": papers.parent.upper(),
        "cơ quan": word._office(papers.office.upper()),
        "số ký hiệu": t("letter.number", number=_number(letter.number) or "        /        "),
        "địa danh ngày tháng": _date_line(papers.place, letter.day),
        "trích yếu": letter.about,
        "kính gửi": t("letter.to", paper=letter.addressed),
        "quyền hạn": papers.authority.upper(),
        "chức vụ": papers.title.upper() or t("report.foot.title_blank"),
        "người ký": papers.signatory,
    }


def _number(number: str) -> str:
    """Numbers under 10 have a zero before them."""
    return re.sub(r"^(\d)(?=/)", r"0\1", number)


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


def build(kind: TemplateKind) -> Document:
    """The template that comes with the program, made anew."""
    document = docx.Document()
    template._page(document)
    template._styles(document)
    template._style(document, "DB Về việc", 12, align=WD_ALIGN_PARAGRAPH.CENTER, before=6)
    names = ", ".join(sorted(SLOTS[kind].needed))
    for text in _GUIDE:
        template._line(document, text.format(names=names), "DB Hướng dẫn")
    _head(document, _ABOUT.get(kind, ""))
    if kind == "release":
        template._line(document, t("letter.release"), "DB Tên loại")
        template._line(document, "{{trích yếu}}", "DB Trích yếu")
        template._line(document, "", "DB Kẻ trích yếu")
    else:
        addressed = template._line(document, "{{kính gửi}}", "DB Kính gửi")
        addressed.paragraph_format.space_before = Pt(18)
        addressed.paragraph_format.space_after = Pt(12)
    for text in _TEXT[kind]:
        last = template._line(document, text, "DB Thân bài")
    last.paragraph_format.keep_with_next = True
    template._foot(document)
    return document


def _head(document: Document, about: str) -> None:
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
    below = [(about, "DB Về việc")] if about else []
    template._fill(left, ("{{số ký hiệu}}", "DB Số ký hiệu"), *below)
    template._fill(right, ("{{địa danh ngày tháng}}", "DB Ngày tháng"))


def main() -> None:
    """Write the shipped templates."""
    for kind, name in _FILES.items():
        file = Path(__file__).parent / "templates" / name
        file.write_bytes(filling.saved(build(kind)))
        filling.check(file.read_bytes(), SLOTS[kind], name)


if __name__ == "__main__":
    main()
