"""What the readers of feeds, sitemaps and section pages share: bounds, which links come in, and one entry a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core import urls
from core.errors import AddressRefused
from core.records import Endpoint, Entry, Publisher
from core.settings import CrawlSettings
from crawlers import doors

TITLE_CHARS: Final = 500
LEAD_CHARS: Final = 2_000
GUID_CHARS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of one answer is read; see core.settings.CrawlSettings."""

    entries: int = 5_000
    links: int = 20_000
    files: int = 50
    days: timedelta = timedelta(days=9)
    size: int = 15_000_000  # bytes, after decompression

    @classmethod
    def of(cls, crawl: CrawlSettings) -> Limits:
        """The limits that the settings give."""
        return cls(
            entries=crawl.max_entries,
            links=crawl.max_links,
            files=crawl.sitemap_files,
            days=timedelta(days=crawl.sitemap_days),
            size=crawl.max_bytes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whose answer is being read, and how much of it."""

    endpoint: Endpoint
    url: str  # the address that answered
    fetched_at: datetime
    publisher: Publisher | None
    limits: Limits

    def admitted(self, link: str) -> str | None:
        """The address that a link in it leads to, or None where no door lets it in."""
        return admitted(link, self.url, self.publisher)


def admitted(link: str, base: str, publisher: Publisher | None) -> str | None:
    """The address a link leads to, without fragment, or None where no door lets it in."""
    if not link or len(link) > urls.MAX_URL:
        return None
    address = urls.join(base, link)
    if address is None or doors.refusal(address, publisher=publisher):
        return None
    return address.partition("#")[0]


def distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry for each page, in order: the same address in any spelling, or the same usable guid, is the same page.

    A guid that three or more pages share, or that says nothing ("0", the feed's own address), identifies nothing and
    is dropped; so is one that only repeats the page's own address.
    """
    found = list(entries)
    pages: dict[str, set[str]] = {}
    for entry in found:
        pages.setdefault(entry.guid, set()).add(urls.article_id(entry.url))
    seen: set[str] = set()
    kept: list[Entry] = []
    for entry in found:
        guid = entry.guid if _usable(entry) and len(pages[entry.guid]) < 3 else ""
        keys = {urls.article_id(entry.url), *([f"guid:{guid}"] if guid else [])}
        if not keys & seen:
            kept.append(replace(entry, guid=guid))
        seen |= keys
    return tuple(kept)


def _usable(entry: Entry) -> bool:
    guid = entry.guid
    if len(guid) < 4 or len(guid) > GUID_CHARS:
        return False
    if not guid.startswith(("http://", "https://")):
        return True
    try:
        return urls.canonical(guid) not in (urls.canonical(entry.url), urls.canonical(entry.found_in)) and (
            urls.parse(guid).path not in ("", "/") or "?" in guid
        )
    except AddressRefused:
        return False
