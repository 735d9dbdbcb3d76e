"""Whether so much time has really passed: a clock that is far ahead must not have everything deleted at once.

Nobody can tell a machine that was off for a year from one whose clock is a year ahead. Both wait for a while, in which
a clock is usually put right, or another machine that writes the same record says that it is not so late.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Final

from store.sqlite import meta
from store.sqlite.rows import from_us, to_us

LEAP: Final = timedelta(days=14)
"""More than this since time was last seen to pass is doubted; longer than any holiday."""
WAIT: Final = timedelta(hours=12)
"""How long a leap ahead is doubted."""
BACK: Final = timedelta(days=7)
"""How long a leap back is: nothing is at stake, and the clock of a machine that starts is often far behind for minutes.
One machine with such a clock must not have others doubted that were off for a weekend."""
ASKED_EVERY: Final = timedelta(hours=1)
ADVICE: Final = (
    "put it right if it is wrong (a machine that was off and a restored backup look the same); what has had its time by"
    " it is deleted within a day"
)
_SEEN: Final = "time_seen"
_LEAPT: Final = "time_leapt"


def believed(con: sqlite3.Connection, at: datetime) -> bool:
    """Whether what is over at `at` may be deleted; in the caller's transaction.

    Every machine that may delete asks each ASKED_EVERY, so that of several whose clocks differ none waits unseen.
    """
    apart = leap(con, at)
    if apart is not None:
        ahead, leapt = apart[0] < at, doubted(con)
        if leapt is None or not timedelta(0) <= at - leapt <= LEAP:
            meta.put(con, _LEAPT, str(to_us(at)))
            return not ahead
        if at - leapt < (WAIT if ahead else BACK):
            return not ahead
    meta.put(con, _SEEN, str(to_us(at)))
    con.execute("DELETE FROM meta WHERE name = ?", (_LEAPT,))
    return True


def leap(con: sqlite3.Connection, at: datetime) -> tuple[datetime, datetime] | None:
    """When time was last seen to pass, and `at`, where they lie too far apart; None: the clock goes on as it did."""
    seen = _get(con, _SEEN)
    return (seen, at) if seen is not None and abs(at - seen) > LEAP else None


def doubted(con: sqlite3.Connection) -> datetime | None:
    """The first time after a leap, while that is doubted."""
    return _get(con, _LEAPT)


def _get(con: sqlite3.Connection, name: str) -> datetime | None:
    value = meta.get(con, name)
    return from_us(int(value)) if value else None
