"""Template messages to a telephone number (ZNS), for recipients who don't follow the account."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from alerts.channels.zalo_calls import ZaloCalls
from alerts.channels.zalo_codes import ZNS
from core.records import DeliveryResult, Message, Refused
from core.roles import Role, refusal
from core.settings import ZaloSettings
from core.text import clean, clip

PATH: Final = "/message/template"
MOST_VALUE: Final = 200
_TRACKING: Final = re.compile(r"^[A-Za-z0-9_-]{1,48}$")


class ZnsNotifier:
    """The channel zns."""

    def __init__(self, calls: ZaloCalls, settings: ZaloSettings) -> None:
        self._calls, self._settings = calls, settings

    def send(self, message: Message, address: str) -> DeliveryResult:
        """`address`: the telephone number, 84…"""
        if not address:
            return Refused(reason="zalo-phone", fall_back=True)
        if why := refusal(role=Role.INFORMATION_OFFICE, phone=address):
            return Refused(reason=why, fall_back=True)
        values = template_data(message.fields, self._settings.zns_fields)
        if not values or not all(values.values()):
            return Refused(reason="zalo-parameter", fall_back=True)
        body = {
            "phone": address,
            "template_id": self._settings.zns_template,
            "template_data": values,
            "tracking_id": tracking_id(message.key),
        }
        result, _ = self._calls.give(self._settings.zns_url + PATH, body, message, ZNS)
        return result

    def close(self) -> None:
        """Nothing is kept open."""


def template_data(fields: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    """Parameter -> one clean line. Without `names` the message's own field names are the parameters."""
    chosen = {parameter: fields.get(name, "") for parameter, name in names.items()} if names else fields
    return {parameter: clip(clean(value), MOST_VALUE) for parameter, value in chosen.items()}


def tracking_id(key: str) -> str:
    """The message's key, or a hash of it where Zalo would not take it: the same for every try."""
    return key if _TRACKING.match(key) else hashlib.sha256(key.encode()).hexdigest()[:48]
