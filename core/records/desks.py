"""A desk: one locality with its recipients."""

from __future__ import annotations

from dataclasses import dataclass

from core.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One who receives for a role. The office's own people only; checked by core.roles.refusal."""

    id: str
    name: str  # of the office or function
    roles: tuple[Role, ...]
    email: str = ""


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
