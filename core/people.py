"""What holds for every user of the program, whichever door they come through. Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from core.access import Level, may_hold
from core.errors import DiembaoError
from core.i18n import Language, t
from core.records import OVER_DESKS, Membership, User
from core.roles import Role, refusal
from core.text import clean, fold_plain

SHORTEST, LONGEST = 10, 200
"""Characters of a password (NIST SP 800-63B: length counts, kinds of characters don't)."""
NAME_LENGTH: Final = 80
_WEAK: Final = frozenset(
    {"matkhau123", "password123", "1234567890", "0123456789", "12345678910", "qwertyuiop", "diembao123", "diembao2026",
     "vietnam123", "iloveyou123", "abcd123456", "abc1234567", "aa12345678", "123456789a", "123456a@aA", "Abcd@123456"}
)  # fmt: skip


class PeopleError(DiembaoError):
    """What was asked about a user can't be done. `key` and `values` say it in the catalogue."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(t(key, "en", **values))
        self.key, self.values = key, values

    def said(self, language: Language) -> str:
        """In that language."""
        return t(self.key, language, **self.values)


def email_of(given: str) -> str:
    """The address as it is kept: NFC, without spaces around it, lower case."""
    return clean(given).lower()


def check_user(user: User) -> None:
    """Raises PeopleError for a wrong address or name, one of a police or security body, or a wrong membership."""
    if not clean(user.name) or len(user.name) > NAME_LENGTH:
        raise PeopleError("people.bad_name")
    reason = refusal(role=Role.INFORMATION_OFFICE, name=user.name, address=user.email or "-")
    if reason:
        raise PeopleError(reason)
    check_memberships(user.memberships)


def check_memberships(memberships: Sequence[Membership]) -> None:
    """Raises PeopleError: two levels on one desk, or the operator's on a desk, or another one over the desks."""
    if len({m.desk for m in memberships}) != len(memberships):
        raise PeopleError("people.two_levels")
    if not all(may_hold(m.level, m.desk == OVER_DESKS) for m in memberships):
        raise PeopleError("people.bad_level")


def check_password(password: str, user: User) -> None:
    """Raises PeopleError for a password that is too short or too long, known to everyone, or the user's own name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PeopleError("people.password_length", least=SHORTEST, most=LONGEST)
    plain = re.sub(r"\W", "", fold_plain(password))
    own = {re.sub(r"\W", "", fold_plain(part)) for part in (user.name, user.email, user.email.partition("@")[0])}
    if plain in own or password.lower() in {weak.lower() for weak in _WEAK} or len(set(password)) < 4:
        raise PeopleError("people.password_weak")


def new_id() -> str:
    """A user's id, drawn at random: says nothing of the person."""
    return f"u{secrets.token_hex(5)}"


def new_token() -> str:
    """What a cookie or a link holds: 256 bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """As which a token is kept. Tokens are random and long, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def administrators(users: Iterable[User], desk: str) -> tuple[User, ...]:
    """Enabled administrators of a desk (OVER_DESKS: operators)."""
    wanted = Membership(desk=desk, level=Level.OPERATOR if desk == OVER_DESKS else Level.ADMINISTRATOR)
    return tuple(user for user in users if user.disabled is None and wanted in user.memberships)
