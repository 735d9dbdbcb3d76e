"""Scrapy's download handler for http and https: guarded, bounded in bytes and time, whole or not at all.

Scrapy's own handler decompresses after the whole body has come, takes any certificate, dials whatever a name
resolves to and asks a signal for every piece; hence this one, on Twisted's Agent, behind Scrapy's public interface
for handlers. A body that ends early is a failure ("truncated"), never half a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.http import Headers, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers as WireHeaders

from core.errors import FetchError
from crawlers.fetch.connect import GuardedEndpoints, system_resolver
from crawlers.fetch.decode import Body, TooLarge
from crawlers.fetch.failures import reason_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

MAX_HEAD: Final = 256 * 1024
"""Bytes of status line and headers that are read of one answer."""

ASIDE: Final = 128 * 1024
"""Bytes read of an answer that is no page: a redirect's body, an error page. The rest is left out."""

IDLE: Final = 20
"""Seconds for which an idle connection is kept: longer than the default pace, so that a host is not dialled anew."""


class HeadTooLarge(FetchError):  # noqa: N818 - an outcome with a name
    """A server that sends headers without end."""

    def __init__(self) -> None:
        super().__init__(f"more than {MAX_HEAD} bytes of headers", reason="headers")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the download handler is held to."""

    max_bytes: int
    timeout: float
    concurrency: int
    proxy: str = ""


class _Connection(HTTP11ClientProtocol):
    """A connection that bounds an answer's head and counts what is asked."""

    _head = 0
    wire: Wire
    transport: Any

    def request(self, request: Any) -> Any:
        self.wire.requests += 1
        self._head = 0
        answered = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = 2 * MAX_HEAD  # of one line; the head as a whole is bounded below
        return answered

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        parser = self._parser
        if parser is None:  # an answer that nobody asked for
            self.transport.abortConnection()
            return
        if parser.state in ("STATUS", "HEADER"):
            self._head += len(data)
            if self._head > MAX_HEAD + 65_536:  # the first piece of a body may come with the head
                self.transport.abortConnection()
                self._disconnectParser(Failure(HeadTooLarge()))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class Wire:
    """Counts, for all connections of one handler, what really went out."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0


class _Factory:
    """Builds connections for Twisted's pool."""

    noisy = False

    def __init__(self, wire: Wire, quiescent: Any, _metadata: str) -> None:
        self._wire, self._quiescent = wire, quiescent

    def doStart(self) -> None:  # noqa: N802 - Twisted's names
        pass

    def doStop(self) -> None:  # noqa: N802
        pass

    def buildProtocol(self, _address: object) -> _Connection:  # noqa: N802
        connection = _Connection(self._quiescent)  # type: ignore[no-untyped-call]
        connection.wire = self._wire
        return connection


class _Reader(Protocol):
    """Reads one body to its end, decompressing; drops the connection at the first byte too many."""

    def __init__(self, body: Body, wire: Wire) -> None:
        self._body, self._wire = body, wire
        self.done: Deferred[bytes] = Deferred(lambda _: self._abort())

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.done.called:
            return
        self._wire.bytes += len(data)
        try:
            self._body.feed(data)
        except FetchError:
            self._abort()
            self.done.errback(Failure())
            return
        if self._body.full:
            self._abort()
            self.done.callback(self._body.whole())

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self.done.called:
            return
        if not reason.check(ResponseDone, PotentialDataLoss):
            self.done.errback(Failure(FetchError("the body ends in the middle", reason="truncated")))
            return
        try:
            self.done.callback(self._body.whole())
        except FetchError:
            self.done.errback(Failure())

    def _abort(self) -> None:
        transport = getattr(self.transport, "_producer", None)  # Twisted's proxy has no abort of its own
        if transport is not None:
            transport.abortConnection()


def _pool(reactor: Any, wire: Wire, per_host: int) -> Any:
    pool = HTTPConnectionPool(reactor, persistent=True)
    pool.maxPersistentPerHost = per_host
    pool.cachedConnectionTimeout = IDLE
    pool._factory = cast("Any", partial(_Factory, wire))
    return pool


class GuardedHandler:
    """Scrapy's interface for a download handler. The spider brings `guard`, `limits` and, for tests, a resolver."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - only after the reactor has been chosen

        spider: Any = crawler.spider
        self._reactor: Any = reactor
        self._limit: int = spider.limits.max_bytes
        self._timeout: float = spider.limits.timeout
        self.wire: Wire = spider.wire
        self._pool = _pool(reactor, self.wire, spider.limits.concurrency)
        endpoints = GuardedEndpoints(
            reactor,
            spider.guard,
            resolve=spider.resolver or system_resolver,
            timeout=self._timeout,
            tls=spider.tls,
        )
        self._agent = Agent.usingEndpointFactory(reactor, endpoints, self._pool)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardedHandler:
        """Scrapy's way to build it."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Ask once. Raises FetchError with a stable reason for everything that a network can do wrong."""
        task: Deferred[Response] = Deferred.fromCoroutine(self._ask(request, request.meta.get("cut_at", 0)))
        timer = self._reactor.callLater(self._timeout, task.cancel)
        try:
            return await maybe_deferred_to_future(task)
        except FetchError:
            raise
        except (Exception, CancelledError) as error:
            if not timer.active():
                raise FetchError(f"no whole answer within {self._timeout:g} s", reason="timeout") from None
            failure = reason_of(error)
            if failure is None:
                raise
            raise failure from None
        finally:
            if timer.active():
                timer.cancel()

    async def _ask(self, request: Request, cut: int) -> Response:
        headers = WireHeaders({name: list(values) for name, values in request.headers.items()})
        answer: Any = await self._agent.request(b"GET", request.url.encode("ascii"), headers)
        received = Headers(answer.headers.getAllRawHeaders())
        if answer.length == 0:
            return Response(request.url, status=answer.code, headers=received, body=b"")
        coding = b",".join(received.getlist("Content-Encoding")).decode("latin-1")
        if answer.code != 200:
            cut = cut or ASIDE
            coding = "" if 300 <= answer.code < 400 else coding
        limit = cut or self._limit
        reader = _Reader(Body(coding, limit, cut=bool(cut)), self.wire)
        answer.deliverBody(reader)
        if not cut and isinstance(answer.length, int) and answer.length > self._limit:
            reader.done.cancel()
            raise TooLarge(f"{answer.length} bytes are announced, {self._limit} are read")
        return Response(request.url, status=answer.code, headers=received, body=await reader.done)

    async def close(self) -> None:
        """Let idle connections go, waiting a second at most."""
        done: Deferred[Any] = self._pool.closeCachedConnections()
        done.addTimeout(1, self._reactor, onTimeoutCancel=lambda *_: None)
        await maybe_deferred_to_future(done)
