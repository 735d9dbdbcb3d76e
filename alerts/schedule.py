"""When something may be told: night, quiet hours, hours of digests, daily limits. Pure, in Vietnamese time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from core.clock import VIETNAM, local, to_utc
from core.records import AlertTiming, Channel, QuietHours, Recipient


def minute_of(moment: datetime) -> int:
    """Minutes since midnight in Viet Nam."""
    here = local(moment)
    return here.hour * 60 + here.minute


def within(minute: int, start: int, end: int) -> bool:
    """Whether the minute of a day lies in the hours from start to end, which may run past midnight."""
    if start == end:
        return False
    return start <= minute < end if start < end else minute >= start or minute < end


def next_at(moment: datetime, minute: int) -> datetime:
    """The next time of day `minute` strictly after the moment, in UTC."""
    here = local(moment)
    found = datetime(here.year, here.month, here.day, minute // 60, minute % 60, tzinfo=VIETNAM)
    return to_utc(found if found > here else found + timedelta(days=1))


def night(moment: datetime, timing: AlertTiming) -> datetime | None:
    """When the night ends in which the moment lies; None by day."""
    if within(minute_of(moment), timing.night_from, timing.night_to):
        return next_at(moment, timing.night_to)
    return None


def quiet(moment: datetime, hours: Collection[QuietHours], channel: Channel) -> datetime | None:
    """When the recipient's quiet hours for that channel end, None where there are none now."""
    ends = [
        next_at(moment, one.end)
        for one in hours
        if one.channel in (None, channel) and within(minute_of(moment), one.start, one.end)
    ]
    return max(ends, default=None)


def held_until(
    moment: datetime, recipient: Recipient, channel: Channel, timing: AlertTiming, *, urgent: bool
) -> datetime | None:
    """Until when a message must wait by this channel; None: it may go. The night holds all but urgent ones."""
    ends = [quiet(moment, recipient.quiet, channel), None if urgent else night(moment, timing)]
    return max((end for end in ends if end), default=None)


def next_digest(moment: datetime, recipient: Recipient, timing: AlertTiming, spread: timedelta) -> datetime:
    """When this recipient's next digest is due; `spread` is the desk's own part of the window."""
    hours = [timing.morning, *([timing.evening] if recipient.evening else [])]
    return min(next_at(moment - spread, hour) for hour in hours) + spread


def spread_of(desk: str, desks: int, window_minutes: float) -> timedelta:
    """The desk's place in the window over which many desks' digests are spread; nothing for the only desk.

    From the desk's id, so that it is the same every day.
    """
    if desks < 2:
        return timedelta(0)
    share = int.from_bytes(hashlib.sha256(desk.encode()).digest()[:4], "big") / 2**32
    return timedelta(seconds=int(share * window_minutes * 60))


def day_start(moment: datetime) -> datetime:
    """The midnight (Viet Nam) before the moment, in UTC."""
    here = local(moment)
    return to_utc(datetime(here.year, here.month, here.day, tzinfo=VIETNAM))


def room(limit: int, sent: int, *, urgent: bool) -> bool:
    """Whether the channel's daily limit (0: none) has room; the last tenth is kept for urgent messages."""
    if not limit:
        return True
    return sent < (limit if urgent else limit - max(1, limit // 10))
