"""Who may receive anything: one closed list of roles, and the one check that every door calls.

Recipients are the information office, line departments for their own topics, and the office's own leadership.
There is no police, security or military role, and addresses of such bodies are refused whatever role is claimed.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from core.bodies import is_security_address, is_security_name


class Role(StrEnum):
    """The closed list of functions that may receive messages."""

    INFORMATION_OFFICE = "information_office"
    DISASTER_PREVENTION = "disaster_prevention"
    HEALTH = "health"
    EDUCATION = "education"
    AGRICULTURE_ENVIRONMENT = "agriculture_environment"
    TRANSPORT_CONSTRUCTION = "transport_construction"
    CULTURE_TOURISM = "culture_tourism"
    CONSUMER_PROTECTION = "consumer_protection"
    LEADERSHIP = "leadership"


ROLE_TOPICS: Final[dict[Role, frozenset[str] | None]] = {
    Role.INFORMATION_OFFICE: None,
    Role.LEADERSHIP: None,
    Role.DISASTER_PREVENTION: frozenset({"disaster", "weather"}),
    Role.HEALTH: frozenset({"health"}),
    Role.EDUCATION: frozenset({"education"}),
    Role.AGRICULTURE_ENVIRONMENT: frozenset({"agriculture", "environment", "weather"}),
    Role.TRANSPORT_CONSTRUCTION: frozenset({"transport_infrastructure"}),
    Role.CULTURE_TOURISM: frozenset({"culture_tourism", "sport"}),
    Role.CONSUMER_PROTECTION: frozenset({"scam_warning", "economy"}),
}
"""Topics each role may be sent; None for the two that see all of the desk's articles."""

_PHONE: Final = re.compile(r"84[0-9]{9,10}")
_ZALO_USER: Final = re.compile(r"[0-9]{6,24}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z]{2,24}")


def refusal(*, role: str, name: str = "", address: str = "", phone: str = "", zalo_user_id: str = "") -> str | None:
    """Why this recipient can't be taken, as a catalogue key, or None where nothing stands against it.

    Every door through which something can be sent (alerts, report copies, accounts, the leader's mail) asks here.
    """
    if role not in set(Role):
        return "recipient.unknown_role"
    if is_security_name(name):
        return "recipient.security_body"
    if phone and not _PHONE.fullmatch(phone):
        return "recipient.bad_phone"
    if zalo_user_id and not _ZALO_USER.fullmatch(zalo_user_id):
        return "recipient.bad_zalo"
    return _mail_refusal(address) if address else None


def _mail_refusal(address: str) -> str | None:
    if not _ADDRESS.fullmatch(address):
        return "recipient.bad_address"
    return "recipient.security_body" if is_security_address(address) else None
