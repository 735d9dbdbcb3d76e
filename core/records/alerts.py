"""Messages on their way, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one recipient, as it is written with its article."""

    key: str  # idempotency key: unique for ever
    desk: str
    recipient: str  # Recipient.id; the address is looked up when it is sent
    channel: Literal["email", "page"]
    article: str | None
    subject: str
    text: str
    html: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message lent to one worker until `until`."""

    id: int
    message: Message
    address: str  # e-mail address of the recipient at the moment of claiming; "" where it is no longer known
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The channel has taken the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Not now; ask again after the interval (None: the drain's own backoff)."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never: the address or the message itself is refused."""

    reason: str


DeliveryResult = Delivered | Retry | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message as the page shows it."""

    id: int
    message: Message
    created: datetime
    state: Literal["waiting", "claimed", "delivered", "refused", "page", "held"]
    attempts: int
    reason: str = ""
    delivered_at: datetime | None = None
