"""Notes in the record how a channel stands, without a write for each message."""

from __future__ import annotations

from core.clock import Clock
from core.ports import ChannelBook
from core.records import Channel, Delivered, DeliveryResult


class Notes:
    """Of one channel. Without a book nothing is noted."""

    def __init__(self, book: ChannelBook | None, channel: Channel, clock: Clock) -> None:
        self._book, self._channel, self._clock = book, channel, clock
        self._is_well = False

    def trouble(self, result: DeliveryResult) -> None:
        """The reason of this result concerns every message."""
        if self._book is None or isinstance(result, Delivered):
            return
        self._is_well = False
        self._book.trouble(self._channel, result.reason, self._clock.now())

    def well(self) -> None:
        """A message was taken."""
        if self._book is not None and not self._is_well:
            self._book.well(self._channel)
            self._is_well = True
