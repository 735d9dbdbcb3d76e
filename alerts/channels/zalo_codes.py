"""What each documented error of Zalo means for a message. Codes as collected in public clients and its guide.

| action | the message | later messages |
|---|---|---|
| RETRY | is tried again here, after waits that grow | go on |
| RENEW | is tried again at once with a new token | go on |
| HOLD | waits until 06:00; an urgent one goes by the next channel | go on |
| FALL_BACK | goes by the recipient's next channel | are tried here |
| REFUSE | goes by the next channel | too, until they follow again, the number is changed or an officer asks to try |

`whole` marks what concerns every message until a person mends it: it is shown as a trouble of the channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What becomes of the message."""

    RETRY = "retry"
    RENEW = "renew"
    HOLD = "hold"
    FALL_BACK = "fall back"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Of one error code. `word` is a key "reason.<word>" of the catalogue."""

    action: Action
    word: str
    whole: bool = False
    after: timedelta | None = None


_RENEW: Final = Meaning(action=Action.RENEW, word="zalo-token")
_NIGHT: Final = Meaning(action=Action.HOLD, word="zalo-night")
_FAILED: Final = Meaning(action=Action.RETRY, word="zalo-failed")
_BUSY: Final = Meaning(action=Action.RETRY, word="zalo-busy", after=timedelta(minutes=1))
_SETTINGS: Final = Meaning(action=Action.FALL_BACK, word="zalo-settings", whole=True)
_ACCOUNT: Final = Meaning(action=Action.FALL_BACK, word="zalo-account", whole=True)
_TEMPLATE: Final = Meaning(action=Action.FALL_BACK, word="zalo-template", whole=True)
_BALANCE: Final = Meaning(action=Action.FALL_BACK, word="zalo-balance", whole=True)
_QUOTA: Final = Meaning(action=Action.FALL_BACK, word="zalo-quota", whole=True)
_PARAMETER: Final = Meaning(action=Action.FALL_BACK, word="zalo-parameter")
_CONTENT: Final = Meaning(action=Action.FALL_BACK, word="zalo-content")
_WINDOW: Final = Meaning(action=Action.FALL_BACK, word="zalo-window")
_ENOUGH: Final = Meaning(action=Action.FALL_BACK, word="zalo-enough")
_RECEIVER: Final = Meaning(action=Action.FALL_BACK, word="zalo-receiver")
_UNKNOWN_PHONE: Final = Meaning(action=Action.REFUSE, word="zalo-phone")
_DECLINED: Final = Meaning(action=Action.REFUSE, word="zalo-declined")
_FOLLOWER: Final = Meaning(action=Action.REFUSE, word="zalo-follower")

UNKNOWN: Final = Meaning(action=Action.FALL_BACK, word="zalo-unknown")
"""A code that is not in the tables: nobody knows whether it passes, so the message rather goes another way."""

OA: Final[Mapping[int, Meaning]] = {
    -32: _BUSY,
    -200: _FAILED,
    -201: _PARAMETER,
    -204: _ACCOUNT,
    -205: _ACCOUNT,
    -209: _SETTINGS,
    -210: _PARAMETER,
    -211: _QUOTA,
    -212: _SETTINGS,
    -213: _FOLLOWER,
    -216: _RENEW,
    -217: _DECLINED,
    -218: _ENOUGH,
    -219: _SETTINGS,
    -220: _RENEW,
    -221: _ACCOUNT,
    -223: _SETTINGS,
    -224: _ACCOUNT,
    -227: _RECEIVER,
    -230: _WINDOW,
    -232: _WINDOW,
    -233: _PARAMETER,
    -234: _NIGHT,
    -235: _ACCOUNT,
    -240: _SETTINGS,
    -242: _SETTINGS,
    -244: _RECEIVER,
    -248: _CONTENT,
    -320: _BALANCE,
    -321: _BALANCE,
}
"""Messages to a follower."""

ZNS: Final[Mapping[int, Meaning]] = {
    -32: _BUSY,
    -100: _FAILED,
    -104: _SETTINGS,
    -108: _UNKNOWN_PHONE,
    -109: _TEMPLATE,
    -112: _PARAMETER,
    -114: _RECEIVER,
    -115: _BALANCE,
    -117: _TEMPLATE,
    -118: _UNKNOWN_PHONE,
    -119: _UNKNOWN_PHONE,
    -124: _RENEW,
    -1241: _SETTINGS,
    -125: _ACCOUNT,
    -131: _TEMPLATE,
    -132: _PARAMETER,
    -133: _NIGHT,
    -135: _ACCOUNT,
    -139: _DECLINED,
    -141: _DECLINED,
    -144: _QUOTA,
    -1441: _QUOTA,
    -146: _TEMPLATE,
    -147: _QUOTA,
    -1471: _ENOUGH,
    -161: _PARAMETER,
    -162: _PARAMETER,
}
"""Template messages by telephone number."""
