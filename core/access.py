"""Who of the program's users may do what: levels of a user on a desk, and the rights that doors ask for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What a door (a route, a button, a command of the page) asks for."""

    PUBLIC = "public"  # nobody need be signed in: scope page, login, signed links, static files, health
    OWN = "own"  # one's own account: whoever is signed in
    READ = "read"  # articles, stories, search, trends, reports
    WORK = "work"  # correct labels, notes, states, add an article, take a message, draft a report
    CASES = "cases"  # see and handle cases and the fact book
    EDIT = "edit"  # approve facts, issue reports and releases, change rules and templates
    ADMINISTER = "administer"  # users, recipients, sources, retention, exports of texts, audit log
    OPERATE = "operate"  # figures of operation over all desks


class Level(StrEnum):
    """The closed list of a user's levels. All but the operator hold on one desk."""

    VIEWER = "viewer"
    OFFICER = "officer"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"  # over the desks; sees no article, case or note of any


_VIEWER: Final = frozenset({Right.PUBLIC, Right.OWN, Right.READ})
_OFFICER: Final = _VIEWER | {Right.WORK, Right.CASES}
_EDITOR: Final = _OFFICER | {Right.EDIT}

RIGHTS: Final[dict[Level, frozenset[Right]]] = {
    Level.VIEWER: _VIEWER,
    Level.OFFICER: _OFFICER,
    Level.EDITOR: _EDITOR,
    Level.ADMINISTRATOR: _EDITOR | {Right.ADMINISTER},
    Level.OPERATOR: frozenset({Right.PUBLIC, Right.OWN, Right.OPERATE}),
}


def allowed(level: Level | None, right: Right) -> bool:
    """Whether somebody of this level (None: not signed in) may pass a door that asks for the right."""
    return right is Right.PUBLIC or (level is not None and right in RIGHTS[level])


def may_hold(level: Level, over_desks: bool) -> bool:
    """Whether a level stands with a desk, or (the operator's alone) over the desks."""
    return (level is Level.OPERATOR) is over_desks
