"""Nơi nhận tin: who of the office receives alerts, for which functions; an administrator's page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from core import receivers
from core.errors import ConfigError
from core.records import Desk, Recipient
from core.roles import Role
from core.sheets import Planned, Problem
from core.text import clean
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form
from dashboard.overtaken import FIELD, WHY, overtaken, shown_as

PATH = "/nguoi-nhan"
SHEET_BYTES = 200_000

Recipients = tuple[Recipient, ...]


def page(request: Request) -> Response:
    """`/nguoi-nhan`."""
    return _page(asked(request))


def save(request: Request, form: Form) -> Response:
    """POST `/nguoi-nhan`: `ma` (empty: a new one), `ten`, `thu`, `dien-thoai`, `chieu`, and `vai-<role>` for each."""
    ask = asked(request)
    desk, number = _desk(ask), form.get("ma", "")
    before = next((one for one in desk.recipients if one.id == number), None)
    if number and before is None:
        raise NotHere("error.no_such_recipient")
    name = clean(form.get("ten", ""))[: receivers.NAME_LIMIT]
    after = replace(
        before or receivers.made(name, desk.recipients), name=name, email=clean(form.get("thu", "")),
        roles=tuple(role for role in Role if form.get(f"vai-{role.value}") == "1"),
        phone=clean(form.get("dien-thoai", "")), evening=form.get("chieu") == "1",
    )  # fmt: skip
    reason = receivers.wrong(after)
    if not reason and before is None and len(desk.recipients) >= receivers.MOST:
        raise BadRequest("error.bad_form")
    if not reason and before and overtaken(form, _settable(before), _settable(after)):
        reason = WHY
    if reason:
        return _page(ask, wrong=reason, given=after, new=before is None)
    _change(ask, lambda now: _with(now, after, new=before is None))
    return forms.onward(ask, PATH, after.id, luu=1)


def remove(request: Request, form: Form) -> Response:
    """POST `/nguoi-nhan/{recipient}/xoa`: they receive nothing more."""
    ask = asked(request)
    desk, gone = _desk(ask), request.path_params["recipient"]
    before = next((one for one in desk.recipients if one.id == gone), None)
    if before is None:
        raise NotHere("error.no_such_recipient")
    if overtaken(form, _settable(before), None):
        return _page(ask, wrong="receivers.changed", given=before)
    _change(ask, lambda now: tuple(one for one in now if one.id != gone))
    return forms.onward(ask, PATH, luu=1)


def try_phone(request: Request, _: Form) -> Response:
    """POST `/nguoi-nhan/{recipient}/thu-lai`: a number that Zalo refused is tried again with the next message."""
    ask = asked(request)
    book, recipient = ask.room.office.channel_book, request.path_params["recipient"]
    if book is None or all(one.id != recipient for one in _desk(ask).recipients):
        raise NotHere("error.no_such_recipient")
    book.try_phone(_desk(ask).id, recipient, ask.words.now, ask.user.id)
    return forms.onward(ask, PATH, recipient, luu=2)


def export(request: Request) -> Response:
    """`/nguoi-nhan/xuat`: the recipients as CSV. Audited."""
    ask = asked(request)
    desk = _desk(ask)
    ask.audit("recipient.export", desk.id, f"{len(desk.recipients)} rows")
    return Response(
        receivers.write(desk.recipients).encode("utf-8-sig"), media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="noi-nhan-{desk.id}.csv"'},
    )  # fmt: skip


def sheet_page(request: Request) -> Response:
    """`/nguoi-nhan/bang`: where a sheet is pasted."""
    return _sheet(asked(request))


def sheet(request: Request, form: Form) -> Response:
    """POST `/nguoi-nhan/bang`: `bang`, the sheet's text; shows what would be done, and with `lam=1` does it."""
    ask = asked(request)
    desk, text = _desk(ask), form.get("bang", "")
    problem, planned = receivers.plan(text, desk.recipients)
    outcome = receivers.outcome(desk.recipients, planned)
    ready = problem is None and outcome != desk.recipients
    if form.get("lam") != "1" or not ready:
        return _sheet(ask, text=text, problem=problem, planned=planned, ready=ready)
    _change(ask, lambda now: receivers.outcome(now, receivers.plan(text, now)[1]))
    return forms.onward(ask, PATH, luu=1)


def _change(ask: Asked, how: Callable[[Recipients], Recipients]) -> None:
    """The desk's recipients as the record has them by now, changed; the record checks them once more."""
    try:
        ask.room.desks.change_desk(
            _desk(ask).id, lambda now: replace(now, recipients=how(now.recipients)), ask.words.now, ask.user.id
        )
    except ConfigError:
        raise BadRequest("error.bad_form") from None


def _settable(one: Recipient) -> Recipient:
    """What this page sets; who follows on Zalo makes that known to the channel."""
    return replace(one, zalo_user_id="")


def _with(known: Recipients, after: Recipient, *, new: bool) -> Recipients:
    if new:
        return (*known, replace(after, id=receivers.made(after.name, known).id))
    return tuple(after if one.id == after.id else one for one in known)


def _desk(ask: Asked) -> Desk:
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    return ask.desk


def _page(ask: Asked, *, wrong: str = "", given: Recipient | None = None, new: bool = False) -> Response:
    book = ask.room.office.channel_book
    refused = {one.recipient: one for one in book.phone_refusals(_desk(ask).id)} if book else {}
    said = {"1": "receivers.saved", "2": "receivers.to_be_tried"}.get(ask.request.query_params.get("luu", ""), "")
    return render.page(
        ask, "recipients.html", status=422 if wrong else 200, changes=True, rows=_desk(ask).recipients,
        roles=tuple(Role), wrong=wrong, opened=given.id if given and not new else "", given=given,
        blank=given if new else None, said="" if wrong else said, refused=refused,
        seen_field=FIELD, shown={one.id: shown_as(_settable(one)) for one in _desk(ask).recipients},
    )  # fmt: skip


def _sheet(
    ask: Asked, *, text: str = "", problem: Problem | None = None, planned: Sequence[Planned[Recipient]] = (),
    ready: bool = False,
) -> Response:  # fmt: skip
    _desk(ask)
    return render.page(
        ask, "recipients_sheet.html", changes=True, text=text, problem=problem, planned=planned, ready=ready,
        roles=tuple(Role),
    )  # fmt: skip
