"""Cài đặt: the desk, who receives, where rules, templates and users are set, and how long things are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form
from dashboard.overtaken import FIELD, WHY, overtaken, shown_as

LINKS: Final = (
    ("/canh-bao/quy-tac", "rules"), ("/nguoi-nhan", "recipients"), ("/canh-bao/mau", "templates"),
    ("/kenh-gui", "channels"), ("/bao-cao/the-thuc", "papers"), ("/nguoi-dung", "users"), ("/nguon-tin", "sources"),
    ("/nhat-ky", "audit"),
)  # fmt: skip
PERIODS: Final = (
    "article_months", "replaced_days", "stopped_days", "case_months", "delivery_months", "audit_months", "backup_days",
)  # fmt: skip


def page(request: Request) -> Response:
    """`/cai-dat`; with `article_months=…` and the like it tells what these periods would delete beyond today's."""
    ask = asked(request)
    return _page(ask, _wanted(request.query_params, _present(ask), _most(ask)))


def _page(ask: Asked, given: Mapping[str, int], why: str = "") -> Response:
    now, most = _present(ask), _most(ask)
    changed = {name: number for name, number in given.items() if number != now[name]}
    operation = ask.room.office.operation
    goes: dict[str, int] = {}
    if changed and operation is not None:
        later, present = operation.would_go(ask.words.now, changed), operation.would_go(ask.words.now, now)
        goes = {name: max(0, later[name] - present[name]) for name in later}
    from dashboard.routes import DOORS  # noqa: PLC0415 - the doors' pages are rendered from here

    doors = {door.path for door in DOORS if door.method == "GET"}
    return render.page(
        ask, "settings.html", status=422 if why else 200, changes=True, now=now, given=given,
        changed=changed, goes=goes, most=most, previewed=PERIODS,
        links=[(path, name) for path, name in LINKS if path in doors],
        places=_area(ask), can_preview=operation is not None, may_set=ask.governs_all(),
        saved=ask.request.query_params.get("luu") == "1", why=why, seen_field=FIELD,
        shown=shown_as({name: now[name] for name in changed}),
    )  # fmt: skip


def keep(request: Request, form: Form) -> Response:
    """POST `/cai-dat/thoi-han`: the periods that were previewed. They hold for all desks."""
    ask = asked(request)
    operation = ask.room.office.operation
    if operation is None or not ask.governs_all():
        raise NotHere("error.no_such_page")
    now = _present(ask)
    wanted = _wanted(form, now, _most(ask))
    sent = [name for name in PERIODS if name in form]
    if overtaken(form, {name: now[name] for name in sent}, {name: wanted[name] for name in sent}):
        return _page(ask, wanted, WHY)
    operation.shorten(wanted, ask.words.now, ask.user.id)
    return forms.onward(ask, "/cai-dat", "keep", luu=1)


def _present(ask: Asked) -> dict[str, int]:
    kept = ask.room.keep
    return {name: int(getattr(kept, name)) for name in PERIODS}


def _most(ask: Asked) -> dict[str, int]:
    """The operator's own periods, within design's bounds: the pages can only shorten them."""
    return {name: int(getattr(ask.room.settings.keep, name)) for name in PERIODS}


def _wanted(given: Mapping[str, str], now: Mapping[str, int], most: Mapping[str, int]) -> dict[str, int]:
    """The periods asked about, where none is given the present ones. Raises BadRequest beyond the bounds."""
    found = {}
    for name in PERIODS:
        number = given.get(name, str(now[name]))
        if not (number.isascii() and number.isdigit() and len(number) < 4 and 1 <= int(number) <= most[name]):
            raise BadRequest("error.bad_period")
        found[name] = int(number)
    return found


def _area(ask: Asked) -> tuple[str, ...]:
    """Names of the desk's own units and of today's communes in its area."""
    places = ask.room.office.places
    if ask.desk is None or places is None:
        return ()
    own = [place.name for unit in ask.desk.units if (place := places.place(unit))]
    return tuple(dict.fromkeys((*own, *(place.name for place in places.area(ask.desk)))))
