"""Whether the pages can answer, for a watchdog."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import StoreError


def page(request: Request) -> Response:
    """`/khoe` and `/healthz`: 200 where the record answers, 503 where not. No content of any desk."""
    try:
        desks = len(request.app.state.room.desks.desks())
    except StoreError:
        return JSONResponse({"status": "failed", "part": "record"}, status_code=503)
    return JSONResponse({"status": "ok", "desks": desks})
