"""Who is at the other end of a connection: this machine, a proxy that is trusted, or somebody in a network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.safety import LOOPBACK_NAMES, host_name

_FORWARDED: Final = frozenset(
    {b"forwarded", b"via", b"x-real-ip", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto",
     b"x-forwarded-prefix", b"x-forwarded-port", b"x-forwarded-server", b"cf-connecting-ip", b"true-client-ip"}
)  # fmt: skip
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_PEER: Final = "diembao.peer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Where a request comes from."""

    address: str  # "" where it can't be told
    forwarded: bool  # it came through a proxy, or says so

    @property
    def network(self) -> str:
        """The address without its last part: a /24 of IPv4, a /56 of IPv6 (what one household or office has)."""
        return network_of(self.address)


def network_of(address: str) -> str:
    """203.0.113.7 -> 203.0.113.0/24; "" for what is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if ip.version == 6 and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 56), strict=False))


def peer(request: Request) -> Peer:
    """Where this request comes from."""
    found = request.scope.get(_PEER)
    if isinstance(found, Peer):
        return found
    return Peer(address=request.client.host if request.client else "", forwarded=True)


def on_this_machine(request: Request) -> bool:
    """Whether a browser on this very machine asks, with no proxy between, under a name of this machine."""
    here = peer(request)
    host = host_name(request.headers.get("host", ""))
    return not here.forwarded and host in LOOPBACK_NAMES and _is_loopback(here.address)


class BehindProxy:
    """Takes from a trusted proxy who asks and under which prefix; from anybody else nothing.

    The prefix is X-Forwarded-Prefix, else the path of public_url where its host was asked for. It is put before the
    path where the proxy has taken it away (ASGI: the path includes root_path).
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str], public_url: str) -> None:
        self._app = app
        self._trusted = tuple(ipaddress.ip_network(network, strict=False) for network in trusted)
        public = urlsplit(public_url)
        self._public_host, self._public_path = (public.hostname or "").lower(), _prefix(public.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(self._told(scope) if scope["type"] == "http" else scope, receive, send)

    def _told(self, scope: Scope) -> Scope:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        direct = (scope.get("client") or ("", 0))[0]
        address, root = direct, self._path_of(headers)
        if self._trusts(direct):
            address = self._first_untrusted(direct, headers.get(b"x-forwarded-for", ""))
            root = _prefix(headers.get(b"x-forwarded-prefix", "")) or root
        told = dict(scope)
        told[_PEER] = Peer(address=address, forwarded=bool(_FORWARDED & set(headers)))
        if root:
            told["root_path"] = root
            told["path"] = _under(root, scope["path"])
            told["raw_path"] = _under(root, (scope.get("raw_path") or b"").decode("latin-1")).encode("latin-1")
        return told

    def _path_of(self, headers: dict[bytes, str]) -> str:
        return self._public_path if host_name(headers.get(b"host", "")) == self._public_host else ""

    def _trusts(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip.version == network.version and ip in network for network in self._trusted)

    def _first_untrusted(self, direct: str, forwarded: str) -> str:
        """The last address of the chain that no trusted proxy has: those before it are what anybody may write."""
        chain = [part.strip() for part in forwarded.split(",") if part.strip()]
        for address in reversed(chain):
            if not self._trusts(address):
                return address if network_of(address) else direct
        return chain[0] if chain and network_of(chain[0]) else direct


def _prefix(path: str) -> str:
    path = path.rstrip("/")
    return path if _PREFIX.fullmatch(path) and "/../" not in f"{path}/" and "/./" not in f"{path}/" else ""


def _under(root: str, path: str) -> str:
    return path if path == root or path.startswith(f"{root}/") else root + path


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
