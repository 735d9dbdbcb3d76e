"""Where on a page its article stands: declared, marked up, named as content systems do, or told by its paragraphs."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.extract.junk import is_junk

CONTAINERS: Final = (
    '[itemprop="articleBody"]', "article.fck_detail", ".afcbc-body", '[data-role="content"]', ".article__body",
    ".cms-body", ".maincontent", ".singular-content", ".detail-content", ".detail-content-body", ".detail__content",
    ".article-body", ".article-content", ".article-detail-content", ".article__content", ".content-detail",
    ".detail-cmain", ".b-maincontent", ".c-detail-content", ".entry-content", ".post-content", ".news-content",
    ".content-news", ".news-detail-content", "#content_detail", "#contentdetail", "#article-body", "#abody",
    ".__MASTERCMS_CONTENT", ".__MB_ARTICLE_CONTENT", ".journal-content-article", ".ms-rtestate-field", ".bodytext",
    ".the-article-body", "#gallery-ctt", "#entry-body", ".sc-longform-body", ".article-detail-body", ".post-body",
    ".newsdetail", ".view-content", ".story-body", ".story-content", ".article-text", ".articleBody",
    ".article_body", ".RichTextStoryBody", ".ArticleBody-articleBody", ".newsbody", ".text-long", ".noidung",
    "#noidung", ".tinchitiet", "#divNewsDetails",
)  # fmt: skip
"""Names that content systems give the article's container."""

_ENOUGH: Final = 200
_LINE: Final = 25
_MAX_PARAGRAPHS: Final = 4_000
_MAX_ELEMENTS: Final = 30_000
_MAY_HOLD: Final = "p, td, pre, div, section, article, span, li:not(:has(> a))"
"""Elements whose own words may be a paragraph. A heavy page has thousands of lines that are links."""


class _Junk:
    """Whether elements stand inside what is no article. Remembers its answers; one for each tree."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self._known: dict[int, bool] = {}

    @cached_property
    def _most(self) -> float:
        body = self._tree.body
        return 0.4 * len(body.text()) if body is not None else 0.0

    def around(self, node: LexborNode) -> bool:
        """Whether any element above is junk. One that holds most of the page's text is not, whatever its name."""
        chain: list[int] = []
        above, found = node.parent, False
        while above is not None and above.tag not in ("body", "html", None):
            known = self._known.get(above.mem_id)
            if known is not None:
                found = known
                break
            chain.append(above.mem_id)
            if is_junk(above) and len(above.text()) < self._most:
                found = True
                break
            above = above.parent
        self._known.update(dict.fromkeys(chain, found))
        return found


def find_body(tree: LexborHTMLParser, containers: str, declared: str) -> LexborNode | None:
    """The element that holds the article's paragraphs, or None where no element holds enough text.

    `containers`: those of CONTAINERS that the page may have, as one selector.
    """
    if declared:
        nodes = [node for node in tree.css(declared) if _weight(node) >= 1]
        if nodes:
            return max(nodes, key=_weight)
    junk = _Junk(tree)
    named = _named(tree, containers)
    if named is not None and _weight(named) >= 0.6 * sum(map(_running, tree.css("p")[:_MAX_PARAGRAPHS])):
        return named
    weighed = _weighed(tree, junk)
    if named is not None and (weighed is None or _weight(named) >= 0.6 * _weight(weighed)):
        return _with_its_like(tree, named, junk)
    return None if weighed is None else _with_its_like(tree, weighed, junk)


def _with_its_like(tree: LexborHTMLParser, best: LexborNode, junk: _Junk) -> LexborNode:
    """Where an article is cut into several elements of one class, the element that holds them all."""
    chain: list[LexborNode] = []
    above: LexborNode | None = best
    while above is not None and above.tag not in ("body", "html") and len(chain) < 4:
        chain.append(above)
        above = above.parent
    for inner in chain:
        classes = inner.attributes.get("class")
        if not classes:
            continue
        alike = [node for node in tree.css(inner.tag or "div") if node.attributes.get("class") == classes][:200]
        parts = [node for node in alike if _weight(node) >= _ENOUGH and not junk.around(node)]
        if len(parts) > 1 and (whole := _common(parts)) is not None:
            inside = sum(map(_weight, parts))
            if inside >= 0.7 * _weight(whole) and inside > 1.2 * _weight(best):
                return whole
    return best


def _common(nodes: list[LexborNode]) -> LexborNode | None:
    """The lowest element above all the nodes, or None where that is the page's body."""
    above = nodes[0].parent
    ids = [_ancestors(node) for node in nodes[1:]]
    while above is not None and above.tag not in ("body", "html"):
        if all(above.mem_id in chain for chain in ids):
            return above
        above = above.parent
    return None


def _ancestors(node: LexborNode) -> set[int]:
    found: set[int] = set()
    above = node.parent
    while above is not None and len(found) < 4_000:
        found.add(above.mem_id)
        above = above.parent
    return found


def _named(tree: LexborHTMLParser, containers: str) -> LexborNode | None:
    """The innermost element with such a name that holds nearly as much as the fullest of them."""
    weights = [(node, _weight(node)) for node in tree.css(containers)[:50]] if containers else []
    fullest = max((weight for _, weight in weights), default=0.0)
    if fullest < _ENOUGH:
        return None
    return [node for node, weight in weights if weight >= 0.9 * fullest][-1]


def _weight(node: LexborNode) -> float:
    """Characters of running text below a node: its paragraphs without what is linked."""
    paragraphs = node.css("p")
    total = sum(_running(p) for p in paragraphs[:_MAX_PARAGRAPHS])
    return total if total >= _ENOUGH else max(total, 0.5 * _running(node))


def _running(node: LexborNode) -> float:
    size = len(node.text())
    linked = sum(len(a.text()) for a in node.css("a"))
    return max(0.0, size - 2.0 * linked)


def _weighed(tree: LexborHTMLParser, junk: _Junk) -> LexborNode | None:
    """The element with most running text right below it; what is deeper counts less (readability's rule)."""
    scores: dict[int, float] = {}
    nodes: dict[int, LexborNode] = {}
    for paragraph in tree.css(_MAY_HOLD)[:_MAX_ELEMENTS]:
        if len(paragraph.text(deep=False) or "") < _LINE and paragraph.tag != "p":
            continue  # nearly all of a heavy page's elements: its lists of links
        size = _own(paragraph)
        if size < _LINE or junk.around(paragraph):
            continue
        above, share = paragraph.parent, 1.0
        for _ in range(3):
            if above is None or above.tag in ("html", None):
                break
            scores[above.mem_id] = scores.get(above.mem_id, 0.0) + share * size
            nodes[above.mem_id] = above
            above, share = above.parent, share * 0.6
        if paragraph.tag != "p" and size > _ENOUGH and len(paragraph.css("br")) > 1:  # lines broken in one element
            scores[paragraph.mem_id] = scores.get(paragraph.mem_id, 0.0) + size * 1.2
            nodes[paragraph.mem_id] = paragraph
    if not scores:
        return None
    best = max(scores, key=lambda key: scores[key])
    return nodes[best] if scores[best] >= _ENOUGH / 2 else None


def _own(node: LexborNode) -> float:
    """Running text of a paragraph, or what stands directly in another element."""
    if node.tag == "p":
        return _running(node)
    return len((node.text(deep=False) or "").strip())
