"""The program's own users, and what they did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.records import Attempt, AuditLine, Desk, Membership, SecondFactor, Session, UnitChoice, User


class PeopleBook(Protocol):
    """Users with their levels, sessions and ways to prove who they are. Every change is audited under `by`.

    Tokens and codes come in as SHA-256 in hex: what a browser or a letter holds is nowhere stored.
    """

    def any(self) -> bool:
        """Whether there is a user at all. Asked on every page; must be quick."""
        ...

    def users(self) -> tuple[User, ...]:
        """All, by name."""
        ...

    def user(self, user: str) -> User | None: ...

    def by_email(self, email: str) -> User | None: ...

    def add(self, user: User, by: str) -> None:
        """Take a new user. Raises PeopleError for an address that is taken or refused, and for a wrong membership."""
        ...

    def change(
        self, user: str, *, name: str | None = None, memberships: Sequence[Membership] | None = None, at: datetime,
        by: str,
    ) -> None:  # fmt: skip
        """Another name or other levels; the sessions of who comes to administer by it end.

        Raises PeopleError where a desk would be left without an administrator.
        """
        ...

    def disable(self, user: str, at: datetime, by: str) -> None:
        """Let them in no more; their sessions end. Raises PeopleError for the last administrator of a desk."""
        ...

    def enable(self, user: str, at: datetime, by: str) -> None: ...

    def delete(self, user: str, at: datetime, by: str) -> None:
        """Forget them: name, address, secrets, sessions. Raises PeopleError for the last administrator of a desk."""
        ...

    def password(self, user: str) -> str:
        """The hash of their password; "" where there is none."""
        ...

    def set_password(self, user: str, hashed: str, at: datetime, by: str, *, keep: str = "") -> None:
        """A new hash. All their sessions end but `keep`, and links for a reset are worth nothing any more."""
        ...

    def better_hash(self, user: str, before: str, hashed: str) -> None:
        """The same password under a newer way of hashing; in vain where it was changed since `before` was read."""
        ...

    def second_factor(self, user: str) -> SecondFactor | None: ...

    def begin_second_factor(self, user: str, secret: str) -> None:
        """A secret to be confirmed; one that holds stays until then."""
        ...

    def confirm_second_factor(self, user: str, recovery: Sequence[str], step: int, at: datetime, by: str) -> None:
        """The begun secret holds from now on, with these hashed recovery codes."""
        ...

    def drop_second_factor(self, user: str, at: datetime, by: str) -> None: ...

    def pending_secret(self, user: str) -> str:
        """The secret that was begun and not confirmed; "" where there is none."""
        ...

    def take_step(self, user: str, step: int) -> bool:
        """Use up a time step; False where it, or a later one, was used before."""
        ...

    def take_recovery(self, user: str, code: str, at: datetime) -> bool:
        """Use up a recovery code (hashed); False for one that is not there."""
        ...

    def open_session(self, session: Session) -> None: ...

    def session(self, session: str, at: datetime) -> tuple[Session, User] | None:
        """The session and its user, if neither has ended; writes down, now and then, that it was seen."""
        ...

    def sessions(self, user: str) -> tuple[Session, ...]: ...

    def end_session(self, user: str, session: str, at: datetime, by: str) -> bool: ...

    def end_sessions(self, user: str, at: datetime, by: str, *, keep: str = "") -> int: ...

    def new_link(self, user: str, token: str, until: datetime, at: datetime, by: str) -> None:
        """A link (hashed) by which the user chooses a password once; an earlier one is worth nothing any more."""
        ...

    def link(self, token: str, at: datetime) -> User | None:
        """Whose link that is, if it still holds. Asking uses nothing up."""
        ...

    def keep_step(self, token: str, body: str, until: datetime) -> None:
        """What is known between two steps of signing in, or of a form that was taken, under a hashed token."""
        ...

    def step(self, token: str, at: datetime) -> str | None: ...

    def take_kept(self, token: str, at: datetime) -> str | None:
        """What `keep_step` kept, once."""
        ...

    def claim(self, token: str, at: datetime, until: datetime) -> str | None:
        """Take a hashed token that nobody holds at `at`: None. Else what is kept for it, "" while nothing is."""
        ...

    def note_attempt(self, attempt: Attempt) -> None: ...

    def try_in_turn(
        self, attempt: Attempt, since: datetime, wait: Callable[[tuple[Attempt, ...]], timedelta]
    ) -> timedelta:
        """What `wait` says to the attempts of its account and network since then; the attempt is noted where that is
        zero. One at a time: of several at the same moment each is told of those before.
        """
        ...

    def attempts(self, since: datetime, *, account: str = "", network: str = "") -> tuple[Attempt, ...]:
        """Those of an account or a network (either, where both are given), oldest first."""
        ...

    def idle(self, before: datetime) -> tuple[User, ...]:
        """Enabled accounts that were not used since."""
        ...

    def keep_idle(self, user: str, at: datetime, by: str) -> None:
        """An administrator says that an idle account is still needed."""
        ...


class AuditLog(Protocol):
    """Who did what, when."""

    def add(self, at: datetime, who: str, action: str, subject: str, detail: str = "", *, desk: str = "") -> None: ...

    def lines(self, limit: int = 100, *, desk: str | None = None, before: int | None = None) -> tuple[AuditLine, ...]:
        """The newest first; of one desk with what concerns the whole installation (sources, periods), or of all."""
        ...


class UnitSearch(Protocol):
    """Finds the units that a name may mean."""

    def __call__(self, name: str) -> Sequence[UnitChoice]: ...


class FillDesk(Protocol):
    """Gives a new desk the articles and pages of the last days that concern it. May take a while; returns at once."""

    def __call__(self, desk: Desk) -> None: ...
