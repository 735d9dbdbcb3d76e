"""The pages as one application."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from core.clock import Clock
from core.errors import StoreError
from core.ports import (
    AuditLog,
    Corrections,
    DeskBook,
    Differ,
    FillDesk,
    PeopleBook,
    ReadingRoom,
    SearchIndex,
    UnitSearch,
)
from core.records import Publisher
from core.settings import Settings
from dashboard import render
from dashboard.api.doors import put
from dashboard.asking import BadRequest, NotHere
from dashboard.forms import Forged
from dashboard.guard import NotAllowed, NotSignedIn, TooMany, guarded
from dashboard.office import Office
from dashboard.pages import failures
from dashboard.peer import BehindProxy
from dashboard.people.passwords import Passwords
from dashboard.room import NoAudit, Room, RunStatus, Status
from dashboard.routes import DOORS
from dashboard.safety import HostGuard, SecurityHeaders, allowed_hosts


def create_app(
    *,
    reading: ReadingRoom,
    search: SearchIndex,
    desks: DeskBook,
    corrections: Corrections,
    differ: Differ,
    publishers: Mapping[str, Publisher],
    clock: Clock,
    settings: Settings,
    status: Status = RunStatus,
    people: PeopleBook | None = None,
    audit: AuditLog | None = None,
    passwords: Passwords | None = None,
    units: UnitSearch | None = None,
    fill: FillDesk | None = None,
    office: Office | None = None,
    seal: bytes | None = None,
) -> ASGIApp:
    """The application to serve. Handlers run in a thread pool, so the ports are asked from several threads.

    `status` is asked on every page and must answer at once. Without `people` there are no users: whoever reaches the
    pages may use them. `units` and `fill` are for the first run. `seal`: the secret of forms, the same in all processes
    that serve one record; without one it is drawn anew.
    """
    app = FastAPI(
        title="diembao", docs_url=None, redoc_url=None, openapi_url=None, routes=_routes(),
        middleware=[Middleware(HostGuard, allowed=allowed_hosts(settings.public_url))],
        exception_handlers={
            HTTPException: failures.http, NotHere: failures.not_here, BadRequest: failures.bad_request,
            Forged: failures.forged, NotSignedIn: failures.not_signed_in, NotAllowed: failures.not_allowed,
            TooMany: failures.too_many, ClientDisconnect: failures.cut_off,
            StoreError: failures.store, Exception: failures.bug,
        },
    )  # fmt: skip
    put(app, (door for door in DOORS if door.answers))
    app.state.room = Room(
        reading=reading, search=search, desks=desks, corrections=corrections, differ=differ, publishers=publishers,
        clock=clock, settings=settings, status=status, templates=render.environment(),
        seal=seal or secrets.token_bytes(32), people=people, audit=audit or NoAudit(),
        passwords=passwords or Passwords(), units=units, fill=fill, office=office or Office(),
    )  # fmt: skip
    behind = BehindProxy(app, settings.serve.trusted_proxies, settings.public_url)
    return SecurityHeaders(behind, settings.public_url)


def _routes() -> list[BaseRoute]:
    return [
        *(
            Route(door.path, guarded(door.handler, door.right), methods=[door.method])
            for door in DOORS
            if not door.answers
        ),
        Route("/favicon.ico", _icon),
        Mount("/static", _KeptStatic(directory=render.STATIC)),
    ]


def _icon(_: Request) -> Response:
    icon = (render.STATIC / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


class _KeptStatic(StaticFiles):
    """Static files carry their version in the address and may be kept."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer
