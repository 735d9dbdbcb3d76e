"""Looking whether a source is what its declaration says: what `diembao sources check` tells of it.

Asks each endpoint once, robots.txt and tdmrep.json of its host, and a few of the pages it names. Nothing is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from core import urls
from core.errors import ExtractError, FetchError
from core.ports import Extractor
from core.records import Endpoint, EndpointKind, Entry, FetchedPage, PollState, Publisher
from core.settings import CrawlSettings
from crawlers import doors, parsers
from crawlers.discovery import Discovery
from crawlers.etiquette.blocked import block_reason
from crawlers.etiquette.robots import Robots, robots_from
from crawlers.etiquette.tdm import PATH, page_reserved, read_rules

Fetcher = Callable[[str], FetchedPage]
"""Asks for one address, politely; raises FetchError."""

SAMPLES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReport:
    """How one endpoint answered."""

    kind: EndpointKind
    url: str
    allowed: bool = True  # by robots.txt
    status: int = 0  # HTTP; 0: no answer
    reason: str = ""  # why there is nothing: stable word
    format: str = ""
    charset: str = ""
    items: int = 0
    refused: int = 0  # items off the publisher's hosts or in parts that are not read
    newest: datetime | None = None
    moved_to: str = ""  # where the answer came from, when not from `url`

    @property
    def answers(self) -> bool:
        """Whether it gave at least one item."""
        return self.allowed and self.items > 0 and not self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """Whether one page of the source could be read as an article. Its text is not kept."""

    url: str
    reason: str = ""  # "" where an article was read
    characters: int = 0  # of its text
    provenance: str = ""  # where its publication time was read


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What was found of one source."""

    source: str
    name: str
    at: datetime
    robots: str  # "rules", "free", "closed"
    robots_reason: str
    delay: float  # seconds between requests that robots.txt wants
    reserved: bool  # text and data mining is reserved
    endpoints: tuple[EndpointReport, ...]
    samples: tuple[SampleReport, ...]

    @property
    def verified(self) -> bool:
        """Every endpoint answers with items."""
        return bool(self.endpoints) and all(endpoint.answers for endpoint in self.endpoints)

    @property
    def extracts(self) -> bool:
        """At least one page was asked and all could be read."""
        return bool(self.samples) and not any(sample.reason for sample in self.samples)

    def as_dict(self) -> dict[str, Any]:
        """For machines: JSON values only."""
        found = asdict(self)
        found["at"] = self.at.isoformat()
        for row, endpoint in zip(found["endpoints"], self.endpoints, strict=True):
            row["newest"] = endpoint.newest.isoformat() if endpoint.newest else None
            row["answers"] = endpoint.answers
        return {**found, "verified": self.verified, "extracts": self.extracts}


def check_source(
    publisher: Publisher,
    fetcher: Fetcher,
    extractor: Extractor,
    at: datetime,
    *,
    settings: CrawlSettings | None = None,
    samples: int = SAMPLES,
    others: Iterable[Publisher] = (),
) -> SourceReport:
    """Ask a source once and tell what it answered. Never raises for what a server does.

    `others`: declared publishers, to whose hosts a page may lead, as in a crawl.
    """
    visit = _Visit(publisher, fetcher, at, settings or CrawlSettings(), tuple(others))
    endpoints = tuple(visit.endpoint(endpoint) for endpoint in publisher.endpoints)
    home = visit.robots(publisher.home)
    sampled = tuple(visit.sample(entry, extractor) for entry in visit.choose(samples))
    return SourceReport(
        source=publisher.id,
        name=publisher.name,
        at=at,
        robots=home.verdict,
        robots_reason=home.reason,
        delay=home.delay,
        reserved=visit.reserved,
        endpoints=endpoints,
        samples=sampled,
    )


class _Visit:
    """One look at one source."""

    def __init__(
        self,
        publisher: Publisher,
        fetcher: Fetcher,
        at: datetime,
        settings: CrawlSettings,
        others: tuple[Publisher, ...],
    ) -> None:
        self._publisher, self._fetch, self._at, self._others = publisher, fetcher, at, others
        self._parse = parsers.parsers(settings)
        self._robots: dict[str, Robots] = {}
        self._entries: list[Entry] = []
        tdm = self._ask(_origin(publisher.home) + PATH)
        self._tdm = read_rules(tdm.body if isinstance(tdm, FetchedPage) and tdm.status == 200 else b"")
        self.reserved = self._tdm.everywhere

    def endpoint(self, endpoint: Endpoint) -> EndpointReport:
        """How one endpoint answers; of a sitemap index, how the first of its sitemaps does."""
        report = EndpointReport(kind=endpoint.kind, url=endpoint.url)
        if not self.robots(endpoint.url).allows(endpoint.url):
            return replace(report, allowed=False, reason="robots")
        page = self._ask(endpoint.url)
        if isinstance(page, str):
            return replace(report, reason=page)
        moved = page.final_url if urls.canonical(page.final_url) != urls.canonical(endpoint.url) else ""
        report = replace(report, status=page.status, moved_to=moved)
        reason = "door" if doors.refusal(page.final_url) else _unanswered(page)
        if reason:
            return replace(report, reason=reason)
        said = self._read(endpoint, page)
        if said.nested and not said.entries:
            deeper = self._ask(said.nested[0])
            said = self._read(endpoint, deeper) if isinstance(deeper, FetchedPage) else said
        self._entries += said.entries
        dates = [entry.published.at for entry in said.entries if entry.published and not entry.published.doubtful]
        return replace(
            report,
            reason=said.problem or self._astray(said, page),
            format=said.format,
            charset=said.charset,
            items=len(said.entries),
            refused=said.refused,
            newest=max(dates, default=None),
        )

    def robots(self, url: str) -> Robots:
        """What the robots.txt of an address's origin says; asked once."""
        origin = _origin(url)
        if origin not in self._robots:
            page = self._ask(origin + "/robots.txt")
            if isinstance(page, str):
                self._robots[origin] = robots_from(0, b"", self._at, reason=page)
            else:
                self._robots[origin] = robots_from(page.status, page.body, self._at)
        return self._robots[origin]

    def choose(self, count: int) -> list[Entry]:
        """The newest pages that were named, no two by the same endpoint before each has one."""
        taken: Counter[str] = Counter()
        ranked: list[tuple[int, int, Entry]] = []
        for number, entry in enumerate(self._entries):
            ranked.append((taken[entry.found_in], number, entry))
            taken[entry.found_in] += 1
        return [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])[:count]]

    def sample(self, entry: Entry, extractor: Extractor) -> SampleReport:
        """Whether one page can be read as an article."""
        if not self.robots(entry.url).allows(entry.url):
            return SampleReport(url=entry.url, reason="robots")
        page = self._ask(entry.url)
        if isinstance(page, str):
            return SampleReport(url=entry.url, reason=page)
        reason = self._off(page.final_url) or _unanswered(page)
        if reason:
            return SampleReport(url=entry.url, reason=reason)
        path = urlsplit(page.final_url).path or "/"
        self.reserved = self.reserved or page_reserved(self._tdm, path, page.headers, page.body)
        try:
            article = extractor.extract(replace(page, entry=entry), self._publisher)
        except ExtractError as error:
            return SampleReport(url=entry.url, reason=error.reason)
        provenance = article.published.provenance
        return SampleReport(url=entry.url, characters=len(article.text), provenance=provenance)

    def _astray(self, said: Discovery, page: FetchedPage) -> str:
        """An endpoint may lead to another host, as when papers merge, while what it lists is the publisher's own."""
        off = doors.is_anothers(page.final_url, self._publisher)
        return "off-publisher" if off and said.refused and not said.entries else ""

    def _off(self, url: str) -> str:
        """Why a page that was led to may not be read, as the crawl words it."""
        refused = doors.refusal(url, publisher=self._publisher, others=self._others)
        return doors.reason_of(refused) if refused else ""

    def _read(self, endpoint: Endpoint, page: FetchedPage) -> Discovery:
        return self._parse[endpoint.kind](
            page.body,
            endpoint=endpoint,
            url=page.final_url,
            fetched_at=self._at,
            headers=page.headers,
            publisher=self._publisher,
            state=PollState(endpoint=endpoint),
        )

    def _ask(self, url: str) -> FetchedPage | str:
        """The page, or a stable word for why it did not come."""
        try:
            return self._fetch(url)
        except FetchError as error:
            return error.reason


def _unanswered(page: FetchedPage) -> str:
    """Why an answer is none: blocked, or another status."""
    if block_reason(page.status, page.headers, page.body, page.final_url):
        return "blocked"
    return "" if page.status == 200 else f"http-{page.status}"


def _origin(url: str) -> str:
    parts = urls.parse(url)
    return f"{parts.scheme}://{parts.netloc}"
