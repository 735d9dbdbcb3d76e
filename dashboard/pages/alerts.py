"""Cảnh báo: every message with whom it is for and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from core.ports import AlertDesk
from core.records import Desk, Handling, Mark, OutboxRow, StoryAlert
from core.roles import refusal
from core.topics import TOPIC_IDS, TOPICS
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form

SHOWN = 200
HOURS = (1, 4, 12, 24, 72, 168)
"""For how long a person may silence something, in hours."""
HANDLINGS: tuple[Handling, ...] = get_args(Handling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The messages of one story, newest first, as one thing to read."""

    article: str | None
    story: str | None
    subject: str
    text: str
    rows: tuple[OutboxRow, ...]
    open: bool  # it reached nobody's mail box yet
    urgent: bool = False
    marks: tuple[Mark, ...] = ()

    @property
    def taken(self) -> bool:
        return any(mark.handling != "seen" for mark in self.marks)


def page(request: Request) -> Response:
    """`/canh-bao`."""
    ask = asked(request)
    rows = ask.room.reading.messages(ask.desk.id, SHOWN) if ask.desk else ()
    desk, here = ask.room.office.alerts, ask.desk.id if ask.desk else ""
    marks: dict[str, list[Mark]] = {}
    for mark in desk.handlings.marks(here) if desk else ():
        marks.setdefault(mark.story, []).append(mark)
    return render.page(
        ask, "alerts.html", changes=desk is not None, alerts=grouped(rows, marks), names=_names(ask.desk),
        desk_has=desk is not None, public=bool(ask.room.settings.public_url),
        refused=refused_recipients(ask.desk) if ask.desk else (), planned=_planned(ask), hours=HOURS, topics=TOPICS,
        silences=desk.handlings.silences(here, ask.words.now) if desk else (),
        open_rows=[row for row in rows if row.state in {"refused", "held"}], reply_times=_reply_times(rows, marks),
    )  # fmt: skip


def again(request: Request, form: Form) -> Response:
    """POST `/canh-bao/{message}/gui-lai`: an undelivered or held message after all."""
    del form
    ask, row = _message(request)
    desk = _desk(ask)
    if desk.outbox.send_again(row.id, ask.words.now):
        ask.audit("alerts.send_again", row.message.key)
    return forms.onward(ask, "/canh-bao")


def drop(request: Request, form: Form) -> Response:
    """POST `/canh-bao/{message}/khong-gui`."""
    del form
    ask, row = _message(request)
    if _desk(ask).outbox.drop(row.id, "dropped", ask.words.now):
        ask.audit("alerts.drop", row.message.key)
    return forms.onward(ask, "/canh-bao")


def revoke(request: Request, form: Form) -> Response:
    """POST `/canh-bao/{message}/thu-hoi`: the links of a message end at once."""
    del form
    ask, row = _message(request)
    _desk(ask).handlings.revoke(row.message.desk, row.message.key, ask.words.now, ask.user.id)
    return forms.onward(ask, "/canh-bao")


def silence(request: Request, form: Form) -> Response:
    """POST `/canh-bao/tat`: tell nothing of a story or topic for some hours."""
    ask = asked(request)
    desk, hours = _desk(ask), form.get("gio", "")
    story, topic = form.get("cau_chuyen", ""), form.get("chu_de", "")
    known = (
        topic in TOPIC_IDS if topic else bool(ask.desk and ask.room.reading.story(ask.desk.id, story, ask.words.now))
    )
    if ask.desk is None or hours not in {str(one) for one in HOURS} or not known:
        raise BadRequest("error.bad_form")
    ends = ask.words.now + timedelta(hours=int(hours))
    desk.handlings.silence(ask.desk.id, ask.words.now, ends, ask.user.id, story=story if not topic else "", topic=topic)
    return forms.onward(ask, "/canh-bao", fragment="silences")


def end_silence(request: Request, form: Form) -> Response:
    """POST `/canh-bao/tat/{silence}/thoi`."""
    del form
    ask = asked(request)
    desk, number = _desk(ask), request.path_params["silence"]
    if ask.desk is None or not desk.handlings.end_silence(ask.desk.id, number, ask.words.now, ask.user.id):
        raise NotHere("error.no_such_page")
    return forms.onward(ask, "/canh-bao", fragment="silences")


def take(request: Request, form: Form) -> Response:
    """POST `/canh-bao/tiep-nhan`: a signed-in user has seen, works on or has done with a story."""
    ask = asked(request)
    handling, story = handling_of(form), form.get("cau_chuyen", "")
    if handling is None or ask.desk is None:
        raise BadRequest("error.bad_form")
    if ask.room.reading.story(ask.desk.id, story, ask.words.now) is None:
        raise NotHere("error.no_such_story")
    note = form.get("ghi_chu", "")
    _desk(ask).handlings.mark(ask.desk.id, story, handling, note, ask.words.now, user=ask.user.id)
    return forms.onward(ask, "/canh-bao")


def handling_of(form: Form) -> Handling | None:
    """What the button that was pressed says."""
    return next((one for one in HANDLINGS if form.get("viec") == one), None)


def grouped(rows: Iterable[OutboxRow], marks: Mapping[str, Sequence[Mark]] | None = None) -> Sequence[Alert]:
    """One alert a story (or article, or message), in the order in which its newest message came."""
    by_story: dict[str, list[OutboxRow]] = {}
    for row in rows:
        by_story.setdefault(row.message.story or row.message.article or row.message.key, []).append(row)
    return [
        Alert(
            article=group[0].message.article, story=group[0].message.story,
            subject=_own_words(group[0].message.subject), text=group[0].message.text, rows=tuple(group),
            open=all(row.state != "delivered" for row in group), urgent=any(row.message.urgent for row in group),
            marks=tuple((marks or {}).get(group[0].message.story or "", ())),
        )
        for group in by_story.values()
    ]  # fmt: skip


def _reply_times(rows: Iterable[OutboxRow], marks: Mapping[str, Sequence[Mark]]) -> dict[int, timedelta]:
    """Message -> how long after it was sent its recipient first marked its story."""
    found: dict[int, timedelta] = {}
    for row in rows:
        for mark in marks.get(row.message.story or "", ()):
            if mark.recipient == row.message.recipient and row.delivered_at and mark.at >= row.delivered_at:
                found.setdefault(row.id, mark.at - row.delivered_at)
    return found


def _planned(ask: Asked) -> list[tuple[StoryAlert, str]]:
    """Alerts whose message is still to be made, with the story's title."""
    if ask.room.office.alerts is None or ask.desk is None:
        return []
    found = []
    for alert in ask.room.office.alerts.waiting(ask.desk.id)[:SHOWN]:
        read = ask.room.reading.story(ask.desk.id, alert.story, ask.words.now)
        source = alert.story.removeprefix("source:")
        found.append((alert, read.view.title if read else ask.room.publisher_name(source)))
    return found


def _message(request: Request) -> tuple[Asked, OutboxRow]:
    """Raises NotHere for a message that is none of this desk's."""
    ask = asked(request)
    row = _desk(ask).outbox.message(request.path_params["message"])
    if row is None or ask.desk is None or row.message.desk != ask.desk.id:
        raise NotHere("error.no_such_page")
    return ask, row


def _desk(ask: Asked) -> AlertDesk:
    if ask.room.office.alerts is None:
        raise NotHere("error.no_such_page")
    return ask.room.office.alerts


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
