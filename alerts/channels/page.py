"""The channel that needs nothing: a message stays readable on the page."""

from __future__ import annotations

from core.records import Delivered, DeliveryResult, Message


class PageNotifier:
    """Takes every message by leaving it where it is read."""

    def send(self, message: Message, address: str) -> DeliveryResult:
        del message, address
        return Delivered()

    def close(self) -> None:
        """Nothing is kept open."""
