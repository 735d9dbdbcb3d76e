"""Template messages to a telephone number (ZNS), for recipients who don't follow the account."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from alerts.channels.zalo_calls import ZaloCalls
from alerts.channels.zalo_codes import ZNS, Action
from core.clock import Clock
from core.ports import ChannelBook
from core.records import TEMPLATE_FIELDS, DeliveryResult, Message, Refused
from core.roles import Role, refusal
from core.settings import ZaloSettings
from core.text import clean, clip

PATH: Final = "/message/template"
MOST_VALUE: Final = 200
NOTHING: Final = "-"
_TRACKING: Final = re.compile(r"^[A-Za-z0-9_-]{1,48}$")


class ZnsNotifier:
    """The channel zns."""

    def __init__(self, calls: ZaloCalls, settings: ZaloSettings, book: ChannelBook, clock: Clock) -> None:
        self._calls, self._settings, self._book, self._clock = calls, settings, book, clock

    def send(self, message: Message, address: str) -> DeliveryResult:
        """`address`: the telephone number, 84…. One that Zalo refuses for good is noted as such and not asked for."""
        if not address:
            return Refused(reason="zalo-phone", fall_back=True)
        if why := refusal(role=Role.INFORMATION_OFFICE, phone=address):
            return Refused(reason=why, fall_back=True)
        known = (one for one in self._book.phone_refusals(message.desk) if one.recipient == message.recipient)
        if refused := next(known, None):
            return Refused(reason=refused.reason, fall_back=True)
        body = {
            "phone": address,
            "template_id": self._settings.zns_template,
            "template_data": template_data(message, self._settings.zns_fields),
            "tracking_id": tracking_id(message.key),
        }
        result, meaning = self._calls.give(self._settings.zns_url + PATH, body, message, ZNS)
        if isinstance(result, Refused) and meaning and meaning.action is Action.REFUSE:
            self._book.refuse_phone(message.desk, message.recipient, address, result.reason, self._clock.now())
        return result

    def close(self) -> None:
        """Nothing is kept open."""


def template_data(message: Message, names: Mapping[str, str]) -> dict[str, str]:
    """Parameter -> one clean line, none empty, since Zalo refuses those (-112): where a message has nothing, a dash.

    Without `names` the parameters are called as the fields are.
    """
    given = {"noi_dung": message.subject, "lien_ket": message.link}
    given |= {name: value for name, value in message.fields.items() if clean(value)}
    chosen = names or {name: name for name in TEMPLATE_FIELDS}
    return {parameter: clip(clean(given.get(name, "")), MOST_VALUE) or NOTHING for parameter, name in chosen.items()}


def tracking_id(key: str) -> str:
    """The message's key, or a hash of it where Zalo would not take it: the same for every try."""
    return key if _TRACKING.match(key) else hashlib.sha256(key.encode()).hexdigest()[:48]
