"""Puts the machine's doors of the one table into the application, and describes them (OpenAPI)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from functools import cache
from typing import Any, Final, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from core.access import Right
from dashboard.api.models import Problem
from dashboard.asking import SESSION_COOKIE
from dashboard.forms import Forged, again, from_us, whole_body
from dashboard.guard import check

MOST_BYTES: Final = 32_768
"""Of what a door takes: its longest field is a note of 2,000 characters, at most 12 bytes each in JSON."""

_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "A body that can't be read"},
    401: {"model": Problem, "description": "Nobody is signed in"},
    403: {"model": Problem, "description": "The user's level does not hold that right, or another site asks"},
    404: {"model": Problem, "description": "There is no such thing on this desk"},
    429: {"model": Problem, "description": "More searches or changes in a minute than a person makes"},
    503: {"model": Problem, "description": "The record can't be read at present"},
}
_SCHEME: Final = "session"


class ApiDoor(Protocol):
    """A door with a typed answer."""

    @property
    def path(self) -> str: ...
    @property
    def handler(self) -> Callable[..., Any]: ...
    @property
    def right(self) -> Right: ...
    @property
    def method(self) -> str: ...
    @property
    def answers(self) -> Any: ...


def put(app: FastAPI, doors: Iterable[ApiDoor]) -> None:
    """Each door behind the check of its right; one that changes something also behind the check of who sends it."""
    app.router.routes.extend(_routes(tuple(doors)))


@cache
def _routes(doors: tuple[ApiDoor, ...]) -> list[BaseRoute]:
    """Made once a process: reading the types of every answer takes longer than all else of an application."""
    router = APIRouter()
    for door in doors:
        router.add_api_route(
            door.path, door.handler, methods=[door.method], response_model=door.answers, responses=_PROBLEMS,
            name=f"{door.method.lower()}_{door.handler.__name__}",
            route_class_override=_behind(door.right, changes=door.method != "GET"),
        )  # fmt: skip
    return router.routes


def describe(request: Request) -> dict[str, Any]:
    """The description of all of them, as OpenAPI 3.1."""
    routes = [route for route in request.app.routes if isinstance(route, APIRoute)]
    told = get_openapi(
        title="diembao", version="1", routes=routes,
        description="The same as the pages show, by the same session and rights. No tokens; nothing is sent out.",
        servers=[{"url": request.scope.get("root_path", "") or "/"}],
    )  # fmt: skip
    schemes = told.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes[_SCHEME] = {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE}
    told["security"] = [{_SCHEME: []}]
    return told


def _behind(right: Right, *, changes: bool) -> type[APIRoute]:
    """A route whose check stands before all that FastAPI does: it would read a body to its end first, whoever sent it
    and however long it is.
    """

    class Behind(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def checked(request: Request) -> Response:
                await run_in_threadpool(check, request, right)
                if not changes:
                    return await answer(request)
                if not from_us(request.headers, request.app.state.room.settings.public_url):
                    raise Forged
                return await answer(again(request, await whole_body(request, MOST_BYTES)))

            return checked

    return Behind
