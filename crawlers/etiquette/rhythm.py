"""When an endpoint is asked again: pure functions of what it said and what is remembered of it.

The interval follows the endpoint's own rhythm: about the time in which one more article comes, between the settings'
shortest and longest. Cache-Control max-age, RSS ttl, skipHours and skipDays only ever make it later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.clock import AHEAD
from core.records import PollState

_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
FULL_AFTER: Final = 4
"""A full answer is asked for after 304s over this many intervals: some publishers reuse an ETag for changed bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """When a feed itself wants to be asked, as in Discovery. A 304 doesn't say it again: it is noted."""

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()

    def to_note(self) -> str:
        """As text; "" where nothing is wished."""
        if self == NO_WISHES:
            return ""
        minutes = None if self.ttl is None else self.ttl / timedelta(minutes=1)
        return json.dumps([minutes, sorted(self.skip_hours), sorted(self.skip_days)])


NO_WISHES: Final = Wishes()


def wishes_of(note: str) -> Wishes:
    """The Wishes of a note; none where it can't be read."""
    try:
        minutes, hours, days = json.loads(note)
        ttl = None if minutes is None else timedelta(minutes=minutes)
        return Wishes(ttl=ttl, skip_hours=frozenset(hours), skip_days=frozenset(days))
    except (ValueError, TypeError, OverflowError):
        return NO_WISHES


def interval_from(
    published: Iterable[datetime],
    *,
    new: int,
    previous: timedelta,
    now: datetime,
    shortest: timedelta,
    longest: timedelta,
) -> timedelta:
    """The interval after a full answer.

    `published`: times of its entries; `new`: how many were not known before. Without times it is halved where
    something came and half as long again where nothing did.
    """
    ages = sorted(now - moment for moment in published if moment <= now + timedelta(hours=1))
    if not ages:
        return clamp(previous / 2 if new else previous * 1.5, shortest, longest)
    today = sum(age <= _DAY for age in ages)
    if today >= 2:
        return clamp(max(min(_DAY, ages[-1]), shortest) / today, shortest, longest)
    week = sum(age <= _WEEK for age in ages)
    if week >= 2:
        return clamp(_WEEK / week / 2, shortest, longest)
    return longest


def interval_unchanged(previous: timedelta, shortest: timedelta, longest: timedelta) -> timedelta:
    """The interval after a 304 or an answer with nothing new: a quarter longer."""
    return clamp(previous * 1.25, shortest, longest)


def is_due(state: PollState, now: datetime) -> bool:
    """Whether an endpoint is to be asked. What was planned while the clock was ahead would be late by as much."""
    if state.next_poll is None or state.next_poll <= now:
        return True
    return state.last_poll is not None and state.last_poll > now + AHEAD


def next_poll(
    now: datetime,
    interval: timedelta,
    *,
    longest: timedelta,
    max_age: timedelta | None = None,
    ttl: timedelta | None = None,
    skip_hours: frozenset[int] = frozenset(),
    skip_days: frozenset[int] = frozenset(),
) -> datetime:
    """The next moment to ask. `skip_hours` are hours UTC, `skip_days` weekdays with Monday 0 (RSS 2.0)."""
    wait = max(interval, min(max(max_age or timedelta(), ttl or timedelta()), longest))
    moment = now + wait
    if len(skip_hours & frozenset(range(24))) == 24 or len(skip_days & frozenset(range(7))) == 7:
        return moment  # it can't mean "never"
    for _ in range(24 * 8):
        if moment.hour not in skip_hours and moment.weekday() not in skip_days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def max_age(headers: Mapping[str, str]) -> timedelta | None:
    """How long the answer stays fresh by its Cache-Control (RFC 9111); None where it doesn't say."""
    control = headers.get("cache-control", "")
    if "no-cache" in control or "no-store" in control:
        return None
    found = _MAX_AGE.search(control)
    if not found:
        return None
    age = headers.get("age", "")
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 9 else 0
    return timedelta(seconds=max(int(found.group(1)) - spent, 0))


def conditions(state: PollState, now: datetime) -> dict[str, str]:
    """Headers of a conditional request; none where 304s have lasted longer than the endpoint's usual rhythm."""
    if state.last_full is None:
        return {}
    if state.last_success != state.last_full and now - state.last_full > full_after(state):
        return {}
    headers = {}
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def full_after(state: PollState) -> timedelta:
    """How long 304s are believed."""
    return max(state.interval * FULL_AFTER, timedelta(hours=1))


def clamp(value: timedelta, shortest: timedelta, longest: timedelta) -> timedelta:
    """The value, within the bounds."""
    return max(min(value, longest), min(shortest, longest))
