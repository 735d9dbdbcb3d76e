"""What a crawl is given and what it tells at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.errors import ConfigError
from core.ports import CrawlLedger, Leases
from core.records import Endpoint, EndpointKind, FetchedPage, PendingPage, PollState, Publisher
from core.settings import CrawlSettings
from core.urls import bare_host, host_of, parse
from crawlers.discovery import Discovery
from crawlers.etiquette.guard import AddressGuard, private_hosts

OnPage = Callable[[FetchedPage, PendingPage], str]
"""Takes a page to its end, marks the ledger, and tells in a stable word how it ended."""


class Parse(Protocol):
    """Reads what an endpoint answered. Never raises for anything that a server can send."""

    def __call__(
        self,
        body: bytes,
        *,
        endpoint: Endpoint,
        url: str,
        fetched_at: datetime,
        headers: Mapping[str, str],
        publisher: Publisher | None,
        state: PollState,
    ) -> Discovery: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """Everything that a crawl needs. `once`: every due endpoint, every page that is pending, then the end."""

    publishers: Sequence[Publisher]
    ledger: CrawlLedger
    clock: Clock
    settings: CrawlSettings
    on_page: OnPage
    parse: Mapping[EndpointKind, Parse]
    version: str
    once: bool = True
    leases: Leases | None = None  # where other workers may read the same press
    worker: str = ""  # this one's id among them

    @property
    def by_id(self) -> dict[str, Publisher]:
        """Publishers by their id."""
        return {publisher.id: publisher for publisher in self.publishers}

    @property
    def user_agent(self) -> str:
        """How the crawler names itself, with an address at which its operator can be reached."""
        return f"diembao/{self.version} (+{self.settings.contact or 'trial on the own machine'})"

    def guard(self) -> AddressGuard:
        """The address guard that the settings ask for. Raises ConfigError for an entry that is no host."""
        allowed = {bare_host(host) for host in self.settings.proxy_allow}
        for publisher in self.publishers:
            allowed |= {bare_host(host_of(url)) for url in addresses(publisher)}
            allowed |= {bare_host(host.partition("/")[0]) for host in publisher.hosts}
        return AddressGuard(
            private=private_hosts(self.settings.private_hosts),
            proxied=bool(self.settings.proxy),
            allowed=frozenset(allowed),
        )

    def check(self, guard: AddressGuard) -> None:
        """Refuse to ask anybody who can't ask back. Raises ConfigError."""
        public = [p.id for p in self.publishers if not all(_private(url, guard) for url in addresses(p))]
        if public and not self.settings.contact.strip():
            raise ConfigError(
                "crawl.contact is empty: set an e-mail address or page at which publishers reach you before "
                f"{len(public)} publishers are asked ({', '.join(public[:3])} ...)"
            )
        if public and not self.settings.polite:
            raise ConfigError("crawl.polite can be false only where every publisher's host stands in private_hosts")


def addresses(publisher: Publisher) -> tuple[str, ...]:
    """Home and endpoints."""
    return (publisher.home, *(endpoint.url for endpoint in publisher.endpoints))


def _private(url: str, guard: AddressGuard) -> bool:
    parts = parse(url)
    return guard.is_private(host_of(url), parts.port or (443 if parts.scheme == "https" else 80))


@dataclass(slots=True)
class Tally:
    """Counts while the crawl runs."""

    requests: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    polls: Counter[str] = field(default_factory=Counter)
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlStats:
    """What a crawl did. `sent` counts requests on the wire, `requests` those that were meant, by kind."""

    requests: Mapping[str, int]
    sent: int
    bytes: int
    pages: Mapping[str, int]  # by outcome: on_page's words and the reasons of failures
    polls: Mapping[str, int]  # by the state in which the endpoint was left
    found: int  # pages that became pending
    left: int  # pages that wait for another try
    seconds: float

    @property
    def read(self) -> int:
        """Pages that came whole and were taken to their end."""
        return sum(count for outcome, count in self.pages.items() if ":" not in outcome)
