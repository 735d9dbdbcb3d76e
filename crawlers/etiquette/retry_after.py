"""Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date. Scrapy does not know it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(hours=24)
"""No host is left alone for longer on its own word; it is asked once a day as the slowest feed is."""


BELIEVED: Final = 3
"""So many failures in a row a host that names a short time is taken at its word; then it is asked ever more rarely."""


def retry_after(value: str, now: datetime, date: str = "") -> timedelta | None:
    """How long to wait, between nothing and a day; None where the header is absent or says nothing.

    `date`: the answer's own Date. A moment is reckoned from it, since the server's clock may be hours off.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return LONGEST if len(text) > 9 else min(timedelta(seconds=int(text)), LONGEST)
    moment, answered = _moment(text), _moment(date)
    if moment is None:
        return None
    since = answered if answered is not None and answered < moment else now
    return max(timedelta(), min(moment - since, LONGEST))


def patient(wait: timedelta | None, failures: int, own: timedelta) -> timedelta:
    """How long to wait after so many failures in a row: what the host asks for, and `own` where that did not help.

    A host that answers "0 seconds" or a moment of the past time and again would else be asked without a pause.
    """
    if wait is None:
        return own
    return max(wait, own if failures > BELIEVED else timedelta(seconds=1))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)  # "-0000" or none: HTTP dates are GMT


def backoff(
    attempts: int, *, first: timedelta = timedelta(seconds=10), longest: timedelta = LONGEST, factor: int = 2
) -> timedelta:
    """How long to wait after the given number of failures in a row when the host says nothing: ever longer."""
    return min(first * int(factor ** min(max(attempts - 1, 0), 15)), longest)
