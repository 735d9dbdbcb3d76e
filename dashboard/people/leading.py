"""Where somebody is led who has to sign in first."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

LOGIN: Final = "/dang-nhap"
_LONGEST: Final = 1000


def to_login(request: Request) -> Response:
    """The login page, with the page that was asked for; 401 for the machine's doors."""
    root = request.scope.get("root_path", "")
    path = request.url.path.removeprefix(root)
    if for_machines(request):
        return JSONResponse({"detail": "not signed in"}, status_code=401)
    back = f"{path}?{request.url.query}" if request.url.query else path
    after = f"?tiep={quote(back)}" if request.method in ("GET", "HEAD") and back != "/" else ""
    return RedirectResponse(f"{root}{LOGIN}{after}", status_code=303)


def back_to_form(request: Request) -> str:
    """The login page that leads back to the page on which a form stood, as the browser names it."""
    root = request.scope.get("root_path", "")
    page = urlsplit(request.headers.get("referer", ""))
    path = onward_path(page.path.removeprefix(root) or "/")
    back = f"{path}?{page.query}" if page.query else path
    return f"{root}{LOGIN}?tiep={quote(onward_path(back))}"


def for_machines(request: Request) -> bool:
    """Whether the address is one of the machine's doors, which get JSON where people get a page."""
    return request.url.path.removeprefix(request.scope.get("root_path", "")).startswith("/api/")


def onward_path(given: str) -> str:
    """A path of ours to lead on to; "/" for anything that could lead elsewhere."""
    own = given.startswith("/") and not given.startswith(("//", "/\\")) and len(given) <= _LONGEST
    return given if own and given.isprintable() and "\\" not in given else "/"


def kept_path(back: str) -> str:
    """The same as the record may keep it until somebody is signed in: words typed into the search are not kept."""
    path, _, query = back.partition("?")
    left = urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "q"])
    return f"{path}?{left}" if left else path
