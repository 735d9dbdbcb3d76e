"""The channels of an installation: built from the settings, and how each stands."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from alerts.channels.email import EmailNotifier
from alerts.channels.http import Http
from alerts.channels.notes import Notes
from alerts.channels.page import PageNotifier
from alerts.channels.zalo import ZaloNotifier
from alerts.channels.zalo_calls import ZaloCalls
from alerts.channels.zalo_tokens import TokenFetcher, TokenKeeper, Unanswered
from alerts.channels.zns import ZnsNotifier
from core.clock import Clock, local
from core.errors import ConfigError, StoreError
from core.i18n import Language, t
from core.ports import ChannelBook, Notifier, TokenVault
from core.records import Channel, ChannelStatus, ChannelTrouble, TokenState
from core.settings import Settings
from core.zalo import HOOK
from store.sqlite.record import Record
from store.sqlite.tokens import TokenVault as FileVault

log = logging.getLogger(__name__)

_UNDER_WAY: Final = timedelta(minutes=2)
"""A refresh that was begun this long ago has been interrupted."""
_BETWEEN: Final = timedelta(minutes=10)


def channels(settings: Settings, record: Record, clock: Clock) -> Mapping[Channel, Notifier]:
    """The channels that are connected. Raises ConfigError for settings that can't work."""
    found: dict[Channel, Notifier] = {"page": PageNotifier()}
    if settings.smtp.host:
        found["email"] = EmailNotifier(settings.smtp, clock, record.channels)
    if settings.zalo.connected:
        found |= zalo_channels(settings, vault(settings), record.channels, clock)
    return found


def vault(settings: Settings) -> FileVault:
    """The file of tokens."""
    return FileVault(settings.keys)


def zalo_channels(settings: Settings, tokens: TokenVault, book: ChannelBook, clock: Clock) -> dict[Channel, Notifier]:
    """The account's messages to followers, and ZNS where a template is named."""
    zalo, keeper = settings.zalo, keeper_of(settings, tokens, clock)
    http = _http(settings)

    def calls(channel: Channel) -> ZaloCalls:
        return ZaloCalls(keeper, http, zalo, Notes(book, channel, clock), clock)

    found: dict[Channel, Notifier] = {"zalo_oa": ZaloNotifier(calls("zalo_oa"), zalo, book, clock)}
    if zalo.zns_template:
        found["zns"] = ZnsNotifier(calls("zns"), zalo, book, clock)
    return found


def keeper_of(settings: Settings, tokens: TokenVault, clock: Clock) -> TokenKeeper:
    """Gives out and renews the account's token."""
    return TokenKeeper(tokens, _http(settings), settings.zalo, clock)


def _http(settings: Settings) -> Http:
    return Http(timeout=settings.zalo.timeout, ca_file=settings.zalo.ca_file, setting="zalo.ca_file")


def sign_in(settings: Settings, record: Record, refresh: SecretStr, clock: Clock) -> None:
    """Take a refresh token that a person has fetched, and exchange it at once for a pair that nobody else holds.

    Raises ConfigError where the app is not set, the token can't be one, or Zalo does not take it; an earlier sign-in
    then stays as it is.
    """
    if not settings.zalo.connected:
        raise ConfigError("zalo: set app_id and app_secret in [zalo] first; nothing was asked")
    tokens = vault(settings)
    with tokens.alone() as alone:
        if not alone:
            raise ConfigError("zalo: the token is being refreshed at this moment; try again in a minute")
        now = clock.now()
        pair = TokenFetcher(_http(settings), settings.zalo).fetch(refresh, now)
        if isinstance(pair, Unanswered):
            raise ConfigError(
                f"zalo: the refresh token was not taken: {pair.failure}; fetch a new one at developers.zalo.me "
                "(tools, API Explorer) with the account's administrator signed in"
            )
        tokens.sign_in(settings.zalo.app_id, pair, now)
    record.channels.belong_to(settings.zalo.app_id)
    record.channels.well("zalo_oa")
    record.channels.well("zns")
    record.audit.add(now, "operator", "zalo.connect", settings.zalo.app_id)


def disconnect(settings: Settings, record: Record, clock: Clock) -> bool:
    """Forget tokens and followers; False where there were none."""
    gone = vault(settings).forget()
    followers = record.channels.forget_followers()
    record.audit.add(clock.now(), "operator", "zalo.disconnect", settings.zalo.app_id)
    return gone or followers > 0


def upkeep(settings: Settings, clock: Clock) -> Callable[[], None]:
    """To be called often: now and then it takes up an interrupted refresh and keeps an idle account alive."""
    if not settings.zalo.connected:
        return lambda: None
    keeper = keeper_of(settings, vault(settings), clock)
    last: list[datetime] = []

    def tend() -> None:
        now = clock.now()
        if last and last[0] <= now < last[0] + _BETWEEN:
            return
        last[:] = [now]
        try:
            keeper.upkeep()
        except StoreError as error:
            log.error("Zalo: %s", error)

    return tend


def statuses(settings: Settings, book: ChannelBook, clock: Clock) -> tuple[ChannelStatus, ...]:
    """How each channel stands and what to do. Asks nobody outside; at once."""
    troubles = {one.channel: one for one in book.troubles()}
    return (
        _email(settings, troubles.get("email")),
        _zalo(settings, book, clock, troubles.get("zalo_oa")),
        _zns(settings, clock, troubles.get("zns")),
        ChannelStatus(channel="page", sign="ready", says="channel.says.page"),
    )


def said(status: ChannelStatus, key: str, language: Language) -> str:
    """A text of the status for a terminal."""
    values = dict(status.values)
    if word := values.get("reason", "").partition(" ")[0]:
        values["reason"] = f"{t(f'reason.{word}', language)} ({values['reason']})"
    since = f"{local(status.since):%Y-%m-%d %H:%M}" if status.since else ""
    return t(key, language, **values, since=since)


def _email(settings: Settings, trouble: ChannelTrouble | None) -> ChannelStatus:
    smtp = settings.smtp
    if not smtp.host:
        return ChannelStatus(channel="email", sign="off", says="channel.says.email_off", todo="channel.todo.email_off")
    if trouble:
        return _troubled(trouble, "channel.todo.email_trouble")
    return ChannelStatus(
        channel="email", sign="ready", says="channel.says.email", values={"host": smtp.host, "sender": smtp.sender}
    )


def _zalo(settings: Settings, book: ChannelBook, clock: Clock, trouble: ChannelTrouble | None) -> ChannelStatus:
    if found := _signed_in(settings, clock, "zalo_oa"):
        return found
    if trouble:
        return _troubled(trouble, "channel.todo.zalo_trouble")
    following = sum(one.following for one in book.followers())
    address = f"{settings.public_url.rstrip('/') or 'https://…'}{HOOK}"
    return ChannelStatus(
        channel="zalo_oa",
        sign="ready",
        says="channel.says.zalo",
        todo="" if book.last_event() else "channel.todo.zalo_webhook",
        values={"followers": str(following), "address": address},
    )


def _zns(settings: Settings, clock: Clock, trouble: ChannelTrouble | None) -> ChannelStatus:
    if settings.zalo.connected and not settings.zalo.zns_template:
        return ChannelStatus(channel="zns", sign="off", says="channel.says.zns_off", todo="channel.todo.zns_off")
    if found := _signed_in(settings, clock, "zns"):
        return found
    if trouble:
        return _troubled(trouble, "channel.todo.zalo_trouble")
    values = {"template": settings.zalo.zns_template}
    return ChannelStatus(channel="zns", sign="ready", says="channel.says.zns", values=values)


def _signed_in(settings: Settings, clock: Clock, channel: Channel) -> ChannelStatus | None:
    """What stands against any message of the account; None where nothing does."""
    if not settings.zalo.connected:
        return ChannelStatus(channel=channel, sign="off", says="channel.says.zalo_off", todo="channel.todo.zalo_off")
    state = vault(settings).state(settings.zalo.app_id)
    if state is None:
        return ChannelStatus(
            channel=channel, sign="off", says="channel.says.zalo_signed_out", todo="channel.todo.zalo_sign_in"
        )
    return _token_trouble(channel, state, clock.now())


def _token_trouble(channel: Channel, state: TokenState, now: datetime) -> ChannelStatus | None:
    asked = state.asked_at
    if asked and not asked <= now < asked + _UNDER_WAY:
        since, says, todo = asked, "channel.says.zalo_pending", "channel.todo.zalo_wait"
    elif state.interrupted_at:
        since, says, todo = state.interrupted_at, "channel.says.zalo_interrupted", "channel.todo.zalo_sign_in"
    elif state.failed_at:
        since, says, todo = state.failed_at, "channel.says.zalo_failed", "channel.todo.zalo_sign_in"
    else:
        return None
    values = {"failure": state.failure}
    return ChannelStatus(channel=channel, sign="trouble", says=says, todo=todo, values=values, since=since)


def _troubled(trouble: ChannelTrouble, todo: str) -> ChannelStatus:
    return ChannelStatus(
        channel=trouble.channel,
        sign="trouble",
        says="channel.says.trouble",
        todo=todo,
        values={"reason": trouble.reason},
        since=trouble.since,
    )
