"""Takes messages from the outbox and gives them to their channels: at least once, a repeat only after a crash."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.recipients import find, refused
from core.clock import Clock
from core.ports import DeskBook, Notifier, Outbox
from core.records import Channel, Claim, Delivered, DeliveryResult, Desk, Refused, Retry

log = logging.getLogger(__name__)

BATCH = 20
LEASE_SECONDS = 900.0
LEASE_MARGIN = timedelta(seconds=300)
"""A message is only begun while its lease lasts this much longer: one send, each step of which may stall for
smtp.timeout, ends well before somebody else could take it."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 80
"""With the waits above about three days, after which nobody wants the news by mail; it stays on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainReport:
    """What one round did, and why messages stayed (reason -> count)."""

    claimed: int = 0
    delivered: int = 0
    retried: int = 0
    refused: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


def backoff(attempts: int, key: str) -> timedelta:
    """The wait before the next try: doubling from 30 s to an hour, each up to a quarter shorter.

    `attempts` counts those made, the last one too. The jitter comes from the message's key: many messages that
    failed together come back apart, and the same input gives the same wait.
    """
    doublings = min(max(attempts, 1) - 1, 20)
    full = min(FIRST_WAIT * float(2**doublings), LONGEST_WAIT)
    digest = hashlib.sha256(f"{key}:{attempts}".encode()).digest()
    return full * (1 - 0.25 * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF)


def decide(claim: Claim, result: DeliveryResult) -> DeliveryResult:
    """What is recorded: a Retry gets its wait, and after the last attempt becomes Refused."""
    if not isinstance(result, Retry):
        return result
    if claim.attempts >= MOST_ATTEMPTS:
        return Refused(reason="given-up")
    return Retry(reason=result.reason, after=result.after or backoff(claim.attempts, claim.message.key))


def drain_once(
    outbox: Outbox,
    notifiers: Mapping[Channel, Notifier],
    desks: DeskBook,
    clock: Clock,
    *,
    batch: int = BATCH,
    lease_seconds: float = LEASE_SECONDS,
    stop: threading.Event | None = None,
) -> DrainReport:
    """One batch for each channel. Each message is marked at once after it was given away.

    The recipient is looked up on the desk of this moment and checked again (core.roles). When `stop` is set or the
    lease runs short, the rest of the batch is given back untried. `lease_seconds` must exceed LEASE_MARGIN.
    """
    report: list[DeliveryResult] = []
    claimed = 0
    for channel, notifier in notifiers.items():
        claims = outbox.claim(clock.now(), batch, lease_seconds, channel)
        claimed += len(claims)
        book = {desk.id: desk for desk in desks.desks()} if claims else {}
        for claim in claims:
            if (stop is not None and stop.is_set()) or clock.now() + LEASE_MARGIN > claim.until:
                outbox.mark(claim, Retry(reason="", after=timedelta(0)), clock.now())
                continue
            result = decide(claim, _send(claim, notifier, book))
            outbox.mark(claim, result, clock.now())
            _tell(claim, channel, result)
            report.append(result)
    return _report(claimed, report)


def deliver_forever(
    drain: Callable[[], DrainReport], stop: threading.Event, *, pause_seconds: float = 5.0, batch: int = BATCH
) -> None:
    """Drains until `stop` is set: at once again while batches come full, else after a pause."""
    while not stop.is_set():
        done = drain()
        if done.claimed < batch:
            stop.wait(pause_seconds)


def _send(claim: Claim, notifier: Notifier, book: Mapping[str, Desk]) -> DeliveryResult:
    message = claim.message
    recipient = find(book.get(message.desk), message.recipient)
    if recipient is None:
        return Refused(reason="no-recipient")
    if why := refused(recipient) or refused(recipient, claim.address):
        return Refused(reason=why)
    return notifier.send(message, claim.address)


def _tell(claim: Claim, channel: str, result: DeliveryResult) -> None:
    outcome = type(result).__name__.lower()
    log.info(
        "message %s by %s: %s",
        claim.message.key, channel, outcome,
        extra={"key": claim.message.key, "channel": channel, "outcome": outcome,
               "reason": "" if isinstance(result, Delivered) else result.reason},
    )  # fmt: skip


def _report(claimed: int, results: Sequence[DeliveryResult]) -> DrainReport:
    kinds = Counter(type(result) for result in results)
    reasons = Counter(result.reason for result in results if not isinstance(result, Delivered))
    return DrainReport(
        claimed=claimed, delivered=kinds[Delivered], retried=kinds[Retry], refused=kinds[Refused],
        reasons=dict(reasons),
    )  # fmt: skip
