"""The guarded dialer: a name is resolved, all it resolves to is checked, and only then is one of them dialled.

Nothing between the check and the connection asks for the name again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, Protocol

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IStreamClientEndpoint
from twisted.web.client import URI, BrowserLikePolicyForHTTPS
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from core.errors import AddressRefused
from crawlers.etiquette.guard import AddressGuard, literal_address

MAX_ADDRESSES = 16
"""Addresses of one name that are looked at; all are checked, the first few are dialled."""


class Resolver(Protocol):
    """All addresses of a host, as text. A failed look-up gives none."""

    def __call__(self, host: str, port: int) -> Deferred[Sequence[str]]: ...


def system_resolver(host: str, port: int) -> Deferred[Sequence[str]]:
    """Names by the operating system (getaddrinfo, in threads of the running loop)."""
    literal = literal_address(host)
    if literal is not None:
        return succeed([str(literal)])
    return Deferred.fromFuture(asyncio.ensure_future(_look_up(host, port)))


async def _look_up(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """A look-up that is under way is let run."""


@implementer(IHostnameResolver)
class LoopNames:
    """For the reactor itself (a proxy's name): names by the running loop, since Twisted's own threads outlive a crawl
    and would keep the process from ending.
    """

    def resolveHostName(  # noqa: N802 - Twisted's interface and names
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: object = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> _Resolution:
        """Tell the receiver all addresses of the name."""
        del addressTypes, transportSemantics
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)

        def told(found: Sequence[str]) -> None:
            for name in found:
                kind = IPv6Address if ":" in name else IPv4Address
                resolutionReceiver.addressResolved(kind("TCP", name, portNumber))
            resolutionReceiver.resolutionComplete()

        system_resolver(hostName, portNumber).addCallback(told)
        return resolution


@implementer(IStreamClientEndpoint)
class GuardedEndpoint:
    """Dials one host and port; refuses where any address of the name is refused."""

    def __init__(
        self,
        reactor: Any,
        host: str,
        port: int,
        *,
        guard: AddressGuard,
        resolve: Resolver,
        timeout: float,
    ) -> None:
        self._reactor, self._host, self._port = reactor, host, port
        self._guard, self._resolve, self._timeout = guard, resolve, timeout

    def connect(self, factory: Any) -> Deferred[Any]:
        """Fires with the protocol; fails with AddressRefused, DNSLookupError or ConnectError."""
        return Deferred.fromCoroutine(self._connect(factory))

    async def _connect(self, factory: Any) -> Any:
        names = await self._resolve(self._host, self._port)
        if not names:
            raise DNSLookupError(f"no address for {self._host}")
        addresses = [ip_address(name.partition("%")[0]) for name in names]
        self._guard.check_resolved(self._host, self._port, addresses)
        failure: Exception = ConnectError(string=f"no connection to {self._host}")
        for address in addresses[:MAX_ADDRESSES]:
            endpoint = TCP4ClientEndpoint if address.version == 4 else TCP6ClientEndpoint
            try:
                return await endpoint(self._reactor, str(address), self._port, timeout=self._timeout).connect(factory)
            except ConnectError as error:
                failure = error
        raise failure


@implementer(IAgentEndpointFactory)
class GuardedEndpoints:
    """For twisted.web.client.Agent: every connection, first or after a redirect, goes through the guard."""

    def __init__(
        self,
        reactor: Any,
        guard: AddressGuard,
        *,
        resolve: Resolver,
        timeout: float,
        tls: Callable[[], BrowserLikePolicyForHTTPS] = BrowserLikePolicyForHTTPS,
    ) -> None:
        self._reactor, self._guard, self._resolve, self._timeout = reactor, guard, resolve, timeout
        self._tls = tls()

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802 - Twisted's name
        """The endpoint of an address. Raises AddressRefused for a scheme that is not read."""
        host = uri.host.decode("ascii").strip("[]")
        endpoint: Any = GuardedEndpoint(
            self._reactor, host, uri.port, guard=self._guard, resolve=self._resolve, timeout=self._timeout
        )
        if uri.scheme == b"http":
            return endpoint
        if uri.scheme == b"https":
            return wrapClientTLS(self._tls.creatorForNetloc(uri.host, uri.port), endpoint)
        raise AddressRefused(f"only http and https are read, not {uri.scheme!r}")
