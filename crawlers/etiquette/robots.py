"""robots.txt by RFC 9309; protego matches paths.

A host that answers 4xx has no rules. One that answers 5xx, 429 or not at all is left alone entirely until it answers
(RFC 9309, 2.3.1.4; 429 is counted with them, since it asks to be left alone). An answer is good for a day at most.
Scrapy's own middleware parses any status and allows on failure, hence this.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Literal

from protego import Protego

MAX_BYTES: Final = 512 * 1024
"""Read of one robots.txt; RFC 9309, 2.5 asks for at least 500 KiB. What stands behind it is not looked at."""

MAX_HOPS: Final = 5
"""Redirects followed for robots.txt (RFC 9309, 2.3.1.2); behind more it counts as absent."""

FRESH: Final = timedelta(hours=24)
ASK_AGAIN: Final = (timedelta(seconds=10), timedelta(hours=6))
"""A host that did not answer is asked again after the first, then ever later up to the second, or as it says itself."""

LONGEST_DELAY: Final = 60.0
"""Crawl-delay (not in the RFC, but common) is honoured up to a minute; more would silence a feed for good."""

TOKEN: Final = "diembao"  # noqa: S105 - RFC 9309's product token

_VERSIONED: Final = re.compile(r"(?im)^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]{1,60})/\S{0,60}")
"""A product token with a version, which is no part of it (RFC 9309, 2.2.1); protego would not match it."""

Verdict = Literal["rules", "free", "closed"]


@dataclass(frozen=True)
class Robots:
    """What one origin's robots.txt says, until when."""

    verdict: Verdict
    until: datetime
    text: str = ""
    failures: int = 0  # answers in a row that were none
    reason: str = ""

    def allows(self, url: str) -> bool:
        """Whether that address of the origin may be asked."""
        if self.verdict == "rules":
            return bool(self._rules.can_fetch(url, TOKEN))
        return self.verdict == "free"

    @property
    def delay(self) -> float:
        """Seconds that robots.txt wants between two requests; 0 where it says nothing."""
        if self.verdict != "rules":
            return 0.0
        wanted = float(self._rules.crawl_delay(TOKEN) or 0)
        rate = self._rules.request_rate(TOKEN)
        if rate is not None and rate.requests > 0:
            wanted = max(wanted, rate.seconds / rate.requests)
        return min(max(wanted, 0.0), LONGEST_DELAY)

    @cached_property
    def _rules(self) -> Protego:
        return Protego.parse(_VERSIONED.sub(r"\1", self.text))


def robots_from(
    status: int, body: bytes, now: datetime, *, failures: int = 0, wait: timedelta | None = None, reason: str = ""
) -> Robots:
    """What an answer means. `status` 0: none came; `failures`: how many came to nothing before; `wait`: Retry-After.

    "0 seconds" and a moment of the past say nothing: a host that always says so would be asked without a pause.
    """
    if 200 <= status < 300:
        text = _whole_lines(body).decode("utf-8-sig", errors="replace").replace("\x00", "")
        return Robots("rules" if text.strip() else "free", now + FRESH, text)
    if 300 <= status < 500 and status != 429:
        return Robots("free", now + FRESH)
    first, longest = ASK_AGAIN
    later = max(wait, timedelta(seconds=1)) if wait else min(first * (1 << min(failures, 12)), longest)
    return Robots("closed", now + later, failures=failures + 1, reason=reason or f"http-{status}")


def _whole_lines(body: bytes) -> bytes:
    """The first MAX_BYTES without a last line that was cut."""
    if len(body) <= MAX_BYTES:
        return body
    return body[:MAX_BYTES].rpartition(b"\n")[0]


def to_note(robots: Robots) -> str:
    """As text, to outlive the process."""
    return json.dumps(
        {
            "v": robots.verdict,
            "u": robots.until.isoformat(),
            "t": robots.text,
            "f": robots.failures,
            "r": robots.reason,
        },
        ensure_ascii=False,
    )


def from_note(text: str) -> Robots | None:
    """The Robots of a note; None where it is not one."""
    try:
        raw = json.loads(text)
        return Robots(raw["v"], datetime.fromisoformat(raw["u"]), raw["t"], raw["f"], raw["r"])
    except (ValueError, KeyError, TypeError):
        return None
