"""Pages that only lead on: a redirect written as a meta element, as old portals and link counters do.

Without it such a page would be taken for an article that names no place.
"""

from __future__ import annotations

import html
import re
from typing import Final

from core.urls import join

SMALL: Final = 16_000
"""Bytes that such a page has at most; an article has more."""

SOON: Final = 5
"""Seconds up to which a browser's reader would call it a redirect; front pages reload themselves after minutes."""

_HIDDEN: Final = re.compile(rb"<!--.*?-->|<noscript\b.*?</noscript>", re.IGNORECASE | re.DOTALL)
_META: Final = re.compile(rb"<meta\b[^>]{0,2000}>", re.IGNORECASE)
_REFRESH: Final = re.compile(rb"""http-equiv\s*=\s*["']?\s*refresh\b""", re.IGNORECASE)
_CONTENT: Final = re.compile(
    rb"""content\s*=\s*["']?\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?["']?\s*([^"'\s>]{1,2048})""", re.IGNORECASE
)


def forwarded(body: bytes, url: str) -> str:
    """The address to which the page at `url` leads on, as it is written; "" where the page is one of its own.

    A ticker reloads itself every few seconds; one that does so at once only tests whether its cookie comes back.
    """
    if len(body) > SMALL or b"refresh" not in body.lower():
        return ""
    for meta in _META.findall(_HIDDEN.sub(b"", body)):
        said = _CONTENT.search(meta) if _REFRESH.search(meta) else None
        if said and int(said[1]) <= SOON:
            address = html.unescape(said[2].decode("utf-8", errors="replace"))
            reloads = int(said[1]) > 0 and (join(url, address) or "").partition("#")[0] == url
            return "" if reloads else address
    return ""
