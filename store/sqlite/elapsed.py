"""Whether so much time has really passed: a clock that is far ahead must not have everything deleted at once.

Nobody can tell a machine that was off for a year from one whose clock is a year ahead. Both wait for a while, in which
a clock is usually put right.
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
"""How long a leap is doubted."""
TODO: Final = "put it right if it is wrong; what has had its time by it is deleted within a day"
_SEEN: Final = "time_seen"
_LEAPT: Final = "time_leapt"


def believed(con: sqlite3.Connection, at: datetime) -> bool:
    """Whether what is over at `at` may be deleted; in the caller's transaction, to be asked every day or so."""
    seen, leapt = _get(con, _SEEN), _get(con, _LEAPT)
    if seen is not None and at - seen > LEAP:
        if leapt is None or not timedelta(0) <= at - leapt <= LEAP:
            meta.put(con, _LEAPT, str(to_us(at)))
            return False
        if at - leapt < WAIT:
            return False
    meta.put(con, _SEEN, str(to_us(at)))
    con.execute("DELETE FROM meta WHERE name = ?", (_LEAPT,))
    return True


def leap(con: sqlite3.Connection) -> tuple[datetime, datetime] | None:
    """The times between which the clock has leapt, while that is doubted."""
    seen, leapt = _get(con, _SEEN), _get(con, _LEAPT)
    return (seen, leapt) if seen and leapt else None


def _get(con: sqlite3.Connection, name: str) -> datetime | None:
    value = meta.get(con, name)
    return from_us(int(value)) if value else None
