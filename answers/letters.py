"""Letters and releases: the wording that an office edits, what it may not ask, and its placeholders filled in. Pure.

Press Law 126/2025/QH15: Article 34 (a press body corrects what was untrue), Article 36 (an organisation answers in
writing; the press body publishes the answer or refuses in writing with reasons).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from string import Formatter
from typing import Final

from answers.cases import later_document
from core.clock import local
from core.records import Case, CaseKind, Desk, Letter, LetterTemplate, SourceDocument, TemplateKind
from core.roles import Role, refusal
from core.text import clean, fold, nfc

TEMPLATE_OF: Final[dict[CaseKind, TemplateKind]] = {
    CaseKind.CORRECTION: "correction",
    CaseKind.ANSWER: "answer",
    CaseKind.RELEASE: "release",
    CaseKind.QUESTION: "reply",
}
PLACEHOLDERS: Final[dict[TemplateKind, tuple[str, ...]]] = {
    "correction": (
        "co_quan", "ten_bao", "tieu_de", "dia_chi", "ngay_dang", "trich_dan", "so_lieu", "van_ban", "quyen_tu_choi",
    ),
    "answer": ("co_quan", "ten_bao", "tieu_de", "dia_chi", "ngay_dang", "noi_dung", "quyen_tu_choi"),
    "release": ("co_quan", "noi_dung"),
    "reply": ("co_quan", "ten_bao", "noi_dung"),
}  # fmt: skip
NEEDED: Final[dict[TemplateKind, frozenset[str]]] = {
    "correction": frozenset({"tieu_de", "dia_chi", "ngay_dang", "trich_dan", "so_lieu", "van_ban", "quyen_tu_choi"}),
    "answer": frozenset({"tieu_de", "dia_chi", "noi_dung", "quyen_tu_choi"}),
    "release": frozenset({"noi_dung"}),
    "reply": frozenset({"noi_dung"}),
}
"""What no template may leave out: the quotation, the document and the paper's right to refuse among them."""
LONGEST: Final = 6_000

RIGHT_TO_REFUSE: Final = (
    "Trường hợp không nhất trí với nội dung nêu trên, đề nghị {ten_bao} trả lời {co_quan} bằng văn bản và nêu rõ lý do."
)
"""Always said in these words; a template only chooses where."""
LATER: Final = "văn bản này được ban hành sau ngày đăng bài"

SHIPPED: Final[dict[TemplateKind, LetterTemplate]] = {
    template.kind: template
    for template in (
        LetterTemplate(
            kind="correction",
            about="đề nghị cải chính thông tin đăng trên báo chí",
            text="Ngày {ngay_dang}, {ten_bao} đăng bài “{tieu_de}” tại địa chỉ:\n"
            "{dia_chi}\n"
            "Bài có đoạn: “{trich_dan}”.\n"
            "Về nội dung này, theo {van_ban}: {so_lieu}.\n"
            "Căn cứ Điều 34 Luật Báo chí số 126/2025/QH15, {co_quan} đề nghị {ten_bao} xem xét, cải chính nội dung "
            "nêu trên theo quy định.\n"
            "{quyen_tu_choi}\n"
            "{co_quan} trân trọng cảm ơn sự phối hợp của {ten_bao}./.",
        ),
        LetterTemplate(
            kind="answer",
            about="phản hồi nội dung đăng trên báo chí",
            text="Ngày {ngay_dang}, {ten_bao} đăng bài “{tieu_de}” tại địa chỉ:\n"
            "{dia_chi}\n"
            "Căn cứ Điều 36 Luật Báo chí số 126/2025/QH15, {co_quan} có ý kiến như sau:\n"
            "{noi_dung}\n"
            "{co_quan} đề nghị {ten_bao} đăng nội dung phản hồi này theo quy định.\n"
            "{quyen_tu_choi}\n"
            "{co_quan} trân trọng cảm ơn sự phối hợp của {ten_bao}./.",
        ),
        LetterTemplate(kind="release", about="thông tin báo chí", text="{co_quan} thông tin đến báo chí:\n{noi_dung}"),
        LetterTemplate(
            kind="reply",
            about="trả lời câu hỏi của cơ quan báo chí",
            text="{co_quan} nhận được câu hỏi của {ten_bao} và trả lời như sau:\n{noi_dung}\n"
            "{co_quan} trân trọng cảm ơn sự quan tâm của {ten_bao}./.",
        ),
    )
}
"""The wording that comes with the program."""

_REMOVAL: Final = re.compile(
    r"\b(gỡ|hạ|xóa|rút|thu hồi|bóc|tháo|ẩn|chặn|ngừng đăng|dừng đăng)\s+(bỏ\s+)?(ngay\s+)?(toàn bộ\s+)?(các\s+)?"
    r"(bài|tin|nội dung|đường dẫn|link|ấn phẩm|thông tin)|\bgỡ bỏ\b|\bchặn truy cập\b"
    r"|\b(take|taking) down\b|\bremov(e|al|ing)\b|\bdelete\b"
)
_SANCTION: Final = re.compile(
    r"\bxử phạt|\bphạt (tiền|hành chính)|\bxử lý (nghiêm|vi phạm|theo|hành chính|hình sự|kỷ luật)|\bchế tài\b"
    r"|\bđình (bản|chỉ)\b|\bthu hồi (giấy phép|thẻ)|\btước (giấy phép|thẻ|quyền)|\btruy cứu|\bkhởi (kiện|tố)"
    r"|\bchịu (mọi |hoàn toàn )?trách nhiệm|\bkỷ luật\b|\bbiện pháp (mạnh|cứng rắn|xử lý)|\bsanctions?\b|\bfine[sd]?\b"
    r"|\bprosecut"
)


def template_refusal(template: LetterTemplate) -> tuple[str, str] | None:
    """Why a template can't be taken: (catalogue key, the placeholder or words meant); None where nothing stands.

    The same check holds for every template, also for those that come with the program.
    """
    text = f"{template.about}\n{template.text}"
    if not clean(template.text) or len(text) > LONGEST:
        return "template.refused.length", ""
    try:
        named = _named(template.text)
    except ValueError:
        return "template.refused.braces", ""
    if unknown := named - set(PLACEHOLDERS[template.kind]):
        return "template.refused.unknown", ", ".join(f"{{{name}}}" for name in sorted(unknown))
    if lost := NEEDED[template.kind] - named:
        return "template.refused.lost", ", ".join(f"{{{name}}}" for name in sorted(lost))
    if "{" in template.about or "}" in template.about:
        return "template.refused.braces", ""
    return wording_refusal(text)


def _named(text: str) -> set[str]:
    """The placeholders of a text. Raises ValueError for one that is more than a name, or an open brace."""
    parts = [(name, spec, turn) for _, name, spec, turn in Formatter().parse(text) if name is not None]
    if any(spec or turn or not name.isidentifier() for name, spec, turn in parts):
        raise ValueError("a placeholder that is no name")
    return {name for name, _, _ in parts}


def wording_refusal(text: str, *, sanctions: bool = True) -> tuple[str, str] | None:
    """Whether a wording asks for removal, threatens, or names a security body: (catalogue key, words), or None."""
    folded = fold(nfc(text))
    if found := _REMOVAL.search(folded):
        return "template.refused.removal", found.group()
    if sanctions and (found := _SANCTION.search(folded)):
        return "template.refused.sanction", found.group()
    for line in text.splitlines():
        if sanctions and refusal(role=Role.INFORMATION_OFFICE, name=line) == "recipient.security_body":
            return "template.refused.security", clean(line)[:80]
    return None


def letter(case: Case, template: LetterTemplate, desk: Desk, paper: str) -> Letter:
    """The letter of a case. `paper`: the publisher's name; the only addressee that there is."""
    office = desk.papers.office if desk.papers else desk.office
    values = _values(case, office, paper)
    lines = [line for line in template.text.splitlines() if line.strip()]
    paragraphs = [part for line in lines for part in line.format_map(values).splitlines() if part.strip()]
    return Letter(
        kind=template.kind, office=office, about=template.about, paragraphs=tuple(map(clean, paragraphs)),
        addressed="" if case.kind is CaseKind.RELEASE else paper, papers=desk.papers,
        number=case.sent.number if case.sent else "", day=case.sent.day if case.sent else None,
    )  # fmt: skip


def _values(case: Case, office: str, paper: str) -> Mapping[str, str]:
    ground = case.ground
    values = {
        "co_quan": office, "ten_bao": paper, "tieu_de": case.title, "dia_chi": case.url,
        "ngay_dang": f"{local(case.published):%d/%m/%Y}" if case.published else "…",
        "trich_dan": clean(ground.quote).strip("“”\"").rstrip(".") if ground else "…",
        "so_lieu": clean(ground.contrary).rstrip(".") if ground else "…",
        "van_ban": document_line(ground.document) if ground and ground.document else "…",
        "noi_dung": case.body or "…",
    }  # fmt: skip
    if later_document(case):
        values["van_ban"] += f" ({LATER})"
    values["quyen_tu_choi"] = RIGHT_TO_REFUSE.format_map(values)
    return values


def document_line(document: SourceDocument) -> str:
    """ "Báo cáo số 12/BC-UBND ngày 03/02/2026 của UBND xã Bình Sơn"."""
    what = f"{document.title.strip()} " if document.title else "văn bản "
    number = document.number if document.number.lower().startswith("số ") else f"số {document.number}"
    return f"{what}{number} ngày {day(document.issued)} của {document.issuer}"


def day(of: dt.date) -> str:
    """As an office's paper writes a date."""
    return f"{of:%d/%m/%Y}"
