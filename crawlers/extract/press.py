"""FetchedPage -> Article, in the order: publisher's selectors, JSON-LD and meta, the page's own shape, trafilatura."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from core.errors import ExtractError
from core.records import Article, FetchedPage, Publisher, Selectors
from core.urls import article_id, bare_host, canonical, host_of, join
from crawlers.decode import decode, readable
from crawlers.extract.blocks import Block, blocks
from crawlers.extract.body import CONTAINERS, find_body
from crawlers.extract.dates import find_published
from crawlers.extract.fallback import fallback
from crawlers.extract.head import AUTHORS, CRUMBS, Head, author_names, json_values, read_head
from crawlers.extract.language import language_of
from crawlers.extract.lead import LEADS, find_lead, split_lead, told_lead
from crawlers.extract.named import Named
from crawlers.extract.sift import caption_text, is_link, sift
from crawlers.extract.title import HEADINGS, find_title
from crawlers.legacy import TWINS, Legacy, detect, mend_markup
from crawlers.nesting import too_deep
from crawlers.parsed import Handed, ParsedPage

MIN_BODY: Final = 120
"""Characters of lead and body below which a page is no article (a video, a gallery, a list)."""
RUNNING: Final = 60
"""Characters from which a block counts as a paragraph rather than a line of a list."""
_NAMED: Final = Named(LEADS, CONTAINERS, AUTHORS, CRUMBS, HEADINGS)


class PressExtractor:
    """Implements core.ports.Extractor. `handed`: where the gate leaves the tree of a page that passed."""

    def __init__(self, handed: Handed | None = None) -> None:
        self._handed = handed or Handed()

    def extract(self, page: FetchedPage, publisher: Publisher | None) -> Article:
        """Raises ExtractError; reasons: undecodable, too-complex, no-title, not-article, no-body."""
        held = self._handed.take(page)
        if held is None and too_deep(page.body):
            raise ExtractError(f"{page.final_url}: elements nest too deep to be read", reason="too-complex")
        markup = decode(page.body, page.headers).text
        raw = markup.encode(errors="replace")
        parsed = held if held is not None and raw == page.body else ParsedPage(markup)
        encoding = _legacy(parsed.tree)
        if encoding is not None:
            markup = mend_markup(markup, encoding)
            raw, parsed = markup.encode(errors="replace"), ParsedPage(markup)
        return _article(page, publisher, parsed, _Markup(markup, raw.lower()))


@dataclass(frozen=True, slots=True)
class _Markup:
    """A page as text, put right where it was in TCVN3 or VNI."""

    text: str
    small: bytes  # UTF-8, in small letters


def _article(page: FetchedPage, publisher: Publisher | None, parsed: ParsedPage, markup: _Markup) -> Article:
    selectors = publisher.selectors if publisher is not None else Selectors()
    tree, values = parsed.tree, list(json_values(parsed.scripts()))
    leads, containers, by, crumbs, headings = _NAMED.standing(markup.small)
    head, authors = read_head(tree, values, crumbs), author_names(tree, values, by)
    tree.strip_tags(["noscript", "template"])
    title = find_title(tree, head, headings, selectors.title)
    near = tree.css_first(selectors.title or "h1")
    lead = find_lead(tree, leads, head, selectors.lead)
    published = find_published(tree, head, page, selectors.published, near)
    body = fallback(_body(tree, containers, selectors), head, tree, markup.text)
    lead, found = split_lead(body, lead, head)
    lead = lead or told_lead(tree, head)
    kept = sift(found, title, authors)
    if not title:
        raise ExtractError(f"{page.final_url}: no headline", reason="no-title")
    paragraphs = [block.text for block in kept if block.kind != "caption"]
    captions = [text for block in kept if block.kind == "caption" and (text := caption_text(block.text))]
    language = language_of([title, lead, *paragraphs], head.language, publisher)
    if language == "vi":
        title, lead = _spelt(title), _spelt(lead)
        paragraphs, captions = [*map(_spelt, paragraphs)], [*map(_spelt, captions)]
    _check(page, head, lead, paragraphs, links=sum(is_link(block) for block in found))
    if not readable("\n".join((title, lead, *paragraphs, *captions))):
        raise ExtractError(f"{page.final_url}: its text is in no encoding known", reason="undecodable")
    url = _address(page, head, parsed.base(page.final_url))
    return Article(
        id=article_id(url),
        url=url,
        source=page.source,
        title=title,
        lead=lead,
        paragraphs=tuple(paragraphs),
        captions=tuple(captions),
        published=published,
        fetched_at=page.fetched_at,
        language=language,
        reserved=page.reserved or head.reserved,
        meta=tuple(
            dict.fromkeys(filter(None, (" > ".join(head.sections), head.first("description", "og:description"))))
        ),
    )


def _spelt(text: str) -> str:
    """Vietnamese text with its own letters where old keyboards and converters left look-alikes (Ð for Đ, ƣ for ư)."""
    return text.translate(TWINS)


def _body(tree: LexborHTMLParser, containers: str, selectors: Selectors) -> list[Block]:
    for selector in selectors.drop:
        for node in tree.css(selector):
            node.decompose()
    container = find_body(tree, containers, selectors.body)
    found = blocks(container) if container is not None else []
    for selector in selectors.boxes:
        for node in tree.css(selector):
            found.extend(blocks(node))
    return found


def _legacy(tree: LexborHTMLParser) -> Legacy | None:
    """The encoding from before Unicode that a page's text is in, or None."""
    return detect("\n".join(node.text() for node in tree.css("p, h1, h2, td")[:2_000]))


def _check(page: FetchedPage, head: Head, lead: str, paragraphs: Sequence[str], links: int) -> None:
    """Raises ExtractError for a page without body, and for a list of articles that has its teasers for a body."""
    marked = bool(head.article) or head.meta.get("og:type") == "article"
    size = len(lead) + sum(map(len, paragraphs))
    if size < MIN_BODY or not paragraphs:
        reason = "no-body" if marked else "not-article"
        raise ExtractError(f"{page.final_url}: {size} characters of text, no article", reason=reason)
    running = sum(len(text) >= RUNNING for text in paragraphs)
    few = not marked and size < 2 * MIN_BODY and running < 2 and links > 0
    if not head.article and (few or (links >= 5 and links >= running)):
        raise ExtractError(f"{page.final_url}: a list of articles, it seems", reason="not-article")


def _address(page: FetchedPage, head: Head, base: str) -> str:
    """The canonical address, where it is on the publisher's own host; else the address that answered."""
    link = join(base, head.canonical) if head.canonical else None
    if link is not None and bare_host(host_of(link)) == bare_host(host_of(page.final_url)):
        own = canonical(link)
        if own.rstrip("/").count("/") > 2:  # a canonical link to the front page is a mistake of the template
            return own
    return canonical(page.final_url)
