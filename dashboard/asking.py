"""What a request asks for: language, desk, day. Read here once, so that handlers stay thin."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request

from core.access import Right
from core.clock import YEARS, local_day
from core.i18n import LANGUAGES, Language
from core.people import hashed
from core.records import Desk
from dashboard.peer import on_this_machine
from dashboard.room import Room
from dashboard.visitor import NOBODY, THIS_MACHINE, Visitor, visitor
from dashboard.words import Words

LANGUAGE_COOKIE, DESK_COOKIE, FORM_COOKIE, SESSION_COOKIE = "lang", "ban", "phien", "vao"

SAMPLE_HANDS = ("sample-1", "sample-2")
"""Who enters and who approves the figures of the sample: no user, and none that was deleted."""


class BadRequest(Exception):  # noqa: N818 - an outcome with a name
    """A parameter that no page of ours writes. `key` says in the catalogue what is wrong."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class NotHere(Exception):  # noqa: N818 - an outcome with a name
    """There is no such page, article or desk. `key` says in the catalogue what is missing and what to do."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every page needs of a request."""

    request: Request
    room: Room
    words: Words
    user: Visitor  # who asks: a signed-in user, THIS_MACHINE where no login is asked for, or NOBODY
    desks: tuple[Desk, ...]  # those that the user may see
    desk: Desk | None  # None: no desk has been set up, or the user sees none
    form_cookie: str  # by which this browser's forms are known; a new one where it has none yet

    @property
    def language(self) -> Language:
        return self.words.language

    def may(self, right: Right | str, desk: str | None = None) -> bool:
        """Whether the user may do that on this desk (or on the one named). Templates: `may('work')`."""
        return self.user.may(Right(right), desk or (self.desk.id if self.desk else None))

    def governs_all(self) -> bool:
        """Whether the user administers every desk: for what there is once for all of them."""
        return all(self.user.may(Right.ADMINISTER, desk.id) for desk in self.room.desks.desks())

    def audit(self, action: str, subject: str, detail: str = "", *, for_all: bool = False) -> None:
        """Write down that the user did this on this desk: every change, every export, every reading of a case.

        `action` is a stable word ("note.add", "report.export", "case.read"); `subject` an id, never a text. `for_all`:
        it holds for every desk, and every desk's log shows it.
        """
        desk = self.desk.id if self.desk and not for_all else ""
        self.room.audit.add(self.words.now, self.user.id or "nobody", action, subject, detail, desk=desk)

    def colleague(self, who: str) -> str:
        """How a user who did something is called on the pages; never an address."""
        if who == THIS_MACHINE.id:
            return self.words.t("work.here")
        if who in SAMPLE_HANDS:
            return self.words.t("work.sample")
        found = self.room.people.user(who) if self.room.people and who else None
        return found.name if found else self.words.t("work.gone_user")

    def link(self, path: str, /, **params: object) -> str:
        """An address of ours behind any prefix, with the desk where there are several."""
        chosen = {"ban": self.desk.id} if self.desk and len(self.desks) > 1 else {}
        given = {name: str(value) for name, value in (chosen | params).items() if value not in (None, "")}
        query = f"?{urlencode(given)}" if given else ""
        return f"{self.request.scope.get('root_path', '')}{path}{query}"

    def same_page(self, **params: str) -> str:
        """This page again with other parameters."""
        kept = dict(self.request.query_params) | params
        path = self.request.url.path
        return f"{path}?{urlencode(kept)}"


def asked(request: Request) -> Asked:
    """What the request asks for. Raises NotHere for a desk that there is not, or that the user does not see."""
    room: Room = request.app.state.room
    user = who(request)
    desks = seen_desks(request)
    return Asked(
        request=request, room=room, words=Words(language(request, room), room.clock.now()),
        user=user, desks=desks, desk=_desk(request, desks),
        form_cookie=request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24),
    )  # fmt: skip


def seen_desks(request: Request) -> tuple[Desk, ...]:
    """The desks that the user sees. Looked up once a request."""
    known: tuple[Desk, ...] | None = getattr(request.state, "desks", None)
    if known is None:
        user, room = who(request), request.app.state.room
        known = request.state.desks = tuple(desk for desk in room.desks.desks() if user.sees(desk.id))
    return known


def who(request: Request) -> Visitor:
    """Who asks. Looked up once a request; asks the record, so never from the event loop."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = request.state.visitor = _recognise(request)
    return known


def _recognise(request: Request) -> Visitor:
    room: Room = request.app.state.room
    if room.people is None:
        return THIS_MACHINE
    token = request.cookies.get(SESSION_COOKIE, "")
    found = room.people.session(hashed(token), room.clock.now()) if token else None
    if found:
        return visitor(found[1], found[0])
    return THIS_MACHINE if open_here(request) else NOBODY


def open_here(request: Request) -> bool:
    """Whether no login is asked for: nobody could log in yet, and the request comes from this very machine.

    With a public address set there is a proxy in front, whose requests come from this machine too: the first user is
    then made at the command line.
    """
    room: Room = request.app.state.room
    if room.people is None:
        return True
    return not room.settings.public_url and on_this_machine(request) and not room.people.any()


def language(request: Request, room: Room) -> Language:
    """From the address, else the cookie, else the setting."""
    for value in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if value in LANGUAGES:
            return value
    return room.settings.serve.language


def day(ask: Asked) -> date:
    """The Vietnamese day asked for, today where none is. Raises BadRequest for what is no day, or one to come."""
    today = local_day(ask.words.now)
    given = ask.request.query_params.get("ngay", "")
    if not given:
        return today
    try:
        wanted = date.fromisoformat(given)
    except ValueError:
        raise BadRequest("error.bad_day") from None
    if wanted > today or wanted.year < 2000:
        raise BadRequest("error.bad_day")
    return wanted


def day_given(given: str) -> date:
    """A day of an address or a form. Raises BadRequest for what is no day, or none that the press could be read on."""
    try:
        wanted = date.fromisoformat(given)
    except ValueError:
        raise BadRequest("error.no_day") from None
    if not YEARS[0] <= wanted.year <= YEARS[1]:
        raise BadRequest("error.no_day")
    return wanted


def week(ask: Asked) -> tuple[date, date] | None:
    """The week asked for as `tuan=2026-W47`, as (Monday, Sunday or today); None where none is. Raises BadRequest."""
    given = ask.request.query_params.get("tuan", "")
    if not given:
        return None
    try:
        monday = datetime.strptime(f"{given}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        raise BadRequest("error.bad_day") from None
    today = local_day(ask.words.now)
    if monday > today or monday.year < 2000:
        raise BadRequest("error.bad_day")
    return monday, min(today, monday + timedelta(days=6))


def number(ask: Asked, name: str, *, most: int) -> int:
    """A page number from 1 to `most`; 1 where none is given. Raises BadRequest for anything else."""
    given = ask.request.query_params.get(name, "1")
    if not (given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= most):
        raise BadRequest("error.bad_number")
    return int(given)


def _desk(request: Request, desks: tuple[Desk, ...]) -> Desk | None:
    by_id = {desk.id: desk for desk in desks}
    given = request.query_params.get("ban")
    if given is not None:
        if given not in by_id:
            raise NotHere("error.no_such_desk")
        return by_id[given]
    return by_id.get(request.cookies.get(DESK_COOKIE, "")) or (desks[0] if desks else None)
