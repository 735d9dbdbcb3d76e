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
from core.bodies import tells_of_security_body
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
    r"\b(gỡ|hạ|xóa|rút|thu hồi|bóc|tháo|ẩn|chặn|ngừng đăng|dừng đăng)"
    r"(\s+(bỏ|xuống|ngay|giúp|lại|đi|hẳn|lập tức|khẩn trương|toàn bộ|tất cả|các|những))*"
    r"\s+(bài|tin|nội dung|đường dẫn|link|ấn phẩm|thông tin|clip|video)|\bgỡ (bỏ|xuống|khỏi)\b|\bchặn truy cập\b"
    r"|\b(bài|tin|nội dung)\b[^.\n]{0,40}\b(gỡ|xóa|hạ|rút) (bỏ|xuống|khỏi|ngay)\b"
    r"|\b(take|taking) down\b|\bremov(e|al|ing)\b|\bdelete\b"
)
_SANCTION: Final = re.compile(
    r"\bxử phạt|\bphạt (tiền|hành chính)|\bxử lý (nghiêm|vi phạm|theo|hành chính|hình sự|kỷ luật)|\bchế tài\b"
    r"|\bđình (bản|chỉ)\b|\bthu hồi (giấy phép|thẻ)|\btước (giấy phép|thẻ|quyền)|\btruy cứu|\bkhởi (kiện|tố)"
    r"|\bchịu (mọi |hoàn toàn )?trách nhiệm|\bkỷ luật\b|\bbiện pháp (mạnh|cứng rắn|xử lý)|\bsanctions?\b|\bfine[sd]?\b"
    r"|\bprosecut"
)
_AGAINST: Final = re.compile(
    r"\b(nếu|sẽ|phải|buộc|đề nghị|yêu cầu|kiến nghị|báo(?! cáo)|tòa soạn|phóng viên|nhà báo|tác giả|bài|if|will|must)\b"
)
"""Beside one of these, in one sentence, a penalty is a threat; an office may otherwise have to write of penalties."""
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n")
_ENCLOSED: Final = re.compile(r'[“"]([^“”"]*)[”"]')
_ORDINARY: Final = re.compile(
    r"\ban ninh (?:lương thực|nguồn nước|năng lượng|trật tự|mạng)\b"
    r"|\b(?:quốc phòng|an ninh)[ ,–-]+(?:và )?(?:an ninh|quốc phòng)\b"
    r"|\bđiều tra (?:dân số|thống kê|xã hội học|cơ bản|rừng|doanh nghiệp|nông nghiệp|lao động|mức sống|hộ)\b"
    r"|\b(?:đường|đất) quốc phòng\b"
)
"""What prose says without naming a body."""


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


def letter_refusal(case: Case) -> tuple[str, str] | None:
    """Whether what was written into a letter may not be said to a newspaper, as `wording_refusal` tells it.

    Everything but the quotation, which is the paper's own. A release goes to everybody: it may tell of penalties and of
    police, and only asks for no removal.
    """
    said = _written(case)
    if case.kind is CaseKind.RELEASE:
        return wording_refusal(said, sanctions=False)
    for sentence in filter(None, map(clean, _SENTENCE.split(nfc(said)))):
        folded = fold(sentence)
        if (found := _SANCTION.search(folded)) and _AGAINST.search(folded):
            return "template.refused.sanction", found.group()
    for line in map(clean, nfc(said).splitlines()):
        if tells_of_security_body(_ORDINARY.sub(" ", fold(line))):
            return "template.refused.security", line[:80]
    return wording_refusal(said, sanctions=False)


def _written(case: Case) -> str:
    """What officers have typed that a letter may print, a text a line."""
    ground = case.ground
    document = ground.document if ground else None
    texts = [case.subject, case.body, ground.contrary if ground else ""]
    texts += [document.number, document.issuer, document.title] if document else []
    return "\n".join(texts)


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
        "trích dẫn": _bare(ground.quote) if ground else "…",
        "số liệu": clean(ground.contrary).rstrip(".") if ground else "…",
        "văn bản": f"{document} ({LATER})" if later_document(case) else document,
        "quyền từ chối": RIGHT_TO_REFUSE.format(ten_bao=paper, co_quan=office),
    }


def _bare(quote: str) -> str:
    """The quotation as it stands between the letter's own marks: those around the whole go, those within it stay."""
    shown = clean(quote)
    whole = _ENCLOSED.fullmatch(shown)
    return (whole[1] if whole else shown).rstrip(".")


def document_line(document: SourceDocument) -> str:
    """ "Báo cáo số 12/BC-UBND ngày 03/02/2026 của UBND xã Bình Sơn"."""
    what = f"{document.title.strip()} " if document.title else "văn bản "
    number = document.number if document.number.lower().startswith("số ") else f"số {document.number}"
    return f"{what}{number} ngày {day(document.issued)} của {document.issuer}"


def day(of: dt.date) -> str:
    """As an office's paper writes a date."""
    return f"{of:%d/%m/%Y}"
