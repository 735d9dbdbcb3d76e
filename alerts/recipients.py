"""The one check of a recipient, asked when messages are made and again when they are sent. Pure."""

from __future__ import annotations

from core.records import Desk, Recipient
from core.roles import refusal


def refused(recipient: Recipient, address: str | None = None) -> str | None:
    """Why nothing may be sent to this recipient (a catalogue key), or None.

    `address` stands in for the recipient's own where the record lends another at the moment of sending.
    """
    if not recipient.roles:
        return "recipient.unknown_role"
    wanted = recipient.email if address is None else address
    reasons = (refusal(role=role, name=recipient.name, address=wanted) for role in recipient.roles)
    return next((reason for reason in reasons if reason), None)


def find(desk: Desk | None, recipient: str) -> Recipient | None:
    """The recipient as the desk names it today, or None."""
    return next((one for one in desk.recipients if one.id == recipient), None) if desk else None
