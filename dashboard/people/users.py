"""Người dùng: who may sign in on this desk and with which level; an administrator's page."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from core import roster
from core.access import Level, Right
from core.people import PeopleError, email_of, new_id
from core.records import Membership, User
from core.sheets import Planned, Problem
from core.text import clean
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form
from dashboard.people import reset
from dashboard.people.signing import people

USERS = "/nguoi-dung"
LEVELS = (Level.VIEWER, Level.OFFICER, Level.EDITOR, Level.ADMINISTRATOR)
SHEET_BYTES = 400_000
"""Of a pasted sheet as a form sends it."""


def page(request: Request) -> Response:
    """`/nguoi-dung`: by name, with those that nobody has used for long on top."""
    return _page(asked(request))


def add(request: Request, form: Form) -> Response:
    """POST `/nguoi-dung`: `thu`, `ten`, `vai-tro`. Shows the link by which the new user chooses a password.

    Of one who is here already and has no password it shows a new link: of a form sent twice only the second answer is
    seen.
    """
    ask = asked(request)
    desk, level = _desk(ask), _level(form)
    email = email_of(form.get("thu", ""))
    known = people(ask).by_email(email)
    membership = Membership(desk=desk, level=level)
    try:
        if known and membership in known.memberships and not known.password and governs(ask, known):
            return _page(ask, link=reset.new_link(ask, known), whose=known)
        if known:
            _put(ask, known, membership)
            return forms.onward(ask, USERS, known.id)
        user = User(
            id=new_id(), email=email, name=clean(form.get("ten", "")), memberships=(membership,), created=ask.words.now
        )
        people(ask).add(user, ask.user.id)
    except PeopleError as error:
        return _page(ask, wrong=error, status=422, email=email, name=clean(form.get("ten", "")))
    return _page(ask, link=reset.new_link(ask, user), whose=user)


def act(request: Request, form: Form) -> Response:
    """POST `/nguoi-dung/{user}`: `viec` is vai-tro (with `vai-tro`), bo, khoa, mo, lien-ket, phien, ma, can, xoa."""
    ask = asked(request)
    user, deed = _known(ask), form.get("viec", "")
    try:
        if deed == "vai-tro":
            _put(ask, user, Membership(desk=_desk(ask), level=_level(form)))
        elif deed == "bo":
            _leave(ask, user)
        elif not governs(ask, user):
            raise PeopleError("people.of_other_desk")
        elif deed == "lien-ket":
            return _page(ask, link=reset.new_link(ask, user), whose=user)
        else:
            _account(ask, user, deed)
    except PeopleError as error:
        return _page(ask, wrong=error, status=422)
    return forms.onward(ask, USERS, user.id)


def _account(ask: Asked, user: User, deed: str) -> None:
    """What is done with the whole account."""
    book, now, by = people(ask), ask.words.now, ask.user.id
    match deed:
        case "khoa":
            book.disable(user.id, now, by)
        case "mo":
            book.enable(user.id, now, by)
        case "phien":
            book.end_sessions(user.id, now, by)
        case "ma":
            book.drop_second_factor(user.id, now, by)
            book.end_sessions(user.id, now, by)
        case "can":
            book.keep_idle(user.id, now, by)
        case "xoa":
            book.delete(user.id, now, by)
        case _:
            raise BadRequest("error.bad_form")


def _leave(ask: Asked, user: User) -> None:
    """They hold no level on this desk any more."""
    kept = tuple(m for m in user.memberships if m.desk != _desk(ask))
    if not kept:
        raise PeopleError("people.only_here")
    people(ask).change(user.id, memberships=kept, at=ask.words.now, by=ask.user.id)


def export(request: Request) -> Response:
    """`/nguoi-dung/xuat`: the users of the desk as CSV. Audited."""
    ask = asked(request)
    desk = _desk(ask)
    ask.audit("user.export", desk)
    return Response(
        roster.write(_of_desk(ask), desk).encode("utf-8-sig"), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="nguoi-dung-{desk}.csv"'},
    )  # fmt: skip


def sheet_page(request: Request) -> Response:
    """`/nguoi-dung/bang`: where a sheet is pasted."""
    return _sheet(asked(request))


def sheet(request: Request, form: Form) -> Response:
    """POST `/nguoi-dung/bang`: `bang`, the sheet's text; shows what would be done, and with `lam=1` does it."""
    ask = asked(request)
    text = form.get("bang", "")
    problem, planned = roster.plan(text, people(ask).users(), {_desk(ask)}, ask.words.now, desk=_desk(ask))
    ready = roster.outcome(planned)
    if form.get("lam") != "1" or problem or not ready:
        return _sheet(ask, text=text, problem=problem, planned=planned, ready=bool(ready))
    try:
        for user in ready:
            take(ask, user)
    except PeopleError as error:
        return _sheet(
            ask, text=text, problem=Problem(key=error.key, values=error.values), planned=planned, status=422
        )  # fmt: skip
    return forms.onward(ask, USERS)


def take(ask: Asked, user: User) -> None:
    """A user of a sheet: new, or with the levels that it gives them. Raises PeopleError."""
    if people(ask).user(user.id):
        people(ask).change(user.id, memberships=user.memberships, at=ask.words.now, by=ask.user.id)
    else:
        people(ask).add(user, ask.user.id)


def governs(ask: Asked, user: User) -> bool:
    """Whether the whole account is the asker's to handle: they administer every desk on which it holds a level.

    Else somebody could take over an account by a link and read with it what is not theirs.
    """
    return all(ask.user.may(Right.ADMINISTER, m.desk or None) and m.desk for m in user.memberships)


def _put(ask: Asked, user: User, membership: Membership) -> None:
    kept = tuple(m for m in user.memberships if m.desk != membership.desk)
    people(ask).change(user.id, memberships=(*kept, membership), at=ask.words.now, by=ask.user.id)


def _page(
    ask: Asked, *, wrong: PeopleError | None = None, status: int = 200, link: str = "", whose: User | None = None,
    email: str = "", name: str = "",
) -> Response:  # fmt: skip
    everyone = _of_desk(ask)
    names = {desk.id: desk.name for desk in ask.room.desks.desks()}
    return render.page(
        ask, "people/users.html", status=status, changes=True, levels=LEVELS,
        wrong=wrong.said(ask.language) if wrong else "",
        users=[(user, _level_of(user, _desk(ask)), governs(ask, user)) for user in everyone],
        link_made=link, whose=whose,
        hours=int(reset.LASTS.total_seconds() // 3600), desk_names=names, email=email, name=name,
        idle_months=ask.room.keep.account_months,
    )  # fmt: skip


def _sheet(
    ask: Asked, *, text: str = "", problem: Problem | None = None, planned: tuple[Planned[User], ...] = (),
    ready: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    return render.page(
        ask, "people/sheet.html", status=status, changes=True, text=text, problem=problem, planned=planned, ready=ready,
        levels=LEVELS, here_desk=_desk(ask),
    )  # fmt: skip


def _of_desk(ask: Asked) -> tuple[User, ...]:
    desk = _desk(ask)
    found = [user for user in people(ask).users() if any(m.desk == desk for m in user.memberships)]
    return tuple(sorted(found, key=lambda user: (user.asked is None, user.name.casefold())))


def _level_of(user: User, desk: str) -> Level:
    return next(m.level for m in user.memberships if m.desk == desk)


def _known(ask: Asked) -> User:
    """The user of the address, if they are of this desk."""
    user = next((user for user in _of_desk(ask) if user.id == ask.request.path_params["user"]), None)
    if user is None:
        raise NotHere("people.no_such_user")
    return replace(user)


def _level(form: Form) -> Level:
    given = form.get("vai-tro", "")
    if given not in set(LEVELS):
        raise BadRequest("error.bad_form")
    return Level(given)


def _desk(ask: Asked) -> str:
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    return ask.desk.id
