"""The program's own users: the only people of whom it keeps anything. Each field has a purpose; see docs/operate.md.

Who signs in, with what right on which desk, from where a session runs. Nothing of what they read is kept but the
readings of cases, which the audit names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.access import Level

OVER_DESKS = ""
"""The desk of an operator's membership: none, but what runs all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A user's level on one desk. Level.OPERATOR stands with OVER_DESKS and nothing else does."""

    desk: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may sign in. Their password and secrets are in no record."""

    id: str  # drawn at random; by it the audit names them
    email: str  # lower case; checked by core.roles
    name: str  # as colleagues call them
    memberships: tuple[Membership, ...]
    created: datetime
    active: datetime | None = None  # the day on which they last used the pages; None: never yet
    disabled: datetime | None = None
    asked: datetime | None = None  # when an administrator was last asked whether an idle account is needed
    password: bool = False  # whether they have chosen one
    second_factor: bool = False  # whether one is set up

    @property
    def administers(self) -> bool:
        """Whether they hold a level that asks for a second factor."""
        return any(m.level in (Level.ADMINISTRATOR, Level.OPERATOR) for m in self.memberships)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in."""

    id: str  # SHA-256 of what the browser's cookie holds
    user: str
    began: datetime
    seen: datetime  # to within some minutes
    idle: timedelta  # unused for so long, it ends
    ends: datetime  # at the latest
    network: str  # from where it began: an address without its last part
    browser: str  # kind of browser and system, in a word or two
    way: str = "password"  # password, oidc


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A user's time-based one-time password (RFC 6238)."""

    secret: str = field(repr=False)  # base 32
    confirmed: bool  # a first code was given
    last_step: int  # of the newest code that was taken: none is taken twice
    recovery_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to sign in. The account is a hash: what was typed there need not be an account."""

    at: datetime
    account: str  # SHA-256 of the address that was typed
    network: str
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One act of a user or an operator."""

    at: datetime
    who: str  # id of a user; "operator" at the command line; "page" at this machine, where no login was asked for
    action: str  # desk.apply, source.add, article.erase, user.add, ...
    subject: str
    detail: str
    desk: str = ""  # "" for what concerns the whole installation
    id: int = 0  # grows with time


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChoice:
    """A unit of the gazetteer that a name may mean."""

    id: str
    name: str  # with its type word
    label: str  # with parents and age, so that namesakes can be told apart
