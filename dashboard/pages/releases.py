"""Thông cáo: the office's own releases, public, as a page, as Atom (RFC 4287) and as JSON Feed 1.1."""

from __future__ import annotations

import json
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from core.i18n import t
from core.records import Desk, Release
from dashboard import render
from dashboard.asking import Asked, NotHere, asked
from dashboard.room import Room

RELEASES = "/thong-cao"
SHOWN = 50


def page(request: Request) -> Response:
    """`/thong-cao`: all, the newest first."""
    ask = asked(request)
    return render.page(ask, "releases.html", found=_found(request), offices=_offices(ask.room), one=None)


def release(request: Request) -> Response:
    """`/thong-cao/{number}`: of any age, since papers and feeds link to it."""
    ask = asked(request)
    cases = ask.room.office.cases
    found = cases.release(request.path_params["number"]) if cases else None
    if found is None:
        raise NotHere("release.none")
    return render.page(ask, "releases.html", found=(), offices=_offices(ask.room), one=found)


def atom(request: Request) -> Response:
    """`/thong-cao.atom`."""
    ask = asked(request)
    found, offices = _found(request), _offices(ask.room)
    updated = max((one.published for one in found), default=ask.words.now).isoformat()
    home = _address(ask, RELEASES)
    entries = "".join(_entry(ask, one, offices) for one in found)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">\n'
        f"<id>{escape(home)}</id><title>{escape(t('release.title'))}</title><updated>{updated}</updated>\n"
        f'<link rel="alternate" href="{escape(home)}"/><link rel="self" href="{escape(home)}.atom"/>\n'
        f"<author><name>{escape('; '.join(sorted(set(offices.values()))) or t('site.name'))}</name></author>\n"
        f"{entries}</feed>\n"
    )
    return Response(body, media_type="application/atom+xml; charset=utf-8")


def json_feed(request: Request) -> Response:
    """`/thong-cao.json`."""
    ask = asked(request)
    offices = _offices(ask.room)
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": t("release.title"), "language": "vi",
        "home_page_url": _address(ask, RELEASES), "feed_url": _address(ask, f"{RELEASES}.json"),
        "items": [
            {
                "id": _address(ask, f"{RELEASES}/{one.case}"), "url": _address(ask, f"{RELEASES}/{one.case}"),
                "title": one.title, "content_text": one.text, "date_published": one.published.isoformat(),
                "authors": [{"name": offices.get(one.desk, one.desk)}],
            }
            for one in _found(request)
        ],
    }  # fmt: skip
    return Response(json.dumps(feed, ensure_ascii=False), media_type="application/feed+json")


def _entry(ask: Asked, one: Release, offices: dict[str, str]) -> str:
    address, when = escape(_address(ask, f"{RELEASES}/{one.case}")), one.published.isoformat()
    text = "".join(f"<p>{escape(line)}</p>" for line in one.text.splitlines() if line)
    return (
        f'<entry><id>{address}</id><title>{escape(one.title)}</title><link href="{address}"/>'
        f"<published>{when}</published><updated>{when}</updated>"
        f"<author><name>{escape(offices.get(one.desk, one.desk))}</name></author>"
        f'<content type="html">{escape(text)}</content></entry>\n'
    )


def _found(request: Request) -> tuple[Release, ...]:
    room: Room = request.app.state.room
    cases = room.office.cases
    return cases.releases(request.query_params.get("don-vi") or None)[:SHOWN] if cases else ()


def _offices(room: Room) -> dict[str, str]:
    return {desk.id: _office(desk) for desk in room.desks.desks()}


def _office(desk: Desk) -> str:
    return desk.papers.office if desk.papers else desk.office


def _address(ask: Asked, path: str) -> str:
    """A full address where one is known: readers of a feed need it."""
    base = ask.room.settings.public_url.rstrip("/") or str(ask.request.base_url).rstrip("/")
    return f"{base}{path}"
