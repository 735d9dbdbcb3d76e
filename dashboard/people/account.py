"""Tài khoản: one's own name, password, second factor and sessions, and what is kept of one."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from core.people import PeopleError, check_password, hashed
from core.records import User
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, asked
from dashboard.forms import Form
from dashboard.people import throttle, totp
from dashboard.people.login import confirmed, later, whole_seconds
from dashboard.people.signing import fresh, people

ACCOUNT = "/tai-khoan"


def page(request: Request) -> Response:
    """`/tai-khoan`; at a machine where no login is asked for, to the first run."""
    ask = asked(request)
    if not ask.user.known:
        return forms.onward(ask, "/bat-dau")
    return _page(ask, fresh(ask))


def change_password(request: Request, form: Form) -> Response:
    """POST `/tai-khoan/mat-khau`: `cu`, `moi`. Other sessions end."""
    ask = asked(request)
    user, new = fresh(ask), form.get("moi", "")
    wrong, left = confirmed(ask, user.email, form.get("cu", ""))
    if left:
        return later(_page(ask, user, wrong=wrong, values={"seconds": whole_seconds(left)}, status=429), left)
    if wrong:
        return _page(ask, user, wrong=wrong, status=422)
    try:
        check_password(new, user)
    except PeopleError as error:
        return _page(ask, user, wrong=error.key, values=error.values, status=422)
    people(ask).set_password(user.id, ask.room.passwords.hash(new), ask.words.now, user.id, keep=ask.user.session)
    return forms.onward(ask, ACCOUNT, xong="mat-khau")


def end_session(request: Request, form: Form) -> Response:
    """POST `/tai-khoan/phien`: `phien`, the id of one; or `tat-ca`, all but this one."""
    ask = asked(request)
    user = fresh(ask)
    if form.get("tat-ca"):
        people(ask).end_sessions(user.id, ask.words.now, user.id, keep=ask.user.session)
    else:
        people(ask).end_session(user.id, form.get("phien", ""), ask.words.now, user.id)
    return forms.onward(ask, ACCOUNT, "phien")


def factor_page(request: Request) -> Response:
    """`/tai-khoan/ma-xac-thuc`: the key for the app, as a picture and to be typed."""
    ask = asked(request)
    return _factor(ask, fresh(ask))


def set_factor(request: Request, form: Form) -> Response:
    """POST `/tai-khoan/ma-xac-thuc`: `mat-khau`, `ma`, the first code of the app. Shows the recovery codes, once.

    The password is asked for the first time too: an open session alone gets no administrator's rights, and shuts nobody
    out with a phone of its own. Who signs in at a provider has none.
    """
    ask = asked(request)
    user, now = fresh(ask), ask.words.now
    secret = people(ask).pending_secret(user.id)
    if user.password and not form.get("mat-khau"):
        raise BadRequest("error.bad_form")
    wrong, left = confirmed(ask, user.email, form["mat-khau"]) if user.password else ("", timedelta())
    if left:
        return later(_factor(ask, user, wrong=wrong, seconds=whole_seconds(left), status=429), left)
    if wrong:
        return _factor(ask, user, wrong=wrong, status=422)
    step = totp.fitting_step(secret, form.get("ma", ""), now) if secret else None
    if step is None:
        return _factor(ask, user, wrong="login.wrong_code", status=422)
    codes = totp.new_recovery_codes()
    people(ask).confirm_second_factor(user.id, [hashed(code) for code in codes], step, now, user.id)
    people(ask).end_sessions(user.id, now, user.id, keep=ask.user.session)
    request.state.visitor = None  # whose rights waited for it has them now
    return render.page(asked(request), "people/recovery.html", codes=codes)


def _factor(ask: Asked, user: User, *, wrong: str = "", seconds: int = 0, status: int = 200) -> Response:
    secret = people(ask).pending_secret(user.id)
    if not secret:
        secret = totp.new_secret()
        people(ask).begin_second_factor(user.id, secret)
    return render.page(
        ask, "people/factor.html", status=status, changes=True, secret=totp.grouped(secret),
        asks_password=user.password, picture=totp.picture(secret, user.email), wrong=wrong, seconds=seconds,
    )  # fmt: skip


def _page(
    ask: Asked, user: User, *, wrong: str = "", values: dict[str, object] | None = None, status: int = 200
) -> Response:
    names = {desk.id: desk.name for desk in ask.room.desks.desks()}
    factor = people(ask).second_factor(user.id)
    keep = ask.room.keep
    return render.page(
        ask, "people/account.html", status=status, changes=True, me=user, wrong=wrong, wrong_values=values or {},
        sessions=people(ask).sessions(user.id), this=ask.user.session, factor=factor, desk_names=names,
        done=ask.request.query_params.get("xong", ""), account_months=keep.account_months,
        audit_months=keep.audit_months, attempt_days=throttle.KNOWN_FOR.days, answer_months=3,
    )  # fmt: skip
