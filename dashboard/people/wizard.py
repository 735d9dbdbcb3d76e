"""Bắt đầu: the first run, on the machine itself: the first administrator, the desk, and then the first articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from core.access import Level
from core.errors import ConfigError
from core.papers import office_refusal
from core.people import PeopleError, check_password, check_user, email_of, new_id
from core.records import Desk, Membership, UnitChoice, User
from core.text import clean, clip, identifier
from dashboard import forms, render
from dashboard.asking import Asked, asked, open_here
from dashboard.forms import Form
from dashboard.people.signing import people, sign_in

_LONGEST = 120
_FIRST = "first"
"""As whom the audit names whoever made the first user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was typed so far."""

    place: str = ""  # searched for
    unit: str = ""
    office: str = ""
    name: str = ""
    email: str = ""


def page(request: Request) -> Response:
    """`/bat-dau?ten=Bình Sơn`: the namesakes of that name to choose from, and the administrator's name."""
    ask = asked(request)
    if not _may_begin(ask, request):
        return _elsewhere(ask)
    return _page(ask, Filled(place=clip(clean(request.query_params.get("ten", "")), _LONGEST)))


def begin(request: Request, form: Form) -> Response:
    """POST `/bat-dau`: `ten`, `don-vi`, `co-quan`, `ho-ten`, `thu`, `mat-khau`. All of it or nothing."""
    ask = asked(request)
    if not _may_begin(ask, request):
        return _elsewhere(ask)
    given = {name: clip(clean(form.get(name, "")), _LONGEST) for name in ("ten", "don-vi", "co-quan", "ho-ten")}
    filled = Filled(
        place=given["ten"], unit=given["don-vi"], office=given["co-quan"], name=given["ho-ten"],
        email=email_of(form.get("thu", "")),
    )  # fmt: skip
    user = User(id=new_id(), email=filled.email, name=filled.name, memberships=(), created=ask.words.now)
    try:
        check_user(user)
        check_password(form.get("mat-khau", ""), user)
        desks = ask.desks or (_desk(ask, filled),)
        return _made(ask, user, desks, form.get("mat-khau", ""))
    except PeopleError as error:
        return _page(ask, filled, wrong=error.said(ask.language), status=422)
    except ConfigError:
        return _page(ask, filled, wrong=ask.words.t("start.desk_refused"), status=422)


def _made(ask: Asked, user: User, desks: Sequence[Desk], password: str) -> Response:
    """The desk, the user who administers it, the session; the desk's first articles are looked for meanwhile."""
    book, now, room = people(ask), ask.words.now, ask.room
    new = [desk for desk in desks if desk not in ask.desks]
    for desk in new:
        room.desks.apply_desk(desk, now, _FIRST)
    held = tuple(Membership(desk=desk.id, level=Level.ADMINISTRATOR) for desk in desks)
    made = User(id=user.id, email=user.email, name=user.name, memberships=held, created=now)
    book.add(made, _FIRST)
    book.set_password(made.id, room.passwords.hash(password), now, made.id)
    if room.fill:
        for desk in new:
            room.fill(desk)
    return sign_in(ask, made, forms.onward(ask, "/"))


def _desk(ask: Asked, filled: Filled) -> Desk:
    """The desk as it was described. Raises PeopleError where no unit was chosen, or no office named."""
    unit = next((choice for choice in _choices(ask, filled.place) if choice.id == filled.unit), None)
    if unit is None:
        raise PeopleError("start.no_unit")
    if not filled.office:
        raise PeopleError("start.no_office")
    if reason := office_refusal(filled.office):
        raise PeopleError(reason)
    return Desk(id=identifier(unit.name), name=unit.name, office=filled.office, units=(unit.id,))


def _choices(ask: Asked, place: str) -> Sequence[UnitChoice]:
    return ask.room.units(place) if ask.room.units and place else ()


def _may_begin(ask: Asked, request: Request) -> bool:
    """At this machine, while there is no user, and not in the sample, whose record is thrown away."""
    return ask.room.people is not None and open_here(request) and not ask.room.status().sample


def _elsewhere(ask: Asked) -> Response:
    """What to do where the first run can't be had here; where it is over, to the day's page."""
    if ask.room.people is None or ask.room.people.any():
        return forms.onward(ask, "/")
    sample = ask.room.status().sample
    return render.page(ask, "people/elsewhere.html", status=200 if sample else 403, sample=sample)


def _page(ask: Asked, filled: Filled, *, wrong: str = "", status: int = 200) -> Response:
    choices = _choices(ask, filled.place)
    return render.page(
        ask, "people/start.html", status=status, changes=True, filled=filled, choices=choices, wrong=wrong,
        searched=bool(filled.place), can_search=ask.room.units is not None, have=ask.desks,
    )  # fmt: skip
