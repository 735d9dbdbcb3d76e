"""What keeps the pages to themselves: headers, the Host check, and the address they may bind to."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import ConfigError

CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
HSTS: Final = "max-age=31536000"
"""A year, and for this host alone (RFC 6797)."""
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def check_bind(host: str, *, others: bool = False) -> str:
    """The address to bind to: loopback, or any where others may reach the pages: with a public address everybody has to
    sign in, this machine too. Before the first user it waits (app.serving).

    Raises ConfigError for a name, and for another address while there is no public address.
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        if is_loopback(host) or others:
            return host
    except ValueError:
        pass
    raise ConfigError(
        f"serve.host = {host!r}: others may reach the pages only once public_url is set, with a proxy for https before "
        "them, and there is a user (diembao user add); until then set serve.host to 127.0.0.1 (or ::1)"
    )


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's alone. Raises ValueError for what is no address."""
    return ipaddress.ip_address(host).is_loopback


def allowed_hosts(public_url: str) -> frozenset[str]:
    """Names under which a request may ask for the pages."""
    public = urlsplit(public_url).hostname if public_url else None
    return LOOPBACK_NAMES | ({public.lower()} if public else set())


def host_name(header: str) -> str:
    """The name in a Host header, without port and brackets; "" where it is none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _host_of_ours(public_url: str) -> str:
    """The host that is to be asked by https alone; "" where others may be served under its name (below a path, at a
    port of our own), since that would hold for them too, and for this machine's own names.
    """
    public = urlsplit(public_url)
    host = (public.hostname or "").lower()
    whole = public.scheme == "https" and public.port in (None, 443) and not public.path.strip("/")
    return host if whole and host not in LOOPBACK_NAMES else ""


def _host(scope: Scope) -> str:
    return next((host_name(value.decode("latin-1")) for name, value in scope["headers"] if name == b"host"), "")


class HostGuard:
    """Refuses requests under a foreign name: a page elsewhere whose name was rebound to this machine."""

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self._app, self._allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._may(scope):
            refused = PlainTextResponse("Tên máy chủ không đúng / unknown host name\n", status_code=421)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        return len(named) == 1 and host_name(named[0]) in self._allowed


class SecurityHeaders:
    """Puts the security headers on every answer, the refused and the failed ones too."""

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        self._app, self._only_by_https = app, _host_of_ours(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if self._only_by_https and _host(scope) == self._only_by_https:
                    headers["Strict-Transport-Security"] = HSTS
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
