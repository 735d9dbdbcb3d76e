"""Cảnh báo: every message with whom it is for and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from core.records import Desk, OutboxRow
from core.roles import refusal
from dashboard import render
from dashboard.asking import asked

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The messages of one article, newest first, as one thing to read."""

    article: str | None
    subject: str
    text: str
    rows: tuple[OutboxRow, ...]
    open: bool  # it reached nobody's mail box yet


def page(request: Request) -> Response:
    """`/canh-bao`."""
    ask = asked(request)
    rows = ask.room.reading.messages(ask.desk.id, SHOWN) if ask.desk else ()
    return render.page(
        ask, "alerts.html", alerts=grouped(rows), names=_names(ask.desk),
        refused=refused_recipients(ask.desk) if ask.desk else (),
    )  # fmt: skip


def grouped(rows: Iterable[OutboxRow]) -> Sequence[Alert]:
    """One alert an article, in the order in which its newest message came."""
    by_article: dict[str, list[OutboxRow]] = {}
    for row in rows:
        by_article.setdefault(row.message.article or row.message.key, []).append(row)
    return [
        Alert(
            article=group[0].message.article, subject=_own_words(group[0].message.subject), text=group[0].message.text,
            rows=tuple(group), open=all(row.state != "delivered" for row in group),
        )
        for group in by_article.values()
    ]  # fmt: skip


def _own_words(subject: str) -> str:
    """A subject without the mark in brackets by which a mail box sorts it."""
    mark, _, rest = subject.partition("] ")
    return rest if mark.startswith("[") and rest else subject


def refused_recipients(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Recipients of the desk to whom nothing is sent: name and the catalogue key of the reason."""
    found = []
    for recipient in desk.recipients:
        reasons = [refusal(role=role, name=recipient.name, address=recipient.email) for role in recipient.roles]
        found += [(recipient.name, reason) for reason in reasons if reason][:1]
    return tuple(found)


def _names(desk: Desk | None) -> dict[str, str]:
    return {recipient.id: recipient.name for recipient in desk.recipients} if desk else {}
