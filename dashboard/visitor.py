"""Who asks for a page, and what they may do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.access import Level, Right, allowed
from core.records import OVER_DESKS, Session, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in user; or whoever sits at this machine, where no login is asked for; or nobody."""

    id: str  # as the audit names them; "" for nobody
    name: str = ""
    email: str = ""
    levels: Mapping[str, Level] = field(default_factory=dict)  # by desk; OVER_DESKS for an operator
    everything: bool = False  # at this machine, where no login is asked for
    needs_factor: bool = False  # has rights that wait for a second factor
    session: str = ""  # id of the session; "" where there is none
    user: User | None = None

    @property
    def known(self) -> bool:
        """Whether somebody is signed in."""
        return self.user is not None

    def may(self, right: Right, desk: str | None) -> bool:
        """Whether they may pass a door of that desk (None: of no desk yet)."""
        if right is Right.PUBLIC or self.everything:
            return True
        if right is Right.OWN:
            return self.known
        return allowed(self.levels.get(OVER_DESKS if right is Right.OPERATE else desk or "none"), right)

    def anywhere(self, right: Right) -> bool:
        """Whether they have that right on any desk."""
        return self.everything or any(allowed(level, right) for level in self.levels.values())

    def awaits(self, right: Right) -> bool:
        """Whether a second factor would give them that right on a desk, or over the desks."""
        levels = self.user.memberships if self.user and self.needs_factor else ()
        return any(allowed(held.level, right) for held in levels)

    def sees(self, desk: str) -> bool:
        """Whether they may read the desk."""
        return self.may(Right.READ, desk)


NOBODY: Final = Visitor(id="")
THIS_MACHINE: Final = Visitor(id="page", everything=True)


def visitor(user: User, session: Session) -> Visitor:
    """The visitor that a session makes of a user.

    Without a second factor (the provider sees to it where that signed them in) an administrator has an editor's
    rights and an operator none.
    """
    proven = user.second_factor or session.way == "oidc"
    levels = {m.desk: m.level if proven else _WITHOUT_FACTOR.get(m.level, m.level) for m in user.memberships}
    return Visitor(
        id=user.id, name=user.name, email=user.email, levels={desk: level for desk, level in levels.items() if level},
        needs_factor=user.administers and not proven, session=session.id, user=user,
    )  # fmt: skip


_WITHOUT_FACTOR: Final[dict[Level, Level | None]] = {Level.ADMINISTRATOR: Level.EDITOR, Level.OPERATOR: None}
