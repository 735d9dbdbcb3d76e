"""Nhật ký: who changed, exported or read what, when. Never the words of an article or a note."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.i18n import catalogue
from core.records import AuditLine
from dashboard import render
from dashboard.asking import Asked, BadRequest, asked

PER_PAGE = 100
_OURS = frozenset({"operator", "sample", "wizard"})
"""Who did something without being a user: the command line, the sample, the first run."""
_BY_ITSELF = frozenset({"", "purge", "zalo"})


def page(request: Request) -> Response:
    """`/nhat-ky?truoc=123`: newest first; of this desk, and what concerns the whole installation."""
    ask = asked(request)
    before = request.query_params.get("truoc", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 15):
        raise BadRequest("error.bad_number")
    desk = ask.desk.id if ask.desk else ""
    lines = ask.room.audit.lines(PER_PAGE, desk=desk, before=int(before) if before else None)
    return render.page(
        ask, "audit.html", rows=[_row(ask, line) for line in lines],
        older=lines[-1].id if len(lines) == PER_PAGE else 0, newest=not before,
        months=ask.room.keep.audit_months,
    )  # fmt: skip


def _row(ask: Asked, line: AuditLine) -> tuple[AuditLine, str, str, str, str, str]:
    return line, who(ask, line), said(ask, line), *subject(ask, line), detail(ask, line)


def detail(ask: Asked, line: AuditLine) -> str:
    """What more is kept of the act; the word for a version in the reader's language."""
    word, _, number = line.detail.partition(" ")
    return ask.words.t("audit.version", number=number) if word == "version" and number.isdecimal() else line.detail


def who(ask: Asked, line: AuditLine) -> str:
    """The user as colleagues call them, or what acted in their place."""
    if line.who in _BY_ITSELF:
        return ask.words.t("audit.program")
    return ask.words.t("audit.operator") if line.who in _OURS else ask.colleague(line.who)


def said(ask: Asked, line: AuditLine) -> str:
    """The act in words; the stable word itself where it has none yet."""
    key = f"act.{line.action.replace('.', '_')}"
    return ask.words.t(key) if key in catalogue() else line.action


def subject(ask: Asked, line: AuditLine) -> tuple[str, str]:
    """What was acted on, in words, and its page; the id as it is, and "", where there is no more to say."""
    t, (kind, _, act), it = ask.words.t, line.action.partition("."), line.subject
    match kind:
        case "story" | "note" if line.detail == "story" or kind == "story":
            found = t("audit.story"), f"/cau-chuyen/{it}"
        case "article" | "label" | "note" if act not in {"erase", "retag", "remove"}:
            found = t("audit.article"), f"/bai/{it}"
        case "user" if act != "export":
            found = ask.colleague(it), ""
        case "case" if it.isdigit():
            found = t("audit.case", number=it), f"/vu-viec/{it}"
        case "report" if it.isdigit():
            found = t("audit.report", number=it), f"/bao-cao/{it}"
        case "source":
            found = ask.room.publisher_name(it), f"/nguon-tin/{it}"
        case "keep":
            found = t(f"scope.keep.{it}"), ""
        case _:
            found = it, ""
    return found
