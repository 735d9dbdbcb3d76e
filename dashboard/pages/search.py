"""Tìm kiếm: finds words in texts of the desk. A search is an address and nothing else: it can't be kept or sent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.records import SearchPage
from core.text import clean, clip
from dashboard import asking, evidence, render
from dashboard.asking import asked

QUERY_LIMIT, SNIPPET_LIMIT, PER_PAGE, MOST_PAGES = 200, 1000, 20, 50


def page(request: Request) -> Response:
    """`/tim-kiem?q=…&xep=moi|hop&trang=1`: newest first, or (`hop`) best match first."""
    ask = asked(request)
    query = clip(clean(request.query_params.get("q", "")), QUERY_LIMIT)
    by_time = request.query_params.get("xep", "moi") != "hop"
    number = asking.number(ask, "trang", most=MOST_PAGES)
    found = SearchPage(hits=(), total=0)
    if query and ask.desk:
        found = ask.room.search.search(
            ask.desk.id, query, by_time=by_time, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
        )
    rows = [(hit, evidence.hits(clip(hit.snippet, SNIPPET_LIMIT))) for hit in found.hits]
    pages = min(MOST_PAGES, -(-found.total // PER_PAGE))
    return render.page(
        ask,
        "search.html",
        query=query,
        by_time=by_time,
        number=number,
        pages=pages,
        found=found,
        rows=rows,
        text_language=ask.room.language_of,
    )
