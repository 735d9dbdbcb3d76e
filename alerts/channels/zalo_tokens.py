"""The account's access token, refreshed with a refresh token that is good for one use only.

The order that loses nothing (facts of the platform: the refresh token is single use and lives three months):

1. one refresher at a time, whole machine (TokenVault.alone);
2. the mark "asked at …" is on the disk before Zalo is asked;
3. Zalo's answer is committed before anything else is done with it;
4. only then the new access token is used.

Whoever dies before 2 or after 3 leaves nothing open. Between 2 and 3 the mark stays: the next one finds it, says so,
and asks once more with the old token. That works where Zalo never got the first request; where it did, the account is
lost until a person signs in again, and that is what is shown.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from pydantic import SecretStr
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from alerts.channels.http import Answer, Http, NoAnswer
from core.clock import Clock
from core.errors import StoreError
from core.ports import TokenVault
from core.records import DeliveryResult, Refused, Retry, TokenPair, TokenState
from core.settings import ZaloSettings
from core.text import clean

log = logging.getLogger(__name__)

PATH: Final = "/v4/oa/access_token"
EARLY: Final = timedelta(hours=1)
"""An access token is replaced this long before it ends, or in the last quarter of a shorter life."""
IDLE: Final = timedelta(days=30)
"""A pair that nobody uses is refreshed after this time, well within the refresh token's life."""
REFRESH_LIVES: Final = timedelta(days=90)
ACCESS_LIVES: Final = timedelta(hours=25)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
SOON: Final = timedelta(seconds=5)
NO_ANSWER: Final = "no answer"
"""How a failure begins in which Zalo has not said no."""
SERVER_ERROR: Final = 500
_LONGEST_TOKEN: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token to be used now."""

    access: SecretStr
    number: int  # of its pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A refresh that gave no pair."""

    failure: str  # what came, secrets masked
    unsure: bool  # the refresh token may be spent


class TokenFetcher:
    """Exchanges a refresh token for a pair. The token is spent whatever becomes of the answer."""

    def __init__(self, http: Http, settings: ZaloSettings) -> None:
        self._http, self._settings = http, settings

    def fetch(self, refresh: SecretStr, at: datetime) -> TokenPair | Unanswered:
        """What Zalo gives for it."""
        settings = self._settings
        body = {"refresh_token": refresh.get_secret_value(), "app_id": settings.app_id, "grant_type": "refresh_token"}
        came = self._http.post(
            settings.oauth_url + PATH,
            {"secret_key": settings.app_secret.get_secret_value(), "Content-Type": "application/x-www-form-urlencoded"},
            urlencode(body).encode(),
        )
        return read_pair(came, refresh, settings.app_secret, at)


class TokenKeeper:
    """Gives out the access token and renews it. May be used from several threads and processes."""

    def __init__(self, vault: TokenVault, http: Http, settings: ZaloSettings, clock: Clock) -> None:
        self._vault, self._settings, self._clock = vault, settings, clock
        self._fetcher = TokenFetcher(http, settings)
        self._mine = threading.Lock()

    def token(self) -> Token | DeliveryResult:
        """A token that should work now, or what becomes of a message meanwhile."""
        state = self._state()
        if state is None:
            return SIGNED_OUT
        now = self._clock.now()
        if now < state.pair.access_until - early(state):
            return _token(state)
        renewed = self.renew(state.number)
        return _token(state) if not isinstance(renewed, Token) and now < state.pair.access_until else renewed

    def renew(self, number: int) -> Token | DeliveryResult:
        """A token newer than pair `number`: somebody else's, or from Zalo."""
        with self._mine, self._vault.alone() as alone:
            state = self._state()
            if state is None:
                return SIGNED_OUT
            if state.number != number:
                return _token(state)
            if not alone:
                return REFRESHING
            if not due(state, self._clock.now()):
                return without(state)
            return self._ask(state)

    def upkeep(self) -> None:
        """To be called now and then: keeps an idle account alive, and takes up a refresh that was interrupted."""
        state = self._state()
        if state and (state.asked_at or self._clock.now() - state.obtained_at > IDLE):
            self.renew(state.number)

    def _ask(self, state: TokenState) -> Token | DeliveryResult:
        account, at = state.account, self._clock.now()
        if state.asked_at:
            log.error(
                "a refresh of the Zalo token begun at %s was interrupted; Zalo may have spent the refresh token. "
                "It is tried once more; if that fails, sign in again: diembao zalo connect",
                state.asked_at.isoformat(timespec="seconds"),
            )
        self._vault.begin(account, at)
        came = self._fetcher.fetch(state.pair.refresh, at)
        if isinstance(came, Unanswered):
            self._vault.failed(account, self._clock.now(), came.failure, unsure=came.unsure)
            log.error("the Zalo token was not refreshed: %s", came.failure)
            return without(self._state() or state)
        self._keep(account, state.number, came, at)
        log.info("the Zalo token was refreshed")
        return Token(access=came.access, number=state.number + 1)

    def _keep(self, account: str, number: int, pair: TokenPair, at: datetime) -> None:
        """Write what Zalo gave; the old token is worth nothing now, so a full disk is tried again for a while."""
        patiently = Retrying(
            retry=retry_if_exception_type(StoreError), stop=stop_after_attempt(6), wait=wait_exponential(0.2, max=5)
        )
        try:
            patiently(self._vault.renewed, account, number, pair, at)
        except RetryError:
            log.critical(
                "Zalo gave a new token and it could not be written: the account is lost. Make room for %s, then sign "
                "in again: diembao zalo connect", "keys.sqlite3",
            )  # fmt: skip
            raise StoreError("the new Zalo token could not be written; sign in again: diembao zalo connect") from None

    def _state(self) -> TokenState | None:
        return self._vault.state(self._settings.app_id)


SIGNED_OUT: Final = Refused(reason="zalo-signed-out", fall_back=True)
REFRESHING: Final = Retry(reason="zalo-refreshing", after=SOON, fall_back=False, counts=False)


def early(state: TokenState) -> timedelta:
    """How long before its end this access token is replaced: one of an hour's life too serves many messages."""
    return min(EARLY, (state.pair.access_until - state.obtained_at) / 4)


def due(state: TokenState, now: datetime) -> bool:
    """Whether a refresh may be tried: after a failure only when its wait is over, or a clock was set back."""
    if state.failed_at is None:
        return True
    wait = min(FIRST_WAIT * float(2 ** min(state.failures - 1, 10)), LONGEST_WAIT)
    return not state.failed_at <= now < state.failed_at + wait


def without(state: TokenState) -> DeliveryResult:
    """What becomes of a message while there is no token: the next channel, where nobody but a person can help."""
    if state.failure.startswith(NO_ANSWER):
        return Retry(reason="zalo-connection", fall_back=True)
    return SIGNED_OUT


def read_pair(
    came: Answer | NoAnswer, refresh: SecretStr, app_secret: SecretStr, at: datetime
) -> TokenPair | Unanswered:
    """The pair in an answer to a refresh. Any answer without an access token is a failed refresh.

    A server's error is a service out of order: Zalo has refused nothing, and may have spent the token.
    """
    if isinstance(came, NoAnswer):
        return Unanswered(failure=f"{NO_ANSWER} ({came.why})", unsure=came.sent)
    values = _object(came.body)
    access, new_refresh = (_secret(values.get(name)) for name in ("access_token", "refresh_token"))
    if access is None:
        said = f"{came.status} {masked(clean(came.body.decode('utf-8', 'replace')), refresh, app_secret)}"
        broken = came.status >= SERVER_ERROR
        return Unanswered(failure=f"{NO_ANSWER} ({said})" if broken else said, unsure=broken)
    return TokenPair(
        access=access,
        refresh=new_refresh or refresh,
        access_until=at + _lifetime(values.get("expires_in")),
        refresh_until=at + REFRESH_LIVES,
    )


def masked(text: str, *secrets: SecretStr) -> str:
    """The text without these secrets and without anything as long as a token."""
    for secret in secrets:
        if value := secret.get_secret_value():
            text = text.replace(value, "*****")
    return " ".join("*****" if len(word) > 60 else word for word in text.split())[:200]


def _token(state: TokenState) -> Token:
    return Token(access=state.pair.access, number=state.number)


def _object(body: bytes) -> dict[str, object]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _secret(value: object) -> SecretStr | None:
    """A token that can stand in a header."""
    good = isinstance(value, str) and 0 < len(value) <= _LONGEST_TOKEN and value.isascii() and value.isprintable()
    return SecretStr(value) if isinstance(value, str) and good and " " not in value else None


def _lifetime(value: object) -> timedelta:
    """`expires_in` is a string of seconds; what can't be read counts as the documented 25 hours."""
    try:
        seconds = int(value) if isinstance(value, str | int) else 0
    except ValueError:
        seconds = 0
    return timedelta(seconds=seconds) if 0 < seconds < 10_000_000 else ACCESS_LIVES
