"""The address guard: which hosts and addresses may be asked at all.

It is asked twice: with the address as it is written (entry, and every hop of a redirect), and with what the name
resolved to, where the connection is made, so that neither a redirect nor a name that changes between two look-ups
(DNS rebinding) slips past. Non-public networks: IANA's special-purpose address registries (RFC 6890 and after).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from core.errors import AddressRefused, ConfigError
from core.urls import bare_host, host_of, parse

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_NEVER: Final = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_PRIVATE: Final = tuple(
    ip_network(net)
    for net in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_NUMBER: Final = re.compile(r"^(0[xX][0-9a-fA-F]*|[0-9]+)$")


@dataclass(frozen=True, slots=True)
class PrivateHost:
    """One entry of settings.crawl.private_hosts: a host name, an address or a network, perhaps with a port."""

    host: str
    network: IPNetwork | None
    port: int | None

    def names(self, host: str, port: int | None) -> bool:
        """Whether the entry names that host as it is written in an address (a network: literal addresses only).

        Without a port: whether it names the host on any port.
        """
        if None not in (self.port, port) and self.port != port:
            return False
        if self.network is None:
            return host == self.host
        literal = literal_address(host)
        return literal is not None and literal.version == self.network.version and literal in self.network


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressGuard:
    """Refuses addresses that must never be asked.

    `proxied`: the outbound proxy resolves by itself, so that only names can be checked; then a host has to be one of
    `allowed` (publishers' hosts and the operator's list; subdomains count) or named as private.
    """

    private: tuple[PrivateHost, ...] = ()
    proxied: bool = False
    allowed: frozenset[str] = field(default_factory=frozenset)

    def check_url(self, url: str) -> None:
        """Check an address as it is written. Raises AddressRefused."""
        parts = parse(url)
        host = host_of(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if self.is_private(host, port):
            return
        literal = literal_address(host)
        if literal is not None:
            self.check_resolved(host, port, [literal])
        elif "." not in host or host.endswith((".localhost", ".local", ".internal", ".home.arpa")):
            raise AddressRefused(f"{host}: a name of the local network; name it in crawl.private_hosts if it is meant")
        if self.proxied and not _listed(host, self.allowed):
            raise AddressRefused(f"{host}: behind the proxy only publishers' hosts and crawl.proxy_allow are asked")

    def check_resolved(self, host: str, port: int, addresses: Iterable[IPAddress]) -> None:
        """Check what a name resolved to, all of it: one refused address refuses the host. Raises AddressRefused."""
        named = self.is_private(host, port)
        for address in addresses:
            kind = refused_kind(address)
            if kind == "private" and named:
                continue
            if kind:
                raise AddressRefused(
                    f"{host} leads to {address}, {_WORDS[kind]}"
                    + ("; name the host in crawl.private_hosts if it is meant" if kind == "private" else "")
                )

    def is_private(self, host: str, port: int | None = None) -> bool:
        """Whether the settings name this host as one that may have a loopback or private address."""
        return any(entry.names(host, port) for entry in self.private)


_WORDS: Final = {"private": "a loopback or private address", "never": "an address that no publisher has"}


def refused_kind(address: IPAddress) -> str:
    """ "" for a public address, "private" for loopback and private ones, "never" for all that no host may have."""
    inner = _embedded(address)
    if inner is not None:
        return refused_kind(inner) or ("" if address in _NAT64 else "never")
    if any(address.version == net.version and address in net for net in _NEVER):
        return "never"
    if any(address.version == net.version and address in net for net in _PRIVATE):
        return "private"
    return "" if address.is_global else "never"


def _embedded(address: IPAddress) -> IPv4Address | None:
    """The IPv4 address inside a mapped, compatible, 6to4 or NAT64 one."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


@lru_cache(4_096)
def literal_address(host: str) -> IPAddress | None:
    """The address that a host is, or None for a name.

    Raises AddressRefused for any spelling but the usual one: decimal, octal, hexadecimal or shortened IPv4 as
    inet_aton(3) and browsers take it, zones, and names that end in a number.
    """
    if ":" in host:
        try:
            address = ip_address(host)
        except ValueError:
            raise AddressRefused(f"not an address: {host[:80]!r}") from None
        if "%" in host:
            raise AddressRefused(f"an address with a zone: {host[:80]!r}")
        return address
    if not _NUMBER.match(host.rstrip(".").rpartition(".")[2]):
        return None
    try:
        return IPv4Address(host)
    except ValueError:
        raise AddressRefused(f"an address in an unusual spelling: {host[:80]!r}") from None


def private_hosts(entries: Sequence[str]) -> tuple[PrivateHost, ...]:
    """The settings' entries, read. Raises ConfigError naming the entry that is none."""
    return tuple(_private_host(entry.strip()) for entry in entries)


def _private_host(entry: str) -> PrivateHost:
    try:
        if "/" in entry:
            return PrivateHost("", ip_network(entry, strict=False), None)
        if entry.count(":") > 1 and not entry.startswith("["):
            return PrivateHost(entry, ip_network(entry), None)
        parts = parse(f"http://{entry}")
        host = host_of(f"http://{entry}")
        literal = literal_address(host)
    except (ValueError, AddressRefused) as error:
        raise ConfigError(f"crawl.private_hosts: {entry!r} is no host, host:port or network ({error})") from None
    return PrivateHost(host, None if literal is None else ip_network(literal), parts.port)


def _listed(host: str, allowed: frozenset[str]) -> bool:
    bare = bare_host(host)
    return bare in allowed or any(bare.endswith(f".{name}") for name in allowed)
