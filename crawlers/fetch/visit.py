"""Single requests, one after another, for looking at a source: guarded and paced as the crawl is.

The crawl itself runs on Scrapy (spider.py); a command that asks ten addresses and prints what it found does not need
an event loop.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, Final

import httpcore
import httpx

from core.clock import Clock
from core.errors import FetchError
from core.records import FetchedPage
from core.settings import CrawlSettings
from core.urls import host_of
from crawlers import doors
from crawlers.etiquette.guard import AddressGuard

MAX_REDIRECTS: Final = 5
_KEPT: Final = frozenset(
    {"content-type", "content-encoding", "etag", "last-modified", "cache-control", "tdm-reservation", "tdm-policy"}
)


class _GuardedBackend(httpcore.SyncBackend):
    """Resolves a name once, checks all it resolves to, and dials one of these."""

    def __init__(self, guard: AddressGuard, proxy_host: str) -> None:
        self._guard, self._proxy_host = guard, proxy_host

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if host == self._proxy_host:
            return super().connect_tcp(host, port, timeout, local_address, socket_options)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise httpcore.ConnectError(f"no address for {host}") from None
        addresses = list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in found))
        self._guard.check_resolved(host, port, [ip_address(address) for address in addresses])
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


class Visitor:
    """A fetcher: address -> FetchedPage. Keeps the pace per host; follows redirects through the guard and the doors."""

    def __init__(
        self,
        settings: CrawlSettings,
        guard: AddressGuard,
        clock: Clock,
        user_agent: str,
        *,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._settings, self._guard, self._clock = settings, guard, clock
        self._wait = wait or threading.Event().wait
        self._last: dict[str, float] = {}
        transport = httpx.HTTPTransport(trust_env=False, proxy=settings.proxy or None)
        proxy_host = httpx.URL(settings.proxy).host if settings.proxy else ""
        transport._pool._network_backend = _GuardedBackend(guard, proxy_host)
        self._client = httpx.Client(
            transport=transport,
            timeout=settings.timeout,
            headers={"User-Agent": user_agent, "Accept-Language": "vi,en;q=0.5"},
            trust_env=False,
        )

    def __call__(self, url: str) -> FetchedPage:
        """Raises FetchError (also AddressRefused) where nothing comes; an HTTP error status is an answer."""
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            self._guard.check_url(url)
            self._keep_pace(url)
            answer, body = self._once(url)
            if answer.next_request is None:
                return self._page(asked, answer, body)
            url = str(answer.next_request.url)
            refused = doors.refusal(url)
            if refused:
                raise FetchError(f"{asked} redirects to {url}: {refused}", reason="door")
        raise FetchError(f"{asked}: more than {MAX_REDIRECTS} redirects", reason="redirects")

    def close(self) -> None:
        self._client.close()

    def _once(self, url: str) -> tuple[httpx.Response, bytes]:
        try:
            with self._client.stream("GET", url) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > self._settings.max_bytes:
                        raise FetchError(f"{url}: over {self._settings.max_bytes} bytes", reason="too-large")
                return answer, bytes(body)
        except httpx.TimeoutException:
            raise FetchError(f"{url}: no answer in {self._settings.timeout:.0f} s", reason="timeout") from None
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            raise FetchError(f"{url}: {error or type(error).__name__}", reason="connection") from None

    def _page(self, asked: str, answer: httpx.Response, body: bytes) -> FetchedPage:
        return FetchedPage(
            source="",
            url=asked,
            final_url=str(answer.url),
            status=answer.status_code,
            headers={k.lower(): v for k, v in answer.headers.items() if k.lower() in _KEPT},
            body=body,
            fetched_at=self._clock.now(),
        )

    def _keep_pace(self, url: str) -> None:
        host, now = host_of(url), time.monotonic()
        due = self._last.get(host, -1e9) + (0 if self._guard.is_private(host) else self._settings.pace)
        if due > now:
            self._wait(due - now)
        self._last[host] = time.monotonic()
