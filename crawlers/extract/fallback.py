"""What is left where a page's shape tells nothing: the body in its JSON-LD, then trafilatura."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import clean
from crawlers.extract.blocks import MAX_BLOCK, MAX_BLOCKS, Block
from crawlers.extract.head import Head, unescaped

_ENOUGH: Final = 200
_MARKUP: Final = re.compile(r"</?[a-z][^<>]{0,500}>", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"</p>|<br\s*/?>|[\r\n]+", re.IGNORECASE)
_LONGEST_LINK: Final = 300
_LARGEST: Final = 3_000_000  # characters of mark-up that trafilatura is given


def fallback(found: Sequence[Block], head: Head, tree: LexborHTMLParser, markup: str) -> list[Block]:
    """The blocks found, or those of another reading where they hold too little of what the page marks as an article."""
    size = _size(found)
    told = head.article.get("articleBody")
    if isinstance(told, str) and len(told) > max(_ENOUGH, 2 * size):
        lines = _PARAGRAPH.split(told[: MAX_BLOCK * 10])
        return [*_as_blocks([unescaped(_MARKUP.sub(" ", line)) for line in lines]), *_captions(found)]
    least = max(_ENOUGH, 2 * size)
    if size >= _ENOUGH or not head.article or len(markup) > _LARGEST or _beside_links(tree) <= least:
        return list(found)
    other = _as_blocks(_trafilatura(markup))
    return [*other, *_captions(found)] if _size(other) > least else list(found)


def _beside_links(tree: LexborHTMLParser) -> int:
    """Characters of a page that stand in no link of a headline's length: no more can be an article."""
    links = (_length(link) for link in tree.css("a[href]"))
    body = _length(tree.body) if tree.body is not None else 0
    return body - sum(size + 1 for size in links if size <= _LONGEST_LINK)  # and the blank after each


def _length(node: LexborNode) -> int:
    return len(" ".join(node.text(separator=" ").split()))


def _trafilatura(markup: str) -> list[str]:
    import trafilatura  # noqa: PLC0415 - half a second to import, and rarely needed

    text = trafilatura.extract(markup, fast=True, include_comments=False, include_tables=True)
    return [clean(line) for line in (text or "").splitlines()]


def _as_blocks(lines: Sequence[str]) -> list[Block]:
    return [
        Block(text=line[:MAX_BLOCK], kind="text", linked=0, strong=False, right=False)
        for line in lines[:MAX_BLOCKS]
        if line
    ]


def _captions(found: Sequence[Block]) -> list[Block]:
    return [block for block in found if block.kind == "caption"]


def _size(found: Sequence[Block]) -> int:
    return sum(len(block.text) for block in found if block.kind != "caption")
