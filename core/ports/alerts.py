"""Messages on their way, and the channels."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.records import Channel, Claim, DeliveryResult, Message, PassOn


class Outbox(Protocol):
    """Messages on their way."""

    def claim(self, at: datetime, limit: int, lease_seconds: float, channel: Channel = "email") -> list[Claim]:
        """Lend due messages to one worker; nobody else gets them until the lease ends. Urgent ones go first."""
        ...

    def mark(self, claim: Claim, result: DeliveryResult | PassOn, at: datetime) -> None:
        """Record what came of a claimed message. A claim whose lease has passed on is ignored."""
        ...

    def sent_since(self, channel: Channel, since: datetime) -> int:
        """Messages that the channel has taken since then."""
        ...


class Notifier(Protocol):
    """A channel.

    `send` may keep a connection or session open between two messages; `close` lets go of it. The drain calls it after
    each batch, and `send` may be called again afterwards. A message is offered with the address of this channel.
    """

    def send(self, message: Message, address: str) -> DeliveryResult: ...

    def close(self) -> None: ...
