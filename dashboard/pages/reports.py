"""Báo cáo: drafts and issued reports, what a person writes into them, files to take along, headlines for the portal."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.access import Right
from core.clock import local_day
from core.errors import ConfigError
from core.papers import PaperError
from core.ports import PaperKind, ReportBook, ReportDesk
from core.records import Desk, PaperFile, Report, ReportAsk, ReportSchedule, ReportWords
from core.text import clean, clip
from core.topics import TOPICS
from dashboard import render
from dashboard.asking import Asked, BadRequest, NotHere, asked, day_given
from dashboard.forms import Form, onward
from dashboard.uploads import Sent

TEMPLATE_BYTES: Final = 6_000_000
SEEN: Final = "ban"
"""Field of a draft's form: the draft as the page showed it (ReportHead.read_as)."""
_KINDS: Final = ("weekly", "monthly", "quarterly", "yearly")
_FILES: Final[tuple[PaperKind, ...]] = ("docx", "pdf", "xlsx")
_SHOWN: Final = 60
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WEEKDAYS: Final = tuple("1234567")


def page(request: Request) -> Response:
    """`/bao-cao`: what there is, the newest first, and how to make another."""
    ask = asked(request)
    return _list(ask)


def make(request: Request, form: Form) -> Response:
    """POST `/bao-cao`: `loai` weekly … yearly, or period, topic and story with their fields."""
    ask = asked(request)
    desk, reports, _ = parts(ask)
    try:
        wanted = _wanted(ask, desk, reports, form)
    except PaperError as error:
        return _list(ask, error.said(ask.language), status=400, typed=form)
    except ConfigError:
        return _list(ask, ask.words.t("report.page.bad_period"), status=400, typed=form)
    except BadRequest as error:
        return _list(ask, ask.words.t(error.key), status=400, typed=form)
    number = reports.draft(desk, wanted, ask.words.now, ask.user.id)
    return onward(ask, f"/bao-cao/{number}")


def one(request: Request) -> Response:
    """`/bao-cao/{number}`: a draft to be written and issued, or an issued report to be read."""
    return one_report(asked(request), request.path_params["number"])


def remove(request: Request, form: Form) -> Response:
    """POST `/bao-cao/{number}/xoa`: a draft goes; an issued report stays."""
    del form
    ask = asked(request)
    desk, _, book = parts(ask)
    if not book.remove(desk.id, request.path_params["number"], ask.words.now, ask.user.id):
        raise NotHere("report.page.no_such")
    return onward(ask, "/bao-cao")


def download(request: Request) -> Response:
    """`/bao-cao/{number}/tai/{kind}`: docx, pdf or xlsx."""
    ask = asked(request)
    desk, reports, _ = parts(ask)
    number, kind = request.path_params["number"], request.path_params["kind"]
    wanted: PaperKind | None = next((known for known in _FILES if known == kind), None)
    if wanted is None:
        raise NotHere("report.page.no_such")
    the_report(ask, number)
    try:
        file = reports.file(desk, number, wanted)
    except ConfigError as error:
        return one_report(ask, number, said_of(ask, error), status=503 if wanted == "pdf" else 409)
    if file is None:
        raise NotHere("report.page.no_such")
    ask.audit("report.export", str(number), wanted)
    return _file(file)


def schedule(request: Request, form: Form) -> Response:
    """POST `/bao-cao/lich`: when a report of one kind is drafted by itself."""
    ask = asked(request)
    desk, reports, _ = parts(ask)
    kind = next((known for known in _KINDS if known == form.get("loai")), None)
    time, weekday = _TIME.fullmatch(form.get("gio", "").strip()), form.get("thu", "5")
    if kind is None or weekday not in _WEEKDAYS:
        raise BadRequest("error.bad_form")
    if time is None:
        return _list(ask, ask.words.t("report.page.bad_time"), status=400)
    wanted = ReportSchedule(
        desk=desk.id, kind=kind, weekday=int(weekday), minute=int(time[1]) * 60 + int(time[2]),
        mail="gui" in form, enabled="bat" in form,
    )  # fmt: skip
    reports.schedule(wanted, ask.words.now, ask.user.id)
    return onward(ask, "/bao-cao", "schedule")


def template(request: Request) -> Response:
    """`/bao-cao/mau`: the desk's template, to be edited in Word."""
    ask = asked(request)
    desk, reports, book = parts(ask)
    content = book.template(desk.id) or reports.shipped_template()
    return _file(PaperFile(name="mau-bao-cao.docx", media_type=_DOCX, content=content))


def take_template(request: Request, sent: Sent) -> Response:
    """POST `/bao-cao/mau`: `tep` is taken if it is good; `bo` goes back to the shipped one."""
    ask = asked(request)
    desk, reports, book = parts(ask)
    if sent["bo"]:
        book.set_template(desk.id, None, ask.words.now, ask.user.id)
        return onward(ask, "/bao-cao", "template")
    if "tep" not in sent.files:
        raise BadRequest("error.bad_form")
    name, content = sent.files["tep"]
    try:
        reports.check_template(content, clip(clean(name), 80))
    except ConfigError as error:
        return _list(ask, said_of(ask, error))
    book.set_template(desk.id, content, ask.words.now, ask.user.id)
    return onward(ask, "/bao-cao", "template")


def show_headline(request: Request, form: Form) -> Response:
    """POST `/bai/{article}/cong`: `hien` 1 puts the headline on the portal's feed, 0 takes it off; `ve` leads back."""
    ask = asked(request)
    desk, _, book = parts(ask)
    article = request.path_params["article"]
    shown = form.get("hien", "1")
    if shown not in ("0", "1"):
        raise BadRequest("error.bad_form")
    if ask.room.reading.article(desk.id, article) is None:
        raise NotHere("error.no_such_article")
    book.show_headline(desk.id, article, shown == "1", ask.words.now, ask.user.id)
    if form.get("ve") == "bao-cao":
        return onward(ask, "/bao-cao", "portal")
    return onward(ask, f"/bai/{article}", "portal")


def atom(request: Request) -> Response:
    """`/cong/{desk}.atom`, for everybody: headlines and links that the office chose."""
    return _feed(request, "atom", "application/atom+xml; charset=utf-8")


def json_feed(request: Request) -> Response:
    """`/cong/{desk}.json`, the same as JSON Feed."""
    return _feed(request, "json", "application/feed+json")


def _feed(request: Request, kind: str, media_type: str) -> Response:
    room = request.app.state.room
    desk = next((d for d in room.desks.desks() if d.id == request.path_params["desk"]), None)
    if desk is None or room.office.reports is None:
        raise NotHere("error.no_such_page")
    public = room.settings.public_url.rstrip("/")
    address = f"{public}/cong/{desk.id}.{kind}" if public else ""
    made = room.office.reports.atom if kind == "atom" else room.office.reports.json_feed
    headers = {"Cache-Control": "public, max-age=900"}
    return Response(made(desk, address), media_type=media_type, headers=headers)


# What the pages are filled with --------------------------------------------------------------------------------------

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def parts(ask: Asked) -> tuple[Desk, ReportDesk, ReportBook]:
    office = ask.room.office
    if ask.desk is None or office.reports is None or office.report_book is None:
        raise NotHere("error.no_such_page")
    return ask.desk, office.reports, office.report_book


def the_report(ask: Asked, number: int) -> Report:
    desk, _, book = parts(ask)
    report = book.report(desk.id, number)
    if report is None:
        raise NotHere("report.page.no_such")
    return report


def _list(ask: Asked, problem: str = "", status: int = 409, typed: Form | None = None) -> Response:
    """The page of all; `typed`: a wish for a report that could not be met, to be put right."""
    if ask.desk is None:
        return render.page(ask, "no_desk.html")
    desk, reports, book = parts(ask)
    known = {schedule.kind: schedule for schedule in book.schedules(desk.id)}
    schedules = [known.get(kind) or ReportSchedule(desk=desk.id, kind=kind, enabled=False) for kind in _KINDS]
    today = local_day(ask.words.now)
    return render.page(
        ask, "reports.html", changes=True, status=status if problem else 200, problem=problem, typed=typed or {},
        reports=book.reports(desk.id, _SHOWN), schedules=schedules, today=today,
        kinds={kind: reports.ask(desk, kind, ask.words.now) for kind in _KINDS},
        month_begin=today.replace(day=1), own_template=book.template(desk.id) is not None,
        headlines=book.headlines(desk.id), topics=TOPICS, feeds=_addresses(ask, desk),
        may_write=ask.may(Right.WORK), may_issue=ask.may(Right.EDIT),
        name_of=lambda who: name_of(ask, who),
    )  # fmt: skip


def one_report(
    ask: Asked, number: int, said: str = "", status: int = 200, typed: ReportWords | None = None
) -> Response:
    """The page of one; `typed`: words that were not kept, to be shown where they were typed."""
    desk, reports, book = parts(ask)
    report = the_report(ask, number)
    draft = report.head.issued is None
    return render.page(
        ask, "report.html", changes=True, status=status, refused=status == 409, said=said, report=report,
        head=report.head, draft=draft, words=report.words, typed=typed, seen_field=SEEN,
        parts_of=reports.paragraphs(report), versions=book.versions(desk.id, number),
        may_write=draft and ask.may(Right.WORK), may_issue=ask.may(Right.EDIT),
        name_of=lambda who: name_of(ask, who), signed=report.papers or desk.papers,
    )  # fmt: skip


def _addresses(ask: Asked, desk: Desk) -> dict[str, str]:
    """Where the portal finds the feeds."""
    begin = ask.room.settings.public_url.rstrip("/") or str(ask.request.scope.get("root_path", ""))
    return {"Atom": f"{begin}/cong/{desk.id}.atom", "JSON Feed": f"{begin}/cong/{desk.id}.json"}


def on_portal(ask: Asked, article: str) -> bool | None:
    """Whether the article's headline is shown; None where there is no portal or the user may not choose."""
    book = ask.room.office.report_book
    if book is None or ask.desk is None or not ask.may(Right.EDIT):
        return None
    return any(one.article == article for one in book.headlines(ask.desk.id))


def name_of(ask: Asked, who: str) -> str:
    """A colleague's name as it is now; what made it by itself in words."""
    if who in ("schedule", "operator", "page"):
        return ask.words.t(f"report.by.{who}")
    user = ask.room.people.user(who) if ask.room.people else None
    return user.name if user else ask.words.t("report.by.gone")


def _wanted(ask: Asked, desk: Desk, reports: ReportDesk, form: Form) -> ReportAsk:
    kind = form.get("loai", "")
    if kind in _KINDS:
        ending = form.get("ngay", "")
        return reports.ask(desk, kind, ask.words.now, _past(ask, ending) if ending else None)
    if kind == "story":
        return reports.story_ask(desk, form.get("cau-chuyen", "")[:64])
    first, last = _past(ask, form.get("tu", "")), _past(ask, form.get("den", ""))
    if kind == "topic":
        return reports.topic_ask(form.get("chu-de", ""), first, last)
    if kind == "period":
        return reports.period_ask(first, last)
    raise BadRequest("error.bad_form")


def _past(ask: Asked, given: str) -> date:
    """A day up to today: of what is still to come there is nothing to report."""
    day = day_given(given)
    if day > local_day(ask.words.now):
        raise BadRequest("report.page.future")
    return day


def said_of(ask: Asked, error: ConfigError) -> str:
    return error.said(ask.language) if isinstance(error, PaperError) else str(error)


def _file(file: PaperFile) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)
