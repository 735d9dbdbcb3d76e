"""Kênh gửi: how each channel stands and what to do; who is known on Zalo, and codes by which recipients get known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from core.errors import ConfigError
from core.records import ChannelStatus, Follower, Recipient
from dashboard import render
from dashboard.asking import Asked, NotHere, asked
from dashboard.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A channel in words."""

    status: ChannelStatus
    says: str
    todo: str


def page(request: Request) -> Response:
    """`/kenh-gui`."""
    return _page(asked(request))


def invite(request: Request, form: Form) -> Response:
    """POST `/kenh-gui/ma/{recipient}`: a new code for the recipient, shown this once."""
    del form
    ask = asked(request)
    book, recipient = ask.room.office.channel_book, request.path_params["recipient"]
    names = {one.id: one.name for one in (ask.desk.recipients if ask.desk else ())}
    if book is None or ask.desk is None or recipient not in names:
        raise NotHere("error.no_such_recipient")
    try:
        code = book.invite(ask.desk.id, recipient, ask.words.now, ask.user.id)
    except ConfigError:
        raise NotHere("error.no_such_recipient") from None
    return _page(ask, code=code, whose=names[recipient])


def shown(ask: Asked, statuses: Sequence[ChannelStatus]) -> list[Shown]:
    """The channels in the reader's language."""
    return [
        Shown(status=one, says=_told(ask, one, one.says), todo=_told(ask, one, one.todo) if one.todo else "")
        for one in statuses
    ]


def _told(ask: Asked, status: ChannelStatus, key: str) -> str:
    values = dict(status.values)
    if "reason" in values:
        values["reason"] = ask.words.reason(values["reason"])
    since = ask.words.full_moment(status.since) if status.since else ""
    return ask.words.t(key, **values, since=since)


def _page(ask: Asked, *, code: str = "", whose: str = "") -> Response:
    office = ask.room.office
    statuses = office.channel_statuses() if office.channel_statuses else ()
    book = office.channel_book
    known = {one.recipient: one for one in book.followers(ask.desk.id)} if book and ask.desk else {}
    recipients: list[tuple[Recipient, Follower | None]] = [
        (one, known.get(one.id)) for one in (ask.desk.recipients if ask.desk else ())
    ]
    return render.page(
        ask, "channels.html", changes=True, channels=shown(ask, statuses), recipients=recipients, code=code,
        whose=whose, zalo=ask.room.settings.zalo.connected and book is not None,
    )  # fmt: skip
