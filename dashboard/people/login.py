"""Đăng nhập: address and password, then the second factor where one is set up."""

from __future__ import annotations

import json
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.people import email_of, hashed, new_token
from core.records import Attempt, User
from dashboard import render
from dashboard.asking import Asked, asked, open_here
from dashboard.forms import Form
from dashboard.peer import peer
from dashboard.people import throttle, totp
from dashboard.people.leading import LOGIN, kept_path, onward_path
from dashboard.people.signing import STEP_COOKIE, drop_cookie, people, set_cookie, sign_in, sign_out

CODE = f"{LOGIN}/ma"
_EMAIL_LIMIT = 254


def page(request: Request) -> Response:
    """`/dang-nhap?tiep=/…`. Whoever is signed in, or need not be, is led on."""
    ask = asked(request)
    back = onward_path(request.query_params.get("tiep", "/"))
    if ask.user.known or open_here(request):
        return _onward(ask, back)
    return _login(ask, back)


def log_in(request: Request, form: Form) -> Response:
    """POST `/dang-nhap`: `thu`, `mat-khau`, `tiep`."""
    ask = asked(request)
    back, email = onward_path(form.get("tiep", "/")), email_of(form.get("thu", ""))[:_EMAIL_LIMIT]
    if ask.room.settings.oidc.issuer and ask.room.settings.oidc.only:
        return _login(ask, back, wrong="login.only_oidc", status=403)
    left = _try(ask, email)
    if left:
        return later(_login(ask, back, email=email, wrong="login.wait", seconds=whole_seconds(left), status=429), left)
    user = proven(ask, email, form.get("mat-khau", ""))
    if user is None:
        return _login(ask, back, email=email, wrong="login.wrong", status=401)
    if user.second_factor:
        return _ask_code(ask, user, back)
    _note_good(ask, email)
    return sign_in(ask, user, _onward(ask, back))


def proven(ask: Asked, email: str, password: str) -> User | None:
    """Whose password that is; None for a wrong one, an unknown address, and an account that is closed."""
    book, passwords = people(ask), ask.room.passwords
    user = book.by_email(email)
    kept = book.password(user.id) if user else ""
    if not passwords.fits(kept, password) or user is None or user.disabled:
        return None
    if passwords.aged(kept):
        book.better_hash(user.id, kept, passwords.hash(password))
    return user


def confirmed(ask: Asked, email: str, password: str) -> tuple[str, timedelta]:
    """Whether the signed-in user knows their password: "" or the catalogue key of what is wrong, and how long to wait.

    Tries count as at the login: a session that was left open or stolen is no place to guess in.
    """
    left = _try(ask, email)
    if left:
        return "login.wait", left
    if proven(ask, email, password) is None:
        return "account.wrong_password", timedelta()
    _note_good(ask, email)
    return "", timedelta()


def code_page(request: Request) -> Response:
    """`/dang-nhap/ma`: asks for the code; without a first step back to the login."""
    ask = asked(request)
    return _code(ask) if _step(ask) else _onward(ask, LOGIN)


def give_code(request: Request, form: Form) -> Response:
    """POST `/dang-nhap/ma`: `ma`, of the app or one of the recovery codes."""
    ask = asked(request)
    step = _step(ask)
    user = people(ask).user(step["user"]) if step else None
    if step is None or user is None or user.disabled:
        return _onward(ask, LOGIN)
    left = _try(ask, user.email)
    if left:
        return later(_code(ask, wrong="login.wait", seconds=whole_seconds(left), status=429), left)
    if not code_fits(ask, user, form.get("ma", "")):
        return _code(ask, wrong="login.wrong_code", status=401)
    _note_good(ask, user.email)
    people(ask).take_kept(hashed(ask.request.cookies.get(STEP_COOKIE, "")), ask.words.now)
    return sign_in(ask, user, _onward(ask, onward_path(step["back"])))


def code_fits(ask: Asked, user: User, given: str) -> bool:
    """Whether that is a code that holds now; it is used up."""
    book, now = people(ask), ask.words.now
    factor = book.second_factor(user.id)
    if factor is None:
        return False
    step = totp.fitting_step(factor.secret, given, now)
    if step is not None:
        return book.take_step(user.id, step)
    return book.take_recovery(user.id, hashed(totp.plain_recovery(given)), now)


def log_out(request: Request, form: Form) -> Response:
    """POST `/dang-xuat`."""
    del form
    ask = asked(request)
    return sign_out(ask, _onward(ask, LOGIN))


def _try(ask: Asked, email: str) -> timedelta:
    """How long this account waits in this network; where it does not, a failure is noted before the password is looked
    at, in one with the question, so that of tries at the same moment no more pass than one after the other.
    """
    attempt = _attempt(ask, email, good=False)

    def wait(tries: tuple[Attempt, ...]) -> timedelta:
        return throttle.wait(tries, attempt.account, attempt.network, attempt.at)

    return people(ask).try_in_turn(attempt, attempt.at - throttle.KNOWN_FOR, wait)


def _note_good(ask: Asked, email: str) -> None:
    people(ask).note_attempt(_attempt(ask, email, good=True))


def _attempt(ask: Asked, email: str, *, good: bool) -> Attempt:
    return Attempt(at=ask.words.now, account=hashed(email), network=_network(ask), good=good)


def _ask_code(ask: Asked, user: User, back: str) -> Response:
    token = new_token()
    body = json.dumps({"user": user.id, "back": kept_path(back)})
    people(ask).keep_step(hashed(token), body, ask.words.now + totp.VALID_FOR)
    answer = _onward(ask, CODE)
    set_cookie(ask, answer, STEP_COOKIE, token, totp.VALID_FOR)
    return answer


def _step(ask: Asked) -> dict[str, str] | None:
    token = ask.request.cookies.get(STEP_COOKIE, "")
    body = people(ask).step(hashed(token), ask.words.now) if token else None
    found = json.loads(body) if body else {}
    return found if "back" in found and "user" in found else None


def _login(ask: Asked, back: str, *, email: str = "", wrong: str = "", seconds: int = 0, status: int = 200) -> Response:
    oidc = ask.room.settings.oidc
    answer = render.page(
        ask, "people/login.html", status=status, changes=True, back=back, email=email, wrong=wrong, seconds=seconds,
        oidc=(oidc.name or oidc.issuer) if oidc.issuer else "", only=bool(oidc.issuer) and oidc.only,
        fresh=not people(ask).any(),
    )  # fmt: skip
    drop_cookie(ask, answer, STEP_COOKIE)
    return answer


def _code(ask: Asked, *, wrong: str = "", seconds: int = 0, status: int = 200) -> Response:
    return render.page(
        ask, "people/code.html", status=status, changes=True, wrong=wrong, seconds=seconds,
    )  # fmt: skip


def later(answer: Response, left: timedelta) -> Response:
    """With the time after which the next try is taken."""
    answer.headers["Retry-After"] = str(whole_seconds(left))
    return answer


def whole_seconds(left: timedelta) -> int:
    """As it is told, never too early."""
    return int(left.total_seconds()) + 1


def _network(ask: Asked) -> str:
    here = peer(ask.request)
    return here.network or here.address or "?"


def _onward(ask: Asked, path: str) -> Response:
    """To a path with its query as it was asked for."""
    return RedirectResponse(f"{ask.request.scope.get('root_path', '')}{path}", status_code=303)
