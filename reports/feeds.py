"""The office's choice of headlines as Atom (RFC 4287) and JSON Feed 1.1: headline, publisher, link. Never a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from core.records import Desk, ShownHeadline
from core.text import clean
from core.urls import is_web
from reports.telling import t

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def atom(desk: Desk, shown: Sequence[ShownHeadline], publisher: Callable[[str], str], address: str = "") -> str:
    """The feed; `address` is its own, "" where the installation has none."""
    updated = max((one.chosen for one in shown), default=_EPOCH)
    own = f'<link rel="self" href={quoteattr(address)}/>' if address else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">'
        f"<id>{escape(_id(desk, address))}</id><title>{escape(_title(desk))}</title>"
        f"<updated>{_time(updated)}</updated><author><name>{escape(clean(desk.office))}</name></author>{own}"
        + "".join(_entry(one, publisher) for one in shown if is_web(one.url))
        + "</feed>\n"
    )


def json_feed(desk: Desk, shown: Sequence[ShownHeadline], publisher: Callable[[str], str], address: str = "") -> str:
    """The same as JSON Feed. `content_text` repeats the headline: an item must have some content."""
    items = [
        {
            "id": one.url,
            "url": one.url,
            "title": clean(one.title),
            "content_text": t("report.feed.item", title=clean(one.title), source=publisher(one.source)),
            "date_published": _time(one.published),
            "language": "vi",
        }
        for one in shown
        if is_web(one.url)
    ]
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1", "title": _title(desk), "language": "vi",
        "authors": [{"name": clean(desk.office)}], "items": items,
    }  # fmt: skip
    if address:
        feed["feed_url"] = address
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _entry(one: ShownHeadline, publisher: Callable[[str], str]) -> str:
    return (
        f"<entry><id>{escape(one.url)}</id><title>{escape(clean(one.title))}</title>"
        f'<link rel="alternate" href={quoteattr(one.url)}/><published>{_time(one.published)}</published>'
        f"<updated>{_time(one.chosen)}</updated><source><title>{escape(publisher(one.source))}</title></source></entry>"
    )


def _title(desk: Desk) -> str:
    return t("report.feed.title", place=clean(desk.name))


def _id(desk: Desk, address: str) -> str:
    return address or f"urn:diembao:{desk.id}:headlines"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
