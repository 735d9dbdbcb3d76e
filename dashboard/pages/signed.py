"""The page of a signed link: one story, to one recipient, without login; opening it changes nothing.

It stands on a bare page: no menu, no other story, no address of anybody. Mail scanners and previews open links, so only
the buttons say anything, and they are forms behind the same locks as all others.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.records import Recipient, SignedLink
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form
from dashboard.pages.alerts import handling_of
from dashboard.pages.stories import apart
from dashboard.sharing import share_text


def page(request: Request) -> Response:
    """`/c/{token}`."""
    ask = asked(request)
    link = _link(ask)
    read = ask.room.reading.story(link.desk, link.story, ask.words.now)
    if read is None:
        raise NotHere("signed.gone")
    alerts = ask.room.office.alerts
    assert alerts is not None
    articles = [article for day in read.days for article in (*day.articles, *day.reprints)]
    reports, reprints = apart(articles)
    newest = (reports or reprints)[-1]
    others = len(read.view.sources) - 1
    return render.page(
        ask, "signed.html", changes=True, view=read.view, reports=reports[::-1], reprints=len(reprints),
        marks=[(mark, _who(ask, link, mark.recipient)) for mark in alerts.handlings.marks(link.desk, read.view.id)],
        place=_place(ask, link), recipient=_recipient(ask, link).name, until=link.expires,
        share=share_text(ask, newest, read.view.title, others), action=request.url.path,
    )  # fmt: skip


def mark(request: Request, form: Form) -> Response:
    """POST `/c/{token}`: seen, working on it, or done, with a note."""
    ask = asked(request)
    link = _link(ask)
    handling = handling_of(form)
    if handling is None:
        raise BadRequest("error.bad_form")
    alerts = ask.room.office.alerts
    assert alerts is not None
    alerts.handlings.mark(
        link.desk, link.story, handling, form.get("ghi_chu", ""), ask.words.now, recipient=link.recipient
    )
    return forms.onward(ask, f"/c/{request.path_params['token']}")


def _link(ask: Asked) -> SignedLink:
    """Raises NotHere for a link that is forged, over, revoked, or of a recipient who has left."""
    alerts = ask.room.office.alerts
    link = alerts.read_link(ask.request.path_params["token"], ask.words.now) if alerts else None
    if link is None:
        raise NotHere("signed.over")
    return link


def _recipient(ask: Asked, link: SignedLink) -> Recipient:
    known = {desk.id: desk for desk in ask.room.desks.desks()}
    return next(one for one in known[link.desk].recipients if one.id == link.recipient)


def _place(ask: Asked, link: SignedLink) -> str:
    return next(desk.name for desk in ask.room.desks.desks() if desk.id == link.desk)


def _who(ask: Asked, link: SignedLink, recipient: str) -> str:
    """The function that has marked it; somebody signed in is the office itself."""
    for desk in ask.room.desks.desks():
        if desk.id == link.desk:
            return next((one.name for one in desk.recipients if one.id == recipient), desk.office)
    return ""
