"""The headline as readers see it."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import clean, fold
from crawlers.extract.head import Head, unescaped
from crawlers.extract.shown import shown

MAX_TITLE: Final = 500
_LOOKED_AT: Final = 10 * MAX_TITLE
"""Characters of a candidate that are cleaned and compared: a page may give a title of megabytes."""

HEADINGS: Final = ("h1", '[itemprop="headline"]')
_OTHERS: Final = 'h2, h3, [class*="title"], [id*="title"], [class*="headline"], .tieude, [class*="tieu-de"]'
_SITE: Final = re.compile(r"\s+[|\-–—:»]\s+[^|–—»]{2,60}$")
_WORD: Final = re.compile(r"\w+")


def find_title(tree: LexborHTMLParser, head: Head, headings: str, declared: str) -> str:
    """The visible headline, else what the head says; "" where there is none. At most MAX_TITLE characters.

    `headings`: those of HEADINGS that the page may have, as one selector.
    """
    if declared:
        for node in tree.css(declared):
            if text := _text(node):
                return text[:MAX_TITLE]
    said = [
        text for text in (head.first("og:title", "twitter:title", "title"), head.said("headline"), head.title) if text
    ]
    for selector, least in ((headings, 0.34), (_OTHERS, 0.75)):
        seen = [text for node in tree.css(selector)[:400] if 4 <= len(text := _text(node)) <= MAX_TITLE]
        best = max(seen, key=lambda text: _likeness(text, said), default="")
        if best and _likeness(best, said) >= least:
            return best
        if selector == headings and len(seen) == 1 and not said:
            return seen[0]
    return without_site(said[0])[:MAX_TITLE] if said else ""


def without_site(title: str) -> str:
    """Without the name of the site that follows a bar or dash."""
    bare = _SITE.sub("", title)
    return bare if len(bare) >= 10 else title


def _text(node: LexborNode) -> str:
    text = node.text()
    return unescaped(text[:_LOOKED_AT] if len(text) > _LOOKED_AT else shown(node))


def _likeness(text: str, said: list[str]) -> float:
    """Share of words in common with the nearest of what the head says."""
    words = set(_WORD.findall(fold(text)))
    best = 0.0
    for other in said:
        others = set(_WORD.findall(fold(clean(other[:_LOOKED_AT]))))
        if words and others:
            common = len(words & others)
            best = max(best, (common / len(words) + common / min(len(others), max(len(words), 1) * 2)) / 2)
    return best
