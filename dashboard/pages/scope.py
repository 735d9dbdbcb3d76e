"""Phạm vi: what the program is not for, told to everyone. Every sentence of it is held by a test."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.i18n import catalogue
from core.roles import Role
from core.settings import KeepSettings
from core.topics import TOPICS
from dashboard import render
from dashboard.asking import asked

SECTIONS: Final = (
    "publishers", "people", "topics", "tone", "counts", "recipients", "desks", "decides", "reading",
)  # fmt: skip


def page(request: Request) -> Response:
    """`/pham-vi`."""
    ask = asked(request)
    sections = [(name, sentences(name)) for name in SECTIONS]
    keep = ask.room.keep
    return render.page(
        ask,
        "scope.html",
        sections=sections,
        keep=keep.model_dump(),
        most=bounds(keep),
        topics=TOPICS,
        roles=tuple(Role),
    )


def sentences(section: str) -> list[str]:
    """Catalogue keys of a section's sentences, in their order."""
    prefix = f"scope.{section}.s"
    return sorted((key for key in catalogue() if key.startswith(prefix)), key=lambda key: int(key[len(prefix) :]))


def bounds(keep: KeepSettings) -> dict[str, int]:
    """The longest period that may be set, by setting."""
    return {
        name: limit.le
        for name, field in type(keep).model_fields.items()
        for limit in field.metadata
        if getattr(limit, "le", None) is not None
    }
