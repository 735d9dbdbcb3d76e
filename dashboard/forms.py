"""Forms that change something are taken from our own pages only.

Three locks, each enough by itself (OWASP, Cross-Site Request Forgery Prevention): the browser says that the form came
from a page of ours (Origin, else Referer; Sec-Fetch-Site where it is sent), a SameSite=Strict cookie, and a field that
only a page made for this cookie can carry.

A form that makes something new carries a mark of its own page besides: sent twice (an impatient click, a line that
broke) it makes one thing, and both are led to it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message

from core.ports import PeopleBook
from dashboard.asking import FORM_COOKIE, SESSION_COOKIE, Asked, BadRequest
from dashboard.room import Room
from dashboard.safety import LOOPBACK_NAMES, host_name

FIELD: Final = "dau"
MARK: Final = "lan"
"""The field by which a form that makes something new is known when it comes again."""
MOST_BYTES: Final = 8192
"""Of a form's body, where its door allows no more; most of ours have a few short fields."""
LETTER_BYTES: Final = 9
"""That a letter of a field takes up in a body, at most: three bytes, percent-encoded."""
_MOST_FIELDS: Final = 20
_PORTS: Final = {"http": 80, "https": 443}
_KEPT_FOR: Final = timedelta(days=1)
_UNDER_WAY: Final = timedelta(minutes=2)
"""So long a form may be worked on; one that was cut off by a fall of the program can be sent again after it."""
_LOOKS, _PAUSE = 100, 0.1
"""How often, and how many seconds apart, a form that came again asks what became of the first."""

Form = Mapping[str, str]
Handler = Callable[[Request, Form], Response]


class Forged(Exception):  # noqa: N818 - an outcome with a name
    """A form that no page of ours, opened in this browser, has sent."""


def posting(
    handler: Handler, most_bytes: int = MOST_BYTES, *, once: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the locks; it gets the request and the form's fields and runs in the thread pool.

    `once`: the same form sent twice makes one thing.
    The endpoint raises Forged, and BadRequest for a body that is no short form.
    """

    async def endpoint(request: Request) -> Response:
        if not from_us(request.headers, request.app.state.room.settings.public_url):
            raise Forged
        form = await fields_of(request, most_bytes)
        if not _fits(request, form.get(FIELD, "")):
            raise Forged
        act = partial(handler, request, form)
        return await run_in_threadpool(only_once, request, form, act) if once else await run_in_threadpool(act)

    return endpoint


def only_once(request: Request, form: Form, act: Callable[[], Response]) -> Response:
    """What the act answers; for a form that came before, with the same mark and the same words, what it answered then.

    An act that made nothing, since something was wrong, may be tried again.
    """
    room: Room = request.app.state.room
    if room.people is None or not form.get(MARK):
        return act()
    key, now = _known_as(request, form), room.clock.now()
    for look in range(_LOOKS):
        made = room.people.claim(key, now, now + _UNDER_WAY)
        if made is None:
            return _made(room.people, key, now, act)
        if made:
            return RedirectResponse(made, status_code=303)
        time.sleep(_PAUSE if look else 0)
    raise BadRequest("error.under_way")


def _made(people: PeopleBook, key: str, now: datetime, act: Callable[[], Response]) -> Response:
    done = False
    try:
        answer = act()
        done = answer.status_code == 303
    finally:
        if not done:
            people.take_kept(key, now)
    if done:
        people.keep_step(key, answer.headers["location"], now + _KEPT_FOR)
    return answer


def _known_as(request: Request, form: Form) -> str:
    """Of this browser and session (by the seal), this door and these words: a page gone back to can send others."""
    said = json.dumps([request.url.path, request.url.query, sorted(form.items())])
    return sha256(said.encode()).hexdigest()


def from_us(headers: Mapping[str, str], public_url: str) -> bool:
    """Whether the browser says that one of our pages sent this. A request that says nothing is not from us."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    sender = _place(headers.get("origin") or headers.get("referer") or "")
    host = headers.get("host", "")
    ours = {_place(public_url), _place(f"http://{host}") if host_name(host) in LOOPBACK_NAMES else None}
    return sender is not None and sender in ours


def token(ask: Asked) -> str:
    """The value of FIELD on a page for this browser."""
    return _sealed(ask.room.seal, ask.form_cookie, ask.request.cookies.get(SESSION_COOKIE, ""))


def mark(ask: Asked) -> str:
    """The value of MARK, another one on every page; "" where nothing would remember it."""
    return secrets.token_urlsafe(12) if ask.room.people else ""


def onward(ask: Asked, path: str, /, fragment: str = "", **params: object) -> Response:
    """To a page of ours, asked with GET, so that loading it again sends nothing twice."""
    return RedirectResponse(ask.link(path, **params) + (f"#{fragment}" if fragment else ""), status_code=303)


def read(request: Request) -> Form | None:
    """The fields that were read of the request's form; None where nobody has begun to read it."""
    fields: Form | None = getattr(request.state, "form", None)
    return fields


async def fields_of(request: Request, most_bytes: int) -> dict[str, str]:
    """The fields of an urlencoded form. Raises BadRequest for anything else or larger."""
    request.state.form = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadRequest("error.bad_form")
    body = await whole_body(request, most_bytes)
    try:
        form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise BadRequest("error.bad_form") from None
    request.state.form = form
    return form


async def whole_body(request: Request, most_bytes: int) -> bytes:
    """All that was sent. Raises BadRequest as soon as it is more than that."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise too_large(most_bytes)
    return bytes(body)


def again(request: Request, body: bytes) -> Request:
    """The request with a body that has been read, to be read by a library."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return whole.pop() if whole else {"type": "http.disconnect"}

    return Request(request.scope, receive)


def too_large(most_bytes: int) -> BadRequest:
    """The refusal of a body: where a file may come, with the size that one may have (what is round it takes 1 MB)."""
    most = most_bytes // 1_000_000 - 1
    return BadRequest("error.too_large", most=most) if most > 0 else BadRequest("error.too_long")


def _fits(request: Request, given: str) -> bool:
    cookie = request.cookies.get(FORM_COOKIE, "")
    wanted = _sealed(request.app.state.room.seal, cookie, request.cookies.get(SESSION_COOKIE, ""))
    return bool(cookie) and hmac.compare_digest(given.encode(), wanted.encode())


def _sealed(seal: bytes, cookie: str, session: str) -> str:
    """A form belongs to a browser and to the session in which it was opened."""
    return hmac.new(seal, f"{cookie}\n{session}".encode(), sha256).hexdigest()


def _place(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None where it has none."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port
