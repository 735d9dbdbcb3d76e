"""Asks for one address politely: guard, robots.txt, pace, every hop of a redirect, and what the answer means.

An expected failure is a value (Failed) with a stable reason; only bugs raise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from core.clock import Clock
from core.errors import AddressRefused, FetchError
from core.records import Publisher
from core.urls import host_of, join
from crawlers import doors
from crawlers.crawl_hold import HeldElsewhereError
from crawlers.etiquette.blocked import block_reason, is_consent
from crawlers.etiquette.guard import AddressGuard
from crawlers.etiquette.pace import Pace
from crawlers.etiquette.retry_after import retry_after
from crawlers.etiquette.robots import MAX_BYTES, MAX_HOPS, Robots, from_note, robots_from, to_note
from crawlers.etiquette.tdm import MAX_BYTES as TDM_BYTES
from crawlers.etiquette.tdm import PATH as TDM_PATH
from crawlers.etiquette.tdm import TdmRules, read_rules
from crawlers.fetch.decode import ACCEPTED
from crawlers.fetch.failures import PERMANENT
from crawlers.fetch.forward import forwarded
from crawlers.fetch.notes import Notes

MAX_REDIRECTS: Final = 5
TDM_FRESH: Final = timedelta(hours=24)
TDM_AGAIN: Final = timedelta(hours=1)
"""A host that could not say what it reserves is asked again: its texts would be kept whole for a day."""
ELSEWHERE: Final = "elsewhere"
"""Reason of what was not asked, since another worker asks that host; nobody has failed."""
ELSEWHERE_WAIT: Final = timedelta(seconds=10)
_KEPT: Final = ("content-type", "etag", "last-modified", "cache-control", "age", "retry-after", "tdm-reservation",
                "tdm-policy", "content-language", "link", "cf-mitigated", "x-datadome", "expires", "date")  # fmt: skip

Kind = Literal["page", "feed", "sitemap", "section", "robots", "tdm"]
Download = Callable[[Request], Awaitable[Response]]
Door = Callable[[str, Publisher | None], str | None]
"""Why an address may not come in: (address, the publisher on whose hosts it must stand, or None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One address to be asked for."""

    url: str
    kind: Kind
    publisher: Publisher | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pace: float = 0.0  # seconds between two starts at one host, before robots.txt has its say


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came: 200 with a body, or 304 without."""

    final_url: str
    status: int
    headers: dict[str, str]
    body: bytes
    at: datetime
    moved_to: str = ""  # where permanent redirects led from the address asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Nothing came. `reason` is a stable word; `wait` is what the host (or robots.txt) asks for."""

    reason: str
    detail: str = ""
    status: int = 0
    wait: timedelta | None = None
    final_url: str = ""


class Client:
    """Asks publishers. One per crawl; keeps each origin's rules."""

    def __init__(
        self,
        *,
        download: Download,
        guard: AddressGuard,
        pace: Pace,
        door: Door,
        clock: Clock,
        notes: Notes,
        user_agent: str,
        concurrency: int,
        count: Callable[[str], None],
    ) -> None:
        self._download, self._guard, self._pace, self._door = download, guard, pace, door
        self._clock, self._notes, self._count = clock, notes, count
        self._slots = asyncio.Semaphore(concurrency)
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "vi,en;q=0.5",
            "Accept-Encoding": ACCEPTED,
        }
        self._locks: dict[str, asyncio.Lock] = {}
        self._robots: dict[str, tuple[Robots, float]] = {}
        self._tdm: dict[str, tuple[TdmRules | None, float]] = {}

    async def ask(self, ask: Ask) -> Answer | Failed:
        """Follow the address to its answer."""
        url, moved_to, permanent, seen = ask.url, "", True, set[str]()
        cookies = False
        for hop in range(MAX_REDIRECTS + 1):
            answer = await self._hop(ask, url, first=not hop)
            if isinstance(answer, Failed):
                return answer
            target = _target(url, answer)
            if target is None:
                meaning = self._meaning(ask, answer, url, moved_to)
                target = _led_on(ask, meaning)
                if target is None:
                    return meaning
            permanent = permanent and answer.status in (301, 308)
            moved_to = target if permanent else moved_to
            cookies = cookies or "Set-Cookie" in answer.headers
            seen.add(url)
            if not target or target in seen:
                return _astray(f"{url} redirects in a circle or nowhere", cookies=cookies)
            url = target
        return _astray(f"{ask.url}: more than {MAX_REDIRECTS} redirects", cookies=cookies)

    async def reserved(self, ask: Ask) -> TdmRules | None:
        """The rules on text and data mining of the address's origin, asked about daily; None: they can't be had now."""
        origin = _origin(ask.url)
        async with self._lock("tdm " + origin):
            now = asyncio.get_running_loop().time()
            known = self._tdm.get(origin)
            if known is None or known[1] <= now:
                rules, fresh = await self._ask_tdm(origin, ask)
                rules = known[0] if rules is None and known is not None else rules
                known = self._tdm[origin] = (rules, now + fresh.total_seconds())
            return known[0]

    async def _hop(self, ask: Ask, url: str, *, first: bool) -> Response | Failed:
        try:
            self._guard.check_url(url)
            request = Request(url, headers={**self._headers, **ask.headers}, meta=_meta(ask))
            if request.url != url:  # Scrapy has escaped it: what is asked is what is checked
                self._guard.check_url(request.url)
        except AddressRefused as error:
            return Failed(reason=error.reason, detail=str(error))
        if not first and ask.kind not in ("robots", "tdm"):
            refused = self._door(request.url, ask.publisher if ask.kind == "page" else None)
            reason = doors.reason_of(refused) if refused else ""
            if reason == "off-publisher" and is_consent(request.url):
                return Failed(reason="blocked", detail=f"{ask.url} redirects to {url}: consent", final_url=url)
            if reason:
                return Failed(reason=reason, detail=f"{ask.url} redirects to {url}: {refused}", final_url=url)
        delay = 0.0
        if ask.kind != "robots":
            robots = await self.robots(request.url, ask)
            if not robots.allows(request.url):
                return self._disallowed(robots, url)
            delay = robots.delay
        return await self._once(request, ask.kind, max(ask.pace, delay))

    async def _once(self, request: Request, kind: Kind, seconds: float) -> Response | Failed:
        host = host_of(request.url)
        try:
            async with self._pace.turn(host, seconds, self._slots):
                self._count(kind)
                return await self._download(request)
        except FetchError as error:
            return Failed(reason=error.reason, detail=f"{request.url}: {error}")
        except HeldElsewhereError:
            return Failed(reason=ELSEWHERE, detail=f"{host} is another worker's at present", wait=ELSEWHERE_WAIT)

    def _disallowed(self, robots: Robots, url: str) -> Failed:
        if robots.reason == ELSEWHERE:
            return Failed(reason=ELSEWHERE, detail=f"robots.txt of {url}: another worker's host", wait=ELSEWHERE_WAIT)
        if robots.verdict == "closed":
            wait = max(robots.until - self._clock.now(), timedelta(seconds=1))
            return Failed(reason="robots-unreachable", detail=f"robots.txt of {url}: {robots.reason}", wait=wait)
        return Failed(reason="robots", detail=f"{url} is disallowed by robots.txt")

    def _meaning(self, ask: Ask, response: Response, url: str, moved_to: str) -> Answer | Failed:
        headers, status, body = _headers(response), response.status, response.body
        wait = retry_after(headers.get("retry-after", ""), self._clock.now(), headers.get("date", ""))
        if status in (404, 410):
            return Failed(reason="gone", detail=f"{url} answers {status}", status=status)
        blocked = block_reason(status, headers, body, url)
        if blocked:
            return Failed(reason="blocked", detail=f"{url}: {blocked}", status=status, wait=wait, final_url=url)
        if status not in (200, 203, 304) or (status == 304 and not ask.headers):  # "unchanged" to who knows nothing
            return Failed(reason=f"http-{status}", detail=f"{url} answers {status}", status=status, wait=wait)
        if ask.kind == "page" and status != 304 and not body.strip():
            return Failed(reason="empty-body", detail=f"{url} answers {status} with nothing")
        return Answer(final_url=url, status=status, headers=headers, body=body, at=self._clock.now(), moved_to=moved_to)

    # --- robots.txt and reservations ----------------------------------------------------------------------------

    async def robots(self, url: str, ask: Ask) -> Robots:
        """What the origin's robots.txt says; asked for at most once a day, and again where it did not answer."""
        origin = _origin(url)
        known = self._robots.get(origin)
        if known is not None and known[1] > asyncio.get_running_loop().time():
            return known[0]
        async with self._lock("robots " + origin):
            now = asyncio.get_running_loop().time()
            known = self._robots.get(origin)
            if known is not None and known[1] > now:
                return known[0]
            robots = await self._robots_now(origin, ask, known[0].failures if known else 0)
            fresh = max((robots.until - self._clock.now()).total_seconds(), 1.0)
            self._robots[origin] = (robots, asyncio.get_running_loop().time() + fresh)
            return robots

    async def _robots_now(self, origin: str, ask: Ask, failures: int) -> Robots:
        """From the notes or the host. Only answers are noted: a host that gave none is asked again after a restart."""
        key, now = f"robots {origin}", self._clock.now()
        noted = from_note(self._notes.get(key, now) or "")
        if noted is not None and noted.until > now:
            return noted
        robots = await self._ask_robots(origin, ask, failures)
        if robots.verdict != "closed":
            self._notes.keep(key, to_note(robots), robots.until)
        return robots

    async def _ask_robots(self, origin: str, ask: Ask, failures: int) -> Robots:
        url = origin + "/robots.txt"
        own = replace(ask, kind="robots", headers={})
        for hop in range(MAX_HOPS + 1):
            answer = await self._hop(own, url, first=not hop)
            now = self._clock.now()
            if isinstance(answer, Failed):
                status = 404 if answer.reason == "address-refused" and hop else 0
                return robots_from(status, b"", now, failures=failures, reason=answer.reason)
            target = _target(url, answer)
            if not target:
                wait = retry_after(_header(answer, "Retry-After"), now, _header(answer, "Date"))
                return robots_from(answer.status, answer.body, now, failures=failures, wait=wait)
            url = target
        return robots_from(404, b"", self._clock.now())

    async def _ask_tdm(self, origin: str, ask: Ask) -> tuple[TdmRules | None, timedelta]:
        """(the rules, or None where the host could not say them now; how long that holds)."""
        key = f"tdm {origin}"
        now = self._clock.now()
        noted = self._notes.get(key, now)
        if noted is not None:
            return read_rules(noted.encode()), TDM_FRESH
        answer = await self.ask(replace(ask, url=origin + TDM_PATH, kind="tdm", headers={}))
        if isinstance(answer, Failed) and _passes(answer):
            return None, timedelta() if answer.reason in (ELSEWHERE, "robots-unreachable") else TDM_AGAIN
        text = answer.body.decode("utf-8", errors="replace") if isinstance(answer, Answer) else ""
        rules = read_rules(text.encode())
        self._notes.keep(key, text if rules.rules else "[]", now + TDM_FRESH)
        return rules, TDM_FRESH

    def _lock(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())


def _astray(how: str, *, cookies: bool) -> Failed:
    """Redirects that lead to no page. Those that set a cookie test whether it comes back: a wall, not a mistake."""
    return Failed(reason="blocked", detail=f"{how}: cookies") if cookies else Failed(reason="redirects", detail=how)


def _passes(failed: Failed) -> bool:
    """Whether the same address may well answer otherwise soon."""
    return failed.reason not in PERMANENT and not (400 <= failed.status < 500 and failed.status != 429)


def _meta(ask: Ask) -> dict[str, int]:
    return {"robots": {"cut_at": MAX_BYTES}, "tdm": {"cut_at": TDM_BYTES}}.get(ask.kind, {})


def _target(url: str, response: Response) -> str | None:
    """Where a redirect leads ("" for nowhere), None where the answer is none."""
    if response.status not in (301, 302, 303, 307, 308):
        return None
    location = _header(response, "Location")
    return (_absolute(url, location) or "") if location else ""


def _led_on(ask: Ask, meaning: Answer | Failed) -> str | None:
    """Where a page that is a redirect itself leads, None where it is none."""
    if isinstance(meaning, Failed) or ask.kind not in ("page", "section"):
        return None
    onward = forwarded(meaning.body, meaning.final_url)
    return _absolute(meaning.final_url, onward) if onward else None


def _absolute(url: str, location: str) -> str:
    joined = join(url, location)
    if joined is not None:
        return joined.partition("#")[0]
    return location  # no web address: the guard says so, with its reason


def _header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("utf-8", errors="replace").strip() if value else ""


def _headers(response: Response) -> dict[str, str]:
    said = {key.decode("latin-1").lower(): values[-1] for key, values in response.headers.items() if values}
    found = {name: said[name].decode("utf-8", errors="replace").strip() for name in _KEPT if name in said}
    return {name: value for name, value in found.items() if value}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
