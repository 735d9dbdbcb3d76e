"""Messages of the Official Account to those who follow it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from alerts.channels.zalo_calls import ZaloCalls
from alerts.channels.zalo_codes import OA, Action
from core.clock import Clock
from core.ports import ChannelBook
from core.records import DeliveryResult, Message, Refused
from core.roles import Role, refusal
from core.settings import ZaloSettings
from core.text import clean, clip
from core.urls import is_web

PATH: Final = "/v3.0/oa/message/"
MOST_TEXT: Final = 2000
MOST_TITLE, MOST_LINES = 100, 250
"""Characters of a text message, of a template's header and of its text, as public clients state them."""
BUTTON: Final = "Xem"


class ZaloNotifier:
    """The channel zalo_oa."""

    def __init__(self, calls: ZaloCalls, settings: ZaloSettings, book: ChannelBook, clock: Clock) -> None:
        self._calls, self._settings, self._book, self._clock = calls, settings, book, clock

    def send(self, message: Message, address: str) -> DeliveryResult:
        """`address`: Zalo's id of the follower. A follower who is none any more is noted as such."""
        if not address:
            return Refused(reason="zalo-follower", fall_back=True)
        if why := refusal(role=Role.INFORMATION_OFFICE, zalo_user_id=address):
            return Refused(reason=why, fall_back=True)
        if self._too_long_ago(address):
            return Refused(reason="zalo-window", fall_back=True)
        url = f"{self._settings.oa_url}{PATH}{self._settings.message}"
        result, meaning = self._calls.give(url, self.body(message, address), message, OA)
        if meaning and meaning.action is Action.REFUSE:
            self._book.lapse(address, self._clock.now())
        return result

    def close(self) -> None:
        """Nothing is kept open."""

    def body(self, message: Message, address: str) -> Mapping[str, Any]:
        """The request: a text for cs, a template for transaction and promotion."""
        if self._settings.message == "cs":
            content: Mapping[str, Any] = {"text": plain_text(message)}
        else:
            content = {"attachment": {"type": "template", "payload": template(message, self._settings.template_type)}}
        return {"recipient": {"user_id": address}, "message": content}

    def _too_long_ago(self, user: str) -> bool:
        """Whether we know that the follower's last word is too long ago for a message of this kind."""
        known = self._book.follower(user) if self._settings.message == "cs" else None
        window = timedelta(hours=self._settings.window_hours)
        return bool(known and known.wrote_at and self._clock.now() - known.wrote_at > window)


def plain_text(message: Message) -> str:
    """Title, lines and link, each on lines of their own; a long text gives way to the link."""
    said = lines(message.brief) or [clean(message.subject), *lines(message.text)]
    link = [message.link] if is_web(message.link) and message.link not in said else []
    room = MOST_TEXT - sum(len(line) + 1 for line in link)
    return "\n".join([clip("\n".join(said), room), *link])


def template(message: Message, kind: str) -> Mapping[str, Any]:
    """Header, text and a button with the link."""
    said = [line for line in lines(message.brief) if not is_web(line)] or [message.subject]
    title, rest = said[0], " ".join(said[1:]) or clean(message.subject)
    links = [message.link, *lines(message.brief)]
    link = next((one for one in links if is_web(one)), "")
    payload: dict[str, Any] = {
        "template_type": kind,
        "language": "VI",
        "elements": [
            {"type": "header", "align": "left", "content": clip(clean(title), MOST_TITLE)},
            {"type": "text", "align": "left", "content": clip(clean(rest), MOST_LINES)},
        ],
    }
    if link:
        payload["buttons"] = [{"title": BUTTON, "type": "oa.open.url", "payload": {"url": link}, "image_icon": ""}]
    return payload


def lines(text: str) -> list[str]:
    """Clean lines without the empty ones: no headline makes a line of its own."""
    return [line for line in (clean(part) for part in text.split("\n")) if line]
