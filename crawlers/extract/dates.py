"""When an article was published: the first statement that can be true, in an order that was found to hold.

A publisher's own selector, JSON-LD, meta elements, itemprop and time elements, the words beside the headline, the
feed's time, the address; nothing is ever read out of an image's path. A time without a zone is Vietnamese time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.clock import VIETNAM, local
from core.records import FetchedPage, Published, TimeProvenance
from core.text import clean
from crawlers import moments
from crawlers.extract.head import Head, unescaped

_METAS: Final = (
    "article:published_time", "article:published", "og:article:published_time", "datepublished", "pubdate",
    "publishdate", "publish-date", "published_time", "published-date", "publication_date", "parsely-pub-date",
    "sailthru.date", "article.published", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date",
    "dc.date.created", "cxenseparse:recs:publishtime", "article_date_original", "date", "created", "og:published_time",
)  # fmt: skip
_TIME_ELEMENTS: Final = '[itemprop="datePublished"], time[datetime], time, [pubdate]'
_SHOWN: Final = (
    '[class*="date"], [class*="time"], [id*="date"], [id*="time"], [class*="publish"], [class*="ngay"], '
    '[class*="meta"], [class*="info"]'
)
_CLOCK: Final = re.compile(r"\d{1,2}\s?(?:[:hg]|giờ)\s?\d{2}|[T ]\d{2}:?\d{2}")
_STAMP: Final = re.compile(
    r"(?:\d{1,2}\s?(?:[:hg]|giờ)\s?\d{2}[^\d]{0,20})?(?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}(?!\d)"
    r"(?:[^\d]{0,8}\d{1,2}\s?(?:[:hg]|giờ)\s?\d{2}(?::\d{2})?(?:\s*(?:[AP]M|SA|CH))?)?(?:\s*\(?(?:GMT|UTC)\s?[+-]\s?\d{1,2}(?::\d{2})?\)?)?",
    re.IGNORECASE,
)
_WORDS_BEFORE: Final = re.compile(r"cập nhật|updated|modified|sửa", re.IGNORECASE)
_SHORT: Final = 160


def find_published(
    tree: LexborHTMLParser, head: Head, page: FetchedPage, declared: str, near: LexborNode | None
) -> Published:
    """The publication time with its provenance. A time that can't be true gives way to the fetch time, marked."""
    dated: Published | None = None
    doubtful: Published | None = None
    for provenance, text in _statements(tree, head, declared, near):
        day_first = provenance in ("text", "selector") or moments.order_of(
            [text]
        )  # servers set to US English write into the head
        found = moments.read(_tidy(text), page.fetched_at, provenance, day_first=day_first)
        if found is None:
            continue
        if found.doubtful:
            doubtful = doubtful or found
        elif _CLOCK.search(text):
            return _checked(found, text, tree, near, page)
        else:
            dated = dated or found
    return _without_clock(dated, doubtful, page)


def _without_clock(dated: Published | None, doubtful: Published | None, page: FetchedPage) -> Published:
    feed = page.entry.published if page.entry is not None else None
    usable = feed is not None and not feed.doubtful and feed.provenance != "fetched"
    if feed is not None and usable and (dated is None or abs(feed.at - dated.at) < timedelta(days=1)):
        return feed
    if dated is not None:
        return dated
    if (day := moments.day_in(page.final_url, page.fetched_at)) is not None and doubtful is None:
        return Published(at=day, provenance="url", zone_stated=False)
    return doubtful or Published(at=page.fetched_at, provenance="fetched", zone_stated=False, doubtful=True)


def _statements(
    tree: LexborHTMLParser, head: Head, declared: str, near: LexborNode | None
) -> Iterator[tuple[TimeProvenance, str]]:
    """What the page says of its time, best first."""
    if declared:
        for node in tree.css(declared)[:5]:
            yield "selector", _stamp_of(node)
    for key in ("datePublished", "dateCreated"):
        if isinstance(value := head.article.get(key), str):
            yield "json-ld", value
    for name in _METAS:
        if value := head.meta.get(name):
            yield "meta", value
    for node in tree.css(_TIME_ELEMENTS)[:5]:
        yield "time-tag", _stamp_of(node)
    for text in _shown(tree, near):
        yield "text", text


def _stamp_of(node: LexborNode) -> str:
    attributes = node.attributes
    stated = attributes.get("datetime") or attributes.get("content") or attributes.get("title")
    return stated or clean(node.text(separator=" "))  # day and time of day often stand in tags of their own


def _shown(tree: LexborHTMLParser, near: LexborNode | None) -> Iterator[str]:
    """Dates in words: first around the headline, then in elements named after a date, whole stamps before days."""
    texts = [clean(node.text(separator=" ")) for node in _around(near)]
    texts += [clean(node.text(separator=" ")) for node in tree.css(_SHOWN)[:200]]
    stamps = [(text, m) for text in texts if len(text) <= _SHORT * 20 for m in _STAMP.finditer(text[: _SHORT * 20])]
    first = [m.group() for text, m in stamps if not _WORDS_BEFORE.search(text[max(0, m.start() - 30) : m.start()])]
    yield from (stamp for stamp in first if _CLOCK.search(stamp))
    yield from first


def _around(near: LexborNode | None) -> Iterator[LexborNode]:
    """The headline's neighbours, then its parent's."""
    above = near
    for _ in range(3):
        if above is None or above.tag in ("body", "html"):
            return
        yield from _neighbours(above, 6, lambda node: node.next)
        yield from _neighbours(above, 4, lambda node: node.prev)
        above = above.parent


def _neighbours(node: LexborNode, most: int, step: Callable[[LexborNode], LexborNode | None]) -> Iterator[LexborNode]:
    """Up to `most` nodes on one side, without those that show nothing."""
    near = step(node)
    for _ in range(most):
        if near is None:
            return
        if near.tag not in ("-text", "script", "style", "-comment", "!--"):
            yield near
        near = step(near)


def _tidy(text: str) -> str:
    return re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", unescaped(text))


def _checked(
    found: Published, text: str, tree: LexborHTMLParser, near: LexborNode | None, page: FetchedPage
) -> Published:
    """Vietnamese time that a template has marked as UTC: the words beside the headline say what was meant."""
    if found.provenance in ("selector", "text") or not re.search(r"Z$|\+00:?00$", text.strip()):
        return found
    as_written = found.at.replace(tzinfo=VIETNAM)
    for shown in _shown(tree, near):
        seen = moments.read(shown, page.fetched_at, "text") if _CLOCK.search(shown) else None
        if seen is not None and not seen.doubtful:
            if local(seen.at).replace(second=0) == local(as_written).replace(second=0):
                return replace(found, at=seen.at.replace(second=found.at.second))
            return found
    return found
