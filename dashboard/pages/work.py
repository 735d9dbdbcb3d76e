"""What the office adds to an article or a story: notes, how far it is, who has it; and articles set aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from core.access import Right, allowed
from core.records import WORK_STATES, Desk, ListedArticle, Note, SetAside, Subject, User, WorkState, WorkStatus
from dashboard import asking, forms, render
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form

NOTE_BYTES = 2_000 * forms.LETTER_BYTES + forms.MOST_BYTES
"""Of a form with a note of 2,000 characters."""
PER_PAGE, MOST_PAGES = 50, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """For the panel on an article's or a story's page."""

    path: str  # of the page itself
    status: WorkStatus
    notes: tuple[Note, ...]
    colleagues: tuple[tuple[str, str], ...]  # (id, name) of users who may work on this desk
    states: tuple[WorkState, ...] = WORK_STATES

    @property
    def listed(self) -> str:
        """Whom the list of colleagues shows as having it: nobody where that one may not work here any more."""
        return self.status.assigned if self.status.assigned in dict(self.colleagues) else ""


def work(ask: Asked, about: Subject, subject: str) -> Work:
    """What is known of one article or story."""
    desk, book = (ask.desk.id if ask.desk else ""), ask.room.office.work
    return Work(
        path=f"/{_PATH[about]}/{subject}",
        status=book.handling(desk, about, [subject]).get(subject, WorkStatus()),
        notes=book.notes(desk, about, subject),
        colleagues=colleagues(ask),
    )


def colleagues(ask: Asked) -> tuple[tuple[str, str], ...]:
    """Users who may work on this desk, by name."""
    if ask.room.people is None or ask.desk is None:
        return ()
    here = [user for user in ask.room.people.users() if user.disabled is None]
    return tuple((user.id, user.name) for user in here if _works(user, ask.desk))


def add_note(request: Request, form: Form) -> Response:
    """POST `/bai/{article}/ghi-chu` and `/cau-chuyen/{story}/ghi-chu`: `ghi-chu`."""
    ask = asked(request)
    about, subject, desk = _subject(ask)
    if not form.get("ghi-chu", "").strip():
        raise BadRequest("error.empty_note")
    done = ask.room.office.work.add_note(desk.id, about, subject, form["ghi-chu"], at=ask.words.now, by=ask.user.id)
    return _back(ask, about, subject, "work", done=done)


def remove_note(request: Request, form: Form) -> Response:
    """POST `/bai/{article}/ghi-chu/xoa` and `/cau-chuyen/{story}/ghi-chu/xoa`: `so`."""
    ask = asked(request)
    about, subject, desk = _subject(ask)
    number = form.get("so", "")
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        raise BadRequest("error.bad_form")
    ask.room.office.work.remove_note(desk.id, int(number), ask.words.now, ask.user.id)
    return _back(ask, about, subject, "work", done=True)


def handle(request: Request, form: Form) -> Response:
    """POST `/bai/{article}/xu-ly` and `/cau-chuyen/{story}/xu-ly`: `tinh-trang`, `giao` ("" for nobody).

    With `-truoc` what the page showed: who leaves that as it is doesn't undo what a colleague has set since.
    """
    ask = asked(request)
    about, subject, desk = _subject(ask)
    form = {name: given for name, given in form.items() if given != form.get(f"{name}-truoc")}
    assigned = form.get("giao")
    known = {"", ask.user.id, *(colleague for colleague, _ in colleagues(ask))}
    if assigned is not None and assigned not in known:
        raise BadRequest("error.bad_form")
    done = ask.room.office.work.handle(
        desk.id, about, subject, state=_state(form), assigned=assigned, at=ask.words.now, by=ask.user.id
    )
    return _back(ask, about, subject, "work", done=done)


def set_aside(request: Request, _: Form) -> Response:
    """POST `/bai/{article}/khong-phai`: not about this place. Twice is once."""
    ask = asked(request)
    about, subject, desk = _subject(ask)
    ask.room.office.work.set_aside(desk.id, subject, ask.words.now, ask.user.id)
    return _back(ask, about, subject, "", done=True)


def take_back(request: Request, form: Form) -> Response:
    """POST `/bai/{article}/la-noi-nay`: it is, after all; `ve=danh-sach` leads back to the list."""
    ask = asked(request)
    about, subject, desk = _subject(ask)
    ask.room.office.work.take_back(desk.id, subject, ask.words.now, ask.user.id)
    if form.get("ve") == "danh-sach":
        return forms.onward(ask, "/khong-phai")
    return _back(ask, about, subject, "", done=True)


def aside_page(request: Request) -> Response:
    """`/khong-phai?trang=1`: articles set aside, newest first."""
    ask = asked(request)
    every = _aside(ask)
    number = asking.number(ask, "trang", most=MOST_PAGES)
    shown = every[(number - 1) * PER_PAGE : number * PER_PAGE]
    return render.page(
        ask, "aside.html", changes=True, rows=[(one, _listed(ask, one)) for one in shown], total=len(every),
        number=number, pages=max(1, -(-len(every) // PER_PAGE)), text_language=ask.room.language_of,
    )  # fmt: skip


def aside_export(request: Request) -> Response:
    """`/khong-phai/xuat`: JSON Lines for measuring how well places are found. No text of any article and no person."""
    ask = asked(request)
    ask.audit("aside.export", ask.desk.id if ask.desk else "")
    name = f"khong-phai-{ask.desk.id if ask.desk else 'khong'}.jsonl"
    return Response(
        "".join(_lines(ask)), media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _lines(ask: Asked) -> Iterator[str]:
    for one in reversed(_aside(ask)):
        listed = _listed(ask, one)
        if listed is None:
            continue
        row = {
            "article": one.article, "desk": one.desk, "about": False, "url": listed.url, "source": listed.source,
            "published": listed.published.at.isoformat(), "at": one.at.isoformat(),
        }  # fmt: skip
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _aside(ask: Asked) -> tuple[SetAside, ...]:
    return ask.room.office.work.aside(ask.desk.id) if ask.desk else ()


def _listed(ask: Asked, one: SetAside) -> ListedArticle | None:
    read = ask.room.reading.article(one.desk, one.article)
    return read.listed if read else None


_PATH: dict[Subject, str] = {"article": "bai", "story": "cau-chuyen"}


def _subject(ask: Asked) -> tuple[Subject, str, Desk]:
    given = ask.request.path_params
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    return ("article", given["article"], ask.desk) if "article" in given else ("story", given["story"], ask.desk)


def _state(form: Form) -> WorkState | None:
    given = form.get("tinh-trang")
    if given is None:
        return None
    for state in WORK_STATES:
        if state == given:
            return state
    raise BadRequest("error.bad_form")


def _works(user: User, desk: Desk) -> bool:
    return any(member.desk == desk.id and allowed(member.level, Right.WORK) for member in user.memberships)


def _back(ask: Asked, about: Subject, subject: str, fragment: str, *, done: bool) -> Response:
    if not done:
        raise NotHere("error.no_such_article" if about == "article" else "error.no_such_story")
    return forms.onward(ask, f"/{_PATH[about]}/{subject}", fragment)
