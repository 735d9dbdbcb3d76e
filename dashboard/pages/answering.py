"""What a desk sets for its answers (deadlines, holidays, wording of letters), and what its cases came to."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, get_args

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.errors import AnswerError
from core.papers import PaperError
from core.ports import CaseDesk
from core.records import (
    TEMPLATE_KINDS,
    AnswerRules,
    CaseKind,
    CaseOutcome,
    CaseState,
    Deadline,
    Desk,
    Holiday,
    TemplateKind,
)
from core.text import clean, clip, nfc
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, day_given
from dashboard.overtaken import FIELD, WHY, overtaken, shown_as
from dashboard.pages.cases import CASES, DOCX, asked_cases
from dashboard.pages.factbook import download
from dashboard.uploads import Sent

_HOLIDAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\s*(\+?)\s*(.*)")
_MOST_HOLIDAYS = 400
_FILES: Final[dict[TemplateKind, str]] = {
    "correction": "mau-de-nghi-cai-chinh.docx", "answer": "mau-van-ban-phan-hoi.docx",
    "release": "mau-thong-cao-bao-chi.docx", "reply": "mau-tra-loi-cau-hoi.docx",
}  # fmt: skip
WITH_DEADLINE = (CaseKind.CORRECTION, CaseKind.ANSWER, CaseKind.RELEASE, CaseKind.QUESTION)


def outcomes(request: Request) -> Response:
    """`/vu-viec/ket-qua?tu=&den=`: by state and outcome, days to answer. Never by publisher."""
    ask, cases, desk = asked_cases(request)
    given, problem = request.query_params, ""
    today = local_day(ask.words.now)
    first, last = _latest(today)
    typed = given.get("tu", "") or first.isoformat(), given.get("den", "") or last.isoformat()
    try:
        first, last = _days(given.get("tu", ""), given.get("den", ""), last)
    except BadRequest as error:
        problem = ask.words.t(error.key, **error.values)
    return render.page(
        ask, "case_outcomes.html", status=400 if problem else 200, figures=cases.figures(desk.id, first, last, today),
        typed=typed if problem else (first.isoformat(), last.isoformat()), problem=problem, kinds=CaseKind,
        states=CaseState, outcomes=CaseOutcome,
    )  # fmt: skip


def rules(request: Request) -> Response:
    """`/vu-viec/cai-dat`."""
    ask, cases, desk = asked_cases(request)
    return _rules(ask, cases, desk)


def set_rules(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/cai-dat`: `hai-nguoi`; `ngay-<kind>` and `theo-<kind>`; `ngay-nghi`, a line a day."""
    ask, cases, desk = asked_cases(request)
    try:
        made = AnswerRules(
            desk=desk.id, two_people=bool(sent["hai-nguoi"]), deadlines=_deadlines(sent),
            holidays=_holidays(sent["ngay-nghi"]),
        )  # fmt: skip
        if overtaken(sent.fields, cases.rules(desk.id), made):
            raise AnswerError(WHY)
        cases.set_rules(made, ask.words.now, ask.user.id)
    except AnswerError as error:
        return _rules(ask, cases, desk, error=error, sent=sent)
    return forms.onward(ask, f"{CASES}/cai-dat", xong=1)


def template(request: Request) -> Response:
    """`/vu-viec/mau/{kind}`: whose template it is, what it says, how to change it."""
    ask, cases, desk = asked_cases(request)
    return _template(ask, cases, desk, _kind(request))


def template_file(request: Request) -> Response:
    """`/vu-viec/mau/{kind}/tep`: the Word file, to be edited."""
    _, cases, desk = asked_cases(request)
    kind = _kind(request)
    return download(cases.template(desk.id, kind).docx, DOCX, _FILES[kind])


def set_template(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/mau/{kind}`: `tep` is taken if it is good; `bo` goes back to the shipped one.

    What may not be asked for is refused, with the words.
    """
    ask, cases, desk = asked_cases(request)
    kind = _kind(request)
    name, content = ("", None) if sent["bo"] else sent.files.get("tep", ("", b""))
    if content == b"":
        raise BadRequest("error.bad_form")
    try:
        cases.set_template(desk.id, kind, content, clip(clean(name), 80), at=ask.words.now, by=ask.user.id)
    except PaperError as error:
        return _template(ask, cases, desk, kind, problem=error.said(ask.language))
    except AnswerError as error:
        return _template(ask, cases, desk, kind, problem=ask.words.t(error.key, **error.values))
    return forms.onward(ask, f"{CASES}/mau/{kind}", xong=1)


def _rules(
    ask: Asked, cases: CaseDesk, desk: Desk, *, error: AnswerError | None = None, sent: Sent | None = None
) -> Response:
    set_now = cases.rules(desk.id)
    lines = "\n".join(f"{day.day:%d/%m/%Y} {'+ ' if day.works else ''}{day.name}" for day in set_now.holidays)
    return render.page(
        ask, "case_rules.html", status=422 if error else 200, changes=True, rules=set_now, kinds=WITH_DEADLINE,
        holidays=sent["ngay-nghi"] if sent else lines, sent=sent, error=error, templates=TEMPLATE_KINDS,
        seen_field=FIELD, shown=shown_as(set_now),
    )  # fmt: skip


def _template(ask: Asked, cases: CaseDesk, desk: Desk, kind: TemplateKind, *, problem: str = "") -> Response:
    shown = cases.template(desk.id, kind)
    return render.page(
        ask, "letter_template.html", status=422 if problem else 200, changes=True, template=shown, problem=problem,
        wording=cases.wording(shown), placeholders=cases.placeholders(kind), templates=TEMPLATE_KINDS,
    )  # fmt: skip


def _deadlines(sent: Sent) -> dict[CaseKind, Deadline]:
    found = {}
    for kind in WITH_DEADLINE:
        days = sent[f"ngay-{kind.value}"].strip()
        if not days:
            continue
        if not (days.isascii() and days.isdigit() and len(days) < 4):
            raise AnswerError("case.refused.days")
        found[kind] = Deadline(days=int(days), source=clean(sent[f"theo-{kind.value}"])[:300])
    return found


def _holidays(text: str) -> tuple[Holiday, ...]:
    """Lines "02/09/2026 Quốc khánh"; a plus before the name: a day on which the office works though it is a weekend."""
    found: dict[dt.date, Holiday] = {}
    for line in nfc(text).splitlines():
        if not line.strip():
            continue
        match = _HOLIDAY.fullmatch(line.strip())
        try:
            day = dt.date(int(match[3]), int(match[2]), int(match[1])) if match else None
        except ValueError:
            day = None
        if match is None or day is None or len(found) >= _MOST_HOLIDAYS:
            raise AnswerError("case.refused.holiday", line=clean(line)[:60])
        found[day] = Holiday(day=day, name=clean(match[5])[:80], works=bool(match[4]))
    return tuple(found[day] for day in sorted(found))


def _kind(request: Request) -> TemplateKind:
    for kind in get_args(TemplateKind):
        if kind == request.path_params["kind"]:
            return kind  # type: ignore[no-any-return]
    raise NotHere("error.no_such_page")


def _days(tu: str, den: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day asked for; three months where no first is given. Raises BadRequest with what is wrong."""
    last = day_given(den) if den else today
    first = day_given(tu) if tu else _latest(last)[0]
    if first > last:
        raise BadRequest("error.days_reversed")
    return first, last


def _latest(last: dt.date) -> tuple[dt.date, dt.date]:
    return last - dt.timedelta(days=89), last
