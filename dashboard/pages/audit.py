"""Nhật ký: who changed, exported or read what, when. Never the words of an article or a note."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.records import AuditLine
from dashboard import audit_words, render
from dashboard.asking import Asked, BadRequest, asked

PER_PAGE = 100


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
    words = audit_words
    return line, words.who(ask, line), words.said(ask, line), *words.subject(ask, line), words.detail(ask, line)
