"""Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date. Scrapy does not know it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(hours=24)
"""No host is left alone for longer on its own word; it is asked once a day as the slowest feed is."""


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long to wait, between nothing and a day; None where the header is absent or says nothing."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return LONGEST if len(text) > 9 else min(timedelta(seconds=int(text)), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000", or the zone left out: HTTP dates are GMT
        moment = moment.replace(tzinfo=UTC)
    return max(timedelta(), min(moment - now, LONGEST))


def backoff(
    attempts: int, *, first: timedelta = timedelta(seconds=10), longest: timedelta = LONGEST, factor: int = 2
) -> timedelta:
    """How long to wait after the given number of failures in a row when the host says nothing: ever longer."""
    return min(first * int(factor ** min(max(attempts - 1, 0), 15)), longest)
