"""Feeds: RSS 0.9x, 1.0, 2.0, Atom and JSON Feed -> what is new.

feedparser gets bytes only (it opens strings as paths), of which the parts that are never read have been taken out
first: bylines, full texts, media, comments. What a feed says of persons is so gone before anything is parsed.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import feedparser

from core.records import Endpoint, Entry, Published, Publisher
from core.text import clean
from core.urls import is_web
from crawlers import markup, moments
from crawlers.discovery import Discovery, Format
from crawlers.entries import GUID_CHARS, LEAD_CHARS, TITLE_CHARS, Answer, Limits, distinct

ITEM_CHARS: Final = 200_000
"""More than any item with a full text has; what stands beyond is not looked at."""

FIELD_CHARS: Final = 20_000
HEAD_CHARS: Final = 200_000

_ITEM: Final = re.compile(r"<((?:[a-zA-Z0-9]{1,20}:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
_NEVER_READ: Final = (
    "content:encoded", "dc:creator", "author", "managingEditor", "webMaster", "contributor", "dc:contributor",
    "itunes:author", "itunes:owner", "itunes:summary", "media:content", "media:group", "media:thumbnail",
    "media:credit", "media:description", "enclosure", "comments", "slash:comments", "wfw:comment", "wfw:commentRss",
    "category", "dc:subject", "source", "content",
)  # fmt: skip
_CLIPPED: Final = ("title", "description", "summary", "link", "guid", "id", "pubDate", "dc:title", "dc:description")
_PERIODS: Final = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORMATS: Final[tuple[tuple[str, Format], ...]] = (
    ("rss10", "rss-1.0"),
    ("rss090", "rss-1.0"),
    ("rss20", "rss-2.0"),
    ("rss", "rss-0.9"),
    ("atom", "atom"),
)
_COMMENT: Final = re.compile(r"#(li-)?(comment|cmt|binh-?luan)[-_]?\d", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[a-zA-Z0-9]{1,20}:)?(rss|rdf|feed|channel)\b", re.IGNORECASE)


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
    """What a feed's body (bytes after decompression) says is new.

    `url` is the address that answered, `headers` have lower-case names. With a publisher, entries off its hosts or
    in parts that are not read are left out and counted in `refused`. Never raises for anything a server can send.
    """
    limits = limits or Limits()
    decoded = markup.decode(body, headers, limits.size)
    if decoded.problem:
        return Discovery(problem=decoded.problem)
    answer = Answer(endpoint=endpoint, url=url, fetched_at=fetched_at, publisher=publisher, limits=limits)
    if decoded.text.lstrip()[:1] == "{":
        return _json_feed(decoded.text, decoded.charset, answer)
    document = markup.xml_text(decoded)
    if document.problem:
        return Discovery(problem=document.problem, charset=decoded.charset)
    if not _ROOT.search(document.text[:5000]):
        return Discovery(problem="not-a-feed", charset=decoded.charset)
    found = _xml_feed(document.text, decoded.charset, answer)
    return replace(found, truncated=found.truncated or decoded.cut)


def _entry(answer: Answer, *, link: str, title: str, lead: str, guid: str, published: Published | None) -> Entry | None:
    """The entry, or None where its link may not come in."""
    address = answer.admitted(link.strip())
    if address is None:
        return None
    return Entry(
        source=answer.endpoint.source,
        url=address,
        found_in=answer.endpoint.url,
        title=markup.title_of(title, TITLE_CHARS),
        lead=_lead(lead),
        guid=clean(guid)[: GUID_CHARS + 1],
        published=published,
    )


def _lead(snippet: str) -> str:
    lead = markup.text_of(snippet, LEAD_CHARS)
    return "" if "\ufffd" in lead else lead


def _xml_feed(text: str, charset: str, answer: Answer) -> Discovery:
    head, items, tail, truncated = split(text, answer.limits.entries)
    slim = head + "".join(reduced(item) for item in items) + tail
    read = feedparser.parse(
        io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + slim.encode("utf-8")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    spoken = _format(str(read.get("version") or ""))
    rows: list[Any] = read.entries[: answer.limits.entries]
    if any(_is_comment(row, "link", "id") for row in rows):
        return Discovery(problem="comments", charset=charset)
    if not rows and (read.bozo or not spoken) and not _is_empty_feed(spoken, items):
        return Discovery(problem="malformed" if items or spoken else "not-a-feed", charset=charset)
    day_first = moments.order_of(_date_text(row) for row in rows)
    found = [_from_row(row, answer, day_first) for row in rows]
    return Discovery(
        format=spoken,
        entries=distinct(entry for entry in found if entry is not None),
        truncated=truncated,
        refused=found.count(None),
        bozo=bool(read.bozo),
        charset=charset,
        ttl=_ttl(head),
        skip_hours=_skip_hours(head),
        skip_days=_skip_days(head),
        moved_to=_moved_to(head),
    )


def _is_empty_feed(spoken: Format, items: list[str]) -> bool:
    """A feed with nothing in it is a feed, a broken one with items that nobody can read is not."""
    return bool(spoken) and not items


def _is_comment(row: Any, *addresses: str) -> bool:
    """Whether an item is what a reader wrote under an article: its place on the page says so, or what it answers."""
    return "thr_in-reply-to" in row or any(_COMMENT.search(str(row.get(name) or "")[:2048]) for name in addresses)


def _from_row(row: Any, answer: Answer, day_first: bool) -> Entry | None:
    guid = str(row.get("id") or "")
    link = str(row.get("link") or "") or (guid if is_web(guid) else "")
    return _entry(
        answer,
        link=link,
        title=str(row.get("title") or ""),
        lead=str(row.get("summary") or row.get("description") or ""),
        guid=guid,
        published=moments.read(_date_text(row), answer.fetched_at, "feed", day_first=day_first),
    )


def _date_text(row: Any) -> str:
    """The date as it is written; what feedparser makes of it would be taken for UTC where no zone stands."""
    fields: dict[str, Any] = dict(row.items())  # a plain dict: feedparser's own answers for one name with another
    return str(fields.get("published") or fields.get("created") or fields.get("updated") or "")


def _format(version: str) -> Format:
    return next((name for prefix, name in _FORMATS if version.startswith(prefix)), "")


def split(text: str, limit: int) -> tuple[str, list[str], str, bool]:
    """(head, at most `limit` items, tail, whether there were more). Items are cut where the next begins."""
    starts: list[int] = []
    more = False
    for found in _ITEM.finditer(text):
        if len(starts) == limit:
            more = True
            break
        starts.append(found.start())
    if not starts:
        return text[:HEAD_CHARS], [], "", len(text) > HEAD_CHARS
    name = _ITEM.match(text, starts[0])
    closing = f"</{name[1]}>" if name else "</item>"
    bounds = [*starts[1:], len(text) if not more else _ITEM.search(text, starts[-1] + 1).start()]  # type: ignore[union-attr]
    items = [text[start:end] for start, end in zip(starts, bounds, strict=True)]
    last_closed = text.rfind(closing)
    tail = text[last_closed + len(closing) :] if last_closed > starts[-1] else ""
    ended = items[-1].find(closing)
    items[-1] = items[-1][: ended + len(closing)] if ended >= 0 else items[-1]
    return text[: starts[0]][:HEAD_CHARS], items, tail[:HEAD_CHARS], more


def reduced(item: str) -> str:
    """An item without what is never read, and with fields no longer than any publisher writes."""
    if len(item) > ITEM_CHARS:
        item = _shortened(item)
    for name in _NEVER_READ:
        item = _edit(item, name, lambda _inner: None)
    return item


def _shortened(item: str) -> str:
    for name in _CLIPPED:
        item = _edit(item, name, _clip_field)
    for name in _NEVER_READ:
        item = _edit(item, name, lambda _inner: None)
    if len(item) <= ITEM_CHARS:
        return item
    end = item.rfind("</")
    return item[:ITEM_CHARS].rpartition("<")[0] + (item[end:] if end > ITEM_CHARS else "")


def _clip_field(inner: str) -> str:
    if len(inner) <= FIELD_CHARS:
        return inner
    if inner.lstrip().startswith("<![CDATA["):
        return inner.lstrip()[:FIELD_CHARS].rpartition("]]")[0] or inner.lstrip()[:FIELD_CHARS] + "]]>"
    return "" if "<" in inner[:FIELD_CHARS] else re.sub(r"&[^;&]{0,40}$", "", inner[:FIELD_CHARS])


def _edit(text: str, name: str, change: Callable[[str], str | None]) -> str:
    """Every element of that name with its content changed, or without it where `change` gives None. Linear."""
    opening, closing = f"<{name}", f"</{name}>"
    at = text.find(opening)
    if at < 0:
        return text
    kept: list[str] = []
    done = 0
    while at >= 0:
        tag_end = text.find(">", at)
        if tag_end < 0:
            break
        if text[at + len(opening)] not in " >/\t\r\n":
            at = text.find(opening, at + 1)
            continue
        kept.append(text[done:at])
        if text[tag_end - 1] == "/":
            done = tag_end + 1
        else:
            end = text.find(closing, tag_end)
            if end < 0:
                return "".join((*kept, text[at:]))
            content = change(text[tag_end + 1 : end])
            kept.append("" if content is None else f"{text[at : tag_end + 1]}{content}{closing}")
            done = end + len(closing)
        at = text.find(opening, done)
    return "".join((*kept, text[done:]))


def _ttl(head: str) -> timedelta | None:
    if found := re.search(r"<ttl>\s*(\d{1,6})\s*</ttl>", head):
        return timedelta(minutes=int(found[1])) or None
    period = re.search(r"updatePeriod>\s*([a-z]{5,8})\s*<", head)
    if period and period[1] in _PERIODS:
        often = re.search(r"updateFrequency>\s*(\d{1,4})\s*<", head)
        return timedelta(minutes=_PERIODS[period[1]] / max(1, int(often[1]) if often else 1))
    return None


def _skip_hours(head: str) -> frozenset[int]:
    block = re.search(r"<skipHours>([^!]{0,2000}?)</skipHours>", head)
    return (
        frozenset(int(hour) % 24 for hour in re.findall(r"<hour>\s*(\d{1,2})\s*<", block[1])) if block else frozenset()
    )


def _skip_days(head: str) -> frozenset[int]:
    block = re.search(r"<skipDays>([^!]{0,2000}?)</skipDays>", head)
    names = re.findall(r"<day>\s*([A-Za-z]{6,9})\s*<", block[1]) if block else []
    return frozenset(_DAYS.index(name.lower()) for name in names if name.lower() in _DAYS)


def _moved_to(head: str) -> str:
    found = re.search(r"<(?:itunes:)?new-?(?:feed-?url|location)>\s*([^<\s]{8,2000})\s*<", head, re.IGNORECASE)
    return found[1] if found and is_web(found[1]) else ""


def _json_feed(text: str, charset: str, answer: Answer) -> Discovery:
    try:
        feed = json.loads(text)
    except RecursionError:
        return Discovery(problem="too-deep", charset=charset)
    except ValueError:
        return Discovery(problem="malformed", charset=charset)
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(items, list):
        return Discovery(problem="not-a-feed", charset=charset)
    rows = [row for row in items[: answer.limits.entries] if isinstance(row, dict)]
    if any(_is_comment(row, "url", "id") for row in rows):
        return Discovery(problem="comments", charset=charset)
    found = [_from_json(row, answer) for row in rows]
    return Discovery(
        format="json-feed",
        entries=distinct(entry for entry in found if entry is not None),
        truncated=len(items) > answer.limits.entries,
        refused=found.count(None),
        charset=charset,
    )


def _from_json(row: Mapping[str, Any], answer: Answer) -> Entry | None:
    def text(*names: str) -> str:
        return next((value for name in names if isinstance(value := row.get(name), str) and value), "")

    guid = text("id")
    return _entry(
        answer,
        link=text("url", "external_url") or (guid if is_web(guid) else ""),
        title=text("title")[: 20 * TITLE_CHARS],
        lead=text("summary", "content_text", "content_html")[: 20 * LEAD_CHARS],
        guid=guid,
        published=moments.read(text("date_published", "date_modified"), answer.fetched_at, "feed"),
    )
