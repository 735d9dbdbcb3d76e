"""Thêm bài: an address that somebody sent, and printed or broadcast items entered by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.records import MEDIA, AddressAnswer, Medium
from core.text import clean, clip
from core.urls import MAX_URL
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form
from dashboard.pages.search import publishers

ITEM_DAYS: Final = timedelta(days=60)
"""How far back entered items are listed on this page."""
FORM_BYTES: Final = 10_000
"""Of a form with a long address, percent-encoded."""
TITLE_LIMIT: Final = 300
WHERE_LIMIT: Final = 120


def page(request: Request) -> Response:
    """`/them-bai`; `dia-chi=` fills the field."""
    return _page(asked(request), given=clip(request.query_params.get("dia-chi", ""), MAX_URL))


def look(request: Request, form: Form) -> Response:
    """POST `/them-bai`: `dia-chi`; `lay=1` takes it though the gate stopped it. The answer is on the page itself."""
    ask = asked(request)
    given = form.get("dia-chi", "").strip()
    if ask.desk is None or ask.room.office.addresses is None:
        raise NotHere("error.no_such_desk")
    if not given or len(given) > MAX_URL:
        return _page(ask, given=clip(given, 200), empty=True)
    url = given if "://" in given else f"https://{given}"
    answer = ask.room.office.addresses.look(
        ask.desk.id, url, take=form.get("lay") == "1", at=ask.words.now, by=ask.user.id
    )
    return _page(ask, given=url, answer=answer)


def add_item(request: Request, form: Form) -> Response:
    """POST `/them-bai/tin-ngoai`: `nguon`, `loai`, `tieu-de`, `ngay`, `cho` (page or programme).

    What can't be taken is told on the page itself, with all that was typed.
    """
    ask = asked(request)
    try:
        _enter(ask, form)
    except BadRequest as wrong:
        return _page(ask, given="", wrong=wrong, typed=form)
    return forms.onward(ask, "/them-bai", "items")


def _enter(ask: Asked, form: Form) -> None:
    """Raises BadRequest."""
    title, where = clip(clean(form.get("tieu-de", "")), TITLE_LIMIT), clip(clean(form.get("cho", "")), WHERE_LIMIT)
    source, day = form.get("nguon", ""), _day(form.get("ngay", ""), local_day(ask.words.now))
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    if source not in ask.room.publishers:
        raise BadRequest("error.item_source")
    if not title or not where:
        raise BadRequest("error.item_words")
    ask.room.office.work.add_item(
        ask.desk.id, source=source, medium=_medium(form), title=title, day=day, where=where, at=ask.words.now,
        by=ask.user.id,
    )  # fmt: skip


def remove_item(request: Request, _: Form) -> Response:
    """POST `/them-bai/tin-ngoai/{number}/xoa`."""
    ask = asked(request)
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    ask.room.office.work.remove_item(ask.desk.id, request.path_params["number"], ask.words.now, ask.user.id)
    return forms.onward(ask, "/them-bai", "items")


def _page(
    ask: Asked,
    *,
    given: str,
    answer: AddressAnswer | None = None,
    empty: bool = False,
    wrong: BadRequest | None = None,
    typed: Form | None = None,
) -> Response:
    today = local_day(ask.words.now)
    items = ask.room.office.work.items(ask.desk.id, today - ITEM_DAYS, today) if ask.desk else ()
    return render.page(
        ask, "add.html", status=400 if wrong else 200, changes=True, given=given, answer=answer, empty=empty,
        wrong=wrong, typed=typed or {}, items=items, today=today, media=MEDIA, publishers=publishers(ask),
        can_fetch=ask.room.office.addresses is not None,
    )  # fmt: skip


def _medium(form: Form) -> Medium:
    for medium in MEDIA:
        if medium == form.get("loai"):
            return medium
    raise BadRequest("error.bad_form")


def _day(given: str, today: date) -> date:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise BadRequest("error.item_day") from None
    if not date(2000, 1, 1) <= day <= today:
        raise BadRequest("error.item_day")
    return day
