"""Takes messages from the outbox and gives them to their channels: at least once, a repeat only after a crash."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts import schedule
from alerts.recipients import find, refused
from alerts.rules import default_plan
from core.clock import Clock
from core.errors import StoreError
from core.ports import DeskBook, Notifier, Outbox
from core.records import (
    AlertPlan,
    Channel,
    Claim,
    Delivered,
    DeliveryResult,
    Desk,
    PassOn,
    Recipient,
    Refused,
    Retry,
)

log = logging.getLogger(__name__)

BATCH = 20
LEASE_SECONDS = 900.0
LEASE_MARGIN = timedelta(seconds=300)
"""A message is only begun while its lease lasts this much longer: one send, each step of which may stall for
smtp.timeout, ends well before somebody else could take it."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 80
"""With the waits above about three days, after which nobody wants the news by mail; it stays on the page."""
NOTED_AGAIN = 2.0
"""Seconds after which a record that was away is told again what came of a message."""
URGENT_ATTEMPTS = 3
"""So often an urgent message is tried by one channel before the next has its turn: two to three minutes."""

Plans = Callable[[str], AlertPlan | None]
Limits = Mapping[Channel, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainReport:
    """What one round did, and why messages stayed (reason -> count)."""

    claimed: int = 0
    delivered: int = 0
    retried: int = 0
    refused: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for sending: each desk's plan (its night), and messages a day by channel (0: any number)."""

    plans: Plans = lambda _: None
    limits: Limits = field(default_factory=dict)


def backoff(attempts: int, key: str) -> timedelta:
    """The wait before the next try: doubling from 30 s to an hour, each up to a quarter shorter.

    `attempts` counts those made, the last one too. The jitter comes from the message's key: many messages that
    failed together come back apart, and the same input gives the same wait.
    """
    doublings = min(max(attempts, 1) - 1, 20)
    full = min(FIRST_WAIT * float(2**doublings), LONGEST_WAIT)
    digest = hashlib.sha256(f"{key}:{attempts}".encode()).digest()
    return full * (1 - 0.25 * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF)


def decide(claim: Claim, result: DeliveryResult, ways: Sequence[Channel] = ()) -> DeliveryResult | PassOn:
    """What is recorded. `ways`: connected channels of the recipient, in order of preference.

    A refusal that another channel may mend goes on by the next that has not refused it. An urgent message that can't
    go now does so too, at once where the channel says so, else after a few attempts. A Retry gets its wait, and after
    the last attempt becomes Refused.
    """
    if isinstance(result, Delivered):
        return result
    following = _next_way(claim, ways, strike=isinstance(result, Refused))
    if isinstance(result, Refused):
        if result.fall_back and following:
            return PassOn(reason=result.reason, channel=following, strike=True)
        return result
    if claim.attempts >= MOST_ATTEMPTS:
        return Refused(reason="given-up")
    turn = result.fall_back or (result.counts and claim.attempts % URGENT_ATTEMPTS == 0)
    if claim.message.urgent and following and turn:
        return PassOn(reason=result.reason, channel=following, strike=False)
    return Retry(reason=result.reason, after=_wait(claim, result), counts=result.counts)


def _wait(claim: Claim, result: Retry) -> timedelta:
    """What the channel says; of a try that counts the wait grows, so that it is not used up in an hour or two."""
    own = backoff(claim.attempts, claim.message.key)
    if result.after is None:
        return own
    return max(result.after, own) if result.counts else result.after


def _next_way(claim: Claim, ways: Sequence[Channel], *, strike: bool) -> Channel | None:
    """The channel after the message's own, round about, among those that have not refused it; None: no other."""
    here = claim.message.channel
    left = [way for way in ways if way not in claim.struck and (way != here or not strike)]
    after = ways.index(here) + 1 if here in ways else 0
    turned = [way for way in (*ways[after:], *ways[:after]) if way in left and way != here]
    return turned[0] if turned else None


def drain_once(
    outbox: Outbox,
    notifiers: Mapping[Channel, Notifier],
    desks: DeskBook,
    clock: Clock,
    *,
    batch: int = BATCH,
    lease_seconds: float = LEASE_SECONDS,
    stop: threading.Event | None = None,
    rules: Rules | None = None,
) -> DrainReport:
    """One batch for each channel. Each message is marked at once after it was given away.

    The recipient is looked up on the desk of this moment and checked again (core.roles), and so are night, quiet hours
    and the channel's daily limit. When `stop` is set, the lease runs short or the clock has jumped back, the rest of
    the batch is given back untried. `lease_seconds` must exceed LEASE_MARGIN.

    A full batch leaves its channel open, since more follows at once and a connection costs a handshake; one that is
    not full, stopped or broken off closes it. A channel that was left open is closed by the round that finds no more.
    """
    report: list[DeliveryResult | PassOn] = []
    claimed = 0
    stop = stop or threading.Event()
    for channel, notifier in notifiers.items():
        claims = outbox.claim(clock.now(), batch, lease_seconds, channel)
        claimed += len(claims)
        ended = True
        try:
            if claims:
                turn = _Turn(channel, notifiers, {desk.id: desk for desk in desks.desks()}, clock, rules or Rules())
                turn.count(outbox)
            for claim in claims:
                if stop.is_set() or not _lasts(claim, clock.now(), lease_seconds):
                    _note(outbox, claim, Retry(reason="", after=timedelta(0), counts=False), clock, stop)
                    continue
                result = turn.send(claim)
                _note(outbox, claim, result, clock, stop)
                _tell(claim, channel, result)
                report.append(result)
            ended = len(claims) < batch or stop.is_set()
        finally:
            if ended:
                notifier.close()
    return _report(claimed, report)


def _lasts(claim: Claim, now: datetime, lease_seconds: float) -> bool:
    """Whether nobody else can have the message yet, and will not while it is sent."""
    jumped_back = now < claim.until - timedelta(seconds=lease_seconds + 60)
    return now + LEASE_MARGIN <= claim.until and not jumped_back


def _note(outbox: Outbox, claim: Claim, result: DeliveryResult | PassOn, clock: Clock, stop: threading.Event) -> None:
    """Write down what came of a message, as long as it is lent to us: what was sent and not noted is sent once more.

    A record that is away for a while is waited for. Raises StoreError where it stays away, or `stop` is set meanwhile.
    """
    at, told = clock.now(), False
    while True:
        try:
            return outbox.mark(claim, result, at)
        except StoreError as error:
            if not told:
                log.warning("message %d is noted later: %s", claim.id, error, extra={"id": claim.id})
            told = True
            if clock.now() >= claim.until or stop.wait(NOTED_AGAIN):
                raise


def deliver_forever(
    drain: Callable[[], DrainReport], stop: threading.Event, *, pause_seconds: float = 5.0, batch: int = BATCH
) -> None:
    """Drains until `stop` is set: at once again while batches come full, else after a pause."""
    while not stop.is_set():
        done = drain()
        if done.claimed < batch:
            stop.wait(pause_seconds)


class _Turn:
    """One batch of one channel."""

    def __init__(
        self,
        channel: Channel,
        notifiers: Mapping[Channel, Notifier],
        book: Mapping[str, Desk],
        clock: Clock,
        rules: Rules,
    ) -> None:
        self._channel, self._notifier, self._connected = channel, notifiers[channel], notifiers
        self._book, self._clock = book, clock
        self._plans = {desk: rules.plans(desk) or default_plan(desk) for desk in book}
        self._limit, self._sent = rules.limits.get(channel, 0), 0

    def count(self, outbox: Outbox) -> None:
        """Ask how many the channel has taken today."""
        if self._limit:
            self._sent = outbox.sent_since(self._channel, schedule.day_start(self._clock.now()))

    def send(self, claim: Claim) -> DeliveryResult | PassOn:
        """Offer it to the channel, unless something stands against it."""
        recipient = find(self._book.get(claim.message.desk), claim.message.recipient)
        if recipient is None:
            return Refused(reason="no-recipient")
        result = self._stopped(claim, recipient) or self._notifier.send(claim.message, claim.address)
        self._sent += isinstance(result, Delivered)
        return decide(claim, result, [way for way in recipient.ways if way in self._connected])

    def _stopped(self, claim: Claim, recipient: Recipient) -> DeliveryResult | None:
        if why := refused(recipient) or refused(recipient, claim.address, self._channel):
            return Refused(reason=why)
        now, urgent = self._clock.now(), claim.message.urgent
        timing = self._plans[claim.message.desk].timing
        if until := schedule.held_until(now, recipient, self._channel, timing, urgent=urgent):
            return Retry(
                reason="quiet-hours", after=until - now, fall_back=self._free(now, recipient, claim), counts=False
            )
        if not schedule.room(self._limit, self._sent, urgent=urgent):
            tomorrow = schedule.day_start(now) + timedelta(days=1, minutes=timing.night_to)
            return Retry(reason="daily-limit", after=tomorrow - now, fall_back=True, counts=False)
        return None

    def _free(self, now: datetime, recipient: Recipient, claim: Claim) -> bool:
        """Whether another channel of the recipient is not quiet now."""
        timing, urgent = self._plans[claim.message.desk].timing, claim.message.urgent
        others = [way for way in recipient.ways if way in self._connected and way not in {self._channel, *claim.struck}]
        return any(schedule.held_until(now, recipient, way, timing, urgent=urgent) is None for way in others)


def _tell(claim: Claim, channel: str, result: DeliveryResult | PassOn) -> None:
    """By the message's number: its key names the recipient."""
    outcome, reason = type(result).__name__.lower(), "" if isinstance(result, Delivered) else result.reason
    extra = {"id": claim.id, "desk": claim.message.desk, "channel": channel, "outcome": outcome, "reason": reason}
    log.info("message %d by %s: %s", claim.id, channel, outcome, extra=extra)


def _report(claimed: int, results: Collection[DeliveryResult | PassOn]) -> DrainReport:
    kinds = Counter(type(result) for result in results)
    reasons = Counter(result.reason for result in results if not isinstance(result, Delivered))
    return DrainReport(
        claimed=claimed, delivered=kinds[Delivered], retried=kinds[Retry] + kinds[PassOn], refused=kinds[Refused],
        reasons=dict(reasons),
    )  # fmt: skip
