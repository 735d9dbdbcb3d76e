"""The handler behind an outbound proxy, which resolves names by itself; Scrapy's own does the proxying.

The address guard has checked the name before (AddressGuard.proxied); hosts named as private are dialled directly.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

from core.errors import ConfigError, FetchError
from crawlers.fetch.decode import Body
from crawlers.fetch.failures import reason_of
from crawlers.fetch.handler import ASIDE, GuardedHandler, Wire

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

_REASONS: Final[tuple[tuple[Any, str], ...]] = (
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too-large"),  # Scrapy cancels what is over its size, and nothing else
    (ResponseDataLossError, "truncated"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadFailedError, "reset"),
    (TunnelError, "proxy"),
)


class ProxiedHandler:
    """Scrapy's interface for a download handler."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        self._direct = GuardedHandler(crawler)
        self._behind = HTTP11DownloadHandler(crawler)
        self._guard, self._limits = spider.guard, spider.limits
        self._proxy, self._credentials = split_proxy(spider.limits.proxy)
        self.wire: Wire = spider.wire

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProxiedHandler:
        """Scrapy's way to build it."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Ask once through the proxy. Raises FetchError with a stable reason."""
        parts = urlsplit(request.url)
        if self._guard.is_private(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)):
            return await self._direct.download_request(request)
        request.meta.update(
            proxy=self._proxy, download_maxsize=self._limits.max_bytes, download_timeout=self._limits.timeout
        )
        if self._credentials:
            request.headers["Proxy-Authorization"] = self._credentials
        self.wire.requests += 1
        try:
            response = await self._behind.download_request(request)
        except Exception as error:  # noqa: BLE001 - the network's are translated, a bug comes out as it is
            raise _failure(error) from None
        self.wire.bytes += len(response.body)
        return self._decoded(request, response)

    def _decoded(self, request: Request, response: Response) -> Response:
        coding = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        cut: int = request.meta.get("cut_at", 0) or (ASIDE if response.status != 200 else 0)
        redirect = 300 <= response.status < 400
        body = Body("" if redirect else coding, cut or self._limits.max_bytes, cut=bool(cut))
        body.feed(response.body)
        return Response(request.url, status=response.status, headers=response.headers, body=body.whole())

    async def close(self) -> None:
        """Let idle connections go."""
        await self._behind.close()
        await self._direct.close()


def _failure(error: Exception) -> Exception:
    for kinds, reason in _REASONS:
        if isinstance(error, kinds):
            return FetchError(f"through the proxy: {error}"[:300], reason=reason)
    return reason_of(error) or error


def split_proxy(proxy: str) -> tuple[str, bytes]:
    """The proxy's address without credentials, and the header that carries them. Raises ConfigError."""
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise ConfigError("crawl.proxy must be an address such as http://proxy.example:3128")
    credentials = b""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = b"Basic " + base64.b64encode(pair.encode())
    return urlunsplit(("http", parts.netloc.rpartition("@")[2], "", "", "")), credentials
