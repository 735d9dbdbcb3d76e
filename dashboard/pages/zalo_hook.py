"""The webhook of the office's Zalo account: who follows, who no longer does, who has sent a recipient's code.

Zalo posts JSON without a session, so the body's own signature is the lock. It wants an answer within two seconds and
asks about five times; what took longer is done meanwhile, and the repeat is known by its receipt.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import StoreError
from core.records import ZaloEvent
from core.zalo import read_event

log = logging.getLogger(__name__)

MOST_BYTES: Final = 65_536
ANSWER_SECONDS: Final = 1.5
_STATUS: Final = {"not-connected": 404, "signature": 401, "app": 401, "body": 400, "time": 400}


async def take(request: Request) -> Response:
    """POST `/zalo/su-kien`: 200 once an event is recorded (or is none of ours), 503 to be asked again."""
    room = request.app.state.room
    book, zalo = room.office.channel_book, room.settings.zalo
    body = await _body(request)
    if body is None:
        return _said(413)
    secret = zalo.oa_secret.get_secret_value() if book else ""
    signature = request.headers.get("x-zevent-signature", "")
    event = read_event(body, signature, app_id=zalo.app_id, secret=secret, now=room.clock.now())
    if isinstance(event, str):
        log.warning("an event for the Zalo webhook was refused: %s", event)
        return _said(_STATUS[event])
    if event is None:
        return _said(200)
    return _said(200 if await _recorded(partial(book.take, event, room.clock.now()), event) else 503)


async def _recorded(work: partial[bool], event: ZaloEvent) -> bool:
    with anyio.move_on_after(ANSWER_SECONDS):
        try:
            await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        except StoreError as error:
            log.error("an event of Zalo (%s) could not be recorded: %s", event.kind, error)
            return False
        return True
    return False


async def _body(request: Request) -> bytes | None:
    """At most MOST_BYTES; None for more."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body


def _said(status: int) -> Response:
    return JSONResponse({"ok": status == 200}, status_code=status)
