"""Whether the pages can answer, for a watchdog, and figures for Prometheus."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from core.errors import StoreError
from dashboard import metrics
from dashboard.asking import NotHere
from dashboard.peer import on_this_machine
from dashboard.room import Room


def page(request: Request) -> Response:
    """`/khoe` and `/healthz`: 200 where the record answers, 503 where not. No content of any desk."""
    try:
        desks = len(request.app.state.room.desks.desks())
    except StoreError:
        return JSONResponse({"status": "failed", "part": "record"}, status_code=503)
    return JSONResponse({"status": "ok", "desks": desks})


def ready(request: Request) -> Response:
    """`/readyz`: 200 where readers may be sent here: the record answers and its disk has room; else 503 and why."""
    room: Room = request.app.state.room
    try:
        if room.office.operation and room.office.operation.moved():
            return JSONResponse({"status": "not ready", "part": "moved"}, status_code=503)
        free = room.office.operation.disk_free() if room.office.operation else _ROOM
        room.desks.desks()
    except StoreError:
        return JSONResponse({"status": "not ready", "part": "record"}, status_code=503)
    if free < _ROOM:
        return JSONResponse({"status": "not ready", "part": "disk"}, status_code=503)
    return JSONResponse({"status": "ready"})


def figures(request: Request) -> Response:
    """`/metrics`: to this very machine where nobody else reaches the pages, else to who carries the scrape token."""
    room: Room = request.app.state.room
    if room.office.operation is None or not _may_scrape(request, room):
        raise NotHere("error.no_such_page")
    at = room.clock.now()
    said = metrics.exposition(room.office.operation.figures(at), room.reading.sources(at), at)
    return PlainTextResponse(said, media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_scrape(request: Request, room: Room) -> bool:
    token = room.settings.serve.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return on_this_machine(request) and not room.settings.public_url


_ROOM = 100_000_000
"""Bytes without which nothing more should be written."""
