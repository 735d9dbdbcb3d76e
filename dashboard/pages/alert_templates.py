"""Mẫu tin: the wording of messages, with a preview before it is kept.

The templates are those of every desk: where there are several, who administers them all changes them, and others read.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.ports import AlertDesk
from core.records import TemplateText
from core.text import nfc
from dashboard import forms, render
from dashboard.asking import Asked, NotHere, asked
from dashboard.overtaken import FIELD, WHY, overtaken, shown_as
from dashboard.uploads import Sent

PATH: Final = "/canh-bao/mau"
_LINE: Final = re.compile(r"([0-9]+): ")
_KINDS: Final = (
    ("undefined", "name"), ("no attribute", "name"), ("has no element", "name"), ("longer than", "long"),
    ("not allowed", "forbidden"), ("a given list only", "forbidden"), ("nested more", "forbidden"),
    ("unsafe", "forbidden"),
)  # fmt: skip
"""By what the engine says, which is English and for programmers; what is none of these is a fault of writing."""
MOST_CHARACTERS: Final = 20_000
MOST_BYTES: Final = MOST_CHARACTERS * forms.LETTER_BYTES + forms.MOST_BYTES


def page(request: Request) -> Response:
    """`/canh-bao/mau`."""
    ask = asked(request)
    desk, here = _desk(ask)
    listed = [desk.template(here, *names) for names in desk.template_names()]
    return render.page(ask, "alert_templates.html", listed=listed, one=None, may_change=_may_change(ask), told=told)


def one(request: Request) -> Response:
    """`/canh-bao/mau/{name}/{part}`."""
    ask = asked(request)
    desk, here = _desk(ask)
    return _page(ask, desk.template(here, *_named(ask, desk)))


def save(request: Request, sent: Sent) -> Response:
    """POST: try a text, keep it, or go back to the shipped one. A broken one is told of and not kept."""
    ask = asked(request)
    desk, here = _desk(ask)
    name, part = _named(ask, desk)
    if not _may_change(ask):
        return _page(ask, desk.template(here, name, part), status=403)
    text = nfc(sent["chu"]).replace("\r\n", "\n")
    if overtaken(sent.fields, _own(ask, desk), "" if sent["lam"] == "goc" else text):
        return _page(ask, desk.template(here, name, part, text), status=422, why=WHY)
    if sent["lam"] == "goc":
        text = ""
    else:
        tried = desk.template(here, name, part, text)
        if sent["lam"] == "xem" or tried.fault:
            return _page(ask, tried, status=422 if tried.fault else 200)
    desk.keep_template(name, part, text)
    ask.audit("alerts.template", f"{name}/{part}", for_all=True)
    return forms.onward(ask, f"{PATH}/{name}/{part}")


def _page(ask: Asked, found: TemplateText, status: int = 200, why: str = "") -> Response:
    desk, _ = _desk(ask)
    return render.page(
        ask,
        "alert_templates.html",
        changes=True,
        status=status,
        listed=(),
        one=found,
        may_change=_may_change(ask),
        told=told,
        why=why,
        seen_field=FIELD,
        shown=shown_as(_own(ask, desk)),
    )


def told(ask: Asked, fault: str) -> str:
    """What kind of fault, and in which line where that is known; the engine's own words are the hint beside it."""
    line = _LINE.match(fault)
    kind = next((kind for sign, kind in _KINDS if sign in fault), "syntax")
    says = ask.words.t(f"mail_template.fault_{kind}")
    return ask.words.t("mail_template.in_line", line=line[1], says=says) if line else says


def _may_change(ask: Asked) -> bool:
    """Where there is one desk, whoever may edit it; else only who administers every desk that the text goes out for."""
    return len(ask.room.desks.desks()) < 2 or ask.governs_all()


def _desk(ask: Asked) -> tuple[AlertDesk, str]:
    if ask.room.office.alerts is None or ask.desk is None:
        raise NotHere("error.no_such_page")
    return ask.room.office.alerts, ask.desk.id


def _own(ask: Asked, desk: AlertDesk) -> str:
    """The office's own text; "" where the shipped one is in force."""
    found = desk.template(_desk(ask)[1], *_named(ask, desk))
    return found.text if found.own else ""


def _named(ask: Asked, desk: AlertDesk) -> tuple[str, str]:
    names = ask.request.path_params["name"], ask.request.path_params["part"]
    if names not in desk.template_names():
        raise NotHere("error.no_such_page")
    return names
