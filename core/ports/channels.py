"""Tokens of the Zalo account, its followers, and how the channels stand."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from core.records import Channel, ChannelTrouble, Follower, PhoneRefusal, TokenPair, TokenState, ZaloEvent


class TokenVault(Protocol):
    """Keeps the tokens outside the record, so that neither a backup holds them nor a restore brings older ones back.

    Every method is durable when it returns. Raises StoreError.
    """

    def state(self, account: str) -> TokenState | None:
        """The newest pair and what came of refreshing it; None where nobody has signed in."""
        ...

    def alone(self) -> AbstractContextManager[bool]:
        """True for one process and thread at a time, until the block or the process ends; False for the others."""
        ...

    def begin(self, account: str, at: datetime) -> None:
        """Mark that the refresh token is about to be given away. An earlier mark without an end becomes `interrupted`.

        Raises StoreError where there is no room for the answer.
        """
        ...

    def renewed(self, account: str, number: int, pair: TokenPair, at: datetime) -> bool:
        """Keep the pair that came of refreshing pair `number`; False where that is no longer the newest."""
        ...

    def failed(self, account: str, at: datetime, failure: str, *, unsure: bool) -> None:
        """No pair came: keep the old one. `unsure`: Zalo may have spent the refresh token all the same."""
        ...

    def sign_in(self, account: str, pair: TokenPair, at: datetime) -> None:
        """Keep a pair that a person has fetched; every other account's goes."""
        ...

    def forget(self) -> bool:
        """Delete all tokens; False where there are none."""
        ...


class ChannelBook(Protocol):
    """Followers, what the webhook has told, and troubles of whole channels."""

    def invite(self, desk: str, recipient: str, at: datetime, by: str) -> str:
        """A code that the recipient sends to the account to be known as this recipient; good once and for 7 days.

        Raises ConfigError where the desk has no such recipient.
        """
        ...

    def take(self, event: ZaloEvent, now: datetime) -> bool:
        """Record what an event says; False where it was taken before or is older than what is known."""
        ...

    def follower(self, user: str) -> Follower | None: ...

    def followers(self, desk: str | None = None) -> tuple[Follower, ...]: ...

    def lapse(self, user: str, at: datetime) -> None:
        """Zalo says that this user does not follow (any longer)."""
        ...

    def refuse_phone(self, desk: str, recipient: str, phone: str, reason: str, at: datetime) -> None:
        """Zalo refuses this number for good. Of a number that is not the recipient's any more nothing is kept."""
        ...

    def phone_refusals(self, desk: str) -> tuple[PhoneRefusal, ...]:
        """Of a desk's recipients; one goes as soon as the recipient's number is changed."""
        ...

    def try_phone(self, desk: str, recipient: str, at: datetime, by: str) -> bool:
        """A recipient's number is tried again; False where it was not refused."""
        ...

    def last_event(self) -> datetime | None:
        """When the webhook last told something."""
        ...

    def trouble(self, channel: Channel, reason: str, at: datetime) -> None:
        """A reason that concerns every message of the channel."""
        ...

    def well(self, channel: Channel) -> None:
        """The channel has taken a message: no trouble any more."""
        ...

    def troubles(self) -> tuple[ChannelTrouble, ...]: ...

    def belong_to(self, account: str) -> None:
        """Followers are known to this account from now on: those of another one go."""
        ...

    def forget_followers(self) -> int:
        """Delete all followers, codes and refusals: the account is disconnected or another. How many followers."""
        ...
