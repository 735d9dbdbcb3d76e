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
ASIDE = "set-aside"
"""Reason of a message that is held because its article is not about the place."""
SOURCE = "source:"
"""How the story of an alert about a source begins."""
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
    open: bool  # nobody has marked it yet; of a digest: it reached nobody's mail box
    urgent: bool = False
    marks: tuple[Mark, ...] = ()

    @property
    def taken(self) -> bool:
        return any(mark.handling != "seen" for mark in self.marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A story whose messages are still to be made."""

    title: str
    link: str  # "" for a source
    times: tuple[tuple[StoryAlert, tuple[str, ...]], ...]  # one alert of those at one time, with all their recipients


def page(request: Request) -> Response:
    """`/canh-bao`."""
    ask = asked(request)
    rows = ask.room.reading.messages(ask.desk.id, SHOWN) if ask.desk else ()
    desk, here = ask.room.office.alerts, ask.desk.id if ask.desk else ""
    marks = marks_of(ask)
    silences = desk.handlings.silences(here, ask.words.now) if desk else ()
    return render.page(
        ask, "alerts.html", changes=desk is not None, alerts=grouped(rows, marks), names=_names(ask.desk),
        desk_has=desk is not None, public=bool(ask.room.settings.public_url),
        refused=refused_recipients(ask.desk) if ask.desk else (), planned=_planned(ask), hours=HOURS, topics=TOPICS,
        silences=[(one, _title(ask, one.story) or one.story) for one in silences],
        open_rows=[row for row in rows if row.state in {"refused", "held"} and row.reason != ASIDE],
        reply_times=_reply_times(rows, marks),
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
    return [_alert(group, tuple((marks or {}).get(group[0].message.story or "", ()))) for group in by_story.values()]


def _alert(group: Sequence[OutboxRow], marks: tuple[Mark, ...]) -> Alert:
    newest, urgent = group[0].message, any(row.message.urgent for row in group)
    handled = any(mark.handling != "seen" for mark in marks) if urgent else bool(marks)
    unsent = all(row.state != "delivered" for row in group)
    return Alert(
        article=newest.article, story=newest.story, subject=_own_words(newest.subject), text=newest.text,
        rows=tuple(group), open=not handled if newest.story else unsent, urgent=urgent, marks=marks,
    )  # fmt: skip


def marks_of(ask: Asked) -> dict[str, list[Mark]]:
    """Story -> what people have marked, oldest first."""
    found: dict[str, list[Mark]] = {}
    desk = ask.room.office.alerts
    for mark in desk.handlings.marks(ask.desk.id) if desk and ask.desk else ():
        found.setdefault(mark.story, []).append(mark)
    return found


def _reply_times(rows: Iterable[OutboxRow], marks: Mapping[str, Sequence[Mark]]) -> dict[int, timedelta]:
    """Message -> how long after it was sent its recipient first marked its story."""
    found: dict[int, timedelta] = {}
    for row in rows:
        for mark in marks.get(row.message.story or "", ()):
            if mark.recipient == row.message.recipient and row.delivered_at and mark.at >= row.delivered_at:
                found.setdefault(row.id, mark.at - row.delivered_at)
    return found


def _planned(ask: Asked) -> list[Planned]:
    """Stories and sources whose messages are still to be made, the soonest first."""
    if ask.room.office.alerts is None or ask.desk is None:
        return []
    by_story: dict[str, list[StoryAlert]] = {}
    for alert in ask.room.office.alerts.waiting(ask.desk.id)[:SHOWN]:
        by_story.setdefault(alert.story, []).append(alert)
    found = []
    for story, alerts in by_story.items():
        source = story.removeprefix(SOURCE) if story.startswith(SOURCE) else ""
        title = ask.room.publisher_name(source) if source else _title(ask, story)
        if title:
            link = "" if source else f"/cau-chuyen/{story}"
            found.append(Planned(title=title, link=link, times=_times(alerts, _names(ask.desk))))
    return found


def _times(alerts: Iterable[StoryAlert], names: Mapping[str, str]) -> tuple[tuple[StoryAlert, tuple[str, ...]], ...]:
    together: dict[tuple[object, ...], list[StoryAlert]] = {}
    for alert in alerts:
        together.setdefault((alert.due, alert.pace, bool(alert.covered_by)), []).append(alert)
    return tuple((group[0], tuple(names.get(one.recipient, "") for one in group)) for group in together.values())


def _title(ask: Asked, story: str) -> str:
    """A story's title; "" where the desk has none of its articles (any more)."""
    read = ask.room.reading.story(ask.desk.id, story, ask.words.now) if ask.desk and story else None
    return read.view.title if read else ""


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
