"""Where on a page its article stands: declared, marked up, named as content systems do, or told by its paragraphs."""

from __future__ import annotations

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
    ".story-body", ".story-content", ".article-text", ".articleBody", ".article_body", ".RichTextStoryBody",
    ".ArticleBody-articleBody", ".newsbody", ".text-long", ".noidung", "#noidung", ".tinchitiet", "#divNewsDetails",
)  # fmt: skip
"""Names that content systems give the article's container; the most particular first."""

_ENOUGH: Final = 200
_MAX_PARAGRAPHS: Final = 4_000


def find_body(tree: LexborHTMLParser, declared: str) -> LexborNode | None:
    """The element that holds the article's paragraphs, or None where no element holds enough text."""
    if declared:
        nodes = [node for node in tree.css(declared) if _weight(node) >= 1]
        if nodes:
            return max(nodes, key=_weight)
    weighed = _weighed(tree)
    named = _named(tree)
    if named is not None and (weighed is None or _weight(named) >= 0.6 * _weight(weighed)):
        return named
    return weighed


def _named(tree: LexborHTMLParser) -> LexborNode | None:
    for selector in CONTAINERS:
        nodes = tree.css(selector)
        if nodes:
            best = max(nodes, key=_weight)
            if _weight(best) >= _ENOUGH:
                return best
    return None


def _weight(node: LexborNode) -> float:
    """Characters of running text below a node: its paragraphs without what is linked."""
    paragraphs = node.css("p")
    total = sum(_running(p) for p in paragraphs[:_MAX_PARAGRAPHS])
    return total if total >= _ENOUGH else max(total, 0.5 * _running(node))


def _running(node: LexborNode) -> float:
    size = len(node.text())
    linked = sum(len(a.text()) for a in node.css("a"))
    return max(0.0, size - 2.0 * linked)


def _weighed(tree: LexborHTMLParser) -> LexborNode | None:
    """The element with most running text right below it; what is below its children counts half (readability's rule)."""
    scores: dict[int, float] = {}
    nodes: dict[int, LexborNode] = {}
    for paragraph in tree.css("p, blockquote > div, td, pre")[:_MAX_PARAGRAPHS]:
        size = _running(paragraph)
        if size < 25:
            continue
        above, share = paragraph.parent, 1.0
        if _in_junk(paragraph):
            continue
        for _ in range(3):
            if above is None or above.tag in ("html", None):
                break
            scores[above.mem_id] = scores.get(above.mem_id, 0.0) + share * size
            nodes[above.mem_id] = above
            above, share = above.parent, share * 0.6
    if not scores:
        return _broken_lines(tree)
    best = max(scores, key=lambda key: scores[key])
    return nodes[best] if scores[best] >= _ENOUGH / 2 else _broken_lines(tree)


def _in_junk(node: LexborNode) -> bool:
    above, steps = node.parent, 0
    while above is not None and above.tag not in ("body", "html") and steps < 12:
        if is_junk(above):
            return True
        above, steps = above.parent, steps + 1
    return False


def _broken_lines(tree: LexborHTMLParser) -> LexborNode | None:
    """For pages without paragraphs: the element with most text of its own, broken by line ends."""
    best, size = None, float(_ENOUGH)
    for node in tree.css("div, td, section, article")[:20_000]:
        own = len((node.text(deep=False) or "").strip())
        if own > size and not is_junk(node):
            best, size = node, own
    return best
