"""How long somebody waits before the next try to sign in. Pure.

Delays are of an account in a network: whoever guesses waits, and nobody else does. There is no lock: an attacker who
fails on purpose can't keep a user out of the network from which they usually come, and a link by an administrator, or
`diembao user reset` at the machine, works at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core.clock import AHEAD
from core.records import Attempt

REMEMBERED: Final = timedelta(hours=1)
KNOWN_FOR: Final = timedelta(days=30)
"""So long after signing in from a network, the account is known there."""
FREE, FREE_UNDER_ATTACK, FREE_OF_NETWORK = 5, 1, 30
"""Failures without a delay: of an account in a network; the same while it is being guessed everywhere; of a network."""
ATTACKED: Final = 50
FIRST, LONGEST, LONGEST_OF_NETWORK = timedelta(seconds=10), timedelta(minutes=15), timedelta(seconds=30)


def wait(attempts: Sequence[Attempt], account: str, network: str, at: datetime) -> timedelta:
    """Time until the next try is looked at; zero for now.

    `attempts`: those of the account and of the network in the last KNOWN_FOR, oldest first. Those of a clock that was
    ahead count for nothing: a wait from then on would be a lock.
    """
    attempts = [a for a in attempts if a.at <= at + AHEAD]
    pair = [a for a in attempts if a.account == account and a.network == network]
    known = any(a.good for a in pair)
    recent = [a for a in attempts if at - a.at <= REMEMBERED and not a.good]
    attacked = sum(a.account == account for a in recent) >= ATTACKED and not known
    failed = _since_good(pair, at)
    until = _until(failed, FREE_UNDER_ATTACK if attacked else FREE, LONGEST)
    if not known:
        of_network = [a for a in recent if a.network == network]
        until = max(until, _until(of_network, FREE_OF_NETWORK, LONGEST_OF_NETWORK))
    return max(timedelta(), until - at)


def _since_good(pair: Sequence[Attempt], at: datetime) -> list[Attempt]:
    """Failures of the last hour since the account was last signed in from there."""
    failed: list[Attempt] = []
    for attempt in pair:
        failed = [] if attempt.good else [*failed, attempt]
    return [attempt for attempt in failed if at - attempt.at <= REMEMBERED]


def _until(failed: Sequence[Attempt], free: int, longest: timedelta) -> datetime:
    over = len(failed) - free
    if over < 0 or not failed:
        return _LONG_AGO
    return failed[-1].at + min(longest, FIRST * (1 << min(over, 20)))


_LONG_AGO: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
