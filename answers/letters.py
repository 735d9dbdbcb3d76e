"""Letters and releases: what is filled into an office's template, and what no wording may ask. Pure.

Press Law 126/2025/QH15: Article 34 (a press body corrects what was untrue), Article 36 (an organisation answers in
writing; the press body publishes the answer or refuses in writing with reasons).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

from answers.cases import later_document
from core.clock import local
from core.records import Case, CaseKind, Desk, Letter, SourceDocument, TemplateKind
from core.roles import Role, refusal
from core.text import clean, fold, nfc

TEMPLATE_OF: Final[dict[CaseKind, TemplateKind]] = {
    CaseKind.CORRECTION: "correction",
    CaseKind.ANSWER: "answer",
    CaseKind.RELEASE: "release",
    CaseKind.QUESTION: "reply",
}
RIGHT_TO_REFUSE: Final = (
    "Trường hợp không nhất trí với nội dung nêu trên, đề nghị {ten_bao} trả lời {co_quan} bằng văn bản và nêu rõ lý do."
)
"""Always said in these words; a template only chooses where. It can't be left out (reports/letters.py)."""
LATER: Final = "văn bản này được ban hành sau ngày đăng bài"

_ABOUT: Final[dict[TemplateKind, str]] = {
    "correction": "Đề nghị cải chính thông tin đăng trên báo chí",
    "answer": "Phản hồi nội dung đăng trên báo chí",
    "release": "Thông cáo báo chí",
    "reply": "Trả lời câu hỏi của cơ quan báo chí",
}
"""The file's own title."""

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


def wording_refusal(text: str, *, sanctions: bool = True) -> tuple[str, str] | None:
    """Whether a wording asks for removal, threatens, or names a security body: (catalogue key, words), or None.

    `text`: paragraphs, a line each; the same check holds for every template, also for those of the program.
    """
    lines = [clean(line) for line in nfc(text).splitlines()]
    folded = fold("\n".join(lines))
    if found := _REMOVAL.search(folded):
        return "template.refused.removal", found.group()
    if sanctions and (found := _SANCTION.search(folded)):
        return "template.refused.sanction", found.group()
    for line in lines if sanctions else ():
        if refusal(role=Role.INFORMATION_OFFICE, name=line) == "recipient.security_body":
            return "template.refused.security", line[:80]
    return None


def letter(case: Case, desk: Desk, paper: str) -> Letter:
    """The letter of a case. `paper`: the publisher's name; the only addressee that there is."""
    kind = TEMPLATE_OF[case.kind]
    office = desk.papers.office if desk.papers else desk.office
    return Letter(
        kind=kind, office=office, about=case.subject if kind == "release" else _ABOUT[kind],
        values=_values(case, office, paper), body=tuple(clean(line) for line in case.body.splitlines() if line.strip()),
        addressed="" if kind == "release" else paper, papers=desk.papers,
        number=case.sent.number if case.sent else "", day=case.sent.day if case.sent else None,
    )  # fmt: skip


def _values(case: Case, office: str, paper: str) -> Mapping[str, str]:
    ground = case.ground
    document = document_line(ground.document) if ground and ground.document else "…"
    return {
        "tên cơ quan": office,
        "tên báo": paper,
        "tiêu đề": clean(case.title),
        "địa chỉ": case.url,
        "ngày đăng": f"{local(case.published):%d/%m/%Y}" if case.published else "…",
        "trích dẫn": clean(ground.quote).strip('“”"').rstrip(".") if ground else "…",
        "số liệu": clean(ground.contrary).rstrip(".") if ground else "…",
        "văn bản": f"{document} ({LATER})" if later_document(case) else document,
        "quyền từ chối": RIGHT_TO_REFUSE.format(ten_bao=paper, co_quan=office),
    }


def document_line(document: SourceDocument) -> str:
    """ "Báo cáo số 12/BC-UBND ngày 03/02/2026 của UBND xã Bình Sơn"."""
    what = f"{document.title.strip()} " if document.title else "văn bản "
    number = document.number if document.number.lower().startswith("số ") else f"số {document.number}"
    return f"{what}{number} ngày {day(document.issued)} của {document.issuer}"


def day(of: dt.date) -> str:
    """As an office's paper writes a date."""
    return f"{of:%d/%m/%Y}"
