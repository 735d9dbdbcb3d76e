"""Who is told: the one check of a recipient, and whose roles a rule reaches. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from alerts.rules import Match
from core.records import Channel, Desk, Recipient, RuleEvent
from core.roles import ROLE_TOPICS, Role, refusal

PAGE: Final = "page"
"""Stands for a recipient where a desk has none: the message is kept for whoever opens the page."""


def refused(recipient: Recipient, address: str | None = None, channel: Channel = "email") -> str | None:
    """Why nothing may be sent to this recipient (a catalogue key), or None.

    `address` stands in for the recipient's own of that channel, where the record lends another when it is sent.
    """
    if not recipient.roles:
        return "recipient.unknown_role"
    given = {name: recipient.address(name) for name in ("email", "zalo_oa", "zns")}
    if address is not None:
        given[channel] = address
    reasons = (
        refusal(
            role=role, name=recipient.name, address=given["email"], zalo_user_id=given["zalo_oa"], phone=given["zns"]
        )
        for role in recipient.roles
    )
    return next((reason for reason in reasons if reason), None)


def find(desk: Desk | None, recipient: str) -> Recipient | None:
    """The recipient as the desk names it today, or None."""
    return next((one for one in desk.recipients if one.id == recipient), None) if desk else None


def receivers(desk: Desk, roles: Collection[Role], topics: Collection[str] | None) -> tuple[Recipient, ...]:
    """Recipients in one of these roles, each role for its own topics; one for each address.

    `topics` None: something that no topic describes (how a source fares). One whom core.roles refuses gets nothing.
    A desk without any recipient tells its own page.
    """
    chosen: dict[str, Recipient] = {}
    for recipient in desk.recipients:
        if refused(recipient) is None and covers(recipient, roles, topics):
            chosen.setdefault(person(recipient), recipient)
    if not desk.recipients:
        return (Recipient(id=PAGE, name=desk.office, roles=()),)
    return tuple(chosen.values())


def told_of(desk: Desk, match: Match) -> tuple[Recipient, ...]:
    """Whom a rule that holds reaches. Of figures that differ, a line department is told where it owns one; the others
    by their topics.
    """
    roles = match.rule.roles
    if match.rule.event is not RuleEvent.DIFFERS:
        return receivers(desk, roles, match.topics)
    told = [role for role in roles if ROLE_TOPICS[role] is None or role.value in match.owners]
    owned = frozenset(topic for role in told for topic in ROLE_TOPICS[role] or ())
    return receivers(desk, told, match.topics | owned)


def covers(recipient: Recipient, roles: Collection[Role], topics: Collection[str] | None) -> bool:
    """Whether one of the recipient's roles among `roles` may be told of one of these topics."""
    for role in set(recipient.roles) & set(roles):
        own = ROLE_TOPICS[role]
        if own is None or (topics is not None and not own.isdisjoint(topics)):
            return True
    return False


def person(recipient: Recipient) -> str:
    """What tells that two entries are one person: the same first address."""
    ways = recipient.ways
    return f"{ways[0]}:{recipient.address(ways[0]).lower()}" if ways else f"id:{recipient.id}"
