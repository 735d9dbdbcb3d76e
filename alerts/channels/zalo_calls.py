"""One message given to Zalo: token, appsecret_proof, and what the answer means."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr

from alerts.channels.http import Answer, Http, NoAnswer
from alerts.channels.notes import Notes
from alerts.channels.zalo_codes import UNKNOWN, Action, Meaning
from alerts.channels.zalo_tokens import SIGNED_OUT, Token, TokenKeeper
from core.clock import Clock, local
from core.records import Delivered, DeliveryResult, Message, Refused, Retry
from core.settings import ZaloSettings

CLOCKS_APART: Final = timedelta(minutes=30)
"""The wait where Zalo says that it is night and our clock says that it is not."""
_SPREAD_SECONDS: Final = 300
NIGHT_ENDS, NIGHT_BEGINS = 6, 22
"""Vietnamese hours in which Zalo takes no message (errors -133 and -234)."""


class ZaloCalls:
    """Gives a body to an address of Zalo and reads the answer by a table of error codes."""

    def __init__(self, keeper: TokenKeeper, http: Http, settings: ZaloSettings, notes: Notes, clock: Clock) -> None:
        self._keeper, self._http, self._settings = keeper, http, settings
        self._notes, self._clock = notes, clock

    def give(
        self, url: str, body: Mapping[str, Any], message: Message, codes: Mapping[int, Meaning]
    ) -> tuple[DeliveryResult, Meaning | None]:
        """What came of it, and the meaning of the error where there was one."""
        token = self._keeper.token()
        if not isinstance(token, Token):
            return self._told(token), None
        code, data = self._post(url, body, token)
        if code is not None and codes.get(code, UNKNOWN).action is Action.RENEW:
            token = self._keeper.renew(token.number)
            if not isinstance(token, Token):
                return self._told(token), None
            code, data = self._post(url, body, token)
        return self._outcome(code, data, message, codes)

    def _post(self, url: str, body: Mapping[str, Any], token: Token) -> tuple[int | None, Mapping[str, Any] | NoAnswer]:
        """(error code, data), or (None, NoAnswer) where there is no readable answer."""
        headers = {"access_token": token.access.get_secret_value(), "Content-Type": "application/json"}
        if self._settings.proof:
            headers["appsecret_proof"] = appsecret_proof(self._settings.app_secret, token.access)
        return read_answer(self._http.post(url, headers, json.dumps(body, ensure_ascii=False).encode()))

    def _outcome(
        self, code: int | None, data: Mapping[str, Any] | NoAnswer, message: Message, codes: Mapping[int, Meaning]
    ) -> tuple[DeliveryResult, Meaning | None]:
        if isinstance(data, NoAnswer) or code is None:
            why = data.why if isinstance(data, NoAnswer) else "protocol"
            return self._told(Retry(reason=f"zalo-{why}", fall_back=True)), None
        if code == 0:
            self._notes.well()
            return Delivered(reference=str(data.get("message_id") or data.get("msg_id") or "")[:100]), None
        meaning = codes.get(code, UNKNOWN)
        result = result_of(meaning, code, message.key, self._clock.now())
        if meaning.whole or meaning.action is Action.RENEW:
            self._notes.trouble(result)
        return result, meaning

    def _told(self, result: DeliveryResult) -> DeliveryResult:
        self._notes.trouble(result)
        return result


def appsecret_proof(app_secret: SecretStr, access: SecretStr) -> str:
    """Hex HMAC-SHA256 of the access token, keyed with the app's secret."""
    return hmac.new(
        app_secret.get_secret_value().encode(), access.get_secret_value().encode(), hashlib.sha256
    ).hexdigest()


def read_answer(came: Answer | NoAnswer) -> tuple[int | None, Mapping[str, Any] | NoAnswer]:
    """(error code, data). Zalo answers 200 for errors too: `error` alone decides where there is one."""
    if isinstance(came, NoAnswer):
        return None, came
    try:
        values = json.loads(came.body)
        code = int(values["error"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None, NoAnswer(why="busy" if came.status in (429, 503) else "protocol", sent=True)
    data = values.get("data")
    return code, data if isinstance(data, dict) else {}


def result_of(meaning: Meaning, code: int, key: str, now: datetime) -> DeliveryResult:
    """The DeliveryResult of an error."""
    reason = f"{meaning.word} {code}"
    match meaning.action:
        case Action.RETRY:
            return Retry(reason=reason, after=meaning.after, fall_back=True)
        case Action.HOLD:
            return Retry(reason=reason, after=until_morning(now, key), fall_back=True, counts=False)
        case Action.RENEW:  # a new token was refused as well
            return Refused(reason=SIGNED_OUT.reason + f" {code}", fall_back=True)
        case Action.FALL_BACK | Action.REFUSE:
            return Refused(reason=reason, fall_back=True)


def until_morning(now: datetime, key: str) -> timedelta:
    """Until shortly after 06:00 in Viet Nam, each message a little apart."""
    here = local(now)
    if NIGHT_ENDS <= here.hour < NIGHT_BEGINS:
        return CLOCKS_APART
    morning = here.replace(hour=NIGHT_ENDS, minute=1, second=0, microsecond=0)
    if here.hour >= NIGHT_BEGINS:
        morning += timedelta(days=1)
    spread = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % _SPREAD_SECONDS
    return morning - here + timedelta(seconds=spread)
