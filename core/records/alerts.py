"""Messages on their way, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from core.records.desks import Channel

TEMPLATE_FIELDS: Final = ("noi_dung", "nguon", "thoi_gian", "dia_ban", "lien_ket")
"""What fills a template message (ZNS): headline or subject, publishers, time, the desk's place, address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message, where the channel can carry one."""

    name: str  # of the file, ASCII letters, digits, dot and hyphen
    media_type: str  # "text/plain"
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one recipient. Every text in it is clean: subject and brief have no line that a headline made."""

    key: str  # idempotency key: unique for ever, the same for every channel that is tried
    desk: str
    recipient: str  # Recipient.id; the address is looked up when it is sent
    channel: Channel  # by which it goes now; another where that one can't
    article: str | None
    subject: str
    text: str
    html: str = ""
    brief: str = ""  # for channels of a few hundred characters: title, two lines, link; "" where text must do
    not_before: datetime | None = None
    story: str | None = None
    urgent: bool = False  # may go at night, and by the next channel rather than wait
    thread: str = ""  # the same for all messages about one story to one desk; "" for none
    link: str = ""  # signed address that shows this message's story; "" without public_url
    attachments: tuple[Attachment, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)  # of TEMPLATE_FIELDS -> one clean line


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message lent to one worker until `until`."""

    id: int
    message: Message
    address: str  # of the recipient for the message's channel at the moment of claiming; "" where there is none
    attempts: int
    until: datetime
    struck: tuple[Channel, ...] = ()  # channels that have refused it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The channel has taken the message."""

    reference: str = ""  # the channel's own id of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Not now; ask again after the interval (None: the drain's own backoff, which a try that counts waits at least)."""

    reason: str
    after: timedelta | None = None
    fall_back: bool = False  # an urgent message rather goes by the recipient's next channel than wait
    counts: bool = True  # as an attempt; False where nothing was tried (quiet hours, a used-up quota)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never by this channel: the address or the message itself is refused."""

    reason: str
    fall_back: bool = False  # another channel of the recipient may take it


DeliveryResult = Delivered | Retry | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """What the drain makes of a Retry or Refused with fall_back: the message goes on by another channel, at once."""

    reason: str
    channel: Channel
    strike: bool  # the channel it leaves is not tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message as the page shows it."""

    id: int
    message: Message
    created: datetime
    state: Literal["waiting", "claimed", "delivered", "refused", "page", "held"]
    attempts: int
    reason: str = ""
    delivered_at: datetime | None = None
    struck: tuple[Channel, ...] = ()
    published: datetime | None = None  # earliest publication of what it first tells of
