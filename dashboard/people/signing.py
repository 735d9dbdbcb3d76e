"""Opens and ends sessions: the record of it, and the browser's cookie."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from core.people import hashed, new_token
from core.ports import PeopleBook
from core.records import Session, User
from dashboard.asking import SESSION_COOKIE, Asked, NotHere
from dashboard.peer import peer

STEP_COOKIE: Final = "buoc"
ADMIN_IDLE, ADMIN_DAYS = timedelta(hours=12), timedelta(days=7)
_BROWSERS: Final = (("Edg", "Edge"), ("OPR", "Opera"), ("coc_coc", "Cốc Cốc"), ("Zalo", "Zalo"), ("Firefox", "Firefox"),
                    ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS: Final = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
                   ("Macintosh", "macOS"), ("Linux", "Linux"))  # fmt: skip


def people(ask: Asked) -> PeopleBook:
    """The users. Raises NotHere where there is no book of them."""
    if ask.room.people is None:
        raise NotHere("error.no_such_page")
    return ask.room.people


def sign_in(ask: Asked, user: User, answer: Response, way: str = "password") -> Response:
    """Open a session and give the browser its cookie. A session that it had ends."""
    book, now = people(ask), ask.words.now
    if ask.user.session:
        book.end_session(ask.user.id, ask.user.session, now, ask.user.id)
    token = new_token()
    serve = ask.room.settings.serve
    idle, longest = timedelta(hours=serve.session_idle_hours), timedelta(days=serve.session_days)
    if user.administers:
        idle, longest = min(idle, ADMIN_IDLE), min(longest, ADMIN_DAYS)
    session = Session(
        id=hashed(token), user=user.id, began=now, seen=now, idle=idle, ends=now + longest,
        network=peer(ask.request).network, browser=browser(ask.request.headers.get("user-agent", "")), way=way,
    )  # fmt: skip
    book.open_session(session)
    set_cookie(ask, answer, SESSION_COOKIE, token, longest, lax=True)
    drop_cookie(ask, answer, STEP_COOKIE)
    return answer


def sign_out(ask: Asked, answer: Response) -> Response:
    """End this browser's session."""
    if ask.user.session:
        people(ask).end_session(ask.user.id, ask.user.session, ask.words.now, ask.user.id)
    drop_cookie(ask, answer, SESSION_COOKIE)
    return answer


def set_cookie(ask: Asked, answer: Response, name: str, value: str, lasts: timedelta, *, lax: bool = False) -> None:
    """A cookie that no script reads. `lax`: it also comes along when a link in a letter is followed."""
    answer.set_cookie(
        name, value, max_age=int(lasts.total_seconds()), path=_path(ask), httponly=True,
        samesite="lax" if lax else "strict", secure=_secure(ask),
    )  # fmt: skip


def drop_cookie(ask: Asked, answer: Response, name: str) -> None:
    """Take a cookie back."""
    if name in ask.request.cookies:
        answer.delete_cookie(name, path=_path(ask), httponly=True, secure=_secure(ask))


def browser(agent: str) -> str:
    """A browser and its system in a word or two, so that their user knows it again; nothing finer is kept."""
    kind = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}", agent, re.IGNORECASE)), "?")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "?")
    return f"{kind}, {system}"


def fresh(ask: Asked) -> User:
    """The signed-in user as the record has them now. Raises NotHere where nobody is signed in."""
    found = people(ask).user(ask.user.id) if ask.user.known else None
    if found is None:
        raise NotHere("error.no_such_page")
    return replace(found)


def _secure(ask: Asked) -> bool:
    return ask.room.settings.public_url.startswith("https://")


def _path(ask: Asked) -> str:
    return ask.request.scope.get("root_path", "") or "/"
