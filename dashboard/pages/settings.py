"""Cài đặt: the desk, who receives, where rules, templates and users are set, and what other periods would delete."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.settings import KeepSettings
from dashboard import render
from dashboard.asking import Asked, BadRequest, asked
from dashboard.pages.scope import bounds

LINKS: Final = (
    ("/canh-bao/quy-tac", "rules"), ("/nguoi-nhan", "recipients"), ("/canh-bao/mau", "templates"),
    ("/kenh-gui", "channels"), ("/bao-cao/the-thuc", "papers"), ("/nguoi-dung", "users"), ("/nguon-tin", "sources"),
    ("/nhat-ky", "audit"),
)  # fmt: skip
PREVIEWED: Final = ("article_months", "replaced_days", "stopped_days", "delivery_months", "audit_months")


def page(request: Request) -> Response:
    """`/cai-dat`; with `article_months=…` and the like it tells what these periods would delete beyond today's."""
    ask = asked(request)
    keep = ask.room.settings.keep
    given = wanted(ask, keep)
    now = {name: int(getattr(keep, name)) for name in PREVIEWED}
    changed = {name: number for name, number in given.items() if number != now[name]}
    operation = ask.room.office.operation
    goes: dict[str, int] = {}
    if changed and operation is not None:
        later, present = operation.would_go(ask.words.now, changed), operation.would_go(ask.words.now, now)
        goes = {name: max(0, later[name] - present[name]) for name in later}
    from dashboard.routes import DOORS  # noqa: PLC0415 - the doors' pages are rendered from here

    doors = {door.path for door in DOORS if door.method == "GET"}
    return render.page(
        ask, "settings.html", now=now, given=given, changed=changed, goes=goes, most=bounds(keep),
        previewed=PREVIEWED, links=[(path, name) for path, name in LINKS if path in doors],
        places=_area(ask), can_preview=operation is not None,
    )  # fmt: skip


def wanted(ask: Asked, keep: KeepSettings) -> dict[str, int]:
    """The periods asked about, where none is given the present ones. Raises BadRequest beyond the design's bounds."""
    most, found = bounds(keep), {}
    for name in PREVIEWED:
        given = ask.request.query_params.get(name, str(getattr(keep, name)))
        if not (given.isascii() and given.isdigit() and len(given) < 4 and 1 <= int(given) <= most[name]):
            raise BadRequest("error.bad_period")
        found[name] = int(given)
    return found


def _area(ask: Asked) -> tuple[str, ...]:
    """Names of the desk's own units and of today's communes in its area."""
    places = ask.room.office.places
    if ask.desk is None or places is None:
        return ()
    own = [place.name for unit in ask.desk.units if (place := places.place(unit))]
    return tuple(dict.fromkeys((*own, *(place.name for place in places.area(ask.desk)))))
