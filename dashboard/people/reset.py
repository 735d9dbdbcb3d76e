"""Đặt mật khẩu: by a link that an administrator made, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.people import PeopleError, check_password, hashed, new_token
from core.records import User
from dashboard import forms, render
from dashboard.asking import Asked, NotHere, asked
from dashboard.forms import Form
from dashboard.people.leading import LOGIN
from dashboard.people.signing import people

RESET: Final = "/dat-mat-khau"
LASTS: Final = timedelta(hours=72)


def new_link(ask: Asked, user: User) -> str:
    """The whole address of a new link for that user; only its hash is kept."""
    token = new_token()
    people(ask).new_link(user.id, hashed(token), ask.words.now + LASTS, ask.words.now, ask.user.id)
    return f"{base(ask)}{RESET}/{token}"


def page(request: Request) -> Response:
    """`/dat-mat-khau/{token}`. Opening uses nothing up: letters are opened by scanners too."""
    ask = asked(request)
    return _page(ask, _whose(ask))


def choose(request: Request, form: Form) -> Response:
    """POST `/dat-mat-khau/{token}`: `moi`. The second factor stays as it is; then comes the login."""
    ask = asked(request)
    user, new = _whose(ask), form.get("moi", "")
    try:
        check_password(new, user)
    except PeopleError as error:
        return _page(ask, user, wrong=error.key, values=error.values, status=422)
    people(ask).set_password(user.id, ask.room.passwords.hash(new), ask.words.now, user.id)
    return forms.onward(ask, LOGIN)


def _whose(ask: Asked) -> User:
    found = people(ask).link(hashed(ask.request.path_params["token"]), ask.words.now)
    if found is None:
        raise NotHere("error.link_over")
    return found


def _page(
    ask: Asked, user: User, *, wrong: str = "", values: dict[str, object] | None = None, status: int = 200
) -> Response:
    return render.page(
        ask, "people/reset.html", status=status, changes=True, who=user, wrong=wrong, wrong_values=values or {},
    )  # fmt: skip


def base(ask: Asked) -> str:
    """Where the pages are reached from outside; by this request where no public address is set."""
    public = ask.room.settings.public_url.rstrip("/")
    return public or f"http://{ask.request.headers.get('host', '')}"
