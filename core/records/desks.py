"""A desk: one locality with its recipients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.roles import Role

Channel = Literal["email", "zalo_oa", "zns", "page"]
"""Ways by which a message leaves; `page`: it is only kept where it can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Daily hours in which a recipient wants nothing by a channel. Past midnight where start is after end."""

    channel: Channel | None  # None: by any
    start: int  # minutes after midnight, Vietnamese time
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One who receives for a role. The office's own people only; checked by core.roles.refusal."""

    id: str
    name: str  # of the office or function
    roles: tuple[Role, ...]
    email: str = ""
    zalo_user_id: str = ""  # follower of the office's Official Account
    phone: str = ""  # 84…; for ZNS template messages only
    channels: tuple[Channel, ...] = ()  # in order of preference; empty: those that have an address, mail first
    quiet: tuple[QuietHours, ...] = ()
    evening: bool = False  # wants the evening digest besides the morning's

    def address(self, channel: Channel) -> str:
        """Where a message by that channel goes; "" where there is none."""
        return {"email": self.email, "zalo_oa": self.zalo_user_id, "zns": self.phone, "page": ""}[channel]

    @property
    def ways(self) -> tuple[Channel, ...]:
        """Channels that have an address, in order of preference."""
        order: tuple[Channel, ...] = self.channels or ("email", "zalo_oa", "zns")
        return tuple(channel for channel in order if self.address(channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecipient:
    """A line of "Kính gửi" or "Nơi nhận" on an office's paper; checked by core.roles.refusal."""

    role: Role
    name: str  # as the paper has it: "Thường trực HĐND xã"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePapers:
    """What the office's own papers carry (Decree 30/2020/NĐ-CP, Appendix I). Empty: left for the clerk to write."""

    office: str  # issuing body: "Ủy ban nhân dân xã Bình Sơn"
    parent: str = ""  # the body above it: "Tỉnh Quảng Ngãi"; "" where none stands there
    number: str = ""  # pattern of number and sign: "{number}/BC-UBND"
    place: str = ""  # of the date line: "Bình Sơn"
    authority: str = ""  # of the signature, first line: "TM. Ủy ban nhân dân"
    title: str = ""  # of the signatory: "Chủ tịch"
    signatory: str = ""  # name of the person who signs
    addressed: tuple[PaperRecipient, ...] = ()  # "Kính gửi"
    copies: tuple[PaperRecipient, ...] = ()  # "Nơi nhận"
    filing: str = ""  # last line of "Nơi nhận", after "Lưu:": "VT, VHXH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One locality with its recipients."""

    id: str
    name: str  # as people call the place
    office: str  # the office of today that issues its papers
    units: tuple[str, ...]  # gazetteer ids of either age
    partial_successors: bool = True  # whether units that took in only a part of the area count
    recipients: tuple[Recipient, ...] = ()
    places: tuple[tuple[str, ...], ...] = ()  # other named places: (kind, name) or (kind, name, unit it lies in)
    papers: OfficePapers | None = None  # None: head and signature of its papers are left for the clerk
