"""Stands before every door: lets pass who has the right, sends who isn't signed in to the login page."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.access import Right
from dashboard.asking import DESK_COOKIE, NotHere, seen_desks, who

Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


class NotSignedIn(Exception):  # noqa: N818 - an outcome with a name
    """Nobody is signed in, and this door is not for everybody."""


class NotAllowed(Exception):  # noqa: N818 - an outcome with a name
    """The user's level does not hold that right on this desk."""

    def __init__(self, right: Right) -> None:
        super().__init__(right)
        self.right = right


def guarded(handler: Handler, right: Right) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the check of its right."""

    async def endpoint(request: Request) -> Response:
        if right is not Right.PUBLIC:
            await run_in_threadpool(check, request, right)
        if inspect.iscoroutinefunction(handler):
            answer: Response = await handler(request)
            return answer
        return await run_in_threadpool(handler, request)  # type: ignore[arg-type]

    return endpoint


def check(request: Request, right: Right) -> None:
    """Raises NotSignedIn, NotAllowed, or NotHere for a desk that the user does not know of. Asks the record."""
    user = who(request)
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
