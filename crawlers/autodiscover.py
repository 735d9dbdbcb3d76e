"""Finding what a new publisher offers: feeds, sitemaps and sections, from its home page and robots.txt.

Everything is decided on pages already fetched; `propose` asks for them through the function it is given. What a page
says of itself is only a proposal: kind and licence are given by a person, then `write_declaration` makes the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import tomli_w
from selectolax.lexbor import LexborHTMLParser

from core import files, urls
from core.errors import ConfigError, FetchError
from core.i18n import t
from core.records import Endpoint, FetchedPage, Publisher, PublisherKind
from core.text import clean, clip, fold_plain
from crawlers import doors, feeds, markup
from crawlers.discovery import Discovery
from crawlers.parsed import base_of
from crawlers.publishers import loader

Fetcher = Callable[[str], FetchedPage]
"""Asks for one address, politely; raises FetchError."""

MAX_FEEDS: Final = 60
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_FEED_LINK: Final = re.compile(r"(\.rss|\.rdf|\.atom|/rss\.xml|/feed\.xml|/feed/?|/atom\.xml|/rss/[^/?#]+)(\?[^#]*)?$")
_FEED_PAGE: Final = re.compile(r"/(main-)?rss(\.html?|\.aspx|\.chn|\.vnp)?/?$|/rss-feeds?(\.html?)?/?$|/kenh-rss", re.I)
_SITEMAP_LINE: Final = re.compile(
    r"^[^\S\n]*sitemap[^\S\n]*:[^\S\n]*(\S{8,2048})[^\S\n]*$", re.IGNORECASE | re.MULTILINE
)
_READERS_FEED: Final = re.compile(r"/(ban-doc|y-kien|tam-su|dien-dan|blog|binh-luan|comments?|thu-gian|xo-so)\b")
_WHOLE: Final = re.compile(
    r"/(home|trang-chu|tin-moi(-nhat)?|tin-tuc-moi-nhat|index|latest|news|all|rss|feed)(\.[a-z]{2,5})?/?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was found at a home page. `refused` tells why nothing can be added (a catalogue key)."""

    home: str
    name: str = ""
    language: str = "vi"
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = ()  # for the operator's terminal, English


def propose(url: str, fetch: Fetcher) -> Proposal:
    """Look at a home page, its lists of feeds and robots.txt.

    At most five addresses are asked. Never raises for what a server answers; the first page must come (FetchError).
    """
    reason = doors.endpoint_refusal(url)
    if reason:
        return Proposal(home=url, refused=reason)
    page = fetch(url)
    reason = doors.endpoint_refusal(page.final_url)
    if reason:
        return Proposal(home=url, refused=reason)
    feed = _as_feed(page)
    if feed.problem == "comments":
        return Proposal(home=url, refused="source.comments")
    if feed.format:
        return _from_feed(page, fetch)
    home = page.final_url
    found = from_page(page)
    notes: list[str] = []
    for list_page in _feed_pages(page)[:2]:
        listed = _ask(list_page, fetch, notes)
        if listed is not None:
            found = replace(found, feeds=_ranked((*found.feeds, *from_page(listed).feeds), home))
    robots = _ask(urls.join(home, "/robots.txt") or home, fetch, notes)
    maps = in_robots(robots.body.decode("utf-8", "replace"), home) if robots is not None else ()
    sections = () if found.feeds or maps else (home,)
    return replace(found, home=home, sitemaps=maps, sections=sections, notes=tuple(notes))


def from_page(page: FetchedPage) -> Proposal:
    """Name, language and feeds that a page names: in its head, and behind links that look like feeds."""
    text = markup.decode(page.body, page.headers).text or page.body.decode("utf-8", "replace")
    tree = LexborHTMLParser(text)
    home = page.final_url
    base = base_of(tree, home)
    named = [link.attributes.get("href") or "" for kind in _FEED_TYPES for link in tree.css(f'link[type="{kind}"]')]
    linked = [node.attributes.get("href") or "" for node in tree.css("a[href]")[:5_000]]
    linked = [href for href in linked if _FEED_LINK.search(href.lower()) and not _FEED_PAGE.search(href.lower())]
    addresses = (urls.join(base, href) for href in (*named, *linked) if href)
    html = tree.css_first("html")
    language = (html.attributes.get("lang") or "vi")[:2].lower() if html is not None else "vi"
    return Proposal(
        home=home,
        name=_site_name(tree),
        language=language if re.fullmatch(r"[a-z]{2}", language) else "vi",
        feeds=_ranked([address for address in addresses if address], home),
    )


def in_robots(text: str, home: str) -> tuple[str, ...]:
    """Sitemaps that robots.txt names, on the publisher's own host."""
    own = _own(home)
    found = (urls.join(home, line) for line in _SITEMAP_LINE.findall(text[:600_000]))
    kept = [address for address in found if address and doors.endpoint_refusal(address, publisher=own) is None]
    return tuple(dict.fromkeys(kept))[:10]


def declaration(
    proposal: Proposal, *, source: str, kind: str, licence: str, name: str = "", province: str | None = None
) -> loader.Declaration:
    """A declaration of what was proposed, with what a person has given.

    Raises ConfigError with the reason: kind or licence missing or unknown, or an address that no door lets in.
    """
    if proposal.refused:
        raise ConfigError(f"{proposal.home}: {t(proposal.refused, 'en')}")
    if kind not in set(PublisherKind) or len(clean(licence)) < 8:
        kinds = ", ".join(PublisherKind)
        raise ConfigError(f"{proposal.home}: {t('source.needs_kind_and_licence', 'en')} Kinds: {kinds}.")
    values = {
        "id": source,
        "name": next((text for text in (name, proposal.name) if len(clean(text)) > 1), source),
        "kind": kind,
        "licence": licence,
        "home": proposal.home,
        "language": proposal.language,
        "province": province,
        "feeds": proposal.feeds,
        "sitemaps": proposal.sitemaps,
        "sections": proposal.sections,
        "address_source": f"found by autodiscovery at {proposal.home}",
    }
    return loader.validated(f"{source}.toml", values)


def to_toml(declared: loader.Declaration) -> str:
    """The text of a declaration file, without what is empty."""
    values = declared.model_dump(mode="json", exclude_defaults=True)
    return tomli_w.dumps({**values, "verified": declared.verified})


def write_declaration(folder: Path, declared: loader.Declaration, *, known: Iterable[Publisher] = ()) -> Path:
    """Write the file of a new publisher into an installation's folder and return its path.

    Raises ConfigError where the publisher, its home or an address is already declared, or the file exists.
    """
    record = loader.parse(f"{declared.id}.toml", to_toml(declared))
    loader.unique((*known, record))
    home = urls.canonical(record.home)
    if any(urls.canonical(other.home) == home for other in known):
        raise ConfigError(f"{record.home}: {t('source.already_declared', 'en')}")
    file = folder / f"{record.id}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.write(file, to_toml(declared).encode(), fresh=True)
    except FileExistsError:
        raise ConfigError(f"{file}: exists already; remove it or choose another id") from None
    except OSError as error:
        raise ConfigError(f"{file}: can't be written: {error.strerror}") from None
    return file


def proposed_id(home: str) -> str:
    """An id made of the host name: "https://baothanhhoa.vn/" -> "baothanhhoa"."""
    names = urls.bare_host(urls.host_of(home)).split(".")
    labels = [part for part in names[:-1] if part not in ("com", "org", "gov", "net", "edu")]
    words = re.sub(r"[^a-z0-9]+", "_", "_".join(labels or names)).strip("_")
    return (words if len(words) > 1 else f"source_{words}")[:40]


def _from_feed(page: FetchedPage, fetch: Fetcher) -> Proposal:
    """The address given was a feed itself: its publisher is the site on which it stands."""
    parts = urlsplit(page.final_url)
    home = f"{parts.scheme}://{parts.netloc}/"
    notes: list[str] = []
    front = _ask(home, fetch, notes)
    found = from_page(front) if front is not None else Proposal(home=home)
    return replace(found, home=home, feeds=_ranked((page.final_url, *found.feeds), home), notes=tuple(notes))


def _as_feed(page: FetchedPage) -> Discovery:
    endpoint = Endpoint(source="new", kind="feed", url=page.final_url)
    return feeds.parse(
        page.body, endpoint=endpoint, url=page.final_url, fetched_at=page.fetched_at, headers=page.headers
    )


def _feed_pages(page: FetchedPage) -> list[str]:
    """Pages that list a paper's feeds, as most Vietnamese papers have one (/rss, /rss.htm, /main-rss.html)."""
    tree = LexborHTMLParser(page.body.decode("utf-8", "replace"))
    hrefs = (node.attributes.get("href") or "" for node in tree.css("a[href]")[:5_000])
    base = base_of(tree, page.final_url)
    found = [urls.join(base, href) for href in hrefs if _FEED_PAGE.search(href.partition("?")[0].lower())]
    own = _own(page.final_url)
    return list(dict.fromkeys(link for link in found if link and doors.refusal(link, publisher=own) is None))


def _ranked(addresses: Iterable[str], home: str) -> tuple[str, ...]:
    """Feeds of the publisher itself, one of everything first; feeds of comments, readers and lotteries left out."""
    own = _own(home)
    kept = [
        address
        for address in dict.fromkeys(addresses)
        if doors.endpoint_refusal(address, publisher=own) is None
        and not _READERS_FEED.search(urlsplit(address).path.lower())
    ]
    return tuple(
        sorted(kept, key=lambda address: 0 if _WHOLE.search(urlsplit(address).path.lower()) else 1)[:MAX_FEEDS]
    )


def _own(home: str) -> Publisher:
    return Publisher(id="new", name="", kind=PublisherKind.NEWSPAPER, licence="", home=home, endpoints=())


def _ask(url: str, fetch: Fetcher, notes: list[str]) -> FetchedPage | None:
    try:
        page = fetch(url)
    except FetchError as error:
        notes.append(f"{url}: {error}")
        return None
    if page.status != 200:
        notes.append(f"{url}: HTTP {page.status}")
        return None
    return page


def _site_name(tree: LexborHTMLParser) -> str:
    named = tree.css_first('meta[property="og:site_name"], meta[name="application-name"]')
    text = (named.attributes.get("content") or "") if named is not None else ""
    if not text:
        title = tree.css_first("title")
        text = re.split(r"\s[|–-]\s", title.text())[-1] if title is not None else ""
    name = clip(clean(text), 80)
    return "" if fold_plain(name) in ("home", "trang chu") else name
