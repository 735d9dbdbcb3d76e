"""Sổ số liệu: the office's verified figures, how they come in, who approves them, and how they go out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from core.clock import YEARS, local_day
from core.errors import AnswerError
from core.ports import FactDesk
from core.records import Desk, FactEntry, FactPreview, FactProblem
from core.roles import Role
from core.text import clean
from dashboard import forms, render
from dashboard.asking import Asked, NotHere, asked
from dashboard.uploads import Sent

BOOK = "/so-lieu"
SHOWN = 200
_PREVIEWED = 300
_ENDING = re.compile(r"\.([a-z0-9]{1,5})$")
_DOWNLOADS = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


def page(request: Request) -> Response:
    """`/so-lieu?q=`."""
    ask, book, desk = _asked(request)
    query = clean(request.query_params.get("q", ""))[:200]
    found = book.find(desk.id, query)
    return render.page(
        ask, "factbook.html", changes=False, found=found, query_facts=query, book=book, shown=SHOWN,
        state=_state(ask), desk_rules=_two_people(ask, desk),
    )  # fmt: skip


def entry(request: Request) -> Response:
    """`/so-lieu/{fact}`: all its versions, and a form for the next."""
    ask, book, desk = _asked(request)
    return _entry(ask, book, desk, request.path_params["fact"])


def new(request: Request) -> Response:
    """`/so-lieu/moi`."""
    ask, book, _ = _asked(request)
    return _form(ask, book, {})


def add(request: Request, sent: Sent) -> Response:
    """POST `/so-lieu/moi`, and `/so-lieu/{fact}/phien-ban` for a version of one that is there."""
    ask, book, desk = _asked(request)
    fact = request.path_params.get("fact", "")
    texts = {name: sent[name] for name in book.columns()}
    try:
        if not sent["khong-mat"]:
            raise AnswerError("factbook.say_not_secret")
        done = book.enter(desk, texts, sent.files.get("tep"), new=not fact, at=ask.words.now, by=ask.user.id)
    except AnswerError as error:
        return _form(ask, book, texts, error=error, fact=fact)
    if isinstance(done, tuple):
        return _form(ask, book, texts, problems=done, fact=fact)
    return forms.onward(ask, f"{BOOK}/{done.id}")


def approve(request: Request, sent: Sent) -> Response:
    """POST `/so-lieu/{fact}/duyet`: `phien-ban`."""
    ask, book, desk = _asked(request)
    fact = request.path_params["fact"]
    try:
        book.approve(desk.id, fact, _number(sent["phien-ban"]), ask.words.now, ask.user.id)
    except AnswerError as error:
        return _entry(ask, book, desk, fact, error=error)
    return forms.onward(ask, f"{BOOK}/{fact}")


def end(request: Request, sent: Sent) -> Response:
    """POST `/so-lieu/{fact}/het`: `ngay`, the last day on which the figure holds."""
    ask, book, desk = _asked(request)
    fact = request.path_params["fact"]
    try:
        book.end(desk.id, fact, day_of(sent["ngay"]), ask.words.now, ask.user.id)
    except AnswerError as error:
        return _entry(ask, book, desk, fact, error=error)
    return forms.onward(ask, f"{BOOK}/{fact}")


def bring(request: Request) -> Response:
    """`/so-lieu/nhap`: a table to be looked at before it is taken."""
    ask, book, _ = _asked(request)
    return _import(ask, book)


def look_through(request: Request, sent: Sent) -> Response:
    """POST `/so-lieu/nhap`: shows each row as it would be taken."""
    ask, book, desk = _asked(request)
    try:
        if not sent["khong-mat"]:
            raise AnswerError("factbook.say_not_secret")
        if "tep" not in sent.files:
            raise AnswerError("factbook.no_file")
        name, content = sent.files["tep"]
        number, preview = book.preview(desk, name, content, ask.words.now, ask.user.id)
    except AnswerError as error:
        return _import(ask, book, error=error)
    return _import(ask, book, number=number, preview=preview)


def take(request: Request, sent: Sent) -> Response:
    """POST `/so-lieu/nhap/{number}`: all of it, or nothing."""
    del sent
    ask, book, desk = _asked(request)
    number = request.path_params["number"]
    try:
        taken = book.take(desk, number, ask.words.now, ask.user.id)
    except AnswerError as error:
        preview = book.kept_preview(desk, number, ask.words.now, ask.user.id)
        return _import(ask, book, error=error, number=number, preview=preview)
    ask.audit("fact.import", str(number), f"{taken} entries")
    return forms.onward(ask, BOOK)


def export(request: Request) -> Response:
    """`/so-lieu/xuat?dang=xlsx|csv`."""
    ask, book, desk = _asked(request)
    kind = "csv" if request.query_params.get("dang") == "csv" else "xlsx"
    media_type, content = book.export(desk.id, kind)
    ask.audit("fact.export", desk.id, kind)
    return download(content, media_type, f"so-so-lieu-{desk.id}.{kind}")


def document(request: Request) -> Response:
    """`/so-lieu/van-ban/{sha256}`: a document of the book, as a download."""
    _, book, desk = _asked(request)
    found = book.file(desk.id, request.path_params["sha256"])
    if found is None:
        raise NotHere("factbook.no_document")
    name, content = found
    known = _ENDING.search(name.lower())
    ending = known[1] if known else "bin"  # a name without one is all letters, and no header takes those of Vietnamese
    return download(content, _DOWNLOADS.get(ending, "application/octet-stream"), f"van-ban.{ending}")


def dismiss(request: Request, sent: Sent) -> Response:
    """POST `/doi-chieu/{number}/bo-qua`: not shown again, in any revision."""
    del sent
    ask, book, desk = _asked(request)
    try:
        article = book.dismiss(desk.id, request.path_params["number"], ask.words.now, ask.user.id)
    except AnswerError as error:
        raise NotHere(error.key) from None
    return forms.onward(ask, f"/bai/{article}", "figures")


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file that the browser saves and does not show."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def day_of(text: str) -> dt.date:
    """A day as the browser sends it; papers may be old. Raises AnswerError."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise AnswerError("case.refused.day") from None
    if not 1900 <= day.year <= YEARS[1]:
        raise AnswerError("case.refused.day")
    return day


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _asked(request: Request) -> tuple[Asked, FactDesk, Desk]:
    ask = asked(request)
    book = ask.room.office.facts
    if book is None or ask.desk is None:
        raise NotHere("factbook.not_here")
    return ask, book, ask.desk


def _entry(ask: Asked, book: FactDesk, desk: Desk, fact: str, error: AnswerError | None = None) -> Response:
    versions = book.versions(desk.id, fact)
    if not versions:
        raise NotHere("factbook.no_entry")
    return render.page(
        ask, "fact.html", status=409 if error else 200, changes=True, versions=versions, newest=versions[0], book=book,
        error=error, texts=_texts(book, versions[0]), problems={}, roles=Role, state=_state(ask),
        two_people=_two_people(ask, desk), action=f"{BOOK}/{fact}/phien-ban",
    )  # fmt: skip


def _form(
    ask: Asked,
    book: FactDesk,
    texts: dict[str, str],
    *,
    error: AnswerError | None = None,
    problems: tuple[FactProblem, ...] = (),
    fact: str = "",
) -> Response:
    wrong = {problem.column: problem for problem in reversed(problems)}
    return render.page(
        ask, "fact_new.html", status=422 if error or problems else 200, changes=True, book=book, error=error,
        texts={name: texts.get(name, "") for name in book.columns()}, problems=wrong, roles=Role, fact=fact,
        action=f"{BOOK}/{fact}/phien-ban" if fact else f"{BOOK}/moi",
    )  # fmt: skip


def _import(
    ask: Asked, book: FactDesk, *, error: AnswerError | None = None, number: int = 0, preview: FactPreview | None = None
) -> Response:
    rows = preview.rows if preview else ()
    first = sorted(rows, key=lambda row: (not row.problems, row.number))[:_PREVIEWED]
    return render.page(
        ask, "fact_import.html", status=422 if error else 200, changes=True, book=book, error=error, number=number,
        preview=preview, rows=sorted(first, key=lambda row: row.number), rest=len(rows) - len(first),
    )  # fmt: skip


def _texts(book: FactDesk, entry_now: FactEntry) -> dict[str, str]:
    """The newest version as the form has it, for the next."""
    document_now = entry_now.document

    def shown(day: dt.date | None) -> str:
        return f"{day:%d/%m/%Y}" if day else ""

    return {
        "indicator": entry_now.indicator, "also_called": "; ".join(entry_now.also_called),
        "value": book.shown(entry_now), "unit": entry_now.unit,
        "place": book.place_of(entry_now.place), "place_name": entry_now.place_name,
        "period_from": shown(entry_now.period_from), "period_to": shown(entry_now.period_to),
        "period_name": entry_now.period_name, "number": document_now.number, "issued": shown(document_now.issued),
        "issuer": document_now.issuer, "title": document_now.title, "url": document_now.url,
        "owner": entry_now.owner, "valid_from": "", "valid_to": "",
    }  # fmt: skip


def _state(ask: Asked) -> Callable[[FactEntry], str]:
    today = local_day(ask.words.now)

    def state(one: FactEntry) -> str:
        if one.approved_at is None:
            return "waiting"
        return "ended" if one.valid_to and one.valid_to < today else "valid"

    return state


def _two_people(ask: Asked, desk: Desk) -> bool:
    cases = ask.room.office.cases
    return bool(cases and cases.rules(desk.id).two_people)
