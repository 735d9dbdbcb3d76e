"""Work beside the deliveries: each piece by itself, so that one which fails neither stops the others nor a message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from core.clock import Clock, local_day
from core.errors import DiembaoError

_LOG = logging.getLogger(__name__)
_AGAIN: Final = timedelta(hours=1)
"""What is done once a day and failed is tried again after this."""


class Chores:
    """Done in their order, again and again. What fails for a known reason is tried again at the next round."""

    def __init__(self, chores: Mapping[str, Callable[[], object]]) -> None:
        self._chores = chores
        self._failed: dict[str, str] = {}

    def round(self, still: Callable[[], bool] = lambda: True) -> None:
        """Each once, as long as `still` says so before it. A failure is told once, until it is another one."""
        for name, chore in self._chores.items():
            if not still():
                return
            try:
                chore()
            except (DiembaoError, OSError) as error:
                self._tell(name, str(error))
            else:
                self._failed.pop(name, None)

    def _tell(self, name: str, reason: str) -> None:
        if self._failed.get(name) != reason:
            _LOG.error("%s failed and is tried again: %s", name, reason, extra={"chore": name, "reason": reason})
        self._failed[name] = reason


def daily(work: Callable[[], object], clock: Clock) -> Callable[[], None]:
    """To be called often: does the work at once, and then once on each Vietnamese day."""
    done: list[date] = []
    tried: list[datetime] = []

    def look() -> None:
        now = clock.now()
        if done == [local_day(now)] or (tried and timedelta(0) <= now - tried[0] < _AGAIN):
            return
        tried[:] = [now]
        work()
        done[:], tried[:] = [local_day(now)], []

    return look
