"""Tìm kiếm: finds words in texts of the desk. A search is an address and nothing else: words can't be kept or sent.

What can be kept is a filter of topics and publishers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from core.clock import local_day
from core.records import Facets, SavedFilter, SearchFilters, SearchPage
from core.text import clean, clip
from core.topics import TOPIC_IDS, TOPICS
from dashboard import asking, evidence, forms, query, render, sheets
from dashboard.asking import Asked, BadRequest, NotHere, asked
from dashboard.forms import Form

QUERY_LIMIT, SNIPPET_LIMIT, PER_PAGE, MOST_PAGES = 200, 1000, 20, 50
FACETS_SHOWN = 8
EXPORTED = 2000
"""Rows of an export; a table of more is no press review."""
COLUMNS = ("title", "publisher", "date", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: the text as typed, its words, all that narrows it, the order."""

    typed: str
    words: str
    given: SearchFilters  # by the form's fields and facets
    filters: SearchFilters  # these and the typed field words together
    unknown: tuple[str, ...]
    by_time: bool

    @property
    def anything(self) -> bool:
        """Whether there is something to look for."""
        return bool(self.words or self.filters)

    def params(self, **changes: object) -> dict[str, object]:
        """The address's parameters, with some changed; "" leaves one out."""
        kept: dict[str, object] = {
            "q": self.typed, "xep": ("moi" if self.by_time else "hop") if self.words else "",
            "nguon": ",".join(self.given.sources), "chu-de": ",".join(self.given.topics),
            "tu": self.given.first or "", "den": self.given.last or "",
        }  # fmt: skip
        return kept | changes

    def without(self, name: str, value: str) -> dict[str, object]:
        """The parameters without one source or topic."""
        held = self.given.sources if name == "nguon" else self.given.topics
        return self.params(**{name: ",".join(one for one in held if one != value)})

    def with_(self, name: str, value: str) -> dict[str, object]:
        """The parameters with one source or topic more."""
        held = self.given.sources if name == "nguon" else self.given.topics
        return self.params(**{name: ",".join(dict.fromkeys((*held, value)))})


def page(request: Request) -> Response:
    """`/tim-kiem?q=…&nguon=a,b&chu-de=health&tu=2026-11-01&den=2026-11-21&xep=hop|moi&trang=1`.

    With words the best match comes first (`hop`) unless `moi` is asked for; without, the newest. `phan=1`: the results
    alone, for the script that asks while somebody types.
    """
    ask = asked(request)
    part, given = "phan" in request.query_params, request.query_params
    try:
        wanted, problem = read(ask), ""
    except BadRequest as error:
        wanted, problem = read(ask, days=False), ask.words.t(error.key, **error.values)
    number = asking.number(ask, "trang", most=MOST_PAGES)
    found = SearchPage(hits=(), total=0) if problem else _found(ask, wanted, (number - 1) * PER_PAGE, PER_PAGE)
    facets = Facets()
    if wanted.anything and ask.desk and found.total:
        facets = ask.room.search.facets(ask.desk.id, wanted.words, wanted.filters)
    saved = _saved(ask)
    return render.page(
        ask, "search_results.html" if part else "search.html", changes=bool(wanted.filters or saved),
        status=400 if problem and not part else 200, problem=problem, days=(given.get("tu", ""), given.get("den", "")),
        query=wanted.typed, wanted=wanted, number=number, pages=min(MOST_PAGES, -(-found.total // PER_PAGE)),
        found=found, rows=[(hit, evidence.hits(clip(hit.snippet, SNIPPET_LIMIT))) for hit in found.hits],
        facets=facets, facets_shown=FACETS_SHOWN, text_language=ask.room.language_of, topics=TOPICS,
        publishers=publishers(ask), saved=saved, exported=EXPORTED,
    )  # fmt: skip


def export(request: Request) -> Response:
    """`/tim-kiem/xuat?dang=csv|xlsx` with a search's parameters: title, publisher, date, address. No text."""
    ask = asked(request)
    wanted, kind = read(ask), request.query_params.get("dang", "csv")
    if kind not in sheets.KINDS:
        raise BadRequest("error.bad_request")
    found = _found(ask, wanted, 0, EXPORTED)
    rows = [
        (
            hit.article.title, ask.room.publisher_name(hit.article.source),
            ask.words.full_moment(hit.article.published.at), hit.article.url,
        )
        for hit in found.hits
    ]  # fmt: skip
    ask.audit("search.export", kind, f"{len(rows)} rows")
    heads = [ask.words.t(f"export.{column}") for column in COLUMNS]
    return sheets.answer(kind, f"diem-bao-{local_day(ask.words.now).isoformat()}", heads, rows)


def save(request: Request, form: Form) -> Response:
    """POST `/tim-kiem/loc`: `chu-de` and `nguon`, comma-separated. Words can't be kept."""
    ask = asked(request)
    topics, sources = _list(form.get("chu-de", "")), _list(form.get("nguon", ""))
    known = TOPIC_IDS.issuperset(topics) and set(ask.room.publishers).issuperset(sources)
    if ask.desk is None or not known or not (topics or sources):
        raise BadRequest("error.bad_form")
    ask.room.office.work.save_filter(ask.desk.id, topics=topics, sources=sources, at=ask.words.now, by=ask.user.id)
    return forms.onward(ask, "/tim-kiem", **{"chu-de": ",".join(topics), "nguon": ",".join(sources)})


def forget(request: Request, _: Form) -> Response:
    """POST `/tim-kiem/loc/{number}/xoa`."""
    ask = asked(request)
    if ask.desk is None:
        raise NotHere("error.no_such_desk")
    ask.room.office.work.remove_filter(ask.desk.id, request.path_params["number"], ask.words.now, ask.user.id)
    return forms.onward(ask, "/tim-kiem")


def read(ask: Asked, *, days: bool = True) -> Wanted:
    """What a request asks for. Raises BadRequest for a day that is none, and for a first one after the last.

    Without `days` it is read as if none were given.
    """
    asked_for = ask.request.query_params
    typed = clip(clean(asked_for.get("q", "")), QUERY_LIMIT)
    understood = query.read(typed, publishers(ask), local_day(ask.words.now))
    given = SearchFilters(
        sources=tuple(s for s in _list(asked_for.get("nguon", "")) if s in ask.room.publishers or _plain(s)),
        topics=tuple(topic for topic in _list(asked_for.get("chu-de", "")) if topic in TOPIC_IDS),
        first=_day(asked_for.get("tu", "")) if days else None, last=_day(asked_for.get("den", "")) if days else None,
    )  # fmt: skip
    words, filters = understood.words, query.joined(understood.filters, given)
    if not days:
        filters = replace(filters, first=None, last=None)
    if filters.first and filters.last and filters.first > filters.last:
        raise BadRequest("error.days_reversed")
    return Wanted(
        typed=typed, words=words, given=given, filters=filters,
        unknown=understood.unknown, by_time=not words or asked_for.get("xep") == "moi",
    )  # fmt: skip


def publishers(ask: Asked) -> dict[str, str]:
    """Id -> name of every publisher, by name."""
    return dict(sorted(((p.id, p.name) for p in ask.room.publishers.values()), key=lambda pair: pair[1].casefold()))


def _found(ask: Asked, wanted: Wanted, offset: int, limit: int) -> SearchPage:
    if not wanted.anything or ask.desk is None:
        return SearchPage(hits=(), total=0)
    return ask.room.search.search(
        ask.desk.id, wanted.words, by_time=wanted.by_time, offset=offset, limit=limit, filters=wanted.filters
    )


def _saved(ask: Asked) -> tuple[SavedFilter, ...]:
    return ask.room.office.work.filters(ask.desk.id) if ask.desk else ()


def _list(given: str) -> list[str]:
    return list(dict.fromkeys(part for part in given.split(",") if part))[:20]


def _plain(source: str) -> bool:
    """Whether it may be the id of a publisher that is no longer declared."""
    return source.replace("-", "").replace("_", "").isalnum() and len(source) < 60


def _day(given: str) -> date | None:
    return asking.day_given(given) if given else None
