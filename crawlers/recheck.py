"""When an article is looked at again, and when one that is no longer there counts as withdrawn. Pure decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

AGES: Final = (
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=7),
)
"""Ages at which a text is looked at again: most corrections are made within hours."""
AGES_IF_CHANGED: Final = (timedelta(hours=12), timedelta(days=2), timedelta(days=14))
"""Further looks at a text that was changed once: it may be changed again."""
CASE_PACE: Final = timedelta(hours=24)
"""A text that an open case quotes is looked at so often for as long as the case is open."""
SECOND_LOOK: Final = timedelta(hours=1)
"""A missing page is asked for again after so long: servers and redirects fail for minutes."""


def next_look(
    published: datetime, last_look: datetime, now: datetime, changes: int, open_case: bool = False
) -> datetime | None:
    """When to look again, never before `now`; None: no more. `published` is the earlier of printed and first seen.

    Looks missed while nothing ran are made up for by one.
    """
    ages = sorted((*AGES, *AGES_IF_CHANGED)) if changes else AGES
    ahead = [at for age in ages if (at := published + age) > last_look]
    if open_case:
        ahead.append(last_look + CASE_PACE)
    return max(now, min(ahead)) if ahead else None


class Presence(StrEnum):
    """Whether a text still stands at its address."""

    PRESENT = "present"
    MISSING = "missing"  # 404 or 410 once; look again after SECOND_LOOK
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer of the server to a look at an article's address; `status` 0 where none came."""

    at: datetime
    status: int


def withdrawn(looks: Sequence[Look]) -> Presence:
    """What the looks (any order) say: 404 or 410 twice, SECOND_LOOK apart, with no page between, is a withdrawal.

    Errors of the server, refusals and silence (5xx, 403, 429, 0) say nothing either way. A page that comes back
    is present again.
    """
    first: datetime | None = None
    last: datetime | None = None
    for look in sorted(looks, key=lambda look: look.at):
        if look.status in {404, 410}:
            first, last = first or look.at, look.at
        elif 200 <= look.status < 300 or look.status == 304:
            first = last = None
    if first is None or last is None:
        return Presence.PRESENT
    return Presence.WITHDRAWN if last - first >= SECOND_LOOK else Presence.MISSING


def second_look(missed: datetime) -> datetime:
    """When to ask again for a page that was missing."""
    return missed + SECOND_LOOK
