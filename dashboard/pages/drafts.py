"""A report's draft: what people write into it, and how it is issued and sent.

Several may have it open. Words are kept part by part beside a colleague's; where both wrote the same part, and where a
draft would leave that its sender has not read, nothing is done until it has been looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.errors import ConfigError
from core.records import Report, ReportWords
from core.text import seen
from dashboard.asking import Asked, asked
from dashboard.forms import LETTER_BYTES, MOST_BYTES, Form, onward
from dashboard.pages.reports import SEEN, name_of, one_report, parts, said_of, the_report

LONGEST: Final = 8_000
"""Letters of each of the three fields; the page allows as many."""
WORDS_BYTES: Final = 3 * LONGEST * LETTER_BYTES + MOST_BYTES
_FIELDS: Final = {"intro": "mo-dau", "assessment": "danh-gia", "proposals": "kien-nghi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What became of a form's words."""

    problem: str = ""  # catalogue key of why they were not kept
    typed: ReportWords | None = None  # those that were not
    as_read: bool = True  # whether all of the draft was on their page, or is theirs


def write(request: Request, form: Form) -> Response:
    """POST `/bao-cao/{number}`: the next version of what a person writes."""
    return _acted(request, form, lambda _, __: None)


def recollect(request: Request, form: Form) -> Response:
    """POST `/bao-cao/{number}/so-lieu`: newer figures in a draft, and what stands in its fields."""

    def act(ask: Asked, number: int) -> None:
        desk, reports, _ = parts(ask)
        reports.recollect(desk, number, ask.words.now, ask.user.id)

    return _acted(request, form, act)


def issue(request: Request, form: Form) -> Response:
    """POST `/bao-cao/{number}/phat-hanh`: from now on nothing of it changes; its fields are taken along."""

    def act(ask: Asked, number: int) -> Response | None:
        desk, reports, _ = parts(ask)
        done = reports.issue(desk, number, ask.words.now, ask.user.id)
        return None if done or the_report(ask, number).head.issued else _unread(ask, number)

    return _acted(request, form, act, leaves=True)


def send(request: Request, form: Form) -> Response:
    """POST `/bao-cao/{number}/gui`: the summary to leadership and information office, each once."""

    def act(ask: Asked, number: int) -> Response:
        desk, reports, _ = parts(ask)
        sent = reports.mail(desk, number, ask.words.now, ask.room.settings.public_url)
        ask.audit("report.mail", str(number), f"{sent} messages")
        told = "mailed_none" if not sent else "mailed" if ask.room.settings.smtp.host else "mailed_page"
        return one_report(ask, number, ask.words.t(f"report.page.{told}", messages=sent))

    return _acted(request, form, act, leaves=True)


def merged(base: ReportWords, mine: ReportWords, theirs: ReportWords) -> tuple[ReportWords, bool]:
    """What two have made of `base`, part by part, and whether both have changed the same part, and differently.

    Such a part is mine: it goes back to where it was typed.
    """
    found, apart = {}, False
    for name in _FIELDS:
        was, given, now = getattr(base, name), getattr(mine, name), getattr(theirs, name)
        found[name] = now if given == was else given
        apart = apart or (given != was and now not in (was, given))
    return ReportWords(**found), apart


def _acted(
    request: Request, form: Form, act: Callable[[Asked, int], Response | None], *, leaves: bool = False
) -> Response:
    """The report again after its words are kept and the act is done. `leaves`: only for what its sender has read."""
    ask = asked(request)
    number = request.path_params["number"]
    kept = _kept(ask, the_report(ask, number), form)
    if kept.problem:
        return one_report(ask, number, _told(ask, number, kept.problem), 409, kept.typed)
    if leaves and not kept.as_read:
        return _unread(ask, number)
    try:
        answer = act(ask, number)
    except ConfigError as error:
        return one_report(ask, number, said_of(ask, error))
    return answer or onward(ask, f"/bao-cao/{number}")


def _kept(ask: Asked, report: Report, form: Form) -> _Kept:
    """Keep what stands in a draft's fields, where the form has them: whichever button was pressed, no word is lost."""
    desk, _, book = parts(ask)
    if not form.keys() >= set(_FIELDS.values()):
        return _Kept()
    mine = ReportWords(**{name: _text(form, field) for name, field in _FIELDS.items()})
    head, base = report.head, _as_opened(ask, report, form)
    if head.issued:
        over = mine not in (report.words, base)
        return _Kept(problem="issued_meanwhile", typed=mine) if over else _Kept()
    both, apart = merged(base, mine, report.words)
    if apart:
        return _Kept(problem="changed", typed=both)
    if both != report.words and not book.write(desk.id, head.id, both, ask.words.now, ask.user.id, after=head.version):
        return _Kept(problem="changed", typed=mine)
    figures = form.get(SEEN, head.read_as).partition(".")[2] == head.read_as.partition(".")[2]
    return _Kept(as_read=figures and report.words in (base, mine))


def _as_opened(ask: Asked, report: Report, form: Form) -> ReportWords:
    """The words as they were on the page that the form was on."""
    desk, _, book = parts(ask)
    number = form.get(SEEN, "").partition(".")[0]
    known = {str(one.number): one.words for one in book.versions(desk.id, report.head.id)}
    return known.get(number, report.words)


def _unread(ask: Asked, number: int) -> Response:
    return one_report(ask, number, ask.words.t("report.page.read_first"), 409)


def _told(ask: Asked, number: int, problem: str) -> str:
    desk, _, book = parts(ask)
    head = the_report(ask, number).head
    last = book.versions(desk.id, number)[0]
    at, by = (head.issued, head.issued_by) if head.issued else (last.at, last.by)
    return ask.words.t(f"report.page.{problem}", who=name_of(ask, by), when=ask.words.moment(at))


def _text(form: Form, name: str) -> str:
    """Paragraphs as they were written: NFC, nothing unseen, bounded."""
    return seen(form.get(name, "")).replace("\r\n", "\n").strip()[:LONGEST]
