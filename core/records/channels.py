"""What is kept of the channels: a Zalo account's tokens, who follows it, how each channel stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import SecretStr

from core.records.desks import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What Zalo gives at a sign-in or refresh."""

    access: SecretStr
    refresh: SecretStr  # good for one refresh only
    access_until: datetime
    refresh_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenState:
    """An account's tokens and what came of refreshing them."""

    account: str  # id of the app
    pair: TokenPair
    number: int  # of the pair: a later one never gives way to an earlier
    obtained_at: datetime
    asked_at: datetime | None = None  # a refresh was begun then, and its end is not recorded (yet)
    interrupted_at: datetime | None = None  # one begun then never ended: Zalo may have spent the refresh token
    failed_at: datetime | None = None  # the last refresh that gave no pair; None once one did
    failures: int = 0  # in a row
    failure: str = ""  # what was answered, secrets masked


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloEvent:
    """What Zalo's webhook told of one follower. The words of a message never come this far, but for a code."""

    kind: Literal["follow", "unfollow", "wrote"]
    user: str
    at: datetime  # as Zalo states it
    receipt: str  # SHA-256 of the body: the same event is taken once
    code: str = ""  # a code of ours, where the message was one


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A follower of the account who is known to be a recipient."""

    desk: str
    recipient: str
    user: str
    following: bool
    linked_at: datetime
    wrote_at: datetime | None = None  # the last time that they wrote to the account


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRefusal:
    """A recipient's telephone number that Zalo refuses for good."""

    recipient: str
    reason: str  # as in a DeliveryResult
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """How a channel stands, in words of the catalogue; what it says and what to do."""

    channel: Channel
    sign: Literal["ready", "off", "trouble"]
    says: str  # catalogue key
    todo: str = ""  # catalogue key; "" where nothing is to be done
    values: Mapping[str, str] = field(default_factory=dict)  # for both texts
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTrouble:
    """Why the last message by a channel failed for a reason that concerns all of them."""

    channel: Channel
    reason: str  # as in a DeliveryResult
    since: datetime
    last: datetime
