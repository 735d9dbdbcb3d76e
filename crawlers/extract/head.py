"""What a page says of itself in its head: meta elements, JSON-LD of the article, canonical address, section path."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from core.text import clean, fold
from crawlers.decode import untwist

_ARTICLE_TYPES: Final = re.compile(r"article|report|posting|liveblog", re.IGNORECASE)
_READ: Final = ("@type", "headline", "description", "articleBody", "datePublished", "dateCreated", "articleSection")
"""Nothing else of the article's JSON-LD is looked at, least of all who wrote it."""

AUTHORS: Final = ('[itemprop="author"]', '[rel~="author"]', '[class*="author-name"]', '[class*="byline"] a')
"""Where pages show who wrote them, by the names that content systems give it."""
CRUMBS: Final = ('[class*="breadcrumb"] a',)
"""The links of a page's place in its paper, likewise."""
_JSON: Final = json.JSONDecoder(strict=False)
_BETWEEN: Final = re.compile(r"(?:[\s\ufeff;,]|//|<!--|-->|<!\[CDATA\[|\]\]>|/\*[^*]{0,300}\*/)*")
_LATE_COMMA: Final = re.compile(r",\s*([}\]])")
_MAX_SCRIPT: Final = 2_000_000
_MAX_VALUES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Values as written, entities undone; "" where the page says nothing. No field for an author."""

    meta: dict[str, str] = field(default_factory=dict)  # lower-case name, property or itemprop -> content
    article: dict[str, Any] = field(default_factory=dict)  # JSON-LD object of the article
    canonical: str = ""
    title: str = ""  # of the <title> element
    language: str = ""
    sections: tuple[str, ...] = ()  # breadcrumb

    def first(self, *names: str) -> str:
        """The first of these meta values that is not empty."""
        return next((self.meta[name] for name in names if self.meta.get(name)), "")

    def said(self, key: str) -> str:
        """A text of the article's JSON-LD, entities undone (they are escaped once or twice in places)."""
        value = self.article.get(key)
        value = value[0] if isinstance(value, list) and value else value
        return unescaped(value) if isinstance(value, str) else ""

    @property
    def reserved(self) -> bool:
        """Whether the page reserves text and data mining (TDM Reservation Protocol, meta element)."""
        return self.meta.get("tdm-reservation", "").strip() == "1"


def read_head(tree: LexborHTMLParser, values: Sequence[dict[str, Any]], crumbs: str) -> Head:
    """Read the head of a parsed page. `values`: of its JSON-LD; `crumbs`: those of CRUMBS that it may have."""
    link = tree.css_first('link[rel="canonical"]')
    title = tree.css_first("title")
    root = tree.root
    return Head(
        meta=_metas(tree),
        article=_article(values),
        canonical=(link.attributes.get("href") or "").strip() if link is not None else "",
        title=unescaped(title.text()) if title is not None else "",
        language=(root.attributes.get("lang") or "").strip().lower()[:2] if root is not None else "",
        sections=_sections(values, tree, crumbs),
    )


def author_names(tree: LexborHTMLParser, values: Sequence[dict[str, Any]], authors: str) -> frozenset[str]:
    """Folded names that the page gives as its authors'. Only for leaving such lines out: they go no further.

    `authors`: those of AUTHORS that the page may have, as one selector.
    """
    said: list[str] = []
    metas = [node.attributes for node in tree.css("meta")]
    said += [meta.get("content") or "" for meta in metas if _names_author(meta)][:10]
    for value in values:
        for author in _listed(value.get("author")):
            name = author.get("name") if isinstance(author, dict) else author
            said += [text for text in _listed(name) if isinstance(text, str)]
    said += [node.text() for node in tree.css(authors)[:10]] if authors else []
    site = fold(_site_name(metas))
    names = {fold(unescaped(text[:200])) for text in said}
    return frozenset(name for name in names if 4 <= len(name) <= 60 and not (site and (name in site or site in name)))


def _names_author(meta: Mapping[str, str | None]) -> bool:
    name, of = (meta.get("name") or "").lower(), (meta.get("property") or "").lower()
    return "author" in name or "author" in of or "creator" in name


def _site_name(metas: Sequence[Mapping[str, str | None]]) -> str:
    """The publisher's own name: where it stands for an author, it says nothing of a person."""
    named = (meta.get("content") or "" for meta in metas if meta.get("property") == "og:site_name")
    return unescaped(next(named, ""))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unescaped(text: str) -> str:
    """One clean line with entities undone, however often they were escaped (twice is met)."""
    for _ in range(3):
        if "&" not in text:
            break
        text = html.unescape(text)
    return clean(untwist(text))  # first: a part of a twisted letter is white space, or unseen


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]")[:500]:
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        name = name.strip().lower()
        if name and not found.get(name) and "author" not in name and "creator" not in name:
            found[name] = unescaped((attributes.get("content") or "")[:20_000])
    return found


def json_values(scripts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD, outermost first."""
    left = _MAX_VALUES
    for script in scripts[:50]:
        waiting, _ = json_in(script[:_MAX_SCRIPT])
        while waiting and left:
            value, left = waiting.pop(0), left - 1
            if isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, dict):
                yield value
                waiting.extend(v for v in value.values() if isinstance(v, dict | list))


def json_in(script: str) -> tuple[list[Any], str]:
    """(the values of a JSON-LD script, what of it can't be read).

    Comments, CDATA and semicolons round a value, a comma behind the last of its parts and line breaks in its texts are
    no JSON; content systems write them, and search engines read them.
    """
    read = _values_in(script)
    return _values_in(_LATE_COMMA.sub(r"\1", script)) if read[1] else read


def _values_in(script: str) -> tuple[list[Any], str]:
    values: list[Any] = []
    at = 0
    while (between := _BETWEEN.match(script, at)) and (at := between.end()) < len(script):
        try:
            value, at = _JSON.raw_decode(script, at)
        except (ValueError, RecursionError):
            break
        values.append(value)
        if len(values) == _MAX_VALUES:
            break
    return values, script[at:]


def _types(value: dict[str, Any]) -> str:
    kind = value.get("@type")
    return " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def _article(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found = [v for v in values if _ARTICLE_TYPES.search(_types(v)) and (v.get("headline") or v.get("datePublished"))]
    return {key: found[0][key] for key in _READ if key in found[0]} if found else {}


def _sections(values: Sequence[dict[str, Any]], tree: LexborHTMLParser, crumbs: str) -> tuple[str, ...]:
    for value in values:
        if _types(value) == "BreadcrumbList" and isinstance(value.get("itemListElement"), list):
            named = [_crumb(item) for item in value["itemListElement"] if isinstance(item, dict)]
            return tuple(name for name in named if name)[:8]
    links = tree.css(crumbs)[:8] if crumbs else []
    return tuple(filter(None, (clean(link.text())[:80] for link in links)))


def _crumb(item: dict[str, Any]) -> str:
    inner = item.get("item")
    name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else "")
    return unescaped(name)[:80] if isinstance(name, str) else ""
