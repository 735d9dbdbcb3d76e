"""Nguồn tin: whether each publisher can be read, what it yields, pauses, new sources. Nothing else of it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.errors import ConfigError, DiembaoError
from core.i18n import catalogue
from core.records import EndpointStatus, PublisherKind, SourceProposal
from core.text import clean, clip
from dashboard import drawing, forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form

REASON_LIMIT: Final = 300


def shown_status(status: EndpointStatus, reason: str) -> str:
    """The status as it is told: rules that can't be had forbid nothing, they are only not known."""
    if status is EndpointStatus.DISALLOWED and reason.startswith("robots-unreachable"):
        return "unknown_rules"
    return status.value


def page(request: Request) -> Response:
    """`/nguon-tin`: those that can't be read first, then those that went silent, then the others, by name."""
    ask = asked(request)
    pauses = {pause.source: pause for pause in ask.room.office.work.pauses()}
    every = sorted(ask.room.reading.sources(ask.words.now), key=lambda h: ask.room.publisher_name(h.source).casefold())
    groups = [("unread", [row for row in every if row.unread])]
    groups += [(name, [row for row in every if row.standing == name]) for name in ("silent", "new", "ok", "paused")]
    return render.page(
        ask, "sources.html", groups=[(name, group) for name, group in groups if group], total=len(every),
        shown_status=shown_status, pauses=pauses,
    )  # fmt: skip


def one(request: Request) -> Response:
    """`/nguon-tin/{source}`: its addresses, what came in fourteen days, what failed and why, the last items."""
    ask = asked(request)
    return _one(ask, request.path_params["source"])


def pause(request: Request, form: Form) -> Response:
    """POST `/nguon-tin/{source}/dung`: `ly-do`; not read from now on."""
    ask = asked(request)
    source, reason = request.path_params["source"], clip(clean(form.get("ly-do", "")), REASON_LIMIT)
    if source not in ask.room.publishers:
        raise NotHere("error.no_such_source")
    if not reason:
        raise BadRequest("error.no_reason")
    ask.room.office.work.pause(source, ask.words.now, ask.user.id, reason)
    return forms.onward(ask, f"/nguon-tin/{source}")


def resume(request: Request, _: Form) -> Response:
    """POST `/nguon-tin/{source}/doc-lai`: read again."""
    ask = asked(request)
    source = request.path_params["source"]
    ask.room.office.work.resume(source, ask.words.now, ask.user.id)
    return forms.onward(ask, f"/nguon-tin/{source}")


def check(request: Request, _: Form) -> Response:
    """POST `/nguon-tin/{source}/kiem-tra`: asks the source itself; what it answers is on its page a little later."""
    ask = asked(request)
    source, keeper = request.path_params["source"], ask.room.office.keeper
    if source not in ask.room.publishers or keeper is None:
        raise NotHere("error.no_such_source")
    begun = keeper.check(source, ask.words.now, ask.user.id)
    return forms.onward(ask, f"/nguon-tin/{source}", "check", kiem="begun" if begun else "busy")


def new(request: Request) -> Response:
    """`/nguon-tin-moi`: an address to look at."""
    return _new(asked(request))


def declare(request: Request, form: Form) -> Response:
    """POST `/nguon-tin-moi`: `dia-chi` alone looks; with `ten`, `loai`, `giay-phep` and `ly-do` it declares."""
    ask = asked(request)
    keeper, url = ask.room.office.keeper, form.get("dia-chi", "").strip()
    if keeper is None:
        raise NotHere("error.no_such_page")
    try:
        if form.get("khai") != "1":
            return _new(ask, url=url, proposal=keeper.propose(url))
        fields = {name: clip(clean(form.get(key, "")), REASON_LIMIT) for name, key in _FIELDS.items()}
        if not all(fields.values()) or fields["kind"] not in set(PublisherKind):
            return _new(ask, url=url, proposal=keeper.propose(url), wrong="source.needs_kind_and_licence", given=fields)
        source = keeper.declare(url, **fields, at=ask.words.now, by=ask.user.id)
    except DiembaoError as error:
        return _new(ask, url=url, wrong=_told(error))
    return forms.onward(ask, f"/nguon-tin/{source}")


_FIELDS: Final = {"name": "ten", "kind": "loai", "licence": "giay-phep", "reason": "ly-do"}


def _told(error: DiembaoError) -> str:
    """A catalogue key that says why."""
    said = str(error)
    if said in catalogue():
        return said
    reason = f"reason.{getattr(error, 'reason', '')}"
    return (
        reason if reason in catalogue() else "reason.no-contact" if isinstance(error, ConfigError) else "reason.failed"
    )


def _new(
    ask: Asked, *, url: str = "", proposal: SourceProposal | None = None, wrong: str = "",
    given: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    return render.page(
        ask, "source_new.html", changes=True, status=400 if wrong else 200, url=url, proposal=proposal, wrong=wrong,
        given=given or {}, kinds=tuple(PublisherKind), can=ask.room.office.keeper is not None,
    )  # fmt: skip


def _one(ask: Asked, source: str) -> Response:
    declared, keeper = ask.room.publishers.get(source), ask.room.office.keeper
    detail = keeper.detail(source, ask.desk.id if ask.desk else "", ask.words.now) if keeper else None
    health = next((row for row in ask.room.reading.sources(ask.words.now) if row.source == source), None)
    if declared is None and detail is None and health is None:
        raise NotHere("error.no_such_source")
    days = detail.days if detail else ()
    slots = [day.day for day in days]
    yields = {
        (day.day, key): value for day in days for key, value in (("kept", day.kept), ("read", day.read - day.kept))
    }
    return render.page(
        ask, "source.html", changes=True, source=source, declared=declared, detail=detail, health=health,
        can_check=keeper is not None and source in ask.room.publishers,
        checking=kiem if (kiem := ask.request.query_params.get("kiem", "")) in {"begun", "busy"} else "",
        chart=drawing.columns(slots, ("kept", "read"), yields) if slots else None, shown_status=shown_status,
        pause=next((p for p in ask.room.office.work.pauses() if p.source == source), None),
    )  # fmt: skip
