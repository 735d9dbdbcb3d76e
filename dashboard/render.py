"""Fills a template and makes the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from core import text, urls
from dashboard import changes as diff
from dashboard import evidence, forms, menu
from dashboard.asking import DESK_COOKIE, FORM_COOKIE, LANGUAGE_COOKIE, Asked

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
TEMPLATES: Final = HERE / "templates"
_COOKIE_SECONDS: Final = 365 * 24 * 3600


def environment() -> Environment:
    """Templates with autoescape always on; a name that a template misspells is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    env.filters["line"] = text.clean
    env.filters["clip"] = text.clip
    env.filters["visible"] = text.strip_unseen
    env.filters["hits"] = evidence.hits
    env.filters["publisher"] = lambda source, ask: text.clean(ask.room.publisher_name(source))
    env.filters["runs"] = diff.runs
    env.filters["topic_name"] = lambda topic, ask: ask.words.topic(topic)
    env.filters["facet_topics"] = lambda rows, ask: [(key, ask.words.topic(key), count) for key, count in rows]
    env.filters["facet_sources"] = lambda rows, ask: [(key, ask.room.publisher_name(key), n) for key, n in rows]
    env.tests["web"] = urls.is_web
    env.globals.update(asset=_asset_version(), zip=zip)
    return env


def page(
    ask: Asked, template: str, /, *, status: int = 200, refresh: int = 0, changes: bool = False, **view: object
) -> HTMLResponse:
    """The page. `refresh`: seconds after which the browser asks again (0: never). `changes`: it has forms that do."""
    room = ask.room
    body = room.templates.get_template(template).render(
        ask=ask, w=ask.words, t=ask.words.t, link=ask.link, may=ask.may, user=ask.user,
        link_static=_static(ask), desk=ask.desk, run=room.status(),
        menu=menu.items(ask, menu.FIRST, _doors()), more=menu.items(ask, menu.MORE, _doors()),
        publisher=room.publisher_name, mail=bool(room.settings.smtp.host), contact=room.settings.crawl.contact,
        seal=forms.token(ask) if changes else "", seal_field=forms.FIELD,
        form_mark=forms.mark(ask) if changes else "", form_mark_field=forms.MARK, **view,
    )  # fmt: skip
    answer = HTMLResponse(body, status_code=status, headers={"Content-Language": ask.language, "Vary": "Cookie"})
    if refresh:
        answer.headers["Refresh"] = str(refresh)
    _remember(ask, answer)
    if changes and FORM_COOKIE not in ask.request.cookies:
        answer.set_cookie(FORM_COOKIE, ask.form_cookie, httponly=True, samesite="strict", secure=_secure(ask))
    return answer


def _remember(ask: Asked, answer: HTMLResponse) -> None:
    asked_for = ask.request.query_params
    chosen = {
        LANGUAGE_COOKIE: ask.language if asked_for.get("lang") == ask.language else "",
        DESK_COOKIE: ask.desk.id if ask.desk and asked_for.get("ban") == ask.desk.id else "",
    }
    for name, value in chosen.items():
        if value:
            answer.set_cookie(name, value, max_age=_COOKIE_SECONDS, httponly=True, samesite="lax", secure=_secure(ask))


def _secure(ask: Asked) -> bool:
    return ask.room.settings.public_url.startswith("https://")


def _static(ask: Asked) -> Callable[[str], str]:
    prefix = ask.request.scope.get("root_path", "")
    return lambda name: f"{prefix}/static/{name}"


def _asset_version() -> str:
    """Changes with the style sheet and the script, so that a browser may keep them for long."""
    kept = b"".join((STATIC / name).read_bytes() for name in ("style.css", "app.js", "share.js"))
    return hashlib.sha256(kept).hexdigest()[:12]


@cache
def _doors() -> frozenset[str]:
    """Addresses behind which there is a page."""
    from dashboard.routes import DOORS  # noqa: PLC0415 - the doors' pages render through this module

    return frozenset(door.path for door in DOORS if door.method == "GET")
