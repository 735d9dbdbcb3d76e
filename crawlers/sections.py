"""Section pages -> what is new: the links of a list page that lead to articles, told by a learned model.

A linear model over crawlers.links.FEATURES, trained by `python -m crawlers.sections_train` (which also says how it
does on pages and publishers it never saw); its weights ship as sections_model.json. Once pages of a site have been
read, the shapes of addresses that proved to be articles count as well: that is what `link_shape` remembers.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from core.errors import ExtractError
from core.records import Endpoint, Entry, Publisher
from crawlers import decode, links, markup, moments, nesting
from crawlers.discovery import Discovery
from crawlers.entries import TITLE_CHARS, Answer, Limits, distinct

MODEL: Final = Path(__file__).with_name("sections_model.json")
PLAIN: Final = 2.5
"""Log-odds by which a page is read more freely where nothing on it would be taken; menus' longest entries lie lower."""

MEMORY: Final = 40
"""Shapes remembered of one site; papers have a handful."""

_HTML: Final = re.compile(r"<(html|body|head|div|a|table|!doctype html)\b", re.IGNORECASE)
_LESS: Final = re.compile(r"^(xem|đọc|chi tiết|tiếp|more|read)\b.{0,15}$", re.IGNORECASE)


def parse(
    body: bytes,
    *,
    endpoint: Endpoint,
    url: str,
    fetched_at: datetime,
    headers: Mapping[str, str],
    publisher: Publisher | None = None,
    limits: Limits | None = None,
    link_shape: str = "",
) -> Discovery:
    """The articles that a list page links to, in the order of the page, on its own host only.

    Only the page itself is read: no further page of the list, no calendar. `link_shape` is what was remembered of
    this endpoint; the Discovery carries it on with this page's shapes. Never raises for anything a server can send.
    """
    limits = limits or Limits()
    if not body.strip():
        return Discovery(problem="empty-body")
    if nesting.too_deep(body):
        return Discovery(problem="too-deep")
    text, charset = _decoded(body, headers)
    if not _HTML.search(text[:20_000]):
        return Discovery(problem="not-a-page", charset=charset)
    answer = Answer(endpoint=endpoint, url=url, fetched_at=fetched_at, publisher=publisher, limits=limits)
    found, more = links.collect(text, url, limits.links)
    chosen = choose(found, url, link_shape=link_shape)
    entries = [_entry(link, answer) for link in chosen[: limits.entries]]
    return Discovery(
        format="section",
        entries=distinct(entry for entry in entries if entry is not None),
        problem="" if chosen else "no-links",
        truncated=more or len(chosen) > limits.entries,
        refused=entries.count(None),
        charset=charset,
        link_shape=link_shape,
    )


def choose(found: Sequence[links.Link], url: str, *, link_shape: str = "") -> list[links.Link]:
    """The links that lead to articles, in the order given."""
    known = _memory(link_shape)
    weights = model()
    rows = links.features(found, url)
    odds = [
        links.weighed(values, weights) + evidence(known, link.url) for link, values in zip(found, rows, strict=True)
    ]
    return [link for link, taken in zip(found, above(odds), strict=True) if taken]


def above(odds: Sequence[float]) -> list[bool]:
    """Which links of a page are taken, by their log-odds.

    A plain page, of which none would be taken, is read with less certainty: a list that is missed is worse than a
    page that turns out to have no article.
    """
    least = 0.0 if any(value > 0 for value in odds) else -PLAIN
    return [value > least for value in odds]


def evidence(known: Mapping[str, tuple[int, int]], url: str) -> float:
    """Log-odds that what was read of this site adds, between -6 and 3; 0 for a shape never met."""
    articles, others = known.get(links.shape(url), (0, 0))
    return max(-6.0, min(3.0, 1.5 * math.log((articles + 0.5) / (others + 0.5)))) if articles + others else 0.0


def learn(link_shape: str, articles: Iterable[str] = (), others: Iterable[str] = ()) -> str:
    """The memory (PollState.link_shape, JSON) after pages of the site were read.

    `articles` are addresses that gave an article (or stand in the site's own feed), `others` such as had no article
    on them. Counts are kept small, so that a redesign is learned within days.
    """
    known = {shape: list(counts) for shape, counts in _memory(link_shape).items()}
    for place, addresses in enumerate((articles, others)):
        for shape, count in Counter(links.shape(address) for address in addresses).items():
            known.setdefault(shape, [0, 0])[place] += count
    return _written(known)


def merged(one: str, other: str) -> str:
    """Two memories of one site in one, each shape with the larger of its counts."""
    first, second = _memory(one), _memory(other)
    both = {
        shape: [max(counts) for counts in zip(first.get(shape, (0, 0)), second.get(shape, (0, 0)), strict=True)]
        for shape in {**first, **second}
    }
    return _written(both)


@cache
def model() -> Mapping[str, float]:
    """The weights that ship with the program."""
    weights: dict[str, float] = json.loads(MODEL.read_text(encoding="utf-8"))
    return weights


def _written(known: Mapping[str, Sequence[int]]) -> str:
    kept = sorted(known.items(), key=lambda item: (-sum(item[1]), item[0]))[:MEMORY]
    return json.dumps({shape: _eased(counts) for shape, counts in kept}, separators=(",", ":")) if kept else ""


def _eased(counts: Sequence[int]) -> list[int]:
    most = max(counts)
    return [round(count * 50 / most) if most > 50 else count for count in counts]


def _memory(link_shape: str) -> dict[str, tuple[int, int]]:
    """What was remembered; nothing where it can't be read (it is only a hint)."""
    try:
        stored = json.loads(link_shape or "{}")
        return {str(shape): (int(counts[0]), int(counts[1])) for shape, counts in stored.items()}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return {}


def _entry(link: links.Link, answer: Answer) -> Entry | None:
    address = answer.admitted(link.url)
    if address is None:
        return None
    titles = [text for text in link.texts if not _LESS.match(text)]
    title = markup.title_of(max(titles, key=_headline, default=""), TITLE_CHARS)
    day = moments.day_in(address, answer.fetched_at)
    published = moments.bounded(day, answer.fetched_at, "url", zone_stated=False) if day else None
    return Entry(
        source=answer.endpoint.source, url=address, found_in=answer.endpoint.url, title=title, published=published
    )


def _headline(text: str) -> tuple[bool, int]:
    """Prefers a text as long as headlines are; a link round headline and lead together has a longer one."""
    return len(text) <= 160, len(text) if len(text) <= 160 else -len(text)


def _decoded(body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    try:
        found = decode.decode(body, headers)
    except ExtractError:
        return body.decode("utf-8", "replace"), "unknown"  # addresses are ASCII; titles with U+FFFD are dropped
    return found.text, found.encoding
