"""Các bàn tin: figures of operation over all desks. Nothing of what any desk reads or writes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from dashboard import render
from dashboard.asking import NotHere, asked
from dashboard.pages.sources import shown_status


def page(request: Request) -> Response:
    """`/cac-ban-tin`."""
    ask = asked(request)
    if ask.room.office.operation is None:
        raise NotHere("error.no_such_page")
    sources = ask.room.reading.sources(ask.words.now)
    return render.page(
        ask, "desks.html", figures=ask.room.office.operation.figures(ask.words.now),
        names={desk.id: (desk.name, desk.office) for desk in ask.room.desks.desks()},
        sources=len(sources), unread=[row for row in sources if row.unread],
        silent=[row for row in sources if row.standing == "silent"],
        paused=sum(row.paused for row in sources), shown_status=shown_status,
    )  # fmt: skip
