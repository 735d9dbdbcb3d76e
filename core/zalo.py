"""What Zalo's webhook sends, checked and read. Pure: dashboard takes the request, store keeps what is told.

Signature and fields as the platform's public clients have them: `X-ZEvent-Signature: mac=<hex>`, where hex is the plain
SHA-256 (no HMAC) of app id, raw body, timestamp and the account's secret; app id and timestamp stand in the body.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from core.records import ZaloEvent
from core.text import clean

HOOK: Final = "/zalo/su-kien"
"""Path of the webhook on our pages."""
OLDEST: Final = timedelta(days=2)
"""An event that says it is older (or further in the future) is none of Zalo's few repeats."""
_CODE: Final = re.compile(r"^DB[2-9A-HJKMNP-Z]{8}$")
_USER: Final = re.compile(r"[0-9]{6,24}")
_MAC: Final = re.compile(r"^mac\s*=\s*([0-9a-fA-F]{64})$")
_LAST_MS: Final = 253_402_300_799_000

Kind = Literal["follow", "unfollow", "wrote"]


def read_event(body: bytes, signature: str, *, app_id: str, secret: str, now: datetime) -> ZaloEvent | str | None:
    """The event; None for one that says nothing to us; a word of why it is refused.

    Words: "not-connected" (no app or secret here), "signature", "body", "app", "time".
    """
    if not (app_id and secret):
        return "not-connected"
    values = _object(body)
    timestamp = str(values.get("timestamp", "")) if values else ""
    if values is None or not re.fullmatch(r"[0-9]{1,15}", timestamp):
        return "body"
    if not _signed(body, signature, str(values.get("app_id", "")), timestamp, secret):
        return "signature"
    if str(values.get("app_id", "")) != app_id:
        return "app"
    at = datetime.fromtimestamp(min(int(timestamp), _LAST_MS) / 1000, UTC)
    if abs(now - at) > OLDEST:
        return "time"
    return _event(values, at, body)


def sign(body: bytes, app_id: str, timestamp: str, secret: str) -> str:
    """The hex digest that belongs to a body."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def code_of(text: str) -> str | None:
    """The recipient's code where the whole text is one ("db 2345-6789" too)."""
    code = re.sub(r"[\s-]", "", clean(text[:40])).upper()
    return code if _CODE.match(code) else None


def _signed(body: bytes, signature: str, app_id: str, timestamp: str, secret: str) -> bool:
    found = _MAC.match(signature.strip())
    wanted = sign(body, app_id, timestamp, secret)
    return hmac.compare_digest((found[1].lower() if found else "").encode(), wanted.encode())


def _object(body: bytes) -> Mapping[str, object] | None:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _event(values: Mapping[str, object], at: datetime, body: bytes) -> ZaloEvent | None:
    name = str(values.get("event_name", ""))
    kind: Kind = "follow" if name == "follow" else "unfollow" if name == "unfollow" else "wrote"
    if kind == "wrote" and not name.startswith("user_"):
        return None
    user = _inner(values, "sender" if kind == "wrote" else "follower", "id")
    if not _USER.fullmatch(user):
        return None
    code = code_of(_inner(values, "message", "text")) if name == "user_send_text" else None
    return ZaloEvent(kind=kind, user=user, at=at, receipt=hashlib.sha256(body).hexdigest(), code=code or "")


def _inner(values: Mapping[str, object], name: str, field: str) -> str:
    inner = values.get(name)
    found = inner.get(field, "") if isinstance(inner, dict) else ""
    return str(found) if isinstance(found, str | int) else ""
