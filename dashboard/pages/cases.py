"""Vụ việc: what the office answers, how far it is, and what came of it. Opening a case is written to the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.access import Right, allowed
from core.clock import local_day
from core.errors import AnswerError
from core.ports import CaseDesk
from core.records import (
    Case,
    CaseKind,
    CaseOutcome,
    CaseState,
    Desk,
    Ground,
    Release,
    SentPaper,
    SourceDocument,
    User,
)
from core.text import clean
from dashboard import forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.pages.factbook import day_of, download
from dashboard.uploads import Sent

CASES = "/vu-viec"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SEEN: Final = "ban"
"""Field of a form: the letter as the page showed it (CaseView.seen)."""
_TEXTS: Final = (
    "tieu-de", "noi-dung", "trich-dan", "so-lieu", "van-ban-so", "van-ban-ngay", "van-ban-co-quan", "van-ban-ten", "so",
    "ngay", "cach", "ly-do", "theo", "ghi-chu",
)  # fmt: skip
"""Fields in which an officer types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declined:
    """Why an act was declined, and what stood in its form: it is shown again, so that nothing typed is lost."""

    error: AnswerError | None = None
    form: str = ""
    sent: Sent | None = None

    def __call__(self, form: str, name: str, stored: str = "") -> str:
        """What a field of a form shows."""
        return self.sent[name] if self.sent and form == self.form else stored

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, for a page on which that form no longer stands."""
        return tuple(line for name in _TEXTS if self.sent for line in self.sent[name].splitlines())


_NOTHING: Final = _Declined()


def page(request: Request) -> Response:
    """`/vu-viec`, `/vu-viec?da-dong=1`."""
    ask, cases, desk = asked_cases(request)
    over = request.query_params.get("da-dong") == "1"
    return render.page(
        ask, "cases.html", found=cases.cases(desk.id, closed=over), over=over, today=local_day(ask.words.now),
        states=CaseState,
    )  # fmt: skip


def new(request: Request) -> Response:
    """`/vu-viec/mo?bai=`, `?cau-chuyen=`, `?doi-chieu=`, or by hand."""
    ask, _, desk = asked_cases(request)
    return _opening(ask, _proposed(ask, desk, request.query_params))


def add(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/mo`."""
    ask, cases, desk = asked_cases(request)
    try:
        case = _proposed(ask, desk, sent.fields)
        kind = _kind(sent["loai"])
        source = case.source or (sent["bao"] if kind is CaseKind.QUESTION else "")
        case = replace(
            case, kind=kind, subject=sent["noi-dung"] or case.subject, reason=sent["ly-do"], source=source,
            reply_to=clean(sent["tra-loi"])[:200] if kind is CaseKind.QUESTION else "",
            ground=case.ground if kind is CaseKind.CORRECTION else None,
        )  # fmt: skip
        if source and source not in ask.room.publishers:
            raise AnswerError("case.refused.no_paper")
        opened = cases.open(case)
    except AnswerError as error:
        return _opening(ask, _proposed(ask, desk, sent.fields), error=error, sent=sent)
    return forms.onward(ask, f"{CASES}/{opened.id}")


def case_page(request: Request) -> Response:
    """`/vu-viec/{number}`; that it was opened is audited."""
    ask, cases, desk = asked_cases(request)
    ask.audit("case.read", str(request.path_params["number"]))
    return _shown(ask, cases, desk, request.path_params["number"])


def ground(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/can-cu`: what a correction request rests on."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        nature = sent["loai"] if sent["loai"] in ("figure", "dated_fact", "opinion", "criticism", "question") else ""
        if not nature:
            raise BadRequest("error.bad_form")
        made = Ground(
            quote=sent["trich-dan"], nature=nature, typed=bool(sent["tu-go"]),  # type: ignore[arg-type]
            contrary=clean(sent["so-lieu"])[:1000], document=_document(sent),
        )  # fmt: skip
        cases.draft(desk.id, number, at=ask.words.now, by=ask.user.id, ground=made, seen=sent[SEEN])

    return _acted(request, sent, act)


def draft(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/noi-dung`: subject and text of the answer, release or reply."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        cases.draft(
            desk.id, number, at=ask.words.now, by=ask.user.id, subject=sent["tieu-de"], body=sent["noi-dung"],
            seen=sent[SEEN],
        )  # fmt: skip

    return _acted(request, sent, act)


def confirm(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/xac-nhan`: one confirmation a letter."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        if not sent["da-doc"]:
            raise AnswerError("case.refused.say_confirmed")
        cases.confirm(desk.id, number, at=ask.words.now, by=ask.user.id, seen=sent[SEEN])

    return _acted(request, sent, act)


def send(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/gui`: number, day and way by which the letter left."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        paper = SentPaper(number=clean(sent["so"])[:60], day=day_of(sent["ngay"]), way=clean(sent["cach"])[:60])
        cases.send(desk.id, number, paper, at=ask.words.now, by=ask.user.id, seen=sent[SEEN])

    return _acted(request, sent, act)


def close(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/dong`: `ket-qua`, `ly-do`. Who may publish a release may take it back, nobody else."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        withdrawn = sent["ket-qua"] == CaseOutcome.WITHDRAWN
        if withdrawn and not ask.may(Right.EDIT) and _released(cases, desk, number):
            raise AnswerError("release.take_back_editor")
        cases.close(desk.id, number, sent["ket-qua"], sent["ly-do"], at=ask.words.now, by=ask.user.id)

    return _acted(request, sent, act)


def assign(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/giao`: `nguoi`, a user of this desk who may handle cases."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        user = sent["nguoi"]
        if user and user not in {one.id for one in colleagues(ask, desk)}:
            raise BadRequest("error.bad_form")
        cases.assign(desk.id, number, user, at=ask.words.now, by=ask.user.id)

    return _acted(request, sent, act)


def due(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/han`: `ngay`, `theo`."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        day = day_of(sent["ngay"]) if sent["ngay"] else None
        cases.set_due(desk.id, number, day, sent["theo"], at=ask.words.now, by=ask.user.id)

    return _acted(request, sent, act)


def note(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/ghi-chu`."""
    return _acted(
        request,
        sent,
        lambda ask, cases, desk, number: cases.note(desk.id, number, sent["ghi-chu"], at=ask.words.now, by=ask.user.id),
    )


def attach(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/tep`."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        if "tep" not in sent.files:
            raise AnswerError("factbook.no_file")
        cases.attach(desk.id, number, *sent.files["tep"], at=ask.words.now, by=ask.user.id)

    return _acted(request, sent, act)


def publish(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/cong-bo`: the release goes to the office's own feeds."""

    def act(ask: Asked, cases: CaseDesk, desk: Desk, number: int) -> None:
        cases.publish(desk.id, number, at=ask.words.now, by=ask.user.id, seen=sent[SEEN])

    return _acted(request, sent, act)


def letter(request: Request) -> Response:
    """`/vu-viec/{number}/van-ban`: the letter in Word."""
    ask, cases, desk = asked_cases(request)
    number = request.path_params["number"]
    view = cases.view(desk.id, number, ask.words.now)
    if view is None:
        raise NotHere("case.refused.none")
    try:
        content = cases.letter(desk, number, ask.room.publisher_name(view.case.source))
    except AnswerError as error:
        return _shown(ask, cases, desk, number, _Declined(error=error))
    ask.audit("case.letter", str(number))
    return download(content, DOCX, f"van-ban-{number}.docx")


def evidence(request: Request, sent: Sent) -> Response:
    """POST `/vu-viec/{number}/bang-chung`: `ly-do`. A ZIP; the reason and the download are audited."""
    ask, cases, desk = asked_cases(request)
    number = request.path_params["number"]
    view = cases.view(desk.id, number, ask.words.now)
    if view is None:
        raise NotHere("case.refused.none")
    try:
        content = cases.evidence(
            desk.id, number, ask.room.publisher_name(view.case.source), sent["ly-do"], at=ask.words.now, by=ask.user.id
        )
    except AnswerError as error:
        return _shown(ask, cases, desk, number, _Declined(error=error, form=_step_of(request), sent=sent))
    return download(content, "application/zip", f"bang-chung-{number}.zip")


def file(request: Request) -> Response:
    """`/vu-viec/{number}/tep/{file}`: an attachment, as a download."""
    ask, cases, desk = asked_cases(request)
    number = request.path_params["number"]
    found = cases.file(desk.id, number, request.path_params["file"])
    if found is None:
        raise NotHere("case.refused.none")
    ask.audit("case.file", str(number), found[0].sha256)
    ending = found[0].name.rpartition(".")[2].lower()[:5]
    return download(found[1], found[0].media_type, f"tep-{found[0].id}.{ending}")


def asked_cases(request: Request) -> tuple[Asked, CaseDesk, Desk]:
    """What every page of cases needs. Raises NotHere where this installation has none."""
    ask = asked(request)
    cases = ask.room.office.cases
    if cases is None or ask.desk is None:
        raise NotHere("case.refused.not_here")
    return ask, cases, ask.desk


def colleagues(ask: Asked, desk: Desk) -> tuple[User, ...]:
    """Who may be given a case of this desk."""
    people = ask.room.people.users() if ask.room.people else ()
    return tuple(
        one for one in people
        if one.disabled is None and any(m.desk == desk.id and allowed(m.level, Right.CASES) for m in one.memberships)
    )  # fmt: skip


def _acted(request: Request, sent: Sent, act: Callable[[Asked, CaseDesk, Desk, int], None]) -> Response:
    """The case again after an act; with the reason, and what was typed, where it was declined."""
    ask, cases, desk = asked_cases(request)
    number = request.path_params["number"]
    try:
        act(ask, cases, desk, number)
    except AnswerError as error:
        return _shown(ask, cases, desk, number, _Declined(error=error, form=_step_of(request), sent=sent))
    return forms.onward(ask, f"{CASES}/{number}")


def _step_of(request: Request) -> str:
    """The step of a case that a form is for, as its address says it."""
    return request.url.path.rpartition("/")[2]


def _shown(ask: Asked, cases: CaseDesk, desk: Desk, number: int, declined: _Declined = _NOTHING) -> Response:
    view = cases.view(desk.id, number, ask.words.now)
    if view is None:
        raise NotHere("case.refused.none")
    release = _released(cases, desk, number)
    return render.page(
        ask, "case.html", status=409 if declined.error else 200, changes=True, view=view, case=view.case,
        error=declined.error, typed=declined, seen_field=SEEN,
        colleagues=colleagues(ask, desk), today=local_day(ask.words.now).isoformat(), kinds=CaseKind,
        states=CaseState, release=release, uptake=cases.taken_up(release, ask.words.now) if release else (),
        paper=ask.room.publisher_name(view.case.source) if view.case.source else "",
    )  # fmt: skip


def _released(cases: CaseDesk, desk: Desk, number: int) -> Release | None:
    release = cases.release(number)
    return release if release and release.desk == desk.id else None


def _opening(ask: Asked, case: Case, *, error: AnswerError | None = None, sent: Sent | None = None) -> Response:
    papers = sorted(ask.room.publishers.values(), key=lambda one: one.name.casefold())
    return render.page(
        ask, "case_new.html", status=422 if error else 200, changes=True, case=case, error=error, kinds=CaseKind,
        papers=papers, sent=sent, chosen=sent["loai"] if sent else "correction" if case.ground else "",
    )  # fmt: skip


def _proposed(ask: Asked, desk: Desk, given) -> Case:  # type: ignore[no-untyped-def]
    """A case as the page that led here proposes it: from a comparison, an article, a story, or bare."""
    now = ask.words.now
    case = Case(
        id=0, desk=desk.id, kind=CaseKind.CORRECTION, state=CaseState.OPEN, subject="", opened_at=now,
        opened_by=ask.user.id, touched=now,
    )  # fmt: skip
    number = given.get("doi-chieu", "")
    book = ask.room.office.facts
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else 0
    found = book.comparison(desk.id, wanted) if book and wanted else None
    article = found[0].article if found else given.get("bai", "")
    read = ask.room.reading.article(desk.id, article) if article else None
    if read is None:
        return _of_story(ask, case, given.get("cau-chuyen", ""))
    listed = read.listed
    case = replace(
        case, article=listed.id, story=listed.story, source=listed.source, url=listed.url, title=listed.title,
        subject=listed.title, published=listed.published.at,
    )  # fmt: skip
    if found and book:
        kept, fact = found
        place = f" tại {fact.place_name}" if fact.place_name else ""
        contrary = f"{fact.indicator}{place} là {book.shown(fact)} {fact.unit}"
        case = replace(
            case, text_hash=kept.text_hash,
            ground=Ground(
                quote=clean(kept.comparison.sentence), contrary=contrary, document=fact.document, fact=fact.id,
                fact_version=fact.version, comparison=kept.id,
            ),
        )  # fmt: skip
    return case


def _of_story(ask: Asked, case: Case, story: str) -> Case:
    read = ask.room.reading.story(case.desk, story, ask.words.now) if story else None
    return replace(case, story=read.view.id, subject=read.view.title) if read else case


def _document(sent: Sent) -> SourceDocument | None:
    number, issuer = clean(sent["van-ban-so"])[:100], clean(sent["van-ban-co-quan"])[:200]
    if not (number and issuer and sent["van-ban-ngay"]):
        return None
    return SourceDocument(
        number=number, issued=day_of(sent["van-ban-ngay"]), issuer=issuer, title=clean(sent["van-ban-ten"])[:300]
    )


def _kind(text: str) -> CaseKind:
    try:
        return CaseKind(text)
    except ValueError:
        raise BadRequest("error.bad_form") from None
