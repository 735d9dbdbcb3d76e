"""Messages on their way, and the channels."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.records import Claim, DeliveryResult, Message


class Outbox(Protocol):
    """Messages on their way."""

    def claim(self, at: datetime, limit: int, lease_seconds: float, channel: str = "email") -> list[Claim]:
        """Lend due messages to one worker; nobody else gets them until the lease ends."""
        ...

    def mark(self, claim: Claim, result: DeliveryResult, at: datetime) -> None:
        """Record what came of a claimed message. A claim whose lease has passed on is ignored."""
        ...


class Notifier(Protocol):
    """A channel."""

    def send(self, message: Message, address: str) -> DeliveryResult: ...
