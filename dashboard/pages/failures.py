"""What a person reads when something is missing, wrong or broken, and what to do then.

They must come out when the record can't be read.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.access import Right
from core.errors import StoreError
from dashboard import render
from dashboard.asking import Asked, BadRequest, NotHere, language, who
from dashboard.guard import NotAllowed
from dashboard.people import leading as people
from dashboard.room import Room
from dashboard.typed import read_so_far, typed
from dashboard.visitor import NOBODY
from dashboard.words import Words

log = logging.getLogger(__name__)


async def http(request: Request, error: Exception) -> Response:
    """An unknown path, a method that no page takes."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        return PlainTextResponse("405\n", status_code=405, headers=getattr(error, "headers", None))
    with suppress(StoreError):  # no door has asked who this is: who is signed in is not offered the login
        await run_in_threadpool(who, request)
    return await _page(request, "error.no_such_page", 404)


async def not_here(request: Request, error: Exception) -> Response:
    return await _page(request, error.key if isinstance(error, NotHere) else "error.no_such_page", 404)


async def bad_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, BadRequest):
        return await _page(request, "error.bad_request", 400)
    return await _page(request, error.key, 400, **error.values)


async def forged(request: Request, error: Exception) -> Response:
    """A form that was not sent from a page of ours, or from one opened under another session."""
    del error
    return await _page(request, "error.forged", 403)


async def not_signed_in(request: Request, error: Exception) -> Response:
    """People are led to the login page, and from there back to the page that they asked for; machines get 401.

    Who wrote something while the session ended gets it back first: the page it was written on no longer opens.
    """
    del error
    if await typed(request):
        return await _page(request, "error.signed_out", 401)
    return people.to_login(request)


async def not_allowed(request: Request, error: Exception) -> Response:
    """The page is there, but not for this user, or not yet. The operator's first page is that of all desks."""
    user = getattr(request.state, "visitor", None) or NOBODY
    operates = user.anywhere(Right.OPERATE) or user.awaits(Right.OPERATE)
    if request.url.path.removeprefix(request.scope.get("root_path", "")) == "/" and operates:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/cac-ban-tin", status_code=303)
    waits = isinstance(error, NotAllowed) and user.awaits(error.right)
    return await _page(request, "error.factor_first" if waits else "error.not_allowed", 403)


async def too_many(request: Request, error: Exception) -> Response:
    """More in a minute than a person sends; it says when to go on."""
    seconds = getattr(error, "seconds", 60)
    answer = await _page(request, "error.too_many", 429, seconds=seconds)
    answer.headers["Retry-After"] = str(seconds)
    return answer


async def store(request: Request, error: Exception) -> Response:
    """The record can't be read, or not be written: the operator's words go to the log, not to the page."""
    log.error("the record could not be used for %s %s: %s", request.method, _door(request), error)
    return await _page(request, "error.store" if _reads(request) else "error.store_write", 503)


async def cut_off(request: Request, _: Exception) -> Response:
    """The line broke while a form or a file was sent: nothing of it is taken, and nobody is there to be told."""
    log.info("what was sent to %s was cut off on the way", _door(request))
    return PlainTextResponse("400\n", status_code=400)


async def bug(request: Request, error: Exception) -> Response:
    """A bug. It is logged with its trace by the server, which is given it again after this answer."""
    del error
    return _told(request, "error.bug", 500, read_so_far(request))


def _door(request: Request) -> str:
    """What was asked for, as a log may hold it: "/c/{token}", since the path of a link opens what it leads to."""
    endpoint = request.scope.get("endpoint")
    doors = (route for route in request.app.routes if isinstance(route, Route) and route.endpoint is endpoint)
    return next((door.path for door in doors), "a page")


def _reads(request: Request) -> bool:
    return request.method in {"GET", "HEAD"}


async def _page(request: Request, key: str, status: int, **values: object) -> Response:
    return _told(request, key, status, await typed(request), **values)


def _told(request: Request, key: str, status: int, words_typed: tuple[str, ...], **values: object) -> Response:
    room: Room = request.app.state.room
    words = Words(language(request, room), room.clock.now())
    if people.for_machines(request):
        return JSONResponse({"detail": words.t(key, **values)}, status_code=status)
    user = getattr(request.state, "visitor", None) or NOBODY
    ask = Asked(request=request, room=room, words=words, user=user, desks=(), desk=None, form_cookie="")
    return render.page(
        ask, "failure.html", status=status, said=words.t(key, **values), code=status, typed=words_typed,
        again=status >= 500 and _reads(request), login=people.back_to_form(request) if status == 401 else "",
    )  # fmt: skip
