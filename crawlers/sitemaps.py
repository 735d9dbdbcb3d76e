"""Sitemaps (news, plain, index, text) -> what is new, as far back as the settings say."""

from __future__ import annotations

import html
import html.entities
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from lxml import etree

from core import urls
from core.records import Endpoint, Entry, Published, Publisher
from crawlers import markup, moments
from crawlers.discovery import Discovery, Format
from crawlers.entries import TITLE_CHARS, Answer, Limits, distinct

UNDATED: Final = 500
"""Entries taken of a sitemap that dates none: its first and last half as many, as it may begin with either end."""

LOOKED_AT: Final = 2_000
"""Sitemaps of an index that are looked at one by one; few of them are asked for."""

_NOT_NEWS: Final = re.compile(
    r"(^|[/_-])(author|user|tac-gia|category|categories|tag|tags|topic|image|video|page|pages|comment|forum|danh-muc)s?"
    r"[_-]?\d*[_-]?(sitemap|map)|sitemap[_-]?(author|user|tac-gia|categor|tag|topic|image|video|page|comment|danh-muc)"
)
_ARTICLE_PATH: Final = re.compile(
    r"(?<![a-z0-9])[a-z0-9]+(?:-[a-z0-9]+){3,}|\d{5,}|[?&][^=]{1,30}=\d{3,}", re.IGNORECASE
)
_PAGES_OWN: Final = frozenset(("url", "sitemap", "news"))
_REFERENCE: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos);)(#?[A-Za-z0-9]{1,32};)?", re.DOTALL
)
"""What may be no reference of XML, which ends at any other. In CDATA nothing is one."""
_MENDED: Final = 300_000
"""At most so many of them are looked at in one sitemap; it is read as far as that goes."""
_MAX_DEPTH: Final = 60


class _TooDeepError(Exception):
    """Nested more deeply than any sitemap."""


@dataclass(slots=True, kw_only=True)
class _Row:
    loc: str = ""
    modified: str = ""
    news_date: str = ""
    title: str = ""


_Dated = tuple[_Row, Published | None]


def parse(
    body: bytes,
    *,
    endpoint: Endpoint,
    url: str,
    fetched_at: datetime,
    headers: Mapping[str, str],
    publisher: Publisher | None = None,
    limits: Limits | None = None,
) -> Discovery:
    """What a sitemap's body says is new; of an index, the sitemaps to be asked next, newest first.

    Depth and number of sitemaps are bounded by whoever asks them; entries older than `limits.days` are left out.
    Never raises for anything a server can send.
    """
    limits = limits or Limits()
    decoded = markup.decode(body, headers, limits.size)
    if decoded.problem:
        return Discovery(problem=decoded.problem)
    answer = Answer(endpoint=endpoint, url=url, fetched_at=fetched_at, publisher=publisher, limits=limits)
    found = _from_text(decoded.text, answer) if _is_text(decoded.text) else _from_xml(decoded, answer)
    return replace(found, charset=decoded.charset, truncated=found.truncated or decoded.cut)


def _from_text(text: str, answer: Answer) -> Discovery:
    lines = text.splitlines()[: 20 * answer.limits.entries]
    return _entries([_Row(loc=line.strip()) for line in lines], "sitemap-text", answer)


def _from_xml(decoded: markup.Decoded, answer: Answer) -> Discovery:
    document = markup.xml_text(decoded)
    if document.problem:
        return Discovery(problem="not-a-sitemap" if document.problem == "not-a-feed" else document.problem)
    text = _REFERENCE.sub(_in_xml, document.text, count=_MENDED)
    root, rows, bozo = _read(text, 20 * answer.limits.entries)
    if root == "sitemapindex":
        return replace(_index(rows, answer), bozo=bozo)
    if root != "urlset" or (bozo and not rows):
        return Discovery(problem="malformed" if bozo else "not-a-sitemap")
    spoken: Format = "sitemap-news" if any(row.news_date or row.title for row in rows) else "sitemap"
    return replace(_entries(rows, spoken, answer), bozo=bozo)


def _in_xml(found: re.Match[str]) -> str:
    """A letter by its HTML name or number as XML has it, and an "&" that stands for itself ("?a=1&b=2")."""
    written, name = found.group(), found.group(1)
    if not written.startswith("&"):
        return written
    known = name is not None and (name.startswith("#") or name in html.entities.html5)
    return html.escape(html.unescape(written) if known else written)


def _is_text(text: str) -> bool:
    first = next((line.strip() for line in text[:5000].splitlines() if line.strip()), "")
    return first.startswith(("http://", "https://")) and "<" not in first


def _read(text: str, limit: int) -> tuple[str, list[_Row], bool]:
    """(name of the root, rows, whether the XML was broken). What stood before the break is kept."""
    rows: list[_Row] = []
    root = ""
    try:
        for name, row in _rows(text):
            root = name
            if row is not None:
                rows.append(row)
            if len(rows) >= limit:
                break
    except (etree.XMLSyntaxError, _TooDeepError):
        return root, rows, True
    return root, rows, False


def _rows(text: str) -> Iterator[tuple[str, _Row | None]]:
    """(root's name, row) as elements close; parsed without entities, network, or trees deeper than a sitemap's."""
    events = etree.iterparse(
        io.BytesIO(text.encode("utf-8")), events=("start", "end"), resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root, row, depth = "", _Row(), 0
    for event, element in events:
        name = _name(element.tag)
        if event == "start":
            depth += 1
            if depth == 1:
                root = name
                yield root, None
            elif name in ("url", "sitemap"):
                row = _Row()
            if depth > _MAX_DEPTH:
                raise _TooDeepError
            continue
        depth -= 1
        _take(row, name, _name(getattr(element.getparent(), "tag", None)), element.text or "")
        if name in ("url", "sitemap"):
            yield root, row
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _take(row: _Row, name: str, inside: str, text: str) -> None:
    """What the sitemap says of the page. Its pictures and films have addresses, titles and days of their own."""
    if inside not in _PAGES_OWN:
        return
    if name == "loc" and not row.loc:
        row.loc = text.strip()[: urls.MAX_URL + 1]
    elif name == "lastmod":
        row.modified = text[:100]
    elif name == "publication_date":
        row.news_date = text[:100]
    elif name == "title" and not row.title:
        row.title = text[: 20 * TITLE_CHARS]


def _name(tag: object) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _entries(rows: list[_Row], spoken: Format, answer: Answer) -> Discovery:
    limits, oldest = answer.limits, answer.fetched_at - answer.limits.days
    dated = [(row, _published(row, answer.fetched_at)) for row in rows if row.loc]
    chosen = [(row, at) for row, at in dated if at is not None and at.at >= oldest]
    truncated = len(rows) >= 20 * limits.entries or len(chosen) > limits.entries
    if not any(at for _, at in dated):
        truncated = truncated or len(dated) > UNDATED
        dated = dated if len(dated) <= UNDATED else dated[: UNDATED // 2] + dated[-UNDATED // 2 :]
    else:
        dated = sorted(chosen, key=lambda pair: pair[1].at, reverse=True)[: limits.entries]  # type: ignore[assignment]
    found = [_entry(row, at, answer) for row, at in dated]
    return Discovery(
        format=spoken,
        entries=distinct(entry for entry in found if entry is not None),
        refused=found.count(None),
        truncated=truncated,
    )


def _entry(row: _Row, at: Published | None, answer: Answer) -> Entry | None:
    """The entry, or None where its address may not come in or is plainly a section's."""
    address = answer.admitted(row.loc)
    if address is None or not (row.news_date or row.title or _ARTICLE_PATH.search(address[8:].partition("/")[2])):
        return None
    title = markup.title_of(row.title, TITLE_CHARS)
    source, found_in = answer.endpoint.source, answer.endpoint.url
    return Entry(source=source, url=address, found_in=found_in, title=title, published=at)


def _published(row: _Row, fetched_at: datetime) -> Published | None:
    """The news date, else a possible last modification, else the day that stands in the address."""
    stated = moments.read(row.news_date, fetched_at, "sitemap")
    modified = None if stated else moments.read(row.modified, fetched_at, "sitemap")
    if stated or (modified and not modified.doubtful):
        return stated or modified
    day = moments.day_in(row.loc, fetched_at)
    return Published(at=day, provenance="url", zone_stated=False) if day else None


def _index(rows: list[_Row], answer: Answer) -> Discovery:
    kept: dict[str, datetime | None] = {}
    refused = 0
    young = [
        (row, at)
        for row in rows
        if row.loc
        for at in [_published(row, answer.fetched_at)]
        if _may_be_new(row, at, answer)
    ]
    looked_at = _looked_at(young)
    for row, at in looked_at:
        address = answer.admitted(row.loc)
        if address is None or _NOT_NEWS.search(urls.parse(address).path.lower()) or _same(address, answer.url):
            refused += 1
        else:
            kept.setdefault(address, at.at if at else None)
    nested = _newest([(at, address) for address, at in kept.items()], answer.limits.files)
    truncated = len(kept) > len(nested) or len(young) > len(looked_at)
    return Discovery(format="sitemap-index", nested=nested, refused=refused, truncated=truncated)


def _may_be_new(row: _Row, at: Published | None, answer: Answer) -> bool:
    return at is None or at.at >= answer.fetched_at - answer.limits.days or _covers_month(row.loc, answer.fetched_at)


def _looked_at(young: list[_Dated]) -> list[_Dated]:
    """Of very many the newest, and of those without a date both ends: each address is held against every door."""
    if len(young) <= LOOKED_AT:
        return young
    dated = sorted((pair for pair in young if pair[1] is not None), key=_when, reverse=True)[: LOOKED_AT // 2]
    undated = [pair for pair in young if pair[1] is None]
    half = (LOOKED_AT - len(dated)) // 2
    return [*dated, *(undated if len(undated) <= 2 * half else undated[:half] + undated[-half:])]


def _when(pair: _Dated) -> datetime:
    assert pair[1] is not None
    return pair[1].at


def _newest(kept: list[tuple[datetime | None, str]], files: int) -> tuple[str, ...]:
    """Dated ones newest first, then undated: all, or from both ends of the list where there are too many."""
    dated = sorted((pair for pair in kept if pair[0] is not None), key=lambda pair: str(pair[0]), reverse=True)
    undated = [address for at, address in kept if at is None]
    room = max(0, files - len(dated))
    if len(undated) > room:
        undated = undated[: (room + 1) // 2] + (undated[-(room // 2) :] if room > 1 else [])
    return tuple([*(address for _, address in dated), *undated][:files])


def _covers_month(address: str, fetched_at: datetime) -> bool:
    """A sitemap named after the current month, though it was last dated at its beginning."""
    return f"{fetched_at:%Y-%m}" in address.replace("_", "-") or f"{fetched_at:%Y/%m}" in address


def _same(address: str, url: str) -> bool:
    return urls.canonical(address) == urls.canonical(url)
