"""Nguồn tin: whether each publisher can be read. Technical reading health and counts, nothing else."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.records import EndpointStatus, SourceHealth
from dashboard import render
from dashboard.asking import asked

_UNREAD = frozenset(
    {EndpointStatus.BLOCKED, EndpointStatus.FAILING, EndpointStatus.BROKEN, EndpointStatus.GONE,
     EndpointStatus.DISALLOWED}
)  # fmt: skip


def unread(health: SourceHealth) -> bool:
    """Whether the source can't be read at present."""
    return health.status in _UNREAD


def page(request: Request) -> Response:
    """`/nguon-tin`: those that can't be read first, then those that went silent, then the others, by name."""
    ask = asked(request)
    rows = sorted(ask.room.reading.sources(ask.words.now), key=lambda h: ask.room.publisher_name(h.source).casefold())
    groups = [
        ("unread", [row for row in rows if unread(row)]),
        ("silent", [row for row in rows if not unread(row) and row.silent]),
        ("new", [row for row in rows if not unread(row) and not row.silent and row.status is EndpointStatus.NEW]),
        ("ok", [row for row in rows if not unread(row) and not row.silent and row.status is EndpointStatus.OK]),
    ]
    return render.page(ask, "sources.html", groups=[(name, group) for name, group in groups if group], total=len(rows))
