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
        return allowed(self.levels.get(OVER_DESKS if right is Right.OPERATE else desk or "none"), right)

    def anywhere(self, right: Right) -> bool:
        """Whether they have that right on any desk."""
        return self.everything or any(allowed(level, right) for level in self.levels.values())

    def sees(self, desk: str) -> bool:
        """Whether they may read the desk."""
        return self.may(Right.READ, desk)


NOBODY: Final = Visitor(id="")
THIS_MACHINE: Final = Visitor(id="page", everything=True)


def visitor(user: User, session: Session) -> Visitor:
    """The visitor that a session makes of a user."""
    return Visitor(
        id=user.id, name=user.name, email=user.email, levels={m.desk: m.level for m in user.memberships},
        session=session.id, user=user,
    )  # fmt: skip
