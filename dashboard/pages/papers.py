"""Thể thức văn bản: what the office's papers carry, set by its editors, for papers made from then on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.errors import ConfigError
from core.papers import NUMBER_MARK, PaperError, check_papers
from core.records import Desk, OfficePapers, PaperRecipient
from core.roles import Role
from core.text import clean
from dashboard import render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import onward
from dashboard.overtaken import FIELD, WHY, overtaken, shown_as
from dashboard.uploads import Sent

PATH: Final = "/bao-cao/the-thuc"
MOST_BYTES: Final = 30_000
LONGEST: Final = 200
LINES: Final = (
    ("ten", "office"), ("cap-tren", "parent"), ("so", "number"), ("noi", "place"), ("quyen", "authority"),
    ("chuc", "title"), ("nguoi-ky", "signatory"), ("luu", "filing"),
)  # fmt: skip
"""Field of the form -> field of OfficePapers."""
LISTS: Final = (("kinh-gui", "addressed", 6), ("noi-nhan", "copies", 15))
"""Likewise, with the most lines that each may have."""


def page(request: Request) -> Response:
    """`/bao-cao/the-thuc`."""
    ask = asked(request)
    desk = _desk(ask)
    return _page(ask, desk.papers or OfficePapers(office=desk.office))


def save(request: Request, sent: Sent) -> Response:
    """POST: the lines by the names of LINES; of LISTS `noi-nhan-1`, and its role as `noi-nhan-1-vai`."""
    ask = asked(request)
    desk = _desk(ask)
    papers = _papers(desk, sent)
    if overtaken(sent.fields, desk.papers, papers):
        return _page(ask, papers, ask.words.t(WHY))
    try:
        if papers.number and NUMBER_MARK not in papers.number:
            raise PaperError("report.papers_number", mark=NUMBER_MARK)
        check_papers(papers, desk.name)
        ask.room.desks.change_desk(desk.id, lambda now: replace(now, papers=papers), ask.words.now, ask.user.id)
    except PaperError as error:
        return _page(ask, papers, error.said(ask.language))
    except ConfigError as error:
        return _page(ask, papers, str(error))
    return onward(ask, PATH, luu=1)


def _desk(ask: Asked) -> Desk:
    if ask.desk is None:
        raise NotHere("error.no_such_page")
    return ask.desk


def _papers(desk: Desk, sent: Sent) -> OfficePapers:
    given = {name: _line(sent[field]) for field, name in LINES}
    return OfficePapers(
        office=given["office"] or desk.office, parent=given["parent"], number=given["number"], place=given["place"],
        authority=given["authority"], title=given["title"], signatory=given["signatory"], filing=given["filing"],
        addressed=tuple(_recipients(sent, *LISTS[0])), copies=tuple(_recipients(sent, *LISTS[1])),
    )  # fmt: skip


def _recipients(sent: Sent, field: str, _: str, most: int) -> Iterator[PaperRecipient]:
    for number in range(1, most + 1):
        name, role = _line(sent[f"{field}-{number}"]), sent[f"{field}-{number}-vai"]
        if not name:
            continue
        if role not in set(Role):
            raise BadRequest("error.bad_form")
        yield PaperRecipient(role=Role(role), name=name)


def _line(text: str) -> str:
    found = clean(text)
    if len(found) > LONGEST:
        raise BadRequest("error.bad_form")
    return found


def _page(ask: Asked, papers: OfficePapers, problem: str = "") -> Response:
    lists = [
        (field, name, (*getattr(papers, name), *(None,) * most)[: min(most, len(getattr(papers, name)) + 4)])
        for field, name, most in LISTS
    ]
    return render.page(
        ask, "papers.html", changes=True, status=409 if problem else 200, problem=problem, papers=papers,
        lines=LINES, lists=lists, roles=tuple(Role), longest=LONGEST, mark=NUMBER_MARK, seen_field=FIELD,
        shown=shown_as(_desk(ask).papers),
        saved=ask.request.query_params.get("luu") == "1" and not problem,
    )  # fmt: skip
