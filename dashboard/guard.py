"""Stands before every door: lets pass who has the right, sends who isn't signed in to the login page."""

from __future__ import annotations

import inspect
import math
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.access import Right
from core.zalo import HOOK
from dashboard.asking import DESK_COOKIE, NotHere, seen_desks, who
from dashboard.peer import peer
from dashboard.people.leading import LOGIN
from dashboard.room import Room
from dashboard.visitor import Visitor

Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


_SEARCHES: Final = ("/tim-kiem", "/api/search")
_FROM_ELSEWHERE: Final = (f"{LOGIN}/oidc", f"{LOGIN}/oidc/ve")
"""Signing in at a provider: each asks it and writes to the record, as a form does."""
_FILES: Final = ("/xuat", "/tai/docx", "/tai/pdf", "/tai/xlsx")


class NotSignedIn(Exception):  # noqa: N818 - an outcome with a name
    """Nobody is signed in, and this door is not for everybody."""


class NotAllowed(Exception):  # noqa: N818 - an outcome with a name
    """The user's level does not hold that right on this desk."""

    def __init__(self, right: Right) -> None:
        super().__init__(right)
        self.right = right


class TooMany(Exception):  # noqa: N818 - an outcome with a name
    """More than a person sends. `seconds`: until the next is taken."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def guarded(handler: Handler, right: Right) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the check of its right."""

    async def endpoint(request: Request) -> Response:
        if right is not Right.PUBLIC or counted(request):
            await run_in_threadpool(check, request, right)
        if inspect.iscoroutinefunction(handler):
            answer: Response = await handler(request)
            return answer
        return await run_in_threadpool(handler, request)  # type: ignore[arg-type]

    return endpoint


def check(request: Request, right: Right) -> None:
    """Raises TooMany, NotSignedIn, NotAllowed, or NotHere for a desk that the user doesn't know of. Asks the record."""
    user = who(request)
    if not user.everything:
        _slow_down(request, user)
    if right is Right.PUBLIC or user.everything:
        return
    if not user.known:
        raise NotSignedIn
    if not user.may(right, _desk(request, right)):
        raise NotAllowed(right)


def _desk(request: Request, right: Right) -> str | None:
    """The desk that the request is about: the same that `asked` will find."""
    if right is Right.OPERATE:
        return None
    seen = [desk.id for desk in seen_desks(request)]
    given = request.query_params.get("ban")
    if given is not None and given not in seen and seen:
        raise NotHere("error.no_such_desk")
    wanted = given or request.cookies.get(DESK_COOKIE, "")
    return wanted if wanted in seen else seen[0] if seen else None


def counted(request: Request) -> str:
    """As what a request counts: form, search, or "" for reading and for what Zalo tells of itself."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    if request.method == "POST":
        return "" if path == HOOK else "form"
    if path in _FROM_ELSEWHERE:
        return "form"
    return "search" if path in _SEARCHES or path.endswith(_FILES) else ""


def _slow_down(request: Request, user: Visitor) -> None:
    kind = counted(request)
    if not kind:
        return
    room: Room = request.app.state.room
    here = peer(request)
    serve = room.settings.serve
    most = serve.forms_per_minute if kind == "form" else serve.searches_per_minute
    wait = room.pace.take(kind, user.session or here.network or here.address, most, room.clock.now())
    if wait:
        raise TooMany(math.ceil(wait.total_seconds()))
